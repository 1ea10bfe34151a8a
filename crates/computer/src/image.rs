//! Pixels to pictures: resizing, encoding, reading, comparing, painting out.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};
use std::io::Cursor;
use std::path::Path;

use fast_image_resize as fir;
use interpreter_perception::Pixels;

use crate::ComputerError;
use crate::platform::Rect;

/// What own windows are painted with.
const FLAT: [u8; 3] = [128, 128, 128];

/// Resizes with Catmull-Rom. The same size costs nothing.
pub(crate) fn resize(pixels: Pixels, size: (u32, u32)) -> Result<Pixels, ComputerError> {
    if (pixels.width, pixels.height) == size {
        return Ok(pixels);
    }
    let failed = |error: String| ComputerError::failed(format!("Resizing the picture: {error}."));
    let source = fir::images::ImageRef::new(
        pixels.width,
        pixels.height,
        &pixels.rgb,
        fir::PixelType::U8x3,
    )
    .map_err(|error| failed(error.to_string()))?;
    let mut target = fir::images::Image::new(size.0.max(1), size.1.max(1), fir::PixelType::U8x3);
    let options = fir::ResizeOptions::new()
        .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::CatmullRom));
    fir::Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(error.to_string()))?;
    Ok(Pixels {
        width: size.0.max(1),
        height: size.1.max(1),
        rgb: target.into_vec(),
    })
}

/// Encodes as PNG, for speed rather than size.
pub(crate) fn png(pixels: &Pixels) -> Result<Vec<u8>, ComputerError> {
    let failed = |error: png::EncodingError| {
        ComputerError::failed(format!("Encoding the picture: {error}."))
    };
    let mut bytes = Vec::with_capacity(pixels.rgb.len() / 8);
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&pixels.rgb).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Reads a PNG file of any colour type.
pub(crate) fn read_png(path: &Path) -> Result<Pixels, ComputerError> {
    let bad = |reason: String| {
        ComputerError::bad(
            format!(
                "The screenshot {} cannot be read: {reason}.",
                path.display()
            ),
            "Give the path of a PNG file, or leave `screenshot` out to look at the screen.",
        )
    };
    let bytes = std::fs::read(path).map_err(|error| bad(error.to_string()))?;
    decode(&bytes).map_err(bad)
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Pixels, String> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let size = reader.output_buffer_size().ok_or("it is too large")?;
    let mut buffer = vec![0; size];
    let info = reader
        .next_frame(&mut buffer)
        .map_err(|error| error.to_string())?;
    buffer.truncate(info.buffer_size());
    let rgb = match info.color_type {
        png::ColorType::Rgb => buffer,
        png::ColorType::Rgba => buffer
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect(),
        png::ColorType::Grayscale => buffer.iter().flat_map(|p| [*p; 3]).collect(),
        png::ColorType::GrayscaleAlpha => buffer.chunks_exact(2).flat_map(|p| [p[0]; 3]).collect(),
        png::ColorType::Indexed => return Err("its palette was not expanded".into()),
    };
    Ok(Pixels {
        width: info.width,
        height: info.height,
        rgb,
    })
}

/// A hash that tells pictures apart. Not for storage: it may differ between versions.
pub(crate) fn hash(pixels: &Pixels) -> String {
    let mut hasher = DefaultHasher::new();
    hasher.write_u32(pixels.width);
    hasher.write_u32(pixels.height);
    hasher.write(&pixels.rgb);
    format!("{:016x}", hasher.finish())
}

/// Paints parts flat. `area` is where the pixels lie on the desktop.
pub(crate) fn paint_out(pixels: &mut Pixels, area: Rect, parts: &[Rect]) {
    paint(pixels, area, parts, FLAT);
}

