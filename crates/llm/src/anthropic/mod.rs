//! Anthropic Messages.

mod request;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use request::{VERSION, build};
pub(crate) use stream::StreamMapper;
