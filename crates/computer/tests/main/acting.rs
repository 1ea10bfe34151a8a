//! Actions, as real windows receive them.

use std::time::Instant;

use interpreter_computer::Look;
use interpreter_protocol::Outcome;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desktop::{Desktop, Fixture, only, press};

#[tokio::test]
async fn clicks_land_within_one_pixel_at_every_scale() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    for sent in [(1280, 800), (1024, 640), (640, 400), (777, 333)] {
        let shot = computer
            .look(&desktop.session, move |_| sent, Look::Primary)
            .await
            .unwrap();
        assert_eq!(shot.frame.sent, sent);
        for (x, y) in [(0.1, 0.9), (0.5, 0.5), (0.93, 0.07)] {
            let point = (f64::from(sent.0) * x, f64::from(sent.1) * y);
            let action = json!({"action": "left_click", "coordinate": [point.0, point.1]});
            let start = Instant::now();
            let acted = desktop.act(&computer, &shot.frame, action).await.unwrap();
            println!(
                "click: sent in {:?}, settled and compared in {:?}",
                acted.sent,
                start.elapsed()
            );
            assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
            let event = window.until_event("press");
            let (want_x, want_y) = (1280.0 * x, 800.0 * y);
            let off = |got: &Value, want: f64| (got.as_f64().unwrap() + 0.5 - want).abs();
            assert!(
                off(&event["x"], want_x) <= 1.0,
                "{event} for {want_x} {want_y}"
            );
            assert!(
                off(&event["y"], want_y) <= 1.0,
                "{event} for {want_x} {want_y}"
            );
        }
    }
    assert_eq!(desktop.pressed(), Vec::<String>::new());
}

#[tokio::test]
async fn buttons_modifiers_and_several_clicks() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let mut check = async |action: Value, kinds: &[&str], button: u32, held: Value| {
        desktop
            .act(&computer, &frame, action.clone())
            .await
            .unwrap();
        for kind in kinds {
            let event = window.until(|event| event["event"] != "key" && event["event"] != "key_up");
            let last = event.last().unwrap();
            assert_eq!(
                only(last, &["event", "button", "held"]),
                json!({"event": kind, "button": button, "held": held}),
                "{action}"
            );
        }
        assert_eq!(desktop.pressed(), Vec::<String>::new());
    };
    let at = |name: &str, x: u32, text: Option<&str>| json!({"action": name, "coordinate": [x, 300], "text": text});
    check(
        at("right_click", 50, None),
        &["press", "release"],
        3,
        json!([]),
    )
    .await;
    check(
        at("middle_click", 150, None),
        &["press", "release"],
        2,
        json!([]),
    )
    .await;
    check(
        at("left_click", 250, Some("ctrl+shift")),
        &["press", "release"],
        1,
        json!(["shift", "ctrl"]),
    )
    .await;
    let double = ["press", "release", "press", "double", "release"];
    check(at("double_click", 450, None), &double, 1, json!([])).await;
    let triple = [
        "press", "release", "press", "double", "release", "press", "triple", "release",
    ];
    check(at("triple_click", 650, None), &triple, 1, json!([])).await;
}

#[tokio::test]
async fn a_button_stays_down_until_it_is_lifted() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let act = async |action: Value| desktop.act(&computer, &frame, action).await.unwrap();
    act(json!({"action": "mouse_move", "coordinate": [100.5, 200.5]})).await;
    assert_eq!(desktop.pointer(), (100, 200));
    act(json!({"action": "left_mouse_down"})).await;
    assert_eq!(
        only(&window.until_event("press"), &["event", "x", "y"]),
        press(100, 200)
    );
    assert_eq!(desktop.pressed(), ["left"]);
    act(json!({"action": "left_mouse_up"})).await;
    window.until_event("release");
    assert_eq!(desktop.pressed(), Vec::<String>::new());
    let read = act(json!({"action": "cursor_position"})).await;
    assert_eq!(read.text.as_deref(), Some("X=100,Y=200"));
}

#[tokio::test]
async fn a_drag_has_a_path() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let action = json!({
        "action": "left_click_drag", "start_coordinate": [100, 100], "coordinate": [400, 250],
    });
    desktop.act(&computer, &frame, action).await.unwrap();
    let events = window.until(|event| event["event"] == "release");
    let first = events
        .iter()
        .find(|event| event["event"] == "press")
        .unwrap();
    assert_eq!(only(first, &["event", "x", "y"]), press(100, 100));
    assert_eq!(
        only(events.last().unwrap(), &["x", "y"]),
        json!({"x": 400, "y": 250})
    );
    let path: Vec<i64> = events
        .iter()
        .filter(|e| e["event"] == "drag")
        .map(|e| e["x"].as_i64().unwrap())
        .collect();
    assert!(path.len() >= 3, "{path:?}");
    assert!(path.is_sorted(), "{path:?}");
}

