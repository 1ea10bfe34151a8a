//! GLM-V on a desktop: one action between `<|begin_of_box|>` and `<|end_of_box|>`.

use serde_json::Value;

use super::Asked;
use super::code::{self, Said, quoted};
use super::neutral::{
    drag, drag_points, invalid, keys, keys_in, must_at, name, point_in, scroll, scrolled, text_of,
    wait, with_text,
};

/// Where an answer's words end and its action begins.
pub(super) const MARKS: &[&str] = &["<|begin_of_box|>", "Action:", "Memory:"];

const NAMES: &[&str] = &[
    "left_click",
    "right_click",
    "middle_click",
    "hover",
    "left_double_click",
    "left_drag",
    "key",
    "type",
    "scroll",
    "WAIT",
    "DONE",
    "FAIL",
];

/// What one wait takes, in seconds.
const WAIT: f64 = 5.0;

pub(super) const PROTOCOL: &str = "You operate a desktop computer for a person. You are given the task, the steps so far, and a screenshot. Say in a few words what you see and why, then write exactly one action between <|begin_of_box|> and <|end_of_box|>, then a line `Memory:` with a JSON list of short texts to be handed back to you with the next step.

Coordinates are [x,y], from 0 to 999 over the width and the height of the screenshot. The actions:

left_click(start_box='[x,y]', element_info='')
right_click(start_box='[x,y]', element_info='')
middle_click(start_box='[x,y]', element_info='')
left_double_click(start_box='[x,y]', element_info='')
hover(start_box='[x,y]', element_info='')
left_drag(start_box='[x1,y1]', end_box='[x2,y2]', element_info='')
key(keys='ctrl+c')
type(content='...')
scroll(start_box='[x,y]', direction='down', step=5, element_info='')
WAIT()
DONE()
FAIL()

A scroll's direction is up or down. WAIT waits 5 seconds, DONE ends a task that is done, FAIL one that cannot be done.";

/// Reads a whole answer.
pub(super) fn read(text: &str) -> Asked {
    let text = text.rsplit_once("</think>").map_or(text, |(_, rest)| rest);
    let boxed = text
        .rsplit_once("<|begin_of_box|>")
        .map(|(_, rest)| rest.split("<|end_of_box|>").next().unwrap_or(rest));
    let spoken = boxed.unwrap_or_else(|| text.split("\nMemory:").next().unwrap_or(text));
    match (code::find(spoken, |name| NAMES.contains(&name)), boxed) {
        (Some((said, ..)), _) => one(&said),
        (None, Some(boxed)) => {
            let start: String = boxed.trim().chars().take(80).collect();
            Asked::of(vec![invalid(format!(
                "{start:?} is no action. Write for example: <|begin_of_box|>left_click(start_box='[x,y]')<|end_of_box|>"
            ))])
        }
        (None, None) => Asked::default(),
    }
}

fn one(said: &Said) -> Asked {
    let spot = said.get("start_box", 0).and_then(code::Arg::point);
    let here = |kind: &str| vec![must_at(kind, &said.name, spot)];
    Asked::of(match said.name.as_str() {
        "left_click" => here("left_click"),
        "right_click" => here("right_click"),
        "middle_click" => here("middle_click"),
        "left_double_click" => here("double_click"),
        "hover" => here("mouse_move"),
        "left_drag" => match (spot, said.get("end_box", 1).and_then(code::Arg::point)) {
            (Some(start), Some(end)) => vec![drag(&[start, end], None)],
            _ => vec![invalid("left_drag needs start_box and end_box.")],
        },
        "key" => {
            let named = said
                .text("keys", 0)
                .or_else(|| said.named(&["key"])?.text());
            vec![keys("key", "key", &keys_in(&named.unwrap_or_default()))]
        }
        "type" => match said.text("content", 0) {
            Some(text) => vec![with_text("type", &text)],
            None => vec![invalid("type needs content='...'.")],
        },
        "scroll" => {
            let direction = said.text("direction", 1).unwrap_or_default();
            let step = said.number("step", 2).unwrap_or(5.0);
            vec![scroll(&direction, step, spot, None)]
        }
        "WAIT" => vec![wait(WAIT)],
        "FAIL" => return Asked::finished(String::new(), false),
        _ => return Asked::finished(String::new(), true),
    })
}

/// A neutral action in its words.
pub(super) fn write(action: &Value) -> Option<String> {
    let boxed = |(x, y): (f64, f64)| format!("'[{x},{y}]'");
    let spot = action.get("coordinate").and_then(point_in);
    let clicked = |name: &str| Some(format!("{name}(start_box={})", boxed(spot?)));
    let said = match name(action) {
        "left_click" => clicked("left_click"),
        "right_click" => clicked("right_click"),
        "middle_click" => clicked("middle_click"),
        "double_click" => clicked("left_double_click"),
        "mouse_move" => clicked("hover"),
        "left_click_drag" => {
            let points = drag_points(action);
            let (start, end) = (points.first()?, points.get(1..)?.last()?);
            Some(format!(
                "left_drag(start_box={}, end_box={})",
                boxed(*start),
                boxed(*end)
            ))
        }
        "key" => Some(format!("key(keys={})", quoted(text_of(action, "text")?))),
        "type" => Some(format!(
            "type(content={})",
            quoted(text_of(action, "text")?)
        )),
        "scroll" => {
            let (direction, step) = scrolled(action)?;
            let spot = boxed(spot?);
            Some(format!(
                "scroll(start_box={spot}, direction='{direction}', step={step})"
            ))
        }
        "wait" | "screenshot" => Some("WAIT()".to_owned()),
        _ => None,
    }?;
    Some(format!("<|begin_of_box|>{said}<|end_of_box|>"))
}
