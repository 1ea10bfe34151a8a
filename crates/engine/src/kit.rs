//! What one conversation holds: its languages, its place at the screen, its frame.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use interpreter_computer::{Computer, SessionKey};
use interpreter_languages::{Languages, LanguagesConfig};
use interpreter_protocol::{ConversationId, Frame};
use interpreter_store::Store;

use crate::computer_socket::ComputerSocket;
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
    max_output: usize,
    /// Screenshots are written to the disk.
    keeps_screenshots: AtomicBool,
    /// The rules, as they were when the policy last decided.
    law: Mutex<Option<KnownLaw>>,
    /// The apps that the action under way was allowed in.
    allowed: Mutex<Option<Vec<String>>>,
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
            max_output: parts.max_output,
            keeps_screenshots: AtomicBool::new(true),
            law: Mutex::new(None),
            allowed: Mutex::new(None),
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
        self.allowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says which they are, until what is given back is dropped.
    pub fn allow_in(&self, apps: Vec<String>) -> Allowed<'_> {
        *self.allowed.lock().unwrap_or_else(PoisonError::into_inner) = Some(apps);
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

    /// Remembers the frame that was sent.
    pub fn set_frame(&self, frame: Frame) {
        *self.frame.lock().unwrap_or_else(PoisonError::into_inner) = Some(frame);
    }
}
