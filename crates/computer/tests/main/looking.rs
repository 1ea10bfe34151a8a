//! Looking: geometry, displays, own windows, layouts.

use std::time::Instant;

use interpreter_computer::{Computer, ComputerConfig, ComputerError, Look, SessionKey};
use interpreter_protocol::ErrorCode;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desktop::Desktop;

/// Width, height and the colours at some points of a PNG.
pub fn decode(png: &[u8], points: &[(usize, usize)]) -> (u32, u32, Vec<[u8; 3]>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut buffer).unwrap();
    let at = |(x, y): &(usize, usize)| {
        let start = (y * info.width as usize + x) * 3;
        [buffer[start], buffer[start + 1], buffer[start + 2]]
    };
    (info.width, info.height, points.iter().map(at).collect())
}

#[tokio::test]
async fn a_look_has_the_size_that_is_asked_for() {
    let desktop = Desktop::sized(1920, 1080);
    let _window = desktop.window(&["area"]);
    let computer = Computer::new(desktop.config());
    let mut hashes = Vec::new();
    for sent in [(1920, 1080), (1280, 720), (1024, 768)] {
        let start = Instant::now();
        let shot = computer
            .look(&desktop.session, move |_| sent, Look::Primary)
            .await
            .unwrap();
        println!(
            "capture to image of {sent:?}: {:?}, {} bytes",
            start.elapsed(),
            shot.png.len()
        );
        assert_eq!((shot.frame.native, shot.frame.sent), ((1920, 1080), sent));
        let (width, height, colours) = decode(&shot.png, &[(100, 100)]);
        assert_eq!(((width, height), colours), (sent, vec![[255; 3]]));
        hashes.push(shot.hash);
    }
    hashes.dedup();
    assert_eq!(
        hashes.len(),
        1,
        "the hash is of the screen, not of the size sent"
    );
}

#[tokio::test]
async fn two_displays() {
    let desktop = Desktop::start();
    desktop.run(
        "xrandr",
        &["--setmonitor", "left", "640/160x800/200+0+0", "screen"],
    );
    desktop.run(
        "xrandr",
        &["--setmonitor", "right", "640/160x800/200+640+0", "none"],
    );
    let mut window = desktop.window(&["title", "On the right", "740", "100"]);
    let computer = desktop.computer();
    let session = &desktop.session;
    let info = computer
        .call(session, "display.info", json!({}))
        .await
        .unwrap();
    let names: Vec<_> = info
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{info}");
    let other = info
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["name"] == "right")
        .unwrap();
    assert_eq!((&other["x"], &other["width"]), (&json!(640), &json!(640)));
    let right = Look::Display("right".into());
    let shot = computer.look(session, |_| (320, 400), right).await.unwrap();
    assert_eq!(
        (shot.frame.origin, shot.frame.native),
        ((640, 0), (640, 800))
    );
    let action = json!({"action": "left_click", "coordinate": [100, 100]});
    desktop.act(&computer, &shot.frame, action).await.unwrap();
    let event = window.until_event("press");
    assert_eq!((&event["x"], &event["y"]), (&json!(840), &json!(200)));
    let all = computer
        .call(session, "display.view", json!({"screen": -1}))
        .await
        .unwrap();
    assert_eq!(
        (&all["image"]["width"], &all["image"]["height"]),
        (&json!(1280), &json!(800))
    );
    let frames = all["frames"].as_array().unwrap();
    let lies: Vec<_> = frames.iter().map(|frame| &frame["origin"]).collect();
    assert_eq!(lies, [&json!([0, 0]), &json!([640, 0])]);
    assert_eq!(all["offsets"], json!([[0, 0], [640, 0]]));
    // One display alone, by its number.
    let second = computer
        .call(session, "display.view", json!({"screen": 1}))
        .await
        .unwrap();
    assert_eq!(
        (&second["image"]["width"], &second["frame"]["native"]),
        (&json!(640), &json!([640, 800]))
    );
    // Only the window in front, wherever it is.
    let front = computer
        .call(session, "display.view", json!({"active_app_only": true}))
        .await
        .unwrap();
    let frame = &front["frame"];
    assert_eq!(frame["native"], frame["sent"]);
    assert_eq!(
        (&front["image"]["width"], &front["image"]["height"]),
        (&frame["native"][0], &frame["native"][1])
    );
    assert!(front["note"].as_str().unwrap().contains("window in front"));
    let list = json!({"screen": -1, "combine_screens": false});
    let list = computer
        .call(session, "display.screenshot", list)
        .await
        .unwrap();
    assert_eq!(list["images"].as_array().unwrap().len(), 2);
    let error = computer
        .look(session, |s| s, Look::Display("gone".into()))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "There is no display \"gone\".");
}

#[tokio::test]
async fn a_changed_layout_is_refused() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    desktop.run(
        "xrandr",
        &["--setmonitor", "half", "640/160x800/200+0+0", "screen"],
    );
    for action in [
        json!({"action": "left_click", "coordinate": [100, 100]}),
        json!({"action": "mouse_move", "coordinate": [100, 100]}),
        json!({"action": "type", "text": "a"}),
        json!({"action": "zoom", "region": [0, 0, 10, 10]}),
    ] {
        let result = desktop.act(&computer, &frame, action).await;
        assert_eq!(result, Err(ComputerError::LayoutChanged));
    }
    assert_ne!(desktop.pointer(), (100, 100));
    let frame = desktop.look(&computer).await.frame;
    let action = json!({"action": "mouse_move", "coordinate": [100.5, 100.5]});
    desktop.act(&computer, &frame, action).await.unwrap();
    assert_eq!(desktop.pointer(), (100, 100));
}

