//! Doing a plan: what it hits, the events, and what they did.

use std::time::Instant;

use interpreter_protocol::{Effect, Frame, Outcome};

use crate::action::{Aim, Answer, Plan};
use crate::computer::blocking;
use crate::platform::{ChangeWatch, PlatformError, Rect, Screen, Window};
use crate::{Acted, Computer, ComputerError, Picture, SessionKey, Target, effect, image};

impl Computer {
    /// What an aim hits, and the point, where it has one.
    pub(crate) fn aim(
        &self,
        aim: &Aim,
        screen: &dyn Screen,
        windows: &[Window],
    ) -> Result<(Target, Vec<Window>), ComputerError> {
        let at = |(x, y): (i32, i32)| {
            windows
                .iter()
                .find(|window| !window.minimised && window.rect.contains(x, y))
                .cloned()
        };
        let (point, hit): (Option<(i32, i32)>, Vec<Window>) = match aim {
            Aim::Points(points) => {
                // The one where it takes effect comes first.
                (
                    points.last().copied(),
                    points.iter().rev().filter_map(|point| at(*point)).collect(),
                )
            }
            Aim::Pointer => {
                let point = self.check(screen.pointer())?;
                (Some(point), at(point).into_iter().collect())
            }
            Aim::Focus => {
                let active = windows.iter().find(|window| window.active).cloned();
                let active = match active {
                    Some(window) => Some(window),
                    None => self.check(screen.active_window())?,
                };
                (None, active.into_iter().collect())
            }
            Aim::None => (None, Vec::new()),
        };
        let own = hit.iter().any(|window| self.gate().is_own(window));
        let first = hit.first();
        let target = Target {
            app: first.map(|window| window.app.clone()),
            window: first.map(|window| window.title.clone()),
            pid: first.and_then(|window| window.pid),
            point,
            own,
        };
        Ok((target, hit))
    }

    /// Does a plan.
    pub(crate) async fn perform(
        &self,
        session: &SessionKey,
        plan: Plan,
    ) -> Result<Acted, ComputerError> {
        let (computer, session) = (self.clone(), session.clone());
        blocking(move || computer.perform_now(&session, &plan)).await
    }

