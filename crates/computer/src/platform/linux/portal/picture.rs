//! A picture of the whole desktop, and the displays in it.
//!
//! Desktops paint all displays into one picture, in the largest scale of them all: one
//! of a smaller scale is enlarged there, and made its own size again here.

use std::io::Cursor;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::SystemTime;

use fast_image_resize as fir;
use interpreter_perception::Pixels;

use super::super::wayland::Monitor;
use super::trouble::failed;
use crate::platform::{PlatformError, Rect, Result};

const DOING: &str = "reading the desktop's picture";
/// Clocks of files are coarse.
const COARSE: std::time::Duration = std::time::Duration::from_secs(2);

/// Reads the picture at an address and deletes it, if it was made since `asked`.
pub(super) fn fetch(address: &str, asked: SystemTime) -> Result<Pixels> {
    let path = path(address).ok_or_else(|| failed(DOING, format!("it is at {address}")))?;
    let read = read(&path);
    // Nothing of the person's: what was there before stays.
    let made = std::fs::symlink_metadata(&path).and_then(|meta| meta.modified());
    if made.is_ok_and(|made| made + COARSE >= asked)
        && let Err(error) = std::fs::remove_file(&path)
    {
        tracing::warn!(%error, path = %path.display(), "a picture of the screen is left behind");
    }
    decode(&read?)
}

fn read(path: &std::path::Path) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let nofollow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
    let opened = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(nofollow)
        .open(path);
    let mut bytes = Vec::new();
    opened
        .and_then(|mut file| file.read_to_end(&mut bytes))
        .map_err(|error| failed(DOING, error))?;
    Ok(bytes)
}

