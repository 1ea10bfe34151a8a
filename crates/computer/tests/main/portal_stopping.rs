//! How control through a portal begins only where it can be stopped, and how it stops.

use interpreter_computer::{Computer, ComputerError, GateEvent, SessionKey, StoppedBy};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::portal::{TWO, look, until};
use crate::portal_desk::{Answers, PortalDesk};

#[tokio::test]
async fn without_a_way_to_stop_nothing_is_driven() {
    let check = async |answers: Answers, expected: &str| {
        let desk = PortalDesk::start(&TWO, answers);
        let computer = desk.computer();
        let error = computer.gate().open(&desk.session).unwrap_err();
        assert!(
            matches!(error, ComputerError::NoStop { .. }) && error.to_string().contains(expected),
            "{error}"
        );
        assert_eq!(computer.gate().holder(), None);
        {
            let state = desk.lock();
            assert!(state.sessions.is_empty() && state.down.is_empty() && state.lasting == 0);
        }
        // Looking works all the same.
        look(&desk, &computer, "DP-2").await;
    };
    let all = Answers::default();
    check(
        Answers {
            shortcuts: false,
            ..all.clone()
        },
        "this desktop's portal has no GlobalShortcuts",
    )
    .await;
    check(
        Answers {
            panic: None,
            stop: Some(""),
            ..all.clone()
        },
        "No key was given to \"Stop Interpreter\"",
    )
    .await;
    check(
        Answers {
            hears: false,
            ..all
        },
        "the desktop reported nothing",
    )
    .await;
}

#[tokio::test]
async fn one_key_that_is_heard_is_enough() {
    // Said in another language, or by another desktop; and only Esc.
    for (panic, stop) in [
        (Some("Strg+Umschalt+F12"), None),
        (Some("Press <Control><Shift>F12"), None),
        (None, Some("Escape")),
    ] {
        let answers = Answers {
            panic,
            stop,
            ..Answers::default()
        };
        let desk = PortalDesk::start(&TWO, answers);
        let computer = desk.computer();
        computer.gate().open(&desk.session).unwrap();
        assert!(desk.lock().down.is_empty());
    }
}

/// Begins an action, and does `then` once it is under way.
async fn during(
    desk: &mut PortalDesk,
    computer: &Computer,
    action: Value,
    begun: Value,
    then: impl FnOnce(&mut PortalDesk),
) -> ComputerError {
    let frame = look(desk, computer, "DP-1").await.frame;
    let (busy, session) = (computer.clone(), desk.session.clone());
    let acting = tokio::spawn(async move { busy.act(&session, &action, &frame).await });
    tokio::task::block_in_place(|| {
        desk.until(|event| *event == begun);
        then(desk);
    });
    acting.await.unwrap().unwrap_err()
}

fn hold() -> Value {
    json!({"action": "hold_key", "text": "ctrl+shift+k", "duration": 300})
}

fn long_text() -> Value {
    json!({"action": "type", "text": "xyz".repeat(100_000)})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_person_stops_and_lets_everything_go() {
    let mut desk = PortalDesk::start(&TWO, Answers::default());
    for (key, action, begun) in [
        ("stop", hold(), json!(["symbol", 0x6b, 1])),
        ("panic", long_text(), json!(["symbol", 0x79, 0])),
    ] {
        let computer = desk.computer();
        computer.gate().open(&desk.session).unwrap();
        let mut events = computer.gate().events();
        let error = during(&mut desk, &computer, action, begun, |desk| {
            desk.person_presses(key);
        })
        .await;
        let by = StoppedBy::Escape;
        assert_eq!(error, ComputerError::Stopped { by });
        until(&mut events, GateEvent::Released).await;
        let state = desk.lock();
        assert!(state.down.is_empty(), "{:?}", state.down);
        // The desktop no longer shows that it is controlled.
        assert_eq!((state.sessions.len(), state.lasting), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn control_that_is_ended_from_the_desktop_stops_in_the_middle() {
    let mut desk = PortalDesk::start(&TWO, Answers::default());
    for (action, begun) in [
        (hold(), json!(["symbol", 0x6b, 1])),
        (long_text(), json!(["symbol", 0x79, 0])),
    ] {
        let computer = desk.computer();
        computer.gate().open(&desk.session).unwrap();
        let mut events = computer.gate().events();
        let error = during(&mut desk, &computer, action, begun, |desk| {
            desk.person_ends_control();
            desk.take_events();
        })
        .await;
        let by = StoppedBy::Caller("the desktop, where control was ended".into());
        assert_eq!(error, ComputerError::Stopped { by });
        until(&mut events, GateEvent::Released).await;
        assert_eq!(desk.take_events(), Vec::<Value>::new());
        // Nothing more is done until somebody wants it again.
        let session = SessionKey::from("other");
        computer.gate().open(&session).unwrap();
        computer.gate().close(&session);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_goes_takes_control_with_it() {
    let mut desk = PortalDesk::start(&TWO, Answers::default());
    let computer = desk.computer();
    computer.gate().open(&desk.session).unwrap();
    let mut events = computer.gate().events();
    let begun = json!(["symbol", 0x6b, 1]);
    let error = during(&mut desk, &computer, hold(), begun, PortalDesk::portal_goes).await;
    // Whoever notices first: the gate, or the action that gets no answer any more.
    assert!(
        matches!(
            error,
            ComputerError::Stopped { .. } | ComputerError::NoDisplay { .. }
        ),
        "{error}"
    );
    until(&mut events, GateEvent::Released).await;
    assert_eq!(computer.gate().holder(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_while_the_desktop_asks_counts() {
    let answers = Answers {
        hesitates: true,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    let (gate, session) = (computer.gate().clone(), desk.session.clone());
    let opening = tokio::task::spawn_blocking(move || gate.open(&session));
    tokio::task::block_in_place(|| desk.until(|event| event == "question"));
    let mut events = computer.gate().events();
    computer.gate().stop("Stop");
    desk.person_answers();
    assert_eq!(opening.await.unwrap(), Err(ComputerError::GateClosed));
    until(&mut events, GateEvent::Released).await;
    assert_eq!(computer.gate().holder(), None);
    let state = desk.lock();
    assert!(state.sessions.is_empty() && state.down.is_empty() && state.lasting == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_portal_speaks_for_the_person() {
    let answers = Answers {
        hesitates: true,
        start: 1,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    let (gate, session) = (computer.gate().clone(), desk.session.clone());
    let opening = tokio::task::spawn_blocking(move || gate.open(&session));
    tokio::task::block_in_place(|| desk.until(|event| event == "question"));
    desk.stranger_answers();
    desk.person_answers();
    let error = opening.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("said no"), "{error}");
}
