//! What only Linux has: death with the parent, and a look at who reads.

use std::io;
use std::os::fd::{BorrowedFd, RawFd};

/// In the child: ends it when the parent ends, however that happens.
pub(super) fn die_with_parent(parent: u32) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    // The parent may have ended before the line above.
    let now = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get() as u32);
    if now == Some(parent) || now.is_none() {
        Ok(())
    } else {
        Err(io::Error::other("the parent ended"))
    }
}

/// A larger pipe: fewer switches between the one who prints and us.
pub(super) fn widen(pipe: &io::PipeReader) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, 1 << 18);
}

/// Whether a process below `leader` (or itself) is blocked reading the terminal.
/// Seen from the system call each is in.
pub(super) fn reads_terminal(leader: u32, master: BorrowedFd<'_>, _secret: bool) -> bool {
    let Ok(name) = rustix::pty::ptsname(master, Vec::new()) else {
        return false;
    };
    let Ok(name) = name.into_string() else {
        return false;
    };
    family(leader).into_iter().any(|pid| reads(pid, &name))
}

/// A process and those below it, as far as a few hundred.
pub(super) fn family(leader: u32) -> Vec<u32> {
    let mut family = vec![leader];
    let mut next = 0;
    while next < family.len() && family.len() < 256 {
        let pid = family[next];
        next += 1;
        let children = format!("/proc/{pid}/task/{pid}/children");
        if let Ok(children) = std::fs::read_to_string(children) {
            family.extend(
                children
                    .split_ascii_whitespace()
                    .filter_map(|pid| pid.parse::<u32>().ok()),
            );
        }
    }
    family
}

/// What was started in a process; its copy of its parent's until it has started anything.
pub(super) fn command_line(pid: u32) -> Vec<u8> {
    std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
}

/// Who started a process: `pid (name) state parent …`, where the name may hold anything.
pub(super) fn parent(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(1)?.parse().ok()
}

fn reads(pid: u32, terminal: &str) -> bool {
    let Ok(call) = std::fs::read_to_string(format!("/proc/{pid}/syscall")) else {
        return false;
    };
    let mut words = call.split_ascii_whitespace();
    let Some(number) = words.next().and_then(|word| word.parse::<i64>().ok()) else {
        return false;
    };
    let mut argument = || {
        words
            .next()
            .and_then(|word| u64::from_str_radix(word.trim_start_matches("0x"), 16).ok())
    };
    let (Some(first), Some(second)) = (argument(), argument()) else {
        return false;
    };
    if number == libc::SYS_read {
        return is_terminal(pid, first as RawFd, terminal);
    }
    let polls = {
        #[cfg(target_arch = "x86_64")]
        {
            number == libc::SYS_poll || number == libc::SYS_ppoll
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            number == libc::SYS_ppoll
        }
    };
    if polls && second == 1 {
        // One descriptor only: waiting for a line, not serving several things.
        return polled(pid, first).is_some_and(|fd| is_terminal(pid, fd, terminal));
    }
    false
}

fn polled(pid: u32, address: u64) -> Option<RawFd> {
    use std::os::unix::fs::FileExt;
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut entry = [0; 4];
    memory.read_exact_at(&mut entry, address).ok()?;
    Some(RawFd::from_ne_bytes(entry))
}

fn is_terminal(pid: u32, fd: RawFd, terminal: &str) -> bool {
    std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).is_ok_and(|path| {
        path.to_str()
            .is_some_and(|path| path == terminal || path == "/dev/tty")
    })
}
