//! Mouse and keyboard through the virtual pointer and keyboard protocols.
//!
//! The devices are made at the first use, so that who only looks adds none.
//! Positions are a part of the area around all outputs. The keyboard brings its
//! own map ([`Keymap`]), so text is exact whatever layout and locks the person
//! has; since programs are told of it in the order of the keys, nothing has to be
//! waited for and nothing put back.

use std::collections::HashMap;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use wayland_client::protocol::wl_keyboard::KeymapFormat;
use wayland_client::protocol::wl_pointer::{Axis, AxisSource, ButtonState};
use wayland_protocols_misc::zwp_virtual_keyboard_v1::client::zwp_virtual_keyboard_v1::ZwpVirtualKeyboardV1;
use wayland_protocols_wlr::virtual_pointer::v1::client::zwlr_virtual_pointer_v1::ZwlrVirtualPointerV1;

use super::keymap::{ESCAPE, Keymap, LOCKS, SHIFT, Stroke, modifier, named};
use super::outputs::{extents, place};
use super::seat::{Seat, lock};
use super::shm;
use crate::platform::{Button, Held, Input, Key, NamedKey, OwnEvent, PlatformError, Result, units};

/// Parts of a logical unit that positions are given in.
const FINE: u32 = 4096;
/// A program that gets more than it reads is cut off by the compositor, and ends. So
/// many characters may be typed at once ...
const AT_ONCE: u32 = 1000;
/// ... and all of a longer text no faster than this.
const PACE: Duration = Duration::from_micros(700);
/// What a click of a wheel moves.
const CLICK: f64 = 15.0;

/// Milliseconds by a clock of ours.
pub(super) fn millis() -> u32 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u32
}

/// Gives a virtual keyboard its map.
pub(super) fn give_keymap(keyboard: &ZwpVirtualKeyboardV1, map: &Keymap) -> Result<()> {
    let mut text = map.text().into_bytes();
    text.push(0);
    let file = shm::file(text.len())?;
    let failed = |error: rustix::io::Errno| PlatformError::Failed {
        doing: "preparing the keyboard".to_owned(),
        reason: error.to_string(),
    };
    let mut rest = &text[..];
    while !rest.is_empty() {
        let written = rustix::io::write(&file, rest).map_err(failed)?;
        rest = &rest[written..];
    }
    keyboard.keymap(
        u32::from(KeymapFormat::XkbV1),
        file.as_fd(),
        text.len() as u32,
    );
    Ok(())
}

/// The devices, and what is down on them.
pub(super) struct WaylandInput {
    seat: Arc<Seat>,
    pointer: Option<ZwlrVirtualPointerV1>,
    keyboard: Option<ZwpVirtualKeyboardV1>,
    map: Keymap,
    /// How often each key was pressed and not lifted.
    down: HashMap<u32, u32>,
    /// Caps Lock and Num Lock, as we set them.
    locked: u32,
    keys: Vec<(Key, Stroke)>,
    buttons: Vec<Button>,
    /// The text announced and not yet typed, its beginning last.
    text: Option<Vec<char>>,
    /// Characters of it that were typed, and since when.
    typed: (u32, Instant),
}

impl WaylandInput {
    pub(super) fn new(seat: Arc<Seat>) -> Self {
        Self {
            seat,
            pointer: None,
            keyboard: None,
            map: Keymap::default(),
            down: HashMap::new(),
            locked: 0,
            keys: Vec::new(),
            buttons: Vec::new(),
            text: None,
            typed: (0, Instant::now()),
        }
    }

    fn pointer(&mut self) -> Result<ZwlrVirtualPointerV1> {
        match &self.pointer {
            Some(pointer) => Ok(pointer.clone()),
            None => {
                let pointer = self.seat.new_pointer()?;
                Ok(self.pointer.insert(pointer).clone())
            }
        }
    }

    fn keyboard(&mut self) -> Result<ZwpVirtualKeyboardV1> {
        match &self.keyboard {
            Some(keyboard) => Ok(keyboard.clone()),
            None => {
                let keyboard = self.seat.new_keyboard()?;
                give_keymap(&keyboard, &self.map)?;
                Ok(self.keyboard.insert(keyboard).clone())
            }
        }
    }

    /// What is set by the keys that are down. Text is typed without locks.
    fn modifiers(&self) -> (u32, u32) {
        let held = self.down.keys().fold(0, |all, code| all | modifier(*code));
        let locked = if self.text.is_some() { 0 } else { self.locked };
        (held & !LOCKS, locked)
    }

    fn tell_modifiers(&mut self) -> Result<()> {
        let (held, locked) = self.modifiers();
        self.keyboard()?.modifiers(held, 0, locked, 0);
        Ok(())
    }

