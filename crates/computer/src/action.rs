//! Screen actions: from what a model asks for to events at the input.
//!
//! Points are continuous pixels of the sent image; here they become global
//! physical pixels inside the frame's display, and a list of [`Step`]s.

use std::time::Duration;

use interpreter_protocol::Frame;
use serde_json::Value;

use crate::ComputerError;
use crate::gate::Step;
use crate::keys::{self, Chord};
use crate::platform::{Button, Rect};

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
}

/// The longest wait and the longest hold, in seconds.
const LONGEST: f64 = 300.0;
/// The most points of a path.
const LONGEST_PATH: usize = 1000;
/// Pixels between two points of a drag, about.
const STRIDE: f64 = 24.0;
/// Time between two points of a drag.
const DRAG_STEP: Duration = Duration::from_millis(8);

impl Plan {
    pub(crate) fn new(frame: &Frame, aim: Aim, answer: Answer, steps: Vec<Step>) -> Self {
        Self {
            steps,
            aim,
            answer,
            frame: frame.clone(),
            secret: None,
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

/// Reads the keys of an action.
struct Fields<'a> {
    action: &'a Value,
    frame: &'a Frame,
}

impl Fields<'_> {
    fn name(&self) -> Result<&str, ComputerError> {
        self.action
            .get("action")
            .and_then(Value::as_str)
            .ok_or_else(|| {
                ComputerError::bad(
                    "The action has no name.",
                    format!("Give \"action\" as one of: {}.", ACTIONS.join(", ")),
                )
            })
    }

    fn called(&self) -> &str {
        self.name().unwrap_or("this action")
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.action.get(key).filter(|value| !value.is_null())
    }

    fn numbers<const N: usize>(&self, key: &str) -> Result<Option<[f64; N]>, ComputerError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let numbers: Option<Vec<f64>> = value.as_array().and_then(|list| {
            list.iter()
                .map(|number| number.as_f64().filter(|n| n.is_finite()))
                .collect()
        });
        numbers
            .and_then(|list| list.try_into().ok())
            .map(Some)
            .ok_or_else(|| {
                ComputerError::bad(
                    format!(
                        "{key} of {} is {value}, which is not {N} numbers.",
                        self.called()
                    ),
                    format!("Give {key} as a list of {N} numbers, in pixels of the screenshot."),
                )
            })
    }

    fn point(&self, key: &str) -> Result<Option<(i32, i32)>, ComputerError> {
        Ok(self
            .numbers::<2>(key)?
            .map(|[x, y]| self.frame.to_physical(x, y)))
    }

    fn needed_point(&self, key: &str) -> Result<(i32, i32), ComputerError> {
        self.point(key)?.ok_or_else(|| self.required(key))
    }

    fn required(&self, key: &str) -> ComputerError {
        ComputerError::bad(
            format!("{key} is required for {}.", self.called()),
            format!("Send the action again with {key}."),
        )
    }

    fn text(&self) -> Result<&str, ComputerError> {
        self.get("text")
            .and_then(Value::as_str)
            .ok_or_else(|| self.required("text"))
    }

    fn held(&self) -> Result<Chord, ComputerError> {
        match self.get("text").and_then(Value::as_str) {
            Some(text) => keys::modifiers(text),
            None => Ok(Vec::new()),
        }
    }

