//! Puts text in the place of what was captured.

use std::time::{Duration, Instant};

use interpreter_protocol::Replaced;

use super::{Captured, Origin, Selector};
use crate::ComputerError;
use crate::platform::{self, Field, Seen, SelectedText};

/// How long a program may take to put in what it took.
const ARRIVAL: Duration = Duration::from_millis(600);
/// Between two looks: what other programs hold tells nobody when it changes.
const PAUSE: Duration = Duration::from_millis(5);

impl Selector {
    /// Puts text in the place of what was captured, or behind it, as one edit
    /// that one undo takes back. Where the field cannot be written to, or holds
    /// something else by now, the text goes to the clipboard.
    ///
    /// # Errors
    /// When not even the clipboard could be reached.
    pub fn replace(
        &self,
        captured: &Captured,
        text: &str,
        after: bool,
    ) -> Result<Replaced, ComputerError> {
        self.on_system(|system| {
            match in_place(system, captured, text, after) {
                Ok(true) => return Ok(Replaced::InPlace),
                Ok(false) => {}
                Err(error) => tracing::debug!(%error, "the selection was not replaced"),
            }
            // The old contents are not put back: the text stays, to be pasted by hand.
            let _ = system.end_paste(false);
            system.put(text)?;
            Ok(Replaced::Copied)
        })
    }
}

fn in_place(
    system: &mut dyn SelectedText,
    captured: &Captured,
    text: &str,
    after: bool,
) -> platform::Result<bool> {
    let Some(origin) = captured.origin.as_ref().filter(|_| captured.editable) else {
        return Ok(false);
    };
    system.bring_back(&origin.source)?;
    let mut seen = system.look_again(&origin.source, origin.field.as_ref())?;
    if let (Some(then), Some(now)) = (&origin.field, &seen.field)
        && now.selected.is_none()
        && now.text == then.text
        && system.select_again(then)?
    {
        seen = system.look_again(&origin.source, origin.field.as_ref())?;
    }
    if !still_selected(origin, &captured.text, &seen) {
        return Ok(false);
    }
    let mut behind = false;
    if after && let Some(field) = &seen.field {
        behind = system.caret_behind(field)?;
        let now = system.look_again(&origin.source, origin.field.as_ref())?;
        // Where the caret cannot be moved, the old text is pasted along.
        if !behind && !still_selected(origin, &captured.text, &now) {
            return Ok(false);
        }
    }
    let pasted = match (after, behind) {
        (true, false) => format!("{}{text}", captured.text),
        _ => text.to_owned(),
    };
    let expected = seen
        .field
        .as_ref()
        .and_then(|field| with_text(field, &pasted, behind));
    if !system.paste(&origin.source, &pasted)? {
        return Ok(false);
    }
    if !arrived(system, origin, expected.as_deref())? {
        return Ok(false);
    }
    system.end_paste(true)?;
    Ok(true)
}

/// The same text is selected in the same place.
fn still_selected(origin: &Origin, text: &str, seen: &Seen) -> bool {
    match (&origin.field, &seen.field) {
        (Some(then), Some(now)) => {
            now.focused
                && !now.secret
                && now.editable
                && then.selected == now.selected
                && then.text == now.text
                && now.selected_text().as_deref() == Some(text)
        }
        // The field is gone, or does not answer.
        (Some(_), None) => false,
        (None, _) => seen.offered.as_deref() == Some(text),
    }
}

/// The whole text of a field once the paste has happened.
fn with_text(field: &Field, pasted: &str, behind: bool) -> Option<String> {
    field.key.as_ref()?;
    let text = field.text.as_ref()?;
    let (from, to) = field.selected?;
    let from = if behind { to } else { from };
    let before: String = text.chars().take(from).collect();
    let rest: String = text.chars().skip(to).collect();
    Some(format!("{before}{pasted}{rest}"))
}

/// Whether the field holds the new text. Where it cannot be asked, that the
/// app took the text must do.
fn arrived(
    system: &mut dyn SelectedText,
    origin: &Origin,
    expected: Option<&str>,
) -> platform::Result<bool> {
    let Some(expected) = expected else {
        return Ok(true);
    };
    let deadline = Instant::now() + ARRIVAL;
    loop {
        let now = system.look_again(&origin.source, origin.field.as_ref())?;
        let text = now.field.and_then(|field| field.text);
        if text.is_some_and(|text| same_words(&text, expected)) {
            return Ok(true);
        }
        if Instant::now() > deadline {
            return Ok(false);
        }
        std::thread::park_timeout(PAUSE);
    }
}

/// Fields of one line make spaces of line ends, or drop them.
fn same_words(text: &str, expected: &str) -> bool {
    text == expected
        || text
            .chars()
            .filter(|c| !c.is_whitespace())
            .eq(expected.chars().filter(|c| !c.is_whitespace()))
}
