//! Owns the clipboard: a thread that serves what was put there to whoever asks,
//! until another program takes the clipboard over.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use rustix::event::{EventfdFlags, eventfd};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    Property, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;
use x11rb::{CURRENT_TIME, NONE};

use super::super::connection::{X, wait_readable};
use super::Names;
use crate::platform::{PlatformError, Result};

/// What is longer goes in parts of this size.
const PART: usize = 128 << 10;
/// How long the server may take to tell its time.
const PATIENCE: Duration = Duration::from_secs(2);

/// One form of what is on the clipboard.
#[derive(Debug, Clone)]
pub(super) struct Format {
    pub(super) target: u32,
    pub(super) kind: u32,
    /// Bits of a unit: 8, 16 or 32.
    pub(super) width: u8,
    pub(super) data: Arc<[u8]>,
}

/// A program asked for a form and was given it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub(super) requestor: Window,
    /// It was a form of text, not a list of forms.
    pub(super) text: bool,
}

enum Command {
    Take {
        formats: Vec<Format>,
        since: Option<u32>,
        tell: Option<SyncSender<Served>>,
        answer: SyncSender<Result<Option<u32>>>,
    },
    Clear {
        since: u32,
        answer: SyncSender<Result<Option<u32>>>,
    },
    Keep,
}

/// The thread that owns the clipboard, or could.
pub(super) struct Owner {
    commands: SyncSender<Command>,
    wake: Arc<OwnedFd>,
}

impl Owner {
    pub(super) fn start(display: Option<&str>, names: Names) -> Result<Self> {
        let (commands, queue) = sync_channel(4);
        let wake = Arc::new(eventfd(0, EventfdFlags::NONBLOCK).map_err(|error| {
            PlatformError::Failed {
                doing: "starting the clipboard's thread".to_owned(),
                reason: error.to_string(),
            }
        })?);
        let serving = Serving::open(display, names)?;
        let woken = Arc::clone(&wake);
        std::thread::Builder::new()
            .name("clipboard owner".to_owned())
            .spawn(move || serving.run(&queue, &woken))
            .map_err(|error| PlatformError::Failed {
                doing: "starting the clipboard's thread".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(Self { commands, wake })
    }

    /// Takes the clipboard. With `since`, only if it has not changed after that
    /// moment: the server compares, so nobody can come between. Gives since when
    /// it is ours; `None` when it is not.
    pub(super) fn take(
        &mut self,
        formats: Vec<Format>,
        since: Option<u32>,
        tell: Option<SyncSender<Served>>,
    ) -> Result<Option<u32>> {
        self.ask(|answer| Command::Take {
            formats,
            since,
            tell,
            answer,
        })
    }

    /// Leaves the clipboard without an owner, if it has not changed after that moment.
    pub(super) fn clear(&mut self, since: u32) -> Result<()> {
        self.ask(|answer| Command::Clear { since, answer })
            .map(|_| ())
    }

    /// What was to pass stays: it may be remembered by those who keep a history.
    pub(super) fn keep(&mut self) {
        if self.commands.send(Command::Keep).is_ok() {
            self.wake();
        }
    }

    fn ask(
        &mut self,
        command: impl FnOnce(SyncSender<Result<Option<u32>>>) -> Command,
    ) -> Result<Option<u32>> {
        let (answer, answered) = sync_channel(1);
        self.commands.send(command(answer)).map_err(|_| ended())?;
        self.wake();
        answered.recv().unwrap_or_else(|_| Err(ended()))
    }

    fn wake(&self) {
        // It can only fail when it is awake already.
        let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let (commands, _) = sync_channel(1);
        // The thread sees that nobody is left to command it.
        drop(std::mem::replace(&mut self.commands, commands));
        self.wake();
    }
}

fn ended() -> PlatformError {
    PlatformError::Lost("the clipboard's thread ended".to_owned())
}

/// A form on its way in parts.
struct Transfer {
    requestor: Window,
    property: u32,
    format: Format,
    sent: usize,
}

/// The thread's own state.
struct Serving {
    x: X,
    names: Names,
    window: Window,
    formats: Vec<Format>,
    since: u32,
    tell: Option<SyncSender<Served>>,
    transfers: Vec<Transfer>,
}

impl Serving {
    fn open(display: Option<&str>, names: Names) -> Result<Self> {
        let x = X::connect(display)?;
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
            &CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE),
        )?;
        x.round_trip()?;
        Ok(Self {
            x,
            names,
            window,
            formats: Vec::new(),
            since: CURRENT_TIME,
            tell: None,
            transfers: Vec::new(),
        })
    }