    fn send_key(&mut self, code: u32, down: bool) -> Result<()> {
        let keyboard = self.keyboard()?;
        self.seat.send(OwnEvent::Key { code, down }, || {
            keyboard.key(millis(), code, u32::from(down));
        });
        if modifier(code) != 0 {
            self.tell_modifiers()?;
        }
        Ok(())
    }

    fn press(&mut self, code: u32) -> Result<()> {
        let times = self.down.entry(code).or_default();
        *times += 1;
        if *times > 1 {
            return Ok(());
        }
        if code == ESCAPE
            && let Some(keys) = &mut *lock(&self.seat.stop_keys)
        {
            keys.lift()?;
        }
        if modifier(code) & LOCKS != 0 {
            self.locked ^= modifier(code) & LOCKS;
        }
        self.send_key(code, true)
    }

    fn lift(&mut self, code: u32) -> Result<()> {
        match self.down.get_mut(&code) {
            Some(times) if *times > 1 => {
                *times -= 1;
                return Ok(());
            }
            Some(_) => self.down.remove(&code),
            None => return Ok(()),
        };
        self.send_key(code, false)?;
        if code == ESCAPE {
            self.seat.round_trip()?;
            if let Some(keys) = &mut *lock(&self.seat.stop_keys) {
                keys.put_back()?;
            }
        }
        Ok(())
    }

    fn press_stroke(&mut self, stroke: Stroke) -> Result<()> {
        if stroke.shift {
            self.press(SHIFT)?;
        }
        self.press(stroke.code)
    }

    fn lift_stroke(&mut self, stroke: Stroke) -> Result<()> {
        self.lift(stroke.code)?;
        if stroke.shift {
            self.lift(SHIFT)?;
        }
        Ok(())
    }

    /// How to type a character, with a new map if it must be.
    fn stroke_of(&mut self, c: char) -> Result<Stroke> {
        if let Some(stroke) = self.map.character(c) {
            return Ok(stroke);
        }
        // First what is held: it must find its key again.
        let held: Vec<char> = self
            .keys
            .iter()
            .filter_map(|(key, _)| match key {
                Key::Char(c) => Some(*c),
                Key::Named(_) => None,
            })
            .collect();
        let coming: Vec<char> = self.text.iter().flatten().rev().copied().collect();
        self.change_map(Keymap::with(
            held.into_iter().chain(std::iter::once(c)).chain(coming),
        ))?;
        self.map
            .character(c)
            .ok_or_else(|| PlatformError::CannotType {
                what: format!("{c:?}"),
                why: "no key is left for it while so many are held".to_owned(),
            })
    }

    fn change_map(&mut self, map: Keymap) -> Result<()> {
        if map == self.map {
            return Ok(());
        }
        self.map = map;
        if let Some(keyboard) = &self.keyboard {
            give_keymap(keyboard, &self.map)?;
            // A new map starts without modifiers.
            self.tell_modifiers()?;
        }
        Ok(())
    }

    fn send_button(&mut self, button: Button, down: bool) -> Result<()> {
        let code = code_of(button);
        let pointer = self.pointer()?;
        let state = if down {
            ButtonState::Pressed
        } else {
            ButtonState::Released
        };
        self.seat.send(OwnEvent::Button { code, down }, || {
            pointer.button(millis(), code, state);
        });
        pointer.frame();
        Ok(())
    }
}

/// The kernel's number.
fn code_of(button: Button) -> u32 {
    match button {
        Button::Left => 0x110,
        Button::Right => 0x111,
        Button::Middle => 0x112,
        Button::Back => 0x113,
        Button::Forward => 0x114,
    }
}

fn stroke_of_name(key: &Key) -> Option<Result<Stroke>> {
    let name = match key {
        Key::Char('\n' | '\r') => NamedKey::Return,
        Key::Char('\t') => NamedKey::Tab,
        Key::Char(c) if c.is_control() => return Some(Err(control(*c))),
        Key::Char(_) => return None,
        Key::Named(name) => *name,
    };
    let stroke = named(name).map(|code| Stroke { code, shift: false });
    Some(stroke.ok_or_else(|| PlatformError::CannotType {
        what: format!("the key {key:?}"),
        why: "this keyboard does not have it".to_owned(),
    }))
}

fn control(c: char) -> PlatformError {
    PlatformError::CannotType {
        what: format!("{c:?}"),
        why: "it is a control character; use a key or a combination instead".to_owned(),
    }
}

