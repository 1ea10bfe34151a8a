//! Hotkeys of the whole system: registering them, and saying why one does not work.

use std::collections::HashMap;
use std::str::FromStr as _;
use std::sync::{Mutex, PoisonError};

use interpreter_protocol::Op;
use serde::{Deserialize, Serialize};
use tauri::AppHandle;
use tauri_plugin_global_shortcut::{GlobalShortcutExt as _, Shortcut, ShortcutState};

use crate::{popup, verbs::ask, window};

/// What a hotkey does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opens the popup over selected text.
    Summon,
    /// Shows or hides the main window.
    ToggleWindow,
    /// Stops everything; registered only while the screen is used.
    Panic,
}

/// A hotkey and whether it works.
#[derive(Debug, Clone, Serialize)]
pub struct Hotkey {
    action: Action,
    chord: Option<String>,
    works: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// What is registered.
#[derive(Default)]
pub struct Hotkeys {
    held: Mutex<HashMap<Action, Hotkey>>,
}

impl Hotkeys {
    /// All that were ever asked for.
    pub fn all(&self) -> Vec<Hotkey> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        [Action::Summon, Action::ToggleWindow, Action::Panic]
            .iter()
            .filter_map(|action| held.get(action).cloned())
            .collect()
    }

    /// Registers a chord in the place of what the action had; none ends it. What
    /// worked before is kept registered when the new one does not work.
    pub fn set(&self, app: &AppHandle, action: Action, chord: Option<&str>) -> Hotkey {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held
            .get(&action)
            .filter(|hotkey| hotkey.works)
            .and_then(|hotkey| hotkey.chord.clone());
        let problem = match chord {
            Some(chord) if before.as_deref() != Some(chord) => register(app, action, chord).err(),
            _ => None,
        };
        let hotkey = Hotkey {
            action,
            chord: chord.map(str::to_owned),
            works: problem.is_none(),
            problem,
        };
        if let Some(before) = before
            && hotkey.works
            && hotkey.chord.as_deref() != Some(before.as_str())
            && let Ok(shortcut) = Shortcut::from_str(&before)
            && let Err(error) = app.global_shortcut().unregister(shortcut)
        {
            tracing::warn!(%error, before, "a hotkey could not be given back");
        }
        if hotkey.works || !held.get(&action).is_some_and(|old| old.works) {
            held.insert(action, hotkey.clone());
        }
        hotkey
    }

    /// Registers the first chord that can be had.
    pub fn set_first(&self, app: &AppHandle, action: Action, chords: &[&str]) -> Option<Hotkey> {
        let mut first = None;
        for chord in chords {
            let hotkey = self.set(app, action, Some(chord));
            if hotkey.works {
                return Some(hotkey);
            }
            first.get_or_insert(hotkey);
        }
        if let Some(hotkey) = &first {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.insert(action, hotkey.clone());
        }
        first
    }
}

fn register(app: &AppHandle, action: Action, chord: &str) -> Result<(), String> {
    let shortcut = Shortcut::from_str(chord)
        .map_err(|_| format!("“{chord}” is not a combination of keys that can be used."))?;
    app.global_shortcut()
        .on_shortcut(shortcut, move |app, _, event| {
            if event.state() == ShortcutState::Pressed {
                act(app, action);
            }
        })
        .map_err(|error| match std::env::var_os("WAYLAND_DISPLAY") {
            Some(_) => format!(
                "This session does not let apps register hotkeys. Bind a key to `interpreter --summon` in the system's keyboard settings. ({error})"
            ),
            None => format!("Another app holds {chord}. Choose another one. ({error})"),
        })
}

fn act(app: &AppHandle, action: Action) {
    match action {
        Action::Summon => popup::summon(app),
        Action::ToggleWindow => window::toggle(app),
        Action::Panic => ask(app, Op::Panic),
    }
}
