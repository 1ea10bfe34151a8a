//! UI-TARS and Doubao: `Thought:` and `Action: click(start_box='(x,y)')`, in the
//! spellings of all versions.

use serde_json::Value;

use super::code::{self, Said, quoted, unescape};
use super::neutral::{
    Point, at, button, drag, drag_points, invalid, keys, keys_in, name, number, plain, point_in,
    scroll, scrolled, text_of, wait, with_text,
};
use super::{Asked, tags};

/// Where an answer's words end and its action begins.
pub(super) const MARKS: &[&str] = &[
    "Action:",
    "Action：",
    "<seed:tool_call>",
    "<tool_call>",
    "<computer_env>",
];

const NAMES: &[&str] = &[
    "click",
    "left_single",
    "left_double",
    "double_click",
    "right_single",
    "right_click",
    "middle_click",
    "hover",
    "mouse_move",
    "move_to",
    "mouse_down",
    "mouse_up",
    "drag",
    "select",
    "left_click_drag",
    "hotkey",
    "press",
    "release",
    "type",
    "scroll",
    "wait",
    "finished",
    "call_user",
    "navigate",
    "navigate_back",
    "long_press",
];

/// What one scroll turns, in clicks of the wheel.
const SCROLL: f64 = 5.0;
/// What one wait takes, in seconds.
const WAIT: f64 = 5.0;

pub(super) const PROTOCOL: &str = "You operate a desktop computer for a person. You are given the task, what you did so far, and a screenshot. Say what you think, then do the next action.

Answer in this form:

Thought: ...
Action: ...

The actions:

click(start_box='<|box_start|>(x,y)<|box_end|>')
left_double(start_box='<|box_start|>(x,y)<|box_end|>')
right_single(start_box='<|box_start|>(x,y)<|box_end|>')
drag(start_box='<|box_start|>(x1,y1)<|box_end|>', end_box='<|box_start|>(x2,y2)<|box_end|>')
hotkey(key='ctrl c')
type(content='...')
scroll(start_box='<|box_start|>(x,y)<|box_end|>', direction='down')
wait()
finished(content='...')
call_user()

In content, write \\' for a quote and \\n for a new line; a text that ends with \\n is sent with Enter. A scroll's direction is up, down, left or right. Use finished when the task is done, and call_user when you cannot go on without the person. Think in the language of the task, in one short passage.";

/// Reads a whole answer.
pub(super) fn read(text: &str) -> Asked {
    let text = &after_thinking(text)
        .replace("<|box_start|>", "")
        .replace("<|box_end|>", "");
    let tagged = tags::calls(text);
    if !tagged.is_empty() && text.contains("tool_call>") {
        let mut asked = Asked::default();
        for (name, arguments) in tagged {
            asked.add(function(&name, &arguments));
        }
        return asked;
    }
    let Some(spoken) = last_action(text) else {
        return Asked::default();
    };
    let mut asked = Asked::default();
    for piece in pieces(spoken) {
        match code::find(piece, |name| NAMES.contains(&name)) {
            Some((mut said, start, _)) => {
                if let Some(content) = content(&piece[start..]) {
                    said.args.retain(|(name, _)| name != "content");
                    said.args
                        .push(("content".to_owned(), code::Arg::Text(content)));
                }
                asked.add(one(&said));
            }
            None => asked.actions.push(unclear(piece)),
        }
    }
    asked
}

fn unclear(piece: &str) -> Value {
    let start: String = piece.trim().chars().take(80).collect();
    invalid(format!(
        "{start:?} is no action. Write for example: Action: click(start_box='(x,y)')"
    ))
}

/// What stands after the reasoning of the newer models.
fn after_thinking(text: &str) -> &str {
    let Some(at) = text.rfind("</think") else {
        return text;
    };
    text[at..].split_once('>').map_or("", |(_, rest)| rest)
}

/// What follows the last `Action:`; else the text from its first action on.
fn last_action(text: &str) -> Option<&str> {
    let marked = ["Action:", "Action："]
        .iter()
        .filter_map(|mark| Some(text.rfind(mark)? + mark.len()))
        .max();
    if let Some(at) = marked {
        let rest = text[at..].trim();
        let rest = rest.strip_suffix("</computer_env>").unwrap_or(rest).trim();
        return (!rest.is_empty()).then_some(rest);
    }
    let (_, start, _) = code::find(text, |name| NAMES.contains(&name))?;
    Some(&text[start..])
}

/// Several actions stand apart by an empty line.
fn pieces(text: &str) -> Vec<&str> {
    let begins = |text: &str| {
        let text = text.trim_start();
        NAMES.iter().any(|name| {
            text.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with('('))
        })
    };
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest[from..].find("\n\n").map(|at| from + at) {
        if begins(&rest[at..]) {
            pieces.push(&rest[..at]);
            rest = rest[at..].trim_start();
            from = 0;
        } else {
            from = at + 2;
        }
    }
    pieces.push(rest);
    pieces
}

/// The content of a text that holds quotes of its own: up to the last one.
fn content(piece: &str) -> Option<String> {
    let at = piece.find("content=")? + "content=".len();
    let rest = piece[at..].trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let body = &rest[1..];
    let end = body
        .rfind(&format!("{quote})"))
        .or_else(|| body.rfind(quote))
        .unwrap_or(body.len());
    let mut text = String::new();
    let mut chars = body[..end].chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some(next) => unescape(next, &mut text),
                None => text.push(c),
            },
            (c, false) => text.push(c),
        }
    }
    Some(text)
}

