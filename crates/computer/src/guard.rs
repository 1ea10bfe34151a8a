//! A last word on every action, for whoever decides what is allowed.

use std::sync::Arc;

use crate::action::Plan;
use crate::gate::Step;
use crate::platform::{Key, NamedKey};
use crate::{ComputerError, SessionKey, Target};

/// What is about to be done, by an action or by a method of the Computer API.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed<'a> {
    /// Who acts.
    pub session: &'a SessionKey,
    /// Where it goes.
    pub target: &'a Target,
    /// A mouse button is pressed.
    pub clicks: bool,
    /// The keys that are pressed, as in `ctrl+Return`; none where there are none.
    pub keys: Option<String>,
    /// The text that is typed; none for secrets.
    pub text: Option<&'a str>,
    /// The name of the secret that is typed.
    pub secret: Option<&'a str>,
}

/// Answers whether it may be done; the words of a refusal are told to the model.
/// Called right before the first event, on a thread that may block.
pub type Guard = dyn Fn(&Deed<'_>) -> Result<(), String> + Send + Sync;

/// Asks the guard, where there is one.
pub(crate) fn ask(
    guard: Option<&Arc<Guard>>,
    session: &SessionKey,
    target: &Target,
    plan: &Plan,
) -> Result<(), ComputerError> {
    let Some(guard) = guard else {
        return Ok(());
    };
    let deed = Deed {
        session,
        target,
        clicks: plan
            .steps
            .iter()
            .any(|step| matches!(step, Step::Button(_, true))),
        keys: keys(&plan.steps),
        text: plan.typed_text(),
        secret: plan.secret.as_deref(),
    };
    guard(&deed).map_err(|message| ComputerError::NotAllowed { message })
}

/// The chords that are pressed, one after the other.
fn keys(steps: &[Step]) -> Option<String> {
    let mut text = String::new();
    let mut held = 0usize;
    for step in steps {
        match step {
            Step::Key(key, true) => {
                if held > 0 {
                    text.push('+');
                } else if !text.is_empty() {
                    text.push(' ');
                }
                match key {
                    Key::Char(c) => text.push(*c),
                    Key::Named(NamedKey::Control) => text.push_str("ctrl"),
                    Key::Named(name) => text.push_str(&format!("{name:?}")),
                }
                held += 1;
            }
            Step::Key(_, false) => held = held.saturating_sub(1),
            _ => {}
        }
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[test]
    fn chords_as_they_are_written() {
        let frame = interpreter_protocol::Frame {
            display: String::new(),
            origin: (0, 0),
            native: (10, 10),
            sent: (10, 10),
            scale: 1.0,
            layout: String::new(),
        };
        let check = |action: serde_json::Value, expected: Option<&str>| {
            let plan = crate::action::plan(&action, &frame).unwrap();
            assert_eq!(keys(&plan.steps).as_deref(), expected, "{action}");
        };
        check(
            json!({"action": "key", "text": "ctrl+Return"}),
            Some("ctrl+Return"),
        );
        check(json!({"action": "key", "text": "a b"}), Some("a b"));
        check(
            json!({"action": "key", "text": "shift+Delete"}),
            Some("Shift+Delete"),
        );
        check(json!({"action": "type", "text": "a"}), None);
    }
}