/// Paints parts in one colour. `area` is where the pixels lie on the desktop.
pub(crate) fn paint(pixels: &mut Pixels, area: Rect, parts: &[Rect], colour: [u8; 3]) {
    for part in parts {
        let Some(part) = part.intersection(area) else {
            continue;
        };
        let left = (part.x - area.x) as usize * 3;
        for row in 0..part.h as usize {
            let y = (part.y - area.y) as usize + row;
            let start = y * pixels.width as usize * 3 + left;
            if let Some(line) = pixels.rgb.get_mut(start..start + part.w as usize * 3) {
                for pixel in line.chunks_exact_mut(3) {
                    pixel.copy_from_slice(&colour);
                }
            }
        }
    }
}

/// What of `rect` is left when `cut` is taken away.
pub(crate) fn subtract(rect: Rect, cut: Rect) -> Vec<Rect> {
    let Some(hole) = rect.intersection(cut) else {
        return vec![rect];
    };
    let above = (hole.y - rect.y) as u32;
    let before = (hole.x - rect.x) as u32;
    let below_y = hole.y.saturating_add_unsigned(hole.h);
    let after_x = hole.x.saturating_add_unsigned(hole.w);
    [
        Rect { h: above, ..rect },
        Rect {
            y: below_y,
            h: rect.h - above - hole.h,
            ..rect
        },
        Rect {
            y: hole.y,
            h: hole.h,
            w: before,
            ..rect
        },
        Rect {
            x: after_x,
            y: hole.y,
            w: rect.w - before - hole.w,
            h: hole.h,
        },
    ]
    .into_iter()
    .filter(|part| part.w > 0 && part.h > 0)
    .collect()
}

/// The second picture as it would be had the pointer, whose image is painted into
/// both, not moved from one place (the middle of a rectangle) to the other. What
/// else changed there stays; where only one place is known, all around it is
/// taken back.
pub(crate) fn without_pointer<'p>(
    (before, from): (&Pixels, Option<Rect>),
    (after, to): (&'p Pixels, Option<Rect>),
    area: Rect,
) -> Cow<'p, Pixels> {
    let same_size = (before.width, before.height) == (after.width, after.height);
    let inside = |rect: &Rect| rect.intersection(area).is_some();
    let (from, to) = (from.filter(inside), to.filter(inside));
    if !same_size || from == to {
        return Cow::Borrowed(after);
    }
    let mut still = after.clone();
    let at = |rect: Rect, x: u32, y: u32| {
        let (x, y) = (rect.x - area.x + x as i32, rect.y - area.y + y as i32);
        let inside =
            (0..before.width as i32).contains(&x) && (0..before.height as i32).contains(&y);
        inside.then(|| (y as usize * before.width as usize + x as usize) * 3)
    };
    let mut take_back = |place: usize| {
        if let (Some(old), Some(new)) = (
            before.rgb.get(place..place + 3),
            still.rgb.get_mut(place..place + 3),
        ) {
            new.copy_from_slice(old);
        }
    };
    let around = from.or(to).unwrap_or_default();
    // The image is what went from one place and came at the other; where both
    // places overlap, a row of it went that ends in what came, or the other way
    // round. What merely changed beside it does neither.
    let alike = |one: &Pixels, left: usize, other: &Pixels, right: usize| {
        one.rgb.get(left..left + 3) == other.rgb.get(right..right + 3)
    };
    let places = |x: i32, y: i32| {
        let size = 0..around.w as i32;
        let inside = size.contains(&x) && (0..around.h as i32).contains(&y);
        let (from, to) = from.zip(to).filter(|_| inside)?;
        Some((at(from, x as u32, y as u32)?, at(to, x as u32, y as u32)?))
    };
    let way = match (from, to) {
        (Some(from), Some(to)) => (to.x - from.x, to.y - from.y),
        _ => (0, 0),
    };
    let in_row = |x: u32, y: u32, back: bool| {
        let (mut x, mut y) = (x as i32, y as i32);
        while let Some((left, reached)) = places(x, y) {
            let end = if back { left } else { reached };
            if !alike(before, left, after, reached) {
                return false;
            }
            if !alike(before, end, after, end) {
                return true;
            }
            let sign = if back { -1 } else { 1 };
            (x, y) = (x + sign * way.0, y + sign * way.1);
        }
        false
    };
    // Its edge is mixed with what lies below, so a little around it belongs to it.
    let edge = around.w / 20;
    for (y, x) in (0..around.h).flat_map(|y| (0..around.w).map(move |x| (y, x))) {
        let places = [from, to].map(|rect| rect.and_then(|rect| at(rect, x, y)));
        let [Some(left), Some(reached)] = places else {
            places.into_iter().flatten().for_each(&mut take_back);
            continue;
        };
        let gone = !alike(before, left, after, left) && in_row(x, y, false);
        if !gone && (alike(before, reached, after, reached) || !in_row(x, y, true)) {
            continue;
        }
        for near_y in y.saturating_sub(edge)..=y + edge {
            for near_x in x.saturating_sub(edge)..=x + edge {
                let near = [from, to].map(|rect| rect.and_then(|rect| at(rect, near_x, near_y)));
                near.into_iter().flatten().for_each(&mut take_back);
            }
        }
    }
    Cow::Owned(still)
}

