//! Watching the screen for changes: copies that are made when something is drawn.

use std::path::Path;
use std::time::{Duration, Instant};

use super::capture::{Copier, Copy, Turn};
use super::outputs::{Output, place};
use super::wire::Wire;
use super::world::State;
use crate::platform::{ChangeWatch, PlatformError, Rect, Result};

/// How long a wait may go on before the caller is asked whether it is still wanted.
const ASK_AGAIN: Duration = Duration::from_millis(10);

/// What was drawn on any output since it was opened.
pub(super) struct Watch {
    wire: Wire,
    copier: Copier,
    waiting: Vec<(Output, Copy)>,
}

impl Watch {
    pub(super) fn open(socket: &Path) -> Result<Self> {
        let wire = Wire::connect(socket)?;
        let mut watch = Self {
            copier: Copier::open(&wire)?,
            wire,
            waiting: Vec::new(),
        };
        let outputs = watch.wire.world.outputs.clone();
        let shown = place(&outputs);
        for output in outputs {
            if shown.iter().any(|placed| placed.number == output.number) {
                watch.wait_for(output)?;
            }
        }
        watch.wire.round_trip()?;
        Ok(watch)
    }

    fn wait_for(&mut self, output: Output) -> Result<()> {
        let Some(proxy) = output.proxy.clone() else {
            return Ok(());
        };
        let copy = self.copier.ask(&mut self.wire, &proxy, false)?;
        match self.copier.copy(&mut self.wire, &copy, output.number, true) {
            Ok(()) => self.waiting.push((output, copy)),
            Err(PlatformError::Lost(reason)) => return Err(PlatformError::Lost(reason)),
            // Switched off meanwhile: nothing is drawn there.
            Err(error) => tracing::debug!(%error, "an output is not watched"),
        }
        Ok(())
    }

    /// Adds what was drawn until now to `changed`; whether there was anything.
    fn collect(&mut self, changed: &mut Rect) -> Result<bool> {
        let mut any = false;
        for (output, copy) in std::mem::take(&mut self.waiting) {
            let Some(picture) = self.copier.outcome(&mut self.wire, &copy) else {
                self.waiting.push((output, copy));
                continue;
            };
            drop(copy);
            if picture.state == State::Failed {
                continue;
            }
            let placed = place(&self.wire.world.outputs)
                .into_iter()
                .find(|placed| placed.number == output.number);
            if let (Some(placed), Some((width, height, ..))) = (placed, picture.wants)
                && picture.damage.w > 0
            {
                let turn = Turn {
                    transform: output.transform,
                    upside_down: picture.upside_down,
                    raw: (width, height),
                };
                let area = turn.area(picture.damage);
                let origin = placed.display.origin;
                *changed = changed.union(Rect {
                    x: area.x + origin.0,
                    y: area.y + origin.1,
                    ..area
                });
                any = true;
            }
            self.wait_for(output)?;
        }
        Ok(any)
    }
}

impl ChangeWatch for Watch {
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
            let now = Instant::now();
            let deadline = end.min(quiet_at);
            if now >= deadline {
                break;
            }
            self.wire.until(deadline.min(now + ASK_AGAIN), |world| {
                let mut pictures = world.pictures.values();
                pictures.any(|picture| picture.state != State::Waiting)
            })?;
            if self.collect(&mut changed)? {
                quiet_at = Instant::now() + quiet;
            }
        }
        Ok((changed.w > 0 && changed.h > 0).then_some(changed))
    }
}
