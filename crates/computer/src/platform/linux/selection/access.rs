//! The accessibility tree: the field that has the keyboard, and what is selected in it.
//!
//! A thread of its own talks to the accessibility bus, from the first question
//! on. Programs answer such questions when they get to it, so whoever asks waits
//! no longer than it wants to; an answer that comes too late is dropped.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use atspi::{
    Interface, InterfaceSet, MatchType, ObjectMatchRule, Role, SortOrder, State, StateSet,
};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};
use zbus::blocking::Connection;
use zbus::zvariant::{DynamicType, OwnedValue, Type};

use super::super::accessibility::bus::{
    self, ACCESSIBLE, COLLECTION, PROPERTIES, REGISTRY, ROOT, Reference, TEXT,
};
use super::super::connection::X;
use super::Names;
use crate::platform::{Field, Rect, Result};

/// Programs without a search of their own are searched up to here.
const MOST_ELEMENTS: usize = 600;
/// So many fields are asked what is selected in them.
const MOST_FIELDS: usize = 60;
/// More text than this is not compared as a whole.
const MOST_CHARACTERS: i32 = 1_000_000;

/// A question.
pub(super) enum Asked {
    /// The field with the keyboard, in the windows of a process.
    Focus {
        /// The process.
        pid: u32,
        /// No answer is wanted after it.
        deadline: Instant,
    },
    /// A field in which exactly this text is selected.
    Holding {
        /// The process.
        pid: u32,
        /// The text.
        text: String,
        /// No answer is wanted after it.
        deadline: Instant,
    },
    /// A field that was found before.
    Field {
        /// Its names.
        key: (String, String),
    },
    /// Put the caret there, selecting nothing.
    Caret {
        /// The field's names.
        key: (String, String),
        /// In characters.
        at: usize,
    },
    /// Select an interval where nothing is selected.
    Select {
        /// The field's names.
        key: (String, String),
        /// In characters, first and behind the last.
        interval: (usize, usize),
    },
}

/// The answer, when it comes.
pub(super) struct Answer(Option<Receiver<Told>>);

enum Told {
    Field(Option<Field>),
    Done(bool),
}

impl Answer {
    fn wait(&self, deadline: Instant) -> Option<Told> {
        let left = deadline.saturating_duration_since(Instant::now());
        self.0.as_ref()?.recv_timeout(left).ok()
    }

    /// The field, if it is known in time.
    pub(super) fn field(self, deadline: Instant) -> Option<Field> {
        match self.wait(deadline)? {
            Told::Field(field) => field,
            Told::Done(_) => None,
        }
    }

    /// Whether it was done in time.
    pub(super) fn done(self, deadline: Instant) -> bool {
        matches!(self.wait(deadline), Some(Told::Done(true)))
    }
}

/// The way to the thread.
pub(super) struct Access {
    address: Option<String>,
    thread: Option<SyncSender<(Asked, SyncSender<Told>)>>,
}

/// Where the accessibility bus of this display is, as the display tells.
pub(super) fn address(x: &X, names: &Names) -> Result<Option<String>> {
    let reply = x
        .conn
        .get_property(false, x.root, names.AT_SPI_BUS, AtomEnum::ANY, 0, 1024)?
        .reply_unchecked()?;
    Ok(reply
        .map(|reply| String::from_utf8_lossy(&reply.value).into_owned())
        .filter(|address| !address.is_empty()))
}

impl Access {
    pub(super) fn new(address: Option<String>) -> Self {
        Self {
            address,
            thread: None,
        }
    }

    /// Puts a question. While the thread is still busy with others, there is no answer.
    pub(super) fn ask(&mut self, asked: Asked) -> Answer {
        let (tell, told) = sync_channel(1);
        let mut question = (asked, tell);
        for _ in 0..2 {
            let thread = match &self.thread {
                Some(thread) => thread,
                None => match start(self.address.clone()) {
                    Some(thread) => self.thread.insert(thread),
                    None => return Answer(None),
                },
            };
            match thread.try_send(question) {
                Ok(()) => return Answer(Some(told)),
                Err(std::sync::mpsc::TrySendError::Full(_)) => return Answer(None),
                Err(std::sync::mpsc::TrySendError::Disconnected(back)) => {
                    question = back;
                    self.thread = None;
                }
            }
        }
        Answer(None)
    }
}

