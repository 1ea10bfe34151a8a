//! Models: one streaming trait, and the vendors behind it.
//!
//! The central type is [`Provider`]; what goes in and comes out is neutral
//! ([`ModelRequest`], [`ModelEvent`]).
//!
//! The one decision: vendor formats are pure mappers between bytes and the
//! neutral form, so that every one of them is tested by replaying recorded
//! streams, and only `http` does IO.

mod actions;
mod answer;
mod anthropic;
mod batch;
mod catalogue;
mod classify;
mod client;
mod commands;
mod computer;
mod coordinates;
mod dialect;
mod endpoint;
mod error;
mod failure;
mod fences;
mod gemini;
mod history;
mod http;
mod info;
mod json;
mod learned;
mod listing;
mod local;
mod model;
mod openai_chat;
mod openai_responses;
pub mod outside;
mod probe;
mod resolve;
mod spend;
mod sse;
mod trial;

pub use actions::{Asked, End};
pub use answer::AnswerReader;
pub use catalogue::{ProviderEntry, models, provider as provider_entry, providers};
pub use classify::classify;
pub use client::HttpProvider;
pub use commands::{Commands, LIMIT_REACHED, RAN_BY_USER};
pub use computer::ACTIONS;
pub use coordinates::{Coordinates, smart_resize};
pub use endpoint::{Auth, Endpoint, Format, Key, Quirks};
pub use error::{Part as NetworkPart, ProviderError};
pub use failure::{Failure, from_answer, key_end};
pub use fences::Fences;
pub use history::OMITTED_IMAGE;
pub use http::Limits;
pub use info::{Above, ComputerTool, ImageRule, ModelInfo, Price, Thinking};
pub use listing::list_models;
pub use local::local_servers;
pub use model::{
    Call, CallResult, Finish, Image, Message, ModelEvent, ModelRequest, ModelStream, NativeTool,
    Part, Provider, Raw, Speaker, ToolSpec,
};
pub use resolve::{Lookup, Model, ResolveError, Wish, resolve, resolve_default};
pub use spend::{Input, Sending, StepSize, input_tokens, scripted_task};
pub use sse::{SseEvent, SseReader, TooLong};
pub use trial::test_model;
