//! `mouse`: where to point and what to click.

use std::time::Duration;

use serde_json::{Value, json};

use super::display::{Scene, no_icons};
use super::{Context, Run, effect, method};
use crate::action::Plan;
use crate::computer::blocking;
use crate::platform::Button;
use crate::{Acted, ComputerError, find, keys};

method! {
    /// Moves the pointer to a text on the screen, or to x and y.
    Move = "mouse.move", acts: true, "the effect: {outcome, detail}";
    /// A text on the screen, to its centre.
    text: Option<String> = None, "str", "None";
    /// Pixels from the left of the desktop.
    x: Option<f64> = None, "float", "None";
    /// Pixels from the top of the desktop.
    y: Option<f64> = None, "float", "None";
    /// An icon, in words.
    icon: Option<String> = None, "str", "None";
    /// The path of a PNG file of the primary display to look in, instead of looking now.
    screenshot: Option<String> = None, "str", "None";
}

method! {
    /// Clicks a text on the screen, x and y, or where the pointer is.
    Click = "mouse.click", acts: true, "the effect: {outcome, detail}";
    /// A text on the screen, in its centre.
    text: Option<String> = None, "str", "None";
    /// Pixels from the left of the desktop.
    x: Option<f64> = None, "float", "None";
    /// Pixels from the top of the desktop.
    y: Option<f64> = None, "float", "None";
    /// An icon, in words.
    icon: Option<String> = None, "str", "None";
    /// The path of a PNG file of the primary display to look in, instead of looking now.
    screenshot: Option<String> = None, "str", "None";
    /// left, middle or right.
    button: String = "left".to_owned(), "str", "\"left\"";
    /// How often.
    clicks: u32 = 1, "int", "1";
    /// Seconds between clicks.
    interval: f64 = 0.1, "float", "0.1";
    /// Keys to hold meanwhile, as in "ctrl+shift".
    hold: Option<String> = None, "str", "None";
}

macro_rules! like_click {
    ($($(#[doc = $doc:literal])+ $type:ident = $name:literal, $button:literal, $clicks:literal;)+) => {$(
        method! {
            $(#[doc = $doc])+
            $type = $name, acts: true, "the effect: {outcome, detail}";
            /// A text on the screen, in its centre.
            text: Option<String> = None, "str", "None";
            /// Pixels from the left of the desktop.
            x: Option<f64> = None, "float", "None";
            /// Pixels from the top of the desktop.
            y: Option<f64> = None, "float", "None";
            /// An icon, in words.
            icon: Option<String> = None, "str", "None";
            /// The path of a PNG file of the primary display to look in, instead of looking now.
            screenshot: Option<String> = None, "str", "None";
            /// left, middle or right.
            button: String = $button.to_owned(), "str", $button;
            /// Seconds between clicks.
            interval: f64 = 0.1, "float", "0.1";
        }

        impl Run for $type {
            async fn run(self, context: &Context) -> Result<Value, ComputerError> {
                let Self { text, x, y, icon, screenshot, button, interval } = self;
                let click = Click {
                    text, x, y, icon, screenshot, button, interval, clicks: $clicks, hold: None,
                };
                click.run_as($name, context).await
            }
        }
    )+};
}

like_click! {
    /// Double-clicks a text on the screen, x and y, or where the pointer is.
    DoubleClick = "mouse.double_click", "left", 2;
    /// Triple-clicks a text on the screen, x and y, or where the pointer is.
    TripleClick = "mouse.triple_click", "left", 3;
    /// Right-clicks a text on the screen, x and y, or where the pointer is.
    RightClick = "mouse.right_click", "right", 1;
}

method! {
    /// Presses a mouse button and keeps it down.
    Down = "mouse.down", acts: true, "the effect: {outcome, detail}";
    /// left, middle or right.
    button: String = "left".to_owned(), "str", "\"left\"";
}

method! {
    /// Lifts a mouse button.
    Up = "mouse.up", acts: true, "the effect: {outcome, detail}";
    /// left, middle or right.
    button: String = "left".to_owned(), "str", "\"left\"";
}

method! {
    /// Turns the wheel by clicks: positive up, negative down.
    Scroll = "mouse.scroll", acts: true, "the effect: {outcome, detail}";
    /// Clicks of the wheel, positive up.
    clicks: Option<f64> = None, "int", "";
    /// Pixels from the left of the desktop; absent: where the pointer is.
    x: Option<f64> = None, "float", "None";
    /// Pixels from the top of the desktop.
    y: Option<f64> = None, "float", "None";
}

method! {
    /// Tells where the pointer is.
    Position = "mouse.position", acts: false, "[x, y]";
}

/// What a method was told to point at.
struct Wish<'a> {
    method: &'static str,
    text: Option<&'a str>,
    x: Option<f64>,
    y: Option<f64>,
    icon: Option<&'a str>,
    screenshot: Option<&'a str>,
}

impl Wish<'_> {
    /// The place, in global physical pixels; none when nothing was said.
    async fn place(&self, context: &Context) -> Result<Option<(i32, i32)>, ComputerError> {
        let coordinates = match (self.x, self.y) {
            (Some(x), Some(y)) if x.is_finite() && y.is_finite() => {
                Some((x.floor() as i32, y.floor() as i32))
            }
            (None, None) => None,
            _ => {
                return Err(ComputerError::bad(
                    format!("{} needs both x and y.", self.method),
                    "Give both, or text.",
                ));
            }
        };
        match (self.text, self.icon, coordinates) {
            (Some(text), None, None) => self.find(context, text).await.map(Some),
            (None, Some(icon), None) => Err(no_icons(icon)),
            (None, None, Some(point)) => Ok(Some(point)),
            (None, None, None) => Ok(None),
            _ => Err(ComputerError::bad(
                format!("{} was given more than one place.", self.method),
                "Give text, or icon, or x and y.",
            )),
        }
    }

    async fn find(&self, context: &Context, text: &str) -> Result<(i32, i32), ComputerError> {
        let scene = Scene::open(&context.computer, self.screenshot).await?;
        let hits = scene.hits(&context.computer, text).await?;
        match hits.as_slice() {
            [] => Err(find::missing(&context.computer, &scene.pixels, text).await?),
            [one] => Ok(one.at),
            many => {
                let list: Vec<String> = many
                    .iter()
                    .enumerate()
                    .map(|(index, hit)| {
                        format!("{}: ({}, {}) {:?}", index + 1, hit.at.0, hit.at.1, hit.text)
                    })
                    .collect();
                Err(ComputerError::NotFound {
                    message: format!(
                        "The text {text:?} stands at several places:\n{}",
                        list.join("\n")
                    ),
                    remedy: "Choose one by its coordinates (x=…, y=…).".into(),
                })
            }
        }
    }
}

