//! OpenCUA: lines of pyautogui code, which are read and never run.

use serde_json::Value;

use super::Asked;
use super::code::{self, Said, quoted};
use super::neutral::{
    Point, at, chord, chord_keys, drag, drag_points, invalid, keys, must_at, name, plain_number,
    point_in, scroll, scrolled, text_of, wait, with_text,
};

/// Where an answer's words end and its code begins.
pub(super) const MARKS: &[&str] = &["## Code", "# Code", "```", "pyautogui.", "computer."];

/// Most calls in one answer.
const MOST: usize = 32;
/// What a wait takes where no time is named, in seconds.
const WAIT: f64 = 2.0;

pub(super) const PROTOCOL: &str = "You operate a desktop computer for a person. You are given the task, what you did so far, and a screenshot. Answer with the next action, in this form:

# Step:

## Thought:
What you see, and why you do what you do next.

## Action:
The action in one sentence.

## Code:
```python
pyautogui.click(x=100, y=200)
```

Coordinates are pixels of the screenshot. Write only calls of pyautogui (click, doubleClick, rightClick, middleClick, moveTo, dragTo, scroll, hscroll, write, press, hotkey) and of computer: computer.triple_click(x=, y=), computer.wait(), and computer.terminate(status='success') or status='failure' once the task is over. The code is read and translated, not run: no variables, no imports, nothing else.";

/// Reads a whole answer.
pub(super) fn read(text: &str) -> Asked {
    let text = text.rsplit_once("</think>").map_or(text, |(_, rest)| rest);
    let code = text
        .rsplit_once("```python")
        .or_else(|| text.rsplit_once("```code"))
        .map(|(_, rest)| rest.split("```").next().unwrap_or(rest))
        .unwrap_or(text);
    let ours = |name: &str| {
        name.starts_with("pyautogui.") || name.starts_with("computer.") || name == "time.sleep"
    };
    let mut asked = Asked::default();
    // A drag goes on from where the pointer was moved to.
    let mut last: Option<Point> = None;
    let mut rest = code;
    for _ in 0..MOST {
        let Some((said, start, end)) = code::find(rest, ours) else {
            break;
        };
        // Not in a comment, not as the value of something.
        let line = rest[..start].rsplit(['\n', ';']).next().unwrap_or_default();
        rest = &rest[end..];
        if !line.trim().is_empty() {
            continue;
        }
        let more = call(&said, &mut last);
        let begins = more
            .actions
            .first()
            .and_then(|drag| drag.get("start_coordinate"));
        if let Some(moved) = asked.actions.last()
            && name(moved) == "mouse_move"
            && moved.get("coordinate") == begins
        {
            asked.actions.pop();
        }
        asked.add(more);
        if asked.end.is_some() {
            break;
        }
    }
    asked
}

/// Calls whose numbers are a place.
fn points(function: &str) -> bool {
    ["lick", "move", "drag", "mouse"]
        .iter()
        .any(|part| function.contains(part))
}

