//! Looking at a Wayland desktop.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use interpreter_perception::Pixels;
use wayland_client::protocol::wl_seat::WlSeat;

use super::border;
use super::capture::Copier;
use super::outputs::{self, place};
use super::overlay::{Overlays, Spot};
use super::seat::{Seat, lock};
use super::sway::Sway;
use super::watch::Watch;
use super::windows;
use super::wire::Wire;
use super::world::Heard;
use crate::platform::{
    Border, ChangeWatch, Display, PlatformError, Rect, Result, Screen, Window, layout_hash, units,
};

/// How long the compositor may take to say where the pointer is.
const FINDING: Duration = Duration::from_millis(250);
/// So far, in logical units, the pointer's image may reach from the pointer.
const IMAGE: f64 = 32.0;

/// The desktop as it is seen.
pub(super) struct WaylandScreen {
    socket: PathBuf,
    eye: Mutex<Eye>,
    sway: Mutex<Option<Sway>>,
    seat: Arc<Seat>,
    /// What of a border is shown.
    border: border::Shown,
}

struct Eye {
    wire: Wire,
    copier: Copier,
    _seat: WlSeat,
    /// Whether the compositor paints the pointer into its pictures, once that is known.
    paints_pointer: Option<bool>,
}

impl Eye {
    /// A pointer that is a plane of its own is in no picture unless it is asked
    /// for; one that is painted is in every picture. Unclear while something moves there.
    fn try_pointer(&mut self, around: Rect) -> Result<Option<bool>> {
        let mut take = |with: bool| self.copier.take(&mut self.wire, around, with);
        let (with, without, again) = (take(true)?, take(false)?, take(true)?);
        self.wire.world.pictures.clear();
        Ok((with.rgb == again.rgb).then_some(with.rgb == without.rgb))
    }
}

impl WaylandScreen {
    pub(super) fn open(socket: &Path, seat: Arc<Seat>) -> Result<Self> {
        let mut wire = Wire::connect(socket)?;
        let copier = Copier::open(&wire)?;
        let bound = wire.bind::<WlSeat>(1..=7)?;
        wire.round_trip()?;
        Ok(Self {
            socket: socket.to_owned(),
            eye: Mutex::new(Eye {
                wire,
                copier,
                _seat: bound,
                paints_pointer: None,
            }),
            sway: Mutex::new(None),
            seat,
            border: border::Shown::default(),
        })
    }

    /// Asks sway, over a connection that is kept.
    fn ask<T>(&self, question: impl FnOnce(&mut Sway) -> Result<T>) -> Result<Option<T>> {
        let Some(path) = &self.seat.sway else {
            return Ok(None);
        };
        let mut slot = lock(&self.sway);
        let sway = match &mut *slot {
            Some(sway) => sway,
            none => none.insert(Sway::connect(path)?),
        };
        let answer = question(sway);
        if matches!(answer, Err(PlatformError::Lost(_))) {
            *slot = None;
        }
        answer.map(Some)
    }

    /// Finds the pointer: an invisible surface over everything is told where it
    /// entered. For a moment programs think the pointer has left them.
    fn find_pointer(&self) -> Result<Option<(i32, i32)>> {
        let eye = &mut *lock(&self.eye);
        eye.wire.round_trip()?;
        if eye.wire.world.pointer.is_none() {
            return Ok(None);
        }
        let Ok(overlays) = Overlays::open(&eye.wire.globals, &eye.wire.handle()) else {
            return Ok(None);
        };
        eye.wire.world.heard.clear();
        let outputs = eye.wire.world.outputs.clone();
        let there: Vec<_> = outputs
            .iter()
            .map(|output| overlays.put(output, Spot::Whole))
            .collect();
        let mut found = None;
        eye.wire.until(Instant::now() + FINDING, |world| {
            found = world.heard.drain(..).find_map(|heard| match heard {
                Heard::Over { output, spot, at } => {
                    let output = outputs.iter().find(|known| known.number == output)?;
                    let (x, y) = spot.on_desktop(output, at);
                    Some(units::to_physical(&place(&outputs), x, y))
                }
                _ => None,
            });
            found.is_some()
        })?;
        drop(there);
        eye.wire.round_trip()?;
        Ok(found)
    }
}