fn start(address: Option<String>) -> Option<SyncSender<(Asked, SyncSender<Told>)>> {
    let (ask, asked) = sync_channel::<(Asked, SyncSender<Told>)>(2);
    let body = move || {
        let Some(bus) = bus::connect(address, bus::CALL) else {
            tracing::debug!("there is no accessibility bus");
            return;
        };
        let mut tree = Tree {
            bus,
            pids: HashMap::new(),
        };
        while let Ok((asked, tell)) = asked.recv() {
            let told = match asked {
                Asked::Focus { pid, deadline } => Told::Field(tree.focused(pid, deadline)),
                Asked::Holding {
                    pid,
                    text,
                    deadline,
                } => Told::Field(tree.holding(pid, &text, deadline)),
                Asked::Field { key } => Told::Field(tree.field(&key.0, &key.1)),
                Asked::Caret { key, at } => Told::Done(tree.caret(&key.0, &key.1, at)),
                Asked::Select { key, interval } => {
                    Told::Done(tree.select(&key.0, &key.1, interval))
                }
            };
            let _ = tell.try_send(told);
        }
    };
    std::thread::Builder::new()
        .name("accessibility".to_owned())
        .spawn(body)
        .ok()?;
    Some(ask)
}

struct Tree {
    bus: Connection,
    /// Processes of programs on the bus, by their names there, which are never used again.
    pids: HashMap<String, u32>,
}

impl Tree {
    fn ask<T>(
        &self,
        to: &str,
        path: &str,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Option<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        bus::call(&self.bus, to, path, interface, method, body)
    }

    /// The roots of the programs of a process.
    fn programs(&mut self, pid: u32, deadline: Instant) -> Vec<Reference> {
        let all: Option<Vec<Reference>> = self.ask(REGISTRY, ROOT, ACCESSIBLE, "GetChildren", &());
        let mut programs = all.unwrap_or_default();
        programs.retain(|(name, _)| Instant::now() < deadline && self.pid(name) == Some(pid));
        programs
    }

    fn focused(&mut self, pid: u32, deadline: Instant) -> Option<Field> {
        for (name, path) in self.programs(pid, deadline) {
            if let Some((name, path)) = self.search(&name, &path, deadline) {
                return self.field(&name, &path);
            }
        }
        None
    }

    fn holding(&mut self, pid: u32, text: &str, deadline: Instant) -> Option<Field> {
        for (name, path) in self.programs(pid, deadline) {
            // First what is written in, then what is only read, such as labels.
            let fields = self.matches(&name, &path, &[State::Showing, State::Editable]);
            let shown = self.matches(&name, &path, &[State::Showing]);
            let found = fields.into_iter().chain(shown).flatten();
            for (name, path) in found.take(MOST_FIELDS) {
                if Instant::now() > deadline {
                    return None;
                }
                let selections: Option<i32> = self.ask(&name, &path, TEXT, "GetNSelections", &());
                if selections != Some(1) {
                    continue;
                }
                let field = self.field(&name, &path);
                // A password field offers dots in the place of its text.
                let secret = field.as_ref().is_some_and(|field| field.secret);
                let selected = field.as_ref().and_then(Field::selected_text);
                if secret || selected.as_deref() == Some(text) {
                    return field;
                }
            }
        }
        None
    }

    fn pid(&mut self, name: &str) -> Option<u32> {
        if let Some(pid) = self.pids.get(name) {
            return Some(*pid);
        }
        let pid = bus::pid(&self.bus, name)?;
        self.pids.insert(name.to_owned(), pid);
        Some(pid)
    }

    /// The element that has the keyboard: asked of the program, or looked for.
    fn search(&self, name: &str, path: &str, deadline: Instant) -> Option<(String, String)> {
        let states = [State::Focused, State::Showing];
        let found = match self.matches(name, path, &states) {
            Some(found) => found.into_iter().next_back(),
            None => self.walk(name, path, deadline),
        };
        found.map(|(name, path)| (name, path.as_str().to_owned()))
    }

    /// The elements of a program that are so, where it can search itself.
    fn matches(&self, name: &str, path: &str, states: &[State]) -> Option<Vec<Reference>> {
        let rule = ObjectMatchRule::builder()
            .states(states, MatchType::All)
            // Nothing wanted of these, in the form that matches anything.
            .roles(&[], MatchType::All)
            .attributes(HashMap::new(), MatchType::All)
            .interfaces([Interface::Text; 0], MatchType::All)
            .build();
        let rule = (rule, SortOrder::Canonical as u32, 0i32, true);
        self.ask(name, path, COLLECTION, "GetMatches", &rule)
    }

