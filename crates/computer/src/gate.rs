//! The gate: who may drive mouse and keyboard, and how it is stopped.
//!
//! A thread of its own ([`worker`]) owns the input. This side holds the state
//! that decides: the holder, a generation that rises with every stop and pause,
//! and what a person did. The worker compares the generation before every event.

mod own;
mod person;
mod state;
mod worker;

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::broadcast;

use crate::clock::{Clock, RealClock};
use crate::desk::Desk;
use crate::platform::{Border, Button, Key, Window, WindowKind};
use crate::{ComputerError, Secret, SessionKey, StoppedBy};

pub(crate) use own::Own;
pub(crate) use person::outer_corners;
pub use state::GateEvent;
pub(crate) use state::{Shared, State};

/// One event at the input, or a wait between two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// To a global physical pixel.
    Move(i32, i32),
    Button(Button, bool),
    /// One click of the wheel: right, down.
    Scroll(i32, i32),
    Key(Key, bool),
    /// Text from here on is for this window, and ends when another has the keyboard.
    KeyboardOf(u64),
    /// Text, with a pause after each character where one is given.
    Text(String, Duration),
    /// Text that is never shown.
    Secret(Secret),
    Wait(Duration),
    /// Until the system has processed all before.
    Flush,
}

/// What the worker does in one go.
pub(crate) struct Job {
    pub(crate) session: SessionKey,
    pub(crate) generation: u64,
    pub(crate) steps: Vec<Step>,
    /// The layout the steps were made for.
    pub(crate) layout: Option<String>,
    /// Time the pointer glides on each move.
    pub(crate) glide: Option<Duration>,
    reply: SyncSender<Result<(), ComputerError>>,
}

pub(crate) enum Request {
    Open(SessionKey, SyncSender<Result<(), ComputerError>>),
    Job(Job),
}

/// Jobs that may wait; one session acts at a time, so more is a defect.
const QUEUE: usize = 16;

/// The only way to mouse and keyboard. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Gate {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    /// Held while a session opens the gate.
    opening: Mutex<()>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.quit = true;
        state.generation += 1;
        self.shared.wake.notify_all();
    }
}

impl Gate {
    pub(crate) fn new(desk: Arc<Desk>, own_pids: Vec<u32>) -> Self {
        Self::with_clock(desk, own_pids, Box::new(RealClock))
    }

    pub(crate) fn with_clock(desk: Arc<Desk>, own_pids: Vec<u32>, clock: Box<dyn Clock>) -> Self {
        let (events, _) = broadcast::channel(64);
        let state = State {
            holder: None,
            generation: 0,
            stopped: None,
            paused: None,
            user_acted: false,
            motion: person::Motion::default(),
            grace: None,
            pointer: None,
            corners: Vec::new(),
            queue: VecDeque::new(),
            release: false,
            closing: false,
            worker: false,
            quit: false,
            own: Own::new(own_pids),
        };
        let shared = Shared {
            state: Mutex::new(state),
            wake: Condvar::new(),
            events,
            clock,
            desk,
            border: Mutex::new(None),
        };
        Self {
            handle: Arc::new(Handle {
                shared: Arc::new(shared),
                opening: Mutex::new(()),
            }),
        }
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }

    /// Lets a session drive: takes the lease, and really tries a way to stop.
    /// Opening it again for the session that holds it does nothing. Blocks for
    /// some milliseconds.
    ///
    /// # Errors
    /// `NoDisplay`, `GateTaken` (by another program or session), `NoStop`.
    pub fn open(&self, session: &SessionKey) -> Result<(), ComputerError> {
        let _one = self
            .handle
            .opening
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let shared = self.shared();
        let mut state = shared.lock();
        match &state.holder {
            Some(holder) if holder == session => return Ok(()),
            Some(holder) => {
                return Err(ComputerError::GateTaken {
                    holder: format!("Conversation {holder}"),
                });
            }
            None => {}
        }
        if !state.worker {
            drop(state);
            let parts = shared.desk.parts()?;
            worker::start(shared.clone(), parts)?;
            state = shared.lock();
            state.worker = true;
        }
        let (reply, answer) = sync_channel(1);
        state.queue.push_back(Request::Open(session.clone(), reply));
        drop(state);
        shared.wake.notify_all();
        receive(&answer)?;
        shared.tell(GateEvent::Opened {
            session: session.clone(),
        });
        Ok(())
    }

    /// Gives control back. Does nothing for a session that does not hold it.
    pub fn close(&self, session: &SessionKey) {
        let shared = self.shared();
        let mut state = shared.lock();
        if state.holder.as_ref() != Some(session) {
            return;
        }
        state.holder = None;
        state.generation += 1;
        state.release = true;
        state.closing = true;
        state.paused = None;
        drop(state);
        shared.wake.notify_all();
        shared.tell(GateEvent::Closed {
            session: session.clone(),
        });
    }

    /// Stops everything: closes the gate, kills queued work, lets go of every key
    /// and button. Returns at once; [`GateEvent::Released`] tells when all is up.
    pub fn stop(&self, by: impl Into<StoppedBy>) {
        let shared = self.shared();
        shared.stop(shared.lock(), by.into());
    }

    /// The person takes over: the present action ends, the next ones are refused.
    pub fn pause(&self) {
        let shared = self.shared();
        shared.pause(shared.lock(), "Pause was pressed".to_owned());
    }