impl Input for WaylandInput {
    fn move_to(&mut self, x: i32, y: i32) -> Result<()> {
        let pointer = self.pointer()?;
        let outputs = self.seat.outputs()?;
        let nowhere = || PlatformError::Gone(format!("({x}, {y}) does not lie on any display"));
        let (at_x, at_y) = units::to_unit(&place(&outputs), x, y).ok_or_else(nowhere)?;
        let (left, top, width, height) = extents(&outputs).ok_or_else(nowhere)?;
        let part = |at: f64, from: i32| ((at - f64::from(from)) * f64::from(FINE)).round() as u32;
        let (part_x, part_y) = (part(at_x, left), part(at_y, top));
        self.seat.send(OwnEvent::Motion { x, y }, || {
            pointer.motion_absolute(millis(), part_x, part_y, width * FINE, height * FINE);
        });
        pointer.frame();
        *lock(&self.seat.hub.pointer) = Some((x, y));
        self.seat.mark()?;
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<()> {
        if down {
            self.buttons.push(button);
            self.send_button(button, true)?;
        } else if let Some(at) = self.buttons.iter().rposition(|held| *held == button) {
            self.buttons.remove(at);
            self.send_button(button, false)?;
        }
        self.seat.mark()?;
        Ok(())
    }

    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()> {
        let pointer = self.pointer()?;
        let directions = [
            (dy, Axis::VerticalScroll, 4),
            (dx, Axis::HorizontalScroll, 6),
        ];
        for (clicks, axis, code) in directions {
            let one = clicks.signum();
            for _ in 0..clicks.unsigned_abs() {
                let event = OwnEvent::Button { code, down: true };
                self.seat.send(event, || {
                    pointer.axis_source(AxisSource::Wheel);
                    pointer.axis_discrete(millis(), axis, CLICK * f64::from(one), one);
                    pointer.frame();
                });
            }
        }
        self.seat.mark()?;
        Ok(())
    }

    fn key(&mut self, key: &Key, down: bool) -> Result<()> {
        if down {
            let stroke = match (stroke_of_name(key), key) {
                (Some(stroke), _) => stroke?,
                (None, Key::Char(c)) => self.stroke_of(*c)?,
                (None, Key::Named(_)) => return Ok(()),
            };
            self.keys.push((*key, stroke));
            self.press_stroke(stroke)?;
        } else if let Some(at) = self.keys.iter().rposition(|(held, _)| held == key) {
            let (_, stroke) = self.keys.remove(at);
            self.lift_stroke(stroke)?;
        }
        self.seat.mark()?;
        Ok(())
    }

    fn begin_text(&mut self, text: &str) -> Result<()> {
        self.text = Some(text.chars().rev().collect());
        self.typed = (0, Instant::now());
        if self.locked != 0 {
            self.tell_modifiers()?;
        }
        Ok(())
    }

    fn type_char(&mut self, c: char) -> Result<()> {
        let stroke = match stroke_of_name(&Key::Char(c)) {
            Some(stroke) => stroke?,
            None => self.stroke_of(c)?,
        };
        if let Some(text) = &mut self.text
            && text.last() == Some(&c)
        {
            text.pop();
        }
        self.press_stroke(stroke)?;
        self.lift_stroke(stroke)?;
        self.seat.push()?;
        let (typed, since) = &mut self.typed;
        *typed += 1;
        if *typed > AT_ONCE {
            let due = *since + PACE * *typed;
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Ok(())
    }

    fn end_text(&mut self) -> Result<()> {
        self.text = None;
        if self.locked != 0 {
            self.tell_modifiers()?;
        }
        self.seat.mark()?;
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.seat.round_trip()
    }

    fn release_all(&mut self) -> Result<()> {
        let mut results = Vec::new();
        for button in std::mem::take(&mut self.buttons).into_iter().rev() {
            results.push(self.send_button(button, false));
        }
        // A key first, then the shifts it was pressed with.
        for (_, stroke) in std::mem::take(&mut self.keys).into_iter().rev() {
            results.push(self.lift_stroke(stroke));
        }
        let left: Vec<u32> = self.down.keys().copied().collect();
        for code in left {
            self.down.insert(code, 1);
            results.push(self.lift(code));
        }
        self.text = None;
        self.locked = 0;
        if self.keyboard.is_some() {
            results.push(self.tell_modifiers());
        }
        results.push(self.seat.round_trip());
        results.into_iter().collect()
    }

    fn held(&self) -> Vec<Held> {
        let keys = self.keys.iter().map(|(key, _)| Held::Key(*key));
        keys.chain(self.buttons.iter().map(|button| Held::Button(*button)))
            .collect()
    }

    // The listener binds it: hearing it and keeping it from programs are one here.
    fn arm_stop_key(&mut self) -> Result<()> {
        Ok(())
    }

    fn disarm_stop_key(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Drop for WaylandInput {
    fn drop(&mut self) {
        let _ = self.release_all();
        if let Some(pointer) = &self.pointer {
            pointer.destroy();
        }
        if let Some(keyboard) = &self.keyboard {
            keyboard.destroy();
        }
        let _ = self.seat.push();
    }
}
