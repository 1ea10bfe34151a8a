//! What the client and the worker say to each other: one JSON object a line,
//! requests on the worker's standard input, answers on its standard output. The
//! worker speaks first ([`Hello`]) and ends when its input closes.

use serde::{Deserialize, Serialize};

use crate::Word;

/// The version of this language. Client and worker are built together; a worker
/// of another version is told apart instead of misunderstood.
pub const VERSION: u32 = 1;

/// The worker's first line.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`].
    pub eyes: u32,
    /// Why it cannot work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

/// Something the worker needs is not there.
#[derive(Debug, Serialize, Deserialize)]
pub struct Missing {
    /// What.
    pub detail: String,
    /// What the person can do.
    pub fix: String,
}

/// Asks for all words of an image.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// Comes back in the answer.
    pub id: u64,
    /// A file that holds the pixels: three bytes each, row after row.
    pub path: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// The answer to a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Answer {
    /// The request's.
    pub id: u64,
    /// The words, line after line.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Why the image could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Lines of text found, and how many of them had to be read anew.
    #[serde(default)]
    pub lines: (u32, u32),
}
