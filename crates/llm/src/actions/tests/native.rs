//! Tools and functions.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{done, is_invalid};
use crate::actions::*;

#[test]
fn anthropics_members_are_the_neutral_form() {
    let check = |name: &str, input: Value, expected: Value| {
        let asked = ComputerTool::AnthropicToolset.read(name, &input);
        assert_eq!(asked, done(json!([expected])), "{name}");
    };
    check(
        "left_click",
        json!({"coordinate": [5, 6], "text": "ctrl"}),
        json!({"action": "left_click", "coordinate": [5, 6], "text": "ctrl"}),
    );
    check(
        "left_click",
        json!({"coordinate": "[5, 6]"}),
        json!({"action": "left_click", "coordinate": [5, 6]}),
    );
    check(
        "zoom",
        json!({"region": [1, 2, 30, 40]}),
        json!({"action": "zoom", "region": [1, 2, 30, 40]}),
    );
    check(
        "key",
        json!({"text": "Page_Down", "repeat": 3}),
        json!({"action": "key", "text": "Page_Down", "repeat": 3}),
    );
    let wrong = |input: Value| {
        assert!(
            is_invalid(&ComputerTool::Anthropic20251124.read("computer", &input)),
            "{input}"
        )
    };
    wrong(json!({}));
    wrong(json!({"action": "fly"}));
    wrong(json!([]));
}

#[test]
fn what_a_version_lacks_is_not_written_in_it() {
    use ComputerTool::{
        Anthropic20241022 as First, Anthropic20250124 as Second, Anthropic20251124 as Third,
    };
    let check = |tool: ComputerTool, action: Value, expected: bool| {
        assert_eq!(tool.write(&action).is_some(), expected, "{tool:?} {action}");
    };
    let zoom = json!({"action": "zoom", "region": [1, 2, 3, 4]});
    let scroll = json!({"action": "scroll", "scroll_direction": "up", "scroll_amount": 2});
    for (action, expected) in [(zoom, [false, false, true]), (scroll, [false, true, true])] {
        for (tool, expected) in [First, Second, Third].into_iter().zip(expected) {
            check(tool, action.clone(), expected);
        }
    }
    let member = |action: Value, expected: (&str, Value)| {
        let (name, input) = ComputerTool::AnthropicToolset.write(&action).unwrap();
        assert_eq!((name.as_str(), input), expected);
    };
    member(
        json!({"action": "left_click_drag", "path": [[1, 2], [3, 4], [5, 6]], "coordinate": [5, 6], "start_coordinate": [1, 2], "confirm": "Sure?"}),
        (
            "left_click_drag",
            json!({"start_coordinate": [1, 2], "coordinate": [5, 6]}),
        ),
    );
    member(
        json!({"action": "key_down", "text": "shift"}),
        ("key", json!({"text": "shift"})),
    );
    member(
        json!({"action": "left_click", "confirm": "Sure?"}),
        ("left_click", json!({})),
    );
    member(
        json!({"action": "invalid", "problem": "x"}),
        ("screenshot", json!({})),
    );
}

#[test]
fn openais_batches() {
    let check = |actions: Value, expected: Value| {
        let asked = ComputerTool::Openai.read("computer", &json!({"actions": actions}));
        assert_eq!(asked, done(expected), "{actions}");
    };
    check(
        json!([
            {"type": "click", "button": "left", "x": 412, "y": 318, "keys": ["CTRL", "SHIFT"]},
            {"type": "screenshot"},
            {"type": "type", "text": "rust sse parser"},
            {"type": "keypress", "keys": ["CTRL", "L"]},
            {"type": "wait"},
            {"type": "scroll", "x": 640, "y": 400, "scroll_x": -120, "scroll_y": 480},
            {"type": "drag", "path": [{"x": 100, "y": 200}, {"x": 180, "y": 220}, {"x": 300, "y": 260}]},
            {"type": "drag", "path": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]},
            {"type": "move", "x": 1.5, "y": 2},
        ]),
        json!([
            {"action": "left_click", "coordinate": [412, 318], "text": "ctrl+shift"},
            {"action": "type", "text": "rust sse parser"},
            {"action": "key", "text": "ctrl+l"},
            {"action": "wait", "duration": 2},
            {"action": "scroll", "coordinate": [640, 400], "scroll_direction": "down", "scroll_amount": 5},
            {"action": "scroll", "coordinate": [640, 400], "scroll_direction": "left", "scroll_amount": 1},
            {"action": "left_click_drag", "start_coordinate": [100, 200], "coordinate": [300, 260], "path": [[100, 200], [180, 220], [300, 260]]},
            {"action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [3, 4]},
            {"action": "mouse_move", "coordinate": [1.5, 2]},
        ]),
    );
    check(json!([]), json!([{"action": "screenshot"}]));
    check(
        json!([{"type": "screenshot"}, {"type": "screenshot"}]),
        json!([{"action": "screenshot"}]),
    );
    check(
        json!([{"type": "click", "button": "wheel", "x": 1, "y": 2}, {"type": "click", "button": "back", "x": 1, "y": 2}, {"type": "click", "button": "right", "x": 1, "y": 2}]),
        json!([{"action": "middle_click", "coordinate": [1, 2]}, {"action": "key", "text": "browserback"}, {"action": "right_click", "coordinate": [1, 2]}]),
    );
    let wrong = |action: Value| {
        let asked = ComputerTool::Openai.read("computer", &json!({ "action": action }));
        assert!(is_invalid(&asked), "{action} {asked:?}");
    };
    wrong(json!({"type": "fly"}));
    wrong(json!({"type": "scroll", "x": 1, "y": 2}));
    wrong(json!({"type": "drag", "path": [{"x": 1, "y": 2}]}));
    wrong(json!({"type": "keypress", "keys": []}));
    wrong(json!({"type": "move"}));
    wrong(json!({"type": "type"}));
    wrong(json!(7));
}

