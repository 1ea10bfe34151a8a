//! From what display servers give to red, green, blue.

/// How a pixel lies in memory.
#[allow(dead_code)] // each system has some of these
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Four bytes: blue, green, red, unused.
    Bgrx,
    /// Four bytes: red, green, blue, unused.
    Rgbx,
    /// Any other packing, little endian: bytes a pixel and the mask of each channel.
    Masks {
        bytes: usize,
        red: u32,
        green: u32,
        blue: u32,
    },
}

impl Layout {
    /// Bytes a pixel.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Layout::Bgrx | Layout::Rgbx => 4,
            Layout::Masks { bytes, .. } => bytes,
        }
    }
}

/// Converts `height` rows of `width` pixels that start `stride` bytes apart.
/// Rows that are missing in `source` stay black.
pub(crate) fn to_rgb(
    source: &[u8],
    layout: Layout,
    width: usize,
    height: usize,
    stride: usize,
) -> Vec<u8> {
    let mut rgb = vec![0; width * height * 3];
    let row = width * layout.bytes();
    if row == 0 || stride < row {
        return rgb;
    }
    if stride == row {
        // One long row: the fast path then has one tail only.
        convert(source, &mut rgb, layout);
        return rgb;
    }
    for (from, to) in source.chunks(stride).zip(rgb.chunks_exact_mut(width * 3)) {
        if let Some(from) = from.get(..row) {
            convert(from, to, layout);
        }
    }
    rgb
}

fn convert(source: &[u8], rgb: &mut [u8], layout: Layout) {
    match layout {
        Layout::Bgrx => four_bytes::<2, 1, 0>(source, rgb),
        Layout::Rgbx => four_bytes::<0, 1, 2>(source, rgb),
        Layout::Masks {
            bytes,
            red,
            green,
            blue,
        } => {
            for (from, to) in source.chunks_exact(bytes).zip(rgb.chunks_exact_mut(3)) {
                let pixel = from
                    .iter()
                    .rev()
                    .take(4)
                    .fold(0u32, |all, byte| all << 8 | u32::from(*byte));
                to.copy_from_slice(&[red, green, blue].map(|mask| channel(pixel, mask)));
            }
        }
    }
}

/// A channel of any width, widened to eight bits.
fn channel(pixel: u32, mask: u32) -> u8 {
    if mask == 0 {
        return 0;
    }
    let most = mask >> mask.trailing_zeros();
    let value = (pixel & mask) >> mask.trailing_zeros();
    (u64::from(value) * 255 / u64::from(most)) as u8
}

fn four_bytes<const R: usize, const G: usize, const B: usize>(source: &[u8], rgb: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("ssse3") {
        // SAFETY: the processor has SSSE3, as was just asked.
        unsafe { x86::four_bytes::<R, G, B>(source, rgb) };
        return;
    }
    plain::<R, G, B>(source, rgb);
}

fn plain<const R: usize, const G: usize, const B: usize>(source: &[u8], rgb: &mut [u8]) {
    for (from, to) in source.chunks_exact(4).zip(rgb.chunks_exact_mut(3)) {
        to[0] = from[R];
        to[1] = from[G];
        to[2] = from[B];
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, _mm_loadu_si128, _mm_or_si128, _mm_setr_epi8, _mm_shuffle_epi8, _mm_slli_si128,
        _mm_srli_si128, _mm_storeu_si128,
    };

    /// Sixteen pixels a round: the compiler finds no byte shuffle on its own,
    /// and the plain loop costs more than the capture.
    #[target_feature(enable = "ssse3")]
    pub(super) fn four_bytes<const R: usize, const G: usize, const B: usize>(
        source: &[u8],
        rgb: &mut [u8],
    ) {
        let (r, g, b) = (R as i8, G as i8, B as i8);
        let order = _mm_setr_epi8(
            r,
            g,
            b,
            4 + r,
            4 + g,
            4 + b,
            8 + r,
            8 + g,
            8 + b,
            12 + r,
            12 + g,
            12 + b,
            -1,
            -1,
            -1,
            -1,
        );
        let mut sources = source.chunks_exact(64);
        let mut targets = rgb.chunks_exact_mut(48);
        let mut done = 0;
        for (from, to) in sources.by_ref().zip(targets.by_ref()) {
            // SAFETY: the chunks hold 64 and 48 bytes, and unaligned access is allowed.
            unsafe {
                let from = from.as_ptr().cast::<__m128i>();
                let four = |n| _mm_shuffle_epi8(_mm_loadu_si128(from.add(n)), order);
                let (p, q, s, t) = (four(0), four(1), four(2), four(3));
                let to = to.as_mut_ptr().cast::<__m128i>();
                _mm_storeu_si128(to, _mm_or_si128(p, _mm_slli_si128::<12>(q)));
                let middle = _mm_or_si128(_mm_srli_si128::<4>(q), _mm_slli_si128::<8>(s));
                _mm_storeu_si128(to.add(1), middle);
                let last = _mm_or_si128(_mm_srli_si128::<8>(s), _mm_slli_si128::<4>(t));
                _mm_storeu_si128(to.add(2), last);
            }
            done += 1;
        }
        super::plain::<R, G, B>(
            source.get(done * 64..).unwrap_or_default(),
            rgb.get_mut(done * 48..).unwrap_or_default(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_way_gives_the_bytes_of_the_plain_one(source in proptest::collection::vec(any::<u8>(), 0..700)) {
            let mut expected = vec![0; source.len() / 4 * 3];
            let mut got = expected.clone();
            plain::<2, 1, 0>(&source, &mut expected);
            four_bytes::<2, 1, 0>(&source, &mut got);
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn layouts() {
        let table: &[(&[u8], Layout, usize, [u8; 6])] = &[
            (
                &[1, 2, 3, 0, 4, 5, 6, 0],
                Layout::Bgrx,
                8,
                [3, 2, 1, 6, 5, 4],
            ),
            (
                &[1, 2, 3, 0, 4, 5, 6, 0],
                Layout::Rgbx,
                8,
                [1, 2, 3, 4, 5, 6],
            ),
            (
                &[0x00, 0xf8, 0xff, 0xff],
                Layout::Masks {
                    bytes: 2,
                    red: 0xf800,
                    green: 0x07e0,
                    blue: 0x001f,
                },
                4,
                [255, 0, 0, 255, 255, 255],
            ),
            (
                &[9, 8, 7, 6, 5, 4],
                Layout::Masks {
                    bytes: 3,
                    red: 0xff_0000,
                    green: 0xff00,
                    blue: 0xff,
                },
                6,
                [7, 8, 9, 4, 5, 6],
            ),
        ];
        for (source, layout, stride, expected) in table {
            assert_eq!(
                to_rgb(source, *layout, 2, 1, *stride),
                expected,
                "{layout:?}"
            );
        }
    }

    #[test]
    fn padding_between_rows_is_left_out() {
        let source = [1, 2, 3, 0, 99, 99, 99, 99, 4, 5, 6, 0];
        assert_eq!(to_rgb(&source, Layout::Bgrx, 1, 2, 8), [3, 2, 1, 6, 5, 4]);
    }
}
