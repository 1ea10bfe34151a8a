//! What can go wrong with a model, by remedy.

use std::time::Duration;

use thiserror::Error;

/// A failure of a model call. Variants are what the caller can do about it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// No key is known, or none was accepted.
    #[error("{message}")]
    Auth {
        /// What the server said.
        message: String,
        /// No key was sent at all.
        missing: bool,
        /// The end of the key that was sent.
        key_end: Option<String>,
    },
    /// Region or permission.
    #[error("{message}")]
    Forbidden {
        /// What the server said.
        message: String,
        /// The end of the key that was sent.
        key_end: Option<String>,
    },
    /// The account has no credit; never retried.
    #[error("{message}")]
    Billing {
        /// What the server said.
        message: String,
    },
    /// No such model (or the server has no such route).
    #[error("{message}")]
    NotFound {
        /// What the server said.
        message: String,
    },
    /// The conversation does not fit.
    #[error("{message}")]
    ContextOverflow {
        /// What the server said.
        message: String,
        /// The model's window in tokens, where the server told it.
        context: Option<u64>,
        /// What it was sent, in tokens, where the server told it.
        tokens: Option<u64>,
    },
    /// The request's body is too large.
    #[error("{message}")]
    TooLarge {
        /// What the server said.
        message: String,
    },
    /// A parameter the server does not take; the adapter drops it and tries once more.
    #[error("{message}")]
    UnsupportedParameter {
        /// What the server said.
        message: String,
        /// The parameter.
        param: Option<String>,
    },
    /// A tool version the model does not take; the adapter falls back along the table.
    #[error("{message}")]
    UnsupportedTool {
        /// What the server said.
        message: String,
    },
    /// Too many requests.
    #[error("{message}")]
    RateLimit {
        /// What the server said.
        message: String,
        /// How long it asked to wait.
        wait: Option<Duration>,
    },
    /// The server is overloaded.
    #[error("{message}")]
    Overloaded {
        /// What the server said.
        message: String,
        /// How long it asked to wait.
        wait: Option<Duration>,
    },
    /// A local server is still loading the model.
    #[error("{message}")]
    Loading {
        /// What the server said.
        message: String,
    },
    /// The server failed.
    #[error("{message}")]
    Server {
        /// What the server said.
        message: String,
    },
    /// No connection: name, refused, TLS, proxy, silence.
    #[error("{message}")]
    Network {
        /// What failed, without the key.
        message: String,
        /// Which server, as `host:port`.
        host: Option<String>,
        /// What did not work on the way to it.
        part: Part,
    },
    /// The server does not understand the request.
    #[error("{message}")]
    BadRequest {
        /// What the server said.
        message: String,
    },
    /// A vendor's safety stop; never retried.
    #[error("{message}")]
    Safety {
        /// What the vendor said.
        message: String,
    },
    /// The stream ended before the answer was complete. What came is kept.
    #[error("The reply ended before it was complete.")]
    CutOff,
    /// HTTP 200, and nothing in it.
    #[error("The reply was empty.")]
    Empty,
    /// What came is not what the format says.
    #[error("{message}")]
    Malformed {
        /// What was wrong.
        message: String,
    },
}

/// What did not work on the way to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// The host's name is not known.
    Name,
    /// Nothing listens there, or the way is blocked.
    Connection,
    /// No safe connection: the certificate, or no TLS at all.
    Certificate,
    /// The proxy.
    Proxy,
    /// It was connected, and no answer came.
    #[default]
    Answer,
}

impl Part {
    /// As it stands in an error's params.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Connection => "connection",
            Self::Certificate => "certificate",
            Self::Proxy => "proxy",
            Self::Answer => "answer",
        }
    }
}