#[test]
fn a_pending_check_asks_the_person() {
    let check = |pending: Value, expected: Option<&str>| {
        let item = json!({"action": {"type": "double_click", "x": 88, "y": 140}, "pending_safety_checks": pending});
        let asked = ComputerTool::OpenaiPreview.read("computer", &item);
        assert_eq!(asked.confirm.as_deref(), expected);
        assert_eq!(
            asked.actions,
            [json!({"action": "double_click", "coordinate": [88, 140]})]
        );
    };
    check(json!([]), None);
    check(
        json!([{"id": "a", "code": "malicious_instructions", "message": "It steers."}]),
        Some("It steers."),
    );
    check(
        json!([{"id": "a", "code": "x"}, {"id": "b"}]),
        Some("x The model's service asks for a confirmation."),
    );
}

#[test]
fn geminis_functions_of_both_generations() {
    let check = |name: &str, args: Value, expected: Value| {
        for tool in [ComputerTool::Gemini, ComputerTool::GeminiBrowser] {
            assert_eq!(
                tool.read(name, &args),
                done(expected.clone()),
                "{name} {args}"
            );
        }
        assert!(is_gemini_action(name));
    };
    let at = |action: &str| json!({"action": action, "coordinate": [371, 62]});
    let point = json!({"x": 371, "y": 62, "intent": "Focus"});
    check("click", point.clone(), json!([at("left_click")]));
    check(
        "click_at",
        json!({"x": "371", "y": 62.0}),
        json!([at("left_click")]),
    );
    check("double_click", point.clone(), json!([at("double_click")]));
    check("triple_click", point.clone(), json!([at("triple_click")]));
    check("middle_click", point.clone(), json!([at("middle_click")]));
    check("right_click", point.clone(), json!([at("right_click")]));
    check("move", point.clone(), json!([at("mouse_move")]));
    check("hover_at", point.clone(), json!([at("mouse_move")]));
    check(
        "mouse_down",
        point,
        json!([at("mouse_move"), {"action": "left_mouse_down"}]),
    );
    check("mouse_up", json!({}), json!([{"action": "left_mouse_up"}]));
    check(
        "type",
        json!({"text": "weather", "press_enter": true}),
        json!([{"action": "type", "text": "weather\n"}]),
    );
    check(
        "type",
        json!({"text": "weather"}),
        json!([{"action": "type", "text": "weather"}]),
    );
    check(
        "type_text_at",
        json!({"x": 371, "y": 62, "text": "a", "clear_before_typing": false}),
        json!([at("left_click"), {"action": "type", "text": "a\n"}]),
    );
    check(
        "type_text_at",
        json!({"x": 371, "y": 62, "text": "a", "press_enter": false}),
        json!([at("left_click"), {"action": "key", "text": "ctrl+a"}, {"action": "key", "text": "backspace"}, {"action": "type", "text": "a"}]),
    );
    let drag =
        json!([{"action": "left_click_drag", "start_coordinate": [1, 2], "coordinate": [3, 4]}]);
    check(
        "drag_and_drop",
        json!({"start_x": 1, "start_y": 2, "end_x": 3, "end_y": 4}),
        drag.clone(),
    );
    check(
        "drag_and_drop",
        json!({"x": 1, "y": 2, "destination_x": 3, "destination_y": 4}),
        drag,
    );
    let scroll = |amount: u32| json!([{"action": "scroll", "coordinate": [371, 62], "scroll_direction": "down", "scroll_amount": amount}]);
    check(
        "scroll",
        json!({"x": 371, "y": 62, "direction": "down"}),
        scroll(3),
    );
    check(
        "scroll",
        json!({"x": 371, "y": 62, "direction": "DOWN", "magnitude_in_pixels": 720}),
        scroll(7),
    );
    check(
        "scroll_at",
        json!({"x": 371, "y": 62, "direction": "down", "magnitude": 500}),
        scroll(5),
    );
    check(
        "scroll_document",
        json!({"direction": "up"}),
        json!([{"action": "scroll", "scroll_direction": "up", "scroll_amount": 8}]),
    );
    check(
        "press_key",
        json!({"key": "Enter"}),
        json!([{"action": "key", "text": "enter"}]),
    );
    check(
        "key_down",
        json!({"key": "Shift"}),
        json!([{"action": "key_down", "text": "shift"}]),
    );
    check(
        "key_up",
        json!({"key": "Shift"}),
        json!([{"action": "key_up", "text": "shift"}]),
    );
    check(
        "hotkey",
        json!({"keys": ["Control", "C"]}),
        json!([{"action": "key", "text": "control+c"}]),
    );
    check(
        "hotkey",
        json!({"keys": "ctrl+c"}),
        json!([{"action": "key", "text": "ctrl+c"}]),
    );
    check(
        "key_combination",
        json!({"keys": "Control+A"}),
        json!([{"action": "key", "text": "control+a"}]),
    );
    check(
        "wait",
        json!({}),
        json!([{"action": "wait", "duration": 1}]),
    );
    check(
        "wait_5_seconds",
        json!({}),
        json!([{"action": "wait", "duration": 5}]),
    );
    check(
        "take_screenshot",
        json!({}),
        json!([{"action": "screenshot"}]),
    );
    check(
        "open_web_browser",
        json!({}),
        json!([{"action": "screenshot"}]),
    );
    check(
        "go_back",
        json!({}),
        json!([{"action": "key", "text": "browserback"}]),
    );
    check(
        "navigate",
        json!({"url": "a.org"}),
        json!([{"action": "key", "text": "ctrl+l"}, {"action": "type", "text": "a.org\n"}]),
    );
    let wrong = |name: &str, args: Value| {
        assert!(
            is_invalid(&ComputerTool::Gemini.read(name, &args)),
            "{name}"
        )
    };
    wrong("search", json!({}));
    wrong("move", json!({"x": 1}));
    wrong("drag_and_drop", json!({"x": 1, "y": 2}));
    wrong("scroll", json!({"x": 1, "y": 2}));
    wrong("hotkey", json!({}));
    wrong("open_app", json!({"app_name": "x"}));
}

