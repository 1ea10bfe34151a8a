//! Displays: what the compositor says of its outputs, and where they lie.
//!
//! The compositor places outputs, windows and the pointer in logical units, and
//! outputs may differ in pixels a unit. Global physical pixels are made of them
//! as on macOS ([`units`]): each output has its own pixels, and its origin is
//! the logical one times the largest scale of all, so that outputs of mixed
//! scale never overlap and the way back is unique. Gaps may lie between them
//! that do not exist on the desk; no point in a gap is ever acted on.

use wayland_client::protocol::wl_output::{self, WlOutput};

use crate::platform::units::{self, Placed, Told};
use crate::platform::{Display, PlatformError, Rect, Result};

/// One output, as far as it has been told.
#[derive(Debug, Clone)]
pub(super) struct Output {
    /// Its number in the registry.
    pub(super) number: u32,
    pub(super) proxy: Option<WlOutput>,
    pub(super) name: String,
    /// The pixels of its mode, before it is turned.
    pub(super) mode: (i32, i32),
    pub(super) transform: wl_output::Transform,
    /// The whole number above its scale.
    pub(super) scale: i32,
    /// Logical position and size.
    pub(super) at: (i32, i32),
    pub(super) size: (i32, i32),
}

impl Output {
    pub(super) fn new(number: u32, proxy: Option<WlOutput>) -> Self {
        Self {
            number,
            proxy,
            name: format!("output-{number}"),
            mode: (0, 0),
            transform: wl_output::Transform::Normal,
            scale: 1,
            at: (0, 0),
            size: (0, 0),
        }
    }

    /// Its pixels, upright.
    pub(super) fn pixels(&self) -> (u32, u32) {
        let (w, h) = (self.mode.0.max(0) as u32, self.mode.1.max(0) as u32);
        if turns_sideways(self.transform) {
            (h, w)
        } else {
            (w, h)
        }
    }

    /// Switched on and placed.
    fn is_there(&self) -> bool {
        self.mode.0 > 0 && self.mode.1 > 0 && self.size.0 > 0 && self.size.1 > 0
    }

    /// Pixels a logical unit. Only whole numbers are told, and sizes that were
    /// rounded; the scale is the simplest one that gives them.
    fn unit(&self) -> f64 {
        let (w, h) = self.pixels();
        scale_of((w, h), (self.size.0 as u32, self.size.1 as u32))
    }
}

pub(super) fn turns_sideways(transform: wl_output::Transform) -> bool {
    use wl_output::Transform;
    matches!(
        transform,
        Transform::_90 | Transform::_270 | Transform::Flipped90 | Transform::Flipped270
    )
}

/// The simplest scale that makes a logical size (rounded or cut off) of these pixels.
fn scale_of(pixels: (u32, u32), logical: (u32, u32)) -> f64 {
    let bounds = |pixels: u32, logical: u32| {
        let (p, l) = (f64::from(pixels), f64::from(logical));
        (p / (l + 1.0), p / (l - 0.5))
    };
    let (x, y) = (bounds(pixels.0, logical.0), bounds(pixels.1, logical.1));
    let (least, most) = (x.0.max(y.0), x.1.min(y.1));
    // What fractional scales are counted in is the 120th.
    for parts in [1.0, 2.0, 4.0, 3.0, 5.0, 6.0, 8.0, 10.0, 20.0, 100.0, 120.0] {
        let nearest = (f64::from(pixels.0) / f64::from(logical.0) * parts).round() / parts;
        if nearest > least && nearest < most {
            return nearest;
        }
    }
    f64::from(pixels.0) / f64::from(logical.0)
}

/// The outputs in global physical pixels, the primary one first. Wayland knows
/// no primary display; it is the one at the desktop's origin, or else the first
/// by name, so that it stays the same whatever has the focus.
pub(super) fn place(outputs: &[Output]) -> Vec<Placed> {
    let mut there: Vec<&Output> = outputs.iter().filter(|output| output.is_there()).collect();
    there.sort_by(|a, b| a.name.cmp(&b.name));
    let at_origin = |output: &&Output| {
        let inside = |at: i32, size: i32| (at..at + size).contains(&0);
        inside(output.at.0, output.size.0) && inside(output.at.1, output.size.1)
    };
    let primary = there
        .iter()
        .find(|output| at_origin(output))
        .or(there.first())
        .map(|output| output.number);
    let told = there
        .into_iter()
        .map(|output| {
            let unit = output.unit();
            let (w, h) = output.pixels();
            Told {
                number: output.number,
                name: output.name.clone(),
                origin: (f64::from(output.at.0), f64::from(output.at.1)),
                size: (f64::from(w) / unit, f64::from(h) / unit),
                unit,
                scale: unit,
                primary: Some(output.number) == primary,
            }
        })
        .collect();
    units::place(told)
}

/// The displays, the primary one first.
pub(super) fn displays(outputs: &[Output]) -> Result<Vec<Display>> {
    let displays: Vec<Display> = place(outputs)
        .into_iter()
        .map(|placed| placed.display)
        .collect();
    if displays.is_empty() {
        return Err(PlatformError::NoDisplay {
            message: "The compositor reports no display.".to_owned(),
            fix: "Connect or switch on a display.".to_owned(),
        });
    }
    Ok(displays)
}

/// The logical area around all outputs: what absolute pointer positions are a part of.
pub(super) fn extents(outputs: &[Output]) -> Option<(i32, i32, u32, u32)> {
    let there: Vec<&Output> = outputs.iter().filter(|output| output.is_there()).collect();
    let left = there.iter().map(|output| output.at.0).min()?;
    let top = there.iter().map(|output| output.at.1).min()?;
    let right = there
        .iter()
        .map(|output| output.at.0 + output.size.0)
        .max()?;
    let bottom = there
        .iter()
        .map(|output| output.at.1 + output.size.1)
        .max()?;
    Some((left, top, (right - left) as u32, (bottom - top) as u32))
}

