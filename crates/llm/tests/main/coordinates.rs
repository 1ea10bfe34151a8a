//! From each model's numbers to the screen and back, over every kind of desktop.

use interpreter_llm::{Coordinates, ModelInfo};
use interpreter_protocol::Frame;
use proptest::prelude::*;

use crate::support::model;

/// One model of each family whose numbers count something of its own.
const FAMILIES: &[&str] = &[
    "anthropic/claude-opus-5-5",
    "anthropic/claude-sonnet-4-5",
    "openai/gpt-6.1-terra",
    "openai/gpt-5.4-mini",
    "gemini/gemini-3.8-flash",
    "gemini/gemini-3.1-pro-preview",
    "ollama/ui-tars-7b",
    "ollama/ui-tars-1.5-7b",
    "ollama/doubao-1.5-ui-tars",
    "ollama/qwen2-vl",
    "ollama/qwen2.5vl:7b",
    "ollama/qwen3-vl:8b",
    "dashscope/qwen3.8-max",
    "zai/glm-4.5v",
    "ollama/opencua-7b",
    "ollama/holo1",
    "ollama/molmo",
    "ollama/showui",
    "moonshot/kimi-k3.1-pro",
    "groq/anything-vision",
];

/// A monitor: its size, how it is turned, and its scale.
#[derive(Debug, Clone)]
struct Display {
    origin: (i32, i32),
    size: (u32, u32),
    scale: f64,
}

fn sizes() -> impl Strategy<Value = (u32, u32)> {
    let usual = prop::sample::select(vec![
        (1920, 1080),
        (2560, 1440),
        (3840, 2160),
        (1366, 768),
        (1280, 800),
        (3440, 1440),
        (5120, 1440),
        (7680, 4320),
        (2880, 1800),
        (1024, 768),
        (800, 600),
    ]);
    let usual =
        (usual, any::<bool>()).prop_map(|((w, h), turned)| if turned { (h, w) } else { (w, h) });
    prop_oneof![3 => usual, 1 => (320u32..8000, 240u32..5000)]
}

/// Monitors beside, above and below each other, around any origin, with gaps.
fn layouts() -> impl Strategy<Value = Vec<Display>> {
    let scale = prop::sample::select(vec![1.0, 1.25, 1.5, 2.0, 3.0]);
    let monitor = (sizes(), scale, -400i32..400, any::<bool>());
    (
        prop::collection::vec(monitor, 1..5),
        -9000i32..2000,
        -5000i32..2000,
    )
        .prop_map(|(monitors, left, top)| {
            let (mut x, mut y) = (left, top);
            let mut displays: Vec<Display> = Vec::new();
            for (size, scale, shift, below) in monitors {
                let origin = match below {
                    true => (left + shift, y),
                    false => (x, y + shift),
                };
                displays.push(Display {
                    origin,
                    size,
                    scale,
                });
                x = x.max(origin.0 + size.0 as i32);
                y = y.max(origin.1 + size.1 as i32);
                // What comes next lies right of or below everything so far.
                if !below {
                    y = y.max(top);
                }
            }
            displays
        })
}

fn frame(display: &Display, info: &ModelInfo) -> Frame {
    Frame {
        display: "d".to_owned(),
        origin: display.origin,
        native: display.size,
        sent: info.fit_image(display.size),
        scale: display.scale,
        layout: String::new(),
    }
}

fn to_physical(info: &ModelInfo, frame: &Frame, point: (f64, f64)) -> (i32, i32) {
    let (x, y) = info.to_sent(point.0, point.1, frame.sent);
    frame.to_physical(x, y)
}

fn from_physical(info: &ModelInfo, frame: &Frame, point: (i32, i32)) -> (f64, f64) {
    let (x, y) = frame.to_sent(point.0, point.1);
    info.from_sent(x, y, frame.sent)
}

/// How many numbers a model has over this frame, on each axis.
fn numbers(info: &ModelInfo, frame: &Frame) -> (f64, f64) {
    let span = info.coordinates.span(frame.sent);
    let unit = info.coordinates.unit();
    // A scale names both of its ends.
    let ends = if matches!(info.coordinates, Coordinates::Scale(_)) {
        1.0
    } else {
        0.0
    };
    (span.0 / unit + ends, span.1 / unit + ends)
}

/// A number of the model, from a share of the axis.
fn pick(share: f64, count: f64, unit: f64) -> f64 {
    // Written as the model would: no more digits than it has.
    (share * (count - 1.0)).round() / (1.0 / unit).round()
}

