//! What can go wrong, by what the person or the model can do about it.

use interpreter_protocol::{Effect, Error, ErrorCode, Outcome};

use crate::StoppedBy;
use crate::platform::PlatformError;

/// Why a look or an action was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ComputerError {
    /// There is no screen, or it cannot be reached or seen.
    #[error("There is no screen to look at: {detail}")]
    NoDisplay {
        /// What was tried and what the system said.
        detail: String,
        /// How to get one.
        fix: String,
    },
    /// No way to stop could be tried successfully, so nothing is driven.
    #[error("Mouse and keyboard stay untouched, because no way to stop them works: {detail}.")]
    NoStop {
        /// What was tried.
        detail: String,
    },
    /// Another program or conversation drives mouse and keyboard.
    #[error("{holder} already drives mouse and keyboard.")]
    GateTaken {
        /// Who.
        holder: String,
    },
    /// The gate is not open for this session.
    #[error("Mouse and keyboard are not released for this conversation.")]
    GateClosed,
    /// The action was stopped while it waited or ran; it may have taken effect.
    #[error("Stopped by {by}; the action may have taken effect. Every key and button was let go.")]
    Stopped {
        /// Who or what stopped it.
        by: StoppedBy,
    },
    /// The person uses mouse or keyboard; nothing is done until they give control back.
    #[error("Paused: {by}. The action was not finished.")]
    Paused {
        /// What the person did.
        by: String,
    },
    /// The monitors changed since the frame was taken.
    #[error(
        "The screen layout changed since the screenshot this action refers to; it was not done."
    )]
    LayoutChanged,
    /// Another window has taken the keyboard, unasked.
    #[error("The window {what} has taken the keyboard since the last look at the screen; {}", kept(*begun))]
    FocusMoved {
        /// The window that has it now.
        what: String,
        /// Some of the text was typed before.
        begun: bool,
    },
    /// The target belongs to Interpreter itself.
    #[error("The target is {what}, which belongs to Interpreter itself; it was not touched.")]
    OwnWindow {
        /// The window.
        what: String,
    },
    /// A prompt of the system asks who is there; only a person answers it.
    #[error(
        "The system asks something in {what}, which only a person may answer; nothing was done."
    )]
    SystemPrompt {
        /// The prompt's window.
        what: String,
    },
    /// The target is a password manager.
    #[error("The target is a password manager, which is never touched; nothing was done.")]
    PasswordManager,
    /// What is typed in that field is hidden.
    #[error("The field hides what is typed in it; nothing was typed.")]
    ProtectedField,
    /// Whoever decides what is allowed refused it.
    #[error("{message}")]
    NotAllowed {
        /// Why, in their words.
        message: String,
    },
    /// A secret that is not known, or may not be typed there.
    #[error("{message}")]
    NoSecret {
        /// Which, and why not.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// The parameters do not fit the method or action.
    #[error("{message}")]
    BadParams {
        /// What is wrong with them.
        message: String,
        /// What is allowed.
        remedy: String,
    },
    /// No method of that name.
    #[error("There is no method {name:?}.")]
    UnknownMethod {
        /// As it was asked for.
        name: String,
        /// The closest that exists.
        closest: String,
    },
    /// Nothing on the screen fits, or too much does.
    #[error("{message}")]
    NotFound {
        /// What was looked for, and what was seen.
        message: String,
        /// What to try.
        remedy: String,
    },
    /// A part that this needs is not installed.
    #[error("{message}")]
    NotInstalled {
        /// What is missing.
        message: String,
        /// How to get it.
        fix: String,
    },
    /// The system refused or failed.
    #[error("{message}")]
    Failed {
        /// What was tried and what the system said.
        message: String,
    },
}

/// What became of keys when the keyboard went elsewhere.
fn kept(begun: bool) -> &'static str {
    if begun {
        "the text was typed in part, and its last characters may have gone there."
    } else {
        "nothing was typed."
    }
}

impl ComputerError {
    /// Parameters that do not fit.
    pub(crate) fn bad(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::BadParams {
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// The system failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
        }
    }

