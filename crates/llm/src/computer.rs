//! The function `computer`, for models whose vendor has no such tool.

use serde_json::{Value, json};

use crate::Coordinates;

/// Actions every vendor's computer tool comes down to.
pub const ACTIONS: &[&str] = &[
    "screenshot",
    "zoom",
    "mouse_move",
    "left_click",
    "right_click",
    "middle_click",
    "double_click",
    "triple_click",
    "left_click_drag",
    "left_mouse_down",
    "left_mouse_up",
    "scroll",
    "type",
    "key",
    "hold_key",
    "key_down",
    "key_up",
    "wait",
    "cursor_position",
];

/// What the model is told of the function, with the frame its coordinates count in.
pub(crate) fn description(width: u32, height: u32, coordinates: Coordinates) -> String {
    let frame = format!(
        "Coordinates are [x, y] {}.",
        coordinates.words((width, height))
    );
    format!(
        "See the screen and use mouse and keyboard. {frame} Take a screenshot first; after an action you get a new one. Clicks without a coordinate act where the mouse is."
    )
}

/// The schema of its arguments.
pub(crate) fn schema() -> Value {
    let point = |what: &str| json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2, "description": what});
    json!({
        "type": "object",
        "properties": {
            "action": {"type": "string", "enum": ACTIONS},
            "coordinate": point("Where to act, as [x, y]."),
            "start_coordinate": point("Where a drag begins, as [x, y]."),
            "path": {"type": "array", "items": point("A place, as [x, y]."), "description":
                "What a drag goes through, from its start to its end, where a straight line is not enough."},
            "region": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4,
                "description": "What zoom shows, as [left, top, right, bottom]."},
            "text": {"type": "string", "description":
                "What to type; the keys to press, such as ctrl+s or Return; or keys held during a click. key_down and key_up press without letting go, and let go."},
            "scroll_direction": {"type": "string", "enum": ["up", "down", "left", "right"]},
            "scroll_amount": {"type": "integer", "description": "Steps of the wheel."},
            "duration": {"type": "number", "description": "Seconds, for wait and hold_key."},
            "repeat": {"type": "integer", "description": "How often key is pressed."}
        },
        "required": ["action"]
    })
}
