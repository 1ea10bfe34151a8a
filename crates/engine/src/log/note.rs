//! What of a conversation's events goes to the log: that something happened, never what.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use interpreter_protocol::{Error, Event, Os, Role, Run, Usage, kind};
use serde::Deserialize;

/// Logs an event, if it is worth it.
pub(crate) fn note(event: &Event) {
    let chunk = &event.chunk;
    if chunk.role != Role::Server {
        return;
    }
    let conversation = tag(event.conversation.as_str());
    match chunk.kind.as_str() {
        kind::USAGE => {
            if let Some(usage) = read::<Usage>(event) {
                tracing::info!(
                    conversation,
                    input = usage.input_tokens,
                    cached = usage.cached_tokens,
                    output = usage.output_tokens,
                    cost = usage.cost_usd,
                    "model answered"
                );
            }
        }
        kind::RUN => {
            if let Some(run) = read::<Run>(event).filter(|run| run.state.is_final()) {
                let state = run.state;
                tracing::info!(
                    conversation,
                    ?state,
                    exit = run.exit,
                    ms = run.ms,
                    "run over"
                );
            }
        }
        kind::OS => {
            if let Some(os) = read::<Os>(event) {
                tracing::info!(conversation, state = ?os.state, "OS mode");
            }
        }
        kind::RETRY => {
            let attempt = chunk
                .content
                .as_ref()
                .and_then(|content| content.get("attempt")?.as_u64());
            tracing::warn!(conversation, attempt, "model is asked again");
        }
        kind::ERROR => {
            if let Some(error) = read::<Error>(event) {
                tracing::warn!(conversation, code = %error.code.as_str(), "told an error");
                tracing::debug!(conversation, message = %error.message, "told an error");
            }
        }
        _ => {}
    }
}

fn read<T: for<'a> Deserialize<'a>>(event: &Event) -> Option<T> {
    T::deserialize(event.chunk.content.as_ref()?).ok()
}

/// Tells conversations apart. Their names hold words of what was said.
fn tag(conversation: &str) -> String {
    let mut hasher = DefaultHasher::new();
    conversation.hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
}
