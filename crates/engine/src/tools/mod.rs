//! Languages and screen, as tools the agent can offer to a model.

mod api;
mod execute;
mod output;
mod partial;
mod running;
mod screen;

use std::sync::Arc;

use interpreter_agent::Tool;
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

/// Text from outside, between marks that nothing inside can know. Made once and stored.
pub(crate) fn from_outside(what: &str, text: &str) -> String {
    let mark = uuid::Uuid::new_v4().simple().to_string();
    format!("<{what} id=\"{mark}\">\n{text}\n</{what} id=\"{mark}\">")
}
