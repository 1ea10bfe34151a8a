//! Folders, settings in layers with their origins, profiles, grants and secrets.
//!
//! The central type is [`Settings`]: every layer of the order, resolved into
//! typed [`Values`] on demand, each value knowing where it came from.
//!
//! The one decision: nothing here is fatal. A file that cannot be understood is
//! named with its line, skipped, and never overwritten; the app opens with what
//! is left.

mod builtin;
mod error;
mod file;
mod grants;
mod keychain;
mod keys;
mod leak;
mod names;
mod paths;
mod platform;
mod profile;
mod profiles;
mod saved;
mod secrets;
mod settings;
mod typing;
mod values;
mod yaml;

pub use error::Error;
pub use paths::Paths;
pub use secrets::{Kept, Secret, Secrets};
pub use settings::Settings;
pub use typing::Typing;
pub use values::{SafeMode, Updates, Values};
