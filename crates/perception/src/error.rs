//! What can go wrong while looking.

/// Why an image could not be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EyesError {
    /// The worker program is missing, or a library or data file it needs.
    #[error("Reading text on the screen is not installed: {detail}. {fix}")]
    NotInstalled {
        /// What is missing.
        detail: String,
        /// What the person can do.
        fix: String,
    },
    /// The worker ended or broke its protocol, twice in a row.
    #[error(
        "The program that reads the screen failed: {detail}. It is started afresh at the next look; try again."
    )]
    Failed {
        /// What was seen of the failure.
        detail: String,
    },
    /// The worker did not answer in time and was ended.
    #[error(
        "Reading the screen took longer than {seconds} seconds and was ended. Try a smaller part of the screen."
    )]
    TooSlow {
        /// The limit that was passed, in seconds.
        seconds: u64,
    },
    /// The image is empty or its buffer has the wrong length.
    #[error("This image cannot be read: {detail}.")]
    BadImage {
        /// What is wrong with it.
        detail: String,
    },
}
