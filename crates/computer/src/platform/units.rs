//! From the system's unit of places to global physical pixels and back.
//!
//! macOS places displays, windows and the pointer in points, and displays may
//! differ in pixels a point. Origins are multiplied by the largest scale, so
//! displays never overlap in physical space and the way back is unique. Where
//! the unit is the pixel already, every scale here is 1.

use super::{Display, Rect};

/// A display, and where the system says it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    /// The system's number for it.
    pub(crate) number: u32,
    /// In global physical pixels.
    pub(crate) display: Display,
    /// Top left corner in the system's unit.
    origin: (f64, f64),
    /// Physical pixels a unit.
    scale: f64,
}

/// What the system says about a display.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) number: u32,
    pub(crate) name: String,
    pub(crate) origin: (f64, f64),
    pub(crate) size: (f64, f64),
    /// Physical pixels a unit of `origin` and `size`.
    pub(crate) unit: f64,
    /// Physical pixels a logical unit, for people.
    pub(crate) scale: f64,
    pub(crate) primary: bool,
}

/// Places displays in global physical pixels, the primary one first.
pub(crate) fn place(told: Vec<Told>) -> Vec<Placed> {
    let largest = told.iter().map(|display| display.unit).fold(1.0, f64::max);
    let mut placed: Vec<Placed> = told
        .into_iter()
        .map(|told| Placed {
            number: told.number,
            display: Display {
                id: told.name,
                origin: (
                    (told.origin.0 * largest).round() as i32,
                    (told.origin.1 * largest).round() as i32,
                ),
                size: (
                    (told.size.0 * told.unit).round() as u32,
                    (told.size.1 * told.unit).round() as u32,
                ),
                scale: told.scale,
                primary: told.primary,
            },
            origin: told.origin,
            scale: told.unit,
        })
        .collect();
    if let (false, Some(first)) = (
        placed.iter().any(|placed| placed.display.primary),
        placed.first_mut(),
    ) {
        first.display.primary = true;
    }
    placed.sort_by_key(|placed| !placed.display.primary);
    placed
}

impl Placed {
    /// The centre of a physical pixel, in the system's unit.
    fn to_unit(&self, x: i32, y: i32) -> (f64, f64) {
        let one = |value: i32, physical: i32, origin: f64| {
            (f64::from(value - physical) + 0.5) / self.scale + origin
        };
        (
            one(x, self.display.origin.0, self.origin.0),
            one(y, self.display.origin.1, self.origin.1),
        )
    }

    fn to_physical(&self, x: f64, y: f64) -> (i32, i32) {
        let one = |value: f64, physical: i32, origin: f64| {
            ((value - origin) * self.scale).floor() as i32 + physical
        };
        (
            one(x, self.display.origin.0, self.origin.0),
            one(y, self.display.origin.1, self.origin.1),
        )
    }

    fn covers(&self, x: f64, y: f64) -> bool {
        let size = self.display.size;
        let (w, h) = (
            f64::from(size.0) / self.scale,
            f64::from(size.1) / self.scale,
        );
        (self.origin.0..self.origin.0 + w).contains(&x)
            && (self.origin.1..self.origin.1 + h).contains(&y)
    }
}

/// From a physical pixel to the system's unit; `None` outside every display.
pub(crate) fn to_unit(displays: &[Placed], x: i32, y: i32) -> Option<(f64, f64)> {
    let display = displays
        .iter()
        .find(|placed| placed.display.rect().contains(x, y))?;
    Some(display.to_unit(x, y))
}

/// From the system's unit to a physical pixel; outside every display, as on the primary one.
pub(crate) fn to_physical(displays: &[Placed], x: f64, y: f64) -> (i32, i32) {
    let display = displays
        .iter()
        .find(|placed| placed.covers(x, y))
        .or(displays.first());
    display.map_or((x as i32, y as i32), |placed| placed.to_physical(x, y))
}