    fn walk(&self, name: &str, path: &str, deadline: Instant) -> Option<Reference> {
        let mut level: Vec<Reference> = self.ask(name, path, ACCESSIBLE, "GetChildren", &())?;
        let mut seen = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (name, path) in level {
                seen += 1;
                if seen > MOST_ELEMENTS || Instant::now() > deadline {
                    return None;
                }
                let Some(states) = self.states(&name, &path) else {
                    continue;
                };
                if states.contains(State::Focused) {
                    return Some((name, path));
                }
                if !states.contains(State::Showing) {
                    continue;
                }
                let children = self.ask(&name, &path, ACCESSIBLE, "GetChildren", &());
                let children: Vec<Reference> = children.unwrap_or_default();
                next.extend(children);
            }
            level = next;
        }
        None
    }

    fn states(&self, name: &str, path: &str) -> Option<StateSet> {
        self.ask(name, path, ACCESSIBLE, "GetState", &())
    }

    fn field(&self, name: &str, path: &str) -> Option<Field> {
        let states = self.states(name, path)?;
        if states.contains(State::Defunct) {
            return None;
        }
        let role: Role = self.ask(name, path, ACCESSIBLE, "GetRole", &())?;
        let interfaces: InterfaceSet = self.ask(name, path, ACCESSIBLE, "GetInterfaces", &())?;
        let mut field = Field {
            key: Some((name.to_owned(), path.to_owned())),
            focused: states.contains(State::Focused),
            secret: role == Role::PasswordText,
            editable: states.contains(State::Editable)
                && !states.contains(State::ReadOnly)
                && role != Role::Terminal,
            text: None,
            selected: None,
            area: None,
        };
        if field.secret || !interfaces.contains(Interface::Text) {
            return Some(field);
        }
        let count = self.number(name, path, "CharacterCount");
        if count.is_some_and(|count| count <= MOST_CHARACTERS) {
            field.text = self.ask(name, path, TEXT, "GetText", &(0i32, -1i32));
        }
        let selections: i32 = self
            .ask(name, path, TEXT, "GetNSelections", &())
            .unwrap_or_default();
        if selections < 1 {
            return Some(field);
        }
        let (from, to): (i32, i32) = self.ask(name, path, TEXT, "GetSelection", &(0i32,))?;
        let (from, to) = (from.min(to), from.max(to));
        if let (Ok(first), Ok(behind)) = (usize::try_from(from), usize::try_from(to))
            && first < behind
        {
            field.selected = Some((first, behind));
            // 0: of the screen.
            let area: Option<(i32, i32, i32, i32)> =
                self.ask(name, path, TEXT, "GetRangeExtents", &(from, to, 0u32));
            field.area = area.and_then(|(x, y, w, h)| {
                let (w, h) = (u32::try_from(w).ok()?, u32::try_from(h).ok()?);
                (w > 0 && h > 0).then_some(Rect { x, y, w, h })
            });
        }
        Some(field)
    }

    /// What programs say of whether they did it cannot be relied on (GTK 4 has a
    /// wrong type there), so they are asked how it is.
    fn caret(&self, name: &str, path: &str, at: usize) -> bool {
        let Ok(at) = i32::try_from(at) else {
            return false;
        };
        let _: Option<bool> = self.ask(name, path, TEXT, "SetCaretOffset", &(at,));
        let selections: Option<i32> = self.ask(name, path, TEXT, "GetNSelections", &());
        selections == Some(0) && self.number(name, path, "CaretOffset") == Some(at)
    }

    fn select(&self, name: &str, path: &str, (from, to): (usize, usize)) -> bool {
        let (Ok(from), Ok(to)) = (i32::try_from(from), i32::try_from(to)) else {
            return false;
        };
        let _: Option<bool> = self.ask(name, path, TEXT, "AddSelection", &(from, to));
        let now: Option<(i32, i32)> = self.ask(name, path, TEXT, "GetSelection", &(0i32,));
        now == Some((from, to))
    }

    /// A property of the text.
    fn number(&self, name: &str, path: &str, property: &str) -> Option<i32> {
        let value: OwnedValue = self.ask(name, path, PROPERTIES, "Get", &(TEXT, property))?;
        i32::try_from(value).ok()
    }
}
