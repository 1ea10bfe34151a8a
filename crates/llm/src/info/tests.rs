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
fn shrinking_agrees_with_the_vendors_examples() {
    let rule = |max_side, max_patches| ImageRule {
        patch: 28,
        max_patches,
        max_side,
        each: None,
        multiple: 1,
        keep: 3,
        batch: 4,
        advised: (8000, 8000),
    };
    let (older, newer) = (rule(1568, 1568), rule(2576, 4784));
    let check = |rule: ImageRule, size, expected, tokens| {
        assert_eq!(rule.shrunk_by_vendor(size), expected, "{size:?}");
        assert_eq!(rule.tokens(expected), tokens, "{size:?}");
        assert_eq!(rule.fit(size), expected, "{size:?}");
    };
    check(older, (1920, 1080), (1456, 819), 1560);
    check(newer, (1920, 1080), (1920, 1080), 2691);
    check(newer, (3840, 2160), (2576, 1449), 4784);
    check(older, (1075, 1520), (924, 1307), 1551);
    check(older, (1024, 768), (1024, 768), 1036);
    check(newer, (1280, 800), (1280, 800), 1334);
}

#[test]
fn old_screenshots_go_in_batches() {
    let left =
        |rule: ImageRule| -> Vec<usize> { (0..=9).map(|count| rule.omitted(count)).collect() };
    assert_eq!(left(ImageRule::default()), [0, 0, 0, 0, 2, 2, 4, 4, 6, 6]);
    let many = ImageRule {
        keep: 3,
        batch: 4,
        ..ImageRule::default()
    };
    assert_eq!(left(many), [0, 0, 0, 0, 0, 0, 0, 4, 4, 4]);
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
        let rule = ImageRule { patch: 28, max_patches, max_side: 1568, multiple, advised: (1920, 1080), ..ImageRule::default() };
        let fitted = rule.fit((width, height));
        prop_assert!(fitted.0 >= 1 && fitted.1 >= 1);
        prop_assert!(rule.tokens(fitted) <= u64::from(max_patches));
        prop_assert!(fitted.0.max(fitted.1) <= 1568);
        prop_assert!(fitted.0 <= width.max(multiple) && fitted.1 <= height.max(multiple));
        // What fits is sent as it is, and arrives as it was sent.
        let own = ImageRule { multiple: 1, ..rule };
        prop_assert_eq!(own.shrunk_by_vendor(fitted), fitted);
        prop_assert_eq!((fitted.0 % multiple, fitted.1 % multiple), (0, 0));
    }

    #[test]
    fn an_image_that_fits_is_left_alone(width in 100u32..1280, height in 100u32..800) {
        prop_assert_eq!(ImageRule::default().fit((width, height)), (width, height));
    }
}
