use pretty_assertions::assert_eq;
use serde_json::json;

use super::fields::{DRAG_STEP, DROP};
use super::*;
use crate::platform::{Key, NamedKey};

fn frame() -> Frame {
    Frame {
        display: "left".to_owned(),
        origin: (-1920, 0),
        native: (1920, 1080),
        sent: (960, 540),
        scale: 1.0,
        layout: "l".to_owned(),
    }
}

const CTRL: Key = Key::Named(NamedKey::Control);
const SHIFT: Key = Key::Named(NamedKey::Shift);

#[test]
fn actions_become_steps() {
    let check = |action: Value, expected: &[Step]| {
        assert_eq!(plan(&action, &frame()).unwrap().steps, expected, "{action}");
    };
    let (left_down, left_up) = (
        Step::Button(Button::Left, true),
        Step::Button(Button::Left, false),
    );
    check(
        json!({"action": "left_click", "coordinate": [100.5, 50.5]}),
        &[Step::Move(-1719, 101), left_down.clone(), left_up.clone()],
    );
    check(
        json!({"action": "double_click", "coordinate": [0, 0], "text": "ctrl+shift"}),
        &[
            Step::Move(-1920, 0),
            Step::Key(CTRL, true),
            Step::Key(SHIFT, true),
            left_down.clone(),
            left_up.clone(),
            left_down.clone(),
            left_up.clone(),
            Step::Key(SHIFT, false),
            Step::Key(CTRL, false),
        ],
    );
    check(
        json!({"action": "left_click"}),
        &[left_down.clone(), left_up.clone()],
    );
    check(
        json!({"action": "key_down", "text": "ctrl+shift"}),
        &[Step::Key(CTRL, true), Step::Key(SHIFT, true)],
    );
    check(
        json!({"action": "key_up", "text": "ctrl+shift"}),
        &[Step::Key(SHIFT, false), Step::Key(CTRL, false)],
    );
    let dragged = |x, y| [Step::Move(x, y), Step::Flush, Step::Wait(DRAG_STEP)];
    check(
        json!({"action": "left_click_drag", "path": [[0, 0], [5, 0], [5, 20]]}),
        &[
            &[Step::Move(-1920, 0), left_down.clone(), Step::Flush][..],
            &dragged(-1910, 0),
            &dragged(-1910, 20),
            &dragged(-1910, 40),
            &[Step::Wait(DROP), left_up.clone()],
        ]
        .concat(),
    );
    check(
        json!({"action": "left_click_drag", "start_coordinate": [0, 0], "coordinate": [4, 0]}),
        &[
            Step::Move(-1920, 0),
            left_down,
            Step::Flush,
            Step::Move(-1918, 0),
            Step::Flush,
            Step::Wait(DRAG_STEP),
            Step::Move(-1916, 0),
            Step::Flush,
            Step::Wait(DRAG_STEP),
            Step::Move(-1914, 0),
            Step::Flush,
            Step::Wait(DRAG_STEP),
            Step::Move(-1912, 0),
            Step::Flush,
            Step::Wait(DRAG_STEP),
            Step::Wait(DROP),
            left_up,
        ],
    );
    check(
        json!({"action": "scroll", "coordinate": [1, 1], "scroll_direction": "up", "scroll_amount": 2}),
        &[
            Step::Move(-1918, 2),
            Step::Scroll(0, -1),
            Step::Scroll(0, -1),
        ],
    );
    check(
        json!({"action": "key", "text": "ctrl+a", "repeat": 2}),
        &[
            Step::Key(CTRL, true),
            Step::Key(Key::Char('a'), true),
            Step::Key(Key::Char('a'), false),
            Step::Key(CTRL, false),
            Step::Key(CTRL, true),
            Step::Key(Key::Char('a'), true),
            Step::Key(Key::Char('a'), false),
            Step::Key(CTRL, false),
        ],
    );
    check(
        json!({"action": "hold_key", "text": "shift", "duration": 2}),
        &[
            Step::Key(SHIFT, true),
            Step::Flush,
            Step::Wait(Duration::from_secs(2)),
            Step::Key(SHIFT, false),
        ],
    );
}

#[test]
fn points_outside_are_clamped_to_the_display() {
    let action = json!({"action": "mouse_move", "coordinate": [99999, -5]});
    assert_eq!(plan(&action, &frame()).unwrap().steps, [Step::Move(-1, 0)]);
}

#[test]
fn zoom_names_native_pixels() {
    let action = json!({"action": "zoom", "region": [10, 20, 110, 70]});
    assert_eq!(
        plan(&action, &frame()).unwrap().answer,
        Answer::Zoom(Rect {
            x: -1900,
            y: 40,
            w: 200,
            h: 100
        })
    );
}

#[test]
fn what_does_not_fit_is_said() {
    let check = |action: Value, expected: &str| {
        assert_eq!(
            plan(&action, &frame()).unwrap_err().to_string(),
            expected,
            "{action}"
        );
    };
    check(json!({}), "The action has no name.");
    check(
        json!({"action": "left_clik"}),
        "There is no action \"left_clik\".",
    );
    check(
        json!({"action": "mouse_move"}),
        "coordinate is required for mouse_move.",
    );
    check(
        json!({"action": "left_click", "coordinate": [1]}),
        "coordinate of left_click is [1], which is not 2 numbers.",
    );
    check(
        json!({"action": "left_click_drag", "path": [[1, 2]]}),
        "path of left_click_drag is [[1,2]], which is no path.",
    );
    check(json!({"action": "type"}), "text is required for type.");
    check(
        json!({"action": "wait", "duration": 301}),
        "wait cannot take 301 seconds.",
    );
    check(
        json!({"action": "key", "text": "ctrl+shift+F12"}),
        "Ctrl+Shift+F12 stops Interpreter; only a person may press it.",
    );
    let error = plan(&json!({"action": "left_clik"}), &frame()).unwrap_err();
    assert!(
        error.remedy().starts_with("Did you mean left_click?"),
        "{}",
        error.remedy()
    );
}
