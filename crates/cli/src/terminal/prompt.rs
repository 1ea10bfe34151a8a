//! The prompt of the chat: one message a time, of one line or many.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use reedline::{
    EditCommand, EditMode, Emacs, FileBackedHistory, Keybindings, Prompt, PromptEditMode,
    PromptHistorySearch, PromptHistorySearchStatus, Reedline, ReedlineEvent, ReedlineRawEvent,
    Signal, ValidationResult, Validator, default_emacs_keybindings,
};

/// A paste of more than this, in bytes, stands in the line as a short mark:
/// drawing it again at every key would take ever longer.
const LARGE_PASTE: usize = 2_000;

/// What the person did at the prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A message, pastes put in.
    Message(String),
    /// Ctrl-C: the line is gone.
    Cleared,
    /// Ctrl-D on an empty line.
    Leave,
}

/// The line editor.
pub(crate) struct Editor {
    reedline: Reedline,
    pastes: Pastes,
}

/// Large pastes, in the order of their marks.
type Pastes = Arc<Mutex<Vec<String>>>;

impl Editor {
    /// A new editor, with a history of this session.
    pub(crate) fn new(colours: bool) -> Self {
        let pastes = Pastes::default();
        let mode = PastingEmacs {
            inner: Emacs::new(keys()),
            pastes: Arc::clone(&pastes),
        };
        let mut reedline = Reedline::create()
            .with_edit_mode(Box::new(mode))
            .with_validator(Box::new(Quotes))
            .with_ansi_colors(colours)
            .use_bracketed_paste(true);
        if let Ok(history) = FileBackedHistory::new(1_000) {
            reedline = reedline.with_history(Box::new(history));
        }
        Self { reedline, pastes }
    }

    /// Reads one message; blocks.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(crate) fn read(&mut self) -> std::io::Result<Said> {
        self.pastes().clear();
        let signal = self
            .reedline
            .read_line(&Mark)
            .map_err(std::io::Error::other)?;
        Ok(match signal {
            Signal::Success(text) => Said::Message(self.put_in(&text)),
            Signal::CtrlC => Said::Cleared,
            _ => Said::Leave,
        })
    }

    fn pastes(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.pastes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts pastes in the places of their marks.
    fn put_in(&self, text: &str) -> String {
        put_in(text, &self.pastes())
    }
}

/// The mark of a paste: number from 1, and what it is.
fn mark(number: usize, text: &str) -> String {
    let lines = text.lines().count();
    format!(
        "[paste {number}: {lines} lines, {} characters]",
        text.chars().count()
    )
}

fn put_in(text: &str, pastes: &[String]) -> String {
    let mut out = String::with_capacity(text.len() + pastes.iter().map(String::len).sum::<usize>());
    let mut rest = text;
    // Marks can be deleted or moved, but none is found inside another paste.
    while let Some((at, index, mark)) = pastes
        .iter()
        .enumerate()
        .filter_map(|(index, paste)| {
            let mark = mark(index + 1, paste);
            rest.find(&mark).map(|at| (at, index, mark))
        })
        .min()
    {
        out.push_str(&rest[..at]);
        out.push_str(&pastes[index]);
        rest = &rest[at + mark.len()..];
    }
    out.push_str(rest);
    out
}

fn keys() -> Keybindings {
    let mut keys = default_emacs_keybindings();
    let new_line = || ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
    keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, new_line());
    keys.add_binding(KeyModifiers::SHIFT, KeyCode::Enter, new_line());
    // Enter that was pressed while an answer was still coming arrives as this.
    keys.add_binding(
        KeyModifiers::CONTROL,
        KeyCode::Char('j'),
        ReedlineEvent::Enter,
    );
    keys
}

struct PastingEmacs {
    inner: Emacs,
    pastes: Pastes,
}

impl EditMode for PastingEmacs {
    fn parse_event(&mut self, event: ReedlineRawEvent) -> ReedlineEvent {
        let event: Event = event.into();
        if let Event::Paste(text) = &event
            && text.len() > LARGE_PASTE
        {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let mut pastes = self.pastes.lock().unwrap_or_else(PoisonError::into_inner);
            let mark = mark(pastes.len() + 1, &text);
            pastes.push(text);
            return ReedlineEvent::Edit(vec![EditCommand::InsertString(mark)]);
        }
        match ReedlineRawEvent::try_from(event) {
            Ok(event) => self.inner.parse_event(event),
            Err(()) => ReedlineEvent::None,
        }
    }

    fn edit_mode(&self) -> PromptEditMode {
        self.inner.edit_mode()
    }
}

/// Three double quotes begin a text of several lines, three more end it.
struct Quotes;

impl Validator for Quotes {
    fn validate(&self, text: &str) -> ValidationResult {
        if text.matches("\"\"\"").count() % 2 == 1 {
            ValidationResult::Incomplete
        } else {
            ValidationResult::Complete
        }
    }
}

struct Mark;

impl Prompt for Mark {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        "".into()
    }

    fn render_prompt_indicator(&self, _mode: PromptEditMode) -> Cow<'_, str> {
        "> ".into()
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        "  ".into()
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let found = match search.status {
            PromptHistorySearchStatus::Passing => "search",
            PromptHistorySearchStatus::Failing => "nothing found",
        };
        format!("({found}: {}) ", search.term).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pastes_stand_where_their_marks_stood() {
        let pastes = vec![
            "a\nb".to_owned(),
            "[paste 1: 2 lines, 3 characters]".to_owned(),
        ];
        let (one, two) = (mark(1, &pastes[0]), mark(2, &pastes[1]));
        assert_eq!(one, "[paste 1: 2 lines, 3 characters]");
        let check = |text: &str, expected: &str| assert_eq!(put_in(text, &pastes), expected);
        check("nothing", "nothing");
        check(&format!("sum {one} up"), "sum a\nb up");
        check(&format!("{two}{one}"), &format!("{}a\nb", pastes[1]));
        check("", "");
    }

    #[test]
    fn three_quotes_hold_a_text_open() {
        let complete = |text| matches!(Quotes.validate(text), ValidationResult::Complete);
        assert!(complete("hello"));
        assert!(!complete("\"\"\"one"));
        assert!(complete("\"\"\"one\ntwo\"\"\""));
    }
}
