use super::*;
use proptest::prelude::*;

fn info(coordinates: Coordinates, images: ImageRule) -> ModelInfo {
    ModelInfo {
        name: "a/b".to_owned(),
        provider: "a".to_owned(),
        id: "b".to_owned(),
        family: "a/b".to_owned(),
        vision: true,
        tools: true,
        computer: ComputerTool::Function,
        coordinates,
        append_only: false,
        context: None,
        max_output: None,
        price: None,
        images,
        local: false,
        sampling: true,
        thinking: Thinking::Silent,
        known: true,
    }
}

#[test]
fn smart_resize_agrees_with_the_published_examples() {
    let check = |size, factor, max, expected| {
        assert_eq!(
            smart_resize(size, factor, 3136, max),
            expected,
            "{size:?} {factor}"
        );
    };
    check((1920, 1080), 28, 12_845_056, (1932, 1092));
    check((2560, 1440), 28, 12_845_056, (2548, 1428));
    check((1920, 1080), 32, 16_777_216, (1920, 1088));
    check((1920, 1080), 28, 1_003_520, (1316, 728));
}

#[test]
fn points_land_where_the_model_meant() {
    let check = |coordinates, (x, y): (f64, f64), expected: (f64, f64)| {
        let info = info(coordinates, ImageRule::default());
        assert_eq!(info.to_sent(x, y, (1280, 800)), expected, "{coordinates:?}");
    };
    check(Coordinates::Pixels, (24.0, 12.0), (24.5, 12.5));
    check(Coordinates::Pixels, (24.25, 12.75), (24.25, 12.75));
    check(Coordinates::Pixels, (-3.0, 5000.0), (0.0, 800.0));
    check(Coordinates::Scale(1000.0), (500.0, 62.0), (640.0, 49.6));
    check(Coordinates::Scale(1.0), (0.25, 0.5), (320.0, 400.0));
    check(Coordinates::Scale(100.0), (50.0, 100.0), (640.0, 800.0));
    // 1280x800 is 1288x812 after a resize by 28.
    let resized = Coordinates::Resized {
        factor: 28,
        min: 3136,
        max: 12_845_056,
    };
    check(
        resized,
        (644.0, 406.0),
        (644.5 * 1280.0 / 1288.0, 406.5 * 800.0 / 812.0),
    );
}

#[test]
fn far_outside_is_told_apart_from_slightly_outside() {
    let pixels = info(Coordinates::Pixels, ImageRule::default());
    assert!(pixels.points_inside(1290.0, 810.0, (1280, 800)));
    assert!(!pixels.points_inside(1400.0, 10.0, (1280, 800)));
    let grid = info(Coordinates::Scale(1000.0), ImageRule::default());
    assert!(grid.points_inside(1004.0, 0.0, (1280, 800)));
    assert!(!grid.points_inside(1100.0, 0.0, (1280, 800)));
}

#[test]
fn cost_counts_caches_and_long_inputs() {
    let mut info = info(Coordinates::Pixels, ImageRule::default());
    info.price = Some(Price {
        input: 2.0,
        output: 10.0,
        cached: Some(0.2),
        cache_write: Some(2.5),
        above: Some(Above {
            tokens: 200_000,
            input: 2.0,
            output: 1.5,
        }),
    });
    let usage = Usage {
        input_tokens: 100_000,
        cached_tokens: 60_000,
        cache_write_tokens: 20_000,
        output_tokens: 1_000,
        ..Usage::default()
    };
    let cost = (20_000.0 * 2.0 + 60_000.0 * 0.2 + 20_000.0 * 2.5 + 1_000.0 * 10.0) / 1e6;
    assert_eq!(info.cost(&usage), Some(cost));
    let long = Usage {
        input_tokens: 300_000,
        output_tokens: 1000,
        ..Usage::default()
    };
    assert_eq!(
        info.cost(&long),
        Some((300_000.0 * 4.0 + 1_000.0 * 15.0) / 1e6)
    );
    info.price = None;
    assert_eq!(info.cost(&usage), None);
}

proptest! {
    #[test]
    fn a_fitted_image_is_within_every_limit(
        width in 1u32..8000, height in 1u32..8000,
        multiple in prop::sample::select(vec![1u32, 28, 32]),
        max_patches in 100u32..5000,
    ) {
        let rule = ImageRule { patch: 28, max_patches, max_side: 1568, multiple, advised: (1920, 1080) };
        let fitted = rule.fit((width, height));
        prop_assert!(fitted.0 >= 1 && fitted.1 >= 1);
        prop_assert!(rule.tokens(fitted) <= u64::from(max_patches));
        prop_assert!(fitted.0.max(fitted.1) <= 1568 + multiple);
        prop_assert_eq!((fitted.0 % multiple, fitted.1 % multiple), (0, 0));
    }

    #[test]
    fn an_image_that_fits_is_left_alone(width in 100u32..1280, height in 100u32..800) {
        prop_assert_eq!(ImageRule::default().fit((width, height)), (width, height));
    }
}
