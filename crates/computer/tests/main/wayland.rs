//! The computer on sway: displays at negative origins and of mixed scale, and
//! windows that tell what they received.

use std::time::Instant;

use interpreter_computer::{Computer, ComputerConfig, ComputerError, Look};
use interpreter_protocol::{Frame, Outcome};
use interpreter_test_support::desktop::sway::Output;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desktop::only;
use crate::looking::decode;
use crate::sway::{TWO, Wayland};
use crate::wayland_stopping::close;

const BLUE: [u8; 3] = [0, 128, 255];
const WHITE: [u8; 3] = [255; 3];

/// Where the fixture's square lies in the picture, and the pixels around its
/// corners: inside, then outside.
fn corners(scale: usize) -> Vec<(usize, usize)> {
    let (left, top) = (40 * scale, 30 * scale);
    let (right, bottom) = (140 * scale - 1, 130 * scale - 1);
    vec![
        (left, top),
        (right, top),
        (left, bottom),
        (right, bottom),
        (left - 1, top),
        (left, top - 1),
        (right + 1, bottom),
        (right, bottom + 1),
    ]
}

fn inside_and_outside() -> Vec<[u8; 3]> {
    [[BLUE; 4], [WHITE; 4]].concat()
}

#[tokio::test]
async fn pictures_of_displays_left_of_the_origin_and_of_mixed_scale() {
    let mut desktop = Wayland::start(&TWO);
    let _windows = [
        desktop.window("HEADLESS-1", "area"),
        desktop.window("HEADLESS-2", "area"),
    ];
    let computer = Computer::new(desktop.config());
    let geometry = |frame: &Frame| (frame.origin, frame.native, frame.scale);
    let one = desktop.look(&computer, "HEADLESS-1").await;
    let start = Instant::now();
    let two = desktop.look(&computer, "HEADLESS-2").await;
    println!("capture to picture: {:?}", start.elapsed());
    assert_eq!(geometry(&one.frame), ((0, 0), (1024, 768), 1.0));
    assert_eq!(geometry(&two.frame), ((-1280, -200), (1280, 800), 2.0));
    assert_eq!(one.frame.layout, two.frame.layout);
    for (shot, scale) in [(&one, 1), (&two, 2)] {
        let (width, height, colours) = decode(&shot.png, &corners(scale));
        assert_eq!((width, height), shot.frame.native);
        assert_eq!(colours, inside_and_outside(), "scale {scale}");
    }
    let primary = computer
        .look(&desktop.session, |size| size, Look::Primary)
        .await
        .unwrap();
    assert_eq!(primary.frame.display, "HEADLESS-1");
    let active = computer
        .look(&desktop.session, |size| size, Look::ActiveWindow)
        .await
        .unwrap();
    assert_eq!(geometry(&active.frame), geometry(&two.frame));
}

#[tokio::test]
async fn clicks_land_on_the_pixel_they_name() {
    let mut desktop = Wayland::start(&TWO);
    for (display, scale) in [("HEADLESS-1", 1.0), ("HEADLESS-2", 2.0)] {
        let mut window = desktop.window(display, "area");
        let computer = desktop.computer();
        let frame = desktop.look(&computer, display).await.frame;
        let (w, h) = (frame.native.0 - 30, frame.native.1 - 30);
        for (x, y) in [(30, 30), (w, 30), (30, h), (w, h), (511, 383), (512, 384)] {
            let action = json!({"action": "left_click", "coordinate": [f64::from(x) + 0.5, f64::from(y) + 0.5]});
            let acted = desktop.act(&computer, &frame, action).await.unwrap();
            println!("click: sent in {:?}", acted.sent);
            assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
            let event = window.until_event("press");
            // The centre of the pixel, in the window's units.
            let centre = |at: u32| (f64::from(at) + 0.5) / scale;
            assert_eq!(
                only(&event, &["x", "y", "button"]),
                json!({"x": centre(x), "y": centre(y), "button": 1}),
                "{display}"
            );
            window.until_event("release");
        }
        close(&desktop, &computer).await;
    }
}