#[tokio::test]
async fn the_wheel_turns_by_clicks() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    for (direction, amount) in [("down", 3), ("up", 2), ("left", 1), ("right", 4)] {
        let action = json!({
            "action": "scroll", "coordinate": [600, 400],
            "scroll_direction": direction, "scroll_amount": amount,
        });
        let acted = desktop.act(&computer, &frame, action).await.unwrap();
        assert_eq!(acted.effect.outcome, Outcome::NoChange, "{acted:?}");
        for _ in 0..amount {
            assert_eq!(window.until_event("scroll")["direction"], direction);
        }
    }
    let session = &desktop.session;
    computer
        .call(session, "mouse.scroll", json!({"args": [2]}))
        .await
        .unwrap();
    for _ in 0..2 {
        assert_eq!(window.until_event("scroll")["direction"], "up");
    }
}

/// 300 characters of many scripts.
fn mixed() -> String {
    let sample = "aZ09 ~!@#$%^&*()_+{}|:\"<>?`-=[]\\;',./ éÀñß œŁđ ЖщЯ αΩ 日本語 한글 ★→€ 😀🎉 ";
    sample
        .chars()
        .cycle()
        .take(300)
        .collect::<String>()
        .trim_end()
        .to_owned()
}

fn text_so_far(window: &mut Fixture, wanted: &str) -> String {
    let events = window.until(|event| {
        event["event"] == "text"
            && event["text"].as_str().unwrap().chars().count() >= wanted.chars().count()
    });
    events.last().unwrap()["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn typing_is_exact() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["text"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let text = mixed();
    let start = Instant::now();
    let acted = desktop
        .act(&computer, &frame, json!({"action": "type", "text": text}))
        .await;
    let acted = acted.unwrap();
    println!(
        "300 characters: sent in {:?}, settled in {:?}",
        acted.sent,
        start.elapsed()
    );
    assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
    assert_eq!(text_so_far(&mut window, &text), text);
    // The keyboard is as it was: a chord still means what it says.
    desktop
        .act(
            &computer,
            &frame,
            json!({"action": "key", "text": "ctrl+a"}),
        )
        .await
        .unwrap();
    desktop
        .act(
            &computer,
            &frame,
            json!({"action": "key", "text": "BackSpace"}),
        )
        .await
        .unwrap();
    window.until(|event| event["text"] == "");
    let lines = "two\nlines\tand a tab";
    let call = computer.call(&desktop.session, "keyboard.write", json!({"args": [lines]}));
    assert_eq!(call.await.unwrap()["outcome"], "confirmed");
    assert_eq!(text_so_far(&mut window, lines), lines);
    assert_eq!(desktop.pressed(), Vec::<String>::new());
}

#[tokio::test]
async fn chords_arrive_as_they_are_named() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let mut check = async |text: &str, name: &str, held: Value| {
        desktop
            .act(&computer, &frame, json!({"action": "key", "text": text}))
            .await
            .unwrap();
        let modifiers = ["Control_L", "Shift_L", "Super_L"];
        let event = window
            .until(|e| e["event"] == "key" && !modifiers.contains(&e["name"].as_str().unwrap()))
            .pop()
            .unwrap();
        assert_eq!(
            only(&event, &["name", "held"]),
            json!({"name": name, "held": held}),
            "{text}"
        );
    };
    check("ctrl+s", "s", json!(["ctrl"])).await;
    check("ctrl shift t", "T", json!(["shift", "ctrl"])).await;
    check("Return", "Return", json!([])).await;
    check("Page_Down", "Page_Down", json!([])).await;
    check("ArrowUp", "Up", json!([])).await;
    check("F5", "F5", json!([])).await;
    check("Escape", "Escape", json!([])).await;
    check("space", "space", json!([])).await;
    assert_eq!(
        computer.gate().holder(),
        Some(desktop.session.clone()),
        "our own Esc passes"
    );
    let session = &desktop.session;
    computer
        .call(session, "keyboard.hotkey", json!({"args": ["c", "ctrl"]}))
        .await
        .unwrap();
    let event = window.until(|e| e["name"] == "c").pop().unwrap();
    assert_eq!(event["held"], json!(["ctrl"]));
    computer
        .call(
            session,
            "keyboard.press",
            json!({"args": ["enter"], "presses": 2}),
        )
        .await
        .unwrap();
    window.until(|e| e["name"] == "Return");
    window.until(|e| e["name"] == "Return");
}

#[tokio::test]
async fn a_swallowed_click_is_told_as_no_change() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["swallow"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let action = json!({"action": "left_click", "coordinate": [200.5, 200.5]});
    let acted = desktop.act(&computer, &frame, action).await.unwrap();
    assert_eq!(
        only(&window.until_event("press"), &["event", "x", "y"]),
        press(200, 200)
    );
    assert_eq!(acted.effect.outcome, Outcome::NoChange);
    assert_eq!(acted.effect.detail, "Nothing visible changed.");
    assert_eq!(
        acted.app.as_deref().map(str::to_lowercase).as_deref(),
        Some("window.py")
    );
}
