//! The computer through a desktop's portal: what is asked of the person, what reaches
//! the desktop, and how it is stopped.

use std::os::unix::fs::PermissionsExt as _;

use interpreter_computer::{Computer, ComputerError, GateEvent, Look, Shot};
use interpreter_test_support::desktop::sway::Output;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::desktop::PATIENCE;
use crate::looking::decode;
use crate::portal_desk::{Answers, PortalDesk, pixel};

/// A display at the origin, and one left of and above it with twice the scale.
pub const TWO: [Output; 2] = [
    Output::new((256, 192), (0, 0), 1.0),
    Output::new((320, 200), (-160, -25), 2.0),
];

pub async fn look(desk: &PortalDesk, computer: &Computer, display: &str) -> Shot {
    let which = Look::Display(display.to_owned());
    computer
        .look(&desk.session, |size| size, which)
        .await
        .unwrap()
}

pub async fn act(
    desk: &PortalDesk,
    computer: &Computer,
    display: &str,
    action: Value,
) -> Result<interpreter_computer::Acted, ComputerError> {
    let frame = look(desk, computer, display).await.frame;
    computer.act(&desk.session, &action, &frame).await
}

pub async fn until(events: &mut Receiver<GateEvent>, wanted: GateEvent) {
    let wait = async { while events.recv().await.unwrap() != wanted {} };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .expect("the gate said nothing");
}

/// Closes the gate, and waits until everything was given back.
pub async fn close(desk: &PortalDesk, computer: &Computer) {
    let mut events = computer.gate().events();
    computer.gate().close(&desk.session);
    until(&mut events, GateEvent::Released).await;
}

#[tokio::test]
async fn who_only_looks_is_asked_for_nothing_else_and_no_picture_is_left() {
    let desk = PortalDesk::start(&TWO, Answers::default());
    let computer = desk.computer();
    let one = look(&desk, &computer, "DP-1").await;
    let two = look(&desk, &computer, "DP-2").await;
    let geometry = |shot: &Shot| (shot.frame.origin, shot.frame.native, shot.frame.scale);
    assert_eq!(geometry(&one), ((0, 0), (256, 192), 1.0));
    assert_eq!(geometry(&two), ((-320, -50), (320, 200), 2.0));
    let points = [(4, 4), (100, 50), (200, 70), (255, 191), (0, 180)];
    for (number, shot) in [&one, &two].into_iter().enumerate() {
        let expected = points.map(|(x, y)| pixel(number, x, y, 0));
        assert_eq!(decode(&shot.png, &points).2, expected, "display {number}");
    }
    let state = desk.lock();
    assert_eq!(state.asked, ["picture", "picture"]);
    assert!(state.sessions.is_empty());
    assert_eq!(state.pictures.len(), 2);
    assert!(!state.pictures.iter().any(|path| path.exists()));
}

