//! What can go wrong when the server starts or a pipe breaks.

use std::io;

use interpreter_protocol::ErrorCode;

/// Why the server cannot start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another program listens there.
    #[error("Port {port} on {host} is in use by another program.")]
    PortInUse {
        /// The address asked for.
        host: String,
        /// The port asked for.
        port: u16,
    },
    /// The address is not one of this computer's, or is not an address.
    #[error("Cannot listen on {host}:{port}: {cause}.")]
    BadAddress {
        /// The address asked for.
        host: String,
        /// The port asked for.
        port: u16,
        /// The system's words.
        cause: io::Error,
    },
    /// No random numbers, so no token can be made.
    #[error("The system gives no random numbers, so no access token can be made: {0}.")]
    NoRandom(String),
    /// A pipe or socket broke.
    #[error("The connection broke: {0}.")]
    Broken(#[from] io::Error),
}

impl From<Error> for interpreter_protocol::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        let remedy = match &error {
            Error::PortInUse { .. } => {
                "Stop that program, or choose another port with INTERPRETER_PORT (0 takes a free one)."
            }
            Error::BadAddress { .. } => {
                "Set INTERPRETER_HOST to an address of this computer, such as 127.0.0.1, and \
                 INTERPRETER_PORT to a number from 1024 to 65535."
            }
            Error::NoRandom(_) => "Set INTERPRETER_API_KEY to a long random text of your own.",
            Error::Broken(_) => "Start it again.",
        };
        let code = match &error {
            Error::PortInUse { .. } | Error::Broken(_) => ErrorCode::NotNow,
            Error::BadAddress { .. } => ErrorCode::BadInput,
            Error::NoRandom(_) => ErrorCode::Internal,
        };
        Self::new(code, message).remedy(remedy)
    }
}
