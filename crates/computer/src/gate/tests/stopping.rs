//! What may be on its way when somebody stops it, and that nothing comes after that.

use pretty_assertions::assert_eq;

use super::super::*;
use super::stage::{ESC, SHIFT, lock, scene};

fn repeated(steps: &[Step], count: usize) -> Vec<Step> {
    let all = steps.iter().cycle();
    all.take(steps.len() * count).cloned().collect()
}

#[test]
fn so_much_may_be_on_its_way_and_no_more() {
    let scene = scene();
    scene.open();
    let storm = [
        Step::Button(Button::Left, true),
        Step::Button(Button::Left, false),
    ];
    scene.perform(&repeated(&storm, 50)).unwrap();
    assert_eq!(*lock(&scene.stage.most_in_flight), 16);
    let keys = [Step::Key(SHIFT, true), Step::Key(SHIFT, false)];
    scene.perform(&repeated(&keys, 50)).unwrap();
    let typed = [Step::Text("a".repeat(100), Duration::ZERO)];
    scene.perform(&typed).unwrap();
    let drag: Vec<Step> = (0..100).map(|x| Step::Move(x, x)).collect();
    scene.perform(&drag).unwrap();
    assert_eq!(*lock(&scene.stage.most_in_flight), 16);
}

#[test]
fn no_event_is_sent_after_a_stop() {
    /// Whatever is done, and after however many events it is stopped: from then on only
    /// what is held is let go.
    fn check(steps: &[Step]) {
        let whole = {
            let scene = scene();
            scene.open();
            scene.perform(steps).unwrap();
            scene.log().len()
        };
        for after in 1..=whole {
            let scene = scene();
            scene.open();
            scene.after(after, |_, stage| stage.hear(ESC, Instant::now()));
            let stopped = scene.perform(steps);
            assert!(
                matches!(stopped, Err(ComputerError::Stopped { .. })),
                "after {after}: {stopped:?}"
            );
            let log = scene.stage.until("lease released");
            let rest = &log[after..];
            assert!(
                rest.iter()
                    .all(|line| line.starts_with("released ") || line == "lease released"),
                "after {after}: {rest:?}"
            );
            let released = log.iter().filter(|line| *line != "released 0");
            let downs = log[..after].iter().filter(|line| line.ends_with(" true"));
            let ups = log[..after].iter().filter(|line| line.ends_with(" false"));
            let held = downs.count() - ups.count();
            let let_go = released
                .filter(|line| line.starts_with("released "))
                .count();
            assert_eq!(let_go, held, "after {after}: {log:?}");
        }
    }
    let storm = [
        Step::Button(Button::Left, true),
        Step::Button(Button::Left, false),
    ];
    check(&repeated(&storm, 20));
    let mut drag = vec![Step::Move(1, 1), Step::Button(Button::Left, true)];
    for x in 2..20 {
        drag.extend([
            Step::Move(x, x),
            Step::Flush,
            Step::Wait(Duration::from_millis(8)),
        ]);
    }
    drag.push(Step::Button(Button::Left, false));
    check(&drag);
    check(&[Step::Text("The quick brown fox.".into(), Duration::ZERO)]);
    check(&[Step::Text("fox".into(), Duration::from_secs(1))]);
    check(&[Step::Scroll(0, 1), Step::Scroll(0, 1), Step::Scroll(0, 1)]);
}
