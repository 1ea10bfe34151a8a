//! Whether the program that has the keyboard has read what was typed.
//!
//! A window manager asks programs whether they are alive by a message they
//! answer in the order of their queue; the answer therefore also says that
//! everything sent before has been read.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask, Window,
};

use super::connection::X;
use super::watch::DamageWatch;
use crate::platform::{ChangeWatch as _, Result};

/// A busy program is waited for this long.
const ANSWER: Duration = Duration::from_secs(3);
/// What counts as quiet for a program that cannot answer.
const QUIET: Duration = Duration::from_millis(150);

/// Between two looks at whether a program still works.
const RESTING: Duration = Duration::from_millis(20);

/// Asks the program that has the keyboard.
pub(super) struct Client {
    x: X,
    display: Option<String>,
    serial: u32,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caught {
    /// It has read everything.
    Up,
    /// It cannot say, or did not.
    Unknown,
}

impl Client {
    pub(super) fn open(display: Option<&str>) -> Result<Client> {
        let x = X::connect(display)?;
        x.conn.change_window_attributes(
            x.root,
            &ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY),
        )?;
        x.round_trip()?;
        Ok(Client {
            x,
            display: display.map(str::to_owned),
            serial: std::process::id() << 8,
        })
    }

    /// Waits until the program has read everything, as far as it can say so.
    pub(super) fn wait(&mut self) -> Result<Caught> {
        self.wait_at_most(ANSWER)
    }

    /// The same, for no longer than `time`.
    fn wait_at_most(&mut self, time: Duration) -> Result<Caught> {
        match self.answering_window()? {
            Some(window) => self.ask(window, time),
            None => Ok(Caught::Unknown),
        }
    }

    /// Waits until a window's program has read all it was sent, and has nothing to
    /// do any more, for no longer than `most`.
    pub(super) fn rests(&mut self, window: Window, pid: Option<u32>, most: Duration) -> Result<()> {
        let deadline = Instant::now() + most;
        let protocols = self.x.values(window, self.x.atoms.WM_PROTOCOLS)?;
        if protocols.contains(&self.x.atoms._NET_WM_PING) {
            self.ask(window, most)?;
        }
        let Some(pid) = pid else { return Ok(()) };
        let mut watch = DamageWatch::open(self.display.as_deref())?;
        while !sleeps(pid) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            watch.settle(RESTING.min(left), left, &|| false)?;
        }
        Ok(())
    }

    fn ask(&mut self, window: Window, time: Duration) -> Result<Caught> {
        while self.x.conn.poll_for_event()?.is_some() {}
        self.serial = self.serial.wrapping_add(1).max(1);
        let atoms = self.x.atoms;
        let data = [atoms._NET_WM_PING, self.serial, window, 0, 0];
        let message = ClientMessageEvent::new(32, window, atoms.WM_PROTOCOLS, data);
        self.x
            .conn
            .send_event(false, window, EventMask::NO_EVENT, message)?;
        let deadline = Instant::now() + time;
        while let Some(event) = self.x.next_event(deadline)? {
            if let Event::ClientMessage(event) = event {
                let data = event.data.as_data32();
                if event.type_ == atoms.WM_PROTOCOLS
                    && data[0] == atoms._NET_WM_PING
                    && data[1] == self.serial
                {
                    return Ok(Caught::Up);
                }
            }
        }
        Ok(Caught::Unknown)
    }

    /// Like [`Client::wait`]; for a program that cannot answer, waits until it
    /// has stopped drawing.
    pub(super) fn wait_or_guess(&mut self, most: Duration) -> Result<()> {
        if self.wait_at_most(most)? == Caught::Up {
            return Ok(());
        }
        let mut watch = DamageWatch::open(self.display.as_deref())?;
        let deadline = Instant::now() + most;
        let process = self.process()?;
        loop {
            watch.settle(QUIET, most, &|| false)?;
            // On a busy machine a program may be silent because it did not get to run.
            let waits = process.is_none_or(sleeps);
            if waits || Instant::now() >= deadline {
                return Ok(());
            }
        }
    }

    /// The process that has the keyboard, when it runs on this machine.
    fn process(&self) -> Result<Option<u32>> {
        let client = self.x.conn.get_input_focus()?.reply()?.focus;
        if client <= 1 {
            return Ok(None);
        }
        let specs = [ClientIdSpec {
            client,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        }];
        let reply = self
            .x
            .conn
            .res_query_client_ids(&specs)?
            .reply_unchecked()?;
        let ids = reply.map(|reply| reply.ids).unwrap_or_default();
        Ok(ids
            .first()
            .and_then(|id| id.value.first().copied())
            .filter(|pid| *pid != 0))
    }

    /// The window above the focus that takes part in the protocol.
    fn answering_window(&self) -> Result<Option<Window>> {
        let x = &self.x;
        let mut at = x.conn.get_input_focus()?.reply()?.focus;
        if at == u32::from(x11rb::protocol::xproto::InputFocus::POINTER_ROOT) {
            at = x.conn.query_pointer(x.root)?.reply()?.child;
        }
        for _ in 0..16 {
            if at <= 1 || at == x.root {
                break;
            }
            if x.values(at, x.atoms.WM_PROTOCOLS)?
                .contains(&x.atoms._NET_WM_PING)
            {
                return Ok(Some(at));
            }
            match x.conn.query_tree(at)?.reply_unchecked()? {
                Some(tree) => at = tree.parent,
                None => break,
            }
        }
        Ok(None)
    }
}

/// Whether every thread of a process waits for something. A program that has
/// events to read does not: it is ready to run from the moment they arrive.
fn sleeps(process: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{process}/task")) else {
        return true;
    };
    threads.flatten().all(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // "12 (name) S ...": the name may hold anything, so from its end.
        let state = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.chars().next());
        !matches!(state, Some('R' | 'D'))
    })
}