#[tokio::test]
async fn turned_displays_are_seen_upright_and_hit() {
    for transform in ["90", "flipped-270", "180"] {
        let output = Output {
            transform,
            ..Output::new((1200, 800), (-300, 50), 2.0)
        };
        let mut desktop = Wayland::start(&[output]);
        let mut window = desktop.window("HEADLESS-1", "area");
        let computer = desktop.computer();
        let shot = desktop.look(&computer, "HEADLESS-1").await;
        let native = if transform == "180" {
            (1200, 800)
        } else {
            (800, 1200)
        };
        assert_eq!(shot.frame.native, native, "{transform}");
        let (_, _, colours) = decode(&shot.png, &corners(2));
        assert_eq!(colours, inside_and_outside(), "{transform}");
        let action = json!({"action": "left_click", "coordinate": [600.5, 300.5]});
        let acted = desktop.act(&computer, &shot.frame, action).await.unwrap();
        assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
        assert_eq!(
            only(&window.until_event("press"), &["x", "y"]),
            json!({"x": 300.25, "y": 150.25}),
            "{transform}"
        );
    }
}

#[tokio::test]
async fn buttons_the_wheel_and_a_drag() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-2", "area");
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-2").await.frame;
    let act = async |action: Value| {
        desktop
            .act(&computer, &frame, action.clone())
            .await
            .unwrap_or_else(|error| panic!("{action}: {error}"))
    };
    let mut check = async |action: Value, kinds: &[&str], button: u32, held: Value| {
        act(action.clone()).await;
        for kind in kinds {
            let event = window
                .until(|event| event["button"].is_number())
                .pop()
                .unwrap();
            assert_eq!(
                only(&event, &["event", "button", "held"]),
                json!({"event": kind, "button": button, "held": held}),
                "{action}"
            );
        }
    };
    let at = |name: &str, x: u32, text: Option<&str>| json!({"action": name, "coordinate": [x, 300], "text": text});
    let once = ["press", "release"];
    check(at("right_click", 100, None), &once, 3, json!([])).await;
    check(at("middle_click", 300, None), &once, 2, json!([])).await;
    check(
        at("left_click", 500, Some("ctrl+shift")),
        &once,
        1,
        json!(["shift", "ctrl"]),
    )
    .await;
    let double = ["press", "release", "press", "double", "release"];
    check(at("double_click", 700, None), &double, 1, json!([])).await;
    for (direction, amount) in [("down", 3), ("up", 2), ("left", 1), ("right", 4)] {
        let acted = act(json!({
            "action": "scroll", "coordinate": [600, 400],
            "scroll_direction": direction, "scroll_amount": amount,
        }))
        .await;
        assert_eq!(acted.effect.outcome, Outcome::NoChange, "{acted:?}");
        for _ in 0..amount {
            assert_eq!(window.until_event("scroll")["direction"], direction);
        }
    }
    act(json!({
        "action": "left_click_drag", "start_coordinate": [100, 100], "coordinate": [400, 250],
    }))
    .await;
    let press = window.until_event("press");
    assert_eq!(only(&press, &["x", "y"]), json!({"x": 50.25, "y": 50.25}));
    let path = window.until(|event| event["event"] == "release");
    let last = path.last().unwrap();
    assert_eq!(only(last, &["x", "y"]), json!({"x": 200.25, "y": 125.25}));
    let drags: Vec<f64> = path
        .iter()
        .filter(|event| event["event"] == "drag")
        .map(|event| event["x"].as_f64().unwrap())
        .collect();
    assert!(drags.len() >= 3 && drags.is_sorted(), "{drags:?}");
    let read = act(json!({"action": "cursor_position"})).await;
    assert_eq!(read.text.as_deref(), Some("X=400,Y=250"));
}

/// Characters of many scripts, more than the spare keys of a keyboard hold.
fn mixed() -> String {
    let sample = "aZ09 ~!@#$%^&*()_+{}|:\"<>?`-=[]\\;',./ éÀñß œŁđ ЖщЯ αΩ 한글 ★→€ 😀🎉 ";
    let many: String = ('一'..='龥').step_by(97).take(200).collect();
    format!("{sample}{many}\n\t{sample}").trim_end().to_owned()
}

#[tokio::test]
async fn text_is_typed_exactly() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "text");
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    let text = mixed();
    desktop
        .act(&computer, &frame, json!({"action": "type", "text": text}))
        .await
        .unwrap();
    let length = text.chars().count();
    let events = window.until(|event| {
        event["event"] == "text" && event["text"].as_str().unwrap().chars().count() >= length
    });
    assert_eq!(events.last().unwrap()["text"], text);
    // The last key comes up after the text is there.
    let mut down = pressed(&events);
    while !down.is_empty() {
        let event = window
            .until(|event| event["event"] == "key_up")
            .pop()
            .unwrap();
        down.retain(|code| *code != event["code"]);
    }
}

