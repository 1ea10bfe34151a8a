//! Mouse and keyboard through `RemoteDesktop`.
//!
//! Keys with a name go as key codes, which mean the same on every layout; characters
//! as key symbols, for which the desktop finds the key, or makes one.

use std::sync::Arc;

use super::super::keysyms;
use super::super::wayland::{Monitor, Monitors, keycode};
use super::acting::{Acting, Device, Stream, lock};
use super::bus::Options;
use crate::platform::{Button, Held, Input, Key, PlatformError, Result};

/// A key, as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    Code(u32),
    Symbol(u32),
}

/// What is down because of us.
pub(super) struct PortalInput {
    acting: Arc<Acting>,
    monitors: Arc<Monitors>,
    keys: Vec<(Key, Stroke)>,
    buttons: Vec<Button>,
    /// The last event was a move: the pointer is where it is said to be.
    placed: bool,
}

impl PortalInput {
    pub(super) fn new(acting: Arc<Acting>, monitors: Arc<Monitors>) -> Self {
        Self {
            acting,
            monitors,
            keys: Vec::new(),
            buttons: Vec::new(),
            placed: false,
        }
    }

    /// A key that stops is kept by the desktop, which does not tell ours from a person's.
    fn not_a_stop(&self, key: &Key) -> Result<()> {
        let held: Vec<Key> = self.keys.iter().map(|(key, _)| *key).collect();
        let kept = lock(&self.acting.kept);
        if kept.iter().any(|trigger| trigger.is_met(&held, key)) {
            return Err(PlatformError::CannotType {
                what: format!("the key {key:?}"),
                why: "on this desktop it is the key that stops, and would reach no program"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// Puts the pointer where it is said to be: nobody tells where a person left it.
    fn place(&mut self) -> Result<()> {
        // Good for one press: what it opens may move the pointer.
        if !std::mem::take(&mut self.placed) {
            let known = *lock(&self.acting.pointer);
            let (x, y) = match known {
                Some(known) => known,
                None => middle(&self.monitors.all()?),
            };
            self.move_to(x, y)?;
            self.placed = false;
        }
        Ok(())
    }

    fn send_button(&self, button: Button, down: bool) -> Result<()> {
        self.acting
            .notify(Device::Pointer, "NotifyPointerButton", |session| {
                (session, Options::new(), code_of(button), u32::from(down))
            })
    }
}

/// Presses or lifts a key.
pub(super) fn send_key(acting: &Acting, stroke: Stroke, down: bool) -> Result<()> {
    let (method, number) = match stroke {
        Stroke::Code(code) => ("NotifyKeyboardKeycode", code),
        Stroke::Symbol(symbol) => ("NotifyKeyboardKeysym", symbol),
    };
    acting.notify(Device::Keyboard, method, |session| {
        (session, Options::new(), number as i32, u32::from(down))
    })
}

/// How to press a key.
pub(super) fn stroke_of(key: &Key) -> Result<Stroke> {
    if let Key::Named(name) = key
        && let Some(code) = keycode(*name)
    {
        return Ok(Stroke::Code(code));
    }
    let no = |why: &str| PlatformError::CannotType {
        what: format!("{key:?}"),
        why: why.to_owned(),
    };
    if let Key::Char(c) = key
        && c.is_control()
        && !matches!(c, '\n' | '\r' | '\t')
    {
        return Err(no(
            "it is a control character; use a key or a combination instead",
        ));
    }
    let symbol = keysyms::symbols(key).into_iter().next();
    symbol
        .map(Stroke::Symbol)
        .ok_or_else(|| no("this keyboard does not have it"))
}

/// The kernel's number.
fn code_of(button: Button) -> i32 {
    match button {
        Button::Left => 0x110,
        Button::Right => 0x111,
        Button::Middle => 0x112,
        Button::Back => 0x113,
        Button::Forward => 0x114,
    }
}

/// Where the pointer is taken to be before it was moved: in the middle of the first display.
pub(super) fn middle(monitors: &[Monitor]) -> (i32, i32) {
    let area = monitors
        .first()
        .map(|monitor| monitor.display.rect())
        .unwrap_or_default();
    (
        area.x.saturating_add_unsigned(area.w / 2),
        area.y.saturating_add_unsigned(area.h / 2),
    )
}

/// The stream of a display, and the point in it.
pub(super) fn locate(
    monitors: &[Monitor],
    streams: &[Stream],
    in_pixels: bool,
    (x, y): (i32, i32),
) -> Result<(u32, f64, f64)> {
    let monitor = monitors
        .iter()
        .find(|monitor| monitor.display.rect().contains(x, y))
        .ok_or_else(|| PlatformError::Gone(format!("({x}, {y}) does not lie on any display")))?;
    let here = streams.iter().find(|stream| stream.at == Some(monitor.at));
    // One display and one stream can only mean each other.
    let only = match streams {
        [one] if monitors.len() == 1 && one.at.is_none() => Some(one),
        _ => None,
    };
    // Of several sizes each once: the one of that size.
    let mut of_size = streams
        .iter()
        .filter(|stream| stream.at.is_none() && stream.size == Some(monitor.size));
    let alike = monitors.iter().filter(|other| other.size == monitor.size);
    let by_size = match (of_size.next(), of_size.next()) {
        (Some(one), None) if alike.count() == 1 => Some(one),
        _ => None,
    };
    let stream = here
        .or(only)
        .or(by_size)
        .ok_or_else(|| PlatformError::NotPermitted {
            message: format!(
                "The display {} was not released to Interpreter.",
                monitor.display.id
            ),
            fix: "Turn OS mode on again, and choose this display too when the desktop asks."
                .to_owned(),
        })?;
    let (origin, pixels) = (monitor.display.origin, monitor.display.size);
    let one = |value: i32, from: i32, pixels: u32, logical: i32| {
        let centre = f64::from(value - from) + 0.5;
        if in_pixels {
            centre
        } else {
            centre * f64::from(logical) / f64::from(pixels)
        }
    };
    Ok((
        stream.node,
        one(x, origin.0, pixels.0, monitor.size.0),
        one(y, origin.1, pixels.1, monitor.size.1),
    ))
}

impl Input for PortalInput {
    fn move_to(&mut self, x: i32, y: i32) -> Result<()> {
        let acting = &self.acting;
        let monitors = self.monitors.all()?;
        let (stream, at_x, at_y) = locate(&monitors, &acting.streams(), acting.in_pixels, (x, y))?;
        acting.notify(Device::Pointer, "NotifyPointerMotionAbsolute", |session| {
            (session, Options::new(), stream, at_x, at_y)
        })?;
        *lock(&acting.pointer) = Some((x, y));
        self.placed = true;
        Ok(())
    }

    fn button(&mut self, button: Button, down: bool) -> Result<()> {
        if down {
            self.place()?;
            self.buttons.push(button);
            return self.send_button(button, true);
        }
        if let Some(at) = self.buttons.iter().rposition(|held| *held == button) {
            self.buttons.remove(at);
            self.send_button(button, false)?;
        }
        Ok(())
    }

    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()> {
        self.place()?;
        self.placed = true;
        for (clicks, axis) in [(dy, 0u32), (dx, 1)] {
            for _ in 0..clicks.unsigned_abs() {
                self.acting
                    .notify(Device::Pointer, "NotifyPointerAxisDiscrete", |session| {
                        (session, Options::new(), axis, clicks.signum())
                    })?;
            }
        }
        Ok(())
    }

    fn key(&mut self, key: &Key, down: bool) -> Result<()> {
        if down {
            self.not_a_stop(key)?;
            let stroke = stroke_of(key)?;
            self.keys.push((*key, stroke));
            return send_key(&self.acting, stroke, true);
        }
        if let Some(at) = self.keys.iter().rposition(|(held, _)| held == key) {
            let (_, stroke) = self.keys.remove(at);
            send_key(&self.acting, stroke, false)?;
        }
        Ok(())
    }

    fn begin_text(&mut self, _text: &str) -> Result<()> {
        Ok(())
    }

    fn type_char(&mut self, c: char) -> Result<()> {
        let key = Key::Char(c);
        self.key(&key, true)?;
        self.key(&key, false)
    }

    fn end_text(&mut self) -> Result<()> {
        Ok(())
    }

    // Each event was taken before the next was told.
    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn release_all(&mut self) -> Result<()> {
        let buttons = std::mem::take(&mut self.buttons);
        let keys = std::mem::take(&mut self.keys);
        if !self.acting.is_held() {
            // The desktop lets go of what a session held when it ends.
            return Ok(());
        }
        let mut results = Vec::new();
        for button in buttons.into_iter().rev() {
            results.push(self.send_button(button, false));
        }
        for (_, stroke) in keys.into_iter().rev() {
            results.push(send_key(&self.acting, stroke, false));
        }
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

impl Drop for PortalInput {
    fn drop(&mut self) {
        let _ = self.release_all();
    }
}