    fn perform_now(&self, session: &SessionKey, plan: &Plan) -> Result<Acted, ComputerError> {
        let gate = self.gate();
        let screen = self.screen()?;
        let mut acted = Acted {
            effect: Effect {
                outcome: Outcome::Confirmed,
                detail: String::new(),
            },
            text: None,
            image: None,
            app: None,
            sent: std::time::Duration::ZERO,
        };
        // What only looks needs no gate.
        match &plan.answer {
            Answer::Position => {
                let (x, y) = self.check(screen.pointer())?;
                let (mx, my) = plan.frame.to_sent_pixel(x, y);
                let mut text = format!("X={mx},Y={my}");
                if !plan.frame.contains(x, y) {
                    text.push_str(" (outside the screenshot)");
                }
                acted.effect.detail = "The position was read.".into();
                acted.text = Some(text);
                return Ok(acted);
            }
            Answer::Zoom(part) => {
                self.same_layout(&*screen, &plan.frame)?;
                acted.image = Some(self.zoom(&*screen, *part, &plan.frame)?);
                acted.effect.detail = "A part of the screen at native detail.".into();
                return Ok(acted);
            }
            Answer::Done if plan.steps.is_empty() => {
                acted.effect.detail = "The screen is looked at.".into();
                return Ok(acted);
            }
            _ => {}
        }
        let token = gate.token(session)?;
        if let Answer::Waited(time) = plan.answer {
            gate.wait(session, token, time)?;
            acted.effect.detail = format!("Waited {} s.", time.as_secs_f64());
            return Ok(acted);
        }
        let windows = self.check(screen.windows())?;
        let (target, hit) = self.aim(&plan.aim, &*screen, &windows)?;
        if target.own {
            gate.note_own_action();
            let own = hit.iter().find(|window| gate.is_own(window));
            let what = own.map_or_else(String::new, effect::name);
            return Err(ComputerError::OwnWindow {
                what: format!("the window {what}"),
            });
        }
        acted.app.clone_from(&target.app);
        let layout = Some(plan.frame.layout.clone());
        let glide = self.glide();
        let note = gate.take_user_acted();
        if plan.answer == Answer::Moved {
            let start = Instant::now();
            gate.perform(session, token, plan.steps.clone(), layout, glide)?;
            acted.sent = start.elapsed();
            let at = self.check(screen.pointer())?;
            acted.effect = if Some(at) == target.point {
                Effect {
                    outcome: Outcome::Confirmed,
                    detail: "The pointer is there.".into(),
                }
            } else {
                let (x, y) = plan.frame.to_sent_pixel(at.0, at.1);
                let detail = format!("The pointer is at ({x}, {y}) instead.");
                Effect {
                    outcome: Outcome::Uncertain,
                    detail,
                }
            };
        } else {
            let area = Rect {
                x: plan.frame.origin.0,
                y: plan.frame.origin.1,
                w: plan.frame.native.0,
                h: plan.frame.native.1,
            };
            self.same_layout(&*screen, &plan.frame)?;
            let before = self.moment(&*screen, area)?;
            let mut watch = self.check(screen.damage())?;
            let start = Instant::now();
            gate.perform(session, token, plan.steps.clone(), layout, glide)?;
            acted.sent = start.elapsed();
            acted.effect = self.effect(session, token, &mut *watch, |computer| {
                let after = computer.moment(&*screen, area)?;
                Ok(effect::compare(&before, &after, target.point, &plan.frame))
            })?;
            gate.settled(token, self.check(screen.pointer())?);
        }
        if note {
            acted.effect.detail.push_str(
                " The person used mouse or keyboard before this action; look at the screen again.",
            );
        }
        Ok(acted)
    }

    /// Waits for the screen to settle and compares. Where nothing has changed, the
    /// program may be slow: it gets a second, longer wait before that is said.
    fn effect(
        &self,
        session: &SessionKey,
        token: u64,
        watch: &mut dyn ChangeWatch,
        compare: impl Fn(&Self) -> Result<Effect, ComputerError>,
    ) -> Result<Effect, ComputerError> {
        let gate = self.gate();
        for quiet in [effect::QUIET, effect::SLOW] {
            match watch.settle(quiet, effect::CAP, &|| !gate.is_current(token)) {
                Err(PlatformError::Cancelled) => {
                    return Ok(Effect {
                        outcome: Outcome::Uncertain,
                        detail: format!("It was done; then: {}", gate.reason(session)),
                    });
                }
                settled => self.check(settled)?,
            };
            let effect = compare(self)?;
            if effect.outcome != Outcome::NoChange {
                return Ok(effect);
            }
        }
        compare(self)
    }

    /// Refuses frames of another layout.
    fn same_layout(&self, screen: &dyn Screen, frame: &Frame) -> Result<(), ComputerError> {
        if self.check(screen.layout())? == frame.layout {
            Ok(())
        } else {
            Err(ComputerError::LayoutChanged)
        }
    }

    fn zoom(
        &self,
        screen: &dyn Screen,
        part: Rect,
        frame: &Frame,
    ) -> Result<Picture, ComputerError> {
        let moment = self.moment(screen, part)?;
        // Native detail, but never larger than the picture the model can take.
        let shrink = (f64::from(frame.sent.0) / f64::from(part.w))
            .min(f64::from(frame.sent.1) / f64::from(part.h))
            .min(1.0);
        let size = |length: u32| ((f64::from(length) * shrink).floor() as u32).max(1);
        let pixels = image::resize(moment.pixels, (size(part.w), size(part.h)))?;
        Ok(Picture {
            png: image::png(&pixels)?,
            width: pixels.width,
            height: pixels.height,
        })
    }
}
