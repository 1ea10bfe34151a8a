//! Interrupting a run, and what came too late for it.

use std::time::Duration;

use tokio::time::Instant;

use super::{GRACE, Live, Stage};
use crate::RunStatus;
use crate::platform::Program;
use crate::wire::{Interrupt, ToDriver};
use crate::worker::Worker;

/// After an interrupt: how soon it is looked whether a program came too late for it ...
const NEWCOMERS: Duration = Duration::from_millis(30);
/// ... and for how long. What is started later was not being started then: it
/// cleans up. Only a shell is looked after until it ends.
const NEW_FOR: Duration = Duration::from_secs(1);
/// How often a shell that goes on by itself is interrupted.
const ALONE: Duration = Duration::from_millis(300);

/// Programs that were interrupted.
#[derive(Debug)]
pub(super) struct Signalled {
    there: Vec<Program>,
    /// When to look whether there are new ones.
    pub(super) look_at: Instant,
    until: Instant,
    /// When a shell that does nothing but its own work is interrupted again.
    alone_at: Instant,
}

impl Signalled {
    fn new(there: Vec<Program>) -> Self {
        let now = Instant::now();
        Self {
            there,
            look_at: now + NEWCOMERS,
            until: now + NEW_FOR,
            alone_at: now + ALONE,
        }
    }
}

impl Live {
    pub(super) fn interrupt_now(&mut self, worker: &mut Worker) {
        self.interrupt = true;
        let Some(child) = &mut worker.child else {
            return;
        };
        let Some(hello) = &child.hello else {
            // It has not even begun; nothing is lost with it.
            self.forced
                .get_or_insert((RunStatus::Interrupted, "It was not run."));
            return self.kill(worker);
        };
        if self.stage < Stage::Running {
            // A signal now would find the driver between two runs, and be ignored.
            // It is sent at the start; a driver that does not come to it is stuck.
            self.kill_at.get_or_insert(Instant::now() + GRACE);
            return;
        }
        match hello.interrupt {
            Interrupt::Signal => self.signalled = Some(Signalled::new(child.interrupt())),
            Interrupt::Message => child.send(&ToDriver::Interrupt { id: self.id }),
            Interrupt::Both => {
                self.signalled = Some(Signalled::new(child.interrupt()));
                child.send(&ToDriver::Interrupt { id: self.id });
            }
            Interrupt::None => {
                self.forced.get_or_insert((
                    RunStatus::Interrupted,
                    "This language cannot be interrupted here, so it was ended. Its state is gone.",
                ));
                self.kill(worker);
            }
        }
    }

    /// Interrupts what the first interrupt did not reach.
    pub(super) fn interrupt_again(&mut self, worker: &Worker, now: Instant) {
        if let Some(signalled) = &mut self.signalled
            && signalled.look_at <= now
        {
            if let Some(child) = &worker.child {
                if worker.language.name == "shell" {
                    let alone = signalled.alone_at <= now;
                    if alone {
                        signalled.alone_at = now + ALONE;
                    }
                    child.interrupt_shell(&mut signalled.there, alone);
                }
                if now < signalled.until {
                    child.interrupt_newcomers(&mut signalled.there);
                }
            }
            signalled.look_at = now + NEWCOMERS;
        }
    }
}
