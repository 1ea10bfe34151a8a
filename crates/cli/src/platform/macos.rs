//! macOS.

pub(crate) use super::unix::{QuietInput, detach, editor_command, ended_by_system, flush_input};

/// Editors to try where neither `VISUAL` nor `EDITOR` is set.
pub(crate) const DEFAULT_EDITORS: &[&str] = &["nano", "vim", "vi"];

/// Programs whose windows show us. Which program the terminal is cannot be told
/// here without asking the system for every process.
pub(crate) fn hosts() -> Vec<u32> {
    vec![std::process::id()]
}
