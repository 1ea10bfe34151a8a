//! OpenAI Chat Completions, and every server that speaks it.

mod calls;
mod request;
mod stream;
#[cfg(test)]
mod tests;
mod think;

pub(crate) use request::{body, unseen};
pub(crate) use stream::StreamMapper;
pub(crate) use think::tail_that_begins;
