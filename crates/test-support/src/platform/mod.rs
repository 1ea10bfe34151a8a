//! What starting and ending processes needs of the system.
//!
//! Each file offers `die_with_parent(&mut Command)`, to be called before a
//! spawn, and `end_group(pid)`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{die_with_parent, end_group};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{die_with_parent, end_group};
