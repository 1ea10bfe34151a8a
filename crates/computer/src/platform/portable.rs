//! What macOS and Windows share: capture through `xcap`, input through `enigo`.
//!
//! The system's own file says how it names keys, reads the pointer and brings
//! windows to the front; it also holds the listener.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use enigo::{Axis, Direction, Enigo, Keyboard, Mouse};
use interpreter_perception::Pixels;

use super::convert::{Layout, to_rgb};
use super::units::{self, Placed, Told};
use super::{
    Border, Button, ChangeWatch, Display, Held, Input, Key, NamedKey, PlatformError, Rect, Result,
    Screen, Window, WindowKind, layout_hash, system, system_border,
};

/// Marks our events in a field every event carries, so that the listener knows
/// them. The high part is ours, the low part the process.
pub(crate) fn mark() -> u32 {
    0x4950_0000 | (std::process::id() & 0xffff)
}

fn xcap_failed(doing: &str) -> impl Fn(xcap::XCapError) -> PlatformError + '_ {
    move |error| PlatformError::Failed {
        doing: doing.to_owned(),
        reason: error.to_string(),
    }
}

/// The displays as they are now.
pub(crate) fn displays() -> Result<Vec<Placed>> {
    let failed = xcap_failed("listing the displays");
    let monitors = xcap::Monitor::all().map_err(&failed)?;
    let mut told = Vec::with_capacity(monitors.len());
    for monitor in &monitors {
        let scale = f64::from(monitor.scale_factor().map_err(&failed)?);
        told.push(Told {
            number: monitor.id().map_err(&failed)?,
            name: monitor.name().map_err(&failed)?,
            origin: (
                f64::from(monitor.x().map_err(&failed)?),
                f64::from(monitor.y().map_err(&failed)?),
            ),
            size: (
                f64::from(monitor.width().map_err(&failed)?),
                f64::from(monitor.height().map_err(&failed)?),
            ),
            unit: if system::UNIT_IS_POINT { scale } else { 1.0 },
            scale,
            primary: monitor.is_primary().unwrap_or(false),
        });
    }
    if told.is_empty() {
        return Err(PlatformError::NoDisplay {
            message: "The system reports no display.".to_owned(),
            fix: "Connect a display, or log in to a desktop session.".to_owned(),
        });
    }
    Ok(units::place(told))
}

/// Looking, through `xcap`.
#[derive(Clone, Copy)]
pub(crate) struct XcapScreen;

impl Screen for XcapScreen {
    fn displays(&self) -> Result<Vec<Display>> {
        Ok(displays()?
            .into_iter()
            .map(|placed| placed.display)
            .collect())
    }

    fn layout(&self) -> Result<String> {
        Ok(layout_hash(&self.displays()?))
    }

    fn capture(&self, rect: Rect) -> Result<Pixels> {
        system::may_capture()?;
        let failed = xcap_failed("capturing the screen");
        let outside = || {
            PlatformError::Gone(format!(
                "the area {}x{} at ({}, {}) does not lie on a display",
                rect.w, rect.h, rect.x, rect.y
            ))
        };
        let displays = displays()?;
        let mut target = Pixels::filled(rect.w, rect.h, [0; 3]);
        let mut any = false;
        for monitor in xcap::Monitor::all().map_err(&failed)? {
            let number = monitor.id().map_err(&failed)?;
            let Some(placed) = displays.iter().find(|placed| placed.number == number) else {
                continue;
            };
            let area = placed.display.rect();
            let Some(part) = area.intersection(rect) else {
                continue;
            };
            // The whole display: what a region means differs between systems.
            let image = monitor.capture_image().map_err(&failed)?;
            let (width, height) = (image.width() as usize, image.height() as usize);
            let all = to_rgb(image.as_raw(), Layout::Rgbx, width, height, width * 4);
            if (image.width(), image.height()) != (area.w, area.h) {
                return Err(PlatformError::Failed {
                    doing: "capturing the screen".to_owned(),
                    reason: format!(
                        "the picture has {width}x{height} pixels, the display {}x{}",
                        area.w, area.h
                    ),
                });
            }
            copy(&all, area, part, &mut target, rect);
            any = true;
        }
        if any && rect.w > 0 && rect.h > 0 {
            Ok(target)
        } else {
            Err(outside())
        }
    }

    fn windows(&self) -> Result<Vec<Window>> {
        let displays = displays()?;
        let failed = xcap_failed("listing the windows");
        let mut windows: Vec<(i32, Window)> = Vec::new();
        for window in xcap::Window::all().map_err(&failed)? {
            // A window that closes meanwhile is left out.
            if let Ok(found) = describe(&window, &displays) {
                windows.push(found);
            }
        }
        windows.sort_by_key(|(depth, window)| (window.minimised, -depth));
        Ok(windows.into_iter().map(|(_, window)| window).collect())
    }

    fn active_window(&self) -> Result<Option<Window>> {
        Ok(self.windows()?.into_iter().find(|window| window.active))
    }

    fn pointer(&self) -> Result<(i32, i32)> {
        let (x, y) = system::pointer()?;
        Ok(units::to_physical(&displays()?, x, y))
    }

