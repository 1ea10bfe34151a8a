//! The thread that owns mouse and keyboard.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Job, Request, Shared, Step, outer_corners};
use crate::desk::Parts;
use crate::platform::Listening;
use crate::{ComputerError, SessionKey, StoppedBy, effect};

/// So many characters or events may be on their way before a stop is looked for at the
/// far end too: what the display server has not processed cannot be taken back.
const IN_FLIGHT: usize = 16;
/// While text is typed, so often it is asked who has the keyboard.
const ASKED: Duration = Duration::from_millis(40);
/// One step of a glide.
const GLIDE_STEP: Duration = Duration::from_millis(8);

pub(super) fn start(shared: Arc<Shared>, parts: Parts) -> Result<(), ComputerError> {
    std::thread::Builder::new()
        .name("gate".to_owned())
        .spawn(move || {
            Worker {
                shared,
                parts,
                listening: None,
                layout: String::new(),
                keyboard_of: None,
            }
            .run()
        })
        .map(drop)
        .map_err(|error| ComputerError::failed(format!("The gate's thread: {error}.")))
}

struct Worker {
    shared: Arc<Shared>,
    parts: Parts,
    listening: Option<Listening>,
    /// The layout the corners were computed for.
    layout: String,
    /// Whom the text of this job is for.
    keyboard_of: Option<u64>,
}

enum Next {
    Request(Request),
    Release { closing: bool },
    Quit,
}

impl Worker {
    fn run(mut self) {
        loop {
            match self.next() {
                Next::Request(Request::Open(session, reply)) => {
                    let result = self.open(&session);
                    let _ = reply.send(result);
                }
                Next::Request(Request::Job(job)) => {
                    let result = self.job(&job);
                    let lost = matches!(&result, Err(ComputerError::NoDisplay { .. }));
                    if result.is_err() {
                        self.let_go();
                    }
                    let _ = job.reply.send(result);
                    if lost {
                        return self.lost();
                    }
                }
                Next::Release { closing } => {
                    self.let_go();
                    if closing {
                        self.close();
                    }
                    self.shared.tell(super::GateEvent::Released);
                }
                Next::Quit => {
                    self.let_go();
                    self.close();
                    return;
                }
            }
        }
    }

