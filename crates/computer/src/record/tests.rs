use super::*;
use crate::action::plan;
use crate::keys;
use pretty_assertions::assert_eq;

fn frame() -> Frame {
    Frame {
        display: "d".to_owned(),
        origin: (-100, 0),
        native: (800, 600),
        sent: (400, 300),
        scale: 1.0,
        layout: String::new(),
    }
}

#[test]
fn actions_come_back_from_their_events() {
    let check = |action: Value| {
        let planned = plan(&action, &frame()).unwrap();
        let again = action_of(&planned, false);
        assert_eq!(
            plan(&again, &frame()).unwrap(),
            planned,
            "{action} as {again}"
        );
        assert_eq!(again["action"], action["action"]);
    };
    for name in [
        "left_click",
        "right_click",
        "middle_click",
        "double_click",
        "triple_click",
    ] {
        check(json!({ "action": name, "coordinate": [10.5, 20.0] }));
        check(json!({ "action": name, "coordinate": [399.9, 0], "text": "ctrl+shift" }));
        check(json!({ "action": name }));
    }
    check(json!({ "action": "mouse_move", "coordinate": [1, 2] }));
    check(json!({ "action": "left_mouse_down" }));
    check(json!({ "action": "left_mouse_up" }));
    for direction in ["up", "down", "left", "right"] {
        check(
            json!({ "action": "scroll", "coordinate": [1, 2], "scroll_direction": direction, "scroll_amount": 4 }),
        );
    }
    check(
        json!({ "action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [90, 80], "text": "shift" }),
    );
    check(
        json!({ "action": "left_click_drag", "coordinate": [90, 80], "path": [[1, 2], [50, 60], [90, 80]] }),
    );
    check(json!({ "action": "left_click_drag", "coordinate": [90, 80] }));
    check(json!({ "action": "type", "text": "Grüße\n" }));
    check(json!({ "action": "key", "text": "ctrl+shift+t" }));
    check(json!({ "action": "key", "text": "Down Down Return" }));
    check(json!({ "action": "key", "text": "Page_Down", "repeat": 3 }));
    check(json!({ "action": "hold_key", "text": "w", "duration": 1.5 }));
    check(json!({ "action": "key_down", "text": "shift" }));
    check(json!({ "action": "key_up", "text": "ctrl+shift" }));
    check(json!({ "action": "write_secret", "name": "mail" }));
}

#[test]
fn the_point_is_marked_where_it_is() {
    let snap = Snap::of(Pixels::filled(800, 600, [9; 3]));
    let png = snap.marked(&frame(), &[(-90, 300), (0, 20)]).unwrap();
    let marked = image::decode(&png).unwrap();
    let red = Some([208, 2, 27]);
    let check = |x, y, expected| assert_eq!(marked.at(x, y), expected, "{x} {y}");
    check(100, 20, red);
    check(124, 20, red);
    check(125, 20, Some([9; 3]));
    check(100, 44, red);
    check(101, 21, Some([255; 3]));
    check(10, 300, red);
    check(16, 300, red);
    check(17, 300, Some([9; 3]));
}

#[test]
fn what_is_hidden_stays_hidden() {
    let check = |action: Value, expected: Value| {
        let planned = plan(&action, &frame()).unwrap();
        assert_eq!(action_of(&planned, true), expected);
    };
    check(
        json!({ "action": "type", "text": "hunter2 été" }),
        json!({ "action": "type", "text": "••• (11 characters)" }),
    );
    check(
        json!({ "action": "key", "text": "h u n" }),
        json!({ "action": "key", "text": "••• (3 keys)" }),
    );
    check(
        json!({ "action": "key", "text": "Return" }),
        json!({ "action": "key", "text": "Return" }),
    );
}

#[test]
fn every_key_can_be_read_again() {
    use NamedKey as N;
    let mut all: Vec<Key> = (' '..='~').map(Key::Char).collect();
    all.push(Key::Char('é'));
    all.extend((1..=24).map(|number| Key::Named(N::F(number))));
    all.extend((0..10).map(|digit| Key::Named(N::Numpad(digit))));
    let named = [
        N::Return,
        N::Tab,
        N::Escape,
        N::Backspace,
        N::Delete,
        N::Insert,
        N::Space,
        N::Up,
        N::Down,
        N::Left,
        N::Right,
        N::Home,
        N::End,
        N::PageUp,
        N::PageDown,
        N::Shift,
        N::ShiftRight,
        N::Control,
        N::ControlRight,
        N::Alt,
        N::AltRight,
        N::Meta,
        N::MetaRight,
        N::AltGr,
        N::CapsLock,
        N::NumLock,
        N::ScrollLock,
        N::Menu,
        N::PrintScreen,
        N::Pause,
        N::Help,
        N::NumpadAdd,
        N::NumpadSubtract,
        N::NumpadMultiply,
        N::NumpadDivide,
        N::NumpadDecimal,
        N::NumpadEnter,
        N::VolumeUp,
        N::VolumeDown,
        N::VolumeMute,
        N::MediaPlayPause,
        N::MediaStop,
        N::MediaNext,
        N::MediaPrevious,
        N::BrightnessUp,
        N::BrightnessDown,
        N::BrowserBack,
        N::BrowserForward,
        N::BrowserRefresh,
        N::BrowserHome,
        N::Function,
    ];
    all.extend(named.map(Key::Named));
    for key in all {
        let expected = match key {
            Key::Char(' ') => Key::Named(N::Space),
            key => key,
        };
        let text = written(&[key]);
        assert_eq!(keys::parse(&text), Ok(vec![vec![expected]]), "{text}");
        let text = written(&[Key::Named(N::Control), key]);
        let lower = match expected {
            Key::Char(c) => Key::Char(c.to_ascii_lowercase()),
            key => key,
        };
        let read = keys::parse(&text).unwrap();
        assert_eq!(read, vec![vec![Key::Named(N::Control), lower]], "{text}");
    }
}
