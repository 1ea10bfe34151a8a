//! What the command tells the shell when it ends.

use std::process::ExitCode;

use interpreter_protocol::{Error, ErrorCode};

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Done,
    /// It failed; a message on standard error says what to do.
    Failed,
    /// The command line was not understood.
    Usage,
    /// Approval was needed and nobody could give it.
    ApprovalNeeded,
    /// The person stopped it.
    Interrupted,
    /// The system ended it, by this signal.
    Signal(u8),
}

impl Exit {
    /// The status as the shell sees it.
    pub(crate) fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::ApprovalNeeded => 3,
            Self::Interrupted => 130,
            Self::Signal(signal) => 128u8.saturating_add(signal),
        }
    }

    /// For `main`.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self.status())
    }

    /// How the command ends over an error that ended everything.
    pub(crate) fn of(error: &Error) -> Self {
        match error.code {
            ErrorCode::ApprovalNeeded => Self::ApprovalNeeded,
            _ => Self::Failed,
        }
    }
}
