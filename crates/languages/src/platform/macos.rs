//! What macOS has in place of Linux's ways.

use std::io;
use std::os::fd::BorrowedFd;

/// Nothing to set: the end of the channel and the hang-up of the terminal,
/// which come when the parent ends, end the child.
pub(super) fn die_with_parent(_parent: u32) -> io::Result<()> {
    Ok(())
}

/// Pipes grow by themselves.
pub(super) fn widen(_pipe: &io::PipeReader) {}

/// A terminal that stopped echoing waits for a password; other readers cannot be seen.
pub(super) fn reads_terminal(_leader: u32, _master: BorrowedFd<'_>, secret: bool) -> bool {
    secret
}

/// Not looked up here: an interrupt that comes too early for a program is lost on it.
pub(super) fn family(leader: u32) -> Vec<u32> {
    vec![leader]
}

/// Nor what runs in it.
pub(super) fn command_line(_pid: u32) -> Vec<u8> {
    Vec::new()
}

/// Nor who started it.
pub(super) fn parent(_pid: u32) -> Option<u32> {
    None
}
