//! The displays alone: what every compositor tells, whatever else it keeps to itself.

use std::path::Path;
use std::sync::Mutex;

use super::outputs::{self, place};
use super::seat::lock;
use super::wire::Wire;
use crate::platform::{Display, Result};

/// One display, in pixels and in the compositor's logical units.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Monitor {
    pub(in super::super) display: Display,
    /// Top left corner, logical.
    pub(in super::super) at: (i32, i32),
    /// Logical.
    pub(in super::super) size: (i32, i32),
}

/// A connection that only asks for them.
pub(in super::super) struct Monitors {
    wire: Mutex<Wire>,
}

impl Monitors {
    /// # Errors
    /// `NoDisplay` where no compositor listens.
    pub(in super::super) fn open(socket: &Path) -> Result<Self> {
        Ok(Self {
            wire: Mutex::new(Wire::connect(socket)?),
        })
    }

    /// As they are now, the primary one first.
    pub(in super::super) fn all(&self) -> Result<Vec<Monitor>> {
        let wire = &mut *lock(&self.wire);
        wire.round_trip()?;
        wire.world.heard.clear();
        let outputs = &wire.world.outputs;
        // Says that there is none, in words.
        outputs::displays(outputs)?;
        let placed = place(outputs).into_iter().filter_map(|placed| {
            let output = outputs.iter().find(|one| one.number == placed.number)?;
            Some(Monitor {
                display: placed.display,
                at: output.at,
                size: output.size,
            })
        });
        Ok(placed.collect())
    }
}
