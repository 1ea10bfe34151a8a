//! What is worth telling a person who does not look at the window, and in which
//! words. How it is shown is the front's affair.

use interpreter_protocol::{
    Chunk, ConfirmationId, ConversationId, ErrorCode, Event, Os, OsState, Role, Run, RunState, kind,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A run that took longer than this, in milliseconds, is told of when it ends.
const LONG_RUN: u64 = 20_000;
/// The longest code a notice shows, in characters and lines.
const SHOWN: (usize, usize) = (200, 4);

/// Something that happened in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Where.
    pub conversation: ConversationId,
    /// A few words.
    pub summary: &'static str,
    /// A sentence, or the whole of the code that is asked for.
    pub body: String,
    /// What may be allowed from the notice itself, where it shows all of it.
    pub question: Option<Question>,
}

/// An approval that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which.
    pub confirmation: ConfirmationId,
    /// Of what would run.
    pub digest: String,
}

impl Notice {
    /// What an event is worth telling, if anything.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let chunk = &event.chunk;
        let mut question = None;
        let (summary, body) = match (chunk.role, chunk.kind.as_str()) {
            (_, kind::CONFIRMATION) => {
                let (body, asked) = asked(chunk)?;
                question = asked;
                ("Waiting for you", body)
            }
            (Role::Server, kind::OS) => {
                let os = content::<Os>(chunk).filter(|os| os.state == OsState::Waiting)?;
                ("The assistant needs you", os.text)
            }
            (Role::Server, kind::RUN) => {
                let body = "Code that ran for a while has ended.";
                (ended(&content(chunk)?)?, body.to_owned())
            }
            (Role::Server, kind::ERROR) => {
                let is = |code: ErrorCode| chunk.format.as_deref() == Some(&code.as_str());
                let (summary, body) = if is(ErrorCode::BudgetReached) {
                    let body = "The assistant has stopped. Raise the budget to go on.";
                    ("The budget is reached", body)
                } else if is(ErrorCode::LimitReached) {
                    let body = "The assistant has stopped. Say whether it may go on.";
                    ("The limit is reached", body)
                } else {
                    return None;
                };
                (summary, body.to_owned())
            }
            _ => return None,
        };
        Some(Self {
            conversation: event.conversation.clone(),
            summary,
            body,
            question,
        })
    }
}

fn content<T: DeserializeOwned>(chunk: &Chunk) -> Option<T> {
    serde_json::from_value(chunk.content.clone()?).ok()
}

/// What is asked, and what allows it: only where the notice shows it whole.
fn asked(chunk: &Chunk) -> Option<(String, Option<Question>)> {
    let text = |key: &str| chunk.extra.get(key).and_then(Value::as_str);
    let code = chunk.content.as_ref()?.get("content");
    let whole = code
        .and_then(Value::as_str)
        .filter(|code| code.chars().count() <= SHOWN.0 && code.lines().count() <= SHOWN.1);
    Some(match whole {
        None => ("The assistant asks before it goes on.".to_owned(), None),
        Some(code) => (
            format!("Run this?\n{code}"),
            Some(Question {
                confirmation: ConfirmationId(text("confirmation")?.to_owned()),
                digest: text("digest")?.to_owned(),
            }),
        ),
    })
}

fn ended(run: &Run) -> Option<&'static str> {
    let long = run.ms.is_some_and(|ms| ms >= LONG_RUN);
    match run.state {
        _ if !long || !run.state.is_final() => None,
        RunState::Skipped => None,
        RunState::Done => Some("The run is finished"),
        _ => Some("The run has failed"),
    }
}
