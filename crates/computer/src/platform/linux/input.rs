//! Mouse and keyboard through the XTEST extension.
//!
//! Text is exact because nothing is guessed: the server's own map says which
//! key and which shifts give a character in the active layout; a character of
//! another layout of the map is typed with that layout locked for the moment
//! (each key event carries its layout, so no program can mix it up); what is on
//! no key is lent to a spare one ([`super::spare`]). Caps Lock is lifted
//! meanwhile and put back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{ConnectionExt as _, EventType, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;

use super::client::{Caught, Client};
use super::connection::X;
use super::keymap::{CORE, Keymap, Stroke};
use super::keysyms;
use super::layout::{Borrowed, Home};
use super::spare::{Lent, Spares, symbols_of};
use super::stop_key::StopKey;
use crate::platform::{
    Button, Held, Input, Key, Ledger, NamedKey, OwnEvent, PlatformError, Result,
};

/// How long putting the keyboard back may hold up the end.
const AT_THE_END: Duration = Duration::from_millis(500);
/// How long a program may take to read what was typed before its keys are lent anew.
const LONGEST: Duration = Duration::from_secs(3);

/// The XTEST devices, and what is down on them.
pub(super) struct X11Input {
    x: X,
    display: Option<String>,
    ledger: Arc<Ledger>,
    stop: StopKey,
    map: Keymap,
    /// Someone changed the map since it was read.
    stale: bool,
    spares: Spares,
    client: Option<Client>,
    /// How often each key was pressed and not lifted.
    down: HashMap<u8, u32>,
    keys: Vec<HeldKey>,
    buttons: Vec<(Button, u8)>,
    /// The text announced and not yet typed.
    text: Option<Vec<char>>,
    borrowed: Borrowed,
}

struct HeldKey {
    key: Key,
    stroke: Stroke,
}

impl X11Input {
    pub(super) fn open(display: Option<&str>, ledger: Arc<Ledger>) -> Result<Self> {
        let x = X::connect(display)?;
        x.conn.xtest_get_version(2, 2)?.reply()?;
        x.conn.xkb_use_extension(1, 0)?.reply()?;
        let changes = EventType::MAP_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY;
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        x.conn.xkb_select_events(
            CORE,
            EventType::from(0u16),
            changes,
            parts,
            parts,
            &SelectEventsAux::new(),
        )?;
        let mut map = Keymap::read(&x)?;
        let spares = Spares::adopt(&x, &map)?;
        map.forget(spares.codes());
        Ok(Self {
            stop: StopKey::open(display)?,
            display: display.map(str::to_owned),
            x,
            ledger,
            map,
            stale: false,
            spares,
            client: None,
            down: HashMap::new(),
            keys: Vec::new(),
            buttons: Vec::new(),
            text: None,
            borrowed: Borrowed::default(),
        })
    }

    fn fake(&self, kind: u8, detail: u8, x: i16, y: i16) -> Result<()> {
        self.x
            .conn
            .xtest_fake_input(kind, detail, 0, self.x.root, x, y, 0)?;
        Ok(())
    }

    fn press(&mut self, code: u8) -> Result<()> {
        let times = self.down.entry(code).or_default();
        *times += 1;
        if *times > 1 {
            return Ok(());
        }
        if self.stop.is(code) {
            self.stop.before_ours()?;
        }
        self.ledger.note(OwnEvent::Key {
            code: u32::from(code),
            down: true,
        });
        self.fake(KEY_PRESS_EVENT, code, 0, 0)
    }

    fn lift(&mut self, code: u8) -> Result<()> {
        match self.down.get_mut(&code) {
            Some(times) if *times > 1 => {
                *times -= 1;
                return Ok(());
            }
            Some(_) => self.down.remove(&code),
            None => return Ok(()),
        };
        self.ledger.note(OwnEvent::Key {
            code: u32::from(code),
            down: false,
        });
        self.fake(KEY_RELEASE_EVENT, code, 0, 0)?;
        if self.stop.is(code) {
            self.x.round_trip()?;
            self.stop.after_ours()?;
        }
        Ok(())
    }

    fn press_stroke(&mut self, stroke: &Stroke) -> Result<()> {
        for code in &stroke.with {
            self.press(*code)?;
        }
        self.press(stroke.code)
    }

    fn lift_stroke(&mut self, stroke: &Stroke) -> Result<()> {
        self.lift(stroke.code)?;
        for code in stroke.with.iter().rev() {
            self.lift(*code)?;
        }
        Ok(())
    }

    /// Reads the map again if it changed.
    fn refresh(&mut self) -> Result<()> {
        while let Some(event) = self.x.conn.poll_for_event()? {
            if matches!(
                event,
                Event::XkbMapNotify(_) | Event::XkbNewKeyboardNotify(_)
            ) {
                self.stale = true;
            }
        }
        if !self.stale {
            return Ok(());
        }
        self.stale = false;
        self.map = Keymap::read(&self.x)?;
        if !self.spares.in_use() || !self.spares.still_there(&self.map) {
            self.spares = Spares::adopt(&self.x, &self.map)?;
        }
        self.map.forget(self.spares.codes());
        Ok(())
    }

