//! Which clicks have a consequence that cannot be taken back: they are asked about.
//!
//! Judged by what the target is called, by the words that stand there and around
//! it, and by what the model says it wants. The words, in fourteen languages, are
//! data. Where it is doubtful the answer is yes: a question too many costs a
//! moment, one too few an order.

mod words;

use serde::{Deserialize, Serialize};

use words::Words;

/// What a click would bring about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Money is spent, or will be.
    Pay,
    /// Something is deleted, overwritten or given up.
    Delete,
    /// Something goes to somebody.
    Send,
    /// Something becomes visible to others.
    Publish,
    /// A program gets onto the computer, or is changed.
    Install,
    /// Something is agreed to, allowed or signed.
    Accept,
    /// The session or the computer ends.
    End,
}

impl Consequence {
    const ALL: [Self; 7] = [
        Self::Pay,
        Self::Delete,
        Self::Send,
        Self::Publish,
        Self::Install,
        Self::Accept,
        Self::End,
    ];
}

/// What is known of a click, or of a key that confirms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clue<'a> {
    /// The element's role in small words, as [`crate::Element`] has it; empty where
    /// it is not known.
    pub role: &'a str,
    /// The element's name; empty where it has none.
    pub name: &'a str,
    /// The words that stand at the point itself, as read from the picture.
    pub at: &'a str,
    /// Lines around the point, such as a dialog's text.
    pub around: &'a [&'a str],
    /// What the model says it wants.
    pub intent: &'a str,
    /// The keys, where it is no click (`Return`, `ctrl+Enter`, `Delete`).
    pub keys: Option<&'a str>,
}

/// Where text is typed or a place is chosen: a click there only goes there.
const PLACES: [&str; 14] = [
    "text field",
    "text area",
    "password field",
    "search field",
    "date field",
    "spin box",
    "combo box",
    "slider",
    "scroll bar",
    "tab",
    "tab list",
    "column header",
    "menu bar",
    "title bar",
];
/// What holds content of its own: a mail's subject is not an order.
const CONTENT: [&str; 14] = [
    "list item",
    "tree item",
    "cell",
    "row",
    "row header",
    "text",
    "heading",
    "link",
    "image",
    "document",
    "terminal",
    "list",
    "table",
    "tree",
];
/// What is chosen first and takes effect with another click.
const CHOICES: [&str; 4] = [
    "check box",
    "radio button",
    "radio menu item",
    "check menu item",
];
/// What says nothing about what a click on it does.
const VAGUE: [&str; 6] = ["", "group", "window", "canvas", "unknown", "document"];
/// More words than this are content.
const SHORT: usize = 5;

/// What a click or key would bring about, if anything.
pub fn consequence(clue: &Clue<'_>) -> Option<Consequence> {
    let words = words::words();
    if let Some(keys) = clue.keys {
        return by_keys(words, keys, clue);
    }
    if PLACES.contains(&clue.role) {
        return None;
    }
    let label = |text: &str| {
        let long = words::count(text) > SHORT && CONTENT.contains(&clue.role);
        let found = if long { None } else { words.find(text) };
        found.filter(|found| *found == Consequence::Accept || !CHOICES.contains(&clue.role))
    };
    // What stands there counts as much as what it calls itself.
    if let Some(found) = label(clue.name).or_else(|| label(clue.at)) {
        return Some(found);
    }
    let named = if clue.name.trim().is_empty() || VAGUE.contains(&clue.role) {
        clue.at
    } else {
        clue.name
    };
    if words.is_harmless(named) || CHOICES.contains(&clue.role) {
        return None;
    }
    let unclear = named.trim().is_empty() || words.is_generic(named);
    let around = || clue.around.iter().find_map(|line| words.find(line));
    let clickable = !CONTENT.contains(&clue.role) || unclear;
    let intended = || clickable.then(|| words.find(clue.intent)).flatten();
    if unclear {
        around().or_else(intended)
    } else {
        intended()
    }
}

/// An element that says by itself what a click on it does.
pub(crate) fn is_plain(role: &str, name: &str) -> bool {
    let words = words::words();
    PLACES.contains(&role)
        || !name.trim().is_empty() && !VAGUE.contains(&role) && !words.is_generic(name)
}

/// Return does what the focused thing does; Delete deletes where the intent says so.
fn by_keys(words: &Words, keys: &str, clue: &Clue<'_>) -> Option<Consequence> {
    let keys = keys.to_lowercase();
    let any = |names: &[&str]| keys.split(['+', ' ', '-']).any(|key| names.contains(&key));
    if any(&["delete", "del", "backspace"]) {
        let text = clue.role.contains("field") || clue.role == "text area";
        return words
            .find(clue.intent)
            .filter(|found| !text && *found == Consequence::Delete)
            .or_else(|| {
                any(&["shift"])
                    .then_some(Consequence::Delete)
                    .filter(|_| !text)
            });
    }
    if !any(&["return", "enter", "kp_enter", "space"]) {
        return None;
    }
    let pressed = matches!(clue.role, "button" | "link" | "menu item" | "");
    let named = || pressed.then(|| words.find(clue.name)).flatten();
    // A line break in a text is none of it.
    let intended = || words.find(clue.intent);
    if any(&["space"]) {
        return named();
    }
    named().or_else(intended)
}

#[cfg(test)]
mod tests;
