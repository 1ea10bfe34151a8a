//! Memory shared with the compositor.

use std::ffi::c_void;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use wayland_client::QueueHandle;
use wayland_client::protocol::wl_buffer::WlBuffer;
use wayland_client::protocol::wl_shm::{Format, WlShm};

use super::world::World;
use crate::platform::{PlatformError, Result};

/// A buffer the compositor writes and we read, or the other way round.
pub(super) struct Memory {
    pub(super) buffer: WlBuffer,
    at: *mut c_void,
    length: usize,
    /// Width, height, stride, format.
    pub(super) shape: (u32, u32, u32, Format),
}

// SAFETY: the mapping belongs to this value alone and may be read from any thread.
unsafe impl Send for Memory {}

impl Drop for Memory {
    fn drop(&mut self) {
        self.buffer.destroy();
        // SAFETY: `at` and `length` are those of the mapping made in `new`, unmapped only here.
        let _ = unsafe { munmap(self.at, self.length) };
    }
}

impl Memory {
    /// A buffer of zeros.
    pub(super) fn new(
        shm: &WlShm,
        queue: &QueueHandle<World>,
        shape: (u32, u32, u32, Format),
    ) -> Result<Self> {
        let (width, height, stride, format) = shape;
        let length = stride as usize * height as usize;
        let size = i32::try_from(length).ok().filter(|size| *size > 0);
        let Some(size) = size else {
            return Err(PlatformError::Failed {
                doing: "sharing memory with the compositor".to_owned(),
                reason: format!("a picture of {width}x{height} cannot be shared"),
            });
        };
        let fd = file(length)?;
        // SAFETY: a fresh mapping of a file that was just made this long, at an address of the
        // kernel's choice; nothing else uses it.
        let at = unsafe {
            mmap(
                std::ptr::null_mut(),
                length,
                ProtFlags::READ,
                MapFlags::SHARED,
                &fd,
                0,
            )
        }
        .map_err(failed)?;
        let pool = shm.create_pool(fd.as_fd(), size, queue, ());
        let buffer = pool.create_buffer(
            0,
            width as i32,
            height as i32,
            stride as i32,
            format,
            queue,
            (),
        );
        pool.destroy();
        Ok(Self {
            buffer,
            at,
            length,
            shape,
        })
    }

    /// What it holds. Only while the compositor does not write it.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the mapping is `length` long and lives as long as `self`; the
        // compositor writes it only between a request to copy and its answer.
        unsafe { std::slice::from_raw_parts(self.at.cast::<u8>(), self.length) }
    }
}

/// A buffer with those bytes in it, which nobody changes any more.
pub(super) fn painted(
    shm: &WlShm,
    queue: &QueueHandle<World>,
    shape: (u32, u32, u32, Format),
    bytes: &[u8],
) -> Result<WlBuffer> {
    let (width, height, stride, format) = shape;
    let fd = file(bytes.len())?;
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = rustix::io::write(&fd, rest).map_err(failed)?;
        rest = rest.get(written..).unwrap_or_default();
    }
    let pool = shm.create_pool(fd.as_fd(), bytes.len() as i32, queue, ());
    let buffer = pool.create_buffer(
        0,
        width as i32,
        height as i32,
        stride as i32,
        format,
        queue,
        (),
    );
    pool.destroy();
    Ok(buffer)
}

/// A nameless file of that length.
pub(super) fn file(length: usize) -> Result<OwnedFd> {
    let fd =
        rustix::fs::memfd_create("interpreter", rustix::fs::MemfdFlags::CLOEXEC).map_err(failed)?;
    rustix::fs::ftruncate(&fd, length as u64).map_err(failed)?;
    Ok(fd)
}

fn failed(error: rustix::io::Errno) -> PlatformError {
    PlatformError::Failed {
        doing: "sharing memory with the compositor".to_owned(),
        reason: error.to_string(),
    }
}
