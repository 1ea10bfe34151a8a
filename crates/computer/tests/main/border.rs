//! The border around what is seen.

use std::process::Stdio;
use std::time::Instant;

use interpreter_computer::{Computer, Look, SessionKey};
use interpreter_protocol::Outcome;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desktop::{Desktop, PATIENCE, only};
use crate::looking::decode;
use crate::sway::{TWO, Wayland};
use crate::wayland_stopping::close;

const WHITE: [u8; 3] = [255; 3];
const LIGHT: [u8; 3] = [0xcb, 0xf1, 0x2e];
const DARK: [u8; 3] = [0x10, 0x16, 0x0a];

/// What somebody who is not us sees at some points.
async fn seen(desktop: &Desktop, points: &[(usize, usize)]) -> Vec<[u8; 3]> {
    let stranger = Computer::new(desktop.config());
    let session = SessionKey::from("stranger");
    let look = stranger.look(&session, |size| size, Look::Primary).await;
    decode(&look.unwrap().png, points).2
}

/// Waits until they look so: the border is painted by the thread that owns it.
async fn until_seen(desktop: &Desktop, points: &[(usize, usize)], colours: &[[u8; 3]]) {
    let looking = async { while seen(desktop, points).await != colours {} };
    tokio::time::timeout(crate::desktop::PATIENCE, looking)
        .await
        .unwrap_or_else(|_| panic!("never {colours:?} at {points:?}"));
}

#[tokio::test]
async fn it_is_there_while_control_is_held_and_in_nobodys_way() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = Computer::new(desktop.config());
    // From the outside to the inside, at each side.
    let points = [
        (640, 0),
        (640, 3),
        (640, 5),
        (640, 6),
        (640, 799),
        (640, 796),
        (640, 793),
        (0, 400),
        (3, 400),
        (6, 400),
        (1279, 400),
        (1276, 400),
        (1273, 400),
    ];
    let side = [DARK, LIGHT, WHITE];
    let all = [&[DARK, LIGHT, DARK, WHITE][..], &side, &side, &side].concat();
    assert_eq!(seen(&desktop, &points).await, vec![WHITE; points.len()]);
    computer.enter(&desktop.session).await.unwrap();
    until_seen(&desktop, &points, &all).await;

    // The model does not see it, and clicks through it.
    let shot = desktop.look(&computer).await;
    let (.., shown) = decode(&shot.png, &points);
    assert_eq!([LIGHT, DARK].map(|it| shown.contains(&it)), [false; 2]);
    let click = json!({"action": "left_click", "coordinate": [2.5, 200.5]});
    let acted = desktop.act(&computer, &shot.frame, click).await.unwrap();
    assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
    let event = window.until_event("press");
    assert_eq!(only(&event, &["x", "y"]), json!({"x": 2, "y": 200}));

    // A window that comes above everything does not hide it for long.
    let cover = desktop.window(&["area"]);
    until_seen(&desktop, &points, &all).await;
    drop(cover);

    computer.gate().close(&desktop.session);
    until_seen(&desktop, &points, &vec![WHITE; points.len()]).await;
}

#[tokio::test]
async fn a_window_that_only_calls_itself_so_is_no_border() {
    let desktop = Desktop::start();
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let window = desktop.window(&["title", "Bank", "500", "300"]);
    let mut search = desktop.command("xdotool");
    search
        .args(["search", "--name", "^Bank$"])
        .stdout(Stdio::piped());
    let found = String::from_utf8(search.output().unwrap().stdout).unwrap();
    let words = ["--classname", "border", "--class", "interpreter-border"];
    desktop.run(
        "xdotool",
        &[&["set_window"], &words[..], &[found.trim()]].concat(),
    );
    let action = json!({"action": "left_click", "coordinate": [520, 320]});
    let target = computer.target(&action, &frame).unwrap();
    assert_eq!(
        (target.pid, target.app.as_deref()),
        (Some(window.pid), Some("interpreter-border"))
    );
}

#[tokio::test]
async fn on_sway_it_is_there_on_each_display_in_its_scale_and_in_nobodys_way() {
    let mut desktop = Wayland::start(&TWO);
    let _one = desktop.window("HEADLESS-1", "area");
    let mut window = desktop.window("HEADLESS-2", "area");
    let stranger = Computer::new(desktop.config());
    let computer = Computer::new(desktop.config());
    // Where the dark line ends and the light one begins is a matter of the scale.
    let points = |(w, h): (usize, usize), scale: usize| {
        let (inner, light, width) = (6 * scale - 1, 3 * scale, 6 * scale);
        let depths = [0, light, inner, width];
        let mut points: Vec<(usize, usize)> = depths.map(|depth| (w / 2, depth)).to_vec();
        points.extend(depths.map(|depth| (w / 2, h - 1 - depth)));
        points.extend(depths.map(|depth| (depth, h / 2)));
        points.extend(depths.map(|depth| (w - 1 - depth, h / 2)));
        points
    };
    let displays = [
        ("HEADLESS-1", points((1024, 768), 1)),
        ("HEADLESS-2", points((1280, 800), 2)),
    ];
    let ring = [DARK, LIGHT, DARK, WHITE].repeat(4);
    let white = vec![WHITE; 16];
    let check = async |expected: &[[u8; 3]]| {
        for (display, points) in &displays {
            let deadline = Instant::now() + PATIENCE;
            loop {
                let seen = decode(&desktop.look(&stranger, display).await.png, points).2;
                // The compositor shows it with one of its next pictures.
                if seen == expected || Instant::now() > deadline {
                    assert_eq!(seen, expected, "{display}");
                    break;
                }
            }
        }
    };
    check(&white).await;
    computer.enter(&desktop.session).await.unwrap();
    check(&ring).await;

    // The model does not see it, and clicks through it.
    for (display, points) in &displays {
        let shot = desktop.look(&computer, display).await;
        let (.., shown) = decode(&shot.png, points);
        assert_eq!([LIGHT, DARK].map(|it| shown.contains(&it)), [false; 2]);
        assert!(shown.contains(&WHITE), "{display}");
    }
    let frame = desktop.look(&computer, "HEADLESS-2").await.frame;
    let click = json!({"action": "left_click", "coordinate": [5.0, 601.0]});
    let acted = desktop.act(&computer, &frame, click).await.unwrap();
    assert_eq!(acted.effect.outcome, Outcome::Confirmed, "{acted:?}");
    let event = window.until_event("press");
    assert_eq!(only(&event, &["x", "y"]), json!({"x": 2.75, "y": 300.75}));

    close(&desktop, &computer).await;
    check(&white).await;
}

#[tokio::test]
async fn on_sway_it_is_only_on_the_displays_that_were_given() {
    let mut desktop = Wayland::start(&TWO);
    let _windows = [
        desktop.window("HEADLESS-1", "area"),
        desktop.window("HEADLESS-2", "area"),
    ];
    let stranger = Computer::new(desktop.config());
    let computer = Computer::new(desktop.config());
    computer.give_displays(Some(vec!["HEADLESS-2".to_owned()]));
    computer.enter(&desktop.session).await.unwrap();
    for (display, colour) in [("HEADLESS-1", WHITE), ("HEADLESS-2", LIGHT)] {
        let seen = desktop.look(&stranger, display).await;
        let depth = if display == "HEADLESS-1" { 3 } else { 6 };
        assert_eq!(decode(&seen.png, &[(500, depth)]).2, [colour], "{display}");
    }
}
