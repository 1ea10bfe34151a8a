//! Selected text where only copying and pasting is at hand: macOS and Windows.
//!
//! What lies on the clipboard is put back as text, HTML, a picture and files; a
//! form of another kind is lost, so nothing is copied where there is only such.

use std::time::{Duration, Instant};

use super::{
    Clipboard, ClipboardContents, Field, Input, Key, Platform, PlatformError, Result, Screen, Seen,
    SelectedText, Source, system_selection,
};

/// How long a program may take to copy.
const COPY: Duration = Duration::from_millis(400);
/// How long a program may take to read what it pastes: there is no word of that.
const PASTE: Duration = Duration::from_millis(400);
/// How long the person's hands may stay on the keys.
const HANDS_OFF: Duration = Duration::from_millis(800);
/// Between two looks at what tells nobody when it changes.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens what reads selections.
pub(super) fn open() -> Result<Box<dyn SelectedText>> {
    let Platform {
        screen,
        input,
        clipboard,
        ..
    } = super::open()?;
    Ok(Box::new(ByClipboard {
        screen,
        input,
        clipboard,
        before: None,
    }))
}

struct ByClipboard {
    screen: std::sync::Arc<dyn Screen>,
    input: Box<dyn Input>,
    clipboard: Box<dyn Clipboard>,
    /// What was on the clipboard before a paste that has not ended, and the
    /// count of changes since.
    before: Option<(ClipboardContents, u64)>,
}

impl ByClipboard {
    fn press(&mut self, keys: &[Key]) -> Result<()> {
        let pressed = keys.iter().try_for_each(|key| self.input.key(key, true));
        let lifted = keys
            .iter()
            .rev()
            .map(|key| self.input.key(key, false))
            .fold(Ok(()), Result::and);
        pressed.and(lifted)?;
        self.input.flush()
    }

    /// What is on the clipboard; `None` when it could not be put back.
    fn save(&mut self) -> Result<Option<ClipboardContents>> {
        let contents = self.clipboard.snapshot()?;
        let known = contents != ClipboardContents::default();
        Ok((known || system_selection::clipboard_is_empty()).then_some(contents))
    }
}

/// Waits until something holds; whether it did in time.
fn wait(longest: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + longest;
    while !holds() {
        if Instant::now() > deadline {
            return false;
        }
        std::thread::park_timeout(PAUSE);
    }
    true
}

impl SelectedText for ByClipboard {
    fn source(&mut self) -> Result<Option<Source>> {
        Ok(self.screen.active_window()?.map(|window| Source {
            window: window.id,
            pid: window.pid,
            names: vec![window.app.clone()],
            app: window.app,
            area: window.content,
            pastes_over: true,
        }))
    }

    fn look(&mut self, _source: &Source) -> Result<Seen> {
        Ok(Seen {
            offered: None,
            field: system_selection::field(),
        })
    }

    fn look_again(&mut self, source: &Source, _field: Option<&Field>) -> Result<Seen> {
        let mut seen = self.look(source)?;
        if seen.field.is_none() {
            // Without a tree only a second copy tells that the same is selected still.
            seen.offered = self.copy(source)?;
        }
        Ok(seen)
    }

    fn copy(&mut self, _source: &Source) -> Result<Option<String>> {
        let Some(saved) = self.save()? else {
            return Ok(None);
        };
        if !wait(HANDS_OFF, system_selection::hands_off) {
            return Ok(None);
        }
        let before = system_selection::changes();
        self.press(&system_selection::COPY)?;
        if !wait(COPY, || system_selection::changes() != before) {
            return Ok(None);
        }
        let since = system_selection::changes();
        let text = self.clipboard.get_text();
        if system_selection::changes() == since {
            self.clipboard.restore(saved)?;
        }
        Ok(Some(text?).filter(|text| !text.is_empty()))
    }

    fn clipboard(&mut self) -> Result<Option<String>> {
        Ok(Some(self.clipboard.get_text()?).filter(|text| !text.is_empty()))
    }

    fn put(&mut self, text: &str) -> Result<()> {
        self.clipboard.set_text(text)
    }

    fn activate(&mut self, source: &Source) -> Result<()> {
        self.screen.activate(source.window)
    }

    fn bring_back(&mut self, source: &Source) -> Result<()> {
        if !wait(HANDS_OFF, system_selection::hands_off) {
            return Err(PlatformError::Failed {
                doing: "giving the keyboard back".to_owned(),
                reason: "a key is held down".to_owned(),
            });
        }
        self.activate(source)
    }

    fn come_forward(&mut self, _title: &str) -> Result<()> {
        // The window's own way works here.
        Ok(())
    }

    fn select_again(&mut self, _field: &Field) -> Result<bool> {
        Ok(false)
    }

    fn caret_behind(&mut self, _field: &Field) -> Result<bool> {
        Ok(false)
    }

    fn paste(&mut self, _source: &Source, text: &str) -> Result<bool> {
        let Some(saved) = self.save()? else {
            return Err(PlatformError::Unsupported(
                "the clipboard holds what could not be put back".to_owned(),
            ));
        };
        self.clipboard.set_text(text)?;
        self.before = Some((saved, system_selection::changes()));
        let paste = [system_selection::COPY_MODIFIER, Key::Char('v')];
        // Neither system tells when a program reads the clipboard.
        let selected = system_selection::field();
        self.press(&paste)?;
        Ok(match selected {
            // What was selected is gone once something is in its place.
            Some(_) => wait(PASTE, || system_selection::field() != selected),
            None => {
                wait(PASTE, || false);
                true
            }
        })
    }

    fn end_paste(&mut self, restore: bool) -> Result<()> {
        match self.before.take() {
            Some((saved, since)) if restore && system_selection::changes() == since => {
                self.clipboard.restore(saved)
            }
            _ => Ok(()),
        }
    }
}
