//! The seam between the loop and everything a model can do.

use std::time::Duration;

use interpreter_llm::{Call, ModelInfo, ToolSpec};
use interpreter_protocol::{Chunk, ConversationId, ItemId, Mode, RequestId, RunState, Step, Tier};
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

    /// What the policy must know, asked right before it decides: since the call was
    /// read, an earlier one may have changed what it is about. `intent` is what the
    /// model said that it wants; it may be anything.
    fn subject<'a>(
        &'a self,
        prepared: &'a Prepared,
        scene: &'a Scene,
        intent: &'a str,
    ) -> BoxFuture<'a, Subject> {
        let _ = (scene, intent);
        Box::pin(std::future::ready(prepared.subject.clone()))
    }

    /// Reads code that the person runs, without a model; none where it runs no code.
    fn code(&self, language: &str, code: &str) -> Option<Prepared> {
        let _ = (language, code);
        None
    }

    /// Reads a recorded step that the person does again, without a model: where it goes
    /// now, and what the policy must know of that. None where it does no steps. What
    /// fails is why it cannot be told, in words for people.
    fn again<'a>(
        &'a self,
        step: &'a Step,
        mode: Mode,
    ) -> Option<BoxFuture<'a, Result<Prepared, ToolError>>> {
        let _ = (step, mode);
        None
    }

    /// Does it. Dropping the future must not leave anything running.
    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput>;

    /// What the model is shown once several actions of one answer are over, each of which
    /// left that out because another was to come. It becomes part of the last one's result.
    fn view(&self, _handle: ToolHandle) -> BoxFuture<'static, Vec<StoredPart>> {
        Box::pin(async { Vec::new() })
    }
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
        /// How far it goes, and where.
        reach: Reach,
    },
    /// Any other tool.
    Tool {
        /// Its name.
        name: String,
    },
}

/// How far an action on the screen goes, as far as that can be told before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// What an app must allow for it: clicks, or typing and dragging, too.
    pub tier: Tier,
    /// The kind of app.
    pub kind: AppKind,
    /// Other apps it touches: where a drag begins.
    pub also: Vec<String>,
    /// Why it cannot be taken back, in words: `looks like "Send"`.
    pub consequence: Option<String>,
    /// The name of the secret that is typed.
    pub secret: Option<String>,
}

impl Default for Reach {
    /// What is not known is taken to go far.
    fn default() -> Self {
        Self {
            tier: Tier::Full,
            kind: AppKind::Ordinary,
            also: Vec::new(),
            consequence: None,
            secret: None,
        }
    }
}

/// The kind of an app, where it matters for what is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AppKind {
    /// Nothing is special about it.
    #[default]
    Ordinary,
    /// Shows pages of others.
    Browser,
    /// What is typed there runs.
    Terminal,
    /// Holds secrets: never used.
    PasswordManager,
    /// Asks in the name of the system who is there: never used.
    SystemPrompt,
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
    /// The content of the action that comes right after this one in the same answer.
    pub next: Option<Value>,
    /// What the model is shown can wait: for the next action, or for [`Tool::view`].
    pub shows_later: bool,
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
    /// It went well, but not as further actions of the same answer were made for: they
    /// are not done, and the model is told this of them.
    pub upset: Option<&'static str>,
    /// The model has been shown what came of it, with a picture or in words.
    pub shown: bool,
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
            upset: None,
            shown: false,
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
            upset: None,
            shown: false,
        }
    }
}
