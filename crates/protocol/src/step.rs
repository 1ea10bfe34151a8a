//! What a screen action leaves behind: enough to see it, to judge it and to do it again.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{Effect, Frame, ItemId};

/// Content of a `computer/step` chunk: one action on the screen, as it was done.
/// Its words come from outside; what was typed into a hidden field is not among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Step {
    /// The action, call or code item that did it.
    pub item: ItemId,
    /// Its place among the steps of the conversation, from 1.
    pub number: u32,
    /// When it began, in milliseconds since 1970.
    #[serde(default)]
    #[ts(type = "number")]
    pub at: u64,
    /// The action as the Computer does it: `{"action": "left_click", "coordinate": [x, y], ...}`,
    /// points in continuous pixels of `frame`'s sent image.
    #[ts(type = "Record<string, unknown>")]
    pub action: Value,
    /// The geometry the points are in.
    pub frame: Frame,
    /// Where it went, in global physical pixels; the one where it takes effect is last.
    #[serde(default)]
    pub points: Vec<(i32, i32)>,
    /// The program, as the system names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub app: Option<String>,
    /// The title of the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub window: Option<String>,
    /// Where the window was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub window_area: Option<Area>,
    /// What lay at the point, or had the keyboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub element: Option<StepElement>,
    /// The picture of `frame` before it, a blob.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub before: Option<String>,
    /// The picture of `frame` after it, a blob; the same one where nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub after: Option<String>,
    /// Windows were painted out of the pictures: ours, and those of password managers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub masked: bool,
    /// How long it took until the screen had settled, in milliseconds.
    #[ts(type = "number")]
    pub ms: u64,
    /// What it did.
    pub effect: Effect,
    /// How its place was found again, where it is the repetition of a recorded step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub by: Option<FoundBy>,
}

/// A part of the desktop, in global physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Area {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its width.
    pub w: u32,
    /// Its height.
    pub h: u32,
}

/// What a step was done to, as its program told it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StepElement {
    /// `button`, `text field`, `menu item`, ...
    pub role: String,
    /// What it is called.
    pub name: String,
    /// Where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<Area>,
}

/// How the place of a recorded step was found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// By what its program tells of it: role and name.
    Element,
    /// By its words on the screen.
    Text,
    /// By its place in the window, where what lies there is still the same.
    Point,
    /// It has no place: it went to the window that has the keyboard.
    Window,
}

/// Content of a `server/mark` chunk: what the person says of a step. The last one counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct StepMark {
    /// The item of the step.
    pub item: ItemId,
    /// The step's number.
    pub number: u32,
    /// It was a wrong click; false takes that back.
    pub wrong: bool,
    /// What was wrong with it, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}
