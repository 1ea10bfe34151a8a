//! The text that was selected when the hotkey was pressed, and what takes its place.

mod language;

use std::sync::{Arc, Mutex, PoisonError};

use interpreter_computer::{Captured, ComputerError, Selector};
use interpreter_protocol::{Answer, Error, ErrorCode, Receipt, Selection};
use serde_json::Map;

use crate::Engine;

/// What was captured last. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Selections {
    inner: Arc<Inner>,
}

struct Inner {
    selector: Selector,
    last: Mutex<Option<(Selection, Captured)>>,
}

impl Default for Selections {
    fn default() -> Self {
        let inner = Inner {
            selector: Selector::new(None),
            last: Mutex::new(None),
        };
        Self {
            inner: Arc::new(inner),
        }
    }
}

impl Engine {
    /// Reads what is selected in the app that has the keyboard, and remembers
    /// it for [`interpreter_protocol::Query::Selection`] and
    /// [`interpreter_protocol::Op::Replace`]. Blocks, for half a second at
    /// most; to be called before a window of ours takes the keyboard.
    pub fn capture_selection(&self) -> Selection {
        let blocked = self.inner.host.values(&Map::new()).selection_blocked_apps;
        let selections = &self.inner.selections.inner;
        let captured = selections.selector.capture(&blocked);
        let selection = told(&captured);
        let mut last = selections
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *last = Some((selection.clone(), captured));
        selection
    }

    /// Whether a window of this program has the keyboard, whoever borrowed it for
    /// a moment. Blocks shortly.
    pub fn has_keyboard(&self) -> bool {
        self.inner.selections.inner.selector.is_ours_in_front()
    }

    /// Gives the window of this program that has this title the keyboard. Blocks
    /// until it has it.
    pub fn take_keyboard(&self, title: &str) {
        self.inner.selections.inner.selector.come_forward(title);
    }

    /// Gives the keyboard back to the app of the last capture, unless the person
    /// went on to another one. Blocks shortly.
    pub fn return_keyboard(&self) {
        let selections = &self.inner.selections.inner;
        let last = selections
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let captured = last.as_ref().map(|(_, captured)| captured.clone());
        drop(last);
        if let Some(captured) = captured {
            selections.selector.go_back(&captured);
        }
    }

    /// Puts text in the place of what was selected.
    pub(crate) async fn replace(
        &self,
        selection: &str,
        text: &str,
        after: bool,
    ) -> Result<Receipt, Error> {
        let selections = self.inner.selections.clone();
        let captured = {
            let last = selections.inner.last.lock();
            let last = last.unwrap_or_else(PoisonError::into_inner);
            last.as_ref()
                .filter(|(known, _)| known.id == selection)
                .map(|(_, captured)| captured.clone())
        };
        let Some(captured) = captured else {
            return Err(Error::new(
                ErrorCode::UnknownItem,
                "Another text was selected since. Nothing was replaced.",
            )
            .remedy("Copy the new text, or select the old one and press the hotkey again."));
        };
        let text = text.to_owned();
        let replaced = tokio::task::spawn_blocking(move || {
            selections.inner.selector.replace(&captured, &text, after)
        })
        .await
        .unwrap_or_else(|error| {
            Err(ComputerError::Failed {
                message: format!("The text could not be replaced: {error}."),
            })
        })?;
        Ok(Receipt {
            replaced: Some(replaced),
            ..Receipt::default()
        })
    }

    /// The last capture.
    pub(crate) async fn selection(&self) -> Result<Answer, Error> {
        let last = self.inner.selections.inner.last.lock();
        let last = last.unwrap_or_else(PoisonError::into_inner);
        Ok(Answer::Selection {
            selection: last.as_ref().map(|(selection, _)| selection.clone()),
        })
    }
}

/// A capture as the fronts see it.
fn told(captured: &Captured) -> Selection {
    Selection {
        id: uuid::Uuid::new_v4().simple().to_string(),
        text: captured.text.clone(),
        app: captured.app.clone(),
        source: captured.source,
        editable: captured.editable,
        refused: captured.refused.clone(),
        area: captured
            .area
            .map(|area| [area.x, area.y, area.w as i32, area.h as i32]),
        language: language::of(&captured.text).map(str::to_owned),
        clipboard: captured.clipboard.clone(),
    }
}
