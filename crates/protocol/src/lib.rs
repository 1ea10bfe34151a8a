//! The vocabulary every part of Interpreter speaks.
//!
//! The central type is the [`Chunk`]: a streamed part of an LMC message. An
//! [`Event`] is a chunk with its place in a conversation; [`Transcript`] folds
//! events into items. Fronts reach the engine by three verbs: `submit`([`Op`]),
//! `query`([`Query`]) and `subscribe`([`Subscribe`]).
//!
//! The one decision: whatever streams is a chunk. Model text, code, output,
//! screen actions, approvals, states and errors all travel, are stored and are
//! replayed in this one form. This crate does no IO and knows no async.

mod chunk;
pub mod digest;
mod error;
mod frame;
mod ids;
mod manage;
mod op;
mod query;
mod state;
mod transcript;

pub use chunk::{Chunk, Event, Extra, Role, kind};
pub use error::{Error, ErrorCode};
pub use frame::Frame;
pub use ids::{ConfirmationId, ConversationId, ItemId, RequestId};
pub use manage::{
    Costs, ExportFormat, FindHit, LocalServer, ProfileSummary, ProviderSummary, Replaced,
    SecretText, Selection, SelectionSource, Storage, TestResult, TestStep,
};
pub use op::{Decision, Grant, Op, Receipt, Rule, RuleMatch, Scope, Tier, UserPart, Verdict};
pub use query::{
    Ability, Answer, ClientFrame, ConversationSummary, InputRequest, LanguageSummary, ModelSummary,
    Origin, PROTOCOL, Query, Request, SearchHit, ServerFrame, SettingValue, Snapshot, Subscribe,
};
pub use state::{ConversationMeta, Effect, Mode, Os, OsState, Outcome, Run, RunState, Usage};
pub use transcript::{Item, Pending, Transcript};
