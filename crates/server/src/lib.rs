//! The local server: the three verbs over WebSocket, blobs and the user
//! interface over HTTP, and the same frames over a pipe.
//!
//! The central type is [`Serving`], a server that runs. The one decision: this
//! server trusts nobody for being on the same machine. Every request must name
//! our own host, must not come from a foreign web page, and must carry the
//! token wherever it could read or change anything.

mod access;
mod connection;
mod error;
mod http;
mod pipe;
mod socket;
mod ui;

pub use access::new_token;
pub use error::Error;
pub use http::{ServerConfig, Serving, serve};
pub use pipe::pipe;
pub use ui::find_ui;

/// The subprotocol of `GET /api/events`.
pub const SUBPROTOCOL: &str = "interpreter.v1";

/// Prefix of the subprotocol by which a browser hands over its token, since it
/// cannot set headers on a WebSocket.
pub const TOKEN_SUBPROTOCOL: &str = "interpreter.token.";

/// Longest frame a client may send, in bytes: a screenshot or a large paste fits.
pub const FRAME_LIMIT: usize = 64 * 1024 * 1024;
