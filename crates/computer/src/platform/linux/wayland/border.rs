//! The border around displays that are seen, as surfaces of the layer over everything:
//! four thin opaque ones each, which no click hits and no window covers.
//!
//! sway tells of windows alone, so these are added to its list here: pictures are
//! without them, like any window of ours.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_compositor::WlCompositor;
use wayland_client::protocol::wl_shm::{Format, WlShm};
use wayland_client::protocol::wl_surface::WlSurface;
use wayland_protocols::wp::viewporter::client::wp_viewport::WpViewport;
use wayland_protocols::wp::viewporter::client::wp_viewporter::WpViewporter;
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_shell_v1::{
    Layer, ZwlrLayerShellV1,
};
use wayland_protocols_wlr::layer_shell::v1::client::zwlr_layer_surface_v1::{
    Anchor, KeyboardInteractivity, ZwlrLayerSurfaceV1,
};

use super::outputs::{Output, place, to_physical};
use super::overlay::Spot;
use super::seat::lock;
use super::shm;
use super::wire::Wire;
use crate::platform::{Border, Rect, Result, Window, WindowKind};

/// In logical units: one of the dark colour, four of the light one, one of the dark one.
const WIDTH: i32 = 6;
const LIGHT: [u8; 4] = [0x2e, 0xf1, 0xcb, 0xff];
const DARK: [u8; 4] = [0x0a, 0x16, 0x10, 0xff];
/// Ids that no window of sway's has.
const IDS: u64 = 1 << 62;

/// The sides that are shown now, as windows.
pub(super) type Shown = Arc<Mutex<Vec<Window>>>;

/// Shows the border on each of these areas until it is dropped.
pub(super) fn show(socket: &Path, areas: &[Rect], shown: &Shown) -> Result<Box<dyn Border>> {
    let wire = Wire::connect(socket)?;
    let outputs = wire.world.outputs.clone();
    let queue = wire.handle();
    let shm: WlShm = wire.bind(1..=1)?;
    let compositor: WlCompositor = wire.bind(1..=4)?;
    let shell: ZwlrLayerShellV1 = wire.bind(1..=4)?;
    let viewporter: WpViewporter = wire.bind(1..=1)?;
    let mut sides = Vec::new();
    let mut windows = Vec::new();
    for placed in place(&outputs) {
        let seen = areas.contains(&placed.display.rect());
        let output = outputs.iter().find(|one| one.number == placed.number);
        let Some(output) = output.filter(|_| seen) else {
            continue;
        };
        for side in Edge::ALL {
            let (_, _, w, h) = side.area(output);
            if w <= 0 || h <= 0 {
                continue;
            }
            let shape = (w as u32, h as u32, w as u32 * 4, Format::Xrgb8888);
            let buffer = shm::painted(&shm, &queue, shape, &side.pixels(output))?;
            let surface = compositor.create_surface(&queue, (output.number, Spot::Whole));
            // An empty one: every click goes to what lies below.
            let nothing = compositor.create_region(&queue, ());
            surface.set_input_region(Some(&nothing));
            nothing.destroy();
            let viewport = viewporter.get_viewport(&surface, &queue, ());
            let layer = shell.get_layer_surface(
                &surface,
                output.proxy.as_ref(),
                Layer::Overlay,
                "interpreter-border".to_owned(),
                &queue,
                (surface.clone(), viewport.clone(), buffer.clone()),
            );
            side.anchor(&layer);
            layer.set_exclusive_zone(-1);
            layer.set_keyboard_interactivity(KeyboardInteractivity::None);
            surface.commit();
            sides.push(Side {
                surface,
                layer,
                viewport,
                buffer,
            });
            windows.push(window(to_physical(&outputs, side.area(output))));
        }
    }
    // Before anything is drawn, so that no picture shows it.
    lock(shown).extend(windows.iter().cloned());
    let border = Ring {
        ids: windows.iter().map(|window| window.id).collect(),
        sides,
        wire: Mutex::new(wire),
        shown: Arc::clone(shown),
    };
    {
        let wire = &mut *lock(&border.wire);
        // Their sizes come with the first answer; what is drawn goes with the second.
        wire.round_trip()?;
        wire.round_trip()?;
    }
    Ok(Box::new(border))
}