    /// The same with its texts changed.
    #[must_use]
    pub(crate) fn map_texts(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::OwnWindow { what } => Self::OwnWindow { what: change(what) },
            Self::FocusMoved { what, begun } => Self::FocusMoved {
                what: change(what),
                begun,
            },
            Self::SystemPrompt { what } => Self::SystemPrompt { what: change(what) },
            Self::BadParams { message, remedy } => Self::BadParams {
                message: change(message),
                remedy: change(remedy),
            },
            Self::NotFound { message, remedy } => Self::NotFound {
                message: change(message),
                remedy: change(remedy),
            },
            Self::Failed { message } => Self::Failed {
                message: change(message),
            },
            other => other,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::NoDisplay { fix, .. } | Self::NotInstalled { fix, .. } => fix.clone(),
            Self::NoStop { .. } => {
                "Run `interpreter doctor` to see what is missing, then try again.".into()
            }
            Self::GateTaken { .. } => "Stop it there, then try again.".into(),
            Self::GateClosed => "Turn on OS mode, then try again.".into(),
            Self::Stopped { .. } => "Turn OS mode on again to go on.".into(),
            Self::Paused { .. } => "Press Resume to give control back.".into(),
            Self::LayoutChanged => "Take a new screenshot, and act on that.".into(),
            Self::FocusMoved { .. } => {
                "Take a new screenshot, click where the text belongs, and go on from there.".into()
            }
            Self::OwnWindow { .. } => "Choose a target in another program.".into(),
            Self::SystemPrompt { .. } => "Ask the person to answer it, then look again.".into(),
            Self::NotAllowed { .. } => "Ask the person to allow it.".into(),
            Self::PasswordManager => "Ask the person to do this part.".into(),
            Self::ProtectedField => {
                "Use keyboard.write_secret with the name of a saved secret, or \
                                     ask the person to type it."
                    .into()
            }
            Self::BadParams { remedy, .. }
            | Self::NotFound { remedy, .. }
            | Self::NoSecret { remedy, .. } => remedy.clone(),
            Self::UnknownMethod { closest, .. } => format!("Did you mean {closest}?"),
            Self::Failed { .. } => "Take a screenshot to see the present state.".into(),
        }
    }

    /// The code a front switches on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NoDisplay { .. } => ErrorCode::NoDisplay,
            Self::NoStop { .. } => ErrorCode::NoStop,
            Self::GateTaken { .. } => ErrorCode::GateTaken,
            Self::GateClosed | Self::Stopped { .. } | Self::Paused { .. } => ErrorCode::NotNow,
            Self::BadParams { .. } | Self::UnknownMethod { .. } => ErrorCode::BadInput,
            Self::NotInstalled { .. } => ErrorCode::NotInstalled,
            Self::LayoutChanged
            | Self::FocusMoved { .. }
            | Self::OwnWindow { .. }
            | Self::SystemPrompt { .. }
            | Self::PasswordManager
            | Self::ProtectedField
            | Self::NotAllowed { .. }
            | Self::NoSecret { .. }
            | Self::NotFound { .. }
            | Self::Failed { .. } => ErrorCode::ToolFailed,
        }
    }

    /// The same as the effect of an action that was refused or broken off.
    pub fn effect(&self) -> Effect {
        let outcome = match self {
            Self::Stopped { .. } | Self::Failed { .. } | Self::FocusMoved { begun: true, .. } => {
                Outcome::Uncertain
            }
            _ => Outcome::Refused,
        };
        Effect {
            outcome,
            detail: format!("{self} {}", self.remedy()),
        }
    }

    /// The form every front sees.
    pub fn to_protocol(&self) -> Error {
        Error::new(self.code(), self.to_string()).remedy(self.remedy())
    }
}

impl From<ComputerError> for Error {
    fn from(error: ComputerError) -> Self {
        error.to_protocol()
    }
}

impl From<interpreter_perception::EyesError> for ComputerError {
    fn from(error: interpreter_perception::EyesError) -> Self {
        use interpreter_perception::EyesError;
        match error {
            EyesError::NotInstalled { detail, fix } => Self::NotInstalled {
                message: format!("Text finding is not installed: {detail}."),
                fix,
            },
            other => Self::failed(other.to_string()),
        }
    }
}

impl From<PlatformError> for ComputerError {
    fn from(error: PlatformError) -> Self {
        match error {
            PlatformError::NoDisplay { message, fix } => Self::NoDisplay {
                detail: message,
                fix,
            },
            PlatformError::NotPermitted { message, fix } => Self::NotInstalled { message, fix },
            PlatformError::Taken { owner } => Self::GateTaken { holder: owner },
            PlatformError::Lost(detail) => Self::NoDisplay {
                detail: format!("the connection was lost: {detail}"),
                fix: "Try again; it is opened afresh.".into(),
            },
            other => Self::failed(other.to_string()),
        }
    }
}
