//! Images of a request, looked at.

use std::sync::Arc;

/// An image as it was sent to the model.
#[derive(Clone, PartialEq)]
pub struct SeenImage {
    /// `image/png`, `image/jpeg`, ...
    pub media_type: String,
    /// The encoded bytes.
    pub bytes: Arc<[u8]>,
}

impl std::fmt::Debug for SeenImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "SeenImage({}, {} bytes)",
            self.media_type,
            self.bytes.len()
        )
    }
}

impl SeenImage {
    /// Width and height in pixels.
    pub fn size(&self) -> Option<(u32, u32)> {
        image::ImageReader::new(std::io::Cursor::new(&self.bytes[..]))
            .with_guessed_format()
            .ok()?
            .into_dimensions()
            .ok()
    }

    /// The pixels, decoded.
    ///
    /// # Panics
    /// When the bytes are no image.
    pub fn pixels(&self) -> image::RgbImage {
        image::load_from_memory(&self.bytes)
            .expect("the request's image decodes")
            .to_rgb8()
    }

    /// The middle of all pixels of a colour, in continuous pixels of the image
    /// (the middle of the first pixel is 0.5). Shades near the colour count,
    /// because images are shrunk and compressed.
    pub fn centroid(&self, colour: [u8; 3]) -> Option<(f64, f64)> {
        let (mut x_sum, mut y_sum, mut count) = (0.0, 0.0, 0.0);
        for (x, y, pixel) in self.pixels().enumerate_pixels() {
            let near = pixel.0.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 48);
            if near {
                x_sum += f64::from(x) + 0.5;
                y_sum += f64::from(y) + 0.5;
                count += 1.0;
            }
        }
        (count > 0.0).then(|| (x_sum / count, y_sum / count))
    }
}
