//! What lists are made of: conversations, hits, models, settings, languages, abilities.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{ConversationId, ItemId};

/// A line of the conversation list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConversationSummary {
    /// The conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// Milliseconds since 1970.
    #[ts(type = "number")]
    pub created: u64,
    /// Milliseconds since 1970.
    #[ts(type = "number")]
    pub updated: u64,
    /// US dollars.
    pub cost: f64,
    /// Number of items.
    pub items: u32,
    /// It stands first.
    #[serde(default)]
    pub pinned: bool,
    /// It stands in the archive.
    #[serde(default)]
    pub archived: bool,
    /// The beginning of what was said first, in one line.
    #[serde(default)]
    pub first: String,
    /// The model of its last turn.
    #[serde(default)]
    pub model: String,
    /// Its profile.
    #[serde(default)]
    pub profile: String,
    /// Code was run.
    #[serde(default)]
    pub ran_code: bool,
    /// The screen was used.
    #[serde(default)]
    pub used_screen: bool,
    /// Files were attached.
    #[serde(default)]
    pub has_files: bool,
    /// Its last turn failed.
    #[serde(default)]
    pub failed: bool,
    /// Why it cannot be read, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub damaged: Option<String>,
}

/// A hit of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchHit {
    /// Where.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// The item; absent: the title matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<ItemId>,
    /// What the item is; absent: the title matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<HitKind>,
    /// The language, where the item is code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
    /// The title fits but for one slip of the hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub near: bool,
    /// The text around the hit, which stands between U+0002 and U+0003.
    pub snippet: String,
}

/// What kind of item a search found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// What the person said.
    Person,
    /// What the model said.
    Reply,
    /// What the model thought.
    Reasoning,
    /// Code.
    Code,
    /// What code printed, or what the computer said.
    Output,
    /// A file that was attached.
    File,
}

/// A model that can be named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ModelSummary {
    /// `provider/model`, or `builtin/commands`.
    pub name: String,
    /// The provider's name.
    pub provider: String,
    /// It sees pictures.
    pub vision: bool,
    /// It calls tools.
    pub tools: bool,
    /// It has a native computer tool.
    pub computer: bool,
    /// A key is known, or none is needed.
    pub ready: bool,
    /// It runs on this computer.
    pub local: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SettingValue {
    /// `model`, `max_budget`, ...
    pub key: String,
    /// The value in force; secrets are never told.
    #[ts(type = "unknown")]
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// The file or variable, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<String>,
}

/// Where a setting comes from, weakest first (design, section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Compiled in.
    Builtin,
    /// `profiles/default.yaml`.
    DefaultProfile,
    /// Saved by the app for everything.
    App,
    /// The chosen profile.
    Profile,
    /// Saved by the app for that profile.
    AppProfile,
    /// An environment variable.
    Environment,
    /// A flag of the command line.
    CommandLine,
    /// Set in this conversation.
    Conversation,
}

/// A language code can be run in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LanguageSummary {
    /// `python`, `shell`, ...
    pub name: String,
    /// What runs it and its version; absent: not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub found: Option<String>,
    /// How to install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fix: Option<String>,
}

/// A display, in physical pixels of the desktop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Display {
    /// As the system names it; frames and the setting `os_displays` name it so.
    pub name: String,
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// Physical pixels for each unit that programs draw in.
    pub scale: f64,
    /// The one where things begin.
    pub primary: bool,
}

/// Something the machine can or cannot do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Ability {
    /// See screen, move mouse, ...
    pub name: String,
    /// It was tried and works.
    pub works: bool,
    /// What was tried, and why it does not work.
    pub detail: String,
    /// How to fix it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fix: Option<String>,
}
