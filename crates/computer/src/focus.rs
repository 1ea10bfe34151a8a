//! Who had the keyboard when the model last saw the screen.
//!
//! A window that takes the keyboard unasked must not get what was meant for another:
//! text and keys of an action are for the window that had it in what was seen.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::action::{Aim, Plan};
use crate::gate::Step;
use crate::platform::Window;
use crate::{Computer, ComputerError, SessionKey, effect};

/// Sessions that are remembered.
const REMEMBERED: usize = 64;

/// The window that had the keyboard, as each session saw it last.
#[derive(Default)]
pub(crate) struct Keyboard(Mutex<HashMap<SessionKey, u64>>);

impl Keyboard {
    /// What a session sees now; none where no window that may be seen has it.
    pub(crate) fn saw(&self, session: &SessionKey, windows: &[Window]) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        match windows.iter().find(|window| window.active) {
            Some(window) => seen.insert(session.clone(), window.id),
            None => seen.remove(session),
        };
    }

    /// What it saw before says nothing any more.
    pub(crate) fn forget(&self, session: &SessionKey) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remove(session);
    }

    fn seen(&self, session: &SessionKey) -> Option<u64> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(session).copied()
    }
}

/// Whether the keyboard went to another window while text was typed that does not
/// make it go there by itself.
pub(crate) fn strayed(plan: &Plan, before: &[Window], after: &[Window]) -> bool {
    let active = |windows: &[Window]| {
        let active = windows.iter().find(|window| window.active);
        active.map(|window| window.id)
    };
    let plain = |text: &str| !text.contains(['\n', '\r', '\t']);
    let typed = plan.secret.is_some() || plan.typed_text().is_some_and(plain);
    typed && active(after).is_some() && active(before) != active(after)
}

/// What is said then.
pub(crate) const STRAYED: &str = "The keyboard went to another window while the text was typed: a part of it may have gone there, and not where it belongs.";

impl Computer {
    /// Refuses keys and text made for a picture in which another window had the
    /// keyboard. Lifting a key is always right.
    pub(crate) fn same_keyboard(
        &self,
        session: &SessionKey,
        plan: &Plan,
        hit: &[Window],
    ) -> Result<(), ComputerError> {
        let lifts = |step: &Step| matches!(step, Step::Key(_, false));
        // A secret's steps are made later.
        let only_lifts = plan.secret.is_none() && plan.steps.iter().all(lifts);
        if !plan.seen || plan.aim != Aim::Focus || only_lifts {
            return Ok(());
        }
        match (self.keyboard().seen(session), hit.first()) {
            (Some(seen), Some(now)) if seen != now.id => Err(ComputerError::FocusMoved {
                what: effect::name(now),
                begun: false,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Rect, WindowKind};
    use pretty_assertions::assert_eq;
    use serde_json::json;

    /// Windows with these handles, of which one has the keyboard.
    fn windows(ids: &[u64], active: u64) -> Vec<Window> {
        let one = |id: &u64| Window {
            id: *id,
            title: String::new(),
            app: String::new(),
            pid: None,
            rect: Rect::default(),
            content: Rect::default(),
            active: *id == active,
            minimised: false,
            above: false,
            kind: WindowKind::Normal,
        };
        ids.iter().map(one).collect()
    }

    #[test]
    fn what_each_session_saw_last() {
        let keyboard = Keyboard::default();
        let [one, two] = ["one", "two"].map(SessionKey::from);
        keyboard.saw(&one, &windows(&[1, 2], 2));
        keyboard.saw(&two, &windows(&[1, 2], 1));
        assert_eq!(
            (keyboard.seen(&one), keyboard.seen(&two)),
            (Some(2), Some(1))
        );
        // Where none of those that may be seen has it, nothing is known.
        keyboard.saw(&one, &windows(&[1], 0));
        keyboard.forget(&two);
        assert_eq!((keyboard.seen(&one), keyboard.seen(&two)), (None, None));
    }

    #[test]
    fn text_that_went_astray() {
        let frame = interpreter_protocol::Frame {
            display: String::new(),
            origin: (0, 0),
            native: (10, 10),
            sent: (10, 10),
            scale: 1.0,
            layout: String::new(),
        };
        let check = |action: serde_json::Value, after: &[Window], expected: bool| {
            let plan = crate::action::plan(&action, &frame).unwrap();
            let before = windows(&[1], 1);
            assert_eq!(strayed(&plan, &before, after), expected, "{action}");
        };
        let stolen = windows(&[2, 1], 2);
        let typed = |text: &str| json!({ "action": "type", "text": text });
        check(typed("text"), &stolen, true);
        check(
            json!({ "action": "write_secret", "name": "mail" }),
            &stolen,
            true,
        );
        check(typed("text"), &windows(&[2, 1], 1), false);
        // A line break may have opened it, and so may a key.
        check(typed("text\n"), &stolen, false);
        check(json!({ "action": "key", "text": "F1" }), &stolen, false);
    }
}
