//! What the gate is tested with: a recording input, a listener that says what
//! it is told to, and a clock that jumps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::*;
use crate::platform::{
    ChangeWatch, Clipboard, ClipboardContents, DeviceClass, Display, Held, Input, Lease, Ledger,
    Listener, Listening, NamedKey, PhysicalEvent, PhysicalKind, Platform, PlatformError, Rect,
    Result as PlatformResult, Screen, Sink,
};

/// What the fakes share with a test.
#[derive(Default)]
pub(super) struct Stage {
    pub(super) log: Mutex<Vec<String>>,
    pub(super) logged: Condvar,
    pub(super) sink: Mutex<Option<Sink>>,
    pub(super) layout: Mutex<String>,
    pub(super) taken: AtomicBool,
    pub(super) deaf: AtomicBool,
    /// Events sent since the last time all had been processed, and the most of them.
    pub(super) in_flight: Mutex<usize>,
    pub(super) most_in_flight: Mutex<usize>,
    /// Runs once after so many events.
    pub(super) after: Mutex<Option<After>>,
}

pub(super) type After = (usize, Box<dyn FnOnce() + Send>);

impl Stage {
    pub(super) fn log(&self, line: String) {
        let count = {
            let mut log = lock(&self.log);
            log.push(line);
            log.len()
        };
        self.logged.notify_all();
        let mut after = lock(&self.after);
        if after.as_ref().is_some_and(|(at, _)| *at == count)
            && let Some((_, act)) = after.take()
        {
            drop(after);
            act();
        }
    }

    /// Waits for a line, then gives all.
    pub(super) fn until(&self, line: &str) -> Vec<String> {
        let mut log = lock(&self.log);
        while log.last().is_none_or(|last| last != line) {
            let (next, timeout) = self
                .logged
                .wait_timeout(log, Duration::from_secs(20))
                .unwrap_or_else(PoisonError::into_inner);
            assert!(!timeout.timed_out(), "{line} never came: {next:?}");
            log = next;
        }
        log.clone()
    }

    pub(super) fn hear(&self, kind: PhysicalKind, at: Instant) {
        let event = PhysicalEvent {
            kind,
            device: DeviceClass::Hardware,
            time: at,
        };
        self.hear_event(event);
    }

    pub(super) fn hear_event(&self, event: PhysicalEvent) {
        let sink = lock(&self.sink);
        sink.as_ref().expect("nobody listens")(event);
    }
}

