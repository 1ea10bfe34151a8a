//! The computer: looks, acts, and answers the Computer API.

use std::sync::Arc;
use std::time::Duration;

use interpreter_perception::{Eyes, Pixels};
use interpreter_protocol::{Ability, Effect, Frame, Outcome};
use serde_json::Value;

use crate::action::{self, Aim, Answer, Plan};
use crate::desk::{Desk, SharedClipboard};
use crate::effect::{self, Moment};
use crate::platform::{self, Display, Rect, Screen, Window};
use crate::{
    Acted, ComputerConfig, ComputerError, Gate, Look, Method, Picture, SessionKey, Shot, Target,
    api, image,
};

/// Screen, mouse, keyboard and clipboard of this machine. Cheap to clone; one
/// per process. Nothing is opened before the first use.
#[derive(Clone)]
pub struct Computer {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Arc<Desk>,
    gate: Gate,
    eyes: Eyes,
    glide: Option<Duration>,
}

/// A part of the screen as it is now.
pub(crate) struct Capture {
    pub(crate) pixels: Pixels,
    pub(crate) area: Rect,
    pub(crate) display: Display,
    pub(crate) layout: String,
    pub(crate) masked: bool,
}

impl Capture {
    /// The geometry, for an image of this size.
    pub(crate) fn frame(&self, sent: (u32, u32)) -> Frame {
        Frame {
            display: self.display.id.clone(),
            origin: (self.area.x, self.area.y),
            native: (self.area.w, self.area.h),
            sent,
            scale: self.display.scale,
            layout: self.layout.clone(),
        }
    }
}

/// Runs on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ComputerError> + Send + 'static,
) -> Result<T, ComputerError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(ComputerError::failed(format!("The work on the screen broke off: {error}.")))
    })
}

impl Computer {
    /// A computer that opens this machine's desktop when it is first needed.
    pub fn new(config: ComputerConfig) -> Self {
        let (display, runtime) = (config.display.clone(), config.runtime.clone());
        let desk = Desk::new(move || platform::open_on(display.as_deref(), runtime.as_deref()));
        Self::with_desk(config, desk)
    }

    pub(crate) fn with_desk(config: ComputerConfig, desk: Desk) -> Self {
        let desk = Arc::new(desk);
        let gate = Gate::new(desk.clone(), config.own_pids);
        Self {
            inner: Arc::new(Inner { desk, gate, eyes: config.eyes, glide: config.glide }),
        }
    }

