//! Doing a plan: what it hits, the events, and what they did.

use std::time::{Instant, SystemTime};

use interpreter_protocol::{Effect, Frame, Outcome};

use crate::action::{Aim, Answer, Plan};
use crate::computer::blocking;
use crate::gate::Step;
use crate::noticing;
use crate::platform::{AccessWatch, ChangeWatch, PlatformError, Rect, Screen, Window};
use crate::record::Draft;
use crate::stir::Did;
use crate::{
    Acted, AppKind, Changed, Computer, ComputerError, Picture, SecretWanted, SessionKey, Target,
    effect, focus, guard, image,
};

/// What is waited for after an action.
struct Settling {
    watch: Box<dyn ChangeWatch>,
    told: AccessWatch,
    token: u64,
    /// Whose program may be slow.
    hit: Option<Window>,
    /// Text was typed, which hardly ever changes nothing.
    typed: bool,
}

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
                .filter(|window| !self.gate().is_passed(window))
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
            kind: hit
                .iter()
                .map(|window| self.kind(screen, window))
                .max_by_key(|kind| match kind {
                    AppKind::SystemPrompt => 3,
                    AppKind::PasswordManager => 2,
                    AppKind::Other => 0,
                    _ => 1,
                })
                .unwrap_or_default(),
            element: None,
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

    /// Does a plan, and tells whoever keeps a record of it, however it ended.
    fn perform_now(&self, session: &SessionKey, plan: &Plan) -> Result<Acted, ComputerError> {
        let (began, at) = (Instant::now(), SystemTime::now());
        let mut draft = Draft::default();
        let acted = self.perform_plan(session, plan, &mut draft);
        if let Some(recorder) = self.recorder() {
            let effect = match &acted {
                Ok(acted) => acted.effect.clone(),
                Err(error) => error.effect(),
            };
            let times = (at, began.elapsed());
            if let Some(done) = draft.done(session, plan, times, effect, self.secrets()) {
                recorder(done);
            }
        }
        acted
    }

    fn perform_plan(
        &self,
        session: &SessionKey,
        plan: &Plan,
        draft: &mut Draft,
    ) -> Result<Acted, ComputerError> {
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
            changed: Changed::default(),
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
                self.only_given(&plan.frame, &Aim::None, &Target::default(), &[])?;
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
        let windows = self.make_room(&plan.aim, &*screen)?;
        let (mut target, hit) = self.aim(&plan.aim, &*screen, &windows)?;
        draft.area = hit.first().map(|window| window.rect);
        draft.target = Some(target.clone());
        self.allowed_windows(&*screen, &plan.aim, &hit, &windows)?;
        self.only_given(&plan.frame, &plan.aim, &target, &hit)?;
        self.same_keyboard(session, plan, &hit)?;
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
            // Programs answer while the picture is taken.
            let asked = self.ask(&*screen, &plan.aim, &target, &hit, &windows);
            let before = &*draft.before.insert(self.moment(&*screen, area)?);
            let watch = self.check(screen.damage())?;
            let known = asked.wait(self.secrets());
            let element = known.aimed(&plan.aim);
            target.element = element.cloned();
            draft.target = Some(target.clone());
            self.allowed_element(plan, element)?;
            guard::ask(self.guard(), session, &target, plan)?;
            let mut steps = self.steps(session, plan, &target)?;
            if let Some(window) = hit.first().filter(|_| plan.aim == Aim::Focus) {
                steps.insert(0, Step::KeyboardOf(window.id));
            }
            let told = self.access().watch();
            let start = Instant::now();
            gate.perform(session, token, steps, layout, glide)?;
            acted.sent = start.elapsed();
            let hit = hit.into_iter().next();
            let did = did(plan, hit.as_ref());
            let mut settling = Settling {
                watch,
                told,
                token,
                hit,
                typed: plan.typed_text().is_some(),
            };
            let (mut effect, changed) = self.effect(session, &mut settling, |computer| {
                let after = computer.moment(&*screen, area)?;
                let again = computer.ask_again(&*screen, &known, &after.windows);
                computer.keyboard().saw(session, &after.windows);
                let seen = effect::compare(before, &after, target.point, &plan.frame);
                let (mut effect, mut changed) =
                    noticing::judge(seen, &known, &again, plan.typed_text());
                if focus::strayed(plan, &before.windows, &after.windows) {
                    effect = Effect {
                        outcome: Outcome::Uncertain,
                        detail: format!("{} {}", focus::STRAYED, effect.detail),
                    };
                }
                let moved = changed.focus.is_some();
                changed.stir = did.stir(&before.windows, &after.windows, moved);
                *draft.after.borrow_mut() = Some(after);
                Ok((effect, changed))
            })?;
            self.count(session, plan, &mut effect);
            acted.effect = effect;
            acted.changed = changed;
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
        settling: &mut Settling,
        compare: impl Fn(&Self) -> Result<(Effect, Changed), ComputerError>,
    ) -> Result<(Effect, Changed), ComputerError> {
        let gate = self.gate();
        let token = settling.token;
        let typed = settling.typed.then_some(effect::VERY_SLOW);
        for quiet in [effect::QUIET, effect::SLOW].into_iter().chain(typed) {
            let stopped = || !gate.is_current(token);
            match noticing::settle(&mut *settling.watch, &settling.told, quiet, &stopped) {
                Err(PlatformError::Cancelled) => {
                    let effect = Effect {
                        outcome: Outcome::Uncertain,
                        detail: format!("It was done; then: {}", gate.reason(session)),
                    };
                    return Ok((effect, Changed::default()));
                }
                settled => self.check(settled)?,
            };
            let found = compare(self)?;
            if found.0.outcome != Outcome::NoChange {
                return Ok(found);
            }
            if let Some(window) = &settling.hit {
                // It may have closed, or its program may not tell.
                let _ = self.screen()?.rests(window, effect::BUSY);
            }
        }
        compare(self)
    }

    /// The steps of a plan; for a secret those that type its value, into a field only.
    fn steps(
        &self,
        session: &SessionKey,
        plan: &Plan,
        target: &Target,
    ) -> Result<Vec<Step>, ComputerError> {
        let Some(name) = plan.secret.as_deref() else {
            return Ok(plan.steps.clone());
        };
        let field = target.element.as_ref().filter(|element| element.editable);
        let Some(field) = field else {
            return Err(ComputerError::NoSecret {
                message: "It cannot be told that a text field has the keyboard, so the secret was \
                          not typed."
                    .into(),
                remedy: "Click the field first. Some programs do not tell of their fields: there \
                         the person has to type it."
                    .into(),
            });
        };
        let secret = self.secrets().take(&SecretWanted {
            name,
            session,
            target,
        })?;
        self.secrets().hide(field);
        Ok(vec![Step::Secret(secret)])
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

/// What a plan does, as far as it matters for what comes after it.
fn did(plan: &Plan, hit: Option<&Window>) -> Did {
    let presses = |step: &Step| matches!(step, Step::Button(_, true));
    let clicks = plan.steps.iter().any(presses);
    let text = plan.typed_text();
    Did {
        clicked: hit.filter(|_| clicks).map(|window| window.id),
        by_keys: plan.aim == Aim::Focus,
        plain_text: text.is_some_and(|text| !text.contains(['\t', '\n', '\r'])),
    }
}
