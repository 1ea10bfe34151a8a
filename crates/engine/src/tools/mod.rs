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

use interpreter_agent::{StoredPart, Tool, ToolEvent, ToolHandle, ToolOutput};
use interpreter_protocol::{Chunk, Effect, Error, ErrorCode, Os, OsState, Role};
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

/// Shows what an action did.
async fn tell_effect(handle: &ToolHandle, effect: &Effect) {
    let content = serde_json::to_value(effect).unwrap_or_default();
    let chunk = Chunk::new(Role::Computer, interpreter_protocol::kind::EFFECT).content(content);
    handle.chunk(chunk).await;
}

/// Shows what is being done on the screen.
async fn tell_os(handle: &ToolHandle, state: OsState, text: &str) {
    let os = Os {
        state,
        text: text.to_owned(),
    };
    let content = serde_json::to_value(os).unwrap_or_default();
    let chunk = Chunk::new(Role::Server, interpreter_protocol::kind::OS).content(content);
    // It belongs to no item.
    let _ = handle.events.send(ToolEvent::Chunk(chunk)).await;
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