    /// The layouts to look into, the present one first, then the person's.
    fn groups(&self, home: Home) -> Vec<u8> {
        let mut groups = vec![home.now];
        for group in std::iter::once(home.group).chain(0..self.map.groups()) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups
    }

    /// How to produce a character; switches the layout or lends a key if it must.
    fn stroke_of(&mut self, c: char) -> Result<Stroke> {
        let home = self.borrowed.enter(&self.x)?;
        for group in self.groups(home) {
            if let Some(stroke) = self.map.character(c, group, home.locked) {
                if group != home.now {
                    self.borrowed.switch(&self.x, group)?;
                }
                return Ok(stroke);
            }
        }
        let symbol = keysyms::symbol(c);
        if let Some(stroke) = self.spares.stroke(symbol) {
            return Ok(stroke);
        }
        let ahead = self.text.take();
        let coming = ahead.iter().flatten().copied();
        let wanted = self.missing(home, std::iter::once(c).chain(coming));
        self.text = ahead;
        self.lend(&wanted)?;
        self.spares
            .stroke(symbol)
            .ok_or_else(|| PlatformError::CannotType {
                what: format!("{c:?}"),
                why: "it is on no key of this keyboard, and the keyboard map has no spare key"
                    .to_owned(),
            })
    }

    /// The symbols of those characters that no key has in any layout.
    fn missing(&self, home: Home, text: impl Iterator<Item = char>) -> Vec<u32> {
        let groups = self.groups(home);
        let mut known: HashMap<char, bool> = HashMap::new();
        let off_keys = text.filter(|c| !c.is_control()).filter(|c| {
            !*known.entry(*c).or_insert_with(|| {
                groups
                    .iter()
                    .any(|group| self.map.character(*c, *group, home.locked).is_some())
            })
        });
        symbols_of(off_keys, self.spares.room().max(1))
    }

    /// Lends spare keys, and lets the program that listens take notice.
    fn lend(&mut self, symbols: &[u32]) -> Result<()> {
        if symbols.is_empty() || self.spares.room() == 0 {
            return Ok(());
        }
        // What was typed before must have left for the server before the map changes.
        self.x.conn.flush()?;
        if self.spares.lend(&self.x, symbols)? == Lent::Full {
            self.x.round_trip()?;
            self.client()?.wait_or_guess(LONGEST)?;
            self.spares.all_read();
            self.spares.lend(&self.x, symbols)?;
        }
        self.x.round_trip()?;
        if self.client()?.wait()? == Caught::Up {
            self.spares.all_read();
        }
        Ok(())
    }

    fn client(&mut self) -> Result<&mut Client> {
        match &mut self.client {
            Some(client) => Ok(client),
            none => Ok(none.insert(Client::open(self.display.as_deref())?)),
        }
    }

    /// Gives lent keys back, if the program is known to have read what they typed.
    /// Otherwise they stay lent, which does no harm, until control ends.
    fn give_back(&mut self) -> Result<()> {
        if !self.spares.in_use() {
            return Ok(());
        }
        self.x.round_trip()?;
        if self.client()?.wait()? == Caught::Up {
            self.spares.all_read();
            self.spares.restore(&self.x)?;
        }
        Ok(())
    }

    /// Gives lent keys back at the end of control, after a short wait.
    fn give_back_at_the_end(&mut self) -> Result<()> {
        if !self.spares.in_use() {
            return Ok(());
        }
        self.x.round_trip()?;
        self.client()?.wait_or_guess(AT_THE_END)?;
        self.spares.restore(&self.x)
    }

    /// The number to press for a button, for a person who swapped them.
    fn physical(&self, logical: u8) -> Result<u8> {
        let map = self.x.conn.get_pointer_mapping()?.reply()?.map;
        let found = map.iter().position(|mapped| *mapped == logical);
        Ok(found.map_or(logical, |at| at as u8 + 1))
    }

    fn send_button(&mut self, code: u8, down: bool) -> Result<()> {
        self.ledger.note(OwnEvent::Button {
            code: u32::from(code),
            down,
        });
        let kind = if down {
            BUTTON_PRESS_EVENT
        } else {
            BUTTON_RELEASE_EVENT
        };
        self.fake(kind, code, 0, 0)
    }

    fn named(&mut self, key: &Key) -> Result<Stroke> {
        let home = self.borrowed.state(&self.x)?;
        let symbols = keysyms::symbols(key);
        for symbol in &symbols {
            for group in self.groups(home) {
                if let Some(stroke) = self.map.symbol(*symbol, group, home.locked) {
                    return Ok(stroke);
                }
            }
        }
        let cannot = || PlatformError::CannotType {
            what: format!("the key {key:?}"),
            why: "this keyboard does not have it".to_owned(),
        };
        let symbol = *symbols.first().ok_or_else(cannot)?;
        self.lend(&[symbol])?;
        self.spares.stroke(symbol).ok_or_else(cannot)
    }
}

