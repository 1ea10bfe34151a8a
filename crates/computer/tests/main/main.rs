//! The computer against a real X server: every window below is a real one that
//! tells what it received.

#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(target_os = "linux")]

mod acting;
mod api;
mod border;
mod desktop;
mod effects;
mod elements;
mod floor;
mod looking;
mod selection;
mod stopping;
mod sway;
mod wayland;
mod wayland_stopping;
