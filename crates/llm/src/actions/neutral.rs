//! Makes neutral actions, and reads the values vendors write in many ways.

use serde_json::{Map, Value, json};

/// A place, in the model's numbers.
pub(crate) type Point = (f64, f64);

/// What a wait takes where a vendor gives no time.
pub(super) const WAIT: f64 = 2.0;
/// Pixels in one click of the wheel.
const NOTCH: f64 = 100.0;
/// Most clicks of the wheel in one action.
const MOST_CLICKS: f64 = 100.0;
/// Longest wait, in seconds.
const LONGEST: f64 = 300.0;

/// The name of a neutral action.
pub(crate) fn name(action: &Value) -> &str {
    text_of(action, "action").unwrap_or_default()
}

/// Text at a key.
pub(crate) fn text_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// What the model is told in place of an action nobody can do.
pub(super) fn invalid(problem: impl Into<String>) -> Value {
    json!({"action": "invalid", "problem": problem.into()})
}

/// An action that takes nothing.
pub(super) fn plain(name: &str) -> Value {
    json!({"action": name})
}

/// An action at a place, or where the pointer is; with keys held meanwhile.
pub(super) fn at(name: &str, point: Option<Point>, held: Option<String>) -> Value {
    let mut fields = Map::new();
    fields.insert("action".to_owned(), json!(name));
    if let Some(point) = point {
        fields.insert("coordinate".to_owned(), pair(point));
    }
    if let Some(held) = held.filter(|held| !held.is_empty()) {
        fields.insert("text".to_owned(), json!(held));
    }
    Value::Object(fields)
}

/// An action at a place that must be named.
pub(super) fn must_at(name: &str, said: &str, point: Option<Point>) -> Value {
    match point {
        Some(_) => at(name, point, None),
        None => invalid(format!("{said} needs a point: two numbers.")),
    }
}

/// An action with a text.
pub(super) fn with_text(name: &str, text: &str) -> Value {
    json!({"action": name, "text": text})
}

/// Presses keys, or says that none was named.
pub(super) fn keys(name: &str, said: &str, keys: &str) -> Value {
    if keys.is_empty() {
        invalid(format!("{said} names no key."))
    } else {
        with_text(name, keys)
    }
}

/// A drag through points; the first may be left out.
pub(super) fn drag(points: &[Point], held: Option<String>) -> Value {
    let Some((end, before)) = points.split_last() else {
        return invalid("A drag needs the points it goes through.");
    };
    let mut action = at("left_click_drag", Some(*end), held);
    if let Some(start) = before.first() {
        action["start_coordinate"] = pair(*start);
    }
    if before.len() > 1 {
        action["path"] = points.iter().map(|point| pair(*point)).collect();
    }
    action
}

/// The points of a neutral drag, start first.
pub(super) fn drag_points(action: &Value) -> Vec<Point> {
    let path: Vec<Point> = action
        .get("path")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(point_in)
        .collect();
    if path.len() > 1 {
        return path;
    }
    ["start_coordinate", "coordinate"]
        .iter()
        .filter_map(|key| point_in(action.get(*key)?))
        .collect()
}

/// A turn of the wheel, by clicks.
pub(super) fn scroll(
    direction: &str,
    clicks: f64,
    point: Option<Point>,
    held: Option<String>,
) -> Value {
    let direction = direction.trim().to_lowercase();
    if !matches!(direction.as_str(), "up" | "down" | "left" | "right") {
        return invalid(format!(
            "There is no direction {direction:?}: up, down, left or right."
        ));
    }
    let mut action = at("scroll", point, held);
    action["scroll_direction"] = json!(direction);
    action["scroll_amount"] = json!(clicks.round().clamp(1.0, MOST_CLICKS) as u32);
    action
}

/// Turns of the wheel by pixels, right and down positive. Nothing turns for nothing.
pub(super) fn scroll_pixels(
    dx: f64,
    dy: f64,
    point: Option<Point>,
    held: Option<String>,
) -> Vec<Value> {
    let turn = |pixels: f64, back: &str, forth: &str| {
        let direction = if pixels < 0.0 { back } else { forth };
        (pixels != 0.0).then(|| scroll(direction, pixels.abs() / NOTCH, point, held.clone()))
    };
    [turn(dy, "up", "down"), turn(dx, "left", "right")]
        .into_iter()
        .flatten()
        .collect()
}

/// Direction and clicks of a neutral scroll; three where it does not say.
pub(super) fn scrolled(action: &Value) -> Option<(&str, f64)> {
    let direction = text_of(action, "scroll_direction")?;
    let amount = action.get("scroll_amount").and_then(number).unwrap_or(3.0);
    Some((direction, amount))
}

/// The same in pixels, right and down positive.
pub(super) fn scrolled_pixels(action: &Value) -> Option<Point> {
    let (direction, clicks) = scrolled(action)?;
    let pixels = clicks * NOTCH;
    match direction {
        "up" => Some((0.0, -pixels)),
        "down" => Some((0.0, pixels)),
        "left" => Some((-pixels, 0.0)),
        "right" => Some((pixels, 0.0)),
        _ => None,
    }
}

/// A wait, in seconds.
pub(super) fn wait(seconds: f64) -> Value {
    json!({"action": "wait", "duration": plain_number(seconds.clamp(0.0, LONGEST))})
}

