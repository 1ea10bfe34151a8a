//! Stop and yield, with a person who is played by another X client.

use std::time::{Duration, Instant};

use interpreter_computer::{Computer, ComputerError, GateEvent, StoppedBy};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::desktop::{Desktop, Fixture, PATIENCE};

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

/// Begins an action, and does `then` once the window has heard of it.
async fn during(
    desktop: &Desktop,
    computer: &Computer,
    window: &mut Fixture,
    action: Value,
    begun: &str,
    then: impl FnOnce(),
) -> ComputerError {
    let frame = desktop.look(computer).await.frame;
    let (busy, session) = (computer.clone(), desktop.session.clone());
    let acting = tokio::spawn(async move { busy.act(&session, &action, &frame).await });
    let name = begun.to_owned();
    tokio::task::block_in_place(|| window.until(|event| event["event"] == name.as_str()));
    let start = Instant::now();
    then();
    let error = acting.await.unwrap().unwrap_err();
    println!(
        "from the call to the answer of the action: {:?}",
        start.elapsed()
    );
    error
}

fn long_text() -> Value {
    json!({"action": "type", "text": "The quick brown fox. ".repeat(500)})
}

fn hold() -> Value {
    json!({"action": "hold_key", "text": "ctrl+shift+k", "duration": 300})
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_in_the_middle_leaves_nothing_pressed() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    for (action, begun) in [
        (long_text(), "key"),
        (hold(), "key"),
        (json!({"action": "wait", "duration": 300}), ""),
    ] {
        let computer = desktop.computer();
        let mut events = computer.gate().events();
        let gate = computer.gate().clone();
        let error = if begun.is_empty() {
            // A wait is not heard of; it ends all the same, begun or not.
            let frame = desktop.look(&computer).await.frame;
            let acting = desktop.act(&computer, &frame, action);
            let (result, ()) = tokio::join!(acting, async { gate.stop("the pill") });
            result.unwrap_err()
        } else {
            during(&desktop, &computer, &mut window, action, begun, || {
                gate.stop("the pill")
            })
            .await
        };
        let by = StoppedBy::Caller("the pill".into());
        assert_eq!(error, ComputerError::Stopped { by: by.clone() });
        until(&mut events, |event| *event == GateEvent::Released).await;
        assert_eq!(desktop.pressed(), Vec::<String>::new());
        let frame = desktop.look(&computer).await.frame;
        let next = desktop
            .act(&computer, &frame, json!({"action": "key", "text": "a"}))
            .await;
        assert_eq!(next, Err(ComputerError::Stopped { by }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_between_press_and_release_of_a_drag() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let mut events = computer.gate().events();
    let frame = desktop.look(&computer).await.frame;
    desktop
        .act(&computer, &frame, json!({"action": "left_mouse_down"}))
        .await
        .unwrap();
    window.until_event("press");
    assert_eq!(desktop.pressed(), ["left"]);
    computer.gate().stop("the tray");
    until(&mut events, |event| *event == GateEvent::Released).await;
    assert_eq!(desktop.pressed(), Vec::<String>::new());
    window.until_event("release");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_escape_key_of_a_person_stops_and_is_kept_from_programs() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    for action in [long_text(), hold()] {
        let computer = desktop.computer();
        let mut events = computer.gate().events();
        let error = during(&desktop, &computer, &mut window, action, "key", || {
            desktop.run("xdotool", &["key", "Escape"]);
        })
        .await;
        assert_eq!(
            error,
            ComputerError::Stopped {
                by: StoppedBy::Escape
            }
        );
        until(&mut events, |event| *event == GateEvent::Released).await;
        assert_eq!(desktop.pressed(), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_at_the_mouse_pauses() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let mut events = computer.gate().events();
    let error = during(&desktop, &computer, &mut window, long_text(), "key", || {
        desktop.run("xdotool", &["mousemove_relative", "--", "60", "50"]);
    })
    .await;
    let by = "the mouse was moved".to_owned();
    assert_eq!(error, ComputerError::Paused { by: by.clone() });
    until(&mut events, |event| {
        matches!(event, GateEvent::Paused { .. })
    })
    .await;
    until(&mut events, |event| *event == GateEvent::Released).await;
    assert_eq!(desktop.pressed(), Vec::<String>::new());
    let frame = desktop.look(&computer).await.frame;
    let at = desktop.pointer();
    let click = json!({"action": "left_click", "coordinate": [300, 300]});
    let refused = desktop.act(&computer, &frame, click.clone()).await;
    assert_eq!(refused, Err(ComputerError::Paused { by }));
    assert_eq!(desktop.pointer(), at, "the person's place is kept");
    computer.gate().resume().unwrap();
    let acted = desktop.act(&computer, &frame, click.clone()).await.unwrap();
    assert!(
        acted
            .effect
            .detail
            .contains("The person used mouse or keyboard"),
        "{acted:?}"
    );
    let acted = desktop.act(&computer, &frame, click).await.unwrap();
    assert!(
        !acted.effect.detail.contains("The person"),
        "told once: {acted:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_puts_the_pointer_elsewhere_pauses_too() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let click = json!({"action": "left_click", "coordinate": [300, 300]});
    for before in [
        json!({"action": "mouse_move", "coordinate": [200, 200]}),
        json!({"action": "left_click", "coordinate": [250, 200]}),
        json!({"action": "key", "text": "a"}),
    ] {
        desktop.act(&computer, &frame, before).await.unwrap();
        // Without any event that could be heard.
        desktop.run("xdotool", &["mousemove", "700", "500"]);
        let refused = desktop.act(&computer, &frame, click.clone()).await;
        let by = "the mouse was moved".to_owned();
        assert_eq!(refused, Err(ComputerError::Paused { by }));
        assert_eq!(desktop.pointer(), (700, 500));
        computer.gate().resume().unwrap();
        desktop.act(&computer, &frame, click.clone()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_screen_stays_awake_while_the_gate_is_open() {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::Event;
    use x11rb::protocol::screensaver::{ConnectionExt as _, Event as Mask};
    use x11rb::protocol::xproto::{Blanking, ConnectionExt as _, Exposures};
    let desktop = Desktop::start();
    let computer = desktop.computer();
    let (x, screen) = x11rb::connect(Some(&desktop.display)).unwrap();
    let root = x.setup().roots[screen].root;
    x.screensaver_query_version(1, 1).unwrap().reply().unwrap();
    x.screensaver_select_input(root, Mask::NOTIFY_MASK).unwrap();
    x.set_screen_saver(1, 0, Blanking::PREFERRED, Exposures::ALLOWED)
        .unwrap()
        .check()
        .unwrap();
    let saved = || {
        matches!(
            x.poll_for_event().unwrap(),
            Some(Event::ScreensaverNotify(_))
        )
    };
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(2500) {
        assert!(!saved(), "the screen saver came on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    computer.gate().close(&desktop.session);
    let start = Instant::now();
    while !saved() {
        assert!(start.elapsed() < PATIENCE, "the screen saver stays off");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_or_a_key_of_a_person_pauses_at_once() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["area"]);
    let computer = desktop.computer();
    for (command, by) in [
        (["click", "1"], "a mouse button was pressed"),
        (["key", "a"], "a key was pressed"),
    ] {
        let mut events = computer.gate().events();
        desktop.run("xdotool", &command);
        let event = until(&mut events, |event| {
            matches!(event, GateEvent::Paused { .. })
        })
        .await;
        let session = desktop.session.clone();
        assert_eq!(
            event,
            GateEvent::Paused {
                session,
                by: by.to_owned()
            }
        );
        computer.gate().resume().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_corner_stops() {
    let desktop = Desktop::start();
    let computer = desktop.computer();
    let mut events = computer.gate().events();
    desktop.run("xdotool", &["mousemove_relative", "--", "3000", "3000"]);
    let event = until(&mut events, |event| {
        matches!(event, GateEvent::Stopped { .. })
    })
    .await;
    let session = Some(desktop.session.clone());
    assert_eq!(
        event,
        GateEvent::Stopped {
            session,
            by: StoppedBy::Corner
        }
    );
    // Our own move to a corner is an action like any other.
    computer.gate().open(&desktop.session).unwrap();
    let frame = desktop.look(&computer).await.frame;
    let action = json!({"action": "mouse_move", "coordinate": [0, 0]});
    desktop.act(&computer, &frame, action).await.unwrap();
    assert_eq!(computer.gate().holder(), Some(desktop.session.clone()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_program_drives_at_a_time() {
    let desktop = Desktop::start();
    let first = desktop.computer();
    let second = Computer::new(desktop.config());
    let error = second.gate().open(&desktop.session).unwrap_err();
    let ComputerError::GateTaken { holder } = &error else {
        panic!("{error}")
    };
    assert!(holder.contains(&std::process::id().to_string()), "{holder}");
    let mut events = first.gate().events();
    first.gate().close(&desktop.session);
    until(&mut events, |event| *event == GateEvent::Released).await;
    second.gate().open(&desktop.session).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_persons_key_to_the_last_event() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..5 {
        let computer = desktop.computer();
        let mut events = computer.gate().events();
        let mut pressed = Instant::now();
        during(&desktop, &computer, &mut window, long_text(), "key", || {
            desktop.run("xdotool", &["key", "Escape"]);
            pressed = Instant::now();
        })
        .await;
        until(&mut events, |event| *event == GateEvent::Released).await;
        times.push(pressed.elapsed());
        assert_eq!(desktop.pressed(), Vec::<String>::new());
    }
    println!("from the end of xdotool's Escape to all released: {times:?}");
}
