//! What differs between the systems, behind one surface: input that was typed
//! ahead, echo, signals of the system, and how an editor is started.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(target_os = "windows")]
mod windows;

#[cfg(target_os = "linux")]
pub(crate) use linux::{
    DEFAULT_EDITORS, QuietInput, detach, editor_command, ended_by_system, flush_input, hosts,
};
#[cfg(target_os = "macos")]
pub(crate) use macos::{
    DEFAULT_EDITORS, QuietInput, detach, editor_command, ended_by_system, flush_input, hosts,
};
#[cfg(target_os = "windows")]
pub(crate) use windows::{
    DEFAULT_EDITORS, QuietInput, detach, editor_command, ended_by_system, flush_input, hosts,
};
