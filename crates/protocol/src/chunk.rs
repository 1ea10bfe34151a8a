//! LMC chunks: the only event vocabulary (design, section 4).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{ConversationId, ItemId};

/// Who a message is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person.
    User,
    /// The model.
    Assistant,
    /// Code, screen and tools.
    Computer,
    /// Interpreter itself.
    Server,
}

/// The values of a chunk's `type`. A reader ignores a type it does not know,
/// so these are names, not a closed set.
pub mod kind {
    /// Text.
    pub const MESSAGE: &str = "message";
    /// Source code; `format` is the language.
    pub const CODE: &str = "code";
    /// What running code printed (`output`) or where it is (`active_line`).
    pub const CONSOLE: &str = "console";
    /// A picture: `base64.png`, `base64.jpeg`, `path`, `description` or `blob`.
    pub const IMAGE: &str = "image";
    /// A file the person attached; `format` is `path`.
    pub const FILE: &str = "file";
    /// `go` or `stop`, from an old client.
    pub const COMMAND: &str = "command";
    /// The model's visible reasoning.
    pub const REASONING: &str = "reasoning";
    /// A screen action the model asks for; `format` is `computer`.
    pub const ACTION: &str = "action";
    /// Any other tool call: `{name, arguments}`.
    pub const CALL: &str = "call";
    /// The result of a tool call.
    pub const RESULT: &str = "result";
    /// What a screen action did: `{outcome, detail}`.
    pub const EFFECT: &str = "effect";
    /// A screen action as it was done: [`crate::Step`]. It belongs to no item of its own.
    pub const STEP: &str = "step";
    /// What the person says of a step: [`crate::StepMark`].
    pub const MARK: &str = "mark";
    /// An approval is wanted: `execution`, `action` or `tool`.
    pub const CONFIRMATION: &str = "confirmation";
    /// Running code waits for a line of input.
    pub const INPUT_REQUEST: &str = "input_request";
    /// State of a code card: [`crate::Run`].
    pub const RUN: &str = "run";
    /// State of OS mode: `{state, text}`.
    pub const OS: &str = "os";
    /// Code was edited before it ran: `{item, content}`.
    pub const EDITED: &str = "edited";
    /// Undo or reset: `{items}`.
    pub const REMOVED: &str = "removed";
    /// [`crate::Usage`], after each model call.
    pub const USAGE: &str = "usage";
    /// Much of a budget is used: `{scope, spent, limit}`, once a turn.
    pub const BUDGET: &str = "budget";
    /// Waiting to try again: `{at, attempt, reason}`.
    pub const RETRY: &str = "retry";
    /// Metadata changed: [`crate::ConversationMeta`].
    pub const CONVERSATION: &str = "conversation";
    /// `complete`: the turn is over. `started`: one without a new message has begun.
    pub const STATUS: &str = "status";
    /// Something failed; `format` is the code, `content` an [`crate::Error`].
    pub const ERROR: &str = "error";
}

/// A streamed part of an item. Exactly one of `start`, `content`, `end` is set.
/// A confirmation, and every chunk of the server, is a single content chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Chunk {
    /// Who it is from.
    pub role: Role,
    /// One of [`kind`].
    #[serde(rename = "type")]
    pub kind: String,
    /// Narrows `kind`: a language, an encoding, an error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<String>,
    /// The item begins.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub start: bool,
    /// Text to append, or a whole value; null is one (no line is active).
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    #[ts(optional, type = "unknown")]
    pub content: Option<Value>,
    /// The item is complete.
    #[serde(default, skip_serializing_if = "is_false")]
    #[ts(optional, as = "Option<bool>")]
    pub end: bool,
    /// `user` or `assistant`: only they see it. Absent: both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub recipient: Option<String>,
    /// Further keys (`frame`, `confirmation`, `digest`, `parent`, ...). Never `id`.
    #[serde(flatten)]
    #[ts(flatten)]
    pub extra: Extra,
}

/// Further keys of a chunk or an item. A map; the UI sees the keys of [`KnownKeys`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Extra(pub Map<String, Value>);

