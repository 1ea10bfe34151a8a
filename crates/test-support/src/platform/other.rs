//! Systems that tests with a desktop do not run on.

use std::process::Command;

/// Nothing to prepare.
pub(crate) fn die_with_parent(_command: &mut Command) {}

/// Nothing beyond what ending the child itself does.
pub(crate) fn end_group(_pid: u32) {}

/// As it is.
pub(crate) fn not_as_root(program: &str, _folder: &std::path::Path) -> Command {
    Command::new(program)
}

/// Nobody: there is no Wayland here.
pub(crate) struct WaylandPerson;

impl WaylandPerson {
    pub(crate) fn arrive(_socket: &std::path::Path) -> Self {
        Self
    }
    pub(crate) fn moves(&mut self, _dx: f64, _dy: f64) {}
    pub(crate) fn clicks(&mut self) {}
    pub(crate) fn key(&mut self, _keysym: u32, _down: bool) {}
}