fn families() -> Vec<ModelInfo> {
    FAMILIES.iter().map(|name| model(name).info).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn model_to_physical_to_model_is_the_identity(layout in layouts(), a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
        for info in families() {
            let unit = info.coordinates.unit();
            for display in &layout {
                let frame = frame(display, &info);
                let count = numbers(&info, &frame);
                let point = (pick(a, count.0, unit), pick(b, count.1, unit));
                let there = to_physical(&info, &frame, point);
                let back = from_physical(&info, &frame, there);
                // Where there are more numbers than pixels, several mean one pixel:
                // then it is the pixel that stays.
                prop_assert_eq!(to_physical(&info, &frame, back), there, "{} {:?}", info.name, frame);
                if count.0 <= f64::from(frame.native.0) {
                    prop_assert_eq!(back.0, point.0, "{} {:?}", info.name, frame);
                }
                if count.1 <= f64::from(frame.native.1) {
                    prop_assert_eq!(back.1, point.1, "{} {:?}", info.name, frame);
                }
            }
        }
    }

    #[test]
    fn physical_to_model_to_physical_stays_within_half_a_unit_and_half_a_pixel(
        layout in layouts(), a in 0.0f64..1.0, b in 0.0f64..1.0
    ) {
        for info in families() {
            let unit = info.coordinates.unit();
            for display in &layout {
                let frame = frame(display, &info);
                let at = |origin: i32, size: u32, share: f64| origin + (f64::from(size) * share) as i32;
                let start = (at(frame.origin.0, frame.native.0, a), at(frame.origin.1, frame.native.1, b));
                let end = to_physical(&info, &frame, from_physical(&info, &frame, start));
                let span = info.coordinates.span(frame.sent);
                let check = |start: i32, end: i32, origin: i32, native: u32, span: f64| {
                    let unit = f64::from(native) / span * unit;
                    // The far edge itself has no number there: the last one is all there is.
                    let edge = matches!(info.coordinates, Coordinates::Cells(_))
                        && f64::from(start - origin) + 0.5 > f64::from(native) - unit;
                    let most = if edge { unit } else { unit / 2.0 };
                    (f64::from((end - start).abs()) <= most + 0.5 + 1e-6, most)
                };
                let x = check(start.0, end.0, frame.origin.0, frame.native.0, span.0);
                let y = check(start.1, end.1, frame.origin.1, frame.native.1, span.1);
                prop_assert!(x.0 && y.0, "{} {:?} {:?} {:?} {:?}", info.name, frame, start, end, (x, y));
            }
        }
    }

    #[test]
    fn whatever_is_named_is_inside_the_display_and_in_no_other(
        layout in layouts(), x in proptest::num::f64::ANY, y in proptest::num::f64::ANY, a in -0.2f64..1.2, b in -0.2f64..1.2
    ) {
        for info in families() {
            for (at, display) in layout.iter().enumerate() {
                let frame = frame(display, &info);
                let span = info.coordinates.span(frame.sent);
                for point in [(x, y), (a * span.0, b * span.1)] {
                    let (px, py) = to_physical(&info, &frame, point);
                    prop_assert!(frame.contains(px, py), "{} {:?}", info.name, frame);
                    for (other, display) in layout.iter().enumerate() {
                        let elsewhere = self::frame(display, &info).contains(px, py);
                        prop_assert_eq!(elsewhere, other == at, "{:?}", layout);
                    }
                }
            }
        }
    }

    #[test]
    fn a_click_lands_within_a_pixel_of_what_was_named(layout in layouts(), a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
        for info in families() {
            let unit = info.coordinates.unit();
            for display in &layout {
                let frame = frame(display, &info);
                let (span, count) = (info.coordinates.span(frame.sent), numbers(&info, &frame));
                let point = (pick(a, count.0, unit), pick(b, count.1, unit));
                let landed = to_physical(&info, &frame, point);
                let whole = matches!(info.coordinates, Coordinates::Pixels | Coordinates::Resized { .. });
                // A whole pixel is meant by its centre, a share as it stands.
                let half = if whole { 0.5 } else { 0.0 };
                let named = |value: f64, origin: i32, native: u32, span: f64| {
                    f64::from(origin) + (value + half) * f64::from(native) / span
                };
                let x = named(point.0, frame.origin.0, frame.native.0, span.0) - f64::from(landed.0) - 0.5;
                let y = named(point.1, frame.origin.1, frame.native.1, span.1) - f64::from(landed.1) - 0.5;
                prop_assert!(x.abs() <= 1.0 && y.abs() <= 1.0, "{} {:?} {} {}", info.name, frame, x, y);
            }
        }
    }

    #[test]
    fn what_is_sent_arrives_as_it_was_sent(size in sizes()) {
        for info in families() {
            let sent = info.fit_image(size);
            let rule = info.images;
            prop_assert!(sent.0 <= size.0.max(rule.multiple) && sent.1 <= size.1.max(rule.multiple), "{} {:?}", info.name, sent);
            prop_assert_eq!(rule.shrunk_by_vendor(sent), sent, "{}", info.name);
            if let Coordinates::Resized { min, .. } = info.coordinates
                && u64::from(sent.0) * u64::from(sent.1) >= min
            {
                // The model has no reason to resize it.
                let (width, height) = info.coordinates.span(sent);
                prop_assert_eq!((width, height), (f64::from(sent.0), f64::from(sent.1)), "{}", info.name);
            }
        }
    }
}
