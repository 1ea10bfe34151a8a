//! What a session needs from the outside.

use std::sync::Arc;

use interpreter_llm::{ModelInfo, Provider};
use interpreter_protocol::{Chunk, ConversationId, Error, Event, ItemId, Mode, Rule};
use serde_json::{Map, Value};

use crate::Tool;

/// A boxed future, so that the traits here can be used as objects.
pub type BoxFuture<'a, T> = futures::future::BoxFuture<'a, T>;

/// A chunk on its way into the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The item it is part of, or speaks of.
    pub item: Option<ItemId>,
    /// The chunk.
    pub chunk: Chunk,
}

/// The record of one conversation. Appending writes first and broadcasts after.
pub trait Journal: Send {
    /// Writes a group of entries and tells every front; gives the numbered events.
    ///
    /// # Errors
    /// `CannotSave`; then nothing of the group was broadcast.
    fn append(&mut self, entries: Vec<Entry>) -> Result<Vec<Event>, Error>;

    /// Keeps what only the next requests need: calls, results, opaque data. Never broadcast.
    ///
    /// # Errors
    /// `CannotSave`.
    fn memo(&mut self, item: &ItemId, memo: &Value) -> Result<(), Error>;

    /// Keeps the settings of this conversation.
    ///
    /// # Errors
    /// `CannotSave`.
    fn overrides(&mut self, values: &Map<String, Value>) -> Result<(), Error>;

    /// Tells every front of a failure that could not be written.
    fn unsaved(&mut self, error: &Error);
}

/// The settings a turn is run with.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnSettings {
    /// How much is asked.
    pub mode: Mode,
    /// OS mode is on.
    pub os: bool,
    /// The profile's name.
    pub profile: String,
    /// US dollars this conversation may cost.
    pub max_budget: Option<f64>,
    /// Longest answer, in tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, where the person set it.
    pub temperature: Option<f64>,
    /// System text, the same from turn to turn so that caches hold.
    pub system: String,
    /// Rules: the person's, and those that forbid commands.
    pub rules: Vec<Rule>,
}

/// A model that can be called.
#[derive(Clone)]
pub struct ModelHandle {
    /// What is known of it.
    pub info: ModelInfo,
    /// The way to it.
    pub provider: Arc<dyn Provider>,
}

/// Everything a session asks for while it works.
pub trait Host: Send + Sync {
    /// Settings for the next model call, with the conversation's own on top.
    fn settings(&self, conversation: &ConversationId, own: &Map<String, Value>) -> TurnSettings;

    /// The model for the next call.
    fn model<'a>(
        &'a self,
        own: &'a Map<String, Value>,
    ) -> BoxFuture<'a, Result<ModelHandle, Error>>;

    /// The tools of this conversation.
    fn tools(&self, conversation: &ConversationId) -> Vec<Arc<dyn Tool>>;

    /// Bytes of an image, with their media type.
    ///
    /// # Errors
    /// `UnknownItem` when it is gone.
    fn blob(&self, hash: &str) -> Result<(String, Vec<u8>), Error>;

    /// The person gave a rule with an approval.
    ///
    /// # Errors
    /// `CannotSave`.
    fn allow(&self, conversation: &ConversationId, rule: &Rule) -> Result<(), Error>;

    /// A turn ended: give the screen back, remember the model.
    fn turn_over<'a>(
        &'a self,
        conversation: &'a ConversationId,
        model: &'a str,
    ) -> BoxFuture<'a, ()>;

    /// The conversation was reset: end its children.
    fn reset<'a>(&'a self, conversation: &'a ConversationId) -> BoxFuture<'a, ()>;
}
