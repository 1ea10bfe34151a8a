use super::*;
use crate::platform::{Happened, HappenedKind, Heard, States};
use pretty_assertions::assert_eq;
use std::sync::Arc;

/// Nothing is drawn; something is told while it is waited the first time.
struct Still {
    heard: Arc<Heard>,
    told: Vec<HappenedKind>,
    waits: Vec<Duration>,
}

impl ChangeWatch for Still {
    fn settle(
        &mut self,
        quiet: Duration,
        _cap: Duration,
        _cancelled: &dyn Fn() -> bool,
    ) -> platform::Result<Option<Rect>> {
        let end = Instant::now() + quiet;
        while Instant::now() < end {
            std::thread::park_timeout(end.saturating_duration_since(Instant::now()));
        }
        self.waits.push(quiet);
        for kind in self.told.drain(..) {
            self.heard.add(Happened {
                kind,
                pid: None,
                key: (String::new(), String::new()),
                at: Instant::now(),
            });
        }
        Ok(None)
    }
}

#[test]
fn it_has_settled_when_nothing_is_told_any_more() {
    let quiet = Duration::from_millis(400);
    let check = |told: &[HappenedKind], expected: usize| {
        let heard = Arc::new(Heard::default());
        let watch = AccessWatch::of(&heard);
        let mut still = Still {
            heard,
            told: told.to_vec(),
            waits: Vec::new(),
        };
        settle(&mut still, &watch, quiet, &|| false).unwrap();
        assert_eq!(still.waits.len(), expected, "{told:?}");
        assert_eq!(still.waits.first(), Some(&quiet));
    };
    check(&[], 1);
    check(&[HappenedKind::State], 2);
    check(&[HappenedKind::Text, HappenedKind::Focus], 2);
    // Clocks never stop.
    check(&[HappenedKind::Text], 1);
}

fn element(key: &str, role: &str, name: &str, value: Option<&str>) -> Element {
    Element {
        role: role.to_owned(),
        name: name.to_owned(),
        value: value.map(str::to_owned),
        editable: role.contains("field"),
        protected: role == "password field",
        states: States {
            enabled: true,
            ..States::default()
        },
        key: Some((key.to_owned(), String::new())),
        ..Element::default()
    }
}

fn focus(element: Element) -> Known {
    Known {
        focus: Some(element),
        target: None,
    }
}

fn seen(outcome: Outcome, detail: &str) -> (Effect, Changed) {
    let detail = detail.to_owned();
    (Effect { outcome, detail }, Changed::default())
}

#[test]
fn what_programs_tell() {
    let check = |before: &Known, after: &Known, typed, saw, outcome, detail: &str| {
        let (effect, _) = judge(saw, before, after, typed);
        let detail = detail.to_owned();
        assert_eq!(effect, Effect { outcome, detail });
    };
    let nothing = || seen(Outcome::NoChange, effect::NOTHING);
    let drawn = || seen(Outcome::Confirmed, "The picture changed.");
    let field = |text| focus(element("1", "text field", "Name", Some(text)));
    let none = Known::default();
    check(
        &none,
        &none,
        None,
        nothing(),
        Outcome::NoChange,
        effect::NOTHING,
    );
    check(
        &none,
        &none,
        Some("a"),
        drawn(),
        Outcome::Confirmed,
        "The picture changed.",
    );
    // Typed.
    check(
        &field("ab"),
        &field("abhello"),
        Some("hello"),
        drawn(),
        Outcome::Confirmed,
        "The text stands in the text field \"Name\". The picture changed.",
    );
    check(
        &field("hello"),
        &field("hello hello"),
        Some(" hello"),
        nothing(),
        Outcome::Confirmed,
        "The text stands in the text field \"Name\".",
    );
    check(
        &field(""),
        &field("12"),
        Some("12ab"),
        drawn(),
        Outcome::Uncertain,
        "The text field \"Name\" holds \"12\" now, which is not what was typed. The picture changed.",
    );
    check(
        &field("x"),
        &field("x"),
        Some("hello"),
        drawn(),
        Outcome::NoChange,
        "The text of the text field \"Name\" did not change. The picture changed.",
    );
    // A line break may have sent it off.
    check(
        &field(""),
        &field(""),
        Some("hello\n"),
        drawn(),
        Outcome::Confirmed,
        "The picture changed.",
    );
    // Hidden text is not told of.
    let hidden = || focus(element("1", "password field", "Password", None));
    check(
        &hidden(),
        &hidden(),
        Some("x"),
        drawn(),
        Outcome::Confirmed,
        "The picture changed.",
    );
    // Keys.
    check(
        &field("ab"),
        &field("a"),
        None,
        nothing(),
        Outcome::Confirmed,
        "The text field \"Name\" holds \"a\" now.",
    );
    // The focus.
    let other = focus(element("2", "button", "OK", None));
    check(
        &field("a"),
        &other,
        None,
        nothing(),
        Outcome::Confirmed,
        "The button \"OK\" has the keyboard now.",
    );
    // The target.
    let target = |checked, name: &str| {
        let mut element = element("3", "check box", name, None);
        element.states.checked = Some(checked);
        Known {
            focus: None,
            target: Some(element),
        }
    };
    check(
        &target(false, "Agree"),
        &target(true, "Agree"),
        None,
        seen(Outcome::Uncertain, "Something changed."),
        Outcome::Confirmed,
        "The check box \"Agree\" is ticked now. Something changed.",
    );
    check(
        &target(false, "Play"),
        &target(false, "Pause"),
        None,
        nothing(),
        Outcome::Confirmed,
        "The check box \"Pause\" was called \"Play\" before.",
    );
    check(
        &target(true, "Agree"),
        &target(true, "Agree"),
        None,
        nothing(),
        Outcome::NoChange,
        effect::NOTHING,
    );
}
