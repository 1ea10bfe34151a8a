//! Looking at a desktop through the `Screenshot` portal.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use interpreter_perception::Pixels;
use zbus::zvariant::Value;

use super::super::wayland::Monitors;
use super::SCREENSHOT;
use super::acting::{Acting, lock};
use super::bus::{Bus, Options};
use super::input::middle;
use super::picture;
use super::trouble::failed;
use super::windows::Windows;
use crate::platform::{
    ChangeWatch, Display, PlatformError, Rect, Result, Screen, Window, layout_hash,
};

/// Whether a wait is still wanted is asked this often.
const ASKED: Duration = Duration::from_millis(10);

/// The desktop as it is seen.
pub(super) struct PortalScreen {
    bus: Arc<Bus>,
    monitors: Arc<Monitors>,
    acting: Arc<Acting>,
    windows: Windows,
}

impl PortalScreen {
    pub(super) fn new(bus: Arc<Bus>, monitors: Arc<Monitors>, acting: Arc<Acting>) -> Self {
        Self {
            windows: Windows::new(Arc::clone(&bus)),
            bus,
            monitors,
            acting,
        }
    }
}

impl Screen for PortalScreen {
    fn displays(&self) -> Result<Vec<Display>> {
        let monitors = self.monitors.all()?;
        Ok(monitors.into_iter().map(|one| one.display).collect())
    }

    fn layout(&self) -> Result<String> {
        Ok(layout_hash(&self.displays()?))
    }

    fn capture(&self, rect: Rect) -> Result<Pixels> {
        let before = self.monitors.all()?;
        let asked = SystemTime::now();
        let options = Options::from([("interactive", Value::from(false))]);
        let mut made = self.bus.ask(
            options,
            |bus, options| bus.call(SCREENSHOT, "Screenshot", &("", options)),
            |why| PlatformError::NotPermitted {
                message: format!("No picture of the screen was allowed: {why}."),
                fix: "Try again and allow it, or allow screenshots for Interpreter in the \
                      desktop's settings (Apps, Interpreter)."
                    .to_owned(),
            },
        )?;
        let address = made
            .remove("uri")
            .and_then(|uri| String::try_from(uri).ok());
        let address = address.ok_or_else(|| {
            failed(
                "taking a picture of the screen",
                "the desktop names no file",
            )
        })?;
        let whole = picture::fetch(&address, asked)?;
        if self.monitors.all()? != before {
            return Err(failed(
                "taking a picture of the screen",
                "the displays changed meanwhile",
            ));
        }
        picture::cut(&whole, &before, rect)
    }

    fn windows(&self) -> Result<Vec<Window>> {
        let displays = self.displays()?;
        let whole = displays
            .iter()
            .map(Display::rect)
            .fold(Rect::default(), Rect::union);
        Ok(self.windows.all(whole))
    }

    fn tells_places(&self) -> bool {
        false
    }

    fn stops(&self) -> &'static str {
        "the keys you gave \"Stop Interpreter\" stop (Esc, Ctrl+Shift+F12), and the desktop's \
         own sign."
    }

    fn hears_people(&self) -> bool {
        false
    }

    fn active_window(&self) -> Result<Option<Window>> {
        // Nobody tells where it lies; a look at it is one at its display.
        Ok(None)
    }

    fn pointer(&self) -> Result<(i32, i32)> {
        if let Some(known) = *lock(&self.acting.pointer) {
            return Ok(known);
        }
        Ok(middle(&self.monitors.all()?))
    }

    fn activate(&self, _window: u64) -> Result<()> {
        Err(PlatformError::Unsupported(
            "this desktop brings no window to the front for others; use its own keys or its \
             overview"
                .to_owned(),
        ))
    }

    fn damage(&self) -> Result<Box<dyn ChangeWatch>> {
        Ok(Box::new(Untold))
    }
}

/// Nobody tells what is drawn: the wait is the whole time, and what programs say of
/// themselves makes it longer.
struct Untold;

impl ChangeWatch for Untold {
    fn settle(
        &mut self,
        quiet: Duration,
        cap: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Rect>> {
        let until = Instant::now() + quiet.min(cap);
        loop {
            if cancelled() {
                return Err(PlatformError::Cancelled);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            std::thread::sleep(left.min(ASKED));
        }
    }
}