    fn next(&self) -> Next {
        let mut state = self.shared.lock();
        loop {
            if state.quit {
                return Next::Quit;
            }
            if std::mem::take(&mut state.release) {
                return Next::Release {
                    closing: std::mem::take(&mut state.closing),
                };
            }
            if let Some(request) = state.queue.pop_front() {
                return Next::Request(request);
            }
            state = self
                .shared
                .wake
                .wait(state)
                .unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }

    /// The connection is gone. The next opening starts with a new one.
    fn lost(mut self) {
        self.close();
        self.shared.desk.forget();
        let mut state = self.shared.lock();
        state.worker = false;
        // Dropping a request tells its sender.
        state.queue.clear();
        self.shared.stop(
            state,
            StoppedBy::Caller("the lost connection to the screen".into()),
        );
        let mut state = self.shared.lock();
        state.release = false;
        state.closing = false;
    }

    fn open(&mut self, session: &SessionKey) -> Result<(), ComputerError> {
        let began = self.shared.lock().generation;
        self.parts
            .lease
            .take(&format!("Interpreter (pid {})", std::process::id()))?;
        let shared = Arc::downgrade(&self.shared);
        let sink = Box::new(move |event| {
            if let Some(shared) = shared.upgrade() {
                shared.heard(event);
            }
        });
        match self.parts.listener.start(sink) {
            Ok(listening) => self.listening = Some(listening),
            Err(error) => {
                self.parts.lease.release();
                return Err(ComputerError::NoStop {
                    detail: error.to_string(),
                });
            }
        }
        if let Err(error) = self.parts.input.arm_stop_key() {
            // It is heard all the same; the program in front hears it too.
            tracing::warn!(%error, "the stop key is not kept from programs");
        }
        let corners = self
            .parts
            .screen
            .displays()
            .map(|displays| outer_corners(&displays));
        self.layout = self.parts.screen.layout().unwrap_or_default();
        let pointer = self.parts.screen.pointer().ok();
        let mut state = self.shared.lock();
        if state.generation != began {
            // Stopped while the desktop asked the person, which may take minutes.
            drop(state);
            self.close();
            return Err(ComputerError::GateClosed);
        }
        state.corners = corners.unwrap_or_default();
        state.motion = super::person::Motion::default();
        state.grace = None;
        state.pointer = pointer;
        state.stopped = None;
        state.paused = None;
        state.user_acted = false;
        state.generation += 1;
        state.holder = Some(session.clone());
        Ok(())
    }

    fn close(&mut self) {
        let _ = self.parts.input.disarm_stop_key();
        self.listening = None;
        let border = self.shared.border().take();
        if let Some(border) = border {
            let windows = border.windows();
            drop(border);
            let mut state = self.shared.lock();
            state.own.windows.retain(|id| !windows.contains(id));
        }
        self.parts.lease.release();
    }

    fn let_go(&mut self) {
        if let Err(error) = self.parts.input.release_all() {
            tracing::error!(%error, "not every key and button could be let go");
        }
    }

    /// Whether the job is still wanted.
    fn check(&self, job: &Job) -> Result<(), ComputerError> {
        check(&self.shared, &job.session, job.generation)
    }

    fn job(&mut self, job: &Job) -> Result<(), ComputerError> {
        self.check(job)?;
        if !self.parts.lease.is_held() {
            self.shared.stop(self.shared.lock(), StoppedBy::LeaseLost);
            return self.check(job);
        }
        self.shared.moved_to(self.parts.screen.pointer()?);
        self.check(job)?;
        let layout = self.parts.screen.layout()?;
        if layout != self.layout {
            let corners = outer_corners(&self.parts.screen.displays()?);
            self.shared.lock().corners = corners;
            self.layout.clone_from(&layout);
        }
        if job
            .layout
            .as_ref()
            .is_some_and(|expected| *expected != layout)
        {
            return Err(ComputerError::LayoutChanged);
        }
        // Until it is known what came of them.
        self.shared.lock().pointer = None;
        self.keyboard_of = None;
        let mut in_flight = 0;
        for step in &job.steps {
            self.check(job)?;
            let done = self.step(job, step);
            if done.is_err() {
                // Where it was ended meanwhile, that is why it failed.
                self.check(job)?;
            }
            done?;
            in_flight = match step {
                Step::Flush => 0,
                event if event.is_event() => in_flight + 1,
                _ => in_flight,
            };
            if in_flight == IN_FLIGHT {
                self.parts.input.flush()?;
                in_flight = 0;
            }
        }
        self.check(job)?;
        self.parts.input.flush()?;
        // Programs answer clicks and keys, some by moving the pointer.
        if job.steps.iter().all(Step::only_moves) {
            let pointer = self.parts.screen.pointer()?;
            self.shared.lock().pointer = Some(pointer);
        }
        Ok(())
    }

    fn step(&mut self, job: &Job, step: &Step) -> Result<(), ComputerError> {
        let input = &mut self.parts.input;
        match step {
            Step::Move(x, y) => match job.glide {
                Some(time) => self.glide(job, (*x, *y), time)?,
                None => input.move_to(*x, *y)?,
            },
            Step::Button(button, down) => input.button(*button, *down)?,
            Step::Scroll(dx, dy) => input.scroll(*dx, *dy)?,
            Step::Key(key, down) => input.key(key, *down)?,
            Step::KeyboardOf(window) => self.keyboard_of = Some(*window),
            Step::Text(text, pause) => self.text(job, text, *pause)?,
            Step::Secret(secret) => {
                self.text(job, secret.expose(), Duration::ZERO)
                    .map_err(|error| match error {
                        // It may name the character.
                        ComputerError::Failed { .. } => {
                            ComputerError::failed("The secret could not be typed to its end.")
                        }
                        other => other,
                    })?;
            }
            Step::Wait(time) => wait(&self.shared, &job.session, job.generation, *time)?,
            Step::Flush => input.flush()?,
        }
        Ok(())
    }

    fn text(&mut self, job: &Job, text: &str, pause: Duration) -> Result<(), ComputerError> {
        let keyboard = self.keyboard()?;
        let mut asked = Instant::now();
        self.parts.input.begin_text(text)?;
        let mut typed = Ok(());
        for (index, c) in text.chars().enumerate() {
            typed = self.check(job).and_then(|()| {
                self.parts.input.type_char(c)?;
                if index % IN_FLIGHT == IN_FLIGHT - 1 {
                    self.parts.input.flush()?;
                    if asked.elapsed() >= ASKED {
                        asked = Instant::now();
                        self.same_keyboard(keyboard)?;
                    }
                }
                if pause.is_zero() {
                    return Ok(());
                }
                self.parts.input.flush()?;
                wait(&self.shared, &job.session, job.generation, pause)
            });
            if typed.is_err() {
                // Before the keyboard is put back, so that nothing waits behind it.
                self.let_go();
                break;
            }
        }
        let ended = self.parts.input.end_text();
        typed?;
        Ok(ended?)
    }

    /// What gets the text, once it is sure that it is for the window in front.
    fn keyboard(&self) -> Result<Option<u64>, ComputerError> {
        let Some(wanted) = self.keyboard_of else {
            return Ok(None);
        };
        match self.parts.screen.active_window()? {
            Some(now) if now.id != wanted => Err(ComputerError::FocusMoved {
                what: effect::name(&now),
                begun: false,
            }),
            _ => Ok(self.parts.screen.keyboard()?),
        }
    }

    /// Whether the same still gets it.
    fn same_keyboard(&self, before: Option<u64>) -> Result<(), ComputerError> {
        let now = self.parts.screen.keyboard()?;
        if self.keyboard_of.is_none() || before.is_none() || now.is_none() || now == before {
            return Ok(());
        }
        let window = self.parts.screen.active_window()?;
        Err(ComputerError::FocusMoved {
            what: window
                .as_ref()
                .map_or_else(|| "in front".into(), effect::name),
            begun: true,
        })
    }

    fn glide(&mut self, job: &Job, to: (i32, i32), time: Duration) -> Result<(), ComputerError> {
        let from = self.parts.screen.pointer()?;
        let steps = (time.as_millis() / GLIDE_STEP.as_millis()).max(1) as u32;
        for step in 1..=steps {
            self.check(job)?;
            let part = f64::from(step) / f64::from(steps);
            let eased = (1.0 - (part * std::f64::consts::PI).cos()) / 2.0;
            let between = |a: i32, b: i32| a + (f64::from(b - a) * eased).round() as i32;
            self.parts
                .input
                .move_to(between(from.0, to.0), between(from.1, to.1))?;
            self.parts.input.flush()?;
            if step < steps {
                wait(&self.shared, &job.session, job.generation, GLIDE_STEP)?;
            }
        }
        Ok(())
    }
}

impl Step {
    /// Whether it is sent without waiting for it.
    fn is_event(&self) -> bool {
        matches!(
            self,
            Self::Move(..) | Self::Button(..) | Self::Scroll(..) | Self::Key(..)
        )
    }

    fn only_moves(&self) -> bool {
        matches!(self, Self::Move(..) | Self::Wait(_) | Self::Flush)
    }
}

fn check(shared: &Shared, session: &SessionKey, generation: u64) -> Result<(), ComputerError> {
    let state = shared.lock();
    if state.quit {
        return Err(ComputerError::GateClosed);
    }
    state.may(session)?;
    if state.generation == generation {
        Ok(())
    } else {
        // Paused and resumed since: the rest of the old plan is not done.
        Err(ComputerError::Paused {
            by: "mouse or keyboard were used in between".to_owned(),
        })
    }
}

/// A wait that ends early when the generation changes.
pub(super) fn wait(
    shared: &Shared,
    session: &SessionKey,
    generation: u64,
    time: Duration,
) -> Result<(), ComputerError> {
    let until = shared.clock.now() + time;
    loop {
        check(shared, session, generation)?;
        let state = shared.lock();
        if state.generation != generation || state.quit {
            continue;
        }
        let left = until.saturating_duration_since(shared.clock.now());
        if left.is_zero() {
            return Ok(());
        }
        drop(shared.clock.wait(&shared.wake, state, left));
    }
}
