//! Linux.

pub(crate) use super::unix::{QuietInput, editor_command, ended_by_system, flush_input};

/// Editors to try where neither `VISUAL` nor `EDITOR` is set.
pub(crate) const DEFAULT_EDITORS: &[&str] = &["sensible-editor", "nano", "vim", "vi"];
