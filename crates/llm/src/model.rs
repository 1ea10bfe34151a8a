//! The neutral form of a request and of what a model answers. Vendor formats map to and from it.

use std::sync::Arc;

use futures::stream::BoxStream;
use interpreter_protocol::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ProviderError;

/// A model behind some server. One required method: everything streams.
pub trait Provider: Send + Sync {
    /// Sends the request. Retries (`spec` section 0.3) happen inside, announced
    /// by [`ModelEvent::Retry`]; dropping the stream closes the connection at once.
    /// A stream that ends well yields exactly one [`ModelEvent::Finish`], last;
    /// otherwise its last item is an error.
    fn stream(&self, request: ModelRequest) -> ModelStream;
}

/// What a provider answers, as it comes.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ProviderError>>;

/// One call of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRequest {
    /// System text; made once a conversation, so that caches hold.
    pub system: String,
    /// History and the new message, oldest first.
    pub messages: Vec<Message>,
    /// Tools the model may call.
    pub tools: Vec<ToolSpec>,
    /// Upper bound of the answer, in tokens; absent: the model's own.
    pub max_tokens: Option<u32>,
    /// Only sent where the person set it.
    pub temperature: Option<f64>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The person, and results of calls.
    User,
    /// The model.
    Assistant,
}

/// One message. Equal neighbours may occur; mappers merge them where a vendor wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub speaker: Speaker,
    /// In order.
    pub parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text, never empty.
    Text(String),
    /// A picture.
    Image(Image),
    /// The model's reasoning. Only sent back together with its opaque part.
    Reasoning {
        /// What was shown; may be empty.
        text: String,
        /// What the vendor wants back, unchanged.
        raw: Option<Raw>,
    },
    /// A call the model made.
    Call(Call),
    /// The result of a call. Every call has exactly one, right after its message.
    Result(CallResult),
}

/// A picture in a request.
#[derive(Clone, PartialEq)]
pub struct Image {
    /// `image/png` or `image/jpeg`.
    pub media_type: String,
    /// The encoded bytes.
    pub bytes: Arc<[u8]>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the bytes: requests are logged.
        write!(
            f,
            "Image({} {}x{})",
            self.media_type, self.width, self.height
        )
    }
}

/// A call of a tool. A native computer tool's call comes as name `computer` with
/// arguments `{"action": ..., ...}`, whatever the vendor calls it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The vendor's id, or a made-up one.
    pub id: String,
    /// The tool.
    pub name: String,
    /// An object; `{}` where the model sent nothing.
    pub arguments: Value,
    /// What the vendor wants back beside it (`toolset_name`, signatures).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
}

/// The result of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallResult {
    /// The call's id.
    pub call: String,
    /// Text and images only.
    pub parts: Vec<Part>,
    /// It failed.
    pub is_error: bool,
}

/// Opaque data of a vendor, stored beside an item and sent back unchanged to the
/// same vendor's models, never to another's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// The family it is meant for, as [`crate::ModelInfo::family`] names it.
    pub name: String,
    /// The data.
    pub raw: Value,
}

/// A tool, as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// `^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON schema of the arguments.
    pub schema: Value,
    /// What it is, where vendors have a native form of it.
    pub native: Option<NativeTool>,
}

/// Tools that some vendors know by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeTool {
    /// Screen, mouse and keyboard; the size is that of the images sent.
    Computer {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

/// A streamed part of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelEvent {
    /// Nothing came yet; the request will be sent again.
    Retry {
        /// Waiting time, in milliseconds.
        wait_ms: u64,
        /// 1 for the first retry.
        attempt: u32,
        /// Why, in words.
        reason: String,
    },
    /// More text.
    Text(String),
    /// More reasoning.
    Reasoning(String),
    /// The reasoning so far is one block; a new one may follow.
    ReasoningEnd {
        /// What the vendor wants back.
        raw: Option<Raw>,
    },
    /// A call begins. Calls do not interleave.
    CallStart {
        /// Its id.
        id: String,
        /// Its tool.
        name: String,
    },
    /// More of the arguments' JSON text, of the call last started.
    CallDelta(String),
    /// A call is whole, and its arguments parse. Only such a call may run, and
    /// only after a [`ModelEvent::Finish`] that is not [`Finish::Length`].
    CallEnd(Call),
    /// What the call cost; totals, the last one counts. Without `cost_usd`.
    Usage(Usage),
    /// The answer is complete.
    Finish(Finish),
}

/// Why an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model was done, or wants its calls answered.
    Stop,
    /// Cut by the token limit: none of its calls may run.
    Length,
    /// The vendor's filter cut it: calls that did not parse are left out.
    ContentFilter,
    /// The model declined; with the vendor's words, where there are any.
    Refusal(Option<String>),
    /// Anthropic `pause_turn`: send the answer back as it is.
    Pause,
}