    /// The only way to mouse and keyboard.
    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    /// Every method of the Computer API, in the order of the reference.
    pub fn methods() -> &'static [Method] {
        api::methods()
    }

    /// Calls a method of the Computer API. Positional arguments come as `params.args`.
    /// Methods that act need the gate open for the session.
    ///
    /// # Errors
    /// `UnknownMethod` with the closest name, `BadParams`, and whatever the method meets.
    pub async fn call(
        &self,
        session: &SessionKey,
        method: &str,
        params: Value,
    ) -> Result<Value, ComputerError> {
        api::call(&api::Context { computer: self.clone(), session: session.clone() }, method, params)
            .await
    }

    /// Takes a picture. `sent` says, for a native size, the size to encode; own
    /// windows are painted out. Needs no gate.
    ///
    /// # Errors
    /// `NoDisplay`; `BadParams` for an unknown display or where no window has focus.
    pub async fn look(
        &self,
        _session: &SessionKey,
        sent: impl Fn((u32, u32)) -> (u32, u32) + Send + 'static,
        which: Look,
    ) -> Result<Shot, ComputerError> {
        let computer = self.clone();
        blocking(move || {
            let capture = computer.capture(&which)?;
            let wanted = sent((capture.area.w, capture.area.h));
            let size = (wanted.0.max(1), wanted.1.max(1));
            let frame = capture.frame(size);
            let hash = image::hash(&capture.pixels);
            let masked = capture.masked;
            let png = image::png(&image::resize(capture.pixels, size)?)?;
            Ok(Shot { frame, png, hash, masked })
        })
        .await
    }

    /// Does a screen action in the frame it was made for. Coordinates are
    /// continuous pixels of the sent image. Needs the gate open for the session.
    ///
    /// # Errors
    /// Nothing was done on `BadParams`, `OwnWindow`, `LayoutChanged`, `GateClosed`;
    /// on `Stopped` and `Paused` it may have begun. [`ComputerError::effect`] says
    /// it as an effect.
    pub async fn act(
        &self,
        session: &SessionKey,
        action: &Value,
        frame: &Frame,
    ) -> Result<Acted, ComputerError> {
        let plan = action::plan(action, frame)?;
        self.perform(session, plan).await
    }

    /// Where an action would go: for the policy and for the words of a confirmation.
    ///
    /// # Errors
    /// `BadParams` where the action is none; `NoDisplay`.
    pub fn target(&self, action: &Value, frame: &Frame) -> Result<Target, ComputerError> {
        let plan = action::plan(action, frame)?;
        let screen = self.screen()?;
        let windows = self.check(screen.windows())?;
        let (target, _) = self.aim(&plan.aim, &*screen, &windows)?;
        Ok(target)
    }

    /// What can be seen and done here, by trying it. Opens the gate for a moment.
    pub async fn doctor(&self) -> Vec<Ability> {
        crate::doctor::examine(self).await
    }

    pub(crate) fn eyes(&self) -> &Eyes {
        &self.inner.eyes
    }

    pub(crate) fn screen(&self) -> Result<Arc<dyn Screen>, ComputerError> {
        self.inner.desk.screen()
    }

    pub(crate) fn clipboard(&self) -> Result<SharedClipboard, ComputerError> {
        self.inner.desk.clipboard()
    }

    pub(crate) fn check<T>(&self, result: platform::Result<T>) -> Result<T, ComputerError> {
        self.inner.desk.check(result)
    }

    /// All displays, the primary one first.
    pub(crate) fn displays(&self) -> Result<Vec<Display>, ComputerError> {
        let displays = self.check(self.screen()?.displays())?;
        if displays.is_empty() {
            return Err(ComputerError::NoDisplay {
                detail: "no display is connected.".into(),
                fix: "Connect or switch on a display.".into(),
            });
        }
        Ok(displays)
    }

    /// A part of the screen, own windows painted out.
    pub(crate) fn capture(&self, which: &Look) -> Result<Capture, ComputerError> {
        let screen = self.screen()?;
        let displays = self.displays()?;
        let primary = || displays.first().cloned();
        let chosen = match which {
            Look::Primary => primary().map(|display| (display.rect(), display)),
            Look::Display(id) => {
                let known = displays.iter().find(|display| display.id == *id);
                let Some(display) = known else {
                    let ids: Vec<&str> = displays.iter().map(|d| d.id.as_str()).collect();
                    return Err(ComputerError::bad(
                        format!("There is no display {id:?}."),
                        format!("The displays are: {}.", ids.join(", ")),
                    ));
                };
                Some((display.rect(), display.clone()))
            }
            Look::ActiveWindow => match self.check(screen.active_window())? {
                Some(window) => displays
                    .iter()
                    .filter_map(|d| d.rect().intersection(window.rect).map(|part| (part, d)))
                    .max_by_key(|(part, _)| u64::from(part.w) * u64::from(part.h))
                    .map(|(part, display)| (part, display.clone())),
                // As a person would: without a window, the whole screen.
                None => primary().map(|display| (display.rect(), display)),
            },
        };
        let Some((area, display)) = chosen else {
            return Err(ComputerError::failed("The window in front is not on a display."));
        };
        // Read before the pixels: a change in between makes the frame stale, not wrong.
        let layout = self.check(screen.layout())?;
        let Moment { area, pixels, masked, .. } = self.moment(&*screen, area)?;
        Ok(Capture { pixels, area, display, layout, masked })
    }

    fn moment(&self, screen: &dyn Screen, area: Rect) -> Result<Moment, ComputerError> {
        let windows = self.check(screen.windows())?;
        let mut pixels = self.check(screen.capture(area))?;
        let own = self.own_parts(&windows);
        image::paint_out(&mut pixels, area, &own);
        let windows: Vec<Window> =
            windows.into_iter().filter(|window| !self.gate().is_own(window)).collect();
        Ok(Moment { area, pixels, windows, masked: !own.is_empty() })
    }

    /// The visible parts of our own windows.
    fn own_parts(&self, windows: &[Window]) -> Vec<Rect> {
        let shown: Vec<&Window> = windows.iter().filter(|window| !window.minimised).collect();
        let mut parts = Vec::new();
        for (index, window) in shown.iter().enumerate() {
            if !self.gate().is_own(window) {
                continue;
            }
            let above = shown.iter().take(index).filter(|window| !self.gate().is_own(window));
            let visible = above.fold(vec![window.rect], |left, above| {
                left.into_iter().flat_map(|part| image::subtract(part, above.rect)).collect()
            });
            parts.extend(visible);
        }
        parts
    }

    /// The frame of the display that holds a point (the nearest one), at native size.
    pub(crate) fn native_frame(&self, point: Option<(i32, i32)>) -> Result<Frame, ComputerError> {
        let displays = self.displays()?;
        let distance = |display: &Display| {
            let rect = display.rect();
            let off = |at: i32, from: i32, size: u32| {
                let (at, from) = (i64::from(at), i64::from(from));
                (from - at).max(at - (from + i64::from(size) - 1)).max(0)
            };
            point.map_or(0, |(x, y)| off(x, rect.x, rect.w).pow(2) + off(y, rect.y, rect.h).pow(2))
        };
        let display = displays
            .iter()
            .min_by_key(|display| distance(display))
            .ok_or_else(|| ComputerError::failed("No display is connected."))?;
        Ok(Frame {
            display: display.id.clone(),
            origin: display.origin,
            native: display.size,
            sent: display.size,
            scale: display.scale,
            layout: self.check(self.screen()?.layout())?,
        })
    }

    /// What an aim hits, and the point, where it has one.
    fn aim(
        &self,
        aim: &Aim,
        screen: &dyn Screen,
        windows: &[Window],
    ) -> Result<(Target, Vec<Window>), ComputerError> {
        let at = |(x, y): (i32, i32)| {
            windows.iter().find(|window| !window.minimised && window.rect.contains(x, y)).cloned()
        };
        let (point, hit): (Option<(i32, i32)>, Vec<Window>) = match aim {
            Aim::Points(points) => {
                // The one where it takes effect comes first.
                (points.last().copied(), points.iter().rev().filter_map(|point| at(*point)).collect())
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
            effect: Effect { outcome: Outcome::Confirmed, detail: String::new() },
            text: None,
            image: None,
            app: None,
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
            return Err(ComputerError::OwnWindow { what: format!("the window {what}") });
        }
        acted.app.clone_from(&target.app);
        let layout = Some(plan.frame.layout.clone());
        let glide = self.inner.glide;
        let note = gate.take_user_acted();
        if plan.answer == Answer::Moved {
            gate.perform(session, token, plan.steps.clone(), layout, glide)?;
            let at = self.check(screen.pointer())?;
            acted.effect = if Some(at) == target.point {
                Effect { outcome: Outcome::Confirmed, detail: "The pointer is there.".into() }
            } else {
                let (x, y) = plan.frame.to_sent_pixel(at.0, at.1);
                let detail = format!("The pointer is at ({x}, {y}) instead.");
                Effect { outcome: Outcome::Uncertain, detail }
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
            gate.perform(session, token, plan.steps.clone(), layout, glide)?;
            let settled = watch.settle(effect::QUIET, effect::CAP, &|| !gate.is_current(token));
            acted.effect = match settled {
                Err(platform::PlatformError::Cancelled) => Effect {
                    outcome: Outcome::Uncertain,
                    detail: format!("It was done; then: {}", gate.reason(session)),
                },
                other => {
                    self.check(other)?;
                    let after = self.moment(&*screen, area)?;
                    effect::compare(&before, &after, target.point, &plan.frame)
                }
            };
        }
        if note {
            acted.effect.detail.push_str(
                " The person used mouse or keyboard before this action; look at the screen again.",
            );
        }
        Ok(acted)
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
        Ok(Picture { png: image::png(&pixels)?, width: pixels.width, height: pixels.height })
    }
}
