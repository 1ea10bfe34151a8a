//! `clipboard`: text on it, and copy and paste in the window with the keyboard.

use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Value;

use super::{Context, Run, effect, keyboard, method};
use crate::computer::blocking;
use crate::platform::{self, Clipboard, Key, NamedKey};
use crate::{Computer, ComputerError};

method! {
    /// The text on the clipboard.
    View = "clipboard.view", acts: false, "a str";
}

method! {
    /// Puts text on the clipboard; without text, copies what is selected.
    Copy = "clipboard.copy", acts: true, "the effect: {outcome, detail}";
    /// The text.
    text: Option<String> = None, "str", "None";
}

method! {
    /// Pastes into the window that has the keyboard.
    Paste = "clipboard.paste", acts: true, "the effect: {outcome, detail}";
}

/// Uses the clipboard on a thread that may block.
pub(super) async fn with<T: Send + 'static>(
    computer: &Computer,
    work: impl FnOnce(&mut dyn Clipboard) -> platform::Result<T> + Send + 'static,
) -> Result<T, ComputerError> {
    let computer = computer.clone();
    blocking(move || {
        let clipboard = computer.clipboard()?;
        let mut clipboard = clipboard.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut **clipboard);
        drop(clipboard);
        computer.check(result)
    })
    .await
}

/// The system's shortcut with this letter.
pub(super) fn shortcut(letter: char) -> Vec<Key> {
    let modifier = if std::env::consts::OS == "macos" {
        NamedKey::Meta
    } else {
        NamedKey::Control
    };
    vec![Key::Named(modifier), Key::Char(letter)]
}

impl Run for View {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        with(&context.computer, |clipboard| clipboard.get_text())
            .await
            .map(Value::String)
    }
}

impl Run for Copy {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let Some(text) = self.text else {
            let acted = keyboard::press(context, vec![shortcut('c')], Duration::ZERO).await?;
            return Ok(effect(&acted));
        };
        let wanted = text.clone();
        let read = with(&context.computer, move |clipboard| {
            clipboard.set_text(&text)?;
            clipboard.get_text()
        })
        .await?;
        let (outcome, detail) = if read == wanted {
            ("confirmed", "The text is on the clipboard.")
        } else {
            (
                "uncertain",
                "Another program changed the clipboard right after.",
            )
        };
        Ok(serde_json::json!({"outcome": outcome, "detail": detail}))
    }
}

impl Run for Paste {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let acted = keyboard::press(context, vec![shortcut('v')], Duration::ZERO).await?;
        Ok(effect(&acted))
    }
}
