//! The layouts of displays on which everything is tried.

use interpreter_test_support::desktop::sway::Output;
use interpreter_test_support::fixtures::Place;

/// Displays, one of which is under test.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// In the table.
    pub name: &'static str,
    /// Which of the displays is used.
    pub tried: usize,
    pub displays: Displays,
}

/// The displays of a layout.
#[derive(Clone, Copy, Debug)]
pub enum Displays {
    /// Monitors on one screen, and its density.
    X11 {
        monitors: &'static [Place],
        dpi: u32,
    },
    Sway(&'static [Output]),
}

impl Layout {
    /// The name of the system.
    pub fn system(&self) -> &'static str {
        match self.displays {
            Displays::X11 { .. } => "X11",
            Displays::Sway(_) => "sway",
        }
    }

    /// Where its displays lie, in units of the system's windows.
    pub fn areas(&self) -> Vec<Place> {
        match self.displays {
            Displays::X11 { monitors, .. } => monitors.to_vec(),
            Displays::Sway(outputs) => outputs.iter().map(area).collect(),
        }
    }
}

fn area(output: &Output) -> Place {
    let turned = output.transform.ends_with("90") || output.transform.ends_with("270");
    let (w, h) = match output.pixels {
        (w, h) if turned => (h, w),
        size => size,
    };
    let units = |pixels: u32| (f64::from(pixels) / output.scale).round() as i32;
    Place {
        x: output.at.0,
        y: output.at.1,
        w: units(w),
        h: units(h),
    }
}

const fn at(x: i32, y: i32, w: i32, h: i32) -> Place {
    Place { x, y, w, h }
}

/// All of them.
pub const LAYOUTS: &[Layout] = &[
    Layout {
        name: "one display",
        tried: 0,
        displays: Displays::X11 {
            monitors: &[at(0, 0, 1280, 800)],
            dpi: 96,
        },
    },
    Layout {
        name: "one display, 192 dpi",
        tried: 0,
        displays: Displays::X11 {
            monitors: &[at(0, 0, 1600, 1000)],
            dpi: 192,
        },
    },
    Layout {
        name: "two displays, the second",
        tried: 1,
        displays: Displays::X11 {
            monitors: &[at(0, 0, 1024, 768), at(1024, 0, 1280, 800)],
            dpi: 96,
        },
    },
    Layout {
        name: "three displays, the portrait one",
        tried: 1,
        displays: Displays::X11 {
            monitors: &[
                at(0, 0, 1024, 768),
                at(1024, 0, 800, 1280),
                at(1824, 200, 1280, 800),
            ],
            dpi: 96,
        },
    },
    Layout {
        name: "ultra-wide",
        tried: 0,
        displays: Displays::X11 {
            monitors: &[at(0, 0, 3440, 1440)],
            dpi: 96,
        },
    },
    Layout {
        name: "left of and above the origin, scale 2",
        tried: 1,
        displays: Displays::Sway(&[
            Output::new((1024, 768), (0, 0), 1.0),
            Output::new((2560, 1600), (-1280, -100), 2.0),
        ]),
    },
    Layout {
        name: "scale 1.5 beside scale 2",
        tried: 0,
        displays: Displays::Sway(&[
            Output::new((1920, 1200), (0, 0), 1.5),
            Output::new((1280, 800), (1280, -200), 2.0),
        ]),
    },
    Layout {
        name: "turned by 90°, left of the origin",
        tried: 1,
        displays: Displays::Sway(&[
            Output::new((1024, 768), (0, 0), 1.0),
            Output {
                transform: "90",
                ..Output::new((1280, 800), (-800, -300), 1.0)
            },
        ]),
    },
];
