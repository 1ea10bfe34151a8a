//! From what a system reports of mouse and keyboard to what the gate hears: the part of
//! the listeners for Windows ([`hook`]) and macOS ([`tap`]) that needs neither system.

pub(crate) mod hook;
pub(crate) mod tap;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use super::{DeviceClass, PhysicalEvent, PhysicalKind, Sink};

/// Who made an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Maker {
    /// The gate: it carries our mark.
    Us,
    /// The trial of the listener.
    Trial,
    /// Another program.
    Program,
    /// A real device, as far as the system tells.
    Device,
}

/// What the system reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Report {
    /// A key, by the system's code.
    Key {
        /// The code.
        code: u32,
        /// Whether it goes down.
        down: bool,
    },
    /// A button, or the wheel.
    Button {
        /// Whether it goes down.
        down: bool,
    },
    /// The pointer is here now, in global physical pixels.
    Move {
        /// The place.
        at: (i32, i32),
    },
}

/// The keys that stop, by the system's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StopKeys {
    /// Alone.
    pub(crate) escape: u32,
    /// One of each list together; one of the last ends it.
    pub(crate) chord: [&'static [u32]; 3],
}

/// Tells a person's events from ours, and which of them are kept from programs.
pub(crate) struct Ears {
    sink: Sink,
    keys: StopKeys,
    /// While the gate is held a stop key is kept from programs.
    armed: Arc<AtomicBool>,
    trial: Option<SyncSender<()>>,
    at: (i32, i32),
    /// Keys a person holds.
    pressed: HashSet<u32>,
    /// A stop key that was kept from programs: its way up is, too.
    kept: Option<u32>,
}

impl Ears {
    pub(crate) fn new(
        sink: Sink,
        keys: StopKeys,
        armed: Arc<AtomicBool>,
        trial: SyncSender<()>,
        at: (i32, i32),
    ) -> Self {
        Self {
            sink,
            keys,
            armed,
            trial: Some(trial),
            at,
            pressed: HashSet::new(),
            kept: None,
        }
    }

    /// Takes in an event; whether it is kept from programs.
    pub(crate) fn hear(&mut self, report: Report, maker: Maker) -> bool {
        let last = self.at;
        if let Report::Move { at } = report {
            self.at = at;
        }
        let device = match maker {
            Maker::Us => return false,
            Maker::Trial => {
                if let Some(trial) = self.trial.take() {
                    let _ = trial.send(());
                }
                return false;
            }
            Maker::Program => DeviceClass::Synthetic,
            Maker::Device => DeviceClass::Hardware,
        };
        let kind = match report {
            Report::Button { down } => PhysicalKind::Button { down },
            Report::Move { at } => PhysicalKind::Motion {
                dx: at.0 - last.0,
                dy: at.1 - last.1,
                at,
            },
            Report::Key { code, down } => {
                if down {
                    self.pressed.insert(code);
                } else {
                    self.pressed.remove(&code);
                }
                let is_stop_key = self.stops(code);
                PhysicalKind::Key { is_stop_key, down }
            }
        };
        // Before the gate hears it: a stop gives the keys back to programs.
        let kept = self.keeps(report);
        (self.sink)(PhysicalEvent {
            kind,
            device,
            time: Instant::now(),
        });
        kept
    }

    fn stops(&self, code: u32) -> bool {
        let [first, second, last] = self.keys.chord;
        let held = |codes: &[u32]| codes.iter().any(|code| self.pressed.contains(code));
        code == self.keys.escape || (last.contains(&code) && held(first) && held(second))
    }

    fn keeps(&mut self, report: Report) -> bool {
        match report {
            Report::Key { code, down: true } if self.stops(code) => {
                self.kept = self.armed.load(Ordering::SeqCst).then_some(code);
                self.kept.is_some()
            }
            Report::Key { code, down: false } if self.kept == Some(code) => {
                self.kept = None;
                true
            }
            _ => false,
        }
    }
}
