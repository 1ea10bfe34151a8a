//! Anthropic's computer tools, whose words the neutral form took over.

use serde_json::{Value, json};

use super::Asked;
use super::neutral::{at, drag_points, invalid, name, pair, point_in, text_of};
use crate::ComputerTool;
use crate::computer::ACTIONS;

/// What the vendor's tools know.
const MEMBERS: &[&str] = &[
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
    "wait",
    "cursor_position",
];

/// Reads a tool whose input names its action.
pub(super) fn read(input: &Value) -> Asked {
    let Some(action) = text_of(input, "action") else {
        return Asked::of(vec![invalid("The action has no name.")]);
    };
    read_member(action, input)
}

/// Reads a member of the toolset.
pub(super) fn read_member(member: &str, input: &Value) -> Asked {
    let Value::Object(fields) = input else {
        return Asked::of(vec![invalid(format!(
            "The input of {member} is not an object."
        ))]);
    };
    if !ACTIONS.contains(&member) {
        let known = ACTIONS.join(", ");
        return Asked::of(vec![invalid(format!(
            "There is no action {member:?}. There are: {known}."
        ))]);
    }
    let mut action = Value::Object(fields.clone());
    action["action"] = json!(member);
    for key in ["coordinate", "start_coordinate"] {
        // Written as text, as a box, or as an object.
        if let Some(point) = action.get(key).and_then(point_in) {
            action[key] = pair(point);
        }
    }
    Asked::of(vec![action])
}

/// Member and input a neutral action goes back as. The toolset has no other
/// members: what another model did in its own words becomes what is nearest.
pub(crate) fn member(action: &Value) -> Option<(String, Value)> {
    let named = name(action);
    if named.is_empty() {
        return None;
    }
    let mut input = nearest(action);
    let member = name(&input).to_owned();
    if let Some(fields) = input.as_object_mut() {
        fields.remove("action");
    }
    Some((member, input))
}

/// The input of a tool of this version, where it has the action.
pub(super) fn write(tool: ComputerTool, action: &Value) -> Option<Value> {
    let input = nearest(action);
    let named = name(&input);
    let takes = match tool {
        ComputerTool::Anthropic20251124 => true,
        ComputerTool::Anthropic20250124 => named != "zoom",
        _ => matches!(
            named,
            "key"
                | "type"
                | "mouse_move"
                | "left_click"
                | "left_click_drag"
                | "right_click"
                | "middle_click"
                | "double_click"
                | "screenshot"
                | "cursor_position"
        ),
    };
    takes.then_some(input)
}

/// The action without what the vendor does not know.
fn nearest(action: &Value) -> Value {
    match name(action) {
        "key_down" | "key_up" => {
            json!({"action": "key", "text": text_of(action, "text").unwrap_or_default()})
        }
        "left_click_drag" if action.get("path").is_some() => {
            let points = drag_points(action);
            let held = text_of(action, "text").map(str::to_owned);
            let mut drag = at("left_click_drag", points.last().copied(), held);
            if let Some(start) = points.first() {
                drag["start_coordinate"] = pair(*start);
            }
            drag
        }
        known if MEMBERS.contains(&known) => {
            let mut plain = action.clone();
            if let Some(fields) = plain.as_object_mut() {
                fields.remove("confirm");
            }
            plain
        }
        _ => json!({"action": "screenshot"}),
    }
}
