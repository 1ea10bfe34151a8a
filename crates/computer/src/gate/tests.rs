//! The state machine, with a recording input, a listener that says what it is
//! told to, and a clock that jumps.

mod listening;
mod stage;
mod stopping;

use std::sync::atomic::Ordering;

use pretty_assertions::assert_eq;

use super::*;
use crate::platform::PhysicalKind;
use stage::{ESC, MOTION, SHIFT, lock, scene};

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

#[test]
fn the_hand_that_pressed_resume_may_leave() {
    /// Moves at so many milliseconds after Resume, and whether control is lost to them.
    fn check(moves: &[(u64, i32)], kind: Option<(u64, PhysicalKind)>, expected: Option<&str>) {
        let scene = scene();
        scene.open();
        scene.gate.pause();
        scene.gate.resume().unwrap();
        let mut passed = 0;
        let mut after = |at: u64| {
            *lock(&scene.clock.passed) += Duration::from_millis(at - passed);
            passed = at;
        };
        for (at, dx) in moves {
            after(*at);
            scene.hear(PhysicalKind::Motion {
                dx: *dx,
                dy: 0,
                at: (500, 500),
            });
        }
        if let Some((at, kind)) = kind {
            after(at);
            scene.hear(kind);
        }
        assert_eq!(
            scene.gate.paused().as_deref(),
            expected,
            "{moves:?} {kind:?}"
        );
    }
    let moved = Some("the mouse was moved");
    check(&[(0, 30), (50, 30), (100, 30)], None, None);
    // What was let pass does not count against the first little move after it.
    check(&[(200, 50), (299, 50), (301, 5)], None, None);
    check(&[(200, 50), (301, 13)], None, moved);
    // That far goes nobody who only lets go.
    check(&[(0, 60), (50, 61)], None, moved);
    let key = PhysicalKind::Key {
        is_stop_key: false,
        down: true,
    };
    check(&[(0, 30)], Some((10, key)), Some("a key was pressed"));
    let button = PhysicalKind::Button { down: true };
    check(&[], Some((10, button)), Some("a mouse button was pressed"));
    let scene = scene();
    scene.open();
    scene.gate.pause();
    scene.gate.resume().unwrap();
    scene.hear(ESC);
    assert_eq!(scene.gate.holder(), None);
}
