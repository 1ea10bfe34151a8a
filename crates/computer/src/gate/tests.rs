//! The state machine, with a recording input, a listener that says what it is
//! told to, and a clock that jumps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use pretty_assertions::assert_eq;

use super::*;
use crate::platform::{
    ChangeWatch, Clipboard, ClipboardContents, DeviceClass, Display, Held, Input, Lease, Ledger,
    Listener, Listening, NamedKey, PhysicalEvent, PhysicalKind, Platform, PlatformError, Rect,
    Result as PlatformResult, Screen, Sink,
};

/// What the fakes share with a test.
#[derive(Default)]
struct Stage {
    log: Mutex<Vec<String>>,
    logged: Condvar,
    sink: Mutex<Option<Sink>>,
    layout: Mutex<String>,
    taken: AtomicBool,
    deaf: AtomicBool,
    /// Runs once after so many events.
    after: Mutex<Option<After>>,
}

type After = (usize, Box<dyn FnOnce() + Send>);

impl Stage {
    fn log(&self, line: String) {
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
    fn until(&self, line: &str) -> Vec<String> {
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

    fn hear(&self, kind: PhysicalKind, at: Instant) {
        let event = PhysicalEvent {
            kind,
            device: DeviceClass::Hardware,
            time: at,
        };
        let sink = lock(&self.sink);
        sink.as_ref().expect("nobody listens")(event);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct FakeInput {
    stage: Arc<Stage>,
    held: Vec<Held>,
}

impl Input for FakeInput {
    fn move_to(&mut self, x: i32, y: i32) -> PlatformResult<()> {
        self.stage.log(format!("move {x} {y}"));
        Ok(())
    }
    fn button(&mut self, button: Button, down: bool) -> PlatformResult<()> {
        self.held.retain(|held| *held != Held::Button(button));
        if down {
            self.held.push(Held::Button(button));
        }
        self.stage.log(format!("{button:?} {down}"));
        Ok(())
    }
    fn scroll(&mut self, dx: i32, dy: i32) -> PlatformResult<()> {
        self.stage.log(format!("scroll {dx} {dy}"));
        Ok(())
    }
    fn key(&mut self, key: &Key, down: bool) -> PlatformResult<()> {
        self.held.retain(|held| *held != Held::Key(*key));
        if down {
            self.held.push(Held::Key(*key));
        }
        self.stage.log(format!("{key:?} {down}"));
        Ok(())
    }
    fn begin_text(&mut self, _text: &str) -> PlatformResult<()> {
        Ok(())
    }
    fn type_char(&mut self, c: char) -> PlatformResult<()> {
        self.stage.log(c.to_string());
        Ok(())
    }
    fn end_text(&mut self) -> PlatformResult<()> {
        Ok(())
    }
    fn flush(&mut self) -> PlatformResult<()> {
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

struct NoClipboard;

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
struct FakeClock {
    start: Instant,
    passed: Arc<Mutex<Duration>>,
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

struct Scene {
    stage: Arc<Stage>,
    gate: Gate,
    clock: FakeClock,
    session: SessionKey,
}

fn scene() -> Scene {
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

const SHIFT: Key = Key::Named(NamedKey::Shift);
const MOTION: PhysicalKind = PhysicalKind::Motion {
    dx: 9,
    dy: 9,
    at: (500, 500),
};
const ESC: PhysicalKind = PhysicalKind::Key {
    is_stop_key: true,
    down: true,
};

impl Scene {
    fn open(&self) {
        self.gate.open(&self.session).unwrap();
    }

    fn perform(&self, steps: &[Step]) -> std::result::Result<(), ComputerError> {
        let token = self.gate.token(&self.session)?;
        self.gate
            .perform(&self.session, token, steps.to_vec(), None, None)
    }

    fn hear(&self, kind: PhysicalKind) {
        self.stage.hear(kind, self.clock.now());
    }

    /// Does something after the worker has sent so many events.
    fn after(&self, events: usize, act: impl FnOnce(&Gate, &Stage) + Send + 'static) {
        let (gate, stage) = (self.gate.clone(), self.stage.clone());
        *lock(&self.stage.after) = Some((events, Box::new(move || act(&gate, &stage))));
    }

    fn log(&self) -> Vec<String> {
        lock(&self.stage.log).clone()
    }
}

#[test]
fn nothing_happens_before_the_gate_is_open() {
    let scene = scene();
    assert_eq!(
        scene.perform(&[Step::Move(1, 2)]),
        Err(ComputerError::GateClosed)
    );
    scene.open();
    scene.open();
    assert_eq!(scene.perform(&[Step::Move(1, 2)]), Ok(()));
    assert_eq!(scene.log(), ["move 1 2"]);
    let other = SessionKey::from("b");
    assert_eq!(
        scene.gate.open(&other),
        Err(ComputerError::GateTaken {
            holder: "Conversation a".into()
        })
    );
    scene.gate.close(&other);
    assert_eq!(scene.gate.holder(), Some(scene.session.clone()));
    scene.gate.close(&scene.session);
    assert_eq!(
        scene.perform(&[Step::Move(1, 2)]),
        Err(ComputerError::GateClosed)
    );
    assert_eq!(
        scene.stage.until("lease released"),
        ["move 1 2", "released 0", "lease released"]
    );
    scene.gate.open(&other).unwrap();
}

#[test]
fn without_a_way_to_stop_it_does_not_open() {
    let scene = scene();
    scene.stage.deaf.store(true, Ordering::SeqCst);
    assert_eq!(
        scene.gate.open(&scene.session),
        Err(ComputerError::NoStop {
            detail: "no event arrived".into()
        })
    );
    assert_eq!(scene.log(), ["lease released"]);
    scene.stage.deaf.store(false, Ordering::SeqCst);
    scene.open();
}

#[test]
fn one_program_drives_at_a_time() {
    let scene = scene();
    scene.stage.taken.store(true, Ordering::SeqCst);
    assert_eq!(
        scene.gate.open(&scene.session),
        Err(ComputerError::GateTaken {
            holder: "Another (pid 7)".into()
        })
    );
    scene.stage.taken.store(false, Ordering::SeqCst);
    scene.open();
    scene.stage.taken.store(true, Ordering::SeqCst);
    assert_eq!(
        scene.perform(&[Step::Move(1, 2)]),
        Err(ComputerError::Stopped {
            by: StoppedBy::LeaseLost
        })
    );
    assert!(!scene.log().contains(&"move 1 2".to_owned()));
}

#[test]
fn stop_in_the_middle_of_anything_lets_go_of_everything() {
    let check = |steps: &[Step], after: usize, expected: &[&str]| {
        let scene = scene();
        scene.open();
        let mut events = scene.gate.events();
        scene.after(after, |_, stage| stage.hear(ESC, Instant::now()));
        let stopped = ComputerError::Stopped {
            by: StoppedBy::Escape,
        };
        assert_eq!(scene.perform(steps), Err(stopped.clone()), "{steps:?}");
        assert_eq!(scene.log()[..expected.len()], *expected);
        // Also what was queued, and what comes later.
        assert_eq!(scene.perform(&[Step::Move(9, 9)]), Err(stopped));
        scene.stage.until("lease released");
        assert!(!scene.log().contains(&"move 9 9".to_owned()));
        assert_eq!(
            events.try_recv().unwrap(),
            GateEvent::Stopped {
                session: Some(scene.session.clone()),
                by: StoppedBy::Escape
            }
        );
        scene.open();
        assert_eq!(scene.perform(&[Step::Move(9, 9)]), Ok(()));
    };
    check(
        &[Step::Text("hello".into(), Duration::ZERO)],
        2,
        &["h", "e", "released 0"],
    );
    check(
        &[
            Step::Button(Button::Left, true),
            Step::Move(5, 5),
            Step::Move(6, 6),
        ],
        2,
        &["Left true", "move 5 5", "released 1"],
    );
    check(
        &[
            Step::Key(SHIFT, true),
            Step::Wait(Duration::from_secs(300)),
            Step::Key(SHIFT, false),
        ],
        1,
        &["Named(Shift) true", "released 1"],
    );
    check(
        &[Step::Scroll(0, 1), Step::Scroll(0, 1)],
        1,
        &["scroll 0 1", "released 0"],
    );
}

#[test]
fn stop_lets_go_of_what_stayed_down_between_actions() {
    let scene = scene();
    scene.open();
    scene.perform(&[Step::Button(Button::Left, true)]).unwrap();
    scene.gate.stop("the pill");
    assert_eq!(
        scene.stage.until("lease released"),
        ["Left true", "released 1", "lease released"]
    );
    assert_eq!(
        scene.perform(&[Step::Move(1, 1)]),
        Err(ComputerError::Stopped {
            by: StoppedBy::Caller("the pill".into())
        })
    );
}

#[test]
fn a_person_pauses_and_only_resuming_goes_on() {
    let check = |kind: PhysicalKind, by: &str| {
        let scene = scene();
        scene.open();
        scene.perform(&[Step::Key(SHIFT, true)]).unwrap();
        scene.hear(kind);
        let paused = ComputerError::Paused { by: by.to_owned() };
        assert_eq!(scene.perform(&[Step::Move(1, 1)]), Err(paused));
        assert_eq!(scene.gate.paused().as_deref(), Some(by));
        assert!(!scene.gate.take_user_acted(), "not while paused");
        assert_eq!(
            scene.stage.until("released 1"),
            ["Named(Shift) true", "released 1"]
        );
        scene.gate.resume().unwrap();
        assert!(scene.gate.take_user_acted());
        assert!(!scene.gate.take_user_acted(), "told once");
        assert_eq!(scene.perform(&[Step::Move(1, 1)]), Ok(()));
    };
    check(
        PhysicalKind::Button { down: true },
        "a mouse button was pressed",
    );
    check(
        PhysicalKind::Key {
            is_stop_key: false,
            down: true,
        },
        "a key was pressed",
    );
    check(MOTION, "the mouse was moved");
}

#[test]
fn what_is_no_person_does_not_pause() {
    let scene = scene();
    scene.open();
    let small = PhysicalKind::Motion {
        dx: 3,
        dy: 0,
        at: (500, 500),
    };
    for kind in [
        PhysicalKind::Button { down: false },
        PhysicalKind::Key {
            is_stop_key: false,
            down: false,
        },
        PhysicalKind::Key {
            is_stop_key: true,
            down: false,
        },
        small,
        small,
    ] {
        scene.hear(kind);
    }
    assert_eq!(scene.gate.paused(), None);
    assert_eq!(scene.perform(&[Step::Move(1, 1)]), Ok(()));
}

#[test]
fn a_person_in_the_middle_of_an_action_ends_it() {
    let scene = scene();
    scene.open();
    scene.after(2, |_, stage| stage.hear(MOTION, Instant::now()));
    assert_eq!(
        scene.perform(&[Step::Text("hello".into(), Duration::ZERO)]),
        Err(ComputerError::Paused {
            by: "the mouse was moved".into()
        })
    );
    assert_eq!(scene.log()[..3], ["h", "e", "released 0"]);
}

#[test]
fn the_rest_of_an_old_plan_is_not_done_after_resuming() {
    let scene = scene();
    scene.open();
    let old = scene.gate.token(&scene.session).unwrap();
    scene.gate.pause();
    scene.gate.resume().unwrap();
    let result = scene
        .gate
        .perform(&scene.session, old, vec![Step::Move(1, 1)], None, None);
    assert!(
        matches!(result, Err(ComputerError::Paused { .. })),
        "{result:?}"
    );
}

#[test]
fn the_corner_of_the_outer_edge_stops() {
    let scene = scene();
    scene.open();
    scene.hear(PhysicalKind::Motion {
        dx: 1,
        dy: 0,
        at: (995, 3),
    });
    assert_eq!(
        scene.perform(&[Step::Move(1, 1)]),
        Err(ComputerError::Stopped {
            by: StoppedBy::Corner
        })
    );
}

#[test]
fn another_layout_is_refused() {
    let scene = scene();
    scene.open();
    *lock(&scene.stage.layout) = "new".into();
    let token = scene.gate.token(&scene.session).unwrap();
    let perform = |layout: &str| {
        let steps = vec![Step::Move(1, 1)];
        scene
            .gate
            .perform(&scene.session, token, steps, Some(layout.to_owned()), None)
    };
    assert_eq!(perform("old"), Err(ComputerError::LayoutChanged));
    assert_eq!(perform("new"), Ok(()));
    assert_eq!(scene.log(), ["released 0", "move 1 1"]);
}

#[test]
fn resume_is_refused_right_after_an_action_on_our_own_window() {
    let scene = scene();
    scene.open();
    scene.gate.note_own_action();
    scene.gate.pause();
    assert!(matches!(
        scene.gate.resume(),
        Err(ComputerError::OwnWindow { .. })
    ));
    assert!(scene.gate.paused().is_some());
    *lock(&scene.clock.passed) += Duration::from_secs(2);
    assert_eq!(scene.gate.resume(), Ok(()));
}

#[test]
fn waits_pass_and_glides_arrive() {
    let scene = scene();
    scene.open();
    let token = scene.gate.token(&scene.session).unwrap();
    let steps = vec![Step::Move(100, 50), Step::Wait(Duration::from_secs(3))];
    let glide = Some(Duration::from_millis(32));
    assert_eq!(
        scene
            .gate
            .perform(&scene.session, token, steps, None, glide),
        Ok(())
    );
    assert_eq!(
        scene.log(),
        ["move 15 7", "move 50 25", "move 85 43", "move 100 50"]
    );
    assert!(scene.clock.now() - scene.clock.start >= Duration::from_secs(3));
}
