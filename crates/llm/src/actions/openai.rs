//! OpenAI's computer tool: batches of actions in `actions`, or one in `action`.

use serde_json::{Value, json};

use super::Asked;
use super::neutral::{
    Point, WAIT, at, chord_keys, drag, drag_points, invalid, keys, keys_of, must_at, name,
    number_at, plain, plain_number, point, point_in, scroll_pixels, scrolled_pixels, text_of, wait,
    with_text, words,
};

const KNOWN: &str = "click, double_click, drag, keypress, move, screenshot, scroll, type, wait";

/// Reads a `computer_call` item.
pub(super) fn read(item: &Value) -> Asked {
    let batch = item.get("actions").and_then(Value::as_array);
    let said: Vec<&Value> = match (batch, item.get("action")) {
        (Some(actions), _) => actions.iter().collect(),
        (None, Some(one)) => vec![one],
        (None, None) => Vec::new(),
    };
    let mut actions: Vec<Value> = said.iter().flat_map(|action| one(action)).collect();
    // A picture follows the batch anyway.
    if actions.iter().any(|action| name(action) != "screenshot") {
        actions.retain(|action| name(action) != "screenshot");
    } else {
        actions = vec![plain("screenshot")];
    }
    Asked {
        actions,
        confirm: checks(item),
        end: None,
    }
}

/// What the service wants the person to know before it goes on.
fn checks(item: &Value) -> Option<String> {
    let pending = item.get("pending_safety_checks")?.as_array()?;
    if pending.is_empty() {
        return None;
    }
    let told: Vec<&str> = pending
        .iter()
        .map(|check| {
            text_of(check, "message")
                .filter(|words| !words.is_empty())
                .or_else(|| text_of(check, "code"))
                .unwrap_or("The model's service asks for a confirmation.")
        })
        .collect();
    Some(told.join(" "))
}

fn one(action: &Value) -> Vec<Value> {
    let place = point(action, &[]);
    // Names stand in capitals, which means nothing.
    let held = action.get("keys").map(|keys| keys_of(keys).to_lowercase());
    let kind = text_of(action, "type").unwrap_or_default();
    vec![match kind {
        "click" => match text_of(action, "button").unwrap_or("left") {
            "left" => at("left_click", place, held),
            "right" => at("right_click", place, held),
            "wheel" | "middle" => at("middle_click", place, held),
            "back" => with_text("key", "browserback"),
            "forward" => with_text("key", "browserforward"),
            other => invalid(format!(
                "There is no button {other:?}: left, right, wheel, back or forward."
            )),
        },
        "double_click" => at("double_click", place, held),
        "triple_click" => at("triple_click", place, held),
        "move" => must_at("mouse_move", "move", place),
        "drag" => {
            let path = action.get("path").and_then(Value::as_array);
            let points: Option<Vec<Point>> = path
                .map(|path| path.iter().map(point_in).collect())
                .unwrap_or_default();
            match points.filter(|points| points.len() > 1) {
                Some(points) => drag(&points, held),
                None => invalid("drag needs a path of two or more points {x, y}."),
            }
        }
        "keypress" => keys("key", "keypress", &held.unwrap_or_default()),
        "type" => match words(action, "text") {
            Some(text) => with_text("type", &text),
            None => invalid("type needs a text."),
        },
        "scroll" => {
            let by = |key: &str, other: &str| {
                number_at(action, key)
                    .or_else(|| number_at(action, other))
                    .unwrap_or(0.0)
            };
            let turns = scroll_pixels(
                by("scroll_x", "scrollX"),
                by("scroll_y", "scrollY"),
                place,
                held,
            );
            if !turns.is_empty() {
                return turns;
            }
            invalid("scroll needs scroll_x or scroll_y in pixels.")
        }
        "wait" => wait(WAIT),
        "screenshot" => plain("screenshot"),
        other => invalid(format!("There is no action {other:?}. There are: {KNOWN}.")),
    }]
}

/// One action of a batch, where OpenAI has words for it.
pub(super) fn write(action: &Value) -> Option<Value> {
    let spot = action.get("coordinate").and_then(point_in);
    let held: Option<Vec<String>> = text_of(action, "text").map(upper);
    let placed = |mut value: Value| {
        let (x, y) = spot?;
        value["x"] = plain_number(x);
        value["y"] = plain_number(y);
        if let Some(held) = held.as_ref().filter(|held| !held.is_empty()) {
            value["keys"] = json!(held);
        }
        Some(value)
    };
    let click = |button: &str| placed(json!({"type": "click", "button": button}));
    match name(action) {
        "left_click" => click("left"),
        "right_click" => click("right"),
        "middle_click" => click("wheel"),
        "double_click" => placed(json!({"type": "double_click"})),
        "mouse_move" => placed(json!({"type": "move"})),
        "left_click_drag" => {
            let path = drag_points(action);
            let path: Vec<Value> = path
                .iter()
                .map(|(x, y)| json!({"x": plain_number(*x), "y": plain_number(*y)}))
                .collect();
            (path.len() > 1).then(|| json!({"type": "drag", "path": path}))
        }
        "key" => Some(json!({"type": "keypress", "keys": held?})),
        "type" => Some(json!({"type": "type", "text": text_of(action, "text")?})),
        "scroll" => {
            let (dx, dy) = scrolled_pixels(action)?;
            let (dx, dy) = (plain_number(dx), plain_number(dy));
            placed(json!({"type": "scroll", "scroll_x": dx, "scroll_y": dy}))
        }
        "wait" => Some(json!({"type": "wait"})),
        "screenshot" => Some(json!({"type": "screenshot"})),
        _ => None,
    }
}

fn upper(chord: &str) -> Vec<String> {
    chord_keys(chord)
        .into_iter()
        .map(str::to_uppercase)
        .collect()
}
