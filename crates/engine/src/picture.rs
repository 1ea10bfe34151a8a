//! Pictures on their way into a conversation.

use std::collections::VecDeque;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageReader};
use interpreter_agent::Picture;
use interpreter_llm::ImageRule;
use interpreter_protocol::{Chunk, Error, ErrorCode, Role, kind};
use interpreter_store::Store;

use crate::kit::Kit;

/// A picture that lies in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub hash: String,
    pub width: u32,
    pub height: u32,
}

impl Stored {
    /// Puts encoded bytes into the store. Only formats that every vendor reads.
    pub fn put(store: &Store, bytes: &[u8]) -> Result<Self, Error> {
        let Some((width, height)) = size(bytes) else {
            return Err(Error::new(
                ErrorCode::BadInput,
                "The picture is neither PNG nor JPEG, so it was not attached.",
            )
            .remedy("Convert it to PNG first."));
        };
        Ok(Self {
            hash: store.put_blob(bytes)?,
            width,
            height,
        })
    }

    /// The same for a screenshot, which may have to stay in memory.
    pub fn screenshot(kit: &Kit, png: &[u8]) -> Result<Self, Error> {
        match size(png) {
            Some((width, height)) if !kit.keeps_screenshots() => Ok(Self {
                hash: kit.store.hold_blob(png),
                width,
                height,
            }),
            _ => Self::put(&kit.store, png),
        }
    }

    /// The image as a content chunk.
    pub fn chunk(&self, role: Role) -> Chunk {
        Chunk::new(role, kind::IMAGE)
            .format("blob")
            .content(self.hash.clone())
            .with("width", self.width)
            .with("height", self.height)
    }
}

/// Pictures that were made smaller and are kept, so that a conversation that is gone on
/// with need not make them again.
const FITTED: usize = 8;
/// Quality of a JPEG that was made smaller: its edges stay readable.
const QUALITY: u8 = 90;

/// Pictures in the size a model takes.
#[derive(Default)]
pub(crate) struct Fitted(Mutex<VecDeque<(String, ImageRule, Picture)>>);

impl Fitted {
    /// The picture of this hash, made smaller. What comes out depends on the picture and
    /// the rule only, so it is the same in each request.
    pub fn get(
        &self,
        hash: &str,
        rule: ImageRule,
        read: impl FnOnce() -> Result<(String, Vec<u8>), Error>,
    ) -> Result<Picture, Error> {
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = |name: &str, of: &ImageRule| name == hash && *of == rule;
        if let Some((.., picture)) = kept().iter().find(|(name, of, _)| is(name, of)) {
            return Ok(picture.clone());
        }
        let (media_type, bytes) = read()?;
        let picture = smaller(&media_type, &bytes, rule).ok_or_else(|| {
            Error::new(
                ErrorCode::BadInput,
                "The picture could not be made smaller.",
            )
        })?;
        let mut kept = kept();
        kept.push_front((hash.to_owned(), rule, picture.clone()));
        kept.truncate(FITTED);
        Ok(picture)
    }
}

/// Upright, as cameras mark it, in the size that fits, in its own format.
fn smaller(media_type: &str, bytes: &[u8], rule: ImageRule) -> Option<Picture> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut decoder = reader.into_decoder().ok()?;
    let upright = decoder.orientation().ok();
    let mut image = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(upright) = upright {
        image.apply_orientation(upright);
    }
    let (width, height) = rule.fit((image.width(), image.height()));
    let image = image.resize_exact(width, height, FilterType::CatmullRom);
    let mut out = Vec::new();
    if media_type == "image/jpeg" {
        let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
        image.to_rgb8().write_with_encoder(encoder).ok()?;
    } else {
        let encoder =
            PngEncoder::new_with_quality(&mut out, CompressionType::Fast, PngFilter::Adaptive);
        // Sixteen bits a colour say nothing to a model.
        let plain = match image.color().has_alpha() {
            true => DynamicImage::from(image.to_rgba8()),
            false => DynamicImage::from(image.to_rgb8()),
        };
        plain.write_with_encoder(encoder).ok()?;
    }
    Some(Picture {
        media_type: media_type.to_owned(),
        bytes: out.into(),
        width,
        height,
    })
}

/// A PNG in exactly this size.
pub(crate) fn shrunk(png: &[u8], (width, height): (u32, u32)) -> Option<Vec<u8>> {
    let image = image::load_from_memory_with_format(png, image::ImageFormat::Png).ok()?;
    let image = image.resize_exact(width, height, FilterType::CatmullRom);
    let mut out = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut out, CompressionType::Fast, PngFilter::Adaptive);
    image.to_rgb8().write_with_encoder(encoder).ok()?;
    Some(out)
}

/// Width and height from the header of a PNG or JPEG.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    png_size(bytes).or_else(|| jpeg_size(bytes))
}

fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

/// Walks the segments up to the first frame header (ITU T.81, annex B).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let short = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let mut at = 2;
    loop {
        let (mark, kind) = (*bytes.get(at)?, *bytes.get(at + 1)?);
        if mark != 0xff {
            return None;
        }
        match kind {
            0xff => at += 1,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((short(at + 7)?.into(), short(at + 5)?.into()));
            }
            0x01 | 0xd0..=0xd9 => at += 2,
            _ => at += 2 + usize::from(short(at + 2)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_from_headers() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend_from_slice(&[0, 0, 5, 0, 0, 0, 3, 32]);
        let jpeg = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 0, 30, 0, 40, 1, 1, 17, 0,
        ];
        let check = |bytes: &[u8], expected| assert_eq!(size(bytes), expected, "{bytes:?}");
        check(&png, Some((1280, 800)));
        check(&png[..20], None);
        check(&jpeg, Some((40, 30)));
        check(&jpeg[..15], None);
        check(b"GIF89a", None);
        check(b"", None);
    }
}
