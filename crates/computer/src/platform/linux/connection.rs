//! One connection to the X server, with the names we use.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::connection::Connection;
use x11rb::errors::{ConnectionError, ReplyError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Window};
use x11rb::rust_connection::RustConnection;

use crate::platform::{PlatformError, Result};

x11rb::atom_manager! {
    /// Names the server turned into numbers.
    pub(super) Atoms: AtomsCookie {
        UTF8_STRING,
        WM_PROTOCOLS,
        WM_STATE,
        _INTERPRETER_GATE,
        _INTERPRETER_GATE_OWNER,
        _INTERPRETER_SPARE_KEYS,
        _NET_ACTIVE_WINDOW,
        _NET_CLIENT_LIST_STACKING,
        _NET_FRAME_EXTENTS,
        _NET_SUPPORTING_WM_CHECK,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_PING,
        _NET_WM_STATE,
        _NET_WM_STATE_ABOVE,
        _NET_WM_STATE_HIDDEN,
        _NET_WM_WINDOW_TYPE,
        _NET_WM_WINDOW_TYPE_DESKTOP,
        _NET_WM_WINDOW_TYPE_DOCK,
    }
}

/// A connection, its root window and its atoms.
pub(super) struct X {
    pub(super) conn: RustConnection,
    pub(super) root: Window,
    pub(super) screen: usize,
    pub(super) atoms: Atoms,
}

impl X {
    /// Connects to `display`, or to the environment's.
    pub(super) fn connect(display: Option<&str>) -> Result<X> {
        let environment = || std::env::var("DISPLAY").ok();
        let name = display
            .map(str::to_owned)
            .or_else(environment)
            .unwrap_or_default();
        if impossible(&name) {
            return Err(no_display(&name, "there is no such number"));
        }
        let (conn, screen) = x11rb::connect((!name.is_empty()).then_some(name.as_str()))
            .map_err(|error| no_display(&name, &error.to_string()))?;
        let root = conn
            .setup()
            .roots
            .get(screen)
            .map(|screen| screen.root)
            .ok_or_else(|| PlatformError::NoDisplay {
                message: format!("The X server has no screen {screen}."),
                fix: "Set DISPLAY to an existing screen, for example :0.".to_owned(),
            })?;
        let atoms = Atoms::new(&conn)?.reply()?;
        Ok(X {
            conn,
            root,
            screen,
            atoms,
        })
    }

    /// Sends everything and returns when the server has processed it.
    pub(super) fn round_trip(&self) -> Result<()> {
        self.conn.get_input_focus()?.reply()?;
        Ok(())
    }

    /// The next event, waiting no longer than until `deadline`.
    pub(super) fn next_event(&self, deadline: Instant) -> Result<Option<Event>> {
        loop {
            if let Some(event) = self.conn.poll_for_event()? {
                return Ok(Some(event));
            }
            self.conn.flush()?;
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            wait_readable(&[self.conn.stream().as_fd()], Some(left))?;
        }
    }

    /// A property as 32 bit values; empty when it is not there.
    pub(super) fn values(&self, window: Window, property: u32) -> Result<Vec<u32>> {
        let reply = self
            .conn
            .get_property(false, window, property, AtomEnum::ANY, 0, 65536)?
            .reply_unchecked()?;
        Ok(reply
            .and_then(|reply| reply.value32().map(Iterator::collect))
            .unwrap_or_default())
    }
}

/// Waits until one can be read, or the time is over.
pub(super) fn wait_readable(
    fds: &[std::os::fd::BorrowedFd<'_>],
    time: Option<Duration>,
) -> Result<()> {
    let mut polled: Vec<PollFd<'_>> = fds
        .iter()
        .map(|fd| PollFd::new(fd, PollFlags::IN))
        .collect();
    let time = time.map(|time| Timespec {
        tv_sec: time.as_secs() as i64,
        tv_nsec: i64::from(time.subsec_nanos()),
    });
    match poll(&mut polled, time.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(PlatformError::Lost(error.to_string())),
    }
}

/// A display number whose port would lie beyond the last; x11rb does not expect one.
fn impossible(name: &str) -> bool {
    let number = name
        .rsplit(':')
        .next()
        .and_then(|rest| rest.split('.').next());
    let digits = number.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.is_some_and(|digits| {
        !digits.is_empty()
            && !digits
                .parse::<u16>()
                .is_ok_and(|number| number <= u16::MAX - 6000)
    })
}

fn no_display(name: &str, reason: &str) -> PlatformError {
    if !name.is_empty() {
        return PlatformError::NoDisplay {
            message: format!("The X server at DISPLAY={name} cannot be reached ({reason})."),
            fix: "Check that it runs and that this user may connect (XAUTHORITY).".to_owned(),
        };
    }
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        return PlatformError::NoDisplay {
            message: "This is a Wayland session without X11 support.".to_owned(),
            fix: "Log in to an X11 session (often called \"Xorg\" at the login screen).".to_owned(),
        };
    }
    PlatformError::NoDisplay {
        message: "DISPLAY is not set, so there is no screen to look at.".to_owned(),
        fix: "Start Interpreter inside a desktop session, or start a virtual screen with \
              `Xvfb :99 &` and set DISPLAY=:99."
            .to_owned(),
    }
}

impl From<ConnectionError> for PlatformError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::UnsupportedExtension => PlatformError::Unsupported(
                "the X server lacks an extension that is needed for this".to_owned(),
            ),
            other => PlatformError::Lost(other.to_string()),
        }
    }
}

impl From<ReplyError> for PlatformError {
    fn from(error: ReplyError) -> Self {
        match error {
            ReplyError::ConnectionError(error) => error.into(),
            ReplyError::X11Error(error) => PlatformError::Failed {
                doing: error
                    .request_name
                    .unwrap_or("a request to the X server")
                    .to_owned(),
                reason: format!("{:?}", error.error_kind),
            },
        }
    }
}

impl From<ReplyOrIdError> for PlatformError {
    fn from(error: ReplyOrIdError) -> Self {
        match error {
            ReplyOrIdError::ConnectionError(error) => error.into(),
            ReplyOrIdError::X11Error(error) => ReplyError::X11Error(error).into(),
            ReplyOrIdError::IdsExhausted => {
                PlatformError::Lost("the X server has no more ids".to_owned())
            }
        }
    }
}
