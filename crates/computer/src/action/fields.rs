//! An action as a model wrote it, read key by key.

use std::time::Duration;

use interpreter_protocol::Frame;
use serde_json::Value;

use super::{ACTIONS, Aim, Answer, Plan, down, up};
use crate::ComputerError;
use crate::gate::Step;
use crate::keys::{self, Chord};
use crate::platform::{Button, Rect};

/// The longest wait and the longest hold, in seconds.
const LONGEST: f64 = 300.0;
/// The most points of a path.
const LONGEST_PATH: usize = 1000;
/// Pixels between two points of a drag, about.
const STRIDE: f64 = 24.0;
/// Time between two points of a drag.
pub(super) const DRAG_STEP: Duration = Duration::from_millis(8);
/// Time at the end of a drag: whoever is to take what is dropped says first that it
/// will (on Wayland nothing is dropped before).
pub(super) const DROP: Duration = Duration::from_millis(250);

/// Reads the keys of an action.
pub(super) struct Fields<'a> {
    pub(super) action: &'a Value,
    pub(super) frame: &'a Frame,
}

impl Fields<'_> {
    pub(super) fn name(&self) -> Result<&str, ComputerError> {
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

    pub(super) fn called(&self) -> &str {
        self.name().unwrap_or("this action")
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.action.get(key).filter(|value| !value.is_null())
    }

    pub(super) fn numbers<const N: usize>(
        &self,
        key: &str,
    ) -> Result<Option<[f64; N]>, ComputerError> {
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

    pub(super) fn point(&self, key: &str) -> Result<Option<(i32, i32)>, ComputerError> {
        Ok(self
            .numbers::<2>(key)?
            .map(|[x, y]| self.frame.to_physical(x, y)))
    }

    pub(super) fn needed_point(&self, key: &str) -> Result<(i32, i32), ComputerError> {
        self.point(key)?.ok_or_else(|| self.required(key))
    }

    pub(super) fn required(&self, key: &str) -> ComputerError {
        ComputerError::bad(
            format!("{key} is required for {}.", self.called()),
            format!("Send the action again with {key}."),
        )
    }

    pub(super) fn text(&self) -> Result<&str, ComputerError> {
        self.get("text")
            .and_then(Value::as_str)
            .ok_or_else(|| self.required("text"))
    }

    pub(super) fn held(&self) -> Result<Chord, ComputerError> {
        match self.get("text").and_then(Value::as_str) {
            Some(text) => keys::modifiers(text),
            None => Ok(Vec::new()),
        }
    }

    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, ComputerError> {
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

    pub(super) fn duration(&self) -> Result<Duration, ComputerError> {
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

    pub(super) fn region(&self) -> Result<Rect, ComputerError> {
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
    pub(super) fn path(&self) -> Result<Option<Vec<(i32, i32)>>, ComputerError> {
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

    pub(super) fn drag(&self) -> Result<Plan, ComputerError> {
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
        steps.extend([Step::Wait(DROP), Step::Button(Button::Left, false)]);
        steps.extend(up(&held));
        Ok(Plan::new(
            self.frame,
            Aim::Points(points),
            Answer::Effect,
            steps,
        ))
    }

    pub(super) fn scroll(&self) -> Result<Plan, ComputerError> {
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
