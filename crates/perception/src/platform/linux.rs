//! Linux: anonymous shared memory, which has no name and leaves nothing behind.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;

use rustix::fs::{MemfdFlags, memfd_create};

/// Pixels in shared memory.
pub(crate) struct Frame {
    file: File,
}

impl Frame {
    pub(crate) fn new(bytes: &[u8]) -> io::Result<Self> {
        let mut file = File::from(memfd_create("interpreter-frame", MemfdFlags::CLOEXEC)?);
        file.write_all(bytes)?;
        Ok(Self { file })
    }

    pub(crate) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd())
    }
}
