//! The computer against a real X server: every window below is a real one that
//! tells what it received.

#![allow(clippy::unwrap_used, clippy::expect_used)]
#![cfg(target_os = "linux")]

mod acting;
mod api;
mod border;
mod compositor;
mod desktop;
mod effects;
mod elements;
mod evidence;
mod floor;
mod looking;
mod portal;
mod portal_desk;
mod portal_stopping;
mod replaying;
mod room;
mod selection;
mod stopped;
mod stopping;
mod sway;
mod wayland;
mod wayland_stopping;