fn button(name: &str) -> Result<Button, ComputerError> {
    match name.to_lowercase().as_str() {
        "left" | "primary" => Ok(Button::Left),
        "right" | "secondary" => Ok(Button::Right),
        "middle" => Ok(Button::Middle),
        "back" => Ok(Button::Back),
        "forward" => Ok(Button::Forward),
        _ => Err(ComputerError::bad(
            format!("There is no mouse button {name:?}."),
            "Give left, middle, right, back or forward.",
        )),
    }
}

/// Seconds as a time, within reason.
pub(super) fn seconds(name: &str, value: f64) -> Result<Duration, ComputerError> {
    if (0.0..=60.0).contains(&value) {
        return Ok(Duration::from_secs_f64(value));
    }
    Err(ComputerError::bad(
        format!("{name} is {value} seconds, which is out of range."),
        "Give between 0 and 60 seconds.",
    ))
}

/// Works a plan out in the display of the point, and does it.
pub(super) async fn perform(
    context: &Context,
    point: Option<(i32, i32)>,
    plan: impl FnOnce(&interpreter_protocol::Frame, Option<(i32, i32)>) -> Plan + Send + 'static,
) -> Result<Acted, ComputerError> {
    let computer = context.computer.clone();
    let plan = blocking(move || {
        let at = match point {
            Some(point) => Some(point),
            // The display that is watched for the effect is the one with the pointer.
            None => computer.check(computer.screen()?.pointer()).ok(),
        };
        let frame = computer.native_frame(at)?;
        // Clamped into the display, as every point is.
        let inside = point.map(|(x, y)| {
            let (sx, sy) = frame.to_sent(x, y);
            frame.to_physical(sx, sy)
        });
        Ok(plan(&frame, inside))
    })
    .await?;
    context.computer.perform(&context.session, plan).await
}

impl Run for Move {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let wish = Wish {
            method: "mouse.move",
            text: self.text.as_deref(),
            x: self.x,
            y: self.y,
            icon: self.icon.as_deref(),
            screenshot: self.screenshot.as_deref(),
        };
        let Some(point) = wish.place(context).await? else {
            return Err(ComputerError::bad(
                "Either text, icon, or both x and y must be provided",
                "For example mouse.move(text=\"Save\").",
            ));
        };
        let acted = perform(context, Some(point), move |frame, inside| {
            Plan::moved(frame, inside.unwrap_or(point))
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Click {
    async fn run_as(self, name: &'static str, context: &Context) -> Result<Value, ComputerError> {
        let wish = Wish {
            method: name,
            text: self.text.as_deref(),
            x: self.x,
            y: self.y,
            icon: self.icon.as_deref(),
            screenshot: self.screenshot.as_deref(),
        };
        let button = button(&self.button)?;
        let interval = seconds("interval", self.interval)?;
        let held = keys::modifiers(self.hold.as_deref().unwrap_or_default())?;
        let clicks = self.clicks;
        let point = wish.place(context).await?;
        let acted = perform(context, point, move |frame, inside| {
            Plan::click(frame, inside, button, clicks, interval, &held)
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Run for Click {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        self.run_as("mouse.click", context).await
    }
}

impl Run for Down {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let button = button(&self.button)?;
        let acted = perform(context, None, move |frame, _| {
            Plan::button(frame, button, true)
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Run for Up {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let button = button(&self.button)?;
        let acted = perform(context, None, move |frame, _| {
            Plan::button(frame, button, false)
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Run for Scroll {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let Some(clicks) = self.clicks.filter(|clicks| clicks.is_finite()) else {
            return Err(ComputerError::bad(
                "mouse.scroll needs the number of clicks.",
                "For example mouse.scroll(-3) to scroll down.",
            ));
        };
        let down = -clicks.round().clamp(-1000.0, 1000.0) as i32;
        let wish = Wish {
            method: "mouse.scroll",
            text: None,
            x: self.x,
            y: self.y,
            icon: None,
            screenshot: None,
        };
        let point = wish.place(context).await?;
        let acted = perform(context, point, move |frame, inside| {
            Plan::scroll(frame, inside, (0, down), &[])
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Run for Position {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let computer = context.computer.clone();
        let (x, y) = blocking(move || computer.check(computer.screen()?.pointer())).await?;
        Ok(json!([x, y]))
    }
}