/// The form of a function call, brought into the other.
fn function(name: &str, arguments: &Value) -> Asked {
    if !NAMES.contains(&name) {
        return Asked::of(vec![unclear(name)]);
    }
    let args = arguments.as_object().into_iter().flatten();
    let said = Said {
        name: name.to_owned(),
        args: args
            .map(|(key, value)| {
                let arg = match value {
                    Value::String(text) => code::Arg::Text(text.clone()),
                    other => match number(other) {
                        Some(number) => code::Arg::Number(number),
                        None => code::Arg::Text(other.to_string()),
                    },
                };
                (key.clone(), arg)
            })
            .collect(),
    };
    one(&said)
}

fn one(said: &Said) -> Asked {
    let place = |names: &[&str]| -> Option<Point> { said.named(names).and_then(code::Arg::point) };
    let spot = place(&["start_box", "point", "start_point", "box", "bbox"])
        .or_else(|| said.get("", 0).and_then(code::Arg::point));
    let end =
        place(&["end_box", "end_point"]).or_else(|| said.get("", 1).and_then(code::Arg::point));
    let here = |kind: &str| match (spot, said.args.is_empty()) {
        (None, false) => vec![invalid(format!(
            "{} needs a point, such as start_box='(x,y)'.",
            said.name
        ))],
        _ => vec![at(kind, spot, None)],
    };
    let named = |names: &[&str]| {
        said.named(names)
            .or_else(|| said.get("", 0))
            .and_then(code::Arg::text)
    };
    let key = || keys_in(&named(&["key", "keys", "hotkey"]).unwrap_or_default());
    Asked::of(match said.name.as_str() {
        "click" | "left_single" => here("left_click"),
        "left_double" | "double_click" => here("double_click"),
        "right_single" | "right_click" => here("right_click"),
        "middle_click" => here("middle_click"),
        "hover" | "mouse_move" | "move_to" => match spot {
            Some(_) => here("mouse_move"),
            None => vec![invalid(format!("{} needs a point.", said.name))],
        },
        "mouse_down" => button(spot, "left_mouse_down"),
        "mouse_up" => button(spot, "left_mouse_up"),
        "drag" | "select" | "left_click_drag" => match (spot, end) {
            (Some(start), Some(end)) => vec![drag(&[start, end], None)],
            _ => vec![invalid("drag needs start_box and end_box.")],
        },
        "hotkey" => vec![keys("key", "hotkey", &key())],
        "press" => vec![keys("key_down", "press", &key())],
        "release" => vec![keys("key_up", "release", &key())],
        "type" => match named(&["content", "text"]) {
            Some(text) => vec![with_text("type", &text)],
            None => vec![invalid("type needs content='...'.")],
        },
        "scroll" => {
            let direction = said.named(&["direction"]).or_else(|| said.get("", 1));
            let direction = direction.and_then(code::Arg::text).unwrap_or_default();
            vec![scroll(&direction, SCROLL, spot, None)]
        }
        "wait" => {
            let seconds = said.number("time", 0).unwrap_or(WAIT);
            vec![wait(seconds)]
        }
        "navigate" => match named(&["content", "url"]) {
            Some(url) => vec![
                with_text("key", "ctrl+l"),
                with_text("type", &format!("{}\n", url.trim_end())),
            ],
            None => vec![invalid("navigate needs content='...'.")],
        },
        "navigate_back" => vec![with_text("key", "browserback")],
        "long_press" => {
            let mut actions = button(spot, "left_mouse_down");
            actions.extend([wait(1.0), plain("left_mouse_up")]);
            actions
        }
        "call_user" => {
            return Asked {
                end: Some(super::End::AskPerson {
                    text: named(&["content"]).unwrap_or_default(),
                }),
                ..Asked::default()
            };
        }
        // The only one that is left.
        _ => return Asked::finished(named(&["content"]).unwrap_or_default(), true),
    })
}

/// A neutral action in the words of the current version.
pub(super) fn write(action: &Value) -> Option<String> {
    let boxed = |(x, y): Point| format!("'<|box_start|>({x},{y})<|box_end|>'");
    let spot = action.get("coordinate").and_then(point_in);
    let clicked = |name: &str| Some(format!("{name}(start_box={})", boxed(spot?)));
    let text = text_of(action, "text");
    let keys = |chord: &str| super::neutral::chord_keys(chord).join(" ");
    let said = match name(action) {
        "left_click" => clicked("click"),
        "double_click" => clicked("left_double"),
        "right_click" => clicked("right_single"),
        "mouse_move" => clicked("hover"),
        "left_click_drag" => {
            let points = drag_points(action);
            let (start, end) = (points.first()?, points.get(1..)?.last()?);
            Some(format!(
                "drag(start_box={}, end_box={})",
                boxed(*start),
                boxed(*end)
            ))
        }
        "key" => Some(format!("hotkey(key={})", quoted(&keys(text?)))),
        "key_down" => Some(format!("press(key={})", quoted(&keys(text?)))),
        "key_up" => Some(format!("release(key={})", quoted(&keys(text?)))),
        "type" => Some(format!("type(content={})", quoted(text?))),
        "scroll" => {
            let (direction, _) = scrolled(action)?;
            Some(format!(
                "scroll(start_box={}, direction='{direction}')",
                boxed(spot?)
            ))
        }
        "wait" | "screenshot" => Some("wait()".to_owned()),
        _ => None,
    }?;
    Some(format!("Action: {said}"))
}