/// The path of a `file:` address.
fn path(address: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    let rest = address.strip_prefix("file://")?;
    // A host may stand there; only this machine's files are meant.
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    if !rest.starts_with('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.bytes();
    while let Some(byte) = left.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(left.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push((high * 16 + low) as u8);
    }
    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

fn decode(bytes: &[u8]) -> Result<Pixels> {
    let bad = |error: png::DecodingError| failed(DOING, error);
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(bad)?;
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| failed(DOING, "it is too large"))?;
    let mut buffer = vec![0; size];
    let info = reader.next_frame(&mut buffer).map_err(bad)?;
    buffer.truncate(info.buffer_size());
    let rgb = match info.color_type.samples() {
        3 => buffer,
        4 => buffer
            .chunks_exact(4)
            .flat_map(|p| [p[0], p[1], p[2]])
            .collect(),
        1 => buffer.iter().flat_map(|p| [*p; 3]).collect(),
        _ => buffer.chunks_exact(2).flat_map(|p| [p[0]; 3]).collect(),
    };
    Ok(Pixels {
        width: info.width,
        height: info.height,
        rgb,
    })
}

/// The pixels of an area of the desktop; black where there is no display.
///
/// # Errors
/// `Gone` when the area lies on no display; `Failed` where the picture does not fit
/// the displays: then it is not known what lies where.
pub(super) fn cut(whole: &Pixels, monitors: &[Monitor], area: Rect) -> Result<Pixels> {
    let scale = fit(whole, monitors)?;
    let left = monitors.iter().map(|one| one.at.0).min().unwrap_or(0);
    let top = monitors.iter().map(|one| one.at.1).min().unwrap_or(0);
    let mut target = Pixels::filled(area.w, area.h, [0; 3]);
    let mut any = false;
    for monitor in monitors {
        let Some(part) = monitor.display.rect().intersection(area) else {
            continue;
        };
        any = true;
        let edge = |value: i32| (f64::from(value) * scale).round() as i32;
        let (x, y) = (edge(monitor.at.0 - left), edge(monitor.at.1 - top));
        let shown = Rect {
            x,
            y,
            w: (edge(monitor.at.0 + monitor.size.0 - left) - x) as u32,
            h: (edge(monitor.at.1 + monitor.size.1 - top) - y) as u32,
        };
        let own = resized(crop(whole, shown), monitor.display.size)?;
        paste(&own, monitor.display.rect(), part, &mut target, area);
    }
    if !any || area.w == 0 || area.h == 0 {
        return Err(PlatformError::Gone(format!(
            "the area {}x{} at ({}, {}) does not lie on a display",
            area.w, area.h, area.x, area.y
        )));
    }
    Ok(target)
}

/// Pixels of the picture a logical unit.
fn fit(whole: &Pixels, monitors: &[Monitor]) -> Result<f64> {
    let far = |at: i32, size: i32| at.saturating_add(size);
    let span = |near: Option<i32>, far: Option<i32>| Some(f64::from(far? - near?));
    let width = span(
        monitors.iter().map(|one| one.at.0).min(),
        monitors.iter().map(|one| far(one.at.0, one.size.0)).max(),
    );
    let height = span(
        monitors.iter().map(|one| one.at.1).min(),
        monitors.iter().map(|one| far(one.at.1, one.size.1)).max(),
    );
    let does_not = |what: String| failed(DOING, what);
    let (Some(width), Some(height)) = (width, height) else {
        return Err(does_not("there is no display".to_owned()));
    };
    let scale = f64::from(whole.width) / width;
    // Sizes are rounded, on both sides.
    let off = (f64::from(whole.height) - height * scale).abs();
    if !scale.is_finite() || scale <= 0.0 || off > scale.max(1.0) * 2.0 {
        return Err(does_not(format!(
            "it is {}x{} and the displays cover {width}x{height}; it is not known what lies where",
            whole.width, whole.height
        )));
    }
    Ok(scale)
}

/// A part of a picture; its last pixels again where it reaches over the edge.
fn crop(whole: &Pixels, part: Rect) -> Pixels {
    let (w, h) = (part.w.max(1), part.h.max(1));
    let wanted = w as usize * 3;
    let mut rgb: Vec<u8> = Vec::with_capacity(wanted * h as usize);
    let last = |size: u32| size.saturating_sub(1) as i32;
    let left = part.x.clamp(0, last(whole.width)) as usize * 3;
    for y in 0..h as i32 {
        let row = (part.y + y).clamp(0, last(whole.height)) as usize * whole.width as usize * 3;
        let line = whole.rgb.get(row..row + whole.width as usize * 3);
        let line = line.and_then(|line| line.get(left..)).unwrap_or_default();
        let line = line.get(..wanted).unwrap_or(line);
        rgb.extend_from_slice(line);
        let edge: [u8; 3] = line.last_chunk().copied().unwrap_or_default();
        let full = (y as usize + 1) * wanted;
        while rgb.len() < full {
            rgb.extend_from_slice(&edge);
        }
    }
    Pixels {
        width: w,
        height: h,
        rgb,
    }
}

/// The same in a display's own size.
fn resized(pixels: Pixels, size: (u32, u32)) -> Result<Pixels> {
    if (pixels.width, pixels.height) == size {
        return Ok(pixels);
    }
    let source = fir::images::ImageRef::new(
        pixels.width,
        pixels.height,
        &pixels.rgb,
        fir::PixelType::U8x3,
    )
    .map_err(|error| failed(DOING, error))?;
    let mut target = fir::images::Image::new(size.0.max(1), size.1.max(1), fir::PixelType::U8x3);
    // Whole multiples of a pixel become that pixel again.
    let options =
        fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Box));
    fir::Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(DOING, error))?;
    Ok(Pixels {
        width: size.0.max(1),
        height: size.1.max(1),
        rgb: target.into_vec(),
    })
}

