//! What is never done, whatever was allowed, and what is never shown.
//!
//! Checked here, below every policy: prompts of the system that ask who is
//! there, password managers, fields whose text is hidden, and our own windows.

use crate::action::{Aim, Plan};
use crate::gate::Step;
use crate::platform::{Button, Element, Key, NamedKey, Screen, Window};
use crate::{AppKind, Computer, ComputerError, effect};

/// Kinds that are remembered.
const REMEMBERED: usize = 256;

impl Computer {
    /// The kind of app a window belongs to.
    pub(crate) fn kind(&self, screen: &dyn Screen, window: &Window) -> AppKind {
        let key = (window.pid, window.app.clone());
        if let Some(kind) = self.kinds().get(&key) {
            return *kind;
        }
        let kind = AppKind::of(&screen.names(window));
        let mut kinds = self.kinds();
        if kinds.len() >= REMEMBERED {
            kinds.clear();
        }
        kinds.insert(key, kind);
        kind
    }

    /// A window that is painted out of frames: ours, and those of password managers.
    pub(crate) fn is_hidden(&self, screen: &dyn Screen, window: &Window) -> bool {
        self.gate().is_own(window) || self.kind(screen, window) == AppKind::PasswordManager
    }

    /// Refuses what goes to windows that are never acted on.
    pub(crate) fn allowed_windows(
        &self,
        screen: &dyn Screen,
        aim: &Aim,
        hit: &[Window],
        all: &[Window],
    ) -> Result<(), ComputerError> {
        if let Some(own) = hit.iter().find(|window| self.gate().is_own(window)) {
            self.gate().note_own_action();
            return Err(ComputerError::OwnWindow {
                what: format!("the window {}", effect::name(own)),
            });
        }
        if *aim != Aim::Focus && !screen.tells_places() {
            // It may go to a window of ours.
            self.gate().note_own_action();
        }
        let is = |window: &&Window, kind| self.kind(screen, window) == kind;
        // Such prompts take the whole keyboard, whichever window seems to have it.
        let typed_into = (*aim == Aim::Focus)
            .then(|| all.iter().filter(|window| !window.minimised))
            .into_iter()
            .flatten();
        let mut prompts = hit.iter().chain(typed_into);
        if let Some(prompt) = prompts.find(|window| is(window, AppKind::SystemPrompt)) {
            return Err(ComputerError::SystemPrompt {
                what: effect::name(prompt),
            });
        }
        if hit
            .iter()
            .any(|window| is(&window, AppKind::PasswordManager))
        {
            return Err(ComputerError::PasswordManager);
        }
        Ok(())
    }

    /// Refuses to type into fields whose text is hidden, except a secret by name.
    pub(crate) fn allowed_element(
        &self,
        plan: &Plan,
        element: Option<&Element>,
    ) -> Result<(), ComputerError> {
        let protected = element.is_some_and(|element| element.protected);
        let writes = match plan.aim {
            Aim::Focus => writes(&plan.steps),
            // The middle button pastes what was selected last.
            Aim::Points(_) | Aim::Pointer => plan
                .steps
                .iter()
                .any(|step| matches!(step, Step::Button(Button::Middle, true))),
            Aim::None => false,
        };
        if protected && writes && plan.secret.is_none() {
            return Err(ComputerError::ProtectedField);
        }
        Ok(())
    }
}

/// Whether steps put something into the field that has the keyboard. Tab, Return,
/// arrows, deleting and chords that are no paste do not.
fn writes(steps: &[Step]) -> bool {
    use NamedKey as N;
    let mut held: Vec<NamedKey> = Vec::new();
    for step in steps {
        match step {
            Step::Text(text, _) if !text.is_empty() => return true,
            Step::Key(key, down) => {
                let commands = held.iter().any(|held| {
                    matches!(
                        held,
                        N::Control | N::ControlRight | N::Alt | N::Meta | N::MetaRight
                    )
                });
                match key {
                    Key::Char(c) if *down => {
                        if !commands || c.eq_ignore_ascii_case(&'v') {
                            return true;
                        }
                    }
                    Key::Named(
                        N::Insert
                        | N::Space
                        | N::Numpad(_)
                        | N::NumpadAdd
                        | N::NumpadSubtract
                        | N::NumpadMultiply
                        | N::NumpadDivide
                        | N::NumpadDecimal,
                    ) if *down => return true,
                    Key::Named(name) if *down => held.push(*name),
                    Key::Named(name) => held.retain(|known| known != name),
                    Key::Char(_) => {}
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_counts_as_writing() {
        let frame = interpreter_protocol::Frame {
            display: String::new(),
            origin: (0, 0),
            native: (10, 10),
            sent: (10, 10),
            scale: 1.0,
            layout: String::new(),
        };
        let check = |action: &str, text: &str, expected: bool| {
            let action = json!({"action": action, "text": text, "duration": 1});
            let plan = crate::action::plan(&action, &frame).unwrap();
            assert_eq!(writes(&plan.steps), expected, "{action}");
        };
        check("type", "a", true);
        check("type", "", false);
        check("key", "a", true);
        check("key", "space", true);
        check("key", "shift+a", true);
        check("key", "ctrl+v", true);
        check("key", "ctrl+shift+v", true);
        check("key", "shift+Insert", true);
        check("hold_key", "x", true);
        check("key", "Tab", false);
        check("key", "Return", false);
        check("key", "ctrl+a", false);
        check("key", "ctrl+c", false);
        check("key", "BackSpace", false);
        check("key", "Left", false);
        check("key", "ctrl+a v", true);
    }
}