/// A rectangle of the system's unit in physical pixels, by the display its corner is on.
#[allow(dead_code)] // not on Linux, where windows are placed by the display they cover most
pub(crate) fn rect_to_physical(displays: &[Placed], at: (f64, f64), size: (f64, f64)) -> Rect {
    let display = displays
        .iter()
        .find(|placed| placed.covers(at.0, at.1))
        .or(displays.first());
    let scale = display.map_or(1.0, |placed| placed.scale);
    let (x, y) = to_physical(displays, at.0, at.1);
    Rect {
        x,
        y,
        w: (size.0 * scale).round() as u32,
        h: (size.1 * scale).round() as u32,
    }
}

/// A rectangle in the system's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(dead_code)] // only where the unit is not the pixel
pub(crate) struct InUnits {
    pub(crate) at: (f64, f64),
    pub(crate) size: (f64, f64),
    /// Physical pixels a unit.
    pub(crate) scale: f64,
}

/// A rectangle of physical pixels in the system's unit; `None` where its corner is outside
/// every display.
#[allow(dead_code)] // only where the unit is not the pixel
pub(crate) fn rect_to_unit(displays: &[Placed], rect: Rect) -> Option<InUnits> {
    let display = displays
        .iter()
        .find(|placed| placed.display.rect().contains(rect.x, rect.y))?;
    let (x, y) = display.to_unit(rect.x, rect.y);
    // Of the corner, not of the pixel's middle.
    let half = 0.5 / display.scale;
    Some(InUnits {
        at: (x - half, y - half),
        size: (
            f64::from(rect.w) / display.scale,
            f64::from(rect.h) / display.scale,
        ),
        scale: display.scale,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn told(number: u32, origin: (f64, f64), size: (f64, f64), unit: f64) -> Told {
        Told {
            number,
            name: number.to_string(),
            origin,
            size,
            unit,
            scale: unit,
            primary: number == 1,
        }
    }

    fn desk() -> Vec<Placed> {
        place(vec![
            told(2, (-1920.0, -100.0), (1920.0, 1080.0), 1.0),
            told(1, (0.0, 0.0), (1440.0, 900.0), 2.0),
            told(3, (1440.0, 0.0), (1280.0, 720.0), 1.5),
        ])
    }

    #[test]
    fn displays_of_mixed_scale_do_not_overlap() {
        let areas: Vec<Rect> = desk().iter().map(|placed| placed.display.rect()).collect();
        assert_eq!(
            areas,
            [
                Rect {
                    x: 0,
                    y: 0,
                    w: 2880,
                    h: 1800
                },
                Rect {
                    x: -3840,
                    y: -200,
                    w: 1920,
                    h: 1080
                },
                Rect {
                    x: 2880,
                    y: 0,
                    w: 1920,
                    h: 1080
                },
            ]
        );
        assert_eq!(to_unit(&desk(), 2879, 0), Some((1439.75, 0.25)));
        assert_eq!(to_unit(&desk(), -1000, 0), None);
        assert_eq!(
            rect_to_physical(&desk(), (1440.0, 10.0), (100.0, 50.0)),
            Rect {
                x: 2880,
                y: 15,
                w: 150,
                h: 75
            }
        );
        let back = Rect {
            x: 2880,
            y: 15,
            w: 150,
            h: 75,
        };
        assert_eq!(
            rect_to_unit(&desk(), back),
            Some(InUnits {
                at: (1440.0, 10.0),
                size: (100.0, 50.0),
                scale: 1.5
            })
        );
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same_pixel(at in 0usize..3, a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let desk = desk();
            let rect = desk[at].display.rect();
            let x = rect.x + (f64::from(rect.w) * a) as i32;
            let y = rect.y + (f64::from(rect.h) * b) as i32;
            let (ux, uy) = to_unit(&desk, x, y).unwrap();
            prop_assert_eq!(to_physical(&desk, ux, uy), (x, y));
        }
    }
}