/// The codes of keys that went down and did not come up.
pub fn pressed(events: &[Value]) -> Vec<Value> {
    let mut down = Vec::new();
    for event in events {
        match event["event"].as_str() {
            Some("key") => down.push(event["code"].clone()),
            Some("key_up") => down.retain(|code| *code != event["code"]),
            _ => {}
        }
    }
    down
}

#[tokio::test]
async fn keys_and_chords() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    for (chord, name, held) in [
        ("ctrl+shift+t", "T", json!(["shift", "ctrl"])),
        ("alt+F4", "F4", json!(["alt"])),
        ("Return", "Return", json!([])),
        ("é", "eacute", json!([])),
        // Ours is no wish to stop, and reaches the window.
        ("Escape", "Escape", json!([])),
        ("a", "a", json!([])),
    ] {
        let action = json!({"action": "key", "text": chord});
        desktop.act(&computer, &frame, action).await.unwrap();
        let events = window.until(|event| event["event"] == "key" && event["name"] == name);
        assert_eq!(events.last().unwrap()["held"], held, "{chord}");
        window.until(|event| event["event"] == "key_up" && event["name"] == name);
    }
    assert_eq!(computer.gate().holder(), Some(desktop.session.clone()));
}

#[tokio::test]
async fn a_frame_of_another_layout_is_refused() {
    let mut desktop = Wayland::start(&TWO);
    let _window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    desktop.sway.command("output HEADLESS-2 position -700 -100");
    let click = json!({"action": "left_click", "coordinate": [300, 300]});
    let refused = desktop.act(&computer, &frame, click.clone()).await;
    assert_eq!(refused, Err(ComputerError::LayoutChanged));
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    desktop.act(&computer, &frame, click).await.unwrap();
}

#[tokio::test]
async fn own_windows_are_masked_and_never_hit() {
    let mut desktop = Wayland::start(&TWO);
    let window = desktop.window("HEADLESS-1", "area");
    let computer = Computer::new(ComputerConfig {
        own_pids: vec![window.pid],
        ..desktop.config()
    });
    computer.gate().open(&desktop.session).unwrap();
    let shot = desktop.look(&computer, "HEADLESS-1").await;
    assert!(shot.masked);
    let (_, _, colours) = decode(&shot.png, &[(50, 50), (1000, 700)]);
    assert!(
        !colours.contains(&BLUE) && !colours.contains(&WHITE),
        "{colours:?}"
    );
    let click = json!({"action": "left_click", "coordinate": [300, 300]});
    let refused = desktop.act(&computer, &shot.frame, click).await;
    assert!(
        matches!(refused, Err(ComputerError::OwnWindow { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_doctor_tries_everything() {
    let mut desktop = Wayland::start(&TWO);
    let _window = desktop.window("HEADLESS-1", "area");
    let computer = Computer::new(desktop.config());
    let abilities = computer.doctor_with("Ctrl+Shift+Space".to_owned()).await;
    for (name, fix) in [
        ("read selected text", "log in to an X11 session"),
        ("hotkey", "Bind a key to `interpreter --summon`"),
    ] {
        let ability = abilities.iter().find(|ability| ability.name == name);
        let said = ability.and_then(|ability| ability.fix.as_deref());
        assert!(said.is_some_and(|said| said.contains(fix)), "{ability:?}");
    }
    for name in [
        "see the screen",
        "stop",
        "notice your mouse and keys",
        "move the mouse",
        "type",
        "border around the screen",
    ] {
        let ability = abilities.iter().find(|ability| ability.name == name);
        assert!(
            ability.is_some_and(|ability| ability.works),
            "{name}: {ability:?}"
        );
    }
}

/// The environment chooses Wayland, and the clipboard there is used.
#[tokio::test]
async fn the_clipboard_of_the_session() {
    let mut desktop = Wayland::start(&TWO);
    // Each test is a process of its own.
    unsafe {
        std::env::set_var("WAYLAND_DISPLAY", desktop.sway.display());
        std::env::set_var("XDG_RUNTIME_DIR", desktop.sway.folder());
    }
    let mut window = desktop.window("HEADLESS-1", "text");
    let computer = Computer::new(ComputerConfig::default());
    computer.gate().open(&desktop.session).unwrap();
    let call = async |method: &str, params: Value| {
        computer
            .call(&desktop.session, method, params)
            .await
            .unwrap_or_else(|error| panic!("{method}: {error}"))
    };
    call("clipboard.copy", json!({"text": "grüße 日本"})).await;
    assert_eq!(call("clipboard.view", json!({})).await, "grüße 日本");
    call("clipboard.paste", json!({})).await;
    window.until(|event| event["text"] == "grüße 日本");
}
