//! Selected text under X11: the PRIMARY selection, the accessibility tree, and
//! copying and pasting through the clipboard, which is put back with every format.

mod access;
mod chord;
mod owner;
mod reader;
mod saved;

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xfixes::{ConnectionExt as _, SelectionEventMask};
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, Window,
};
use x11rb::{NONE, protocol::Event};

use self::access::{Access, Asked};
use self::owner::{Format, Owner, Served};
use self::reader::Reader;
use self::saved::Saved;
use super::client::Client;
use super::connection::X;
use super::screen::X11Screen;
use super::window_list;
use crate::platform::{
    Field, Key, NamedKey, PlatformError, Result, Screen as _, Seen, SelectedText, Source,
};

x11rb::atom_manager! {
    /// Names of this part that the server turned into numbers.
    pub(super) Names: NamesCookie {
        AT_SPI_BUS,
        ATOM_PAIR,
        CLIPBOARD,
        DELETE,
        INCR,
        INSERT_PROPERTY,
        INSERT_SELECTION,
        MULTIPLE,
        SAVE_TARGETS,
        TARGETS,
        TIMESTAMP,
        UTF8_STRING,
        _INTERPRETER_SELECTION,
        TEXT_PLAIN: b"text/plain",
        TEXT_PLAIN_UTF8: b"text/plain;charset=utf-8",
        SECRET_HINT: b"x-kde-passwordManagerHint",
    }
}

/// A program that has not answered by then is not waited for.
const ANSWER: Duration = Duration::from_millis(150);
/// How long the accessibility tree may take.
const TREE: Duration = Duration::from_millis(140);
/// How long a program may take to copy after a chord; two chords are tried.
const COPY: Duration = Duration::from_millis(200);
/// How long a program may take to ask for what it shall paste.
const PASTE: Duration = Duration::from_millis(800);
/// How long the keys of the hotkey are waited for before the tree is asked again.
const HANDS_OFF_TO_LOOK: Duration = Duration::from_millis(300);
/// How long the keys of the hotkey may stay down before nothing is copied.
const HANDS_OFF_TO_COPY: Duration = Duration::from_millis(400);
/// The same before nothing is replaced.
const HANDS_OFF_TO_REPLACE: Duration = Duration::from_secs(2);
/// How long a window of ours may take to come to the screen.
const MAPPED: Duration = Duration::from_secs(1);
/// Text longer than this is not taken from a selection.
const MOST_TEXT: usize = 4 << 20;

/// Opens what reads selections on `display`, or on the environment's.
pub(in crate::platform) fn open(display: Option<&str>) -> Result<Box<dyn SelectedText>> {
    let x = X::connect(display)?;
    super::refuse_xwayland(&x)?;
    let names = Names::new(&x.conn)?.reply()?;
    x.conn.xfixes_query_version(5, 0)?.reply()?;
    let tree = access::address(&x, &names)?;
    Ok(Box::new(X11Selection {
        reader: Reader::open(display, names)?,
        display: display.map(str::to_owned),
        x,
        names,
        access: Access::new(tree),
        owner: None,
        pasting: None,
        patience: 1,
    }))
}

/// Selected text on one X server.
struct X11Selection {
    x: X,
    display: Option<String>,
    names: Names,
    reader: Reader,
    access: Access,
    owner: Option<Owner>,
    pasting: Option<Pasting>,
    /// How many times as long as usual programs are waited for.
    patience: u32,
}

/// A paste that has not ended: what was on the clipboard, and since when ours is.
struct Pasting {
    saved: Saved,
    since: u32,
}

impl X11Selection {
    /// The moment a wait is over that begins now.
    fn by(&self, wait: Duration) -> Instant {
        Instant::now() + wait * self.patience
    }

    /// Whether a window belongs to the app: to the same connection of the X
    /// server, or to the same process.
    fn is_of(&self, window: Window, source: &Source) -> Result<bool> {
        let mask = !self.x.conn.setup().resource_id_mask;
        if u64::from(window & mask) == source.window & u64::from(mask) {
            return Ok(true);
        }
        Ok(source.pid.is_some() && self.pid(window)? == source.pid)
    }