    fn activate(&self, window: u64) -> Result<()> {
        let found = self
            .windows()?
            .into_iter()
            .find(|candidate| candidate.id == window)
            .ok_or_else(|| PlatformError::Gone("the window was closed".to_owned()))?;
        system::activate(&found)
    }

    fn border(&self, areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
        system_border::show(areas)
    }

    fn damage(&self) -> Result<Box<dyn ChangeWatch>> {
        Ok(Box::new(Compare {
            screen: *self,
            last: self.look()?,
        }))
    }
}

impl XcapScreen {
    fn look(&self) -> Result<Vec<(Rect, Pixels)>> {
        let displays = self.displays()?;
        let areas = displays.into_iter().map(|display| display.rect());
        areas.map(|area| Ok((area, self.capture(area)?))).collect()
    }
}

fn describe(
    window: &xcap::Window,
    displays: &[Placed],
) -> std::result::Result<(i32, Window), xcap::XCapError> {
    let rect = units::rect_to_physical(
        displays,
        (f64::from(window.x()?), f64::from(window.y()?)),
        (f64::from(window.width()?), f64::from(window.height()?)),
    );
    let described = Window {
        id: u64::from(window.id()?),
        title: window.title()?,
        app: window.app_name()?,
        pid: Some(window.pid()?),
        rect,
        content: rect,
        active: window.is_focused().unwrap_or(false),
        minimised: window.is_minimized().unwrap_or(false),
        above: false,
        kind: WindowKind::Normal,
    };
    Ok((window.z().unwrap_or(0), described))
}

/// Copies `part` (global) out of `all`, which covers `area`, into `target`, which covers `rect`.
fn copy(all: &[u8], area: Rect, part: Rect, target: &mut Pixels, rect: Rect) {
    let length = part.w as usize * 3;
    for row in 0..part.h as i32 {
        let offset = |of: Rect| {
            let (x, y) = ((part.x - of.x) as usize, (part.y + row - of.y) as usize);
            (y * of.w as usize + x) * 3
        };
        let (from, to) = (offset(area), offset(rect));
        if let (Some(from), Some(to)) = (
            all.get(from..from + length),
            target.rgb.get_mut(to..to + length),
        ) {
            to.copy_from_slice(from);
        }
    }
}

/// Watching for changes by comparing pictures: these systems tell nobody what was drawn.
struct Compare {
    screen: XcapScreen,
    last: Vec<(Rect, Pixels)>,
}

/// The time between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl ChangeWatch for Compare {
    fn settle(
        &mut self,
        quiet: Duration,
        cap: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Rect>> {
        let end = Instant::now() + cap;
        let mut quiet_at = Instant::now() + quiet;
        let mut changed = Rect::default();
        loop {
            if cancelled() {
                return Err(PlatformError::Cancelled);
            }
            let now = self.screen.look()?;
            let difference = difference(&self.last, &now);
            self.last = now;
            if let Some(area) = difference {
                changed = changed.union(area);
                quiet_at = Instant::now() + quiet;
            }
            let left = end.min(quiet_at).saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok((changed.w > 0 && changed.h > 0).then_some(changed));
            }
            // There is no event to wait for here, only the next look.
            std::thread::park_timeout(left.min(LOOK_AGAIN));
        }
    }
}

fn difference(before: &[(Rect, Pixels)], after: &[(Rect, Pixels)]) -> Option<Rect> {
    if before.len() != after.len() {
        return after.iter().map(|(area, _)| *area).reduce(Rect::union);
    }
    let mut changed = Rect::default();
    for ((area, old), (now, new)) in before.iter().zip(after) {
        if area != now || old.rgb.len() != new.rgb.len() {
            changed = changed.union(*now);
            continue;
        }
        let row = old.width as usize * 3;
        let rows = old.rgb.chunks_exact(row).zip(new.rgb.chunks_exact(row));
        for (y, (old, new)) in rows.enumerate() {
            let first = old.iter().zip(new).position(|(a, b)| a != b);
            let last = old.iter().zip(new).rposition(|(a, b)| a != b);
            if let (Some(first), Some(last)) = (first, last) {
                let (left, right) = (first / 3, last / 3);
                changed = changed.union(Rect {
                    x: area.x + left as i32,
                    y: area.y + y as i32,
                    w: (right - left + 1) as u32,
                    h: 1,
                });
            }
        }
    }
    (changed.w > 0).then_some(changed)
}

/// Mouse and keyboard, through `enigo`.
pub(crate) struct EnigoInput {
    enigo: Option<Enigo>,
    keys: Vec<(Key, Vec<u16>)>,
    buttons: Vec<Button>,
    armed: Arc<AtomicBool>,
}

impl EnigoInput {
    /// `armed` tells the listener to keep a person's Esc from programs.
    pub(crate) fn new(armed: Arc<AtomicBool>) -> Self {
        Self {
            enigo: None,
            keys: Vec::new(),
            buttons: Vec::new(),
            armed,
        }
    }

