//! What decides at the gate, and what is told of it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

use super::{Own, Request, person};
use crate::clock::Clock;
use crate::desk::Desk;
use crate::platform::Border;
use crate::{ComputerError, SessionKey, StoppedBy};

/// What happens at the gate.
#[derive(Debug, Clone, PartialEq)]
pub enum GateEvent {
    /// A session may drive.
    Opened {
        /// The session.
        session: SessionKey,
    },
    /// The session gave it back.
    Closed {
        /// The session.
        session: SessionKey,
    },
    /// Stop: the session lost it; cancel its model call and its runs.
    Stopped {
        /// The session, where one held it.
        session: Option<SessionKey>,
        /// Who or what stopped it.
        by: StoppedBy,
    },
    /// A person acts; nothing is done until [`Gate::resume`].
    Paused {
        /// The session.
        session: SessionKey,
        /// What the person did.
        by: String,
    },
    /// Control was given back.
    Resumed {
        /// The session.
        session: SessionKey,
    },
    /// After a stop, pause or close: every key and button of ours is up.
    Released,
}

/// What decides. Held for moments only, never while an event is sent.
pub(crate) struct State {
    pub(super) holder: Option<SessionKey>,
    pub(super) generation: u64,
    pub(super) stopped: Option<(SessionKey, StoppedBy)>,
    pub(super) paused: Option<String>,
    pub(super) user_acted: bool,
    pub(super) motion: person::Motion,
    /// Until then the hand that pressed Resume may still be on its way.
    pub(super) grace: super::When,
    /// Where the pointer was when our last action had done its work; none where
    /// that is not known.
    pub(super) pointer: Option<(i32, i32)>,
    pub(super) corners: Vec<(i32, i32)>,
    pub(super) queue: VecDeque<Request>,
    /// The worker shall let go of everything.
    pub(super) release: bool,
    /// The worker shall also give back the lease and stop listening.
    pub(super) closing: bool,
    pub(super) worker: bool,
    pub(super) quit: bool,
    pub(super) own: Own,
}

impl State {
    /// Whether the session may act.
    pub(super) fn may(&self, session: &SessionKey) -> Result<(), ComputerError> {
        if self.holder.as_ref() == Some(session) {
            return match &self.paused {
                Some(by) => Err(ComputerError::Paused { by: by.clone() }),
                None => Ok(()),
            };
        }
        match &self.stopped {
            Some((last, by)) if last == session => Err(ComputerError::Stopped { by: by.clone() }),
            _ => Err(ComputerError::GateClosed),
        }
    }
}

pub(crate) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) wake: Condvar,
    pub(super) events: broadcast::Sender<GateEvent>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) desk: Arc<Desk>,
    /// Says that the screen is seen, as long as a session holds the gate.
    pub(super) border: Mutex<Option<Box<dyn Border>>>,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn tell(&self, event: GateEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    /// Closes the gate. Safe on the listener's thread: it only sets flags.
    pub(super) fn stop(&self, mut state: MutexGuard<'_, State>, by: StoppedBy) {
        state.generation += 1;
        state.release = true;
        state.closing = true;
        state.paused = None;
        let session = state.holder.take();
        if let Some(session) = &session {
            state.stopped = Some((session.clone(), by.clone()));
        }
        drop(state);
        self.wake.notify_all();
        self.tell(GateEvent::Stopped { session, by });
    }

    pub(super) fn border(&self) -> MutexGuard<'_, Option<Box<dyn Border>>> {
        self.border.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn pause(&self, mut state: MutexGuard<'_, State>, by: String) {
        let Some(session) = state.holder.clone() else {
            return;
        };
        if state.paused.is_some() {
            return;
        }
        state.generation += 1;
        state.release = true;
        state.paused = Some(by.clone());
        state.user_acted = true;
        drop(state);
        self.wake.notify_all();
        self.tell(GateEvent::Paused { session, by });
    }
}
