//! Gemini's computer functions: the newer names, and the older ones of a browser.

use serde_json::{Map, Value, json};

use super::Asked;
use super::neutral::{
    Point, at, button, drag, drag_points, invalid, keys, keys_of, must_at, name, number_at, plain,
    plain_number, point, scroll, scrolled, scrolled_pixels, text_of, wait, with_text, words,
};

/// Functions that come without being declared, of both generations.
const NAMES: &[&str] = &[
    "click",
    "double_click",
    "triple_click",
    "middle_click",
    "right_click",
    "mouse_down",
    "mouse_up",
    "move",
    "type",
    "drag_and_drop",
    "scroll",
    "press_key",
    "key_down",
    "key_up",
    "hotkey",
    "wait",
    "take_screenshot",
    "navigate",
    "go_back",
    "go_forward",
    "open_app",
    "list_apps",
    "long_press",
    "open_web_browser",
    "wait_5_seconds",
    "search",
    "click_at",
    "hover_at",
    "type_text_at",
    "key_combination",
    "scroll_document",
    "scroll_at",
];

/// Whether a function is one of the vendor's own.
pub(crate) fn is_action(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Reads one function call.
pub(super) fn read(function: &str, args: &Value) -> Asked {
    let spot = point(args, &[]);
    let here = |kind: &str| vec![at(kind, spot, None)];
    let actions = match function {
        "click" | "click_at" => here("left_click"),
        "double_click" => here("double_click"),
        "triple_click" => here("triple_click"),
        "middle_click" => here("middle_click"),
        "right_click" => here("right_click"),
        "mouse_down" => button(spot, "left_mouse_down"),
        "mouse_up" => button(spot, "left_mouse_up"),
        "move" | "hover_at" => vec![must_at("mouse_move", function, spot)],
        "type" => typed(args, false),
        "type_text_at" => {
            let mut actions = here("left_click");
            if flag(args, "clear_before_typing", true) {
                actions.extend([with_text("key", "ctrl+a"), with_text("key", "backspace")]);
            }
            actions.extend(typed(args, true));
            actions
        }
        "drag_and_drop" => {
            let start = two(args, "start_x", "start_y").or(spot);
            let end =
                two(args, "end_x", "end_y").or_else(|| two(args, "destination_x", "destination_y"));
            match (start, end) {
                (Some(start), Some(end)) => vec![drag(&[start, end], None)],
                _ => vec![invalid(
                    "drag_and_drop needs where it begins and where it ends.",
                )],
            }
        }
        "scroll" => scrolls(args, spot, 300.0),
        "scroll_at" => scrolls(args, spot, 800.0),
        "scroll_document" => scrolls(args, None, 800.0),
        "press_key" => vec![keys("key", function, &first_keys(args))],
        "key_down" => vec![keys("key_down", function, &first_keys(args))],
        "key_up" => vec![keys("key_up", function, &first_keys(args))],
        "hotkey" | "key_combination" => vec![keys("key", function, &first_keys(args))],
        "wait" => vec![wait(number_at(args, "seconds").unwrap_or(1.0))],
        "wait_5_seconds" => vec![wait(5.0)],
        // The older tool began with a browser that was open already.
        "take_screenshot" | "open_web_browser" => vec![plain("screenshot")],
        "go_back" => vec![with_text("key", "browserback")],
        "go_forward" => vec![with_text("key", "browserforward")],
        "navigate" => match words(args, "url") {
            Some(url) => vec![
                with_text("key", "ctrl+l"),
                with_text("type", &format!("{url}\n")),
            ],
            None => vec![invalid("navigate needs a url.")],
        },
        "long_press" => {
            let mut actions = button(spot, "left_mouse_down");
            actions.push(wait(number_at(args, "seconds").unwrap_or(1.0)));
            actions.push(plain("left_mouse_up"));
            actions
        }
        other => vec![invalid(format!(
            "{other} does not exist on a desktop. Use mouse and keyboard."
        ))],
    };
    Asked {
        actions,
        confirm: decision(args),
        end: None,
    }
}

/// The service wants the person asked.
fn decision(args: &Value) -> Option<String> {
    let decision = args.get("safety_decision")?;
    let asks =
        text_of(decision, "decision").is_none_or(|said| said != "regular" && said != "allowed");
    asks.then(|| {
        text_of(decision, "explanation")
            .filter(|words| !words.is_empty())
            .unwrap_or("The model's service asks for a confirmation.")
            .to_owned()
    })
}

fn typed(args: &Value, enter: bool) -> Vec<Value> {
    let Some(mut text) = words(args, "text") else {
        return vec![invalid("type needs a text.")];
    };
    if flag(args, "press_enter", enter) && !text.ends_with('\n') {
        text.push('\n');
    }
    vec![with_text("type", &text)]
}

fn scrolls(args: &Value, spot: Option<Point>, default: f64) -> Vec<Value> {
    let by = number_at(args, "magnitude_in_pixels")
        .or_else(|| number_at(args, "magnitude"))
        .unwrap_or(default);
    let direction = text_of(args, "direction").unwrap_or_default();
    vec![scroll(direction, by.abs() / 100.0, spot, None)]
}

fn first_keys(args: &Value) -> String {
    ["keys", "key"]
        .iter()
        .find_map(|key| args.get(*key))
        .map(keys_of)
        .unwrap_or_default()
}

fn flag(args: &Value, key: &str, default: bool) -> bool {
    match args.get(key) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
        _ => default,
    }
}

