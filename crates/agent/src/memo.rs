//! What is stored beside an item for the next requests, and never shown.

use interpreter_llm::{Call, Raw, outside};
use serde::{Deserialize, Serialize};

/// Kept with an item. It is made once, so the item reads the same in every later request.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Memo {
    /// Which answer of the model it belongs to, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<u64>,
    /// The call, as the model made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Its result, as the model is told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<StoredResult>,
    /// What the vendor wants back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// Do not send it at all (a refused answer).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub omit: bool,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StoredResult {
    /// Text and images, in order.
    pub parts: Vec<StoredPart>,
    /// It failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

/// A part of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoredPart {
    /// Text.
    Text(String),
    /// A picture.
    Image {
        /// `sha256:...`.
        hash: String,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

impl StoredPart {
    /// Text from outside, between marks that are made here, once. `from` says in a word
    /// or two where it comes from.
    pub fn outside(from: &str, text: &str) -> Self {
        Self::Text(outside::marked(from, text))
    }
}

impl StoredResult {
    /// A result of one text.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            parts: vec![StoredPart::Text(text.into())],
            is_error: false,
        }
    }

    /// A failure.
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            parts: vec![StoredPart::Text(text.into())],
            is_error: true,
        }
    }
}