/// The bounding box of pixels that differ, and how many do, within `part` of two
/// pictures of one size; in the coordinates of the pictures.
pub(crate) fn difference(a: &Pixels, b: &Pixels, part: Rect) -> Option<(Rect, u64)> {
    let whole = Rect {
        x: 0,
        y: 0,
        w: a.width,
        h: a.height,
    };
    if (a.width, a.height) != (b.width, b.height) {
        return Some((whole, u64::from(whole.w) * u64::from(whole.h)));
    }
    let part = part.intersection(whole)?;
    let mut found: Option<Rect> = None;
    let mut count = 0;
    for row in 0..part.h {
        let y = part.y as u32 + row;
        let start = (y as usize * a.width as usize + part.x as usize) * 3;
        let end = start + part.w as usize * 3;
        let (Some(one), Some(two)) = (a.rgb.get(start..end), b.rgb.get(start..end)) else {
            continue;
        };
        if one == two {
            continue;
        }
        let mut first = None;
        let mut last = 0;
        for (x, (p, q)) in one.chunks_exact(3).zip(two.chunks_exact(3)).enumerate() {
            if p != q {
                count += 1;
                first.get_or_insert(x);
                last = x;
            }
        }
        if let Some(first) = first {
            let line = Rect {
                x: part.x + first as i32,
                y: y as i32,
                w: (last - first + 1) as u32,
                h: 1,
            };
            found = Some(found.map_or(line, |rect| rect.union(line)));
        }
    }
    found.map(|rect| (rect, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn small() -> impl Strategy<Value = Rect> {
        (-20i32..20, -20i32..20, 1u32..20, 1u32..20).prop_map(|(x, y, w, h)| Rect { x, y, w, h })
    }

    proptest! {
        #[test]
        fn what_is_left_and_what_is_cut_are_the_whole(rect in small(), cut in small()) {
            let parts = subtract(rect, cut);
            for x in -20..40 {
                for y in -20..40 {
                    let inside = parts.iter().filter(|part| part.contains(x, y)).count();
                    let expected = usize::from(rect.contains(x, y) && !cut.contains(x, y));
                    prop_assert_eq!(inside, expected);
                }
            }
        }

        #[test]
        fn a_png_is_read_as_it_was_written(w in 1u32..40, h in 1u32..40, seed: u8) {
            let rgb = (0..w * h * 3).map(|i| (i as u8).wrapping_mul(seed)).collect();
            let pixels = Pixels { width: w, height: h, rgb };
            prop_assert_eq!(decode(&png(&pixels).unwrap()), Ok(pixels));
        }
    }

    #[test]
    fn resizing_keeps_a_square_in_its_place() {
        let area = Rect {
            x: 0,
            y: 0,
            w: 100,
            h: 60,
        };
        let mut pixels = Pixels::filled(100, 60, [255; 3]);
        paint_out(
            &mut pixels,
            area,
            &[Rect {
                x: 40,
                y: 20,
                w: 20,
                h: 20,
            }],
        );
        let half = resize(pixels, (50, 30)).unwrap();
        assert_eq!(half.at(25, 15), Some(FLAT));
        assert_eq!(half.at(15, 15), Some([255; 3]));
        assert_eq!(half.at(35, 15), Some([255; 3]));
        assert!(half.is_whole());
    }

    #[test]
    fn a_pointer_that_moved_is_no_change() {
        let rect = |x, y, w, h| Rect { x, y, w, h };
        let area = rect(-50, 10, 100, 60);
        let around = |x, y| Some(rect(x - 4, y - 4, 8, 8));
        let picture = |pointer: (i32, i32), more: &[Rect]| {
            let mut pixels = Pixels::filled(100, 60, [0; 3]);
            paint_out(&mut pixels, area, more);
            paint_out(&mut pixels, area, &[rect(pointer.0, pointer.1, 3, 2)]);
            pixels
        };
        let all = rect(0, 0, 100, 60);
        let check = |after: &Pixels, to, expected| {
            let before = picture((-40, 20), &[]);
            let still = without_pointer((&before, around(-40, 20)), (after, to), area);
            assert_eq!(difference(&before, &still, all), expected);
        };
        check(&picture((0, 40), &[]), around(0, 40), None);
        // Beside it something else has changed, and is seen.
        let mark = rect(-3, 38, 2, 2);
        let seen = Some((rect(47, 28, 2, 2), 4));
        check(&picture((0, 40), &[mark]), around(0, 40), seen);
        // It moved by less than its own size, and something beside it has changed.
        let mark = rect(-44, 19, 2, 2);
        let beside = Some((rect(6, 9, 2, 2), 4));
        check(&picture((-40, 21), &[mark]), around(-40, 21), beside);
        check(&picture((-40, 21), &[]), around(-40, 21), None);
        check(&picture((-39, 20), &[]), around(-39, 20), None);
        // At the edge a part of it is cut off.
        check(&picture((48, 40), &[]), around(48, 40), None);
        // It did not move: nothing is taken back.
        let moved = Some((rect(50, 30, 3, 2), 6));
        let both = picture((0, 40), &[rect(-40, 20, 3, 2)]);
        check(&both, around(-40, 20), moved);
        check(&picture((0, 40), &[]), None, moved);
    }

    #[test]
    fn differences_are_found_where_they_are() {
        let area = Rect {
            x: -50,
            y: 10,
            w: 100,
            h: 60,
        };
        let one = Pixels::filled(100, 60, [0; 3]);
        let mut two = one.clone();
        paint_out(
            &mut two,
            area,
            &[Rect {
                x: -40,
                y: 20,
                w: 3,
                h: 2,
            }],
        );
        let whole = Rect {
            x: 0,
            y: 0,
            w: 100,
            h: 60,
        };
        assert_eq!(
            difference(&one, &two, whole),
            Some((
                Rect {
                    x: 10,
                    y: 10,
                    w: 3,
                    h: 2
                },
                6
            ))
        );
        assert_eq!(difference(&one, &one, whole), None);
        assert_eq!(
            difference(
                &one,
                &two,
                Rect {
                    x: 50,
                    y: 0,
                    w: 90,
                    h: 90
                }
            ),
            None
        );
        assert_ne!(hash(&one), hash(&two));
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("no.png");
        assert!(read_png(&path).unwrap_err().to_string().contains("no.png"));
        std::fs::write(&path, b"not a picture").unwrap();
        let error = read_png(&path).unwrap_err();
        assert!(error.to_string().contains("cannot be read"), "{error}");
    }
}
