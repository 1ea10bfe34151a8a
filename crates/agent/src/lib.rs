//! The loop: a model speaks, its calls run, their results go back, until none is left.
//!
//! The central type is the session ([`spawn`], [`Session`]): one task that is the
//! sole owner of a conversation's state. It reaches everything else through two
//! traits, [`Journal`] (where chunks are written before anyone sees them) and
//! [`Host`] (settings, model, tools, rules).
//!
//! The one decision: this crate knows no tool by name. A [`Tool`] says how its
//! calls look as chunks, what the policy must know of them, and runs them.

mod context;
mod emitter;
mod host;
mod memo;
pub mod policy;
mod session;
mod tool;
mod turn;

pub use host::{
    BoxFuture, Budget, BudgetScope, Entry, Host, Journal, ModelHandle, Picture, Room, TurnSettings,
};
pub use memo::{Memo, StoredPart, StoredResult};
pub use session::{Session, SessionOp, SessionStart, spawn};
pub use tool::{
    AppKind, Draft, Prepared, Reach, Scene, Subject, Tool, ToolError, ToolEvent, ToolHandle,
    ToolInput, ToolOutput,
};
