//! Where a frame lies while the worker reads it.
//!
//! Each file offers `Frame::new(&[u8]) -> io::Result<Frame>` and
//! `Frame::path(&self) -> String`, a path under which the worker can open it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::Frame;

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::Frame;
