//! What tests stand on: a scripted model, a desktop of their own, windows that
//! log what they receive, and short tables of transcripts.
//!
//! The central type is [`model_server::ModelServer`]. The one decision: only
//! the model is faked, and it is faked on the far side of real HTTP. Everything
//! else (X server, window manager, message bus, windows) is the real thing,
//! started for one test and ended with it. A missing tool fails a test with a
//! message; nothing is skipped.

// A test's helper fails the test by panicking, with what it expected and got.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod desktop;
pub mod fixtures;
pub mod model_server;
mod platform;
pub mod transcript;

pub use desktop::Desktop;
pub use desktop::sway::Sway;
pub use fixtures::Fixture;
pub use model_server::{Gate, ModelServer, Reply, Script, SeenRequest};
