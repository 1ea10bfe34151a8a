//! Notifications of the system, for what cannot wait until the person looks.

use interpreter_engine::{Engine, Notice, Question};
use interpreter_protocol::{ConversationId, Decision, Op};
use notify_rust::Notification;
use tauri::{AppHandle, Manager as _};

use crate::presence::Presence;
use crate::{Started, platform, window};

/// Tells it, unless the person looks at the window or wants no notifications.
pub fn tell(app: &AppHandle, notice: Notice) {
    if window::has_focus(app) || !app.state::<Started>().notifications() {
        return;
    }
    let Notice {
        conversation,
        summary,
        body,
        question,
    } = notice;
    // A click that we make ourselves must never approve, and while we hold the
    // mouse nobody can tell whose click on a notification it was.
    let question = question.filter(|_| app.state::<Presence>().live().is_none());
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
