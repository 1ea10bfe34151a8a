//! The seam between the loop and everything a model can do.

use std::time::Duration;

use interpreter_llm::{Call, ModelInfo, ToolSpec};
use interpreter_protocol::{Chunk, ConversationId, ItemId, Mode, RequestId, RunState};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{BoxFuture, StoredPart};

/// What a tool may know of the turn.
#[derive(Debug, Clone)]
pub struct Scene {
    /// The conversation.
    pub conversation: ConversationId,
    /// The model that asks.
    pub model: ModelInfo,
    /// OS mode is on.
    pub os: bool,
    /// How much is asked.
    pub mode: Mode,
}

/// Something a model can call.
pub trait Tool: Send + Sync {
    /// How the model is told of it; none where it is not offered in this scene.
    fn spec(&self, scene: &Scene) -> Option<ToolSpec>;

    /// Whether a call of this name is meant for it (names that models make up included).
    fn answers_to(&self, name: &str) -> bool;

    /// How a call looks while its arguments still stream in; none: wait for the end.
    fn draft(&self, arguments: &str) -> Option<Draft> {
        let _ = arguments;
        None
    }

    /// Reads a whole call.
    ///
    /// # Errors
    /// What the model is told about its mistake.
    fn prepare(&self, call: &Call, scene: &Scene) -> Result<Prepared, ToolError>;

    /// Reads code that the person runs, without a model; none where it runs no code.
    fn code(&self, language: &str, code: &str) -> Option<Prepared> {
        let _ = (language, code);
        None
    }

    /// Does it. Dropping the future must not leave anything running.
    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput>;
}

/// A call that still streams in, as far as it can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// `type` of the item.
    pub kind: &'static str,
    /// `format` of the item.
    pub format: Option<String>,
    /// The content so far; later drafts of the same call only add to it.
    pub text: String,
}

/// A call that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// `type` of the item: `code`, `action` or `call`.
    pub kind: &'static str,
    /// `format` of the item.
    pub format: Option<String>,
    /// `content` of the item.
    pub content: Value,
    /// What the policy must know.
    pub subject: Subject,
    /// Further keys of the item (`frame`).
    pub extra: serde_json::Map<String, Value>,
    /// It is shown, but cannot run, and this is why; person and model are told.
    pub problem: Option<String>,
}

/// What a call is about, for the policy.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    /// Code in a language.
    Code {
        /// Its name.
        language: String,
        /// The source.
        code: String,
    },
    /// Screen, mouse, keyboard.
    Action {
        /// The app it is done to, where that can be told.
        app: Option<String>,
        /// It only looks.
        looks: bool,
        /// In words, for the confirmation: `click "Send"`.
        words: String,
    },
    /// Any other tool.
    Tool {
        /// Its name.
        name: String,
    },
}

/// A call that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolError {
    /// What the model is told; it may try again.
    pub message: String,
}

impl ToolError {
    /// A failure in words.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// What a running tool sends to the session.
#[derive(Debug, Clone, PartialEq)]
pub enum ToolEvent {
    /// A content chunk; the session groups it into items under the call.
    Chunk(Chunk),
    /// The card's state changed (`needs_input` and back).
    State(RunState),
    /// Where it runs, in words.
    Place(String),
    /// It waits for a line of input.
    Input {
        /// Names it.
        request: RequestId,
        /// What the program printed.
        prompt: String,
        /// Mask it.
        secret: bool,
    },
}

/// What the person sends to a running tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolInput {
    /// End this run, keep its state.
    Interrupt,
    /// End this run and what it runs in; its state is lost.
    Kill,
    /// A line of input; none: end of input.
    Line {
        /// Names the request.
        request: RequestId,
        /// The line.
        text: Option<String>,
    },
}

/// All a running tool is given: who it is, two channels, and the token that ends it.
pub struct ToolHandle {
    /// The conversation.
    pub conversation: ConversationId,
    /// The code, action or call item.
    pub item: ItemId,
    /// What the turn looks like; absent where the person runs code.
    pub scene: Option<Scene>,
    /// The person used the computer since the model last saw it.
    pub user_acted: bool,
    /// Towards the session. Bounded: a tool that prints fast waits here.
    pub events: mpsc::Sender<ToolEvent>,
    /// From the person.
    pub inputs: mpsc::Receiver<ToolInput>,
    /// Cancelled by Stop. The tool has [`ToolHandle::GRACE`] to end by itself.
    pub cancel: CancellationToken,
}

impl ToolHandle {
    /// How long a cancelled tool may take to report what it still has.
    pub const GRACE: Duration = Duration::from_millis(1500);

    /// Sends a chunk; ignores a session that is gone, because then nobody looks.
    pub async fn chunk(&self, chunk: Chunk) {
        let _ = self.events.send(ToolEvent::Chunk(chunk)).await;
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolOutput {
    /// What the model is told, made once.
    pub parts: Vec<StoredPart>,
    /// It failed.
    pub is_error: bool,
    /// State of the card.
    pub state: RunState,
    /// Exit status, where there is one.
    pub exit: Option<i32>,
    /// A sentence for the person.
    pub note: Option<String>,
}

impl ToolOutput {
    /// It went well.
    pub fn done(parts: Vec<StoredPart>) -> Self {
        Self {
            parts,
            is_error: false,
            state: RunState::Done,
            exit: None,
            note: None,
        }
    }

    /// It failed; model and person are told the same.
    pub fn failed(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            parts: vec![StoredPart::Text(message.clone())],
            is_error: true,
            state: RunState::Failed,
            exit: None,
            note: Some(message),
        }
    }
}
