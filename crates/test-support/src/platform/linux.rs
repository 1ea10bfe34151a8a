//! Linux: a process group of its own, and the kernel's parent-death signal.

mod wayland;

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

pub(crate) use wayland::WaylandPerson;

use rustix::process::{Pid, Signal, kill_process_group, set_parent_process_death_signal};

/// The child leads a new process group and ends when the thread that spawned it does.
pub(crate) fn die_with_parent(command: &mut Command) {
    command.process_group(0);
    // SAFETY: the closure runs between fork and exec and makes one system call;
    // it allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(|| {
            set_parent_process_death_signal(Some(Signal::KILL)).map_err(std::io::Error::from)
        });
    }
}

/// Ends a process and the others of its group at once.
pub(crate) fn end_group(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

/// Who a program runs as that refuses to run as root.
const NOBODY: u32 = 65534;

/// A command for a program that refuses to run as root, and a folder it may write.
pub(crate) fn not_as_root(program: &str, folder: &Path) -> Command {
    if !rustix::process::getuid().is_root() {
        return Command::new(program);
    }
    std::os::unix::fs::chown(folder, Some(NOBODY), Some(NOBODY)).expect("root gives a folder away");
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        // Another user's program forgets that it is to end with its parent.
        .args(["--pdeathsig", "KILL"])
        .arg(program);
    command
}
