//! Small surfaces in the corners of every output, which tell that the pointer is there.

use wayland_client::QueueHandle;
use wayland_client::globals::GlobalList;

use super::outputs::Output;
use super::overlay::{Overlay, Overlays, Spot};
use super::world::World;
use crate::platform::Result;

/// The corners of all outputs. Which of them are the desktop's is the gate's business.
pub(super) struct Corners {
    overlays: Overlays,
    there: Vec<Overlay>,
}

impl Corners {
    pub(super) fn open(
        globals: &GlobalList,
        queue: &QueueHandle<World>,
        outputs: &[Output],
    ) -> Result<Self> {
        let mut corners = Self {
            overlays: Overlays::open(globals, queue)?,
            there: Vec::new(),
        };
        corners.renew(outputs);
        Ok(corners)
    }

    /// The outputs have changed.
    pub(super) fn renew(&mut self, outputs: &[Output]) {
        self.there.clear();
        for output in outputs {
            let spots = Spot::CORNERS.iter();
            self.there
                .extend(spots.map(|spot| self.overlays.put(output, *spot)));
        }
    }
}
