//! Models: one streaming trait, and the vendors behind it.
//!
//! The central type is [`Provider`]; what goes in and comes out is neutral
//! ([`ModelRequest`], [`ModelEvent`]).
//!
//! The one decision: vendor formats are pure mappers between bytes and the
//! neutral form, so that every one of them is tested by replaying recorded
//! streams, and only `http` does IO.

mod error;
mod model;

pub use error::ProviderError;
pub use model::{
    Call, CallResult, Finish, Image, Message, ModelEvent, ModelRequest, ModelStream, NativeTool,
    Part, Provider, Raw, Speaker, ToolSpec,
};
