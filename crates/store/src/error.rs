use std::path::{Path, PathBuf};

use interpreter_protocol::{ConversationId, ErrorCode};

/// What can go wrong, by what the person can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The disk is full, or the folder cannot be written.
    #[error("{} could not be saved: {reason}. {kept}", path.display())]
    CannotSave {
        /// What was to be written.
        path: PathBuf,
        /// The system's reason.
        reason: String,
        /// What is safe, as a sentence.
        kept: String,
    },
    /// A file is there but cannot be read.
    #[error("{} could not be read: {reason}. It was left as it is.", path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another program (or another part of this one) writes the conversation.
    #[error("The conversation `{conversation}` is being written by {holder}. It can be read here.")]
    Locked {
        /// The conversation.
        conversation: ConversationId,
        /// Program and process id, in words.
        holder: String,
    },
    /// A newer version wrote the conversation.
    #[error(
        "The conversation `{conversation}` was written by a newer version of Interpreter \
         (format {format}). It can be read here, but not continued."
    )]
    NewerFormat {
        /// The conversation.
        conversation: ConversationId,
        /// Its format.
        format: u64,
    },
    /// A file is no conversation.
    #[error("{name} was not imported: {reason}. Nothing was changed.")]
    CannotImport {
        /// The file's name.
        name: String,
        /// Why.
        reason: String,
    },
    /// No such conversation.
    #[error("There is no conversation `{0}`.")]
    UnknownConversation(ConversationId),
    /// No such blob or output.
    #[error("There is nothing stored under `{0}`.")]
    UnknownItem(String),
}

impl Error {
    pub(crate) fn save(path: &Path, reason: &dyn std::fmt::Display, kept: &str) -> Self {
        Self::CannotSave {
            path: path.to_owned(),
            reason: reason.to_string(),
            kept: kept.to_owned(),
        }
    }

    pub(crate) fn read(path: &Path, reason: &dyn std::fmt::Display) -> Self {
        Self::CannotRead {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}

impl From<Error> for interpreter_protocol::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let new = |code| Self::new(code, message);
        match error {
            Error::CannotSave { path, reason, .. } => new(ErrorCode::CannotSave)
                .remedy("Free some space or make the folder writable, then try again.")
                .param("path", path.display().to_string())
                .param("reason", reason),
            Error::CannotRead { path, reason } => new(ErrorCode::UnknownItem)
                .remedy("Check that the file belongs to you and is not damaged.")
                .param("path", path.display().to_string())
                .param("reason", reason),
            Error::CannotImport { name, reason } => new(ErrorCode::BadInput)
                .remedy("Choose a file that was exported as JSON, or a conversation of Open Interpreter.")
                .param("name", name)
                .param("reason", reason),
            Error::Locked {
                conversation,
                holder,
            } => new(ErrorCode::Locked)
                .remedy("Close it there, or begin a new conversation here.")
                .param("conversation", conversation.0)
                .param("holder", holder),
            Error::NewerFormat {
                conversation,
                format,
            } => new(ErrorCode::NewerFormat)
                .remedy("Update Interpreter to go on with it.")
                .param("conversation", conversation.0)
                .param("format", format),
            Error::UnknownConversation(id) => {
                new(ErrorCode::UnknownConversation).param("conversation", id.0)
            }
            Error::UnknownItem(name) => new(ErrorCode::UnknownItem).param("name", name),
        }
    }
}
