use std::path::{Path, PathBuf};

use interpreter_protocol::ErrorCode;

/// What can go wrong, by what the person can do about it. None of it is fatal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file cannot be understood; it was skipped.
    #[error("{}{}: {reason}. {kept}", path.display(), Place(*line, *column))]
    Broken {
        /// The file.
        path: PathBuf,
        /// From 1; 0 where it is not known.
        line: u64,
        /// From 1; 0 where it is not known.
        column: u64,
        /// What is wrong.
        reason: String,
        /// What holds instead, as a sentence.
        kept: String,
        /// What to do.
        remedy: String,
    },
    /// A value is not allowed for its key.
    #[error("`{key}` cannot be {given}{}: {allowed}.", In(place))]
    BadSetting {
        /// The key.
        key: String,
        /// What was given, as JSON.
        given: String,
        /// What is allowed, in words.
        allowed: String,
        /// The file or variable; empty where it came from a front.
        place: String,
    },
    /// There is no such key.
    #[error("There is no setting `{key}`{}", Nearest(nearest))]
    UnknownSetting {
        /// What was given.
        key: String,
        /// A key that is much like it.
        nearest: Option<String>,
    },
    /// The chosen profile cannot be had.
    #[error("The profile `{name}` {reason}. The other settings hold.")]
    NoProfile {
        /// Its name.
        name: String,
        /// Why, as the end of a sentence.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// A profile was to be written with a secret in it.
    #[error("A secret stands in the profile{}. Nothing was saved.", Under(key))]
    SecretInProfile {
        /// Under which key; empty where it stands under none.
        key: String,
    },
    /// Nothing is left of a name once what no file may be called is taken away.
    #[error("`{name}` is no name for a profile. Nothing was saved.")]
    BadName {
        /// What was given.
        name: String,
    },
    /// No secret can be kept under this name, or it is none.
    #[error("{reason} Nothing was saved.")]
    BadSecret {
        /// The name.
        name: String,
        /// Why, as a sentence.
        reason: String,
    },
    /// A secret for typing cannot be kept like this.
    #[error("The secret `{name}` was not saved. {reason}")]
    BadTypingSecret {
        /// Its name.
        name: String,
        /// Why, as a sentence.
        reason: String,
    },
    /// The disk is full, or the folder cannot be written.
    #[error("{} could not be saved: {reason}. {kept}", path.display())]
    CannotSave {
        /// What was to be written.
        path: PathBuf,
        /// The system's reason.
        reason: String,
        /// What holds now, as a sentence.
        kept: String,
    },
    /// Settings of a conversation were to be saved for all.
    #[error("What a conversation sets is kept with the conversation.")]
    OfConversation,
    /// The system names no home folder.
    #[error("No folder for settings and conversations could be found.")]
    NoHome,
}

impl Error {
    pub(crate) fn save(path: &Path, reason: &dyn std::fmt::Display, kept: &str) -> Self {
        Self::CannotSave {
            path: path.to_owned(),
            reason: reason.to_string(),
            kept: kept.to_owned(),
        }
    }
}

struct Place(u64, u64);

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self(0, _) => Ok(()),
            Self(line, 0) => write!(f, ", line {line}"),
            Self(line, column) => write!(f, ", line {line}, column {column}"),
        }
    }
}

struct In<'a>(&'a str);

impl std::fmt::Display for In<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " (in {})", self.0)
        }
    }
}

struct Under<'a>(&'a str);

impl std::fmt::Display for Under<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            "" => Ok(()),
            key => write!(f, ", under `{key}`"),
        }
    }
}

struct Nearest<'a>(&'a Option<String>);

impl std::fmt::Display for Nearest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(key) => write!(f, ". Did you mean `{key}`?"),
            None => f.write_str("."),
        }
    }
}

impl From<Error> for interpreter_protocol::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let new = |code| Self::new(code, message);
        match error {
            Error::Broken {
                path,
                line,
                column,
                remedy,
                ..
            } => new(ErrorCode::SettingsBroken)
                .remedy(remedy)
                .param("path", path.display().to_string())
                .param("line", line)
                .param("column", column),
            Error::BadSetting {
                key,
                allowed,
                place,
                ..
            } => new(ErrorCode::BadSetting)
                .remedy("The value was not taken; choose an allowed one.")
                .param("key", key)
                .param("allowed", allowed)
                .param("place", place),
            Error::UnknownSetting { key, .. } => new(ErrorCode::BadSetting)
                .remedy("Ask for the settings to see every key.")
                .param("key", key),
            Error::NoProfile { name, remedy, .. } => new(ErrorCode::SettingsBroken)
                .remedy(remedy)
                .param("profile", name),
            Error::SecretInProfile { key } => new(ErrorCode::BadSetting)
                .remedy("Take it out, and save it under models and keys: there it lies in the keychain.")
                .param("key", key)
                .param("reason", "secret"),
            Error::BadName { name } => new(ErrorCode::BadInput)
                .remedy("Give it a name with letters or digits.")
                .param("profile", name),
            Error::BadSecret { name, .. } => new(ErrorCode::BadInput)
                .remedy("Choose the provider, and paste the key once more.")
                .param("name", name),
            Error::BadTypingSecret { name, .. } => new(ErrorCode::BadInput)
                .remedy("Correct it, and save it once more.")
                .param("name", name),
            Error::CannotSave { path, reason, .. } => new(ErrorCode::CannotSave)
                .remedy("Free some space or make the folder writable, then try again.")
                .param("path", path.display().to_string())
                .param("reason", reason),
            Error::OfConversation => new(ErrorCode::Internal),
            Error::NoHome => {
                new(ErrorCode::CannotSave).remedy("Set INTERPRETER_HOME to a folder of yours.")
            }
        }
    }
}
