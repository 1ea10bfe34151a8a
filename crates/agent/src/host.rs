//! What a session needs from the outside.

use std::sync::Arc;

use interpreter_llm::{ModelInfo, Provider};
use interpreter_protocol::{Chunk, ConversationId, Error, Event, Grant, ItemId, Mode, Rule};
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
    /// Rules: the person's permissions, and, without an id, those that no revoking ends.
    pub rules: Vec<Grant>,
}

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetScope {
    /// One conversation.
    Conversation,
    /// A day, from midnight by this computer's clock.
    Day,
    /// A calendar month.
    Month,
}

/// A limit in US dollars, and what was spent of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// What it is about.
    pub scope: BudgetScope,
    /// Spent so far, as far as prices are known.
    pub spent: f64,
    /// The most that may be spent.
    pub limit: f64,
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

    /// The person gave a rule with an approval. Gives the id it can be revoked by.
    ///
    /// # Errors
    /// `CannotSave`.
    fn allow(&self, conversation: &ConversationId, rule: &Rule) -> Result<String, Error>;

    /// The limits that hold for all conversations together, asked before each model call.
    ///
    /// # Errors
    /// When a limit is set and what was spent cannot be told; then no call is made.
    fn budgets(&self, own: &Map<String, Value>) -> Result<Vec<Budget>, Error>;

    /// A turn ended: give the screen back, remember the model.
    fn turn_over<'a>(
        &'a self,
        conversation: &'a ConversationId,
        model: &'a str,
    ) -> BoxFuture<'a, ()>;

    /// The conversation was reset: end its children.
    fn reset<'a>(&'a self, conversation: &'a ConversationId) -> BoxFuture<'a, ()>;
}
