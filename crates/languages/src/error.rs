//! Why code could not be started.

/// Why code could not be started, by what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LanguageError {
    /// The language is known, but the program that runs it is not on this machine.
    #[error("{language} is not installed, so the code was not run. {fix}")]
    NotInstalled {
        /// Its name.
        language: String,
        /// What to do.
        fix: String,
    },
    /// There is no such language.
    #[error("There is no language \"{language}\", so the code was not run. Languages: {known}.")]
    Unknown {
        /// The name that was asked for.
        language: String,
        /// The names that exist, separated by commas.
        known: String,
    },
    /// The program is there but could not be started.
    #[error("{language} could not be started, so the code was not run: {reason}")]
    StartFailed {
        /// Its name.
        language: String,
        /// What went wrong, and what to do.
        reason: String,
    },
}
