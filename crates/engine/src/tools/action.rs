//! A screen action as a model wrote it: its numbers mapped, its words for people.

use interpreter_agent::ToolError;
use interpreter_llm::ModelInfo;
use interpreter_protocol::Frame;
use serde_json::{Value, json};

/// Why the model's vendor wants a person to confirm it, if it does.
pub(super) fn vendors_check(action: &Value) -> Option<String> {
    let reason = action.get("confirm")?.as_str()?;
    Some(format!(
        "the model's service warns of it (\u{201c}{reason}\u{201d})"
    ))
}

/// The action with the model's numbers as continuous pixels of the sent image.
pub(super) fn mapped(action: &Value, model: &ModelInfo, frame: &Frame) -> Result<Value, ToolError> {
    let mut mapped = action.clone();
    let Some(object) = mapped.as_object_mut() else {
        return Err(ToolError::new("The action is not an object."));
    };
    for key in ["coordinate", "start_coordinate", "region"] {
        let Some(value) = object.get_mut(key).filter(|value| !value.is_null()) else {
            continue;
        };
        *value = mapped_numbers(key, value, model, frame)?;
    }
    if let Some(path) = object.get_mut("path").and_then(Value::as_array_mut) {
        for point in path {
            *point = mapped_numbers("path", point, model, frame)?;
        }
    }
    Ok(mapped)
}

/// Points, as one list of numbers.
fn mapped_numbers(
    key: &str,
    value: &Value,
    model: &ModelInfo,
    frame: &Frame,
) -> Result<Value, ToolError> {
    let numbers = numbers(value)
        .filter(|numbers| !numbers.is_empty() && numbers.len().is_multiple_of(2))
        .ok_or_else(|| ToolError::new(format!("`{key}` must be a list of numbers [x, y].")))?;
    let mut points = Vec::with_capacity(numbers.len());
    for pair in numbers.chunks_exact(2) {
        let (x, y) = (pair[0], pair[1]);
        if !model.points_inside(x, y, frame.sent) {
            return Err(ToolError::new(format!(
                "({x}, {y}) lies outside the screenshot, which is {}x{}.",
                frame.sent.0, frame.sent.1
            )));
        }
        let (x, y) = model.to_sent(x, y, frame.sent);
        points.extend([x, y]);
    }
    Ok(json!(points))
}

/// Numbers of a list; some models write the list as text.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Array(list) => list.iter().map(Value::as_f64).collect(),
        Value::String(text) => numbers(&serde_json::from_str(text).ok()?),
        _ => None,
    }
}

pub(super) fn names_point(action: &Value) -> bool {
    ["coordinate", "start_coordinate", "region", "path"]
        .iter()
        .any(|key| action.get(key).is_some_and(|value| !value.is_null()))
}

/// Actions that change nothing.
const LOOKS: &[&str] = &["screenshot", "zoom", "cursor_position", "wait"];

fn is_one_of(action: &Value, names: &[&str]) -> bool {
    let name = action.get("action").and_then(Value::as_str);
    name.is_some_and(|name| names.contains(&name))
}

/// Whether the action changes nothing.
pub(super) fn only_looks(action: &Value) -> bool {
    is_one_of(action, LOOKS)
}

/// Whether the action goes where the keyboard is.
pub(super) fn by_keys(action: &Value) -> bool {
    const KEYS: &[&str] = &[
        "type",
        "key",
        "hold_key",
        "key_down",
        "key_up",
        "write_secret",
    ];
    is_one_of(action, KEYS)
}

/// The action for people: `click at 412, 318 in Mail`.
pub(super) fn words(action: &Value, app: Option<&str>) -> String {
    let text = |key: &str| action.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("action");
    let point = action
        .get("coordinate")
        .and_then(numbers)
        .filter(|point| point.len() == 2);
    let at = point
        .map(|p| format!(" at {}, {}", p[0], p[1]))
        .unwrap_or_default();
    let verb = match name {
        "left_click" => format!("Click{at}"),
        "right_click" => format!("Right-click{at}"),
        "middle_click" => format!("Middle-click{at}"),
        "double_click" => format!("Double-click{at}"),
        "triple_click" => format!("Triple-click{at}"),
        "mouse_move" => format!("Move the mouse{at}"),
        "left_click_drag" => format!("Drag{}", at.replace(" at ", " to ")),
        "left_mouse_down" => "Press the mouse button".to_owned(),
        "left_mouse_up" => "Let the mouse button go".to_owned(),
        "scroll" => format!("Scroll {}{at}", text("scroll_direction")),
        "type" => format!("Type \u{201c}{}\u{201d}", text("text")),
        "key" => format!("Press {}", text("text")),
        "hold_key" => format!("Hold {}", text("text")),
        "key_down" => format!("Press {} and keep it down", text("text")),
        "key_up" => format!("Let {} go", text("text")),
        "screenshot" => "Look at the screen".to_owned(),
        "zoom" => "Look closer".to_owned(),
        "wait" => "Wait".to_owned(),
        other => other.replace('_', " "),
    };
    match app {
        Some(app) => format!("{verb} in {app}"),
        None => verb,
    }
}

