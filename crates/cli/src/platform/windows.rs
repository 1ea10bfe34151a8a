//! Windows.

use std::path::Path;
use std::process::Command;

/// Editors to try where neither `VISUAL` nor `EDITOR` is set.
pub(crate) const DEFAULT_EDITORS: &[&str] = &["notepad.exe"];

/// Throws away what was typed and not yet read. The console's queue is emptied
/// by reading it, which the caller does next.
pub(crate) fn flush_input() {}

/// The console shows no keys that nobody reads, so there is nothing to do.
pub(crate) struct QuietInput;

impl QuietInput {
    /// Begins.
    pub(crate) fn begin() -> Self {
        Self
    }
}

/// Waits until the system wants us to end: number of the signal of the same
/// meaning elsewhere.
pub(crate) async fn ended_by_system() -> u8 {
    let (Ok(mut close), Ok(mut shutdown)) = (
        tokio::signal::windows::ctrl_close(),
        tokio::signal::windows::ctrl_shutdown(),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = close.recv() => 1,
        _ = shutdown.recv() => 15,
    }
}

/// Starts an editor. Words of its name after the first are arguments.
pub(crate) fn editor_command(editor: &str, file: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("notepad.exe"));
    command.args(words).arg(file);
    command
}

/// Programs whose windows show us. Which program the terminal is cannot be told
/// here without asking the system for every process.
pub(crate) fn hosts() -> Vec<u32> {
    vec![std::process::id()]
}

/// Lets a program live on when this one's terminal is closed.
pub(crate) fn detach(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const DETACHED_PROCESS: u32 = 8;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
}