    fn pid(&self, client: Window) -> Result<Option<u32>> {
        let specs = [ClientIdSpec {
            client,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        }];
        let reply = self
            .x
            .conn
            .res_query_client_ids(&specs)?
            .reply_unchecked()?;
        Ok(reply
            .and_then(|reply| reply.ids.first().and_then(|id| id.value.first().copied()))
            .filter(|pid| *pid != 0))
    }

    fn selection_owner(&self, selection: u32) -> Result<Window> {
        Ok(self.x.conn.get_selection_owner(selection)?.reply()?.owner)
    }

    /// The PRIMARY selection, if the app holds it. Another app's says nothing
    /// about this one: people select here and there, and it stays for days.
    fn primary(&mut self, source: &Source) -> Result<Option<String>> {
        let primary = AtomEnum::PRIMARY.into();
        let owner = self.selection_owner(primary)?;
        if owner == NONE || !self.is_of(owner, source)? {
            return Ok(None);
        }
        let text = self.reader.text(primary, MOST_TEXT)?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn owner(&mut self) -> Result<&mut Owner> {
        match &mut self.owner {
            Some(owner) => Ok(owner),
            none => Ok(none.insert(Owner::start(self.display.as_deref(), self.names)?)),
        }
    }

    fn text_formats(&self, text: &str, passing: bool) -> Vec<Format> {
        let bytes: std::sync::Arc<[u8]> = text.as_bytes().into();
        let names = &self.names;
        let mut formats: Vec<Format> = [names.UTF8_STRING, names.TEXT_PLAIN_UTF8, names.TEXT_PLAIN]
            .into_iter()
            .map(|target| Format {
                target,
                kind: target,
                width: 8,
                data: bytes.clone(),
            })
            .collect();
        let latin: Option<Vec<u8>> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).ok())
            .collect();
        if let Some(latin) = latin {
            formats.push(Format {
                target: AtomEnum::STRING.into(),
                kind: AtomEnum::STRING.into(),
                width: 8,
                data: latin.into(),
            });
        }
        if passing {
            // Programs that keep a history of the clipboard leave out what says this.
            formats.push(Format {
                target: names.SECRET_HINT,
                kind: names.SECRET_HINT,
                width: 8,
                data: b"secret".as_slice().into(),
            });
        }
        formats
    }

    /// Waits until the clipboard has another owner; gives it and since when.
    fn clipboard_taken(&self, deadline: Instant) -> Result<Option<(Window, u32)>> {
        while let Some(event) = self.x.next_event(deadline)? {
            if let Event::XfixesSelectionNotify(event) = event
                && event.selection == self.names.CLIPBOARD
                && event.owner != NONE
            {
                return Ok(Some((event.owner, event.selection_timestamp)));
            }
        }
        Ok(None)
    }

    fn watch_clipboard(&self, watch: bool) -> Result<()> {
        let mask = if watch {
            SelectionEventMask::SET_SELECTION_OWNER
        } else {
            SelectionEventMask::from(0u32)
        };
        self.x
            .conn
            .xfixes_select_selection_input(self.x.root, self.names.CLIPBOARD, mask)?;
        self.x.round_trip()
    }

    fn press_copy(&mut self, source: &Source) -> Result<Option<(Window, u32)>> {
        let control = Key::Named(NamedKey::Control);
        // Ctrl+C comes second, because it interrupts where it does not copy.
        for key in [Key::Named(NamedKey::Insert), Key::Char('c')] {
            chord::press(self.display.as_deref(), &[control, key])?;
            let deadline = self.by(COPY);
            while let Some((owner, since)) = self.clipboard_taken(deadline)? {
                if self.is_of(owner, source)? {
                    return Ok(Some((owner, since)));
                }
            }
        }
        Ok(None)
    }

    /// Puts back what was saved, if the clipboard is still as it was `since`.
    fn put_back(&mut self, saved: Saved, since: u32) -> Result<()> {
        let owner = self.owner()?;
        match saved {
            Saved::Nothing => owner.clear(since),
            Saved::Formats(formats) => owner.take(formats, Some(since), None).map(|_| ()),
        }
    }
}

