//! OpenAI Responses, which alone carries OpenAI's computer tool.

mod request;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use request::body;
pub(crate) use stream::StreamMapper;
