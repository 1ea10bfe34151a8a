//! Values that chunks of the server carry.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ItemId;

/// How much is asked before something is done (design, ruling 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Each block is shown, and runs with the user's rights once approved.
    #[default]
    AskEveryTime,
    /// Code runs at once in a sandbox; what it blocks becomes a question.
    AskBeforeChanges,
    /// The same, with network and package caches.
    AskWhenBlocked,
    /// The user's rights, no questions.
    FullAccess,
    /// Nothing runs.
    ChatOnly,
}

/// States of a code card (`ux.md` 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// The model is still writing it.
    Writing,
    /// A confirmation is pending.
    Awaiting,
    /// The person edits it.
    Editing,
    /// A scanner looks at it.
    Scanning,
    /// Another run of the language goes first.
    Queued,
    /// It runs.
    Running,
    /// It runs and waits for a line of input.
    NeedsInput,
    /// It ended well.
    Done,
    /// It ended with an error.
    Failed,
    /// It was stopped; it may have taken effect.
    Stopped,
    /// The person did not want it.
    Skipped,
    /// A rule denies it.
    Blocked,
    /// What it was written for has changed.
    Stale,
    /// The language is not installed.
    NoKernel,
}

impl RunState {
    /// Nothing more will happen to the card by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Done
            | Self::Failed
            | Self::Stopped
            | Self::Skipped
            | Self::Blocked
            | Self::Stale
            | Self::NoKernel => true,
            Self::Writing
            | Self::Awaiting
            | Self::Editing
            | Self::Scanning
            | Self::Queued
            | Self::Running
            | Self::NeedsInput => false,
        }
    }
}

/// Content of a `server/run` chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Run {
    /// The code, action or call item.
    pub item: ItemId,
    /// Its state.
    pub state: RunState,
    /// Exit status of the run or of the child that died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub exit: Option<i32>,
    /// Duration so far, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub ms: Option<u64>,
    /// The rule that decided, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub rule: Option<String>,
    /// The mode it was decided in.
    pub mode: Mode,
    /// Where it runs: interpreter and working folder, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<String>,
    /// The permission that allowed it, which can be revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub grant: Option<String>,
    /// Its place in the queue of its language, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub position: Option<u32>,
    /// A sentence for the person: why it is blocked, what failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<String>,
}

/// What a screen action did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something changed that the action explains.
    Confirmed,
    /// Nothing changed.
    NoChange,
    /// It cannot be told.
    Uncertain,
    /// It was not done.
    Refused,
}

/// Content of a `computer/effect` chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Effect {
    /// What it did.
    pub outcome: Outcome,
    /// What changed, or why not, in words.
    pub detail: String,
}

/// States of OS mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum OsState {
    /// Taking a screenshot.
    Looking,
    /// Waiting for the model.
    Thinking,
    /// Moving the mouse or typing.
    Acting,
    /// The person has control.
    Paused,
    /// An approval is wanted.
    Waiting,
    /// The turn is over.
    Finished,
    /// Stopped.
    Stopped,
}

/// Content of a `server/os` chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Os {
    /// The state.
    pub state: OsState,
    /// What it does, in words.
    pub text: String,
}

/// Content of a `server/usage` chunk: one model call.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Usage {
    /// The whole prompt, cached part included.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// The whole answer, reasoning included.
    #[ts(type = "number")]
    pub output_tokens: u64,
    /// Part of the prompt read from a cache.
    #[serde(default)]
    #[ts(type = "number")]
    pub cached_tokens: u64,
    /// Part of the prompt written to a cache.
    #[serde(default)]
    #[ts(type = "number")]
    pub cache_write_tokens: u64,
    /// Part of the answer that was reasoning.
    #[serde(default)]
    #[ts(type = "number")]
    pub reasoning_tokens: u64,
    /// Part of the prompt that was pictures, by the vendor's formula.
    #[serde(default)]
    #[ts(type = "number")]
    pub image_tokens: u64,
    /// US dollars; absent where the price is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub cost_usd: Option<f64>,
}

/// Content of a `server/conversation` chunk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConversationMeta {
    /// Title, made from the first message until the person renames it.
    #[serde(default)]
    pub title: String,
    /// The model, as the person would name it.
    #[serde(default)]
    pub model: String,
    /// The profile.
    #[serde(default)]
    pub profile: String,
    /// How much is asked.
    #[serde(default)]
    pub mode: Mode,
    /// OS mode is on.
    #[serde(default)]
    pub os: bool,
    /// It stands first in the list.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub pinned: bool,
    /// It stands in the archive.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub archived: bool,
    /// US dollars spent so far, as far as prices are known.
    #[serde(default)]
    pub cost: f64,
}

// Serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(flag: &bool) -> bool {
    !flag
}
