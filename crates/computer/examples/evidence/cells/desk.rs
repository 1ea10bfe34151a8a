//! The two kinds of desktops, and where windows stand on them.

use std::collections::BTreeMap;

use interpreter_test_support::fixtures::{Oracle, Place};
use interpreter_test_support::{Desktop, Fixture, Sway};

use super::{Displays, Layout};

/// Tiles along the longer and the shorter side of a display.
const TILES: (i32, i32) = (5, 3);
/// Space around a window.
const GAP: i32 = 4;

/// The desktop below.
pub enum Desk {
    X11(Box<Desktop>),
    Sway(Box<Sway>),
}

/// A window, and where it must be.
pub struct Shown {
    pub fixture: Fixture,
    /// In units of the system's windows, over all displays.
    pub place: Place,
}

impl Desk {
    pub fn display(&self) -> String {
        match self {
            Self::X11(desktop) => desktop.display().to_owned(),
            Self::Sway(sway) => sway.display(),
        }
    }

    pub fn window(&self, kind: &str, place: Place) -> Shown {
        let title = title(kind);
        let oracle = Oracle {
            kind,
            title: &title,
            place,
            program: (kind == "vault").then_some("KeePassXC"),
        };
        let fixture = match self {
            Self::X11(desktop) => Fixture::oracle(&oracle, desktop.folder(), |command| {
                desktop.apply(command);
            }),
            Self::Sway(sway) => Fixture::oracle(&oracle, sway.folder(), |command| {
                sway.apply(command);
            }),
        };
        Shown { fixture, place }
    }

    /// Puts windows where they must be, where only the compositor can.
    pub fn put(&mut self, windows: &BTreeMap<&'static str, Shown>) {
        let Self::Sway(sway) = self else { return };
        for (name, shown) in windows {
            let Place { x, y, .. } = shown.place;
            let which = format!("[title=\"^{}$\"]", title(name));
            sway.command(&format!("{which} move absolute position {x} {y}"));
        }
        compare(sway, windows);
    }
}

pub fn title(kind: &str) -> String {
    format!("Oracle {kind}")
}

/// The name of a monitor on X11.
pub fn monitor(number: usize) -> String {
    format!("monitor-{}", number + 1)
}

pub fn open(layout: &Layout) -> Desk {
    match layout.displays {
        Displays::X11 { monitors, dpi } => {
            let reach = |ends: fn(&Place) -> i32| monitors.iter().map(ends).max().unwrap_or(0);
            let size = (reach(|at| at.x + at.w), reach(|at| at.y + at.h));
            let desktop = Desktop::with_size(size.0.unsigned_abs(), size.1.unsigned_abs());
            // GTK knows the one with an output only, and keeps its menus there.
            for (number, place) in monitors.iter().enumerate() {
                desktop.set_monitor(&monitor(number), *place, number == layout.tried);
            }
            desktop.set_dpi(dpi);
            Desk::X11(Box::new(desktop))
        }
        Displays::Sway(outputs) => {
            let mut sway = Sway::start(outputs);
            sway.command("for_window [title=\"^Oracle\"] floating enable");
            sway.command("mouse_warping none");
            Desk::Sway(Box::new(sway))
        }
    }
}

pub fn tile(area: Place, number: usize) -> Place {
    let (across, down) = if area.w >= area.h {
        TILES
    } else {
        (TILES.1, TILES.0)
    };
    let number = number as i32;
    let (w, h) = (area.w / across, area.h / down);
    // Even numbers: at a scale of one and a half they are whole pixels.
    let even = |number: i32| number & !1;
    Place {
        x: area.x + even(number % across * w + GAP),
        y: area.y + even(number / across * h + GAP),
        w: even(w - 2 * GAP),
        h: even(h - 2 * GAP),
    }
}

/// Compares where sway says that windows are.
fn compare(sway: &mut Sway, windows: &BTreeMap<&'static str, Shown>) {
    let tree = sway.tree();
    let mut nodes = vec![&tree];
    let mut found = BTreeMap::new();
    while let Some(node) = nodes.pop() {
        for list in ["nodes", "floating_nodes"] {
            nodes.extend(node[list].as_array().into_iter().flatten());
        }
        if let Some(pid) = node["pid"].as_u64() {
            let rect = |key: &str| node["rect"][key].as_i64().unwrap_or_default() as i32;
            found.insert(pid, [rect("x"), rect("y"), rect("width"), rect("height")]);
        }
    }
    for (name, shown) in windows {
        let Place { x, y, w, h } = shown.place;
        let at = found.get(&u64::from(shown.fixture.pid()));
        assert_eq!(at, Some(&[x, y, w, h]), "the window {name}");
    }
}
