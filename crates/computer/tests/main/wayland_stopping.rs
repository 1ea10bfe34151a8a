//! Stop and yield on sway, with a person who is another Wayland client.

use std::time::Instant;

use interpreter_computer::{
    Computer, ComputerConfig, ComputerError, GateEvent, SessionKey, StoppedBy,
};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::desktop::{PATIENCE, only};
use crate::sway::{Fixture, TWO, Wayland};
use crate::wayland::pressed;

/// Waits for an event of the gate.
async fn until(events: &mut Receiver<GateEvent>, wanted: impl Fn(&GateEvent) -> bool) -> GateEvent {
    let wait = async {
        loop {
            let event = events.recv().await.unwrap();
            if wanted(&event) {
                return event;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("the gate said nothing")
}

/// Closes the gate, and waits until others may open it.
pub async fn close(desktop: &Wayland, computer: &Computer) {
    let mut events = computer.gate().events();
    computer.gate().close(&desktop.session);
    until(&mut events, |event| *event == GateEvent::Released).await;
}

/// Begins an action, and does `then` once the window has heard of it.
async fn during(
    desktop: &mut Wayland,
    computer: &Computer,
    window: &mut Fixture,
    action: Value,
    begun: &str,
    then: impl FnOnce(&mut Wayland),
) -> (ComputerError, Vec<Value>) {
    let frame = desktop.look(computer, "HEADLESS-1").await.frame;
    let (busy, session) = (computer.clone(), desktop.session.clone());
    let acting = tokio::spawn(async move { busy.act(&session, &action, &frame).await });
    let name = begun.to_owned();
    let (seen, start) = tokio::task::block_in_place(|| {
        let seen = window.until(|event| event["event"] == name.as_str());
        let start = Instant::now();
        then(desktop);
        (seen, start)
    });
    let error = acting.await.unwrap().unwrap_err();
    println!(
        "from the person's hand to the answer of the action: {:?}",
        start.elapsed()
    );
    (error, seen)
}

fn long_text() -> Value {
    json!({"action": "type", "text": "The quick brown fox. ".repeat(500)})
}

fn hold() -> Value {
    json!({"action": "hold_key", "text": "ctrl+shift+k", "duration": 300})
}

/// Reads on until every key that went down is up again.
fn until_all_up(window: &mut Fixture, seen: Vec<Value>) -> Vec<Value> {
    let mut all = seen;
    while !pressed(&all).is_empty() {
        all.extend(window.until(|event| event["event"] == "key_up"));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn the_escape_key_of_a_person_stops_and_is_kept_from_programs() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    for action in [long_text(), hold()] {
        let computer = desktop.computer();
        let mut events = computer.gate().events();
        let (error, seen) = during(
            &mut desktop,
            &computer,
            &mut window,
            action.clone(),
            "key",
            |desktop| desktop.sway.person_presses(0xff1b),
        )
        .await;
        assert_eq!(
            error,
            ComputerError::Stopped {
                by: StoppedBy::Escape
            }
        );
        until(&mut events, |event| *event == GateEvent::Released).await;
        let all = until_all_up(&mut window, seen);
        assert!(!all.iter().any(|event| event["name"] == "Escape"));
    }
    // The key is the person's again, and nothing of ours is behind it.
    desktop.sway.person_presses(0xff1b);
    let rest = window.until(|event| event["event"] == "key_up" && event["name"] == "Escape");
    assert_eq!(pressed(&rest), Vec::<Value>::new());
    let last = rest.iter().rfind(|event| event["event"] == "key").unwrap();
    assert_eq!(
        only(last, &["name", "held"]),
        json!({"name": "Escape", "held": []})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_in_the_middle_of_a_drag_lets_the_button_go() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let mut events = computer.gate().events();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    for action in [
        json!({"action": "mouse_move", "coordinate": [300, 200]}),
        json!({"action": "left_mouse_down"}),
    ] {
        desktop.act(&computer, &frame, action).await.unwrap();
    }
    window.until_event("press");
    computer.gate().stop("the tray");
    until(&mut events, |event| *event == GateEvent::Released).await;
    window.until_event("release");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_mouse_or_keyboard_pauses() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    let by = "mouse or keyboard were used".to_owned();
    let person: [fn(&mut Wayland); 3] = [
        |desktop| desktop.sway.person_moves(3.0, 2.0),
        |desktop| desktop.sway.person_presses(0x62),
        |desktop| desktop.sway.person_clicks(),
    ];
    for acts in person {
        let computer = desktop.computer();
        let (error, seen) = during(&mut desktop, &computer, &mut window, hold(), "key", acts).await;
        assert_eq!(error, ComputerError::Paused { by: by.clone() });
        until_all_up(&mut window, seen);
        let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
        let click = json!({"action": "left_click", "coordinate": [600, 500]});
        let refused = desktop.act(&computer, &frame, click.clone()).await;
        assert_eq!(refused, Err(ComputerError::Paused { by: by.clone() }));
        computer.gate().resume().unwrap();
        let acted = desktop.act(&computer, &frame, click).await.unwrap();
        assert!(acted.effect.detail.contains("The person used"), "{acted:?}");
        let at_ours = |event: &Value| event["event"] == "press" && event["x"] == 600.5;
        window.until(at_ours);
        close(&desktop, &computer).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_noticed_while_much_is_typed() {
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let (error, seen) = during(
        &mut desktop,
        &computer,
        &mut window,
        long_text(),
        "key",
        |desktop| desktop.sway.person_moves(1.0, 0.0),
    )
    .await;
    let by = "mouse or keyboard were used".to_owned();
    assert_eq!(error, ComputerError::Paused { by });
    until_all_up(&mut window, seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_pointer_is_noticed_even_where_input_is_not_reported() {
    let mut desktop = Wayland::start(&TWO);
    let window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    let inhibit = format!("[pid={}] inhibit_idle open", window.pid);
    desktop.sway.command(&inhibit);
    let click = json!({"action": "left_click", "coordinate": [300, 300]});
    desktop.act(&computer, &frame, click.clone()).await.unwrap();
    tokio::task::block_in_place(|| desktop.sway.person_moves(60.0, 50.0));
    let refused = desktop.act(&computer, &frame, click).await;
    let by = "the mouse was moved".to_owned();
    assert_eq!(refused, Err(ComputerError::Paused { by }));
    // And the key stops as ever.
    let mut events = computer.gate().events();
    tokio::task::block_in_place(|| desktop.sway.person_presses(0xff1b));
    let stopped = until(&mut events, |event| {
        matches!(event, GateEvent::Stopped { .. })
    });
    assert_eq!(
        stopped.await,
        GateEvent::Stopped {
            session: Some(desktop.session.clone()),
            by: StoppedBy::Escape
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_outer_corners_stop_and_ours_do_not() {
    let mut desktop = Wayland::start(&TWO);
    let _window = desktop.window("HEADLESS-1", "area");
    let computer = desktop.computer();
    let mut events = computer.gate().events();
    let frame = desktop.look(&computer, "HEADLESS-1").await.frame;
    let to_corner = json!({"action": "mouse_move", "coordinate": [1023.5, 767.5]});
    desktop.act(&computer, &frame, to_corner).await.unwrap();
    assert_eq!(computer.gate().holder(), Some(desktop.session.clone()));
    let away = json!({"action": "mouse_move", "coordinate": [300, 200]});
    desktop.act(&computer, &frame, away).await.unwrap();
    tokio::task::block_in_place(|| desktop.sway.person_moves(5000.0, 5000.0));
    let stopped = until(&mut events, |event| {
        matches!(event, GateEvent::Stopped { .. })
    })
    .await;
    assert_eq!(
        stopped,
        GateEvent::Stopped {
            session: Some(desktop.session.clone()),
            by: StoppedBy::Corner
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_person_left_the_pointer_is_found() {
    let mut desktop = Wayland::start(&TWO);
    let _window = desktop.window("HEADLESS-2", "area");
    desktop.sway.person_moves(-5000.0, -5000.0);
    desktop.sway.person_moves(100.0, 60.0);
    let computer = desktop.computer();
    let frame = desktop.look(&computer, "HEADLESS-2").await.frame;
    let read = json!({"action": "cursor_position"});
    let acted = desktop.act(&computer, &frame, read).await.unwrap();
    assert_eq!(acted.text.as_deref(), Some("X=200,Y=120"));
}

#[tokio::test]
async fn one_program_drives_at_a_time() {
    let desktop = Wayland::start(&TWO);
    let first = desktop.computer();
    let second = Computer::new(desktop.config());
    let other = SessionKey::from("other");
    let holder = format!("Interpreter (pid {})", std::process::id());
    assert_eq!(
        second.gate().open(&other),
        Err(ComputerError::GateTaken { holder })
    );
    close(&desktop, &first).await;
    second.gate().open(&other).unwrap();
}

#[tokio::test]
async fn without_the_socket_of_sway_nothing_is_driven() {
    let mut desktop = Wayland::start(&TWO);
    let _window = desktop.window("HEADLESS-1", "area");
    let sockets = std::fs::read_dir(desktop.sway.folder()).unwrap().flatten();
    let own = sockets.map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("sway-ipc.")
    });
    let own = own.unwrap();
    std::fs::rename(&own, own.with_extension("hidden")).unwrap();
    let computer = Computer::new(desktop.config());
    let refused = computer.gate().open(&desktop.session);
    assert_eq!(
        refused,
        Err(ComputerError::NoStop {
            detail: "only sway can keep the stop key for us and tell where windows are, and this \
                     compositor is another one"
                .to_owned()
        })
    );
    // It can still be looked at.
    desktop.look(&computer, "HEADLESS-2").await;
}

#[tokio::test]
async fn it_does_not_start_where_a_person_would_not_be_heard() {
    let mut desktop = Wayland::start(&TWO);
    let window = desktop.window("HEADLESS-1", "area");
    let awake = format!("[pid={}] inhibit_idle", window.pid);
    desktop.sway.command(&format!("{awake} open"));
    let computer = Computer::new(desktop.config());
    let refused = computer.gate().open(&desktop.session);
    assert_eq!(
        refused,
        Err(ComputerError::NoStop {
            detail: "trying whether a person's input can be heard failed: sway reports no input \
                     while another program keeps the screen awake (a film, a call); end that first"
                .to_owned()
        })
    );
    desktop.sway.command(&format!("{awake} none"));
    computer.gate().open(&desktop.session).unwrap();
}

/// Run as a program of its own by the test below.
#[test]
#[ignore = "another test runs it"]
fn holds_the_gate_until_it_is_killed() {
    let computer = Computer::new(ComputerConfig {
        display: std::env::var("INTERPRETER_TEST_DISPLAY").ok(),
        ..ComputerConfig::default()
    });
    computer.gate().open(&SessionKey::from("killed")).unwrap();
    println!("\nopen");
    loop {
        std::thread::park();
    }
}

#[test]
fn the_stop_key_is_given_back_after_a_crash() {
    use std::io::{BufRead as _, BufReader};
    let mut desktop = Wayland::start(&TWO);
    let mut window = desktop.window("HEADLESS-1", "area");
    let mut program = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "wayland_stopping::holds_the_gate_until_it_is_killed",
        ])
        .args(["--ignored", "--nocapture"])
        .env("INTERPRETER_TEST_DISPLAY", desktop.sway.display())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "open"));
    program.kill().unwrap();
    program.wait().unwrap();
    // Given back by another program, which takes its time; one that never did
    // would let this run into its limit.
    loop {
        desktop.sway.person_presses(0xff1b);
        desktop.sway.person_presses(0x78);
        let seen = window.until(|event| event["event"] == "key_up" && event["name"] == "x");
        if seen.iter().any(|event| event["name"] == "Escape") {
            return;
        }
    }
}