#[tokio::test]
async fn a_picture_that_is_not_allowed() {
    let answers = Answers {
        picture: 1,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let look = desk
        .computer()
        .look(&desk.session, |size| size, Look::Primary)
        .await;
    let error = look.err().unwrap();
    assert_eq!(
        error.to_string(),
        "No picture of the screen was allowed: you or the desktop's settings said no."
    );
    assert_eq!(
        error.remedy(),
        "Try again and allow it, or allow screenshots for Interpreter in the desktop's \
         settings (Apps, Interpreter)."
    );
}

#[tokio::test]
async fn events_go_to_the_point_they_name_on_each_display() {
    for gnome in [false, true] {
        let answers = Answers {
            gnome,
            ..Answers::default()
        };
        let desk = PortalDesk::start(&TWO, answers);
        let computer = desk.computer();
        computer.gate().open(&desk.session).unwrap();
        assert_eq!(desk.lock().lasting, 1, "the display stays awake");
        desk.take_events();
        for (display, stream, scale) in [("DP-1", 41, 1.0), ("DP-2", 42, 2.0)] {
            // GNOME takes pixels of the display, the others logical units.
            let unit = if gnome { 1.0 } else { scale };
            for (x, y) in [(0, 100), (111, 100), (200, 191)] {
                let action = json!({"action": "left_click", "coordinate": [f64::from(x) + 0.5, f64::from(y) + 0.5]});
                act(&desk, &computer, display, action).await.unwrap();
                let centre = |at: i32| (f64::from(at) + 0.5) / unit;
                assert_eq!(
                    json!(desk.take_events()),
                    json!([
                        ["move", stream, centre(x), centre(y)],
                        ["button", 0x110, 1],
                        ["button", 0x110, 0],
                    ]),
                    "{display}, gnome {gnome}"
                );
            }
        }
        // Without a point: where the pointer was sent, whatever the person did since.
        let there = if gnome {
            (200.5, 191.5)
        } else {
            (100.25, 95.75)
        };
        let action = json!({"action": "scroll", "scroll_direction": "down", "scroll_amount": 2});
        act(&desk, &computer, "DP-2", action).await.unwrap();
        assert_eq!(
            json!(desk.take_events()),
            json!([
                ["move", 42, there.0, there.1],
                ["scroll", 0, 1],
                ["scroll", 0, 1]
            ])
        );
        close(&desk, &computer).await;
        let state = desk.lock();
        assert_eq!((state.sessions.len(), state.lasting), (0, 0));
    }
}

#[tokio::test]
async fn keys_and_text() {
    let desk = PortalDesk::start(&TWO, Answers::default());
    let computer = desk.computer();
    computer.gate().open(&desk.session).unwrap();
    desk.take_events();
    let action = json!({"action": "key", "text": "ctrl+Return"});
    act(&desk, &computer, "DP-1", action).await.unwrap();
    assert_eq!(
        json!(desk.take_events()),
        json!([
            ["code", 29, 1],
            ["code", 28, 1],
            ["code", 28, 0],
            ["code", 29, 0]
        ])
    );
    let action = json!({"action": "type", "text": "aÄ€\n"});
    act(&desk, &computer, "DP-1", action).await.unwrap();
    let symbols = [0x61, 0xc4, 0x0100_20ac, 0xff0d];
    let expected: Vec<Value> = symbols
        .iter()
        .flat_map(|symbol| [json!(["symbol", symbol, 1]), json!(["symbol", symbol, 0])])
        .collect();
    assert_eq!(desk.take_events(), expected);
    // The desktop keeps it for us to be stopped by: it would reach no program.
    let action = json!({"action": "key", "text": "Escape"});
    let error = act(&desk, &computer, "DP-1", action).await.unwrap_err();
    assert!(
        error.to_string().contains("is the key that stops"),
        "{error}"
    );
    assert_eq!(desk.take_events(), Vec::<Value>::new());
    assert_eq!(computer.gate().holder(), Some(desk.session.clone()));
}

#[tokio::test]
async fn consent_is_kept_for_the_next_time_and_works_once() {
    let desk = PortalDesk::start(&TWO, Answers::default());
    let path = desk.data().join("portal-control.token");
    let kept = || std::fs::read_to_string(&path).ok();
    for (given, left) in [(Value::Null, "token-1"), (json!("token-1"), "token-2")] {
        let computer = desk.computer();
        computer.gate().open(&desk.session).unwrap();
        let asked = std::mem::take(&mut desk.lock().asked);
        assert_eq!(
            json!(asked),
            json!([
                {"types": 3, "persist": 2, "token": given},
                {"keys": [["panic", "CTRL+SHIFT+F12"], ["stop", "Escape"]]},
            ])
        );
        assert_eq!(kept().as_deref(), Some(left));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        close(&desk, &computer).await;
    }
    // Refused, it is gone: next time the person is asked.
    desk.lock().answers.start = 1;
    desk.computer().gate().open(&desk.session).unwrap_err();
    assert_eq!(kept(), None);
    // An old portal keeps nothing and is not asked to.
    {
        let mut state = desk.lock();
        state.answers.start = 0;
        state.answers.version = 1;
        state.asked.clear();
    }
    desk.computer().gate().open(&desk.session).unwrap();
    assert_eq!(
        desk.lock().asked[0],
        json!({"types": 3, "persist": null, "token": null})
    );
    assert_eq!(kept(), None);
}

#[tokio::test]
async fn consent_that_is_denied_leaves_nothing_behind() {
    let answers = Answers {
        start: 1,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    let error = computer.gate().open(&desk.session).unwrap_err();
    assert_eq!(
        (error.to_string(), error.remedy()),
        (
            "Mouse and keyboard were not released: you or the desktop's settings said no."
                .to_owned(),
            "Turn OS mode on again, and allow it when the desktop asks.".to_owned()
        )
    );
    assert!(desk.lock().sessions.is_empty());
    // Looking goes on, and another try is another question.
    look(&desk, &computer, "DP-1").await;
    desk.lock().answers.start = 0;
    computer.gate().open(&desk.session).unwrap();
    // Only the mouse was released.
    desk.lock().answers.devices = 2;
    close(&desk, &computer).await;
    let error = computer.gate().open(&desk.session).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("You did not release the keyboard"),
        "{error}"
    );
    assert_eq!(
        desk.take_events()
            .iter()
            .filter(|event| event[0] == "move")
            .count(),
        0
    );
}

#[tokio::test]
async fn what_is_missing_is_said_with_its_fix() {
    let check = async |desk: PortalDesk, expected: &str, fix: &str| {
        let look = desk
            .computer()
            .look(&desk.session, |size| size, Look::Primary)
            .await;
        let error = look.err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(error.remedy().contains(fix), "{}", error.remedy());
    };
    check(
        PortalDesk::without_portal(&TWO, Answers::default()),
        "nobody answers as org.freedesktop.portal.Desktop",
        "Install xdg-desktop-portal",
    )
    .await;
    let answers = Answers {
        screenshot: false,
        ..Answers::default()
    };
    check(
        PortalDesk::start(&TWO, answers),
        "does not offer Screenshot",
        "",
    )
    .await;
    // Looking works; acting says what is missing.
    let answers = Answers {
        remote: false,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    look(&desk, &computer, "DP-1").await;
    let error = computer.gate().open(&desk.session).unwrap_err();
    assert!(
        error.to_string().contains("does not offer RemoteDesktop"),
        "{error}"
    );
}

#[tokio::test]
async fn the_doctor_tells_what_this_desktop_lets_do() {
    let desk = PortalDesk::start(&TWO, Answers::default());
    let computer = desk.computer();
    let abilities = computer.doctor_with("Ctrl+Shift+Space".to_owned()).await;
    let told = |name: &str| {
        let ability = abilities
            .iter()
            .find(|ability| ability.name == name)
            .unwrap();
        (ability.works, ability.detail.clone(), ability.fix.clone())
    };
    for name in ["see the screen", "stop", "move the mouse", "type"] {
        assert!(told(name).0, "{name}: {:?}", told(name));
    }
    for (name, fix) in [
        (
            "notice your mouse and keys",
            "Stop it before you use the mouse",
        ),
        ("hotkey", "interpreter --summon"),
        ("border around the screen", "the desktop's own sign"),
    ] {
        let (works, _, said) = told(name);
        assert!(!works && said.unwrap().contains(fix), "{name}");
    }
    // Nothing is left of the trials: no session, no key, no picture.
    let mut events = computer.gate().events();
    if computer.gate().holder().is_some() {
        until(&mut events, GateEvent::Released).await;
    }
    {
        let state = desk.lock();
        assert!(state.down.is_empty() && !state.pictures.iter().any(|path| path.exists()));
    }
    // Without a way to stop, that is what keeps mouse and keyboard, and how to get one.
    let answers = Answers {
        shortcuts: false,
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let abilities = desk.computer().doctor().await;
    for name in ["stop", "move the mouse", "type"] {
        let ability = abilities
            .iter()
            .find(|ability| ability.name == name)
            .unwrap();
        assert!(ability.detail.contains("GlobalShortcuts"), "{ability:?}");
        assert!(
            ability.fix.as_ref().unwrap().contains("KDE Plasma 6"),
            "{ability:?}"
        );
    }
}

#[tokio::test]
async fn what_is_clicked_is_not_known_and_what_has_the_keyboard_is() {
    let answers = Answers {
        programs: vec!["Letters", "Sheets"],
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    computer.gate().open(&desk.session).unwrap();
    let frame = look(&desk, &computer, "DP-1").await.frame;
    let target = async |action: Value| {
        let (computer, frame) = (computer.clone(), frame.clone());
        let asked = tokio::task::spawn_blocking(move || computer.target(&action, &frame));
        let target = asked.await.unwrap().unwrap();
        (target.app, target.window)
    };
    let click = json!({"action": "left_click", "coordinate": [100, 100]});
    // No permission is about that: it is asked for each time.
    assert_eq!(target(click.clone()).await, (None, None));
    let words = |text: &str| Some(text.to_owned());
    assert_eq!(
        target(json!({"action": "type", "text": "a"})).await,
        (words("Letters"), words("Letters's window"))
    );
    // It may have gone to a window of ours: nobody's approval counts for a second.
    assert!(!computer.gate().acted_on_own_window_within(PATIENCE));
    act(&desk, &computer, "DP-1", click).await.unwrap();
    assert!(computer.gate().acted_on_own_window_within(PATIENCE));
}

#[tokio::test]
async fn while_a_password_manager_is_open_nothing_is_seen_or_clicked() {
    let answers = Answers {
        programs: vec!["Letters", "KeePassXC"],
        ..Answers::default()
    };
    let desk = PortalDesk::start(&TWO, answers);
    let computer = desk.computer();
    computer.gate().open(&desk.session).unwrap();
    desk.take_events();
    let shot = look(&desk, &computer, "DP-1").await;
    let points = [(4, 4), (100, 50), (255, 191)];
    assert_eq!(decode(&shot.png, &points).2, [[128; 3]; 3]);
    assert!(shot.masked);
    let click = json!({"action": "left_click", "coordinate": [100, 100]});
    let error = act(&desk, &computer, "DP-1", click).await.unwrap_err();
    assert_eq!(error, ComputerError::PasswordManager);
    assert_eq!(desk.take_events(), Vec::<Value>::new());
}