impl Screen for WaylandScreen {
    fn displays(&self) -> Result<Vec<Display>> {
        let eye = &mut *lock(&self.eye);
        eye.wire.round_trip()?;
        eye.wire.world.heard.clear();
        outputs::displays(&eye.wire.world.outputs)
    }

    fn layout(&self) -> Result<String> {
        Ok(layout_hash(&self.displays()?))
    }

    fn capture(&self, rect: Rect) -> Result<Pixels> {
        let Eye { wire, copier, .. } = &mut *lock(&self.eye);
        wire.round_trip()?;
        let taken = copier.take(wire, rect, false);
        wire.world.pictures.clear();
        wire.world.heard.clear();
        taken
    }

    fn windows(&self) -> Result<Vec<Window>> {
        // Elsewhere nobody tells where they are, and nothing is driven there.
        let Some(tree) = self.ask(Sway::tree)? else {
            return Ok(Vec::new());
        };
        let eye = &mut *lock(&self.eye);
        eye.wire.round_trip()?;
        // It lies over everything.
        let mut all = lock(&self.border).clone();
        all.extend(windows::windows(&tree, &eye.wire.world.outputs));
        Ok(all)
    }

    fn active_window(&self) -> Result<Option<Window>> {
        Ok(self.windows()?.into_iter().find(|window| window.active))
    }

    fn pointer(&self) -> Result<(i32, i32)> {
        let known = *lock(&self.seat.hub.pointer);
        // While a person's input is not reported, theirs may have moved it.
        let sure = !self.seat.hub.blind.load(Ordering::Relaxed);
        if let Some(known) = known.filter(|_| sure) {
            return Ok(known);
        }
        if let Some(found) = self.find_pointer()? {
            *lock(&self.seat.hub.pointer) = Some(found);
            return Ok(found);
        }
        if let Some(known) = known {
            return Ok(known);
        }
        // There is no pointer yet; ours will be where it is first sent.
        let displays = self.displays()?;
        let area = displays.first().map(Display::rect).unwrap_or_default();
        Ok((area.x + area.w as i32 / 2, area.y + area.h as i32 / 2))
    }

    fn activate(&self, window: u64) -> Result<()> {
        let focused = self.ask(|sway| sway.run(&format!("[con_id={window}] focus")));
        match focused {
            Ok(Some(())) => {}
            Ok(None) => {
                return Err(PlatformError::Unsupported(
                    "this compositor brings no window to the front for others".to_owned(),
                ));
            }
            Err(PlatformError::Failed { .. }) => {
                return Err(PlatformError::Gone("the window was closed".to_owned()));
            }
            Err(error) => return Err(error),
        }
        // sway may have moved the pointer to the other output.
        *lock(&self.seat.hub.pointer) = None;
        match self.active_window()? {
            Some(active) if active.id == window => Ok(()),
            _ => Err(PlatformError::Failed {
                doing: "bringing the window to the front".to_owned(),
                reason: "sway did not do it".to_owned(),
            }),
        }
    }

    fn drawn_pointer(&self) -> Result<Option<Rect>> {
        let Some((x, y)) = *lock(&self.seat.hub.pointer) else {
            return Ok(None);
        };
        let eye = &mut *lock(&self.eye);
        let displays = outputs::displays(&eye.wire.world.outputs)?;
        let Some(display) = displays
            .iter()
            .find(|display| display.rect().contains(x, y))
        else {
            return Ok(None);
        };
        let reach = (IMAGE * display.scale).ceil() as i32;
        let around = Rect {
            x: x - reach,
            y: y - reach,
            w: reach as u32 * 2,
            h: reach as u32 * 2,
        };
        let shown = around.intersection(display.rect());
        if let (None, Some(shown)) = (eye.paints_pointer, shown) {
            eye.paints_pointer = eye.try_pointer(shown)?;
        }
        Ok(Some(around).filter(|_| eye.paints_pointer != Some(false)))
    }

    fn sees_border(&self) -> bool {
        true
    }

    fn border(&self, areas: &[Rect]) -> Result<Option<Box<dyn Border>>> {
        border::show(&self.socket, areas, &self.border).map(Some)
    }

    fn damage(&self) -> Result<Box<dyn ChangeWatch>> {
        Ok(Box::new(Watch::open(&self.socket)?))
    }
}