    fn number(&self, key: &str) -> Result<Option<f64>, ComputerError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        value
            .as_f64()
            .filter(|number| number.is_finite())
            .map(Some)
            .ok_or_else(|| {
                ComputerError::bad(
                    format!(
                        "{key} of {} is {value}, which is not a number.",
                        self.called()
                    ),
                    format!("Give {key} as a number."),
                )
            })
    }

    fn duration(&self) -> Result<Duration, ComputerError> {
        let seconds = self
            .number("duration")?
            .ok_or_else(|| self.required("duration"))?;
        if !(0.0..=LONGEST).contains(&seconds) {
            return Err(ComputerError::bad(
                format!("{} cannot take {seconds} seconds.", self.called()),
                format!("Give duration between 0 and {LONGEST} seconds."),
            ));
        }
        Ok(Duration::from_secs_f64(seconds))
    }

    fn region(&self) -> Result<Rect, ComputerError> {
        let [x0, y0, x1, y1] = self
            .numbers::<4>("region")?
            .ok_or_else(|| self.required("region"))?;
        let (left, top) = self.frame.to_physical(x0.min(x1), y0.min(y1));
        let (right, bottom) = self.frame.to_physical(x0.max(x1), y0.max(y1));
        let size = |from: i32, to: i32| (i64::from(to) - i64::from(from)).max(1) as u32;
        Ok(Rect {
            x: left,
            y: top,
            w: size(left, right),
            h: size(top, bottom),
        })
    }

    /// The points of a drag along a path, where one is given.
    fn path(&self) -> Result<Option<Vec<(i32, i32)>>, ComputerError> {
        let Some(value) = self.get("path") else {
            return Ok(None);
        };
        let point = |point: &Value| match point.as_array()?.as_slice() {
            [x, y] => Some((x.as_f64()?, y.as_f64()?)),
            _ => None,
        };
        let points: Option<Vec<(f64, f64)>> = value
            .as_array()
            .filter(|list| (2..=LONGEST_PATH).contains(&list.len()))
            .and_then(|list| list.iter().map(point).collect());
        let Some(points) = points else {
            return Err(ComputerError::bad(
                format!("path of {} is {value}, which is no path.", self.called()),
                format!("Give path as a list of 2 to {LONGEST_PATH} points [x, y]."),
            ));
        };
        let physical = |(x, y): &(f64, f64)| self.frame.to_physical(*x, *y);
        Ok(Some(points.iter().map(physical).collect()))
    }

    fn drag(&self) -> Result<Plan, ComputerError> {
        let held = self.held()?;
        let points = match self.path()? {
            Some(path) => path,
            None => {
                let end = self.needed_point("coordinate")?;
                self.point("start_coordinate")?
                    .into_iter()
                    .chain([end])
                    .collect()
            }
        };
        let mut steps = Vec::new();
        // With its end alone a drag begins where the pointer is.
        if let [(x, y), _, ..] = points.as_slice() {
            steps.push(Step::Move(*x, *y));
        }
        steps.extend(down(&held));
        steps.extend([Step::Button(Button::Left, true), Step::Flush]);
        // A program must see that it is a drag; a path has enough points of its own.
        let least = if points.len() > 2 { 1.0 } else { 4.0 };
        let mut from = points.first().copied().unwrap_or_default();
        for to in points.iter().skip(usize::from(points.len() > 1)) {
            for (x, y) in line(from, *to, least) {
                // Programs merge moves that come within one picture of theirs, and
                // then see no drag at all.
                steps.extend([Step::Move(x, y), Step::Flush, Step::Wait(DRAG_STEP)]);
            }
            from = *to;
        }
        steps.push(Step::Button(Button::Left, false));
        steps.extend(up(&held));
        Ok(Plan::new(
            self.frame,
            Aim::Points(points),
            Answer::Effect,
            steps,
        ))
    }

    fn scroll(&self) -> Result<Plan, ComputerError> {
        let amount = self
            .number("scroll_amount")?
            .unwrap_or(3.0)
            .clamp(0.0, 100.0) as i32;
        let direction = self.get("scroll_direction").and_then(Value::as_str);
        let by = match direction.ok_or_else(|| self.required("scroll_direction"))? {
            "up" => (0, -amount),
            "down" => (0, amount),
            "left" => (-amount, 0),
            "right" => (amount, 0),
            other => {
                return Err(ComputerError::bad(
                    format!("There is no scroll_direction {other:?}."),
                    "Give up, down, left or right.",
                ));
            }
        };
        Ok(Plan::scroll(
            self.frame,
            self.point("coordinate")?,
            by,
            &self.held()?,
        ))
    }
}

/// Points on the way, the end included, the start not.
fn line(from: (i32, i32), to: (i32, i32), least: f64) -> Vec<(i32, i32)> {
    let (dx, dy) = (
        f64::from(to.0) - f64::from(from.0),
        f64::from(to.1) - f64::from(from.1),
    );
    let count = (dx.hypot(dy) / STRIDE).ceil().clamp(least, 60.0) as u32;
    let mut points: Vec<(i32, i32)> = (1..=count)
        .map(|step| {
            let part = f64::from(step) / f64::from(count);
            let at = |from: i32, way: f64| (f64::from(from) + way * part).round() as i32;
            (at(from.0, dx), at(from.1, dy))
        })
        .collect();
    points.dedup();
    points
}

#[cfg(test)]
mod tests;