impl Stage {
    fn sent(&self, line: String) {
        let mut now = lock(&self.in_flight);
        *now += 1;
        let mut most = lock(&self.most_in_flight);
        *most = (*most).max(*now);
        drop((now, most));
        self.log(line);
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) struct FakeInput {
    pub(super) stage: Arc<Stage>,
    pub(super) held: Vec<Held>,
}

impl Input for FakeInput {
    fn move_to(&mut self, x: i32, y: i32) -> PlatformResult<()> {
        self.stage.sent(format!("move {x} {y}"));
        Ok(())
    }
    fn button(&mut self, button: Button, down: bool) -> PlatformResult<()> {
        self.held.retain(|held| *held != Held::Button(button));
        if down {
            self.held.push(Held::Button(button));
        }
        self.stage.sent(format!("{button:?} {down}"));
        Ok(())
    }
    fn scroll(&mut self, dx: i32, dy: i32) -> PlatformResult<()> {
        self.stage.sent(format!("scroll {dx} {dy}"));
        Ok(())
    }
    fn key(&mut self, key: &Key, down: bool) -> PlatformResult<()> {
        self.held.retain(|held| *held != Held::Key(*key));
        if down {
            self.held.push(Held::Key(*key));
        }
        self.stage.sent(format!("{key:?} {down}"));
        Ok(())
    }
    fn begin_text(&mut self, _text: &str) -> PlatformResult<()> {
        Ok(())
    }
    fn type_char(&mut self, c: char) -> PlatformResult<()> {
        self.stage.sent(c.to_string());
        Ok(())
    }
    fn end_text(&mut self) -> PlatformResult<()> {
        Ok(())
    }
    fn flush(&mut self) -> PlatformResult<()> {
        *lock(&self.stage.in_flight) = 0;
        Ok(())
    }
    fn release_all(&mut self) -> PlatformResult<()> {
        let released = self.held.drain(..).count();
        self.stage.log(format!("released {released}"));
        Ok(())
    }
    fn held(&self) -> Vec<Held> {
        self.held.clone()
    }
    fn arm_stop_key(&mut self) -> PlatformResult<()> {
        Ok(())
    }
    fn disarm_stop_key(&mut self) -> PlatformResult<()> {
        Ok(())
    }
}

struct FakeListener(Arc<Stage>);

impl Listener for FakeListener {
    fn start(&self, sink: Sink) -> PlatformResult<Listening> {
        if self.0.deaf.load(Ordering::SeqCst) {
            return Err(PlatformError::Unsupported("no event arrived".into()));
        }
        *lock(&self.0.sink) = Some(sink);
        Ok(Listening::new(|| {}))
    }
}

struct FakeLease(Arc<Stage>);

impl Lease for FakeLease {
    fn take(&mut self, _who: &str) -> PlatformResult<()> {
        if self.0.taken.load(Ordering::SeqCst) {
            return Err(PlatformError::Taken {
                owner: "Another (pid 7)".into(),
            });
        }
        Ok(())
    }
    fn is_held(&self) -> bool {
        !self.0.taken.load(Ordering::SeqCst)
    }
    fn release(&mut self) {
        self.0.log("lease released".into());
    }
}

struct FakeScreen(Arc<Stage>);

impl Screen for FakeScreen {
    fn displays(&self) -> PlatformResult<Vec<Display>> {
        Ok(vec![Display {
            id: "one".into(),
            origin: (0, 0),
            size: (1000, 800),
            scale: 1.0,
            primary: true,
        }])
    }
    fn layout(&self) -> PlatformResult<String> {
        Ok(lock(&self.0.layout).clone())
    }
    fn capture(&self, _rect: Rect) -> PlatformResult<interpreter_perception::Pixels> {
        Err(PlatformError::Unsupported("not here".into()))
    }
    fn windows(&self) -> PlatformResult<Vec<Window>> {
        Ok(Vec::new())
    }
    fn active_window(&self) -> PlatformResult<Option<Window>> {
        Ok(None)
    }
    fn pointer(&self) -> PlatformResult<(i32, i32)> {
        Ok((0, 0))
    }
    fn activate(&self, _window: u64) -> PlatformResult<()> {
        Ok(())
    }
    fn damage(&self) -> PlatformResult<Box<dyn ChangeWatch>> {
        Err(PlatformError::Unsupported("not here".into()))
    }
}

pub(super) struct NoClipboard;

impl Clipboard for NoClipboard {
    fn get_text(&mut self) -> PlatformResult<String> {
        Ok(String::new())
    }
    fn set_text(&mut self, _text: &str) -> PlatformResult<()> {
        Ok(())
    }
    fn snapshot(&mut self) -> PlatformResult<ClipboardContents> {
        Ok(ClipboardContents::default())
    }
    fn restore(&mut self, _contents: ClipboardContents) -> PlatformResult<()> {
        Ok(())
    }
}

/// A clock on which a wait is over at once, unless it was interrupted.
#[derive(Clone)]
pub(super) struct FakeClock {
    pub(super) start: Instant,
    pub(super) passed: Arc<Mutex<Duration>>,
}

impl Clock for FakeClock {
    fn now(&self) -> Instant {
        self.start + *lock(&self.passed)
    }
    fn wait<'a>(
        &self,
        _wake: &Condvar,
        state: MutexGuard<'a, State>,
        most: Duration,
    ) -> MutexGuard<'a, State> {
        *lock(&self.passed) += most;
        state
    }
}

pub(super) struct Scene {
    pub(super) stage: Arc<Stage>,
    pub(super) gate: Gate,
    pub(super) clock: FakeClock,
    pub(super) session: SessionKey,
}

pub(super) fn scene() -> Scene {
    let stage = Arc::new(Stage::default());
    let shared = stage.clone();
    let desk = Desk::new(move || {
        Ok(Platform {
            screen: Arc::new(FakeScreen(shared.clone())),
            input: Box::new(FakeInput {
                stage: shared.clone(),
                held: Vec::new(),
            }),
            listener: Box::new(FakeListener(shared.clone())),
            lease: Box::new(FakeLease(shared.clone())),
            clipboard: Box::new(NoClipboard),
            ledger: Arc::new(Ledger::default()),
        })
    });
    let clock = FakeClock {
        start: Instant::now(),
        passed: Arc::default(),
    };
    let gate = Gate::with_clock(Arc::new(desk), Vec::new(), Box::new(clock.clone()));
    Scene {
        stage,
        gate,
        clock,
        session: SessionKey::from("a"),
    }
}

pub(super) const SHIFT: Key = Key::Named(NamedKey::Shift);
pub(super) const MOTION: PhysicalKind = PhysicalKind::Motion {
    dx: 9,
    dy: 9,
    at: (500, 500),
};
pub(super) const ESC: PhysicalKind = PhysicalKind::Key {
    is_stop_key: true,
    down: true,
};

impl Scene {
    pub(super) fn open(&self) {
        self.gate.open(&self.session).unwrap();
    }

    pub(super) fn perform(&self, steps: &[Step]) -> std::result::Result<(), ComputerError> {
        let token = self.gate.token(&self.session)?;
        self.gate
            .perform(&self.session, token, steps.to_vec(), None, None)
    }

    pub(super) fn hear(&self, kind: PhysicalKind) {
        self.stage.hear(kind, self.clock.now());
    }

    /// Does something after the worker has sent so many events.
    pub(super) fn after(&self, events: usize, act: impl FnOnce(&Gate, &Stage) + Send + 'static) {
        let (gate, stage) = (self.gate.clone(), self.stage.clone());
        *lock(&self.stage.after) = Some((events, Box::new(move || act(&gate, &stage))));
    }

    pub(super) fn log(&self) -> Vec<String> {
        lock(&self.stage.log).clone()
    }
}