    fn run(mut self, queue: &Receiver<Command>, wake: &OwnedFd) {
        if let Err(error) = self.serve(queue, wake) {
            tracing::warn!(%error, "the clipboard is no longer served");
        }
    }

    fn serve(&mut self, queue: &Receiver<Command>, wake: &OwnedFd) -> Result<()> {
        loop {
            loop {
                match queue.try_recv() {
                    Ok(command) => self.command(command)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Ok(()),
                }
            }
            while let Some(event) = self.x.conn.poll_for_event()? {
                self.event(&event)?;
            }
            self.x.conn.flush()?;
            wait_readable(&[self.x.conn.stream().as_fd(), wake.as_fd()], None)?;
            let _ = rustix::io::read(wake, &mut [0u8; 8]);
        }
    }

    fn command(&mut self, command: Command) -> Result<()> {
        let clipboard = self.names.CLIPBOARD;
        match command {
            Command::Take {
                formats,
                since,
                tell,
                answer,
            } => {
                let time = match since {
                    Some(time) => time,
                    None => self.now()?,
                };
                self.x
                    .conn
                    .set_selection_owner(self.window, clipboard, time)?;
                let owner = self.x.conn.get_selection_owner(clipboard)?.reply()?.owner;
                let ours = owner == self.window;
                // That we lost it before is news from before; it must not end what begins now.
                while let Some(event) = self.x.conn.poll_for_event()? {
                    self.event(&event)?;
                }
                if ours {
                    self.formats = formats;
                    self.since = time;
                }
                self.tell = tell;
                let _ = answer.send(Ok(ours.then_some(time)));
            }
            Command::Clear { since, answer } => {
                self.x.conn.set_selection_owner(NONE, clipboard, since)?;
                self.x.round_trip()?;
                self.formats.clear();
                self.tell = None;
                let _ = answer.send(Ok(None));
            }
            Command::Keep => {
                let hint = self.names.SECRET_HINT;
                self.formats.retain(|format| format.target != hint);
                self.tell = None;
            }
        }
        Ok(())
    }

