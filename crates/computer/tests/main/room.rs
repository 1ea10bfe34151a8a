//! A front's windows leave the place where an action goes.

use std::sync::{Arc, Mutex};

use interpreter_computer::{Clear, Computer, ComputerConfig, ComputerError, SessionKey};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::desktop::{Desktop, only, press};

type Asked = Arc<Mutex<Vec<(SessionKey, Vec<(i32, i32)>)>>>;

/// A computer whose front moves its window `Ours` to this place when it is asked for
/// room, and what it was asked.
fn computer(desktop: &Desktop, pid: u32, place: Option<[&'static str; 2]>) -> (Computer, Asked) {
    let asked = Asked::default();
    let (noted, display) = (Arc::clone(&asked), desktop.display.clone());
    let clear = Clear(Arc::new(move |session, points| {
        noted.lock().unwrap().push((session, points));
        if let Some([x, y]) = place {
            let moved = std::process::Command::new("xdotool")
                .env("DISPLAY", &display)
                .args(["search", "--name", "^Ours$", "windowmove", x, y])
                .status();
            assert!(moved.unwrap().success());
        }
        Box::pin(async {})
    }));
    let computer = Computer::new(ComputerConfig {
        own_pids: vec![pid],
        clear: Some(clear),
        ..desktop.config()
    });
    computer.gate().open(&desktop.session).unwrap();
    (computer, asked)
}

#[tokio::test]
async fn what_is_below_our_window_is_clicked_once_the_window_is_away() {
    let desktop = Desktop::start();
    let mut below = desktop.window(&["area"]);
    let ours = desktop.window(&["title", "Ours", "250", "250"]);
    let (computer, asked) = computer(&desktop, ours.pid, Some(["800", "500"]));
    let frame = desktop.look(&computer).await.frame;
    let point = json!({"action": "left_click", "coordinate": [300.5, 300.5]});
    desktop.act(&computer, &frame, point.clone()).await.unwrap();
    let clicked = below.until_event("press");
    assert_eq!(only(&clicked, &["event", "x", "y"]), press(300, 300));
    let once = vec![(desktop.session.clone(), vec![(300, 300)])];
    assert_eq!(*asked.lock().unwrap(), once);
    // Where nothing of ours lies, nobody is asked.
    desktop.act(&computer, &frame, point).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), once);
}

#[tokio::test]
async fn a_window_that_stays_is_never_clicked() {
    let desktop = Desktop::start();
    let _below = desktop.window(&["area"]);
    let ours = desktop.window(&["title", "Ours", "250", "250"]);
    let (computer, asked) = computer(&desktop, ours.pid, None);
    let frame = desktop.look(&computer).await.frame;
    let click = json!({"action": "left_click", "coordinate": [300.5, 300.5]});
    let refused = desktop.act(&computer, &frame, click).await;
    assert!(
        matches!(refused, Err(ComputerError::OwnWindow { .. })),
        "{refused:?}"
    );
    assert!(!asked.lock().unwrap().is_empty());
}