/// A logical rectangle in global physical pixels, by the output it lies on most.
/// One that lies on none is nowhere.
pub(super) fn to_physical(outputs: &[Output], rect: (i32, i32, i32, i32)) -> Rect {
    let (x, y, w, h) = rect;
    let overlap = |output: &&Output| {
        let one = |at: i32, size: i32, other: i32, length: i32| {
            i64::from((at + size).min(other + length) - at.max(other)).max(0)
        };
        one(output.at.0, output.size.0, x, w) * one(output.at.1, output.size.1, y, h)
    };
    let on = outputs
        .iter()
        .filter(|output| output.is_there() && overlap(output) > 0)
        .max_by_key(overlap);
    let Some(on) = on else {
        return Rect::default();
    };
    let placed = place(outputs);
    let Some(display) = placed.iter().find(|placed| placed.number == on.number) else {
        return Rect::default();
    };
    let (origin, scale) = (display.display.origin, display.display.scale);
    let edge = |value: i32, at: i32, physical: i32| {
        (f64::from(value - at) * scale).round() as i32 + physical
    };
    let (left, top) = (edge(x, on.at.0, origin.0), edge(y, on.at.1, origin.1));
    let (right, bottom) = (
        edge(x + w, on.at.0, origin.0),
        edge(y + h, on.at.1, origin.1),
    );
    Rect {
        x: left,
        y: top,
        w: (right - left).max(0) as u32,
        h: (bottom - top).max(0) as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn output(number: u32, mode: (i32, i32), at: (i32, i32), size: (i32, i32)) -> Output {
        Output {
            mode,
            at,
            size,
            name: format!("HEADLESS-{number}"),
            ..Output::new(number, None)
        }
    }

    #[test]
    fn scales_are_the_simplest_that_fit() {
        let table = [
            ((1280, 800), (640, 400), 2.0),
            ((1024, 768), (1024, 768), 1.0),
            ((1366, 768), (1092, 614), 1.25),
            ((1366, 768), (1093, 614), 1.25),
            ((2560, 1440), (1707, 960), 1.5),
            ((3840, 2160), (2259, 1271), 1.7),
            ((1920, 1080), (1440, 810), 4.0 / 3.0),
        ];
        for (pixels, logical, expected) in table {
            assert_eq!(
                scale_of(pixels, logical),
                expected,
                "{pixels:?} {logical:?}"
            );
        }
    }

    #[test]
    fn outputs_of_mixed_scale_left_of_the_origin() {
        let outputs = [
            output(1, (1280, 800), (-640, -100), (640, 400)),
            output(2, (1024, 768), (0, 0), (1024, 768)),
        ];
        let displays = displays(&outputs).unwrap();
        let areas: Vec<(&str, Rect, f64, bool)> = displays
            .iter()
            .map(|d| (d.id.as_str(), d.rect(), d.scale, d.primary))
            .collect();
        let rect = |x, y, w, h| Rect { x, y, w, h };
        assert_eq!(
            areas,
            [
                ("HEADLESS-2", rect(0, 0, 1024, 768), 1.0, true),
                ("HEADLESS-1", rect(-1280, -200, 1280, 800), 2.0, false),
            ]
        );
        assert_eq!(extents(&outputs), Some((-640, -100, 1664, 868)));
        let table = [
            ((-600, -80, 100, 50), rect(-1200, -160, 200, 100)),
            ((10, 20, 100, 50), rect(10, 20, 100, 50)),
            // Over the edge: by the output it lies on most.
            ((-10, 0, 100, 50), rect(-10, 0, 100, 50)),
            ((-90, 0, 100, 50), rect(-180, 0, 200, 100)),
            ((5000, 0, 100, 50), Rect::default()),
        ];
        for (logical, expected) in table {
            assert_eq!(to_physical(&outputs, logical), expected, "{logical:?}");
        }
    }

    #[test]
    fn a_turned_output_is_upright() {
        let turned = Output {
            transform: wl_output::Transform::_90,
            ..output(1, (1920, 1080), (0, 0), (540, 960))
        };
        let displays = displays(&[turned]).unwrap();
        assert_eq!(displays[0].size, (1080, 1920));
        assert_eq!(displays[0].scale, 2.0);
    }

    proptest! {
        #[test]
        fn every_pixel_is_found_again(
            scale in prop::sample::select(vec![1.0, 1.25, 1.5, 1.75, 2.0, 3.0]),
            (w, h) in (640i32..4000, 480i32..2200),
            at in (-3000i32..3000, -3000i32..3000),
            (a, b) in (0.0f64..1.0, 0.0f64..1.0),
        ) {
            let logical = ((f64::from(w) / scale) as i32, (f64::from(h) / scale) as i32);
            let outputs = [
                output(1, (w, h), at, logical),
                output(2, (800, 600), (at.0 + logical.0, at.1), (800, 600)),
            ];
            let placed = place(&outputs);
            let display = placed.iter().find(|placed| placed.number == 1).unwrap();
            prop_assert_eq!(display.display.size, (w as u32, h as u32));
            let rect = display.display.rect();
            let x = rect.x + (f64::from(rect.w) * a) as i32;
            let y = rect.y + (f64::from(rect.h) * b) as i32;
            let unit = units::to_unit(&placed, x, y).unwrap();
            prop_assert_eq!(units::to_physical(&placed, unit.0, unit.1), (x, y));
        }
    }
}