    /// The server's time, which owning a selection must be dated with.
    fn now(&mut self) -> Result<u32> {
        let property = self.names._INTERPRETER_SELECTION;
        self.x.conn.change_property8(
            PropMode::REPLACE,
            self.window,
            property,
            AtomEnum::STRING,
            &[],
        )?;
        let deadline = Instant::now() + PATIENCE;
        while let Some(event) = self.x.next_event(deadline)? {
            if let Event::PropertyNotify(event) = &event
                && event.window == self.window
                && event.atom == property
            {
                return Ok(event.time);
            }
            self.event(&event)?;
        }
        Ok(CURRENT_TIME)
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SelectionRequest(request) => self.request(request),
            Event::SelectionClear(clear) if clear.selection == self.names.CLIPBOARD => {
                self.formats.clear();
                self.tell = None;
                Ok(())
            }
            Event::PropertyNotify(event) if event.state == Property::DELETE => {
                self.next_part(event.window, event.atom)
            }
            // Answers to requests of windows that are gone are errors, and no loss.
            _ => Ok(()),
        }
    }

    fn request(&mut self, request: &SelectionRequestEvent) -> Result<()> {
        let asked = if request.property == NONE {
            request.target
        } else {
            request.property
        };
        let given = request.owner == self.window
            && request.selection == self.names.CLIPBOARD
            && !self.formats.is_empty()
            && if request.target == self.names.MULTIPLE {
                self.several(request.requestor, asked)?
            } else {
                self.one(request.requestor, request.target, asked)?
            };
        let answer = SelectionNotifyEvent {
            response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property: if given { asked } else { NONE },
        };
        self.x
            .conn
            .send_event(false, request.requestor, EventMask::NO_EVENT, answer)?;
        self.x.conn.flush()?;
        Ok(())
    }

    fn one(&mut self, requestor: Window, target: u32, property: u32) -> Result<bool> {
        let names = self.names;
        if target == names.TARGETS {
            let own = [names.TARGETS, names.TIMESTAMP, names.MULTIPLE];
            let targets: Vec<u32> = own
                .into_iter()
                .chain(self.formats.iter().map(|format| format.target))
                .collect();
            self.x.conn.change_property32(
                PropMode::REPLACE,
                requestor,
                property,
                AtomEnum::ATOM,
                &targets,
            )?;
            return Ok(true);
        }
        if target == names.TIMESTAMP {
            self.x.conn.change_property32(
                PropMode::REPLACE,
                requestor,
                property,
                AtomEnum::INTEGER,
                &[self.since],
            )?;
            return Ok(true);
        }
        let Some(format) = self.formats.iter().find(|format| format.target == target) else {
            return Ok(false);
        };
        let format = format.clone();
        if format.data.len() > PART {
            self.begin_parts(requestor, property, format)?;
        } else {
            self.write(requestor, property, &format, &format.data)?;
        }
        if let Some(tell) = &self.tell {
            let text = target != names.SECRET_HINT;
            let _ = tell.try_send(Served { requestor, text });
        }
        Ok(true)
    }

    /// Several forms at once, named in pairs of form and property.
    fn several(&mut self, requestor: Window, property: u32) -> Result<bool> {
        let pairs = self
            .x
            .conn
            .get_property(false, requestor, property, AtomEnum::ANY, 0, 1024)?
            .reply_unchecked()?;
        let Some(pairs) = pairs.as_ref().and_then(|reply| reply.value32()) else {
            return Ok(false);
        };
        let mut pairs: Vec<u32> = pairs.collect();
        for pair in pairs.chunks_exact_mut(2) {
            if pair[1] != NONE && !self.one(requestor, pair[0], pair[1])? {
                pair[1] = NONE;
            }
        }
        self.x.conn.change_property32(
            PropMode::REPLACE,
            requestor,
            property,
            self.names.ATOM_PAIR,
            &pairs,
        )?;
        Ok(true)
    }

    fn write(&self, requestor: Window, property: u32, format: &Format, data: &[u8]) -> Result<()> {
        let unit = usize::from(format.width.max(8) / 8);
        self.x.conn.change_property(
            PropMode::REPLACE,
            requestor,
            property,
            format.kind,
            format.width.max(8),
            (data.len() / unit) as u32,
            data,
        )?;
        Ok(())
    }

    fn begin_parts(&mut self, requestor: Window, property: u32, format: Format) -> Result<()> {
        let watch = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        self.x.conn.change_window_attributes(requestor, &watch)?;
        let length = u32::try_from(format.data.len()).unwrap_or(u32::MAX);
        self.x.conn.change_property32(
            PropMode::REPLACE,
            requestor,
            property,
            self.names.INCR,
            &[length],
        )?;
        self.transfers.push(Transfer {
            requestor,
            property,
            format,
            sent: 0,
        });
        Ok(())
    }

    /// The part before was read and removed: the next one.
    fn next_part(&mut self, requestor: Window, property: u32) -> Result<()> {
        let found = self
            .transfers
            .iter()
            .position(|transfer| (transfer.requestor, transfer.property) == (requestor, property));
        let Some(at) = found else {
            return Ok(());
        };
        let transfer = &mut self.transfers[at];
        let end = transfer.format.data.len().min(transfer.sent + PART);
        let format = transfer.format.clone();
        let from = std::mem::replace(&mut transfer.sent, end);
        self.write(requestor, property, &format, &format.data[from..end])?;
        if from == end {
            // Nothing was the sign of the end.
            self.transfers.remove(at);
            if requestor != self.window
                && !self
                    .transfers
                    .iter()
                    .any(|other| other.requestor == requestor)
            {
                let none = ChangeWindowAttributesAux::new().event_mask(EventMask::NO_EVENT);
                self.x.conn.change_window_attributes(requestor, &none)?;
            }
        }
        self.x.conn.flush()?;
        Ok(())
    }
}
