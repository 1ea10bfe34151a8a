//! Languages and screen, as tools the agent can offer to a model.

mod api;
mod execute;
mod output;
mod partial;
mod running;
mod screen;

use std::sync::Arc;

use interpreter_agent::Tool;

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

/// Text from outside, between marks that nothing inside can know. Made once and stored.
pub(crate) fn from_outside(what: &str, text: &str) -> String {
    let mark = uuid::Uuid::new_v4().simple().to_string();
    format!("<{what} id=\"{mark}\">\n{text}\n</{what} id=\"{mark}\">")
}