impl SelectedText for X11Selection {
    fn be_patient(&mut self, times: u32) {
        self.patience = times.max(1);
        self.reader.patience = self.patience;
    }

    fn source(&mut self) -> Result<Option<Source>> {
        let windows = window_list::windows(&self.x)?;
        let Some(window) = windows.into_iter().find(|window| window.active) else {
            return Ok(None);
        };
        let id = u32::try_from(window.id).unwrap_or_default();
        let class = self
            .x
            .conn
            .get_property(false, id, AtomEnum::WM_CLASS, AtomEnum::ANY, 0, 1024)?
            .reply_unchecked()?
            .map(|reply| reply.value)
            .unwrap_or_default();
        let mut names: Vec<String> = class
            .split(|byte| *byte == 0)
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        names.extend(window.pid.and_then(program));
        names.push(window.app.clone());
        names.retain(|name| !name.is_empty());
        Ok(Some(Source {
            window: window.id,
            pid: window.pid,
            app: window.app,
            names,
            area: window.content,
            pastes_over: window.pid.is_none_or(pastes_over),
        }))
    }

    fn look(&mut self, source: &Source) -> Result<Seen> {
        let deadline = self.by(TREE);
        let asked = source
            .pid
            .map(|pid| self.access.ask(Asked::Focus { pid, deadline }));
        let offered = self.primary(source)?;
        let field = asked.and_then(|answer| answer.field(deadline));
        let Some(pid) = source.pid.filter(|_| field.is_none()) else {
            return Ok(Seen { offered, field });
        };
        // While a hotkey is held, some programs think that they lost the keyboard.
        if chord::hands_off(&self.x, Duration::ZERO)? {
            return Ok(Seen { offered, field });
        }
        let asked = match &offered {
            Some(text) => Asked::Holding {
                pid,
                text: text.clone(),
                deadline: self.by(TREE),
            },
            None => {
                chord::hands_off(&self.x, HANDS_OFF_TO_LOOK)?;
                Asked::Focus {
                    pid,
                    deadline: self.by(TREE),
                }
            }
        };
        let field = self.access.ask(asked).field(self.by(TREE));
        Ok(Seen { offered, field })
    }

    fn look_again(&mut self, source: &Source, field: Option<&Field>) -> Result<Seen> {
        let deadline = self.by(TREE);
        let key = field.and_then(|field| field.key.clone());
        let asked = key.map(|key| self.access.ask(Asked::Field { key }));
        let offered = self.primary(source)?;
        let field = asked.and_then(|answer| answer.field(deadline));
        Ok(Seen { offered, field })
    }

    fn copy(&mut self, source: &Source) -> Result<Option<String>> {
        let Some(saved) = self.reader.save()? else {
            return Ok(None);
        };
        if !chord::hands_off(&self.x, HANDS_OFF_TO_COPY)? {
            return Ok(None);
        }
        self.watch_clipboard(true)?;
        let copied = self.press_copy(source);
        let unwatched = self.watch_clipboard(false);
        let Some((_, since)) = copied? else {
            return Ok(None);
        };
        let text = self.reader.text(self.names.CLIPBOARD, MOST_TEXT);
        self.put_back(saved, since)?;
        unwatched?;
        Ok(text?.filter(|text| !text.is_empty()))
    }

