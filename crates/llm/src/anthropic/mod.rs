//! Anthropic Messages.

mod request;
mod stream;

pub(crate) use request::{Built, build};
pub(crate) use stream::StreamMapper;