#[test]
fn geminis_safety_decision_asks_the_person() {
    let args = json!({"x": 500, "y": 811, "safety_decision": {"decision": "require_confirmation", "explanation": "This accepts terms of service."}});
    let asked = ComputerTool::GeminiBrowser.read("click_at", &args);
    assert_eq!(
        asked.confirm.as_deref(),
        Some("This accepts terms of service.")
    );
    assert_eq!(
        asked.actions,
        [json!({"action": "left_click", "coordinate": [500, 811]})]
    );
}

#[test]
fn qwens_function() {
    let check = |arguments: Value, expected: Value| {
        assert_eq!(
            ComputerTool::Qwen.read("computer_use", &arguments),
            done(json!([expected])),
            "{arguments}"
        );
    };
    let click = json!({"action": "left_click", "coordinate": [500, 62]});
    check(
        json!({"action": "left_click", "coordinate": [500, 62]}),
        click.clone(),
    );
    check(
        json!({"action": "left_click", "coordinate": "[500, 62]"}),
        click.clone(),
    );
    check(
        json!({"action": "left_click", "x": 500, "y": 62}),
        click.clone(),
    );
    check(
        json!({"action": "click", "coordinate": [490, 52, 510, 72]}),
        click,
    );
    check(
        json!({"action": "left_click_drag", "coordinate": [5, 6]}),
        json!({"action": "left_click_drag", "coordinate": [5, 6]}),
    );
    check(
        json!({"action": "key", "keys": ["ctrl", "s"]}),
        json!({"action": "key", "text": "ctrl+s"}),
    );
    check(
        json!({"action": "key", "keys": ["Page_Down"]}),
        json!({"action": "key", "text": "page_down"}),
    );
    check(
        json!({"action": "type", "text": "é\n"}),
        json!({"action": "type", "text": "é\n"}),
    );
    let scroll = |direction: &str, amount: u32| json!({"action": "scroll", "scroll_direction": direction, "scroll_amount": amount});
    check(
        json!({"action": "scroll", "pixels": -500}),
        scroll("down", 5),
    );
    check(json!({"action": "scroll", "pixels": 3}), scroll("up", 3));
    check(
        json!({"action": "hscroll", "pixels": -200}),
        scroll("left", 2),
    );
    check(
        json!({"action": "wait", "time": 1.5}),
        json!({"action": "wait", "duration": 1.5}),
    );
    let end = |arguments: Value, text: &str, success: bool| {
        assert_eq!(
            ComputerTool::Qwen.read("computer_use", &arguments),
            Asked::finished(text, success)
        );
    };
    end(
        json!({"action": "terminate", "status": "success"}),
        "",
        true,
    );
    end(
        json!({"action": "terminate", "status": "failure"}),
        "",
        false,
    );
    end(json!({"action": "answer", "text": "42"}), "42", true);
    for wrong in [
        json!({}),
        json!({"action": "scroll"}),
        json!({"action": "type"}),
        json!({"action": "key"}),
        json!("x"),
    ] {
        assert!(
            is_invalid(&ComputerTool::Qwen.read("computer_use", &wrong)),
            "{wrong}"
        );
    }
}
