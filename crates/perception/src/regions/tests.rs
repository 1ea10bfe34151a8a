//! Regions of drawn images; letters are drawn as small boxes with holes.

use super::{Grey, find};

/// Draws `count` letters of `height` from a place on, `gap` pixels apart.
fn letters(image: &mut Grey, x: usize, y: usize, height: usize, count: usize, gap: usize, ink: u8) {
    let width = height * 6 / 10;
    for letter in 0..count {
        let left = x + letter * (width + gap);
        for row in y..y + height {
            for column in left..left + width {
                let stroke = column - left < 2 || row - y < 2 || row + 2 >= y + height;
                if stroke {
                    image.data[row * image.width + column] = ink;
                }
            }
        }
    }
}

fn frame(image: &mut Grey, x: usize, y: usize, width: usize, height: usize, ink: u8) {
    for row in y..y + height {
        for column in x..x + width {
            if row == y || row + 1 == y + height || column == x || column + 1 == x + width {
                image.data[row * image.width + column] = ink;
            }
        }
    }
}

/// Boxes found, as left, top, right and bottom edges without their margin.
fn boxes(image: &Grey) -> Vec<(usize, usize, usize, usize)> {
    find(image)
        .iter()
        .map(|region| {
            let margin = (region.letter / 4).clamp(3, 8);
            let (right, bottom) = (region.x + region.width, region.y + region.height);
            (
                region.x + margin,
                region.y + margin,
                right - margin - 1,
                bottom - margin - 1,
            )
        })
        .collect()
}

fn near(got: &[(usize, usize, usize, usize)], want: &[(usize, usize, usize, usize)]) -> bool {
    let close = |a: usize, b: usize| a.abs_diff(b) <= 1;
    got.len() == want.len()
        && got
            .iter()
            .zip(want)
            .all(|(a, b)| close(a.0, b.0) && close(a.1, b.1) && close(a.2, b.2) && close(a.3, b.3))
}

fn check(image: &Grey, want: &[(usize, usize, usize, usize)]) {
    let got = boxes(image);
    assert!(near(&got, want), "got {got:?}, want {want:?}");
}

#[test]
fn words_of_a_line_are_one_region_and_lines_are_apart() {
    let mut image = Grey::filled(400, 120, 250);
    letters(&mut image, 20, 20, 10, 8, 2, 30);
    letters(&mut image, 90, 20, 10, 5, 2, 30);
    letters(&mut image, 20, 40, 10, 8, 2, 30);
    letters(&mut image, 300, 20, 10, 5, 2, 30);
    check(
        &image,
        &[(20, 20, 128, 30), (300, 20, 338, 30), (20, 40, 82, 50)],
    );
}

#[test]
fn frames_rules_and_windows_are_no_text_but_what_they_hold_is() {
    let mut image = Grey::filled(500, 300, 20);
    frame(&mut image, 10, 10, 400, 250, 200);
    frame(&mut image, 40, 40, 120, 26, 200);
    letters(&mut image, 60, 48, 10, 8, 2, 230);
    frame(&mut image, 30, 100, 300, 1, 220);
    check(&image, &[(60, 48, 122, 58)]);
}

#[test]
fn two_grounds_are_two_regions() {
    let mut image = Grey::filled(300, 60, 250);
    for row in 10..40 {
        image.data[row * 300 + 87..row * 300 + 200].fill(40);
    }
    letters(&mut image, 20, 20, 10, 8, 2, 30);
    letters(&mut image, 92, 20, 10, 8, 2, 240);
    assert_eq!(boxes(&image).len(), 2, "{:?}", boxes(&image));
}

#[test]
fn nothing_is_found_where_nothing_is() {
    for (width, height) in [(0, 0), (1, 1), (7, 300), (300, 7), (300, 300)] {
        check(&Grey::filled(width, height, 128), &[]);
    }
}

#[test]
fn text_becomes_black_on_white_from_either_side() {
    for (ground, ink) in [(250, 20), (30, 230), (120, 180), (200, 150)] {
        let mut image = Grey::filled(80, 20, ground);
        letters(&mut image, 5, 5, 10, 6, 2, ink);
        let clear = image.black_on_white().expect("contrast");
        assert_eq!(
            (clear.at(0, 0), clear.at(5, 5)),
            (255, 0),
            "{ink} on {ground}"
        );
    }
    assert!(Grey::filled(20, 20, 90).black_on_white().is_none());
}

#[test]
fn scaling_keeps_flat_areas_and_sizes() {
    let image = Grey::filled(10, 6, 77);
    for (factor, size) in [
        (2.0, (20, 12)),
        (0.5, (5, 3)),
        (1.0, (10, 6)),
        (1.7, (17, 10)),
    ] {
        let scaled = image.scaled(factor);
        assert_eq!((scaled.width, scaled.height), size);
        assert!(scaled.data.iter().all(|value| value.abs_diff(77) <= 1));
    }
}

proptest::proptest! {
    #[test]
    fn regions_lie_inside_any_image(
        width in 1usize..90, height in 1usize..90, data in proptest::collection::vec(proptest::num::u8::ANY, 90 * 90)
    ) {
        let image = Grey { width, height, data: data[..width * height].to_vec() };
        for region in find(&image) {
            proptest::prop_assert!(region.width > 0 && region.x + region.width <= width);
            proptest::prop_assert!(region.height > 0 && region.y + region.height <= height);
            let crop = image.crop(region.x, region.y, region.width, region.height);
            let _ = crop.black_on_white().map(|clear| clear.bordered(4).scaled(1.3));
        }
    }
}