fn window(rect: Rect) -> Window {
    static NEXT: AtomicU64 = AtomicU64::new(IDS);
    Window {
        id: NEXT.fetch_add(1, Ordering::Relaxed),
        title: String::new(),
        app: "interpreter-border".to_owned(),
        pid: Some(std::process::id()),
        rect,
        content: rect,
        active: false,
        minimised: false,
        above: true,
        kind: WindowKind::Border,
    }
}

/// The four sides of one or more displays.
struct Ring {
    ids: Vec<u64>,
    sides: Vec<Side>,
    /// After what is drawn on it: nothing more comes over it that matters.
    wire: Mutex<Wire>,
    shown: Shown,
}

struct Side {
    surface: WlSurface,
    layer: ZwlrLayerSurfaceV1,
    viewport: WpViewport,
    buffer: WlBuffer,
}

impl Border for Ring {
    fn windows(&self) -> Vec<u64> {
        self.ids.clone()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        for side in self.sides.drain(..) {
            side.layer.destroy();
            side.viewport.destroy();
            side.surface.destroy();
            side.buffer.destroy();
        }
        let _ = lock(&self.wire).round_trip();
        lock(&self.shown).retain(|window| !self.ids.contains(&window.id));
    }
}

/// A side of a display. Those left and right lie between the other two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Top,
    Bottom,
    Left,
    Right,
}

impl Edge {
    const ALL: [Self; 4] = [Self::Top, Self::Bottom, Self::Left, Self::Right];

    /// Where it lies, in logical units of the desktop.
    fn area(self, output: &Output) -> (i32, i32, i32, i32) {
        let ((x, y), (w, h)) = (output.at, output.size);
        match self {
            Self::Top => (x, y, w, WIDTH),
            Self::Bottom => (x, y + h - WIDTH, w, WIDTH),
            Self::Left => (x, y + WIDTH, WIDTH, h - 2 * WIDTH),
            Self::Right => (x + w - WIDTH, y + WIDTH, WIDTH, h - 2 * WIDTH),
        }
    }

    fn anchor(self, layer: &ZwlrLayerSurfaceV1) {
        let across = Anchor::Left | Anchor::Right;
        let along = Anchor::Top | Anchor::Bottom;
        let (size, anchor) = match self {
            Self::Top => ((0, WIDTH as u32), across | Anchor::Top),
            Self::Bottom => ((0, WIDTH as u32), across | Anchor::Bottom),
            Self::Left => ((WIDTH as u32, 0), along | Anchor::Left),
            Self::Right => ((WIDTH as u32, 0), along | Anchor::Right),
        };
        layer.set_size(size.0, size.1);
        layer.set_anchor(anchor);
        if matches!(self, Self::Left | Self::Right) {
            layer.set_margin(WIDTH, 0, WIDTH, 0);
        }
    }

    /// A pixel for each logical unit: by how far it is from the display's edge.
    fn pixels(self, output: &Output) -> Vec<u8> {
        let (x, y, w, h) = self.area(output);
        let (left, top) = (x - output.at.0, y - output.at.1);
        let edge = |at: i32, size: i32| at.min(size - 1 - at);
        let all = (top..top + h).flat_map(|y| (left..left + w).map(move |x| (x, y)));
        all.flat_map(|(x, y)| {
            let depth = edge(x, output.size.0).min(edge(y, output.size.1));
            if (1..WIDTH - 1).contains(&depth) {
                LIGHT
            } else {
                DARK
            }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_sides_meet_in_closed_rings() {
        let output = Output {
            at: (-20, 5),
            size: (16, 14),
            ..Output::new(1, None)
        };
        let mut shown = vec![vec![' '; 16]; 14];
        for side in Edge::ALL {
            let (x, y, w, h) = side.area(&output);
            let pixels = side.pixels(&output);
            for row in 0..h {
                for column in 0..w {
                    let at = ((row * w + column) * 4) as usize;
                    let colour = if pixels[at..at + 4] == LIGHT {
                        'o'
                    } else {
                        '#'
                    };
                    let place = &mut shown[(y - 5 + row) as usize][(x + 20 + column) as usize];
                    assert_eq!(*place, ' ', "{side:?}");
                    *place = colour;
                }
            }
        }
        let lines: Vec<String> = shown.into_iter().map(String::from_iter).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(
            lines,
            [
                "################",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooo######oooo#",
                "#oooo#    #oooo#",
                "#oooo#    #oooo#",
                "#oooo######oooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "################",
            ]
        );
    }
}