/// The function form, for models whose vendor has no computer tool of its own.
pub(super) fn schema() -> Value {
    let point = |what: &str| json!({ "type": "array", "items": { "type": "number" }, "minItems": 2, "maxItems": 2, "description": what });
    json!({
        "type": "object",
        "properties": {
            "action": {
                "type": "string",
                "enum": [
                    "screenshot", "zoom", "mouse_move", "left_click", "right_click", "middle_click",
                    "double_click", "triple_click", "left_click_drag", "left_mouse_down",
                    "left_mouse_up", "scroll", "type", "key", "hold_key", "wait", "cursor_position",
                ],
            },
            "coordinate": point("x, y in the last screenshot; the end of a drag"),
            "start_coordinate": point("where a drag begins"),
            "region": {
                "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 4,
                "description": "x0, y0, x1, y1 to zoom into",
            },
            "text": {
                "type": "string",
                "description": "what to type; the key or chord to press, such as ctrl+s; for clicks, keys held meanwhile",
            },
            "scroll_direction": { "type": "string", "enum": ["up", "down", "left", "right"] },
            "scroll_amount": { "type": "integer", "description": "wheel clicks" },
            "duration": { "type": "number", "description": "seconds, for wait and hold_key" },
            "repeat": { "type": "integer", "description": "how often to press the key" },
        },
        "required": ["action"],
    })
}

#[cfg(test)]
mod tests {
    use interpreter_llm::{ComputerTool, Coordinates, ImageRule, Thinking};
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn actions_in_words() {
        let check = |action: Value, app, expected: &str| assert_eq!(words(&action, app), expected);
        check(
            json!({"action": "left_click", "coordinate": [4, 5]}),
            Some("Mail"),
            "Click at 4, 5 in Mail",
        );
        check(
            json!({"action": "left_click", "coordinate": "[4, 5]"}),
            None,
            "Click at 4, 5",
        );
        check(
            json!({"action": "left_click_drag", "coordinate": [4, 5]}),
            None,
            "Drag to 4, 5",
        );
        check(
            json!({"action": "type", "text": "é"}),
            None,
            "Type \u{201c}é\u{201d}",
        );
        check(
            json!({"action": "left_mouse_down"}),
            None,
            "Press the mouse button",
        );
        check(json!({}), None, "");
    }

    #[test]
    fn every_point_of_an_action_is_mapped() {
        let frame = Frame {
            display: "d".to_owned(),
            origin: (0, 0),
            native: (2000, 1000),
            sent: (1000, 500),
            scale: 1.0,
            layout: String::new(),
        };
        let model = ModelInfo {
            name: "scripted/model".to_owned(),
            provider: "scripted".to_owned(),
            id: "model".to_owned(),
            family: "scripted".to_owned(),
            vision: true,
            tools: true,
            computer: ComputerTool::Function,
            // From 0 to 1000 on both sides, whatever the picture's size.
            coordinates: Coordinates::Scale(1000.0),
            append_only: false,
            context: None,
            max_output: None,
            price: None,
            images: ImageRule::default(),
            local: true,
            sampling: true,
            thinking: Thinking::Silent,
            known: true,
        };
        let check = |action: Value, expected: Value| {
            assert_eq!(
                mapped(&action, &model, &frame).map_err(|error| error.message),
                Ok(expected)
            );
        };
        check(
            json!({"action": "left_click_drag", "path": [[0, 0], [500, 500]], "coordinate": "[500, 500]"}),
            json!({"action": "left_click_drag", "path": [[0.0, 0.0], [500.0, 250.0]], "coordinate": [500.0, 250.0]}),
        );
        let wrong = mapped(&json!({"path": [[0, 0], [2000, 0]]}), &model, &frame);
        assert_eq!(
            wrong.map_err(|error| error.message),
            Err("(2000, 0) lies outside the screenshot, which is 1000x500.".to_owned())
        );
    }
}
