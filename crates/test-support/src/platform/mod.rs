//! What starting and ending processes needs of the system.
//!
//! Each file offers `die_with_parent(&mut Command)`, to be called before a
//! spawn, and `end_group(pid)`; `not_as_root`, for programs that refuse to run
//! so; and [`WaylandPerson`], who plays a person at a Wayland desktop.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::{WaylandPerson, die_with_parent, end_group, not_as_root};

#[cfg(not(target_os = "linux"))]
mod other;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{WaylandPerson, die_with_parent, end_group, not_as_root};
