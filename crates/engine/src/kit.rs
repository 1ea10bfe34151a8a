//! What one conversation holds: its languages, its place at the screen, its frame.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use interpreter_computer::{Computer, Look, SessionKey, Shot};
use interpreter_languages::{Languages, LanguagesConfig};
use interpreter_llm::{ComputerTool, ModelInfo};
use interpreter_protocol::{ConversationId, Frame};
use interpreter_store::Store;

use crate::computer_socket::ComputerSocket;
use crate::steps::Steps;
use crate::tools::KnownLaw;

/// Shared by the tools of a conversation.
pub(crate) struct Kit {
    pub conversation: ConversationId,
    pub languages: Languages,
    pub computer: Computer,
    pub store: Store,
    /// Serves the Computer API to this conversation's runs, for as long as the kit lives.
    _socket: Option<ComputerSocket>,
    frame: Mutex<Option<Frame>>,
    /// The last picture of the screen that the model has.
    shown: Mutex<Option<Shown>>,
    max_output: usize,
    /// Screenshots are written to the disk.
    keeps_screenshots: AtomicBool,
    /// What the model was told of secrets.
    secrets: OnceLock<Option<String>>,
    /// Only the window in front is looked at.
    window: AtomicBool,
    /// The rules, as they were when the policy last decided.
    law: Mutex<Option<KnownLaw>>,
    /// What the action under way was allowed.
    allowed: Mutex<Option<AllowedIn>>,
    /// Keeps what is done on the screen.
    pub steps: Steps,
}

/// A picture that stands in the history of the conversation.
struct Shown {
    hash: String,
    frame: Frame,
    /// Looks since then that found it unchanged.
    again: u32,
}

/// What an action was allowed.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedIn {
    /// The apps it may go to.
    pub apps: Vec<String>,
    /// The secret it may type there.
    pub secret: Option<String>,
}

/// Ends what was allowed with the action.
pub(crate) struct Allowed<'a>(&'a Kit);

impl Drop for Allowed<'_> {
    fn drop(&mut self) {
        *self
            .0
            .allowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What a kit is made from.
pub(crate) struct KitParts {
    pub conversation: ConversationId,
    pub computer: Computer,
    pub store: Store,
    pub folder: PathBuf,
    pub state_dir: PathBuf,
    pub python: Option<PathBuf>,
    pub timeout: Option<Duration>,
    pub max_output: usize,
    pub socket: Option<ComputerSocket>,
}

impl Kit {
    pub fn new(parts: KitParts) -> Arc<Self> {
        let env = parts
            .socket
            .as_ref()
            .map(ComputerSocket::env)
            .unwrap_or_default();
        let languages = Languages::new(LanguagesConfig {
            folder: parts.folder,
            env,
            python: parts.python,
            timeout: parts.timeout,
            state_dir: parts.state_dir,
        });
        Arc::new(Self {
            conversation: parts.conversation,
            languages,
            computer: parts.computer,
            store: parts.store,
            _socket: parts.socket,
            frame: Mutex::new(None),
            shown: Mutex::new(None),
            max_output: parts.max_output,
            keeps_screenshots: AtomicBool::new(true),
            secrets: OnceLock::new(),
            window: AtomicBool::new(false),
            law: Mutex::new(None),
            allowed: Mutex::new(None),
            steps: Steps::default(),
        })
    }

    /// Whether screenshots are written to the disk.
    pub fn keeps_screenshots(&self) -> bool {
        self.keeps_screenshots.load(Ordering::Relaxed)
    }

    /// Says so, for what is seen from now on.
    pub fn keep_screenshots(&self, keep: bool) {
        self.keeps_screenshots.store(keep, Ordering::Relaxed);
    }

    /// What the model is told of secrets, as it was when it was first asked for.
    pub fn told_secrets(&self, told: impl FnOnce() -> Option<String>) -> Option<String> {
        self.secrets.get_or_init(told).clone()
    }

    /// What is looked at.
    pub fn look(&self) -> Look {
        match self.looks_at_window() {
            true => Look::ActiveWindow,
            false => Look::Primary,
        }
    }

    /// Only the window in front is looked at.
    pub fn looks_at_window(&self) -> bool {
        self.window.load(Ordering::Relaxed)
    }

    /// Says so, for what is seen from now on.
    pub fn look_at_window(&self, only: bool) {
        self.window.store(only, Ordering::Relaxed);
    }

    /// The rules, as they were when the policy last decided.
    pub fn known_law(&self) -> Option<KnownLaw> {
        self.law
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Remembers the rules.
    pub fn set_law(&self, law: KnownLaw) {
        *self.law.lock().unwrap_or_else(PoisonError::into_inner) = Some(law);
    }

    /// The apps that the action under way was allowed in; none while code runs.
    pub fn allowed_apps(&self) -> Option<Vec<String>> {
        let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        allowed.as_ref().map(|allowed| allowed.apps.clone())
    }

    /// Whether the action under way was allowed to type this secret in this app.
    pub fn may_type(&self, secret: &str, app: &str) -> bool {
        let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        allowed.as_ref().is_some_and(|allowed| {
            allowed.secret.as_deref() == Some(secret) && allowed.apps.iter().any(|one| one == app)
        })
    }

    /// Says which they are, until what is given back is dropped.
    pub fn allow(&self, what: AllowedIn) -> Allowed<'_> {
        *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
        Allowed(self)
    }

    /// Who this conversation is to the gate.
    pub fn key(&self) -> SessionKey {
        SessionKey::from(self.conversation.as_str())
    }

    /// Characters of output the model is told.
    pub fn max_output(&self) -> usize {
        self.max_output
    }

    /// The last whole frame the model was sent.
    pub fn frame(&self) -> Option<Frame> {
        self.frame
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The model has this picture of the screen now.
    pub fn has_shown(&self, shot: &Shot) {
        *self.shown() = Some(Shown {
            hash: shot.hash.clone(),
            frame: shot.frame.clone(),
            again: 0,
        });
    }

    /// Whether the last picture the model has is this one, and is still before it.
    pub fn shows_already(&self, shot: &Shot, model: &ModelInfo) -> bool {
        // In some formats a result is a picture and nothing else.
        if matches!(
            model.computer,
            ComputerTool::Openai | ComputerTool::OpenaiPreview
        ) {
            return false;
        }
        let mut shown = self.shown();
        let Some(shown) = shown.as_mut() else {
            return false;
        };
        shown.again += 1;
        // Where the service clears old results it counts all of them, not pictures.
        let kept = !model.append_only || shown.again < model.images.keep;
        kept && shown.hash == shot.hash && shown.frame == shot.frame
    }

    /// The picture may not be before the model any more: something else was shown, or
    /// the turn is over, after which the history may be cut.
    pub fn forget_shown(&self) {
        *self.shown() = None;
    }

    fn shown(&self) -> MutexGuard<'_, Option<Shown>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the frame that was sent.
    pub fn set_frame(&self, frame: Frame) {
        *self.frame.lock().unwrap_or_else(PoisonError::into_inner) = Some(frame);
    }
}