fn two(args: &Value, x: &str, y: &str) -> Option<Point> {
    Some((number_at(args, x)?, number_at(args, y)?))
}

/// The function of the newer generation for a neutral action.
pub(super) fn write(action: &Value) -> Option<(String, Value)> {
    let spot = point(action, &["coordinate"]);
    let text = || text_of(action, "text");
    let mut args = Map::new();
    let mut set = |key: &str, value: Value| {
        args.insert(key.to_owned(), value);
    };
    let function = match name(action) {
        "left_click" => "click",
        "double_click" => "double_click",
        "triple_click" => "triple_click",
        "middle_click" => "middle_click",
        "right_click" => "right_click",
        "mouse_move" => "move",
        "left_mouse_down" => "mouse_down",
        "left_mouse_up" => "mouse_up",
        "type" => {
            let text = text()?;
            let line = text.strip_suffix('\n');
            set("text", json!(line.unwrap_or(text)));
            set("press_enter", json!(line.is_some()));
            return Some(("type".to_owned(), Value::Object(args)));
        }
        "key" => {
            set("keys", json!(super::neutral::chord_keys(text()?)));
            return Some(("hotkey".to_owned(), Value::Object(args)));
        }
        "key_down" | "key_up" => {
            set("key", json!(text()?));
            return Some((name(action).to_owned(), Value::Object(args)));
        }
        "wait" => {
            set(
                "seconds",
                plain_number(number_at(action, "duration").unwrap_or(1.0)),
            );
            return Some(("wait".to_owned(), Value::Object(args)));
        }
        "screenshot" => return Some(("take_screenshot".to_owned(), json!({}))),
        "left_click_drag" => {
            let points = drag_points(action);
            let ((sx, sy), (ex, ey)) = (points.first()?, points.get(1..)?.last()?);
            for (key, value) in [
                ("start_x", sx),
                ("start_y", sy),
                ("end_x", ex),
                ("end_y", ey),
            ] {
                set(key, plain_number(*value));
            }
            return Some(("drag_and_drop".to_owned(), Value::Object(args)));
        }
        "scroll" => {
            let (dx, dy) = scrolled_pixels(action)?;
            set("direction", json!(scrolled(action)?.0));
            set("magnitude_in_pixels", plain_number(dx.abs() + dy.abs()));
            "scroll"
        }
        _ => return None,
    };
    let (x, y) = spot?;
    set("x", plain_number(x));
    set("y", plain_number(y));
    Some((function.to_owned(), Value::Object(args)))
}

/// The function of the older generation, where it has one.
pub(super) fn write_browser(action: &Value) -> Option<(String, Value)> {
    let (function, args) = write(action)?;
    let renamed = match function.as_str() {
        "click" => "click_at",
        "move" => "hover_at",
        "hotkey" => {
            let keys = text_of(action, "text")?;
            return Some(("key_combination".to_owned(), json!({ "keys": keys })));
        }
        "drag_and_drop" => {
            let at = |key: &str| args.get(key).cloned().unwrap_or_default();
            let moved = json!({
                "x": at("start_x"), "y": at("start_y"),
                "destination_x": at("end_x"), "destination_y": at("end_y"),
            });
            return Some((function, moved));
        }
        "scroll" => {
            let at = |key: &str| args.get(key).cloned().unwrap_or_default();
            let moved = json!({
                "x": at("x"), "y": at("y"), "direction": at("direction"),
                "magnitude": at("magnitude_in_pixels"),
            });
            return Some(("scroll_at".to_owned(), moved));
        }
        "wait" => return Some(("wait_5_seconds".to_owned(), json!({}))),
        _ => return None,
    };
    Some((renamed.to_owned(), args))
}
