//! The text a person has selected in another app, and what takes its place.
//!
//! The central type is [`Selector`]. Reading asks, in this order: what the
//! window system holds as selected, if it is this app's; the accessibility
//! tree, whose word about a field that can be edited counts more; and, where
//! neither says anything, the app itself, by making it copy. Writing happens
//! only into what still holds the same text; otherwise the new text goes to the
//! clipboard and the answer says so.

mod apps;
mod replace;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

use interpreter_protocol::SelectionSource;

use crate::ComputerError;
use crate::platform::{self, Field, PlatformError, Rect, Seen, SelectedText, Source};

type Opener = dyn Fn() -> platform::Result<Box<dyn SelectedText>> + Send + Sync;

/// Reads and replaces what is selected in other apps. Opens nothing before the first use.
pub struct Selector {
    opener: Box<Opener>,
    system: Mutex<Option<Box<dyn SelectedText>>>,
    /// How many times as long as usual programs are waited for.
    patience: u32,
}

/// What was selected at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Captured {
    /// The text; empty where nothing was selected.
    pub text: String,
    /// The app's name.
    pub app: Option<String>,
    /// How the text was come by.
    pub source: SelectionSource,
    /// The field can be written to, as far as can be told.
    pub editable: bool,
    /// Why nothing was read, if so.
    pub refused: Option<String>,
    /// Where the selected text is, global physical pixels.
    pub area: Option<Rect>,
    /// The text on the clipboard, where nothing was selected.
    pub clipboard: Option<String>,
    /// The app's window.
    window: Option<Source>,
    /// Where it was, for putting something in its place.
    origin: Option<Origin>,
}

/// Where a text was selected.
#[derive(Debug, Clone, PartialEq)]
struct Origin {
    source: Source,
    field: Option<Field>,
}

impl Captured {
    fn nothing() -> Self {
        Self {
            text: String::new(),
            app: None,
            source: SelectionSource::None,
            editable: false,
            refused: None,
            area: None,
            clipboard: None,
            window: None,
            origin: None,
        }
    }
}

impl Selector {
    /// For a display as in `DISPLAY` (X11 only), or that of the environment.
    pub fn new(display: Option<String>) -> Self {
        Self::with(move || platform::open_selection(display.as_deref()))
    }

    fn with(
        opener: impl Fn() -> platform::Result<Box<dyn SelectedText>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            opener: Box::new(opener),
            system: Mutex::new(None),
            patience: 1,
        }
    }

    /// Waits so many times as long as usual for programs to answer: on a machine
    /// that is busy with something else.
    #[must_use]
    pub fn patient(mut self, times: u32) -> Self {
        self.patience = times;
        self
    }

    /// Reads what is selected in the app that has the keyboard. Apps of these
    /// names are left alone. Blocks, for half a second at most.
    pub fn capture(&self, blocked: &[String]) -> Captured {
        let captured = self.on_system(|system| capture(system, blocked));
        captured.unwrap_or_else(|error| Captured {
            refused: Some(error.to_string()),
            ..Captured::nothing()
        })
    }

    /// Whether a window of this program has the keyboard.
    pub fn is_ours_in_front(&self) -> bool {
        self.on_system(|system| Ok(system.source()?.is_some_and(|source| is_ours(&source))))
            .unwrap_or_default()
    }

    /// Gives the window of this program that has this title the keyboard.
    pub fn come_forward(&self, title: &str) {
        if let Err(error) = self.on_system(|system| system.come_forward(title)) {
            tracing::debug!(%error, title, "a window could not take the keyboard");
        }
    }

    /// Gives the keyboard back to the app of a capture, unless another app has it by now.
    pub fn go_back(&self, captured: &Captured) {
        let Some(window) = &captured.window else {
            return;
        };
        let result = self.on_system(|system| match system.source()? {
            Some(now) if !is_ours(&now) => Ok(()),
            _ => system.activate(window),
        });
        if let Err(error) = result {
            tracing::debug!(%error, "the keyboard was not given back");
        }
    }

    /// Runs on the system's part, which is opened at first and anew once its connection is lost.
    fn on_system<T>(
        &self,
        work: impl FnOnce(&mut dyn SelectedText) -> platform::Result<T>,
    ) -> Result<T, ComputerError> {
        let mut slot = self.system.lock().unwrap_or_else(PoisonError::into_inner);
        let system = match &mut *slot {
            Some(system) => system,
            none => {
                let mut system = (self.opener)()?;
                system.be_patient(self.patience);
                none.insert(system)
            }
        };
        let result = work(system.as_mut());
        if matches!(result, Err(PlatformError::Lost(_))) {
            *slot = None;
        }
        Ok(result?)
    }
}

