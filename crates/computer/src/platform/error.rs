//! What can go wrong below the gate.

/// What went wrong below the gate, by what can be done about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlatformError {
    /// There is no screen, or it cannot be reached. The user starts or names one.
    #[error("{message} {fix}")]
    NoDisplay {
        /// What was found.
        message: String,
        /// What to do.
        fix: String,
    },
    /// The system does not allow it yet. The user grants a permission.
    #[error("{message} {fix}")]
    NotPermitted {
        /// What is not allowed.
        message: String,
        /// Where to allow it.
        fix: String,
    },
    /// This screen or system cannot do it at all.
    #[error("{0}")]
    Unsupported(String),
    /// The area or window does not exist (any more). Look again.
    #[error("{0}")]
    Gone(String),
    /// Another program drives mouse and keyboard.
    #[error("{owner} drives mouse and keyboard. Stop it there first.")]
    Taken {
        /// The other program, as it named itself.
        owner: String,
    },
    /// A character or key that cannot be produced on this keyboard.
    #[error("{what} cannot be typed: {why}")]
    CannotType {
        /// The character or key.
        what: String,
        /// The reason.
        why: String,
    },
    /// The connection to the display server ended. Opening again may help.
    #[error("the connection to the screen was lost: {0}")]
    Lost(String),
    /// The system refused for a reason of its own.
    #[error("{doing} failed: {reason}")]
    Failed {
        /// What was tried.
        doing: String,
        /// What the system said.
        reason: String,
    },
    /// The caller no longer wants it.
    #[error("cancelled")]
    Cancelled,
}

/// Short for results of this module.
pub type Result<T> = std::result::Result<T, PlatformError>;