fn paste(own: &Pixels, at: Rect, part: Rect, target: &mut Pixels, area: Rect) {
    let length = part.w as usize * 3;
    for row in 0..part.h as i32 {
        let offset = |of: Rect| {
            let (x, y) = ((part.x - of.x) as usize, (part.y + row - of.y) as usize);
            (y * of.w as usize + x) * 3
        };
        let (from, to) = (offset(at), offset(area));
        if let (Some(from), Some(to)) = (
            own.rgb.get(from..from + length),
            target.rgb.get_mut(to..to + length),
        ) {
            to.copy_from_slice(from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Display;
    use pretty_assertions::assert_eq;

    fn monitor(
        id: &str,
        origin: (i32, i32),
        pixels: (u32, u32),
        at: (i32, i32),
        scale: f64,
    ) -> Monitor {
        let logical = |pixels: u32| (f64::from(pixels) / scale).round() as i32;
        Monitor {
            display: Display {
                id: id.to_owned(),
                origin,
                size: pixels,
                scale,
                primary: id == "A",
            },
            at,
            size: (logical(pixels.0), logical(pixels.1)),
        }
    }

    /// A picture whose pixels say where they lie.
    fn painted(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Pixels {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Pixels {
            width,
            height,
            rgb: all.flat_map(|(x, y)| colour(x, y)).collect(),
        }
    }

    #[test]
    fn displays_of_mixed_scale_come_out_in_their_own_pixels() {
        // One at the origin, one of twice the scale left of and above it.
        let desk = [
            monitor("A", (0, 0), (8, 6), (0, 0), 1.0),
            monitor("B", (-10, -4), (10, 8), (-5, -2), 2.0),
        ];
        // 13 by 8 units, two pixels each: A enlarged, B as it is.
        let whole = painted(26, 16, |x, y| {
            if x < 10 && y < 8 {
                [x as u8, y as u8, 200]
            } else if x >= 10 && y >= 4 {
                [((x - 10) / 2) as u8, ((y - 4) / 2) as u8, 100]
            } else {
                [0; 3]
            }
        });
        let a = cut(&whole, &desk, desk[0].display.rect()).unwrap();
        assert_eq!(a.rgb, painted(8, 6, |x, y| [x as u8, y as u8, 100]).rgb);
        let b = cut(&whole, &desk, desk[1].display.rect()).unwrap();
        assert_eq!(b.rgb, painted(10, 8, |x, y| [x as u8, y as u8, 200]).rgb);
        let part = Rect {
            x: -3,
            y: 1,
            w: 5,
            h: 2,
        };
        let both = cut(&whole, &desk, part).unwrap();
        let expected = painted(5, 2, |x, y| match x {
            0..3 => [7 + x as u8, 5 + y as u8, 200],
            _ => [x as u8 - 3, 1 + y as u8, 100],
        });
        assert_eq!(both.rgb, expected.rgb);
        let nowhere = Rect { x: 100, ..part };
        assert!(matches!(
            cut(&whole, &desk, nowhere),
            Err(PlatformError::Gone(_))
        ));
        // A picture of something else is refused, never guessed.
        let other = painted(26, 40, |_, _| [0; 3]);
        assert!(matches!(
            cut(&other, &desk, part),
            Err(PlatformError::Failed { .. })
        ));
    }

    #[test]
    fn addresses() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(path(address), expected.map(PathBuf::from), "{address}");
        };
        check("file:///tmp/a%20b%C3%A9.png", Some("/tmp/a bé.png"));
        check("file://localhost/x", Some("/x"));
        check("file://elsewhere/x", None);
        check("http://a/x", None);
        check("file:///a%2", None);
    }

    #[test]
    fn only_what_was_made_for_us_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shot.png");
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
        encoder.set_color(png::ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_image_data(&[1, 2, 3, 255, 4, 5, 6, 255])
            .unwrap();
        writer.finish().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        let address = format!("file://{}", path.display());
        let later = SystemTime::now() + std::time::Duration::from_secs(60);
        assert_eq!(fetch(&address, later).unwrap().rgb, [1, 2, 3, 4, 5, 6]);
        assert!(path.exists());
        fetch(&address, SystemTime::now()).unwrap();
        assert!(!path.exists());
        // A link is not followed to a file of the person's.
        let file = folder.path().join("mine.png");
        std::fs::write(&file, &bytes).unwrap();
        std::os::unix::fs::symlink(&file, &path).unwrap();
        assert!(fetch(&address, SystemTime::now()).is_err());
        assert!(file.exists());
    }
}
