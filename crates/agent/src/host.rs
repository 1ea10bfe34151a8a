//! What a session needs from the outside.

use std::sync::Arc;
use std::time::Duration;

use interpreter_llm::{ModelInfo, Provider};
use interpreter_protocol::{
    Chunk, ConversationId, Error, Event, Grant, ItemId, Mode, Rule, RuleScope,
};
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
    /// US dollars one turn may cost.
    pub max_budget_turn: Option<f64>,
    /// Steps one turn may do on the screen.
    pub os_steps: Option<u32>,
    /// For how long one turn may use the screen; while the person has control does not count.
    pub os_time: Option<Duration>,
    /// Longest answer, in tokens.
    pub max_tokens: Option<u32>,
    /// Sampling temperature, where the person set it.
    pub temperature: Option<f64>,
    /// System text, the same from turn to turn so that caches hold.
    pub system: String,
    /// Rules: the person's permissions, and, without an id, those that no revoking ends.
    pub rules: Vec<Grant>,
    /// Where code begins to work.
    pub folder: String,
}

/// What a limit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetScope {
    /// One turn.
    Turn,
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

/// Whether the budgets of all conversations have room for a call.
pub enum Room {
    /// It has; kept free until this is dropped, once what the call cost is written.
    Kept(Box<dyn Send>),
    /// This one is used up.
    Spent(Budget),
}

/// A picture on its way to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// Encoded.
    pub bytes: Arc<[u8]>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
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

    /// The same picture in a size this model takes; the bytes depend on nothing else.
    ///
    /// # Errors
    /// As [`Host::blob`].
    fn fitted(&self, hash: &str, model: &ModelInfo) -> Result<Picture, Error>;

    /// The person gave a rule with an approval. Gives the id it can be revoked by.
    ///
    /// # Errors
    /// `CannotSave`.
    fn allow(
        &self,
        conversation: &ConversationId,
        own: &Map<String, Value>,
        rule: &Rule,
        scope: RuleScope,
    ) -> Result<String, Error>;

    /// Finds room for a call of at most this many dollars in the limits that hold for
    /// all conversations together, and keeps it: asked before each model call. Where
    /// calls of other conversations are under way and it may not fit beside them, it
    /// waits for their end.
    ///
    /// # Errors
    /// When a limit is set and what was spent cannot be told; then no call is made.
    fn room<'a>(
        &'a self,
        own: &'a Map<String, Value>,
        most: f64,
    ) -> BoxFuture<'a, Result<Room, Error>>;

    /// Whether the person has mouse and keyboard while this conversation drives them.
    fn is_held(&self, conversation: &ConversationId) -> bool;

    /// The person gave mouse and keyboard back with an answer.
    fn give_back(&self, conversation: &ConversationId);

    /// A turn ended: give the screen back, remember the model.
    fn turn_over<'a>(
        &'a self,
        conversation: &'a ConversationId,
        own: &'a Map<String, Value>,
        model: &'a str,
    ) -> BoxFuture<'a, ()>;

    /// The conversation was reset: end its children.
    fn reset<'a>(&'a self, conversation: &'a ConversationId) -> BoxFuture<'a, ()>;
}
