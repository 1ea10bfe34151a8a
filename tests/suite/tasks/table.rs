//! The tasks: what is asked for, how a model that sees would do it, and what must be so
//! afterwards.

mod files;
mod making;
mod settings;

use super::planner::Intent;
use super::programs::World;

/// One task.
pub struct Task {
    pub name: &'static str,
    /// What the person says.
    pub goal: &'static str,
    /// What lies in the home folder at the beginning.
    pub begin: fn(&World),
    /// The program's command line.
    pub start: &'static [&'static str],
    pub plan: &'static [Intent],
    /// What must be so afterwards.
    pub check: fn(&World) -> Result<(), String>,
    /// The window's size when the steps are done again; as it is where none.
    pub size: Option<(u32, u32)>,
}

/// All of them.
pub fn tasks() -> impl Iterator<Item = &'static Task> {
    files::TASKS
        .iter()
        .chain(making::TASKS)
        .chain(settings::TASKS)
}

pub fn same(found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted {
        Ok(())
    } else {
        Err(format!("it is {found:?}, not {wanted:?}"))
    }
}

pub fn holds(condition: bool, what: &str) -> Result<(), String> {
    condition.then_some(()).ok_or_else(|| what.to_owned())
}
