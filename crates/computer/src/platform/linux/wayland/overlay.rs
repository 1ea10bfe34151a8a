//! Invisible surfaces above everything else: to hear where the pointer is.

use std::ops::RangeInclusive;

use wayland_client::globals::GlobalList;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_shm::{Format, WlShm};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_client::{Dispatch, Proxy, QueueHandle};
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::{
    Layer, ZwlrLayerShellV1,
};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    Anchor, KeyboardInteractivity, ZwlrLayerSurfaceV1,
};

use super::outputs::Output;
use super::shm::Memory;
use super::wire;
use super::world::World;
use crate::platform::Result;

/// The side of a corner, in logical units. A pointer thrown into a corner ends
/// on its last pixel, so it need not be larger; what lies under it cannot be clicked.
const CORNER: u32 = 2;

/// Where on its output a surface lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// All over it.
    Whole,
    /// In a corner.
    Corner { right: bool, bottom: bool },
}

impl Spot {
    /// The four corners.
    pub(super) const CORNERS: [Self; 4] = [
        Self::Corner {
            right: false,
            bottom: false,
        },
        Self::Corner {
            right: true,
            bottom: false,
        },
        Self::Corner {
            right: false,
            bottom: true,
        },
        Self::Corner {
            right: true,
            bottom: true,
        },
    ];

    /// A place on the surface, in logical units of the desktop.
    pub(super) fn on_desktop(self, output: &Output, at: (f64, f64)) -> (f64, f64) {
        let far = |far: bool, size: i32| f64::from(if far { size - CORNER as i32 } else { 0 });
        let (x, y) = match self {
            Self::Whole => (0.0, 0.0),
            Self::Corner { right, bottom } => {
                (far(right, output.size.0), far(bottom, output.size.1))
            }
        };
        (
            f64::from(output.at.0) + x + at.0,
            f64::from(output.at.1) + y + at.1,
        )
    }
}

/// Makes them.
pub(super) struct Overlays {
    compositor: WlCompositor,
    shell: ZwlrLayerShellV1,
    viewporter: WpViewporter,
    queue: QueueHandle<World>,
    /// One pixel of nothing.
    blank: Memory,
}

impl Overlays {
    /// # Errors
    /// `Unsupported` where the compositor does not offer them.
    pub(super) fn open(globals: &GlobalList, queue: &QueueHandle<World>) -> Result<Self> {
        fn bind<I>(
            globals: &GlobalList,
            queue: &QueueHandle<World>,
            version: RangeInclusive<u32>,
        ) -> Result<I>
        where
            I: Proxy + 'static,
            World: Dispatch<I, ()>,
        {
            wire::bind(globals, queue, version)
        }
        let shm: WlShm = bind(globals, queue, 1..=1)?;
        Ok(Self {
            compositor: bind(globals, queue, 1..=4)?,
            shell: bind(globals, queue, 1..=4)?,
            viewporter: bind(globals, queue, 1..=1)?,
            queue: queue.clone(),
            blank: Memory::new(&shm, queue, (1, 1, 4, Format::Argb8888))?,
        })
    }

    /// Asks for one; it is there once the compositor has answered.
    pub(super) fn put(&self, output: &Output, spot: Spot) -> Overlay {
        let queue = &self.queue;
        let surface = self.compositor.create_surface(queue, (output.number, spot));
        let viewport = self.viewporter.get_viewport(&surface, queue, ());
        let layer = self.shell.get_layer_surface(
            &surface,
            output.proxy.as_ref(),
            Layer::Overlay,
            "interpreter".to_owned(),
            queue,
            (surface.clone(), viewport.clone(), self.blank.buffer.clone()),
        );
        match spot {
            Spot::Whole => {
                layer.set_size(0, 0);
                layer.set_anchor(Anchor::all());
            }
            Spot::Corner { right, bottom } => {
                layer.set_size(CORNER, CORNER);
                let side = if right { Anchor::Right } else { Anchor::Left };
                let edge = if bottom { Anchor::Bottom } else { Anchor::Top };
                layer.set_anchor(side | edge);
            }
        }
        // Over panels too, and moving none of them.
        layer.set_exclusive_zone(-1);
        layer.set_keyboard_interactivity(KeyboardInteractivity::None);
        surface.commit();
        Overlay {
            surface,
            layer,
            viewport,
        }
    }
}

/// One surface, as long as this lives.
pub(super) struct Overlay {
    surface: WlSurface,
    layer: ZwlrLayerSurfaceV1,
    viewport: WpViewport,
}

impl Drop for Overlay {
    fn drop(&mut self) {
        self.layer.destroy();
        self.viewport.destroy();
        self.surface.destroy();
    }
}