    fn clipboard(&mut self) -> Result<Option<String>> {
        if self.selection_owner(self.names.CLIPBOARD)? == NONE {
            return Ok(None);
        }
        let text = self.reader.text(self.names.CLIPBOARD, MOST_TEXT)?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    fn put(&mut self, text: &str) -> Result<()> {
        let formats = self.text_formats(text, false);
        match self.owner()?.take(formats, None, None)? {
            Some(_) => Ok(()),
            None => Err(PlatformError::Failed {
                doing: "putting the text on the clipboard".to_owned(),
                reason: "another program took it".to_owned(),
            }),
        }
    }

    fn activate(&mut self, source: &Source) -> Result<()> {
        let x = X::connect(self.display.as_deref())?;
        X11Screen::new(x, self.display.clone()).activate(source.window)
    }

    fn bring_back(&mut self, source: &Source) -> Result<()> {
        // A key that is still down would repeat in the field it comes to.
        if !chord::hands_off(&self.x, HANDS_OFF_TO_REPLACE)? {
            return Err(PlatformError::Failed {
                doing: "giving the keyboard back".to_owned(),
                reason: "a key is held down".to_owned(),
            });
        }
        self.activate(source)?;
        // The focus has been moved; the app has read that once it answers.
        Client::open(self.display.as_deref())?.wait()?;
        Ok(())
    }

    fn come_forward(&mut self, title: &str) -> Result<()> {
        let own = Some(std::process::id());
        let x = X::connect(self.display.as_deref())?;
        // It may be on its way to the screen; then the root window tells when it is there.
        let watch = ChangeWindowAttributesAux::new()
            .event_mask(EventMask::PROPERTY_CHANGE | EventMask::SUBSTRUCTURE_NOTIFY);
        x.conn.change_window_attributes(x.root, &watch)?;
        let deadline = Instant::now() + MAPPED;
        let window = loop {
            let windows = window_list::windows(&x)?;
            let found = windows
                .iter()
                .find(|window| window.pid == own && window.title == title && !window.minimised);
            match found {
                Some(window) => break window.id,
                None if x.next_event(deadline)?.is_some() => {}
                None => {
                    return Err(PlatformError::Gone(format!("there is no window {title:?}")));
                }
            }
        };
        X11Screen::new(x, self.display.clone()).activate(window)
    }

    fn select_again(&mut self, field: &Field) -> Result<bool> {
        let (Some(interval), Some(key)) = (field.selected, field.key.clone()) else {
            return Ok(false);
        };
        let answer = self.access.ask(Asked::Select { key, interval });
        Ok(answer.done(self.by(TREE)))
    }

    fn caret_behind(&mut self, field: &Field) -> Result<bool> {
        let (Some((_, at)), Some(key)) = (field.selected, field.key.clone()) else {
            return Ok(false);
        };
        let answer = self.access.ask(Asked::Caret { key, at });
        Ok(answer.done(self.by(TREE)))
    }

    fn paste(&mut self, source: &Source, text: &str) -> Result<bool> {
        let Some(saved) = self.reader.save()? else {
            return Err(PlatformError::Unsupported(
                "the clipboard holds more than could be put back".to_owned(),
            ));
        };
        let formats = self.text_formats(text, true);
        let (tell, served) = std::sync::mpsc::sync_channel::<Served>(64);
        let Some(since) = self.owner()?.take(formats, None, Some(tell))? else {
            return Ok(false);
        };
        self.pasting = Some(Pasting { saved, since });
        let chord = [Key::Named(NamedKey::Control), Key::Char('v')];
        chord::press(self.display.as_deref(), &chord)?;
        let deadline = self.by(PASTE);
        let mut taken = false;
        while !taken {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(served) = served.recv_timeout(left) else {
                return Ok(false);
            };
            // Others ask too: what keeps a history of the clipboard.
            taken = served.text && self.is_of(served.requestor, source)?;
        }
        // What it took it has put in once it answers what was sent after it.
        Client::open(self.display.as_deref())?.wait()?;
        Ok(true)
    }

    fn end_paste(&mut self, restore: bool) -> Result<()> {
        let Some(Pasting { saved, since }) = self.pasting.take() else {
            return Ok(());
        };
        if restore {
            return self.put_back(saved, since);
        }
        self.owner()?.keep();
        Ok(())
    }
}

/// The program of a process, by its file.
pub(super) fn program(pid: u32) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// Whether the toolkit of a process puts what is pasted in the place of what is
/// selected. Those from before that was usual, here and in no other system, do not.
fn pastes_over(pid: u32) -> bool {
    const BESIDE: [&str; 4] = ["/libtk8.", "/libtk9.", "/libXaw", "/libXm.so"];
    let Ok(maps) = std::fs::read_to_string(format!("/proc/{pid}/maps")) else {
        return true;
    };
    !BESIDE.iter().any(|library| maps.contains(library))
}
