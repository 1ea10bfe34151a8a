//! Brings what happens at the gate (Esc, a person's hand on the mouse) to the
//! conversation that holds it.

use std::sync::{Arc, Weak};

use interpreter_agent::SessionOp;
use interpreter_computer::GateEvent;
use interpreter_protocol::ConversationId;

use crate::{Engine, Inner};

/// Starts to listen; ends with the engine.
pub(crate) fn follow(engine: &Engine) {
    let mut events = engine.inner.computer.gate().events();
    let inner = Arc::downgrade(&engine.inner);
    tokio::spawn(async move {
        loop {
            match events.recv().await {
                Ok(event) => {
                    if tell(&inner, event).await.is_none() {
                        return;
                    }
                }
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
        }
    });
}

/// None once the engine is gone.
async fn tell(inner: &Weak<Inner>, event: GateEvent) -> Option<()> {
    let inner = inner.upgrade()?;
    let (session, op) = match event {
        GateEvent::Stopped { session, .. } => (session, SessionOp::Stop),
        GateEvent::Paused { session, by } => (Some(session), SessionOp::Pause(sentence(&by))),
        GateEvent::Resumed { session } => (Some(session), SessionOp::Resume),
        _ => return Some(()),
    };
    if let Some(key) = session
        && let Some(session) = inner.live.open(&ConversationId::from(key.0)).await
    {
        let _ = session.send(op).await;
    }
    Some(())
}

/// What the person did, under the line that says that they have control.
fn sentence(by: &str) -> String {
    let mut letters = by.chars();
    let first = letters.next().map(char::to_uppercase);
    let by: String = first.into_iter().flatten().chain(letters).collect();
    format!("{by}. Resume looks again first.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_person_did_is_a_sentence() {
        assert_eq!(
            sentence("the mouse was moved"),
            "The mouse was moved. Resume looks again first."
        );
    }
}
