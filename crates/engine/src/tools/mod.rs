//! Languages and screen, as tools the agent can offer to a model.

mod action;
mod api;
mod computer;
mod execute;
mod output;
mod partial;
mod replay;
mod running;
mod screen;
mod views;

pub(crate) use computer::{KnownLaw, kind, last_word};

use std::sync::Arc;

use interpreter_agent::{StoredPart, Tool, ToolOutput};
use interpreter_protocol::{Error, ErrorCode};
use tokio::sync::broadcast::error::RecvError;

use crate::kit::Kit;

/// All tools of a conversation.
pub(crate) fn all(kit: &Arc<Kit>) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(execute::Execute {
            kit: Arc::clone(kit),
        }),
        Arc::new(screen::Screen {
            kit: Arc::clone(kit),
        }),
        Arc::new(api::ComputerApi {
            kit: Arc::clone(kit),
        }),
        Arc::new(replay::Replay {
            kit: Arc::clone(kit),
        }),
    ]
}

/// Waits while the person has the mouse and keyboard that this conversation drives;
/// whether they had. Ends with the gate, too.
pub(crate) async fn person(kit: &Kit) -> bool {
    let gate = kit.computer.gate();
    let mut events = gate.events();
    let key = kit.key();
    let mut had = false;
    while gate.paused().is_some() && gate.holder().as_ref() == Some(&key) {
        had = true;
        if let Err(RecvError::Closed) = events.recv().await {
            break;
        }
    }
    had
}

/// A failure on the screen. What may quote it is told to the model between marks; the
/// person reads the same without.
pub(crate) fn failed(error: &Error) -> ToolOutput {
    let told = error.to_string();
    let ours = matches!(
        error.code,
        ErrorCode::NotNow | ErrorCode::NoDisplay | ErrorCode::NoStop | ErrorCode::NotInstalled
    );
    let output = ToolOutput::failed(told.as_str());
    match ours {
        true => output,
        false => ToolOutput {
            parts: vec![StoredPart::outside("screen", &told)],
            ..output
        },
    }
}