fn capture(system: &mut dyn SelectedText, blocked: &[String]) -> platform::Result<Captured> {
    let Some(source) = system.source()? else {
        return Ok(Captured {
            clipboard: system.clipboard()?,
            ..Captured::nothing()
        });
    };
    let nothing = Captured {
        app: Some(source.app.clone()).filter(|app| !app.is_empty()),
        window: Some(source.clone()),
        ..Captured::nothing()
    };
    if apps::is_blocked(&source.names, blocked) {
        let refused = format!(
            "{} is on the list of apps whose selections are never read.",
            source.app
        );
        return Ok(Captured {
            refused: Some(refused),
            ..nothing
        });
    }
    let seen = system.look(&source)?;
    let dots = seen.offered.as_deref().is_some_and(is_dots);
    if dots || seen.field.as_ref().is_some_and(|field| field.secret) {
        let refused = "This is a password field. Nothing is read from it, or written to it.";
        return Ok(Captured {
            refused: Some(refused.to_owned()),
            ..nothing
        });
    }
    let mut found = chosen(&seen);
    if found.is_none() && silent(&seen) && !apps::is_terminal(&source.names) {
        let copied = system.copy(&source)?;
        found = copied.map(|text| (text, SelectionSource::Clipboard));
    }
    let Some((text, how)) = found else {
        return Ok(Captured {
            clipboard: system.clipboard()?,
            ..nothing
        });
    };
    let field = seen.field;
    let same = field.as_ref().and_then(Field::selected_text).as_ref() == Some(&text);
    let area = field.as_ref().filter(|_| same).and_then(|field| field.area);
    Ok(Captured {
        // What an app does not tell is found out by trying.
        editable: apps::pastes_by_chord(&source.names)
            && source.pastes_over
            && field.as_ref().is_none_or(|field| field.editable && same),
        text,
        source: how,
        // Trees of scaled programs tell places that lie elsewhere.
        area: area.filter(|area| source.area.intersection(*area).is_some()),
        origin: Some(Origin { source, field }),
        ..nothing
    })
}

/// What password fields show in the place of their text.
fn is_dots(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '•' | '●' | '⬤' | '∙'))
}

fn is_ours(source: &Source) -> bool {
    source.pid == Some(std::process::id())
}

/// Which of what was seen is what the person sees selected.
fn chosen(seen: &Seen) -> Option<(String, SelectionSource)> {
    let plain = seen.field.as_ref().filter(|field| field.is_plain());
    let told = plain.and_then(Field::selected_text);
    match (&seen.offered, told) {
        (Some(offered), Some(told)) if *offered == told => Some((told, SelectionSource::Primary)),
        (_, Some(told)) if !told.is_empty() => Some((told, SelectionSource::Accessibility)),
        // It may be left over from before: the caret stands in a field where nothing is selected.
        (Some(_), Some(_)) if plain.is_some_and(|field| field.editable) => None,
        (Some(offered), _) => Some((offered.clone(), SelectionSource::Primary)),
        (None, _) => None,
    }
}

/// Neither the window system nor the tree can say whether anything is selected.
fn silent(seen: &Seen) -> bool {
    seen.offered.is_none() && seen.field.as_ref().is_none_or(|field| !field.is_plain())
}
