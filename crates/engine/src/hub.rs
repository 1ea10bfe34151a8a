//! Brings events to every front. A slow front is dropped; it never slows the loop.

use std::collections::VecDeque;
use std::sync::Arc;

use interpreter_protocol::{ConversationId, Event};
use tokio::sync::broadcast;

use crate::Delivery;

/// Events a front may be behind before it is told to subscribe again.
const BEHIND: usize = 4096;

/// Where events leave the engine.
#[derive(Clone)]
pub(crate) struct Hub {
    events: broadcast::Sender<Arc<Event>>,
}

impl Hub {
    pub fn new() -> Self {
        Self {
            events: broadcast::channel(BEHIND).0,
        }
    }

    /// Tells every front. That nobody listens is a normal state.
    pub fn tell(&self, event: Event) {
        crate::log::note(&event);
        let _ = self.events.send(Arc::new(event));
    }

    pub fn listen(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }
}

/// An open subscription.
pub struct Subscription {
    pub(crate) stored: VecDeque<Event>,
    pub(crate) live: broadcast::Receiver<Arc<Event>>,
    /// The only conversation wanted.
    pub(crate) only: Option<ConversationId>,
    /// Live events up to this one were among the stored ones.
    pub(crate) seen: u64,
    pub(crate) lagged: bool,
}

impl Subscription {
    /// The next delivery; none once the engine has shut down or after [`Delivery::Lagged`].
    pub async fn next(&mut self) -> Option<Delivery> {
        if let Some(event) = self.stored.pop_front() {
            return Some(Delivery::Event(event));
        }
        while !self.lagged {
            match self.live.recv().await {
                Ok(event) => {
                    let wanted = self
                        .only
                        .as_ref()
                        .is_none_or(|only| *only == event.conversation);
                    // 0 is a failure that could not be stored, and so was never seen.
                    if wanted && (event.seq == 0 || event.seq > self.seen) {
                        return Some(Delivery::Event((*event).clone()));
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.lagged = true;
                    return Some(Delivery::Lagged);
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
        None
    }
}
