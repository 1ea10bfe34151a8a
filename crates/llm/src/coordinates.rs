//! What the numbers of a model's coordinates count: one rule a model family,
//! and its inverse.
//!
//! On the other side are continuous pixels of the image that was sent (the
//! centre of pixel `k` is `k + 0.5`), from which
//! [`interpreter_protocol::Frame`] leads to the screen.

use serde::Deserialize;

/// What the numbers of a model's coordinates count.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coordinates {
    /// Whole pixels of the image as sent.
    #[default]
    Pixels,
    /// Whole pixels of the image after the model's own resize.
    Resized {
        /// Sides are multiples of it.
        factor: u32,
        /// Least area, in pixels.
        min: u64,
        /// Greatest area, in pixels.
        max: u64,
    },
    /// From 0 to this number over width and height, both ends included (1, 100, 999, 1000).
    Scale(f64),
    /// Whole numbers below this one, which itself would be the far edge: 1000 for
    /// 0 to 999, where 500 is the middle.
    Cells(u32),
}

impl Coordinates {
    /// The least step between two numbers a model writes.
    pub fn unit(&self) -> f64 {
        match self {
            Self::Scale(steps) if *steps <= 1.0 => 1e-4,
            Self::Scale(steps) if *steps <= 100.0 => 0.1,
            _ => 1.0,
        }
    }