    /// Made at first use, so that it belongs to the gate's thread.
    fn enigo(&mut self) -> Result<&mut Enigo> {
        match &mut self.enigo {
            Some(enigo) => Ok(enigo),
            none => {
                let settings = enigo::Settings {
                    windows_dw_extra_info: Some(mark() as usize),
                    event_source_user_data: Some(i64::from(mark())),
                    open_prompt_to_get_permissions: false,
                    release_keys_when_dropped: true,
                    ..enigo::Settings::default()
                };
                let enigo = Enigo::new(&settings).map_err(|error| match error {
                    enigo::NewConError::NoPermission => system::not_permitted(),
                    other => PlatformError::Failed {
                        doing: "reaching mouse and keyboard".to_owned(),
                        reason: other.to_string(),
                    },
                })?;
                Ok(none.insert(enigo))
            }
        }
    }

    fn press(&mut self, codes: &[u16], down: bool) -> Result<()> {
        let enigo = self.enigo()?;
        let direction = if down {
            Direction::Press
        } else {
            Direction::Release
        };
        let send = |code: &u16| system::send_key(enigo, *code, direction).map_err(failed);
        if down {
            codes.iter().try_for_each(send)
        } else {
            codes.iter().rev().try_for_each(send)
        }
    }

    fn tap(&mut self, key: NamedKey) -> Result<()> {
        self.key(&Key::Named(key), true)?;
        self.key(&Key::Named(key), false)
    }
}

fn failed(error: enigo::InputError) -> PlatformError {
    PlatformError::Failed {
        doing: "moving mouse or keyboard".to_owned(),
        reason: error.to_string(),
    }
}

fn cannot_type(what: String) -> PlatformError {
    PlatformError::CannotType {
        what,
        why: "this system has no such key".to_owned(),
    }
}

impl Input for EnigoInput {
    fn move_to(&mut self, x: i32, y: i32) -> Result<()> {
        let (x, y) = units::to_unit(&displays()?, x, y)
            .ok_or_else(|| PlatformError::Gone(format!("({x}, {y}) lies on no display")))?;
        system::move_pointer(self.enigo()?, x, y)
    }

    fn button(&mut self, button: Button, down: bool) -> Result<()> {
        let direction = if down {
            Direction::Press
        } else {
            Direction::Release
        };
        if down {
            self.buttons.push(button);
        } else if let Some(at) = self.buttons.iter().rposition(|held| *held == button) {
            self.buttons.remove(at);
        } else {
            return Ok(());
        }
        let button = match button {
            Button::Left => enigo::Button::Left,
            Button::Middle => enigo::Button::Middle,
            Button::Right => enigo::Button::Right,
            Button::Back => enigo::Button::Back,
            Button::Forward => enigo::Button::Forward,
        };
        self.enigo()?.button(button, direction).map_err(failed)
    }

    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()> {
        for (clicks, axis) in [(dy, Axis::Vertical), (dx, Axis::Horizontal)] {
            if clicks != 0 {
                self.enigo()?.scroll(clicks, axis).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn key(&mut self, key: &Key, down: bool) -> Result<()> {
        if !down {
            let Some(at) = self.keys.iter().rposition(|(held, _)| held == key) else {
                return Ok(());
            };
            let (_, codes) = self.keys.remove(at);
            return self.press(&codes, false);
        }
        match (system::codes(key), key) {
            (Some(codes), _) => {
                self.keys.push((*key, codes.clone()));
                self.press(&codes, true)
            }
            // A character on no known key goes in as text; there is nothing to hold.
            (None, Key::Char(c)) => self.type_char(*c),
            (None, Key::Named(name)) => Err(cannot_type(format!("the key {name:?}"))),
        }
    }

    fn begin_text(&mut self, _text: &str) -> Result<()> {
        Ok(())
    }

    fn type_char(&mut self, c: char) -> Result<()> {
        match c {
            '\n' | '\r' => self.tap(NamedKey::Return),
            '\t' => self.tap(NamedKey::Tab),
            c if c.is_control() => Err(cannot_type(format!("{c:?}"))),
            c => self
                .enigo()?
                .text(c.encode_utf8(&mut [0; 4]))
                .map_err(failed),
        }
    }

    fn end_text(&mut self) -> Result<()> {
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn release_all(&mut self) -> Result<()> {
        let mut results = Vec::new();
        for button in self.buttons.clone().into_iter().rev() {
            results.push(self.button(button, false));
        }
        for (key, _) in self.keys.clone().into_iter().rev() {
            results.push(self.key(&key, false));
        }
        results.into_iter().collect()
    }

    fn held(&self) -> Vec<Held> {
        let keys = self.keys.iter().map(|(key, _)| Held::Key(*key));
        keys.chain(self.buttons.iter().map(|button| Held::Button(*button)))
            .collect()
    }

    fn arm_stop_key(&mut self) -> Result<()> {
        self.armed.store(true, Ordering::SeqCst);
        Ok(())
    }

    fn disarm_stop_key(&mut self) -> Result<()> {
        self.armed.store(false, Ordering::SeqCst);
        Ok(())
    }
}

impl Drop for EnigoInput {
    fn drop(&mut self) {
        let _ = self.release_all();
    }
}
