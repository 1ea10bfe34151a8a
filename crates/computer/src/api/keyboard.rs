//! `keyboard`: text and keys for the window that has the keyboard.

use std::time::Duration;

use interpreter_protocol::Frame;
use serde_json::Value;

use super::mouse::seconds;
use super::{Context, Run, effect, method};
use crate::action::Plan;
use crate::computer::blocking;
use crate::keys::{self, Chord};
use crate::{Acted, ComputerError};

method! {
    /// Types a text exactly, whatever the keyboard layout; a line break is Return.
    Write = "keyboard.write", acts: true, "the effect: {outcome, detail}";
    /// The text.
    text: Option<String> = None, "str", "";
    /// Seconds between characters.
    interval: Option<f64> = None, "float", "None";
    /// Seconds to wait, half before and half after.
    delay: f64 = 0.0, "float", "0.0";
}

method! {
    /// Types a secret the person has saved, by its name, into the focused field; its value is never shown.
    WriteSecret = "keyboard.write_secret", acts: true, "the effect: {outcome, detail}";
    /// The name of the secret.
    name: Option<String> = None, "str", "";
}

method! {
    /// Presses and releases keys, one after the other.
    Press = "keyboard.press", acts: true, "the effect: {outcome, detail}";
    /// Names of keys: enter, tab, esc, up, f5, a, ctrl+s, ...
    keys: Names = Names::default(), "*str", "";
    /// How often.
    presses: u32 = 1, "int", "1";
    /// Seconds between presses.
    interval: f64 = 0.1, "float", "0.1";
}

method! {
    /// The same as keyboard.press.
    PressAndRelease = "keyboard.press_and_release", acts: true, "the effect: {outcome, detail}";
    /// Names of keys: enter, tab, esc, up, f5, a, ctrl+s, ...
    keys: Names = Names::default(), "*str", "";
    /// How often.
    presses: u32 = 1, "int", "1";
    /// Seconds between presses.
    interval: f64 = 0.1, "float", "0.1";
}

method! {
    /// Presses keys together, as in hotkey("ctrl", "c"); modifiers go down first in any order.
    Hotkey = "keyboard.hotkey", acts: true, "the effect: {outcome, detail}";
    /// Names of keys.
    keys: Names = Names::default(), "*str", "";
    /// Seconds to hold them.
    interval: f64 = 0.0, "float", "0.0";
}

method! {
    /// Presses a key and keeps it down.
    Down = "keyboard.down", acts: true, "the effect: {outcome, detail}";
    /// The name of the key.
    key: Option<String> = None, "str", "";
}

method! {
    /// Lifts a key.
    Up = "keyboard.up", acts: true, "the effect: {outcome, detail}";
    /// The name of the key.
    key: Option<String> = None, "str", "";
}

/// Names of keys: a list, or one.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Names(Vec<String>);

impl<'de> serde::Deserialize<'de> for Names {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let list = match value {
            Value::Array(list) => list,
            one => vec![one],
        };
        list.into_iter()
            .map(|name| match name {
                Value::String(name) => Ok(name),
                Value::Number(digit) => Ok(digit.to_string()),
                other => Err(serde::de::Error::custom(format!("{other} is not a key"))),
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Does a plan for the window with the keyboard.
pub(super) async fn perform(
    context: &Context,
    plan: impl FnOnce(&Frame) -> Result<Plan, ComputerError> + Send + 'static,
) -> Result<Acted, ComputerError> {
    let computer = context.computer.clone();
    let plan = blocking(move || {
        let window = computer.check(computer.screen()?.active_window())?;
        let middle = window.map(|window| {
            let rect = window.rect;
            (
                rect.x.saturating_add_unsigned(rect.w / 2),
                rect.y.saturating_add_unsigned(rect.h / 2),
            )
        });
        plan(&computer.native_frame(middle)?)
    })
    .await?;
    context.computer.perform(&context.session, plan).await
}

/// Presses chords one after the other.
pub(super) async fn press(
    context: &Context,
    chords: Vec<Chord>,
    pause: Duration,
) -> Result<Acted, ComputerError> {
    perform(context, move |frame| Plan::pressed(frame, &chords, pause)).await
}

impl Run for Write {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let text = self.text.ok_or_else(|| {
            ComputerError::bad("keyboard.write needs a text.", "keyboard.write(\"hello\")")
        })?;
        let pause = seconds("interval", self.interval.unwrap_or_default())?;
        let half = seconds("delay", self.delay)? / 2;
        let acted = perform(context, move |frame| {
            use crate::gate::Step;
            let mut plan = Plan::typed(frame, &text, pause);
            if !half.is_zero() {
                plan.steps.insert(0, Step::Wait(half));
                plan.steps.extend([Step::Flush, Step::Wait(half)]);
            }
            Ok(plan)
        })
        .await?;
        Ok(effect(&acted))
    }
}

impl Run for WriteSecret {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let name = self.name.ok_or_else(|| {
            ComputerError::bad(
                "keyboard.write_secret needs the name of a secret.",
                "keyboard.write_secret(\"mail password\")",
            )
        })?;
        let acted = perform(context, move |frame| Ok(Plan::secret(frame, &name))).await?;
        Ok(effect(&acted))
    }
}

impl Run for Press {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let mut chords = Vec::new();
        for name in &self.keys.0 {
            chords.extend(if name == " " {
                keys::parse("space")?
            } else {
                keys::parse(name)?
            });
        }
        if chords.is_empty() {
            return Err(ComputerError::bad(
                "keyboard.press needs a key.",
                "For example keyboard.press(\"enter\").",
            ));
        }
        let count = chords.len() * self.presses.min(1000) as usize;
        let chords = chords.into_iter().cycle().take(count).collect();
        let pause = seconds("interval", self.interval)?;
        Ok(effect(&press(context, chords, pause).await?))
    }
}

impl Run for PressAndRelease {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let Self {
            keys,
            presses,
            interval,
        } = self;
        Press {
            keys,
            presses,
            interval,
        }
        .run(context)
        .await
    }
}

impl Run for Hotkey {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        let chord = keys::parse_list(&self.keys.0)?;
        let hold = seconds("interval", self.interval)?;
        let acted = perform(context, move |frame| {
            use crate::gate::Step;
            let mut plan = Plan::pressed(frame, std::slice::from_ref(&chord), Duration::ZERO)?;
            if !hold.is_zero() {
                plan.steps
                    .splice(chord.len()..chord.len(), [Step::Flush, Step::Wait(hold)]);
            }
            Ok(plan)
        })
        .await?;
        Ok(effect(&acted))
    }
}

/// Holds or lifts a key.
async fn hold(context: &Context, key: Option<String>, down: bool) -> Result<Value, ComputerError> {
    let chord = keys::parse_list(&[key.unwrap_or_default()])?;
    let acted = perform(context, move |frame| Plan::hold(frame, &chord, down)).await?;
    Ok(effect(&acted))
}

impl Run for Down {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        hold(context, self.key, true).await
    }
}

impl Run for Up {
    async fn run(self, context: &Context) -> Result<Value, ComputerError> {
        hold(context, self.key, false).await
    }
}
