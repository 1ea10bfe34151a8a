//! The lease as an X selection: the server itself lets go when its owner dies.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

use super::connection::X;
use crate::platform::{Lease, PlatformError, Result};

/// The selection `_INTERPRETER_GATE` of one X server.
pub(super) struct SelectionLease {
    display: Option<String>,
    held: Option<(X, Window)>,
}

impl SelectionLease {
    pub(super) fn new(display: Option<String>) -> Self {
        Self {
            display,
            held: None,
        }
    }
}

impl Lease for SelectionLease {
    fn take(&mut self, who: &str) -> Result<()> {
        if self.is_held() {
            return Ok(());
        }
        self.held = None;
        let x = X::connect(self.display.as_deref())?;
        let window = x.conn.generate_id()?;
        x.conn.create_window(
            0,
            window,
            x.root,
            -1,
            -1,
            1,
            1,
            0,
            WindowClass::INPUT_ONLY,
            0,
            &CreateWindowAux::new(),
        )?;
        x.conn.change_property8(
            PropMode::REPLACE,
            window,
            x.atoms._INTERPRETER_GATE_OWNER,
            x.atoms.UTF8_STRING,
            who.as_bytes(),
        )?;
        // Nobody can come between the question and the answer while the server is grabbed.
        x.conn.grab_server()?;
        let owner = take(&x, window);
        x.conn.ungrab_server()?;
        x.round_trip()?;
        let owner = owner?;
        if owner == window {
            if let Err(error) = keep_awake(&x) {
                tracing::debug!(%error, "the screen saver is not held off");
            }
            self.held = Some((x, window));
            return Ok(());
        }
        let name = x
            .conn
            .get_property(
                false,
                owner,
                x.atoms._INTERPRETER_GATE_OWNER,
                AtomEnum::ANY,
                0,
                1024,
            )?
            .reply_unchecked()?
            .map(|reply| String::from_utf8_lossy(&reply.value).into_owned())
            .filter(|name| !name.is_empty());
        Err(PlatformError::Taken {
            owner: name.unwrap_or_else(|| "Another program".to_owned()),
        })
    }

    fn is_held(&self) -> bool {
        let Some((x, window)) = &self.held else {
            return false;
        };
        owner(x).is_ok_and(|owner| owner == *window)
    }

    fn release(&mut self) {
        self.held = None;
    }
}

/// A dark or locked screen cannot be seen or driven. Holds the screen saver off
/// until this connection ends.
fn keep_awake(x: &X) -> Result<()> {
    use x11rb::protocol::screensaver;
    let name = screensaver::X11_EXTENSION_NAME.as_bytes();
    if x.conn.query_extension(name)?.reply()?.present {
        screensaver::query_version(&x.conn, 1, 1)?.reply()?;
        screensaver::suspend(&x.conn, 1)?.check()?;
    }
    Ok(())
}

fn owner(x: &X) -> Result<Window> {
    Ok(x.conn
        .get_selection_owner(x.atoms._INTERPRETER_GATE)?
        .reply()?
        .owner)
}

/// The owner after the attempt.
fn take(x: &X, window: Window) -> Result<Window> {
    match owner(x)? {
        NONE => {
            x.conn
                .set_selection_owner(window, x.atoms._INTERPRETER_GATE, CURRENT_TIME)?;
            owner(x)
        }
        other => Ok(other),
    }
}
