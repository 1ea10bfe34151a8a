//! Perception: pixels in, words and their places out.
//!
//! The central type is [`Eyes`], a client of the worker program
//! `interpreter-eyes`. The one decision: text recognition runs in a process of
//! its own, so that a crash or a hang of a C library inside it costs one look
//! and never the app, and so that nothing else links that library.

mod error;
mod eyes;
mod find;
mod locate;
mod pixels;
mod platform;
pub mod regions;
pub mod wire;
mod words;
mod worker;

pub use error::EyesError;
pub use eyes::Eyes;
pub use find::find_in;
pub use pixels::Pixels;
pub use words::{TextHit, Word};
