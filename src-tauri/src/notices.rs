//! Notifications of the system, for what cannot wait until the person looks.

use interpreter_engine::Engine;
use interpreter_protocol::{Chunk, ConfirmationId, ConversationId, Decision, Op};
use notify_rust::Notification;
use serde_json::Value;
use tauri::{AppHandle, Manager as _};

use crate::presence::Presence;
use crate::{Started, platform, window};

/// The longest code a notification shows, in characters and lines.
const SHOWN: (usize, usize) = (200, 4);

/// What happened.
pub enum Notice {
    /// An approval is wanted.
    Approval(ConversationId, Question),
    /// A step in OS mode needs the person.
    Step(ConversationId, String),
    /// A long run ended; whether well.
    Ran(ConversationId, bool),
    /// A budget is reached.
    Budget(ConversationId),
}

/// An approval that is wanted, as far as it fits into a notification.
pub struct Question {
    confirmation: ConfirmationId,
    digest: String,
    /// All of what would run; absent where it is too long to be shown whole.
    whole: Option<String>,
}

impl Question {
    /// From the confirmation.
    pub fn new(chunk: &Chunk) -> Option<Self> {
        let text = |key: &str| chunk.extra.get(key).and_then(Value::as_str);
        let code = chunk
            .content
            .as_ref()?
            .get("content")
            .and_then(Value::as_str);
        let whole =
            code.filter(|code| code.chars().count() <= SHOWN.0 && code.lines().count() <= SHOWN.1);
        Some(Self {
            confirmation: ConfirmationId(text("confirmation")?.to_owned()),
            digest: text("digest")?.to_owned(),
            whole: whole.map(str::to_owned),
        })
    }
}

/// Tells it, unless the person looks at the window or wants no notifications.
pub fn tell(app: &AppHandle, notice: Notice) {
    if window::has_focus(app) || !app.state::<Started>().notifications() {
        return;
    }
    let open = "The assistant asks before it goes on.";
    let mut question = None;
    let (conversation, summary, body) = match notice {
        Notice::Approval(conversation, asked) => {
            let body = match &asked.whole {
                Some(code) => format!("Run this?\n{code}"),
                None => open.to_owned(),
            };
            // A click that we make ourselves must never approve, and while we hold
            // the mouse nobody can tell whose click on a notification it was.
            question = (asked.whole.is_some() && app.state::<Presence>().live().is_none())
                .then_some(asked);
            (conversation, "Waiting for you", body)
        }
        Notice::Step(conversation, text) => (conversation, "The assistant needs you", text),
        Notice::Ran(conversation, well) => {
            let summary = if well {
                "The run is finished"
            } else {
                "The run has failed"
            };
            let body = "Code that ran for a while has ended.";
            (conversation, summary, body.to_owned())
        }
        Notice::Budget(conversation) => (
            conversation,
            "The budget is reached",
            "The assistant has stopped. Raise the budget to go on.".to_owned(),
        ),
    };
    let mut notification = Notification::new();
    notification
        .appname("Interpreter")
        .summary(summary)
        .body(&body)
        .icon("interpreter")
        .action("default", "Open");
    if question.is_some() {
        notification.action("allow", "Allow once");
    }
    let app = app.clone();
    let chosen = move |action: &str| match (action, question) {
        ("allow", Some(question)) => allow(&app, conversation, question),
        ("default" | "allow", _) => {
            window::show(
                &app,
                Some(&format!("conversation/{}", conversation.as_str())),
            );
        }
        _ => {}
    };
    // Waiting for the person's answer takes a thread as long as the notification stands.
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = platform::notify(&notification, chosen) {
            tracing::info!(%error, "a notification could not be shown");
        }
    });
}

/// Text could not be put in its place, and the popup, which said so, may be gone.
pub fn copied() {
    let mut notification = Notification::new();
    notification
        .appname("Interpreter")
        .summary("The new text is on the clipboard")
        .body("The field changed or is gone, so nothing was replaced. Paste it where you want it.");
    tauri::async_runtime::spawn_blocking(move || platform::notify(&notification, |_| {}));
}

/// Allows exactly what the notification showed.
fn allow(app: &AppHandle, conversation: ConversationId, question: Question) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let engine = app.state::<Engine>().inner().clone();
        let op = Op::Answer {
            conversation: conversation.clone(),
            confirmation: question.confirmation,
            digest: question.digest,
            decision: Decision::Run,
        };
        let began = app.state::<Presence>().live().is_some();
        if began || engine.submit(op).await.is_err() {
            window::show(
                &app,
                Some(&format!("conversation/{}", conversation.as_str())),
            );
        }
    });
}
