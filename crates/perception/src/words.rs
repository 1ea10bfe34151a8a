//! What reading an image gives: words with their places.

use serde::{Deserialize, Serialize};

/// One word read off an image. The box is in pixels of that image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word as read.
    pub text: String,
    /// Left edge, pixels.
    pub x: u32,
    /// Top edge, pixels.
    pub y: u32,
    /// Width, pixels.
    pub w: u32,
    /// Height, pixels.
    pub h: u32,
    /// How sure the reader is, 0 to 100.
    pub confidence: f32,
    /// Number of the line of text the word stands in; words of one line are
    /// neighbours and in reading order.
    pub line: u32,
}

/// One place where a searched text stands. The box is in pixels of the image
/// and is narrowed to the match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextHit {
    /// The matched text as read.
    pub text: String,
    /// Left edge, pixels.
    pub x: u32,
    /// Top edge, pixels.
    pub y: u32,
    /// Width, pixels.
    pub w: u32,
    /// Height, pixels.
    pub h: u32,
    /// 1.0 is the searched text itself, letter for letter but for case.
    pub similarity: f32,
}

impl TextHit {
    /// The middle of the box, in continuous pixels of the image.
    pub fn centre(&self) -> (f64, f64) {
        (
            f64::from(self.x) + f64::from(self.w) / 2.0,
            f64::from(self.y) + f64::from(self.h) / 2.0,
        )
    }
}
