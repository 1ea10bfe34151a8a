//! One brightness a pixel.

use crate::Pixels;

/// A grey image, row after row without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Grey {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Brightness, 0 is black.
    pub data: Vec<u8>,
}

impl Grey {
    /// An image of one brightness.
    pub fn filled(width: usize, height: usize, value: u8) -> Self {
        Self {
            width,
            height,
            data: vec![value; width * height],
        }
    }

    /// The brightness of an image's pixels.
    pub fn of(pixels: &Pixels) -> Self {
        let data = pixels
            .rgb
            .chunks_exact(3)
            .map(|p| {
                ((u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8) as u8
            })
            .collect();
        Self {
            width: pixels.width as usize,
            height: pixels.height as usize,
            data,
        }
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.data[y * self.width..(y + 1) * self.width]
    }

    /// The brightness at a point; the nearest pixel's where it lies outside.
    pub fn at(&self, x: i64, y: i64) -> u8 {
        let x = x.clamp(0, self.width as i64 - 1) as usize;
        let y = y.clamp(0, self.height as i64 - 1) as usize;
        self.data[y * self.width + x]
    }

    /// A part of the image, which must lie inside it.
    pub fn crop(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let mut data = Vec::with_capacity(width * height);
        for row in y..y + height {
            data.extend_from_slice(&self.row(row)[x..x + width]);
        }
        Self {
            width,
            height,
            data,
        }
    }

    /// Makes text black on white: finds the background as the most frequent
    /// brightness, and stretches the side of it that holds more ink. `None`
    /// where there is no contrast.
    pub fn black_on_white(&self) -> Option<Self> {
        let mut counts = [0u32; 256];
        for value in &self.data {
            counts[usize::from(*value)] += 1;
        }
        // Smoothed, because gradients and noise spread a background over several values.
        let around =
            |at: usize| -> u32 { counts[at.saturating_sub(4)..(at + 5).min(256)].iter().sum() };
        let ground = (0..256).max_by_key(|at| (around(*at), counts[*at]))? as i32;
        let ink = |range: std::ops::Range<i32>| -> u64 {
            range
                .map(|value| {
                    u64::from(counts[value as usize]) * u64::from((value - ground).unsigned_abs())
                })
                .sum()
        };
        let (darker, lighter) = (
            ink(0..(ground - 16).max(0)),
            ink((ground + 17).min(256)..256),
        );
        if darker + lighter == 0 {
            return None;
        }
        let invert = lighter > darker;
        let far = |value: u8| {
            let away = if invert {
                i32::from(value) - ground
            } else {
                ground - i32::from(value)
            };
            away.max(0)
        };
        // The strongest ink, but for the few strongest pixels.
        let mut left = (self.data.len() / 200).max(1) as i64;
        let mut most = 0;
        for step in (1..=255).rev() {
            let value = if invert { ground + step } else { ground - step };
            if (0..256).contains(&value) {
                left -= i64::from(counts[value as usize]);
                if left <= 0 {
                    most = step;
                    break;
                }
            }
        }
        let most = most.max(24);
        let mut table = [255u8; 256];
        for (value, slot) in table.iter_mut().enumerate() {
            *slot = (255 - (far(value as u8) * 255 / most).min(255)) as u8;
        }
        let data = self
            .data
            .iter()
            .map(|value| table[usize::from(*value)])
            .collect();
        Some(Self {
            width: self.width,
            height: self.height,
            data,
        })
    }

    /// A white border of this many pixels on each side.
    pub fn bordered(&self, border: usize) -> Self {
        let mut out = Self::filled(self.width + 2 * border, self.height + 2 * border, 255);
        for y in 0..self.height {
            let from = (y + border) * out.width + border;
            out.data[from..from + self.width].copy_from_slice(self.row(y));
        }
        out
    }

    /// Scales by a factor, smoothly.
    pub fn scaled(&self, factor: f32) -> Self {
        let width = ((self.width as f32 * factor).round() as usize).max(1);
        let height = ((self.height as f32 * factor).round() as usize).max(1);
        let columns = weights(self.width, width);
        let rows = weights(self.height, height);
        // Across first, then down: each output row is the mean of two of these.
        let mut across = vec![0u16; width * self.height];
        for y in 0..self.height {
            let row = self.row(y);
            let out = &mut across[y * width..(y + 1) * width];
            for (slot, (low, high, part)) in out.iter_mut().zip(&columns) {
                let (a, b) = (u32::from(row[*low]), u32::from(row[*high]));
                *slot = ((a * (256 - part) + b * part) >> 2) as u16;
            }
        }
        let mut data = Vec::with_capacity(width * height);
        for (low, high, part) in &rows {
            let a = &across[low * width..(low + 1) * width];
            let b = &across[high * width..(high + 1) * width];
            data.extend(
                a.iter().zip(b).map(|(a, b)| {
                    ((u32::from(*a) * (256 - part) + u32::from(*b) * part) >> 14) as u8
                }),
            );
        }
        Self {
            width,
            height,
            data,
        }
    }
}

/// For each output pixel the two input pixels it lies between, and the share of
/// the second in 256ths.
fn weights(from: usize, to: usize) -> Vec<(usize, usize, u32)> {
    let ratio = from as f32 / to as f32;
    (0..to)
        .map(|at| {
            let position = ((at as f32 + 0.5) * ratio - 0.5).clamp(0.0, from as f32 - 1.0);
            let low = position as usize;
            (
                low,
                (low + 1).min(from - 1),
                ((position - low as f32) * 256.0) as u32,
            )
        })
        .collect()
}
