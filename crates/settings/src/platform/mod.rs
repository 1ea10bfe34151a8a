//! Where each system keeps things, and how a file is kept private there.
//!
//! One surface: `folders`, `create_private_folder`, `sync_folder`.

use std::path::PathBuf;

/// The folders of Interpreter on this system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folders {
    pub(crate) data: PathBuf,
    pub(crate) config: PathBuf,
    pub(crate) cache: PathBuf,
    pub(crate) runtime: PathBuf,
}

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::folders;
#[cfg(target_os = "macos")]
pub(crate) use macos::folders;
#[cfg(unix)]
pub(crate) use unix::{create_private_folder, sync_folder};
#[cfg(windows)]
pub(crate) use windows::{create_private_folder, folders, sync_folder};

/// The home folder: from the given environment, else as the system knows it.
#[cfg(unix)]
fn home(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    absolute(env("HOME")).or_else(std::env::home_dir)
}

/// A variable that names an absolute path; anything else is ignored, as the
/// XDG specification wants it.
fn absolute(value: Option<String>) -> Option<PathBuf> {
    value.map(PathBuf::from).filter(|path| path.is_absolute())
}
