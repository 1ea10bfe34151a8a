//! Raw pixels: what every capture becomes before it is looked at.

/// An image without alpha, in memory.
///
/// `rgb` holds three bytes a pixel, row after row from the top left, without
/// padding: `rgb.len() == width * height * 3`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green, blue of each pixel, row-major.
    pub rgb: Vec<u8>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Pixels({}x{}, {} bytes)",
            self.width,
            self.height,
            self.rgb.len()
        )
    }
}

impl Pixels {
    /// An image of one colour.
    pub fn filled(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self {
            width,
            height,
            rgb: colour.repeat(width as usize * height as usize),
        }
    }

    /// The colour at a point, or `None` outside the image.
    pub fn at(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let start = (y as usize * self.width as usize + x as usize) * 3;
        self.rgb.get(start..start + 3).map(|p| [p[0], p[1], p[2]])
    }

    /// Whether the buffer has the length its size asks for.
    pub fn is_whole(&self) -> bool {
        self.rgb.len() == self.width as usize * self.height as usize * 3
    }
}
