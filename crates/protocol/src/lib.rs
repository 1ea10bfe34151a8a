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
mod step;
mod summary;
mod transcript;
mod wire;

pub use chunk::{Chunk, Event, Extra, Role, kind};
pub use error::{Error, ErrorCode};
pub use frame::Frame;
pub use ids::{ConfirmationId, ConversationId, ItemId, RequestId};
pub use manage::{
    Costs, ExportFormat, FindHit, LocalServer, ProfileSummary, ProviderSummary, Replaced,
    SecretText, Selection, SelectionSource, Storage, TestResult, TestStep, TypingSecret,
};
pub use op::{
    Decision, Grant, Op, Receipt, Rule, RuleMatch, RuleScope, Scope, Tier, UserPart, Verdict,
};
pub use query::{Answer, InputRequest, Query, Snapshot};
pub use state::{ConversationMeta, Effect, Mode, Os, OsState, Outcome, Run, RunState, Usage};
pub use step::{Area, FoundBy, Step, StepElement, StepMark};
pub use summary::{
    Ability, ConversationSummary, Display, HitKind, LanguageSummary, ModelSummary, Origin,
    SearchHit, SettingValue,
};
pub use transcript::{Item, Pending, Transcript};
pub use wire::{ClientFrame, PROTOCOL, Request, ServerFrame, Subscribe};