impl std::ops::Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

// By hand, because the derive cannot flatten a type that stands for another.
impl TS for Extra {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;

    fn name(cfg: &ts_rs::Config) -> String {
        KnownKeys::name(cfg)
    }

    fn inline(cfg: &ts_rs::Config) -> String {
        KnownKeys::inline(cfg)
    }

    fn inline_flattened(cfg: &ts_rs::Config) -> String {
        KnownKeys::inline_flattened(cfg)
    }

    fn visit_dependencies(visitor: &mut impl ts_rs::TypeVisitor)
    where
        Self: 'static,
    {
        KnownKeys::visit_dependencies(visitor);
    }
}

/// The further keys in use, as the UI sees them. Any other key is allowed on the wire.
#[derive(Serialize, TS)]
#[ts(export, optional_fields)]
#[allow(dead_code, reason = "a description for TypeScript")]
pub(crate) struct KnownKeys {
    /// The code, action or call item it came from.
    parent: Option<ItemId>,
    /// Milliseconds since 1970, on start flags.
    #[ts(optional, type = "number")]
    at: Option<u64>,
    /// Geometry of the capture: the frame an action refers to, or an image shows.
    frame: Option<crate::Frame>,
    /// Position in a batch of actions, from 0.
    batch: Option<u32>,
    /// Names a pending approval.
    confirmation: Option<crate::ConfirmationId>,
    /// What the approval is bound to.
    digest: Option<String>,
    /// Names a line of input that is wanted.
    request: Option<crate::RequestId>,
    /// The line should be masked.
    secret: Option<bool>,
    /// Of an image, in pixels.
    width: Option<u32>,
    /// Of an image, in pixels.
    height: Option<u32>,
    /// The number of the recorded step that an action of the person repeats.
    replays: Option<u32>,
    /// The reply ended before it was complete.
    cut_off: Option<bool>,
    /// Bytes of the whole output, where `content` holds a part.
    #[ts(optional, type = "number")]
    total: Option<u64>,
}

/// Tells a null that was sent from a key that was not.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Chunk {
    /// A chunk with neither start, content nor end; complete it with the methods below.
    pub fn new(role: Role, kind: &str) -> Self {
        Self {
            role,
            kind: kind.to_owned(),
            format: None,
            start: false,
            content: None,
            end: false,
            recipient: None,
            extra: Extra::default(),
        }
    }

    /// Sets `format`.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// Makes it a start flag.
    #[must_use]
    pub fn start(mut self) -> Self {
        self.start = true;
        self
    }

    /// Makes it an end flag.
    #[must_use]
    pub fn end(mut self) -> Self {
        self.end = true;
        self
    }

    /// Sets `content`.
    #[must_use]
    pub fn content(mut self, content: impl Into<Value>) -> Self {
        self.content = Some(content.into());
        self
    }

    /// Only `user` or `assistant` shall see it.
    #[must_use]
    pub fn recipient(mut self, who: &str) -> Self {
        self.recipient = Some(who.to_owned());
        self
    }

    /// Adds a further key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(key.to_owned(), value.into());
        self
    }

    /// The content, where it is text.
    pub fn text(&self) -> Option<&str> {
        self.content.as_ref().and_then(Value::as_str)
    }

    /// A further key, where it is text.
    pub fn key(&self, name: &str) -> Option<&str> {
        self.extra.get(name).and_then(Value::as_str)
    }

    /// Whether role and type are these.
    pub fn is(&self, role: Role, kind: &str) -> bool {
        self.role == role && self.kind == kind
    }
}

/// What travels to every front: a chunk, with where it belongs and its number.
/// `seq` rises by one per conversation and is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Event {
    /// The conversation.
    pub conversation: ConversationId,
    /// Position in the conversation, from 1; 0 for a failure that could not be stored.
    #[ts(type = "number")]
    pub seq: u64,
    /// The item the chunk is part of, or speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<ItemId>,
    /// The chunk.
    pub chunk: Chunk,
}