fn call(said: &Said, last: &mut Option<Point>) -> Asked {
    let function = said.name.rsplit('.').next().unwrap_or_default();
    let spot = points(function).then(|| place(said)).flatten();
    let from = *last;
    *last = spot.or(from);
    Asked::of(match function {
        "click" | "leftClick" => {
            let clicks = said.number("clicks", 2).unwrap_or(1.0);
            let button = said.named(&["button"]).and_then(code::Arg::text);
            let kind = match (button.as_deref().unwrap_or("left"), clicks) {
                ("right" | "secondary", _) => "right_click",
                ("middle", _) => "middle_click",
                (_, clicks) if clicks >= 3.0 => "triple_click",
                (_, clicks) if clicks >= 2.0 => "double_click",
                _ => "left_click",
            };
            vec![at(kind, spot, None)]
        }
        "doubleClick" | "double_click" => vec![at("double_click", spot, None)],
        "tripleClick" | "triple_click" => vec![at("triple_click", spot, None)],
        "rightClick" | "right_click" => vec![at("right_click", spot, None)],
        "middleClick" | "middle_click" => vec![at("middle_click", spot, None)],
        "moveTo" | "move" => vec![must_at("mouse_move", function, spot)],
        "dragTo" => match (from, spot) {
            (Some(start), Some(end)) => vec![drag(&[start, end], None)],
            (None, Some(end)) => vec![drag(&[end], None)],
            _ => vec![invalid("dragTo needs x and y.")],
        },
        "mouseDown" => super::neutral::button(spot, "left_mouse_down"),
        "mouseUp" => super::neutral::button(spot, "left_mouse_up"),
        "scroll" | "vscroll" | "hscroll" => {
            let clicks = said
                .number("clicks", 0)
                .or_else(|| said.number("amount", 0));
            let Some(by) = clicks.filter(|by| *by != 0.0) else {
                return Asked::of(vec![invalid(format!("{function} needs a number."))]);
            };
            let direction = match (function == "hscroll", by > 0.0) {
                (false, true) => "up",
                (false, false) => "down",
                (true, true) => "right",
                (true, false) => "left",
            };
            // Where it scrolls stands by name, or after the amount.
            let spot = said.number("x", 1).zip(said.number("y", 2));
            let clicks = if by.abs() > 20.0 {
                by.abs() / 100.0
            } else {
                by.abs()
            };
            vec![scroll(direction, clicks, spot, None)]
        }
        "write" | "typewrite" => match said.text("message", 0) {
            Some(text) => vec![with_text("type", &text)],
            None => vec![invalid("write needs a text.")],
        },
        "press" => {
            let names = said
                .get("keys", 0)
                .map(code::Arg::texts)
                .unwrap_or_default();
            let times = said.number("presses", 1).unwrap_or(1.0).clamp(1.0, 100.0);
            if names.is_empty() {
                return Asked::of(vec![invalid("press names no key.")]);
            }
            names
                .iter()
                .map(|key| {
                    let mut action = keys("key", "press", &chord([key.as_str()]));
                    if times > 1.0 {
                        action["repeat"] = plain_number(times.round());
                    }
                    action
                })
                .collect()
        }
        "hotkey" => {
            let names: Vec<String> = said
                .args
                .iter()
                .flat_map(|(name, arg)| match name.as_str() {
                    "" | "keys" => arg.texts(),
                    _ => Vec::new(),
                })
                .collect();
            vec![keys(
                "key",
                "hotkey",
                &chord(names.iter().map(String::as_str)),
            )]
        }
        "keyDown" | "keyUp" => {
            let key = chord([said.text("key", 0).unwrap_or_default().as_str()]);
            let kind = if function == "keyDown" {
                "key_down"
            } else {
                "key_up"
            };
            vec![keys(kind, function, &key)]
        }
        "wait" | "sleep" => {
            let seconds = said.number("seconds", 0).or_else(|| said.number("time", 0));
            vec![wait(seconds.unwrap_or(WAIT))]
        }
        "screenshot" => vec![super::neutral::plain("screenshot")],
        "terminate" => {
            let success = said
                .text("status", 0)
                .is_none_or(|status| status != "failure");
            let answer = said.named(&["answer", "info"]).and_then(code::Arg::text);
            return Asked::finished(answer.unwrap_or_default(), success);
        }
        other => vec![invalid(format!(
            "{other} is not translated. Use click, moveTo, dragTo, scroll, write, press, hotkey."
        ))],
    })
}

/// `x=, y=`, two numbers, or one pair.
fn place(said: &Said) -> Option<Point> {
    let pair = said.number("x", 0).zip(said.number("y", 1));
    pair.or_else(|| said.get("", 0)?.point())
}

/// A neutral action as code.
pub(super) fn write(action: &Value) -> Option<String> {
    let spot = action.get("coordinate").and_then(point_in);
    let placed = |call: &str| match spot {
        Some((x, y)) => Some(format!("{call}(x={x}, y={y})")),
        None => Some(format!("{call}()")),
    };
    let text = text_of(action, "text");
    let code = match name(action) {
        "left_click" => placed("pyautogui.click"),
        "double_click" => placed("pyautogui.doubleClick"),
        "triple_click" => placed("computer.triple_click"),
        "right_click" => placed("pyautogui.rightClick"),
        "middle_click" => placed("pyautogui.middleClick"),
        "mouse_move" => placed("pyautogui.moveTo"),
        "left_click_drag" => {
            let points = drag_points(action);
            let ((sx, sy), (ex, ey)) = (points.first()?, points.get(1..)?.last()?);
            Some(format!(
                "pyautogui.moveTo(x={sx}, y={sy})\npyautogui.dragTo(x={ex}, y={ey})"
            ))
        }
        "left_mouse_down" => Some("pyautogui.mouseDown()".to_owned()),
        "left_mouse_up" => Some("pyautogui.mouseUp()".to_owned()),
        "key" => {
            let names: Vec<String> = chord_keys(text?).into_iter().map(quoted).collect();
            Some(match names.as_slice() {
                [one] => format!("pyautogui.press({one})"),
                many => format!("pyautogui.hotkey([{}])", many.join(", ")),
            })
        }
        "key_down" => Some(format!("pyautogui.keyDown({})", quoted(text?))),
        "key_up" => Some(format!("pyautogui.keyUp({})", quoted(text?))),
        "type" => Some(format!("pyautogui.write({})", quoted(text?))),
        "scroll" => {
            let (direction, clicks) = scrolled(action)?;
            Some(match direction {
                "up" => format!("pyautogui.scroll({clicks})"),
                "down" => format!("pyautogui.scroll(-{clicks})"),
                "left" => format!("pyautogui.hscroll(-{clicks})"),
                _ => format!("pyautogui.hscroll({clicks})"),
            })
        }
        "wait" | "screenshot" => Some("computer.wait()".to_owned()),
        _ => None,
    }?;
    Some(format!("```python\n{code}\n```"))
}
