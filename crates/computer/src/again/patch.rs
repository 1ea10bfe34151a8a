//! Whether a place looks as it did: the surroundings of two points, compared.

use interpreter_perception::Pixels;
use interpreter_protocol::Frame;

use crate::platform::Rect;
use crate::{ComputerError, image};

/// The surroundings, in physical pixels: half of them to each side.
const ACROSS: u32 = 96;
const DOWN: u32 = 40;
/// Two pixels whose colours are this far apart are different.
const FAR: u8 = 48;
/// So many of a thousand pixels may be.
const MOST: usize = 25;
/// A window moves by whole pixels; a smaller picture of it by parts of one.
const SHIFT: i64 = 2;

/// The surroundings of a point.
pub(super) fn around((x, y): (i32, i32)) -> Rect {
    Rect {
        x: x.saturating_sub_unsigned(ACROSS / 2),
        y: y.saturating_sub_unsigned(DOWN / 2),
        w: ACROSS,
        h: DOWN,
    }
}

/// The surroundings of a recorded point in the picture of its frame; none where the
/// picture cannot be read, or the point is at its edge.
pub(super) fn of_picture(png: &[u8], frame: &Frame, point: (i32, i32)) -> Option<Pixels> {
    let picture = image::decode(png).ok()?;
    let part = around(point);
    let across = f64::from(picture.width) / f64::from(frame.native.0.max(1));
    let down = f64::from(picture.height) / f64::from(frame.native.1.max(1));
    let at = |at: i32, origin: i32, scale: f64| {
        let at = (f64::from(at) - f64::from(origin)) * scale;
        (at >= -0.5).then_some(at.round() as u32)
    };
    let (x, y) = (
        at(part.x, frame.origin.0, across)?,
        at(part.y, frame.origin.1, down)?,
    );
    let (w, h) = scaled(&picture, frame);
    (x + w <= picture.width && y + h <= picture.height).then(|| crop(&picture, (x, y), (w, h)))
}

/// The size of the surroundings in a picture of a frame.
fn scaled(picture: &Pixels, frame: &Frame) -> (u32, u32) {
    let size = |size: u32, picture: u32, native: u32| {
        let scale = f64::from(picture) / f64::from(native.max(1));
        ((f64::from(size) * scale).round() as u32).max(1)
    };
    (
        size(ACROSS, picture.width, frame.native.0),
        size(DOWN, picture.height, frame.native.1),
    )
}

/// Whether what is there now looks the same.
pub(super) fn alike(old: &Pixels, now: Pixels) -> Result<bool, ComputerError> {
    let now = image::resize(now, (old.width, old.height))?;
    let shifts = (-SHIFT..=SHIFT).flat_map(|dy| (-SHIFT..=SHIFT).map(move |dx| (dx, dy)));
    let least = shifts.map(|shift| different(old, &now, shift)).min();
    Ok(least.is_some_and(|least| least <= MOST))
}

/// How many of a thousand pixels differ, where one is shifted.
fn different(old: &Pixels, now: &Pixels, (dx, dy): (i64, i64)) -> usize {
    let (mut all, mut far) = (0usize, 0usize);
    for y in 0..old.height {
        for x in 0..old.width {
            let (x2, y2) = (i64::from(x) + dx, i64::from(y) + dy);
            let (Ok(x2), Ok(y2)) = (u32::try_from(x2), u32::try_from(y2)) else {
                continue;
            };
            if let (Some(one), Some(two)) = (old.at(x, y), now.at(x2, y2)) {
                all += 1;
                let apart = one.iter().zip(&two).any(|(a, b)| a.abs_diff(*b) > FAR);
                far += usize::from(apart);
            }
        }
    }
    (far * 1000).checked_div(all).unwrap_or(1000)
}

/// A part of a picture.
pub(super) fn crop(pixels: &Pixels, (x, y): (u32, u32), (w, h): (u32, u32)) -> Pixels {
    let line = |row: u32| {
        let start = (row as usize * pixels.width as usize + x as usize) * 3;
        let end = start + w as usize * 3;
        pixels.rgb.get(start..end).unwrap_or_default()
    };
    Pixels {
        width: w,
        height: h,
        rgb: (y..y + h).flat_map(line).copied().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const SCREEN: Rect = Rect {
        x: 0,
        y: 0,
        w: 400,
        h: 300,
    };

    fn picture(marks: &[Rect], background: [u8; 3]) -> Pixels {
        let mut pixels = Pixels::filled(400, 300, background);
        image::paint_out(&mut pixels, SCREEN, marks);
        pixels
    }

    fn frame() -> Frame {
        Frame {
            display: String::new(),
            origin: (0, 0),
            native: (400, 300),
            sent: (400, 300),
            scale: 1.0,
            layout: String::new(),
        }
    }

    fn part(pixels: &Pixels, rect: Rect) -> Pixels {
        crop(pixels, (rect.x as u32, rect.y as u32), (rect.w, rect.h))
    }

    #[test]
    fn a_place_looks_the_same_or_not() {
        let mark = |x, y, w| Rect { x, y, w, h: 12 };
        let white = [255; 3];
        let old = picture(&[mark(190, 144, 20)], white);
        let png = image::png(&old).unwrap();
        let point = (200, 150);
        let patch = of_picture(&png, &frame(), point).unwrap();
        assert_eq!((patch.width, patch.height), (ACROSS, DOWN));
        let check = |now: Pixels, at: (i32, i32), expected: bool| {
            let there = part(&now, around(at));
            assert_eq!(alike(&patch, there).unwrap(), expected);
        };
        check(old, point, true);
        // It moved, and one looks where it went.
        check(picture(&[mark(120, 84, 20)], white), (130, 90), true);
        check(picture(&[mark(120, 84, 20)], white), point, false);
        // Another word, and another colour.
        check(picture(&[mark(190, 144, 34)], white), point, false);
        check(picture(&[mark(190, 144, 20)], [40; 3]), point, false);
        // A cursor that blinks.
        let cursor = Rect {
            x: 230,
            y: 140,
            w: 1,
            h: 16,
        };
        check(picture(&[mark(190, 144, 20), cursor], white), point, true);
        assert_eq!(of_picture(&png, &frame(), (5, 5)), None);
    }
}