#[tokio::test]
async fn our_own_windows_are_neither_seen_nor_touched() {
    let desktop = Desktop::start();
    let window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let shot = desktop.look(&computer).await;
    assert_eq!(decode(&shot.png, &[(300, 300)]).2, [[255; 3]]);
    assert!(!shot.masked);
    computer.gate().add_own_pid(window.pid);
    let shot = desktop.look(&computer).await;
    assert_eq!(decode(&shot.png, &[(300, 300)]).2, [[128; 3]]);
    assert!(shot.masked);
    for action in [
        json!({"action": "left_click", "coordinate": [300, 300]}),
        json!({"action": "type", "text": "secret"}),
    ] {
        assert!(computer.target(&action, &shot.frame).unwrap().own);
        let error = desktop
            .act(&computer, &shot.frame, action)
            .await
            .unwrap_err();
        assert_eq!(
            error,
            ComputerError::OwnWindow {
                what: "the window \"area\"".into()
            }
        );
    }
    computer.gate().pause();
    assert!(
        computer.gate().resume().is_err(),
        "right after an action on our own window"
    );
}

#[tokio::test]
async fn zoom_shows_native_detail() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let sent = |_| (640, 400);
    let frame = computer
        .look(&desktop.session, sent, Look::Primary)
        .await
        .unwrap()
        .frame;
    let click = json!({"action": "left_click", "coordinate": [100, 100]});
    desktop.act(&computer, &frame, click).await.unwrap();
    let zoom = json!({"action": "zoom", "region": [90, 90, 110, 110]});
    let picture = desktop
        .act(&computer, &frame, zoom)
        .await
        .unwrap()
        .image
        .unwrap();
    assert_eq!((picture.width, picture.height), (40, 40));
    // The square of 20 by 20 around the middle.
    let (_, _, colours) = decode(&picture.png, &[(20, 20), (5, 5), (35, 35), (28, 28)]);
    assert_eq!(colours, [[255, 0, 255], [255; 3], [255; 3], [255, 0, 255]]);
}

#[tokio::test]
async fn the_window_in_front_alone() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["title", "Small one"]);
    let computer = Computer::new(desktop.config());
    let shot = computer
        .look(&desktop.session, |size| size, Look::ActiveWindow)
        .await
        .unwrap();
    assert!(
        shot.frame.native.0 >= 300 && shot.frame.native.0 < 400,
        "{:?}",
        shot.frame
    );
    let (width, height, colours) = decode(&shot.png, &[(100, 100)]);
    assert_eq!(
        ((width, height), colours),
        (shot.frame.native, vec![[255; 3]])
    );
}

#[tokio::test]
async fn without_a_display_it_says_what_to_do() {
    let config = ComputerConfig {
        display: Some("localhost-nowhere:7".into()),
        ..ComputerConfig::default()
    };
    let computer = Computer::new(config);
    let session = SessionKey::from("test");
    let error = computer
        .look(&session, |size| size, Look::Primary)
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::NoDisplay, "{error}");
    assert!(!error.remedy().is_empty());
    assert_eq!(
        computer.gate().open(&session).unwrap_err().code(),
        ErrorCode::NoDisplay
    );
    assert!(
        computer
            .doctor()
            .await
            .iter()
            .filter(|ability| ability.works)
            .count()
            <= 2
    );
}

#[tokio::test]
async fn displays_that_were_not_given_are_neither_seen_nor_used() {
    let desktop = Desktop::start();
    for (name, at) in [("left", "0"), ("right", "640")] {
        let place = format!("640/160x800/200+{at}+0");
        let output = if name == "left" { "screen" } else { "none" };
        desktop.run("xrandr", &["--setmonitor", name, &place, output]);
    }
    let mut window = desktop.window(&["title", "On the right", "740", "100"]);
    let whole = desktop.computer();
    let session = &desktop.session;
    let right = Look::Display("right".into());
    let shot = whole.look(session, |s| s, right.clone()).await.unwrap();
    let computer = whole.apart();
    computer.give_displays(Some(vec!["left".to_owned()]));
    let refused = "The display right is not among those the person lets you use. Nothing was done.";
    // Clicked, in the frame of before, and by a place on the desktop.
    let click = json!({"action": "left_click", "coordinate": [100, 100]});
    let error = desktop
        .act(&computer, &shot.frame, click)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), refused);
    for (method, params) in [
        ("mouse.click", json!({"x": 840, "y": 200})),
        ("keyboard.write", json!({"text": "a"})),
    ] {
        let error = computer.call(session, method, params).await.unwrap_err();
        assert_eq!(error.to_string(), refused, "{method}");
    }
    // Looked at.
    let error = computer.look(session, |s| s, right).await.unwrap_err();
    assert_eq!(error.to_string(), "There is no display \"right\".");
    let all = json!({"screen": -1});
    let all = computer.call(session, "display.view", all).await.unwrap();
    assert_eq!(all["image"]["width"], json!(640));
    // What was given can be used, and what is given later.
    let shot = computer.look(session, |s| s, Look::Primary).await.unwrap();
    assert_eq!(shot.frame.display, "left");
    computer.give_displays(None);
    let click = json!({"x": 840, "y": 200});
    computer.call(session, "mouse.click", click).await.unwrap();
    let event = window.until_event("press");
    assert_eq!((&event["x"], &event["y"]), (&json!(840), &json!(200)));
}
