//! A capture's geometry, and the way from the model's numbers to the screen's pixels.
//!
//! Three spaces, each with its origin at the top left: *sent* pixels (the image
//! the model was given, continuous, so that the centre of pixel `k` is
//! `k + 0.5`), *physical* pixels (of the display, global over all displays, may
//! be negative), and the unit of the operating system's input (physical pixels
//! on X11 and Windows, points on macOS).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where the pixels of one capture lie on the desktop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Frame {
    /// The display.
    pub display: String,
    /// Top left corner, in global physical pixels.
    pub origin: (i32, i32),
    /// Width and height, in physical pixels.
    pub native: (u32, u32),
    /// Width and height of the image that was sent.
    pub sent: (u32, u32),
    /// Physical pixels per logical unit of the display.
    pub scale: f64,
    /// Hash of the monitor list at the time of the capture. An action whose
    /// frame has another layout than the present one is refused.
    pub layout: String,
}

impl Frame {
    /// From a continuous point of the sent image to a global physical pixel
    /// inside the display. Points outside are clamped to the outermost pixel.
    pub fn to_physical(&self, x: f64, y: f64) -> (i32, i32) {
        (
            self.origin.0 + scale_down(x, self.sent.0, self.native.0),
            self.origin.1 + scale_down(y, self.sent.1, self.native.1),
        )
    }

    /// From the pixel `(x, y)` of the sent image, by its centre.
    pub fn pixel_to_physical(&self, x: i64, y: i64) -> (i32, i32) {
        self.to_physical(x as f64 + 0.5, y as f64 + 0.5)
    }

    /// From a global physical pixel, by its centre, to a continuous point of the sent image.
    pub fn to_sent(&self, x: i32, y: i32) -> (f64, f64) {
        let back = |value: i32, origin: i32, sent: u32, native: u32| {
            (f64::from(value) - f64::from(origin) + 0.5) * f64::from(sent)
                / f64::from(native.max(1))
        };
        (
            back(x, self.origin.0, self.sent.0, self.native.0),
            back(y, self.origin.1, self.sent.1, self.native.1),
        )
    }

    /// From a global physical pixel to the pixel of the sent image it is shown in.
    pub fn to_sent_pixel(&self, x: i32, y: i32) -> (i64, i64) {
        let (x, y) = self.to_sent(x, y);
        (x.floor() as i64, y.floor() as i64)
    }

    /// Whether a global physical pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        let inside = |value: i32, origin: i32, size: u32| {
            let offset = i64::from(value) - i64::from(origin);
            (0..i64::from(size)).contains(&offset)
        };
        inside(x, self.origin.0, self.native.0) && inside(y, self.origin.1, self.native.1)
    }
}

/// A continuous position on a `from` long axis, as a pixel index of a `to` long axis.
fn scale_down(value: f64, from: u32, to: u32) -> i32 {
    let last = f64::from(to.max(1) - 1);
    let position = value * f64::from(to) / f64::from(from.max(1));
    if position.is_nan() {
        0
    } else {
        // A whole number that arithmetic left a hair below itself stays itself.
        (position + 1e-7).floor().clamp(0.0, last) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames() -> impl Strategy<Value = Frame> {
        (
            -8000i32..8000,
            -8000i32..8000,
            1u32..7680,
            1u32..4320,
            0.05f64..1.0,
        )
            .prop_map(|(x, y, width, height, shrink)| Frame {
                display: "d".to_owned(),
                origin: (x, y),
                native: (width, height),
                sent: (
                    ((f64::from(width) * shrink) as u32).max(1),
                    ((f64::from(height) * shrink) as u32).max(1),
                ),
                scale: 1.0,
                layout: String::new(),
            })
    }

    proptest! {
        #[test]
        fn model_to_physical_to_model_is_the_identity(frame in frames(), a in 0.0f64..1.0, b in 0.0f64..1.0) {
            let x = ((f64::from(frame.sent.0) * a) as i64).min(i64::from(frame.sent.0) - 1);
            let y = ((f64::from(frame.sent.1) * b) as i64).min(i64::from(frame.sent.1) - 1);
            let (px, py) = frame.pixel_to_physical(x, y);
            prop_assert!(frame.contains(px, py));
            prop_assert_eq!(frame.to_sent_pixel(px, py), (x, y));
        }

        #[test]
        fn physical_to_model_to_physical_stays_within_half_a_unit_and_half_a_pixel(
            frame in frames(), a in 0.0f64..1.0, b in 0.0f64..1.0
        ) {
            let x = frame.origin.0 + ((f64::from(frame.native.0) * a) as i32).min(frame.native.0 as i32 - 1);
            let y = frame.origin.1 + ((f64::from(frame.native.1) * b) as i32).min(frame.native.1 as i32 - 1);
            let (mx, my) = frame.to_sent_pixel(x, y);
            let (bx, by) = frame.pixel_to_physical(mx, my);
            let unit = |native: u32, sent: u32| f64::from(native) / f64::from(sent) / 2.0 + 0.5;
            prop_assert!(f64::from((bx - x).abs()) <= unit(frame.native.0, frame.sent.0) + 1e-9);
            prop_assert!(f64::from((by - y).abs()) <= unit(frame.native.1, frame.sent.1) + 1e-9);
        }

        #[test]
        fn never_outside_the_display(frame in frames(), x in proptest::num::f64::ANY, y in proptest::num::f64::ANY) {
            let (px, py) = frame.to_physical(x, y);
            prop_assert!(frame.contains(px, py));
        }
    }

    #[test]
    fn corners_of_a_shrunk_4k_display_left_of_the_primary() {
        let frame = Frame {
            display: "left".to_owned(),
            origin: (-3840, -200),
            native: (3840, 2160),
            sent: (1280, 720),
            scale: 2.0,
            layout: String::new(),
        };
        assert_eq!(frame.pixel_to_physical(0, 0), (-3839, -199));
        assert_eq!(frame.pixel_to_physical(1279, 719), (-2, 1958));
        assert_eq!(frame.pixel_to_physical(5000, -5), (-1, -200));
    }
}
