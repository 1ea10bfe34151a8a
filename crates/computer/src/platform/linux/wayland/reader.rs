//! The thread that reads the connection for input and listening.
//!
//! It alone reads it. Whoever sends waits here for the mark that says that all
//! of it was processed.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use wayland_client::{Connection, EventQueue};

use super::listener::Ears;
use super::outputs::Output;
use super::seat::lock;
use super::wire::{read, wait_readable};
use super::world::{Heard, World};
use crate::platform::{Ledger, OwnEvent, PlatformError, Result};

/// A compositor that does not answer for so long is gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// The display must not go dark while the model thinks.
const AWAKE: Duration = Duration::from_secs(30);

/// What the reader and the others share.
pub(super) struct Hub {
    pub(super) ledger: Arc<Ledger>,
    marks: Mutex<Marks>,
    answered: Condvar,
    outputs: Mutex<Vec<Output>>,
    pub(super) ears: Mutex<Option<Ears>>,
    /// Where we put the pointer, unless somebody else has used mouse or keyboard since.
    pub(super) pointer: Mutex<Option<(i32, i32)>>,
    /// Input is not reported for the time being.
    pub(super) blind: AtomicBool,
}

#[derive(Default)]
struct Marks {
    last: u64,
    lost: Option<String>,
}

impl Hub {
    pub(super) fn new(ledger: Arc<Ledger>, outputs: Vec<Output>) -> Self {
        Self {
            ledger,
            marks: Mutex::default(),
            answered: Condvar::new(),
            outputs: Mutex::new(outputs),
            ears: Mutex::new(None),
            pointer: Mutex::new(None),
            blind: AtomicBool::new(false),
        }
    }

    pub(super) fn outputs(&self) -> Vec<Output> {
        lock(&self.outputs).clone()
    }

    /// Waits until a mark has come back.
    pub(super) fn wait(&self, mark: u64) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut marks = lock(&self.marks);
        loop {
            if marks.last >= mark {
                return Ok(());
            }
            if let Some(reason) = &marks.lost {
                return Err(PlatformError::Lost(reason.clone()));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(PlatformError::Lost(
                    "the compositor does not answer".to_owned(),
                ));
            }
            marks = self
                .answered
                .wait_timeout(marks, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn hear(&self, heard: Vec<Heard>, world: &World) {
        if heard.contains(&Heard::Outputs) {
            lock(&self.outputs).clone_from(&world.outputs);
        }
        let mut last = None;
        {
            let mut ears = lock(&self.ears);
            for one in heard {
                if let Heard::Mark(mark) = one {
                    let waiting = self.ledger.waiting();
                    self.ledger.settle(&OwnEvent::Mark(mark));
                    last = Some(mark);
                    // Input of ours was processed and not reported.
                    if ears.is_some() && waiting > self.ledger.waiting() + 1 {
                        self.unreported();
                    }
                }
                if let Some(ears) = &mut *ears {
                    ears.hear(&one, self, &world.outputs);
                }
            }
            if let Some(ears) = &mut *ears {
                ears.conclude(self);
            }
        }
        // Last, so that whoever waits finds all that came before it settled.
        if let Some(last) = last {
            lock(&self.marks).last = last;
            self.answered.notify_all();
        }
    }

    /// A person's is not reported either, then.
    fn unreported(&self) {
        if !self.blind.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "another program keeps the screen awake, so the compositor does not report input; \
                 where the pointer is, is looked up before each action instead"
            );
        }
    }

    fn lost(&self, reason: &str) {
        lock(&self.marks).lost = Some(reason.to_owned());
        self.answered.notify_all();
    }
}

/// Both ends of a pipe: what is written, what is read.
pub(super) fn pipe() -> Result<(OwnedFd, OwnedFd)> {
    let flags = rustix::pipe::PipeFlags::CLOEXEC | rustix::pipe::PipeFlags::NONBLOCK;
    let (read, write) = rustix::pipe::pipe_with(flags).map_err(|error| PlatformError::Failed {
        doing: "listening to the compositor".to_owned(),
        reason: error.to_string(),
    })?;
    Ok((write, read))
}

/// Starts it. It ends when the other end of `woken` is closed.
pub(super) fn start(
    conn: &Connection,
    queue: EventQueue<World>,
    world: World,
    hub: Arc<Hub>,
    woken: OwnedFd,
) -> Result<()> {
    let conn = conn.clone();
    thread::Builder::new()
        .name("wayland".to_owned())
        .spawn(move || {
            let ended = run(&conn, queue, world, &hub, &woken);
            let reason = match ended {
                Ok(()) => "it was closed".to_owned(),
                Err(error) => {
                    tracing::warn!(%error, "listening to the compositor ended");
                    error.to_string()
                }
            };
            hub.lost(&reason);
        })
        .map(drop)
        .map_err(|error| PlatformError::Failed {
            doing: "starting the compositor's thread".to_owned(),
            reason: error.to_string(),
        })
}

fn run(
    conn: &Connection,
    mut queue: EventQueue<World>,
    mut world: World,
    hub: &Hub,
    woken: &OwnedFd,
) -> Result<()> {
    let mut stirred = Instant::now();
    loop {
        queue.dispatch_pending(&mut world)?;
        let heard = std::mem::take(&mut world.heard);
        if !heard.is_empty() {
            hub.hear(heard, &world);
        }
        let sway = lock(&hub.ears).as_ref().map(Ears::stream);
        let mut time = None;
        if sway.is_some() {
            if stirred.elapsed() >= AWAKE {
                if let Some(ears) = &*lock(&hub.ears) {
                    ears.stir();
                }
                stirred = Instant::now();
            }
            time = Some(AWAKE.saturating_sub(stirred.elapsed()));
        }
        match conn.flush() {
            Err(wayland_client::backend::WaylandError::Io(error))
                if error.kind() == std::io::ErrorKind::WouldBlock => {}
            flushed => flushed?,
        }
        let Some(guard) = conn.prepare_read() else {
            continue;
        };
        let mut fds = vec![guard.connection_fd(), woken.as_fd()];
        if let Some(sway) = &sway {
            fds.push(sway.as_fd());
        }
        let ready = wait_readable(&fds, time)?;
        if ready[0] {
            read(guard)?;
        } else {
            drop(guard);
        }
        if ready[1] && closed(woken) {
            return Ok(());
        }
        // First what came by Wayland: it says whether there was input at all.
        if ready.get(2) == Some(&true)
            && !ready[0]
            && let Some(ears) = &mut *lock(&hub.ears)
        {
            ears.sway_speaks(hub);
        }
    }
}

/// Empties the pipe; whether its other end is gone.
fn closed(woken: &OwnedFd) -> bool {
    let mut bytes = [0; 64];
    loop {
        match rustix::io::read(woken, &mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}
