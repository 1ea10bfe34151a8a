//! Qwen's function `computer_use`, called as a tool or written as text.

use serde_json::{Value, json};

use super::neutral::{
    at, chord_keys, invalid, keys, keys_of, must_at, name, number_at, point, scroll, scrolled,
    text_of, wait, with_text, words,
};
use super::{Asked, tags};

/// Where an answer's words end and its call begins.
pub(super) const MARKS: &[&str] = &["<tool_call>", "<function=", "{\"name\""];

const NAMES: &[&str] = &[
    "key",
    "type",
    "mouse_move",
    "left_click",
    "left_click_drag",
    "right_click",
    "middle_click",
    "double_click",
    "triple_click",
    "scroll",
    "hscroll",
    "wait",
    "terminate",
    "answer",
];

/// Reads the arguments of one call.
pub(super) fn read(arguments: &Value) -> Asked {
    let spot = point(arguments, &["coordinate"]);
    let said = text_of(arguments, "action").unwrap_or_default();
    let action = match said {
        "left_click" | "right_click" | "middle_click" | "double_click" | "triple_click" => {
            at(said, spot, None)
        }
        "click" => at("left_click", spot, None),
        "mouse_move" => must_at("mouse_move", said, spot),
        "left_click_drag" => match spot {
            // From where the pointer is.
            Some(_) => {
                let mut drag = at("left_click_drag", spot, None);
                let start = arguments.get("start_coordinate");
                if let Some(start) = start.and_then(super::neutral::point_in) {
                    drag["start_coordinate"] = super::neutral::pair(start);
                }
                drag
            }
            None => invalid("left_click_drag needs the coordinate it goes to."),
        },
        "key" => {
            let named = arguments.get("keys").or_else(|| arguments.get("text"));
            keys("key", said, &named.map(keys_of).unwrap_or_default())
        }
        "type" => match words(arguments, "text") {
            Some(text) => with_text("type", &text),
            None => invalid("type needs a text."),
        },
        "scroll" | "hscroll" => {
            let Some(by) = number_at(arguments, "pixels").filter(|by| *by != 0.0) else {
                return Asked::of(vec![invalid(format!("{said} needs pixels, and not zero."))]);
            };
            let direction = match (said, by > 0.0) {
                ("scroll", true) => "up",
                ("scroll", false) => "down",
                (_, true) => "right",
                (_, false) => "left",
            };
            // Small numbers are meant as clicks of the wheel.
            let clicks = if by.abs() <= 10.0 {
                by.abs()
            } else {
                by.abs() / 100.0
            };
            scroll(direction, clicks, spot, None)
        }
        "wait" => wait(number_at(arguments, "time").unwrap_or(super::neutral::WAIT)),
        "screenshot" | "cursor_position" => super::neutral::plain(said),
        "terminate" => {
            let success = text_of(arguments, "status").is_none_or(|status| status == "success");
            return Asked::finished(words(arguments, "text").unwrap_or_default(), success);
        }
        "answer" => {
            return Asked::finished(words(arguments, "text").unwrap_or_default(), true);
        }
        other => invalid(format!(
            "There is no action {other:?}. There are: {}.",
            NAMES.join(", ")
        )),
    };
    Asked::of(vec![action])
}

/// Reads an answer whose calls were not parsed by the server.
pub(super) fn read_text(text: &str) -> Asked {
    let mut asked = Asked::default();
    for (name, arguments) in tags::calls(text) {
        if matches!(name.as_str(), "computer_use" | "computer") {
            asked.add(read(&arguments));
        } else {
            asked
                .actions
                .push(invalid(format!("There is no function {name:?}.")));
        }
    }
    asked
}

/// The arguments for a neutral action, where there are words for it.
pub(super) fn write(action: &Value) -> Option<Value> {
    let spot = action.get("coordinate").cloned();
    let start = action.get("start_coordinate").cloned();
    let text = text_of(action, "text");
    let mut input = match name(action) {
        "key" => return Some(json!({"action": "key", "keys": chord_keys(text?)})),
        "type" => return Some(json!({"action": "type", "text": text?})),
        "wait" => {
            let time = action.get("duration").cloned().unwrap_or(json!(2));
            return Some(json!({"action": "wait", "time": time}));
        }
        "scroll" => {
            let (direction, clicks) = scrolled(action)?;
            let pixels = super::neutral::plain_number(clicks * 100.0);
            let back = super::neutral::plain_number(clicks * -100.0);
            match direction {
                "up" => json!({"action": "scroll", "pixels": pixels}),
                "down" => json!({"action": "scroll", "pixels": back}),
                "left" => json!({"action": "hscroll", "pixels": back}),
                _ => json!({"action": "hscroll", "pixels": pixels}),
            }
        }
        named if NAMES.contains(&named) => json!({ "action": named }),
        _ => return None,
    };
    for (key, place) in [("coordinate", spot), ("start_coordinate", start)] {
        if let Some(place) = place {
            input[key] = place;
        }
    }
    Some(input)
}

/// The same as text.
pub(super) fn write_text(action: &Value) -> Option<String> {
    let call = json!({"name": "computer_use", "arguments": write(action)?});
    Some(format!("<tool_call>\n{call}\n</tool_call>"))
}

/// The schema of its arguments.
pub(crate) fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": NAMES, "description":
                "What to do. left_click_drag goes from the pointer to coordinate; answer tells the person something; terminate ends the task."},
            "keys": {"type": "array", "items": {"type": "string"}, "description":
                "For key: pressed in this order, released in reverse."},
            "text": {"type": "string", "description": "For type and answer."},
            "coordinate": {"type": "array", "items": {"type": "number"}, "description":
                "[x, y], for the actions of the mouse."},
            "pixels": {"type": "number", "description":
                "For scroll (positive is up) and hscroll (positive is right)."},
            "time": {"type": "number", "description": "Seconds, for wait."},
            "status": {"type": "string", "enum": ["success", "failure"], "description": "For terminate."}
        },
        "required": ["action"],
    })
}

/// What a model is told that calls by text.
pub(super) fn protocol(frame: &str) -> String {
    let function = json!({"type": "function", "function": {
        "name": "computer_use",
        "description": format!("Uses mouse and keyboard, and answers with a screenshot. Coordinates are {frame}."),
        "parameters": schema(),
    }});
    format!(
        "# Tools\n\nYou may call one function at a time:\n\n<tools>\n{function}\n</tools>\n\nTo call it, write a JSON object between these tags:\n\n<tool_call>\n{{\"name\": \"computer_use\", \"arguments\": {{…}}}}\n</tool_call>"
    )
}