impl Input for X11Input {
    fn move_to(&mut self, x: i32, y: i32) -> Result<()> {
        let fits = |value: i32| {
            i16::try_from(value)
                .map_err(|_| PlatformError::Gone(format!("({x}, {y}) does not lie on the desktop")))
        };
        let (left, top) = (fits(x)?, fits(y)?);
        self.ledger.note(OwnEvent::Motion { x, y });
        self.fake(MOTION_NOTIFY_EVENT, 0, left, top)?;
        self.x.conn.flush()?;
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<()> {
        if down {
            let code = self.physical(match button {
                Button::Left => 1,
                Button::Middle => 2,
                Button::Right => 3,
                Button::Back => 8,
                Button::Forward => 9,
            })?;
            self.buttons.push((button, code));
            self.send_button(code, true)?;
        } else if let Some(at) = self.buttons.iter().rposition(|(held, _)| *held == button) {
            let (_, code) = self.buttons.remove(at);
            self.send_button(code, false)?;
        }
        self.x.conn.flush()?;
        Ok(())
    }

    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()> {
        for (clicks, negative, positive) in [(dy, 4, 5), (dx, 6, 7)] {
            let code = self.physical(if clicks < 0 { negative } else { positive })?;
            for _ in 0..clicks.unsigned_abs() {
                self.send_button(code, true)?;
                self.send_button(code, false)?;
            }
        }
        self.x.conn.flush()?;
        Ok(())
    }

    fn key(&mut self, key: &Key, down: bool) -> Result<()> {
        if down {
            self.refresh()?;
            let stroke = match key {
                Key::Char('\n' | '\r' | '\t') | Key::Named(_) => self.named(key)?,
                Key::Char(c) if c.is_control() => return Err(control(*c)),
                Key::Char(c) => self.stroke_of(*c)?,
            };
            self.keys.push(HeldKey {
                key: *key,
                stroke: stroke.clone(),
            });
            self.press_stroke(&stroke)?;
        } else if let Some(at) = self.keys.iter().rposition(|held| held.key == *key) {
            let held = self.keys.remove(at);
            self.lift_stroke(&held.stroke)?;
            if self.keys.is_empty() && self.text.is_none() {
                self.borrowed.leave(&self.x)?;
                self.give_back()?;
            }
        }
        self.x.conn.flush()?;
        Ok(())
    }

    fn begin_text(&mut self, text: &str) -> Result<()> {
        self.refresh()?;
        let home = self.borrowed.enter(&self.x)?;
        let wanted = self.missing(home, text.chars());
        // Reversed, so that what was typed falls off the end.
        self.text = Some(text.chars().rev().collect());
        self.lend(&wanted)
    }

    fn type_char(&mut self, c: char) -> Result<()> {
        if self.text.is_none() {
            self.begin_text(c.encode_utf8(&mut [0; 4]))?;
            let typed = self.type_char(c);
            let ended = self.end_text();
            return typed.and(ended);
        }
        let stroke = match c {
            '\n' | '\r' => self.named(&Key::Named(NamedKey::Return))?,
            '\t' => self.named(&Key::Named(NamedKey::Tab))?,
            c if c.is_control() => return Err(control(c)),
            c => self.stroke_of(c)?,
        };
        if let Some(text) = &mut self.text
            && text.last() == Some(&c)
        {
            text.pop();
        }
        self.press_stroke(&stroke)?;
        self.lift_stroke(&stroke)?;
        self.x.conn.flush()?;
        Ok(())
    }

    fn end_text(&mut self) -> Result<()> {
        self.text = None;
        if self.keys.is_empty() {
            self.borrowed.leave(&self.x)?;
        }
        self.give_back()
    }

    fn flush(&mut self) -> Result<()> {
        self.x.round_trip()
    }

    fn release_all(&mut self) -> Result<()> {
        let mut results = vec![self.stop.let_go()];
        // A key first, then the shifts it was pressed with; buttons before both.
        for (_, code) in std::mem::take(&mut self.buttons).into_iter().rev() {
            results.push(self.send_button(code, false));
        }
        for held in std::mem::take(&mut self.keys).into_iter().rev() {
            results.push(self.lift_stroke(&held.stroke));
        }
        let left: Vec<u8> = self.down.keys().copied().collect();
        for code in left {
            self.down.insert(code, 1);
            results.push(self.lift(code));
        }
        self.text = None;
        results.push(self.borrowed.leave(&self.x));
        results.push(self.x.round_trip());
        results.into_iter().collect()
    }

    fn held(&self) -> Vec<Held> {
        let keys = self.keys.iter().map(|held| Held::Key(held.key));
        keys.chain(self.buttons.iter().map(|(button, _)| Held::Button(*button)))
            .collect()
    }

    fn arm_stop_key(&mut self) -> Result<()> {
        self.refresh()?;
        self.stop.arm(&self.map)
    }

    fn disarm_stop_key(&mut self) -> Result<()> {
        self.stop.disarm()?;
        self.give_back_at_the_end()
    }
}

impl Drop for X11Input {
    fn drop(&mut self) {
        let _ = self.release_all();
        let _ = self.give_back_at_the_end();
    }
}

fn control(c: char) -> PlatformError {
    PlatformError::CannotType {
        what: format!("{c:?}"),
        why: "it is a control character; use a key or a combination instead".to_owned(),
    }
}
