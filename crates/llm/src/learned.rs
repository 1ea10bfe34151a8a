//! What servers refused, remembered while the program runs, so that they are asked once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::{ComputerTool, Model};

/// What one model at one server does not take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Learned {
    refused: BTreeSet<String>,
    /// The computer tool to use instead of the catalogue's.
    pub(crate) computer: Option<ComputerTool>,
}

impl Learned {
    pub(crate) fn takes(&self, param: &str) -> bool {
        !self.refused.contains(param)
    }

    #[cfg(test)]
    pub(crate) fn refusing(params: &[&str]) -> Self {
        Self {
            refused: params.iter().map(|p| (*p).to_owned()).collect(),
            computer: None,
        }
    }
}

static LEARNED: LazyLock<Mutex<HashMap<(String, String), Learned>>> = LazyLock::new(Mutex::default);

fn key(model: &Model) -> (String, String) {
    (model.endpoint.base.clone(), model.info.id.clone())
}

/// What is known so far.
pub(crate) fn about(model: &Model) -> Learned {
    let learned = LEARNED.lock().unwrap_or_else(PoisonError::into_inner);
    learned.get(&key(model)).cloned().unwrap_or_default()
}

/// Remembers a refused parameter. False where nothing new was learned.
pub(crate) fn refuses(model: &Model, param: &str) -> bool {
    let mut learned = LEARNED.lock().unwrap_or_else(PoisonError::into_inner);
    learned
        .entry(key(model))
        .or_default()
        .refused
        .insert(param.to_owned())
}

/// Goes on to the next computer tool of the table. False where none is left.
pub(crate) fn next_computer_tool(model: &Model) -> bool {
    let mut learned = LEARNED.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = learned.entry(key(model)).or_default();
    let tools = crate::catalogue::computer_tools(&model.info);
    let now = entry.computer.unwrap_or(model.info.computer);
    let next = tools.iter().skip_while(|tool| **tool != now).nth(1);
    entry.computer = next.copied().or(entry.computer);
    next.is_some()
}
