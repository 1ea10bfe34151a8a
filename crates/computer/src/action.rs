//! Screen actions: from what a model asks for to events at the input.
//!
//! Points are continuous pixels of the sent image; here they become global
//! physical pixels inside the frame's display, and a list of [`Step`]s.

mod fields;

use std::time::Duration;

use interpreter_protocol::Frame;
use serde_json::Value;

use crate::ComputerError;
use crate::gate::Step;
use crate::keys::{self, Chord};
use crate::platform::{Button, Rect};
use fields::Fields;

/// The names of all actions.
pub(crate) const ACTIONS: &[&str] = &[
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
    "write_secret",
    "key",
    "hold_key",
    "key_down",
    "key_up",
    "wait",
    "cursor_position",
];

/// Between two of many clicks.
const CLICK_STEP: Duration = Duration::from_millis(5);

/// What an action goes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Aim {
    /// Places on the screen, the last one being where it takes effect.
    Points(Vec<(i32, i32)>),
    /// Wherever the pointer is.
    Pointer,
    /// The window that has the keyboard.
    Focus,
    /// Nothing.
    None,
}

/// What is done besides the steps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    /// Wait for the screen to settle and compare.
    Effect,
    /// Only the pointer moved.
    Moved,
    /// Nothing to compare.
    Done,
    /// A wait.
    Waited(Duration),
    /// Where the pointer is.
    Position,
    /// A part of the screen at native detail.
    Zoom(Rect),
}

/// An action, worked out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) aim: Aim,
    pub(crate) answer: Answer,
    pub(crate) frame: Frame,
    /// The name of a secret to type; its value is put in right before.
    pub(crate) secret: Option<String>,
    /// Made for a picture that was seen: keys are for the window that had the
    /// keyboard in it.
    pub(crate) seen: bool,
}

impl Plan {
    pub(crate) fn new(frame: &Frame, aim: Aim, answer: Answer, steps: Vec<Step>) -> Self {
        Self {
            steps,
            aim,
            answer,
            frame: frame.clone(),
            secret: None,
            seen: false,
        }
    }

    /// Clicks, where the pointer is when no point is given.
    pub(crate) fn click(
        frame: &Frame,
        point: Option<(i32, i32)>,
        button: Button,
        clicks: u32,
        interval: Duration,
        held: &[crate::platform::Key],
    ) -> Self {
        let mut steps: Vec<Step> = point.map(|(x, y)| Step::Move(x, y)).into_iter().collect();
        steps.extend(down(held));
        // Window managers look at each click before its window gets it. Clicks that come
        // faster than that pile up in the display server, where no stop reaches them.
        let interval = if clicks > 3 {
            interval.max(CLICK_STEP)
        } else {
            interval
        };
        for click in 0..clicks {
            if click > 0 && !interval.is_zero() {
                steps.extend([Step::Flush, Step::Wait(interval)]);
            }
            steps.extend([Step::Button(button, true), Step::Button(button, false)]);
        }
        steps.extend(up(held));
        Self::new(frame, aim(point), Answer::Effect, steps)
    }

    /// A button pressed or lifted where the pointer is.
    pub(crate) fn button(frame: &Frame, button: Button, down: bool) -> Self {
        Self::new(
            frame,
            Aim::Pointer,
            Answer::Effect,
            vec![Step::Button(button, down)],
        )
    }

    pub(crate) fn moved(frame: &Frame, point: (i32, i32)) -> Self {
        let steps = vec![Step::Move(point.0, point.1)];
        Self::new(frame, Aim::Points(vec![point]), Answer::Moved, steps)
    }

    /// Turns the wheel, `dx` to the right, `dy` down.
    pub(crate) fn scroll(
        frame: &Frame,
        point: Option<(i32, i32)>,
        (dx, dy): (i32, i32),
        held: &[crate::platform::Key],
    ) -> Self {
        let mut steps: Vec<Step> = point.map(|(x, y)| Step::Move(x, y)).into_iter().collect();
        steps.extend(down(held));
        steps.extend((0..dx.unsigned_abs()).map(|_| Step::Scroll(dx.signum(), 0)));
        steps.extend((0..dy.unsigned_abs()).map(|_| Step::Scroll(0, dy.signum())));
        steps.extend(up(held));
        Self::new(frame, aim(point), Answer::Effect, steps)
    }

    pub(crate) fn typed(frame: &Frame, text: &str, pause: Duration) -> Self {
        let steps = vec![Step::Text(text.to_owned(), pause)];
        Self::new(frame, Aim::Focus, Answer::Effect, steps)
    }

    /// A secret, by its name.
    pub(crate) fn secret(frame: &Frame, name: &str) -> Self {
        Self {
            secret: Some(name.to_owned()),
            ..Self::new(frame, Aim::Focus, Answer::Effect, Vec::new())
        }
    }

