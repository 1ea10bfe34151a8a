//! The computer: looks, acts, and answers the Computer API.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use interpreter_perception::Eyes;
use interpreter_protocol::{Ability, Frame};
use serde_json::Value;

use crate::action;
use crate::desk::{Desk, SharedClipboard};
use crate::focus::Keyboard;
use crate::noticing::Idle;
use crate::platform::{self, Accessibility, Display, Rect, Screen, Window, WindowKind};
use crate::secret::Secrets;
use crate::{
    Acted, AppKind, Clear, ComputerConfig, ComputerError, Gate, Guard, Look, Method, Recorder,
    SessionKey, Shot, Target, api, image,
};

/// Screen, mouse, keyboard and clipboard of this machine. Cheap to clone; one
/// per process. Nothing is opened before the first use.
#[derive(Clone)]
pub struct Computer {
    inner: Arc<Inner>,
    /// The only displays that may be seen and used, where not all may. Shared by the
    /// clones of one [`Computer::apart`].
    given: Arc<Mutex<Option<Vec<String>>>>,
}

struct Inner {
    /// As it was named, if it was.
    display: Option<String>,
    desk: Arc<Desk>,
    gate: Gate,
    eyes: Eyes,
    glide: Mutex<Option<Duration>>,
    clear: Option<Clear>,
    /// The eyes were told to start.
    warmed: AtomicBool,
    access: Accessibility,
    /// Kinds of apps met so far, by process and name.
    kinds: Mutex<HashMap<(Option<u32>, String), AppKind>>,
    idle: Mutex<Idle>,
    keyboard: Keyboard,
    secrets: Secrets,
    guard: OnceLock<Arc<Guard>>,
    recorder: OnceLock<Arc<Recorder>>,
}

/// Runs on a thread that may block.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ComputerError> + Send + 'static,
) -> Result<T, ComputerError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(ComputerError::failed(format!(
                "The work on the screen broke off: {error}."
            )))
        })
}

/// How long nothing may be drawn after windows got out of the way, and how long
/// that is waited for.
const REST: Duration = Duration::from_millis(100);
const REST_CAP: Duration = Duration::from_secs(1);

impl Computer {
    /// A computer that opens this machine's desktop when it is first needed.
    pub fn new(config: ComputerConfig) -> Self {
        let place = platform::Place {
            display: config.display.clone(),
            runtime: config.runtime.clone(),
            bus: config.bus.clone(),
            data: config.data.clone(),
        };
        let desk = Desk::new(move || platform::open_at(&place));
        Self::with_desk(config, desk)
    }

    pub(crate) fn with_desk(config: ComputerConfig, desk: Desk) -> Self {
        let desk = Arc::new(desk);
        let gate = Gate::new(desk.clone(), config.own_pids);
        let access = platform::accessibility(config.display.as_deref());
        Self {
            inner: Arc::new(Inner {
                display: config.display,
                desk,
                gate,
                eyes: config.eyes,
                glide: Mutex::new(config.glide),
                clear: config.clear,
                warmed: AtomicBool::new(false),
                access,
                kinds: Mutex::default(),
                idle: Mutex::default(),
                keyboard: Keyboard::default(),
                secrets: Secrets::default(),
                guard: OnceLock::new(),
                recorder: OnceLock::new(),
            }),
            given: Arc::default(),
        }
    }

