//! The surface over how systems let one program read and replace the text that
//! is selected in another.

use super::{Rect, Result};

/// The app that has the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its window, as [`super::Screen::activate`] takes it.
    pub window: u64,
    /// Its process.
    pub pid: Option<u32>,
    /// Its name for people.
    pub app: String,
    /// All names it goes by: class, instance, program.
    pub names: Vec<String>,
    /// Where its window is.
    pub area: Rect,
    /// What is pasted takes the place of what is selected, as far as is known of
    /// the app. Some toolkits put it beside.
    pub pastes_over: bool,
}

/// The field that has the keyboard, as the accessibility tree tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Finds it again: the system's own names. Absent where the selected text is
    /// all that is known of it; then that stands for its whole text.
    pub key: Option<(String, String)>,
    /// It has the keyboard. While a hotkey is held, some programs think that they
    /// have lost it.
    pub focused: bool,
    /// What is typed there is hidden.
    pub secret: bool,
    /// Its text can be changed.
    pub editable: bool,
    /// Its whole text; absent where it has none, or too much.
    pub text: Option<String>,
    /// The selected interval, in characters, first and behind the last.
    pub selected: Option<(usize, usize)>,
    /// Where the selected text is on the screen.
    pub area: Option<Rect>,
}

impl Field {
    /// The selected text; `None` where it cannot be told, empty where nothing is selected.
    pub fn selected_text(&self) -> Option<String> {
        let text = self.text.as_ref()?;
        let (from, to) = self.selected.unwrap_or_default();
        Some(
            text.chars()
                .skip(from)
                .take(to.saturating_sub(from))
                .collect(),
        )
    }

    /// Its text stands for itself. Documents put a mark where parts of them are
    /// fields of their own; what is selected there cannot be read off them.
    pub fn is_plain(&self) -> bool {
        self.text
            .as_ref()
            .is_some_and(|text| !text.contains('\u{fffc}'))
    }
}

/// What is selected in an app right now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// What the app itself offers as selected to the window system, if it does.
    pub offered: Option<String>,
    /// The field with the keyboard, if it can be told.
    pub field: Option<Field>,
}

/// Reading and replacing selected text. Used from one thread at a time; every
/// method has a deadline of its own, whatever other programs do.
pub trait SelectedText: Send {
    /// Waits so many times as long as usual for programs to answer: on a machine
    /// that is busy with something else.
    fn be_patient(&mut self, _times: u32) {}
    /// The app that has the keyboard.
    fn source(&mut self) -> Result<Option<Source>>;
    /// What is selected there. Presses no key and touches no clipboard.
    fn look(&mut self, source: &Source) -> Result<Seen>;
    /// The same field as it is now.
    fn look_again(&mut self, source: &Source, field: Option<&Field>) -> Result<Seen>;
    /// Makes the app copy its selection, reads that, and puts the clipboard back
    /// as it was. `None` when nothing was copied, or the clipboard holds what
    /// could not be put back.
    fn copy(&mut self, source: &Source) -> Result<Option<String>>;
    /// The text on the clipboard.
    fn clipboard(&mut self) -> Result<Option<String>>;
    /// Puts text on the clipboard, for good.
    fn put(&mut self, text: &str) -> Result<()>;
    /// Brings the app's window to the front, and gives it the keyboard.
    fn activate(&mut self, source: &Source) -> Result<()>;
    /// The same once the person's hands have left the keys; returns when the app
    /// has noticed.
    fn bring_back(&mut self, source: &Source) -> Result<()>;
    /// Gives a window of this program the keyboard, found by its title. Window
    /// managers refuse that to programs that ask in the ordinary way while the
    /// person types elsewhere.
    fn come_forward(&mut self, title: &str) -> Result<()>;
    /// Selects that interval of a field again, where nothing is selected; whether
    /// that was done. Some toolkits drop a selection once text is selected elsewhere.
    fn select_again(&mut self, field: &Field) -> Result<bool>;
    /// Ends the selection and puts the caret behind it; whether that was done.
    fn caret_behind(&mut self, field: &Field) -> Result<bool>;
    /// Puts text on the clipboard and makes the app paste it. Whether the app
    /// took it. Answered by [`SelectedText::end_paste`].
    ///
    /// # Errors
    /// When the clipboard holds what could not be put back; nothing was done then.
    fn paste(&mut self, source: &Source, text: &str) -> Result<bool>;
    /// Puts back what was on the clipboard, or leaves the text there.
    fn end_paste(&mut self, restore: bool) -> Result<()>;
}