/// One of several names, as one chord: `ctrl+shift+t`.
pub(super) fn chord<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names
        .into_iter()
        .map(|name| match name {
            " " => "space".to_owned(),
            name => name.split_whitespace().collect::<String>(),
        })
        .filter(|name| !name.is_empty())
        .collect();
    let many = names.len() > 1;
    let plain = names.iter().map(|name| match name.as_str() {
        "+" if many => "plus".to_owned(),
        name if many || name.chars().count() > 1 => name.to_lowercase(),
        name => name.to_owned(),
    });
    plain.collect::<Vec<_>>().join("+")
}

/// Keys that come as a list, or as one text with `+`, `-` or blanks between them.
pub(super) fn keys_of(value: &Value) -> String {
    match value {
        Value::Array(list) => chord(list.iter().filter_map(Value::as_str)),
        Value::String(text) => keys_in(text),
        _ => String::new(),
    }
}

/// Keys of one text: `ctrl+c`, `ctrl shift t`, `page down`, `Control-A`.
pub(super) fn keys_in(text: &str) -> String {
    if text.trim().is_empty() {
        return if text.is_empty() {
            String::new()
        } else {
            "space".to_owned()
        };
    }
    let text = text.trim();
    if text == "+" || text == "-" {
        return text.to_owned();
    }
    if let Some(rest) = text.strip_suffix("++") {
        return chord(rest.split('+').chain(["+"]));
    }
    // Names of two words stay one key.
    let joined = text
        .to_lowercase()
        .replace("page up", "pageup")
        .replace("page down", "pagedown")
        .replace("arrow ", "arrow")
        .replace("caps lock", "capslock")
        .replace("print screen", "printscreen");
    let text = if joined.chars().count() == 1 {
        text.to_owned()
    } else {
        joined
    };
    let hyphens = text.contains('-') && !text.contains('+') && !text.contains(' ');
    if hyphens && !text.starts_with('-') && !text.ends_with('-') {
        return chord(text.split('-'));
    }
    chord(text.split(['+', ' ']))
}

/// The keys of a chord.
pub(super) fn chord_keys(chord: &str) -> Vec<&str> {
    if chord == "+" {
        return vec!["+"];
    }
    chord
        .split(['+', ' '])
        .filter(|key| !key.is_empty())
        .collect()
}

/// A place at one of these keys, or of `x` and `y` beside them.
pub(super) fn point(arguments: &Value, keys: &[&str]) -> Option<Point> {
    keys.iter()
        .find_map(|key| point_in(arguments.get(*key)?))
        .or_else(|| point_in(arguments))
}

/// A place in whatever shape: `[x, y]`, a box (its centre), `{x, y}`, or text with such numbers.
pub(super) fn point_in(value: &Value) -> Option<Point> {
    match value {
        Value::Array(list) => {
            // A list of one point.
            if let [one @ (Value::Array(_) | Value::String(_))] = list.as_slice() {
                return point_in_flat(one);
            }
            point_of(&list.iter().map(number).collect::<Option<Vec<f64>>>()?)
        }
        other => point_in_flat(other),
    }
}

fn point_in_flat(value: &Value) -> Option<Point> {
    match value {
        Value::Array(list) => point_of(&list.iter().map(number).collect::<Option<Vec<f64>>>()?),
        Value::Object(fields) => Some((number(fields.get("x")?)?, number(fields.get("y")?)?)),
        Value::String(text) => point_of(&numbers_in(text)),
        _ => None,
    }
}

/// Two numbers are a point, four a box, whose centre is meant.
pub(super) fn point_of(numbers: &[f64]) -> Option<Point> {
    match numbers {
        [x, y] => Some((*x, *y)),
        [left, top, right, bottom] => Some(((left + right) / 2.0, (top + bottom) / 2.0)),
        _ => None,
    }
}

/// Every number that stands in a text; at most eight.
pub(super) fn numbers_in(text: &str) -> Vec<f64> {
    let mut numbers = Vec::new();
    let mut rest = text;
    while numbers.len() < 8 {
        let Some(start) = rest.find(|c: char| c.is_ascii_digit()) else {
            break;
        };
        let before = &rest[..start];
        let word = before.ends_with(|c: char| c.is_alphabetic() || c == '_');
        let sign = if before.ends_with('-') { -1.0 } else { 1.0 };
        let end = rest[start..]
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(rest.len(), |length| start + length);
        let number = rest[start..end].trim_end_matches('.').parse::<f64>();
        if let (Ok(number), false) = (number, word) {
            numbers.push(sign * number);
        }
        rest = &rest[end..];
    }
    numbers
}

/// A number, also where it is written as text. Finite, and not beyond what a screen has.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (number.is_finite() && number.abs() < 1e9).then_some(number)
}

/// A number at a key.
pub(super) fn number_at(arguments: &Value, key: &str) -> Option<f64> {
    arguments.get(key).and_then(number)
}

/// Text at a key; a number is its text.
pub(super) fn words(arguments: &Value, key: &str) -> Option<String> {
    match arguments.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list of two numbers.
pub(super) fn pair((x, y): Point) -> Value {
    json!([plain_number(x), plain_number(y)])
}

/// Whole numbers are written without a point.
pub(super) fn plain_number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

/// Several actions where a click's place is named first.
pub(super) fn button(point: Option<Point>, name: &str) -> Vec<Value> {
    let to = point.map(|point| at("mouse_move", Some(point), None));
    to.into_iter().chain([plain(name)]).collect()
}
