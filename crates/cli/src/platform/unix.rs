//! What Linux and macOS share.

use std::path::Path;
use std::process::Command;

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios};
use tokio::signal::unix::{SignalKind, signal};

/// Throws away what was typed and not yet read.
pub(crate) fn flush_input() {
    // Fails only where the input is no terminal, and then nobody typed.
    let _ = rustix::termios::tcflush(std::io::stdin(), QueueSelector::IFlush);
}

/// While it lives, keys are neither shown nor cooked into lines, but Ctrl-C
/// still interrupts. What is typed meanwhile waits for whoever reads next.
pub(crate) struct QuietInput {
    before: Option<Termios>,
}

impl QuietInput {
    /// Begins; does nothing where the input is no terminal.
    pub(crate) fn begin() -> Self {
        let before = rustix::termios::tcgetattr(std::io::stdin()).ok();
        if let Some(before) = &before {
            let mut quiet = before.clone();
            quiet
                .local_modes
                .remove(LocalModes::ECHO | LocalModes::ICANON);
            quiet.local_modes.insert(LocalModes::ISIG);
            set(&quiet);
        }
        Self { before }
    }
}

impl Drop for QuietInput {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            set(before);
        }
    }
}

fn set(modes: &Termios) {
    let _ = rustix::termios::tcsetattr(std::io::stdin(), OptionalActions::Now, modes);
}

/// Waits until the system wants us to end: number of the signal.
pub(crate) async fn ended_by_system() -> u8 {
    let (Ok(mut terminate), Ok(mut hang_up)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::hangup()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => 15,
        _ = hang_up.recv() => 1,
    }
}

/// Starts an editor, whose name may carry arguments, as a shell would.
pub(crate) fn editor_command(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg(editor)
        .arg(file);
    command
}

/// Lets a program live on when this one's terminal is closed.
pub(crate) fn detach(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}
