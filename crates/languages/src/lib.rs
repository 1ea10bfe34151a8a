//! Runs code: Python, the shell, JavaScript.
//!
//! [`Languages`] holds one child process a language, started on demand, whose
//! state (variables, working directory, imports) lasts from run to run.
//!
//! The one decision: a run ends **out of band**. A small driver inside the
//! child speaks JSON lines on a channel of its own (`docs/driver-protocol.md`),
//! while everything the child prints travels through a separate pipe as plain
//! bytes. So no output, whatever it looks like, can be mistaken for a signal,
//! and a child that dies ends its run.

mod child;
mod drivers;
mod error;
mod language;
mod languages;
mod live;
mod outlet;
mod platform;
mod run;
mod wire;
mod worker;

pub use error::LanguageError;
pub use languages::{Languages, LanguagesConfig};
pub use run::{Run, RunControl, RunEnd, RunEvent, RunStatus};
