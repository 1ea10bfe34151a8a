//! `os`: opening things, the selection, notifications.

use std::time::Duration;

use serde_json::Value;

use super::{Context, Run, clipboard, keyboard, method};
use crate::computer::blocking;
use crate::{ComputerError, open};

method! {
    /// Opens a program, a file or an address, the most direct way; better than hunting with the pointer.
    Open = "os.open", acts: false, "the effect: {outcome, detail}";
    /// The program's name or command; absent: whatever the system opens the target with.
    app: Option<String> = None, "str", "None";
    /// A file, a folder or an address (URL).
    target: Option<String> = None, "str", "None";
}

method! {
    /// The text that is selected in the window with the keyboard; the clipboard is kept.
    SelectedText = "os.get_selected_text", acts: true, "a str, empty when nothing is selected";
}

method! {
    /// Shows a notification.
    Notify = "os.notify", acts: false, "None";
    /// The text, cut at 200 characters.
    text: Option<String> = None, "str", "";
}

impl Run for Open {
    async fn run(self, _context: &Context) -> Result<Value, ComputerError> {
        let detail = blocking(move || {
            open::open(
                self.app.as_deref().map(str::trim),
                self.target.as_deref().map(str::trim),
            )
        })
        .await?;
        Ok(serde_json::json!({"outcome": "uncertain", "detail": detail}))
    }
}

/// How long a program may take to copy.
const COPY: Duration = Duration::from_secs(1);
/// How often the clipboard is asked; systems without a signal for it have no better way.
const ASK: Duration = Duration::from_millis(20);

impl Run for SelectedText {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let (computer, session) = (&context.computer, &context.session);
        let token = computer.gate().token(session)?;
        let kept = clipboard::with(computer, |clipboard| {
            let kept = clipboard.snapshot()?;
            // So that an empty selection is told from the old contents.
            clipboard.set_text("")?;
            Ok(kept)
        })
        .await?;
        let copied = async {
            let chord = clipboard::shortcut('c');
            keyboard::press(context, vec![chord], Duration::ZERO).await?;
            let mut waited = Duration::ZERO;
            loop {
                let text = clipboard::with(computer, |clipboard| clipboard.get_text()).await?;
                if !text.is_empty() || waited >= COPY {
                    return Ok(text);
                }
                let (gate, session) = (computer.gate().clone(), session.clone());
                blocking(move || gate.wait(&session, token, ASK)).await?;
                waited += ASK;
            }
        }
        .await;
        clipboard::with(computer, move |clipboard| clipboard.restore(kept)).await?;
        copied.map(Value::String)
    }
}

impl Run for Notify {
    async fn run(self, _context: &Context) -> Result<Value, ComputerError> {
        let text = self.text.unwrap_or_default();
        blocking(move || open::notify(&text)).await?;
        Ok(Value::Null)
    }
}
