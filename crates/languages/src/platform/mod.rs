//! Starting, ending and listening to children: one surface, one file a system.
//!
//! Each file provides `spawn(Plan) -> io::Result<Child>` with the types `Channel`
//! (tokio read and write), [`Exit`], `Output` (`read`, `drain`), `Terminal`
//! (`read`, `write`, `waiting`) and `Process` (`interrupt`, `kill`, `wait`), and
//! `create_private_dir`, `PYTHONS`, `shell`.

use std::ffi::OsString;
use std::path::PathBuf;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

#[cfg(unix)]
pub(crate) use unix::{
    Channel, Output, PYTHONS, Process, Terminal, create_private_dir, is_program, shell, spawn,
};
#[cfg(windows)]
pub(crate) use windows::{
    Channel, Output, PYTHONS, Process, Terminal, create_private_dir, is_program, shell, spawn,
};

/// A process, and what runs in it: its number and its command line.
pub(crate) type Program = (u32, Vec<u8>);

/// What to start, and how.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) folder: PathBuf,
}

/// A child that was started, with all ways to it.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) channel: Channel,
    pub(crate) output: Output,
    pub(crate) terminal: Terminal,
    pub(crate) process: Process,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exit {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
}