    /// The same computer for someone of their own, who may be given fewer displays.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            given: Arc::default(),
        }
    }

    /// Opens the gate for a session. Where it did not hold it yet, the front's
    /// windows get out of the way first, and the screen comes to rest.
    ///
    /// # Errors
    /// As [`Gate::open`]; `NoDisplay`.
    pub async fn enter(&self, session: &SessionKey) -> Result<(), ComputerError> {
        let held = self.gate().holder().as_ref() == Some(session);
        self.gate().open(session)?;
        self.access().listen();
        if held {
            return Ok(());
        }
        self.keyboard().forget(session);
        if let Some(clear) = &self.inner.clear {
            (clear.0)(session.clone(), Vec::new()).await;
        }
        let (computer, session) = (self.clone(), session.clone());
        blocking(move || {
            computer.show_border(&session);
            match computer.inner.clear {
                Some(_) => computer.rest(),
                None => Ok(()),
            }
        })
        .await
    }

    /// Draws the border around the displays that were given. Control goes on without
    /// it: the pill, the tray and the keys that stop are there all the same.
    fn show_border(&self, session: &SessionKey) {
        let drawn = self.screen().and_then(|screen| {
            let displays = self.check(screen.displays())?;
            let given = displays.iter().filter(|display| self.is_given(&display.id));
            let areas: Vec<Rect> = given.map(Display::rect).collect();
            self.check(screen.border(&areas))
        });
        match drawn {
            Ok(Some(border)) => self.gate().keep_border(session, border),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "there is no border around the screen"),
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
        api::call(
            &api::Context {
                computer: self.clone(),
                session: session.clone(),
            },
            method,
            params,
        )
        .await
    }

    /// Takes a picture. `sent` says, for a native size, the size to encode; own
    /// windows are painted out. Needs no gate.
    ///
    /// # Errors
    /// `NoDisplay`; `BadParams` for an unknown display or where no window has focus.
    pub async fn look(
        &self,
        session: &SessionKey,
        sent: impl Fn((u32, u32)) -> (u32, u32) + Send + 'static,
        which: Look,
    ) -> Result<Shot, ComputerError> {
        let (computer, session) = (self.clone(), session.clone());
        let shot = blocking(move || {
            let capture = computer.capture(&which)?;
            computer.keyboard().saw(&session, &capture.windows);
            let wanted = sent((capture.area.w, capture.area.h));
            let size = (wanted.0.max(1), wanted.1.max(1));
            let frame = capture.frame(size);
            let hash = image::hash(&capture.pixels);
            let masked = capture.masked;
            let png = image::png(&image::resize(capture.pixels, size)?)?;
            Ok(Shot {
                frame,
                png,
                hash,
                masked,
            })
        })
        .await?;
        self.warm();
        Ok(shot)
    }

    /// Whoever looks will soon want to find something: the eyes start meanwhile.
    fn warm(&self) {
        if !self.inner.warmed.swap(true, Ordering::Relaxed) {
            let eyes = self.inner.eyes.clone();
            tokio::spawn(async move { eyes.warm().await });
        }
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
        let mut plan = action::plan(action, frame)?;
        plan.seen = true;
        let secrets = self.secrets();
        let acted = self.perform(session, plan).await;
        acted
            .map(|acted| acted.map_texts(|text| secrets.redact(&text)))
            .map_err(|error| secrets.redact_error(error))
    }

    /// Who gives the values of secrets for `keyboard.write_secret`. It is asked
    /// with the target in hand, and gives none where the app was not granted.
    /// Set once; whether this was the first time.
    pub fn set_secrets(&self, resolver: Arc<crate::SecretResolver>) -> bool {
        self.inner.secrets.resolve_with(resolver)
    }

    /// Who has the last word on every action, however it was asked for: the floor
    /// stands below. Set once; whether this was the first time.
    pub fn set_guard(&self, guard: Arc<Guard>) -> bool {
        self.inner.guard.set(guard).is_ok()
    }

    /// Who is told of every action, however it was asked for, once it is over. Set
    /// once; whether this was the first time.
    pub fn set_recorder(&self, recorder: Arc<Recorder>) -> bool {
        self.inner.recorder.set(recorder).is_ok()
    }

    pub(crate) fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.inner.recorder.get()
    }

    pub(crate) fn guard(&self) -> Option<&Arc<Guard>> {
        self.inner.guard.get()
    }

    /// A text without the secrets that were typed since the start: for all that
    /// was read from the screen by other ways than this computer's methods.
    pub fn redact(&self, text: &str) -> String {
        self.inner.secrets.redact(text)
    }

    /// How long a program may take to tell of its elements; 150 ms unless said here.
    pub fn set_patience(&self, patience: Duration) {
        self.inner.access.set_patience(patience);
    }

    /// Where an action would go: for the policy and for the words of a confirmation.
    /// Blocks until the program has told of the element there, at most 150 ms, and,
    /// where a window of ours lies there, until it is out of the way.
    ///
    /// # Errors
    /// `BadParams` where the action is none; `NoDisplay`.
    pub fn target(&self, action: &Value, frame: &Frame) -> Result<Target, ComputerError> {
        let plan = action::plan(action, frame)?;
        let screen = self.screen()?;
        let mut windows = self.make_room(&plan.aim, &*screen)?;
        self.leave_ours(&mut windows);
        let (mut target, hit) = self.aim(&plan.aim, &*screen, &windows)?;
        let asked = self.ask(&*screen, &plan.aim, &target, &hit, &windows);
        let secrets = self.secrets();
        target.element = asked.wait(secrets).aimed(&plan.aim).cloned();
        target.window = target.window.map(|title| secrets.redact(&title));
        Ok(target)
    }

    /// Width and height of the primary display, in physical pixels; none without a screen.
    pub fn primary_size(&self) -> Option<(u32, u32)> {
        self.displays().ok()?.first().map(|display| display.size)
    }

    /// Where one of our windows has the keyboard, the next one will have it once ours
    /// are out of the way: what is asked of the person is about that one.
    fn leave_ours(&self, windows: &mut [Window]) {
        let is_own = |window: &Window| self.gate().is_own(window);
        let Some(ours) = windows
            .iter()
            .position(|window| window.active && is_own(window))
        else {
            return;
        };
        let next = windows.iter().position(|window| {
            window.kind == WindowKind::Normal && !window.minimised && !is_own(window)
        });
        if let Some(next) = next {
            for (at, active) in [(ours, false), (next, true)] {
                if let Some(window) = windows.get_mut(at) {
                    window.active = active;
                }
            }
        }
    }

    /// What can be seen and done here, by trying it. Opens the gate for a moment.
    pub async fn doctor(&self) -> Vec<Ability> {
        crate::doctor::examine(self, None).await
    }

    /// The same, and whether a hotkey of the whole system can be had (`Ctrl+Shift+Space`).
    pub async fn doctor_with(&self, hotkey: String) -> Vec<Ability> {
        crate::doctor::examine(self, Some(hotkey)).await
    }

    /// The display that was named, if one was.
    pub(crate) fn display(&self) -> Option<&str> {
        self.inner.display.as_deref()
    }

    /// The displays that were given; none: all.
    pub(crate) fn given(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the front gets its windows out of the way, where it can.
    pub(crate) fn clear(&self) -> Option<&Clear> {
        self.inner.clear.as_ref()
    }

    pub(crate) fn access(&self) -> &Accessibility {
        &self.inner.access
    }

    pub(crate) fn secrets(&self) -> &Secrets {
        &self.inner.secrets
    }

    pub(crate) fn kinds(&self) -> MutexGuard<'_, HashMap<(Option<u32>, String), AppKind>> {
        self.inner
            .kinds
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keyboard(&self) -> &Keyboard {
        &self.inner.keyboard
    }

    pub(crate) fn idle(&self) -> MutexGuard<'_, Idle> {
        self.inner
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the pointer glides to its targets for this long; absent: it jumps.
    pub fn set_glide(&self, time: Option<Duration>) {
        *self
            .inner
            .glide
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = time;
    }

    pub(crate) fn glide(&self) -> Option<Duration> {
        *self
            .inner
            .glide
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn eyes(&self) -> &Eyes {
        &self.inner.eyes
    }

    /// Waits until nothing was drawn for a moment, at most a second.
    pub(crate) fn rest(&self) -> Result<(), ComputerError> {
        let screen = self.screen()?;
        let mut watch = self.check(screen.damage())?;
        let settled = watch.settle(REST, REST_CAP, &|| false);
        self.check(settled).map(|_| ())
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
}
