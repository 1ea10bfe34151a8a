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