    /// What is typed, where that may be told.
    pub(crate) fn typed_text(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match step {
            Step::Text(text, _) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Chords, one after the other.
    pub(crate) fn pressed(
        frame: &Frame,
        chords: &[Chord],
        pause: Duration,
    ) -> Result<Self, ComputerError> {
        let mut steps = Vec::new();
        for (index, chord) in chords.iter().enumerate() {
            allowed(chord)?;
            if index > 0 && !pause.is_zero() {
                steps.extend([Step::Flush, Step::Wait(pause)]);
            }
            steps.extend(down(chord));
            steps.extend(up(chord));
        }
        Ok(Self::new(frame, Aim::Focus, Answer::Effect, steps))
    }

    /// Keys that stay down, or go up.
    pub(crate) fn hold(frame: &Frame, chord: &Chord, press: bool) -> Result<Self, ComputerError> {
        allowed(chord)?;
        let steps = if press {
            down(chord).collect()
        } else {
            up(chord).collect()
        };
        Ok(Self::new(frame, Aim::Focus, Answer::Effect, steps))
    }
}

fn aim(point: Option<(i32, i32)>) -> Aim {
    point.map_or(Aim::Pointer, |point| Aim::Points(vec![point]))
}

fn down(keys: &[crate::platform::Key]) -> impl Iterator<Item = Step> {
    keys.iter().map(|key| Step::Key(*key, true))
}

fn up(keys: &[crate::platform::Key]) -> impl Iterator<Item = Step> {
    keys.iter().rev().map(|key| Step::Key(*key, false))
}

fn allowed(chord: &Chord) -> Result<(), ComputerError> {
    if keys::is_panic(chord) {
        return Err(ComputerError::bad(
            "Ctrl+Shift+F12 stops Interpreter; only a person may press it.",
            "Use another way to do this.",
        ));
    }
    Ok(())
}

/// Works an action out.
pub(crate) fn plan(action: &Value, frame: &Frame) -> Result<Plan, ComputerError> {
    let read = Fields { action, frame };
    let name = read.name()?;
    let click = |button, clicks| {
        Ok(Plan::click(
            frame,
            read.point("coordinate")?,
            button,
            clicks,
            Duration::ZERO,
            &read.held()?,
        ))
    };
    match name {
        "screenshot" => Ok(Plan::new(frame, Aim::None, Answer::Done, Vec::new())),
        "zoom" => Ok(Plan::new(
            frame,
            Aim::None,
            Answer::Zoom(read.region()?),
            Vec::new(),
        )),
        "mouse_move" => Ok(Plan::moved(frame, read.needed_point("coordinate")?)),
        "left_click" => click(Button::Left, 1),
        "right_click" => click(Button::Right, 1),
        "middle_click" => click(Button::Middle, 1),
        "double_click" => click(Button::Left, 2),
        "triple_click" => click(Button::Left, 3),
        "left_click_drag" => read.drag(),
        "left_mouse_down" => Ok(Plan::button(frame, Button::Left, true)),
        "left_mouse_up" => Ok(Plan::button(frame, Button::Left, false)),
        "scroll" => read.scroll(),
        "type" => Ok(Plan::typed(frame, read.text()?, Duration::ZERO)),
        "write_secret" => {
            let name = read.get("name").and_then(Value::as_str);
            let name = name.ok_or_else(|| read.required("name"))?;
            Ok(Plan::secret(frame, name))
        }
        "key" => {
            let chords = keys::parse(read.text()?)?;
            let repeat = read.number("repeat")?.unwrap_or(1.0).clamp(1.0, 100.0) as usize;
            let count = chords.len() * repeat;
            let all: Vec<Chord> = chords.into_iter().cycle().take(count).collect();
            Plan::pressed(frame, &all, Duration::ZERO)
        }
        "hold_key" => {
            let chords = keys::parse(read.text()?)?;
            let chord: Chord = chords.into_iter().flatten().collect();
            allowed(&chord)?;
            let mut steps: Vec<Step> = down(&chord).collect();
            steps.extend([Step::Flush, Step::Wait(read.duration()?)]);
            steps.extend(up(&chord));
            Ok(Plan::new(frame, Aim::Focus, Answer::Effect, steps))
        }
        "key_down" | "key_up" => {
            let chord: Chord = keys::parse(read.text()?)?.into_iter().flatten().collect();
            Plan::hold(frame, &chord, name == "key_down")
        }
        "wait" => Ok(Plan::new(
            frame,
            Aim::None,
            Answer::Waited(read.duration()?),
            Vec::new(),
        )),
        "cursor_position" => Ok(Plan::new(frame, Aim::None, Answer::Position, Vec::new())),
        other => Err(ComputerError::bad(
            format!("There is no action {other:?}."),
            format!(
                "Did you mean {}? All actions: {}.",
                crate::find::closest(other, ACTIONS.iter().copied()).unwrap_or("screenshot"),
                ACTIONS.join(", ")
            ),
        )),
    }
}

#[cfg(test)]
mod tests;