    /// The person gives control back.
    ///
    /// # Errors
    /// `OwnWindow` when an action went to one of our own windows in the last
    /// second: then it may not have been the person who pressed Resume.
    pub fn resume(&self) -> Result<(), ComputerError> {
        if self.acted_on_own_window_within(Duration::from_secs(1)) {
            return Err(ComputerError::OwnWindow {
                what: "the Resume button".to_owned(),
            });
        }
        let shared = self.shared();
        let mut state = shared.lock();
        if state.paused.take().is_some() {
            state.motion = person::Motion::default();
            state.grace = Some(shared.clock.now() + person::GRACE);
            // Wherever the person left it.
            state.pointer = None;
            let session = state.holder.clone();
            drop(state);
            if let Some(session) = session {
                shared.tell(GateEvent::Resumed { session });
            }
        }
        Ok(())
    }

    /// The session that drives, if any.
    pub fn holder(&self) -> Option<SessionKey> {
        self.shared().lock().holder.clone()
    }

    /// What the person did, while paused.
    pub fn paused(&self) -> Option<String> {
        self.shared().lock().paused.clone()
    }

    /// What happens at the gate, from now on.
    pub fn events(&self) -> broadcast::Receiver<GateEvent> {
        self.shared().events.subscribe()
    }

    /// Whether an action went, or wanted to go, to one of our own windows lately.
    pub fn acted_on_own_window_within(&self, time: Duration) -> bool {
        let now = self.shared().clock.now();
        self.shared().lock().own.acted_within(now, time)
    }

    /// Keeps the border until the gate closes; not at all where it already has.
    pub(crate) fn keep_border(&self, session: &SessionKey, border: Box<dyn Border>) {
        let shared = self.shared();
        let mut state = shared.lock();
        if state.holder.as_ref() != Some(session) {
            return;
        }
        state.own.windows.extend(border.windows());
        let mut kept = shared.border();
        drop(state);
        *kept = Some(border);
    }

    /// Adds a program of ours: its windows are never acted on and painted out of frames.
    pub fn add_own_pid(&self, pid: u32) {
        self.shared().lock().own.pids.insert(pid);
    }

    /// Adds a window of ours, by the system's handle.
    pub fn add_own_window(&self, window: u64) {
        self.shared().lock().own.windows.insert(window);
    }

    /// Whether clicks go through it: the border's, which is ours.
    pub(crate) fn is_passed(&self, window: &Window) -> bool {
        window.kind == WindowKind::Border && self.shared().lock().own.windows.contains(&window.id)
    }

    /// Whether it is one of our windows.
    pub fn is_own(&self, window: &Window) -> bool {
        self.shared().lock().own.contains(window)
    }

    /// Notes that an action wanted to go to one of our windows.
    pub(crate) fn note_own_action(&self) {
        let now = self.shared().clock.now();
        self.shared().lock().own.note(now);
    }

    /// An action has done its work, which may have been to move the pointer.
    pub(crate) fn settled(&self, token: u64, pointer: (i32, i32)) {
        let mut state = self.shared().lock();
        if state.generation == token {
            state.pointer = Some(pointer);
        }
    }

    /// Whether the person acted since the last call, once they gave control back.
    pub(crate) fn take_user_acted(&self) -> bool {
        let mut state = self.shared().lock();
        state.paused.is_none() && std::mem::take(&mut state.user_acted)
    }

    /// The present generation, if the session may act now.
    pub(crate) fn token(&self, session: &SessionKey) -> Result<u64, ComputerError> {
        let state = self.shared().lock();
        state.may(session)?;
        Ok(state.generation)
    }

    /// Whether work begun with that token is still wanted.
    pub(crate) fn is_current(&self, token: u64) -> bool {
        self.shared().lock().generation == token
    }

    /// Why work begun with an older token ended.
    pub(crate) fn reason(&self, session: &SessionKey) -> ComputerError {
        self.shared()
            .lock()
            .may(session)
            .err()
            .unwrap_or(ComputerError::GateClosed)
    }

    /// Does the steps; returns when they are done or something ended them.
    pub(crate) fn perform(
        &self,
        session: &SessionKey,
        generation: u64,
        steps: Vec<Step>,
        layout: Option<String>,
        glide: Option<Duration>,
    ) -> Result<(), ComputerError> {
        let (reply, answer) = sync_channel(1);
        let shared = self.shared();
        let mut state = shared.lock();
        state.may(session)?;
        if state.queue.len() >= QUEUE {
            return Err(ComputerError::failed(
                "Too many actions wait for mouse and keyboard.",
            ));
        }
        state.queue.push_back(Request::Job(Job {
            session: session.clone(),
            generation,
            steps,
            layout,
            glide,
            reply,
        }));
        drop(state);
        shared.wake.notify_all();
        receive(&answer)
    }

    /// A wait that Stop and the person end.
    pub(crate) fn wait(
        &self,
        session: &SessionKey,
        token: u64,
        time: Duration,
    ) -> Result<(), ComputerError> {
        worker::wait(self.shared(), session, token, time)
    }
}

fn receive(answer: &Receiver<Result<(), ComputerError>>) -> Result<(), ComputerError> {
    answer.recv().unwrap_or_else(|_| {
        Err(ComputerError::failed(
            "Mouse and keyboard were closed; they open afresh next time.",
        ))
    })
}

/// When something last happened, for the times the gate remembers.
type When = Option<Instant>;

#[cfg(test)]
mod tests;