    /// What width and height of the image are in the model's numbers.
    pub fn span(&self, sent: (u32, u32)) -> (f64, f64) {
        let whole = |size: (u32, u32)| (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
        match *self {
            Self::Pixels => whole(sent),
            Self::Resized { factor, min, max } => whole(smart_resize(sent, factor, min, max)),
            // A scale without steps would name no place at all.
            Self::Scale(steps) if steps > 0.0 => (steps, steps),
            Self::Scale(_) => (1.0, 1.0),
            Self::Cells(cells) => whole((cells, cells)),
        }
    }

    /// From the model's numbers to continuous pixels of the sent image. A whole
    /// pixel means its centre. Numbers outside come out on the border.
    pub fn to_sent(&self, (x, y): (f64, f64), sent: (u32, u32)) -> (f64, f64) {
        let span = self.span(sent);
        let axis = |value: f64, span: f64, size: u32| {
            let value = match self {
                Self::Pixels | Self::Resized { .. } => centre(value),
                Self::Scale(_) | Self::Cells(_) => value,
            };
            let size = f64::from(size);
            let point = value * size / span;
            if point.is_nan() {
                0.0
            } else {
                point.clamp(0.0, size)
            }
        };
        (axis(x, span.0, sent.0), axis(y, span.1, sent.1))
    }

    /// From a continuous point of the sent image to the number nearest to it that
    /// the model could have written.
    pub fn from_sent(&self, (x, y): (f64, f64), sent: (u32, u32)) -> (f64, f64) {
        let span = self.span(sent);
        let axis = |value: f64, span: f64, size: u32| {
            let position = value * span / f64::from(size.max(1));
            let position = if position.is_nan() { 0.0 } else { position };
            match self {
                // The pixel the point lies in.
                Self::Pixels | Self::Resized { .. } => (position + HAIR).floor(),
                Self::Scale(_) | Self::Cells(_) => {
                    let parts = (1.0 / self.unit()).round();
                    // Halves go down, so that a pixel's centre never becomes the next number.
                    (position * parts - 0.5 - HAIR).ceil() / parts
                }
            }
            .clamp(0.0, self.last(span))
        };
        (axis(x, span.0, sent.0), axis(y, span.1, sent.1))
    }

    /// Whether the model's numbers lie on the image, give or take 5 %.
    /// What lies further outside should be refused, not moved.
    pub fn inside(&self, (x, y): (f64, f64), sent: (u32, u32)) -> bool {
        let span = self.span(sent);
        let near = |value: f64, span: f64| (-0.05 * span..=1.05 * span).contains(&value);
        near(x, span.0) && near(y, span.1)
    }

    /// The frame, as a model is told of it.
    pub(crate) fn words(&self, sent: (u32, u32)) -> String {
        match self {
            Self::Pixels => format!(
                "in pixels of the {}x{} screenshot, from its top left corner",
                sent.0, sent.1
            ),
            Self::Resized { .. } => {
                let (width, height) = self.span(sent);
                format!("in pixels of the {width}x{height} screenshot, from its top left corner")
            }
            Self::Scale(_) | Self::Cells(_) => format!(
                "from 0 to {} over the width and the height of the screenshot, from its top left corner",
                self.last(self.span(sent).0)
            ),
        }
    }

    /// The greatest number a model writes on an axis.
    fn last(&self, span: f64) -> f64 {
        match self {
            Self::Scale(_) => span,
            _ => (span - 1.0).max(0.0),
        }
    }
}

/// What arithmetic may be off by.
const HAIR: f64 = 1e-7;

/// Models name whole pixels, and mean their centres; one that gives fractions means those.
fn centre(value: f64) -> f64 {
    if value.fract() == 0.0 {
        value + 0.5
    } else {
        value
    }
}

/// The size Qwen-like models resize a picture to by themselves. Sides become
/// multiples of `factor`, the area stays between `min` and `max` pixels.
pub fn smart_resize(size: (u32, u32), factor: u32, min: u64, max: u64) -> (u32, u32) {
    let (width, height) = (f64::from(size.0.max(1)), f64::from(size.1.max(1)));
    let step = f64::from(factor.max(1));
    let near = |side: f64| ((side / step).round_ties_even() * step).max(step);
    let (mut new_width, mut new_height) = (near(width), near(height));
    if new_width * new_height > max as f64 {
        let shrink = (width * height / max as f64).sqrt();
        new_width = ((width / shrink / step).floor() * step).max(step);
        new_height = ((height / shrink / step).floor() * step).max(step);
    } else if new_width * new_height < min as f64 {
        let grow = (min as f64 / (width * height)).sqrt();
        new_width = (width * grow / step).ceil() * step;
        new_height = (height * grow / step).ceil() * step;
    }
    (new_width as u32, new_height as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RESIZED: Coordinates = Coordinates::Resized {
        factor: 28,
        min: 3136,
        max: 12_845_056,
    };

    #[test]
    fn smart_resize_agrees_with_the_published_examples() {
        let check = |size, factor, max, expected| {
            assert_eq!(
                smart_resize(size, factor, 3136, max),
                expected,
                "{size:?} {factor}"
            );
        };
        check((1920, 1080), 28, 12_845_056, (1932, 1092));
        check((2560, 1440), 28, 12_845_056, (2548, 1428));
        check((1920, 1080), 32, 16_777_216, (1920, 1088));
        check((1920, 1080), 28, 1_003_520, (1316, 728));
    }

    #[test]
    fn points_land_where_the_model_meant() {
        let check = |coordinates: Coordinates, point, expected: (f64, f64)| {
            let found = coordinates.to_sent(point, (1280, 800));
            assert_eq!(found, expected, "{coordinates:?}");
        };
        check(Coordinates::Pixels, (24.0, 12.0), (24.5, 12.5));
        check(Coordinates::Pixels, (24.25, 12.75), (24.25, 12.75));
        check(Coordinates::Pixels, (-3.0, 5000.0), (0.0, 800.0));
        check(Coordinates::Pixels, (f64::NAN, f64::INFINITY), (0.0, 800.0));
        check(Coordinates::Scale(1000.0), (500.0, 62.0), (640.0, 49.6));
        check(Coordinates::Scale(1.0), (0.25, 0.5), (320.0, 400.0));
        check(Coordinates::Scale(100.0), (50.0, 100.0), (640.0, 800.0));
        check(Coordinates::Scale(999.0), (999.0, 0.0), (1280.0, 0.0));
        check(Coordinates::Cells(1000), (500.0, 999.0), (640.0, 799.2));
        // 1280x800 is 1288x812 after a resize by 28.
        check(
            RESIZED,
            (644.0, 406.0),
            (644.5 * 1280.0 / 1288.0, 406.5 * 800.0 / 812.0),
        );
    }

    #[test]
    fn points_are_named_as_the_model_would_name_them() {
        let check = |coordinates: Coordinates, point, expected: (f64, f64)| {
            let found = coordinates.from_sent(point, (1280, 800));
            assert_eq!(found, expected, "{coordinates:?}");
        };
        check(Coordinates::Pixels, (24.5, 12.99), (24.0, 12.0));
        check(Coordinates::Pixels, (-9.0, 9000.0), (0.0, 799.0));
        check(RESIZED, (644.5 * 1280.0 / 1288.0, 800.0), (644.0, 811.0));
        check(Coordinates::Scale(1000.0), (640.0, 800.0), (500.0, 1000.0));
        check(Coordinates::Cells(1000), (640.0, 800.0), (500.0, 999.0));
        check(Coordinates::Scale(1.0), (320.0, 799.99), (0.25, 1.0));
        check(Coordinates::Scale(100.0), (641.0, 0.0), (50.1, 0.0));
        check(Coordinates::Scale(0.0), (f64::NAN, 0.0), (0.0, 0.0));
    }

    #[test]
    fn far_outside_is_told_apart_from_slightly_outside() {
        let check = |coordinates: Coordinates, point, expected| {
            assert_eq!(
                coordinates.inside(point, (1280, 800)),
                expected,
                "{point:?}"
            );
        };
        check(Coordinates::Pixels, (1290.0, 810.0), true);
        check(Coordinates::Pixels, (1400.0, 10.0), false);
        check(Coordinates::Pixels, (f64::NAN, 10.0), false);
        check(Coordinates::Scale(1000.0), (1004.0, 0.0), true);
        check(Coordinates::Scale(1000.0), (1100.0, 0.0), false);
        check(Coordinates::Cells(1000), (1000.0, -10.0), true);
    }

    #[test]
    fn the_frame_is_told_in_words() {
        let check = |coordinates: Coordinates, expected: &str| {
            let told = coordinates.words((1280, 800));
            assert!(told.starts_with(expected), "{told}");
        };
        check(Coordinates::Pixels, "in pixels of the 1280x800 screenshot,");
        check(RESIZED, "in pixels of the 1288x812 screenshot,");
        check(Coordinates::Cells(1000), "from 0 to 999 over");
        check(Coordinates::Scale(1000.0), "from 0 to 1000 over");
    }

    proptest! {
        #[test]
        fn whatever_is_said_comes_out_on_the_image(
            x in proptest::num::f64::ANY, y in proptest::num::f64::ANY,
            width in 0u32..10_000, height in 0u32..10_000,
            kind in prop::sample::select(vec![
                Coordinates::Pixels, RESIZED, Coordinates::Scale(1.0), Coordinates::Scale(1000.0),
                Coordinates::Scale(f64::NAN), Coordinates::Cells(1000), Coordinates::Cells(0),
            ]),
        ) {
            let sent = (width, height);
            let (a, b) = kind.to_sent((x, y), sent);
            prop_assert!((0.0..=f64::from(width)).contains(&a) && (0.0..=f64::from(height)).contains(&b));
            let (a, b) = kind.from_sent((x, y), sent);
            prop_assert!(a.is_finite() && b.is_finite() && kind.inside((a, b), sent));
        }
    }
}
