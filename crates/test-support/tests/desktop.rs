//! A real desktop with real windows.

use std::time::Duration;

use interpreter_test_support::{Desktop, Fixture};
use pretty_assertions::assert_eq;
use serde_json::json;

#[tokio::test]
async fn a_square_is_painted_where_it_says_and_judges_clicks() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 400, 300, 21).await;
    let shown = |x: u32, y: u32| {
        let picture = desktop.screenshot();
        let magenta = |x, y| picture.get_pixel(x, y).0 == [255, 0, 255];
        (
            magenta(x, y),
            magenta(x + 20, y + 20),
            magenta(x - 1, y),
            magenta(x + 21, y + 20),
        )
    };
    assert_eq!(shown(400, 300), (true, true, false, false));
    desktop.person_clicks(410, 310);
    let click = square.expect("click").await;
    assert_eq!(
        click,
        json!({"event": "click", "x": 410, "y": 310, "button": 1, "inside": true, "off": 0.0})
    );
    assert_eq!(desktop.pointer(), (410, 310));
    desktop.person_clicks(399, 310);
    let click = square.expect("click").await;
    assert_eq!(
        (&click["inside"], &click["off"]),
        (&json!(false), &json!(11.0))
    );
    square.move_square(0, 700).await;
    assert_eq!(square.place("square").middle(), (10, 710));
    let picture = desktop.screenshot();
    assert_eq!(picture.get_pixel(0, 700).0, [255, 0, 255]);
    assert_eq!(picture.get_pixel(410, 310).0 == [255, 0, 255], false);
    assert!(!desktop.anything_pressed());
    let anywhere = Fixture::square_anywhere(&desktop, 15).await;
    let (x, y) = anywhere.place("square").middle();
    assert_eq!(
        desktop.screenshot().get_pixel(x as u32, y as u32).0,
        [255, 0, 255]
    );
}

#[tokio::test]
async fn a_form_logs_presses_and_text() {
    let desktop = Desktop::with_size(1024, 768);
    let mut form = Fixture::form(&desktop, "Press me").await;
    let (x, y) = form.place("button").middle();
    desktop.person_clicks(x, y);
    assert_eq!(
        form.expect("pressed").await,
        json!({"event": "pressed", "label": "Press me"})
    );
    let (x, y) = form.place("entry").middle();
    desktop.person_clicks(x, y);
    form.expect("focus").await;
    desktop.person_presses('h'.into());
    desktop.person_presses('i'.into());
    form.expect_text("hi").await;
    form.set_text("für alle");
    form.expect_text("für alle").await;
    assert_eq!(form.next_event(Duration::ZERO).await, None);
}

#[tokio::test]
async fn text_and_keys_reach_their_windows() {
    let desktop = Desktop::start();
    {
        let mut text = Fixture::text(&desktop).await;
        desktop.person_presses('a'.into());
        desktop.person_presses(0xff0d);
        desktop.person_presses('b'.into());
        text.expect_text("a\nb").await;
    }
    let mut keys = Fixture::keys(&desktop).await;
    desktop.person_presses(0xff1b);
    let (press, release) = (keys.expect("press").await, keys.expect("release").await);
    assert_eq!(
        (&press["key"], &press["modifiers"]),
        (&json!("Escape"), &json!([]))
    );
    assert_eq!(release["key"], "Escape");
}

#[tokio::test]
async fn desktops_stand_side_by_side_and_leave_nothing() {
    let (one, two) = (Desktop::start(), Desktop::start());
    assert_ne!(one.display(), two.display());
    let mut here = Fixture::square(&one, 50, 50, 10).await;
    two.person_clicks(55, 55);
    one.person_clicks(55, 55);
    here.expect("click").await;
    here.expect("release").await;
    assert_eq!(here.events_so_far().await, [] as [serde_json::Value; 0]);
    let pids = [here.pid(), one.bus_pid()];
    let folder = one.folder().to_owned();
    drop(here);
    drop(one);
    assert!(!folder.exists());
    for pid in pids {
        assert!(
            !std::path::Path::new(&format!("/proc/{pid}")).exists(),
            "{pid} lives on"
        );
    }
}
