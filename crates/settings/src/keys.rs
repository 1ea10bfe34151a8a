//! Every setting: its name, what it may be, and what it is where nobody says anything.

mod accept;
mod lists;

use interpreter_protocol::Mode;
use serde_json::{Value, json};

pub(crate) use accept::accept;
use lists::{FORBIDDEN, LOOP_BREAKERS, PASSWORD_APPS};

/// What a setting may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Flag,
    Text,
    /// Text that is never shown and never saved here.
    Secret,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A whole number of at least the first, at most the second.
    Count(u64, u64),
    /// A number in this range.
    Number(f64, f64),
    /// A list of texts.
    List,
    /// An object of texts; null stands for none.
    Texts,
    /// A list of objects that have exactly these fields.
    Objects(&'static [Field]),
}

/// A field of the objects in a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    /// One of these; empty: any text that says something.
    pub(crate) allowed: &'static [&'static str],
}

/// A setting.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    default: fn() -> Value,
}

impl Key {
    pub(crate) fn default(&self) -> Value {
        (self.default)()
    }

    /// The variable of the environment it is set by.
    pub(crate) fn variable(&self) -> Option<String> {
        // INTERPRETER_API_KEY is the token of the local server.
        (self.kind != Kind::Secret).then(|| format!("INTERPRETER_{}", self.name.to_uppercase()))
    }
}

const MODES: &[&str] = &[
    "ask_every_time",
    "ask_before_changes",
    "ask_when_blocked",
    "full_access",
    "chat_only",
];
const SAFE_MODES: &[&str] = &["off", "ask", "auto"];
const MOST: u64 = u32::MAX as u64;
const ACTION: &[Field] = &[
    field("id", &[]),
    field("name", &[]),
    field("prompt", &[]),
    field("output", &["show", "replace", "chat"]),
];

const fn field(name: &'static str, allowed: &'static [&'static str]) -> Field {
    Field { name, allowed }
}

macro_rules! key {
    ($name:literal, $kind:expr, $default:expr) => {
        Key {
            name: $name,
            kind: $kind,
            default: || $default,
        }
    };
}

/// All of them, by name.
pub(crate) const KEYS: &[Key] = &[
    key!(
        "announce",
        Kind::Choice(&["full", "first", "done"]),
        json!("full")
    ),
    key!("api_base", Kind::Text, Value::Null),
    key!("api_key", Kind::Secret, Value::Null),
    key!("api_version", Kind::Text, Value::Null),
    key!("close_to_tray", Kind::Flag, json!(false)),
    key!("code_font", Kind::Text, Value::Null),
    key!("context_window", Kind::Count(1, MOST), Value::Null),
    key!("conversation_history", Kind::Flag, json!(true)),
    key!("custom_instructions", Kind::Text, json!("")),
    key!(
        "density",
        Kind::Choice(&["compact", "standard", "roomy"]),
        json!("standard")
    ),
    key!("first_run", Kind::Flag, json!(true)),
    key!("forbidden_commands", Kind::List, json!(FORBIDDEN)),
    key!("glide", Kind::Flag, json!(false)),
    key!("highlight_active_line", Kind::Flag, json!(true)),
    key!("keep_screenshots", Kind::Flag, json!(true)),
    key!("last_model", Kind::Text, Value::Null),
    key!("loop", Kind::Flag, json!(false)),
    key!("loop_breakers", Kind::List, json!(LOOP_BREAKERS)),
    key!("loop_message", Kind::Text, Value::Null),
    key!("max_budget", Kind::Number(0.0, f64::MAX), Value::Null),
    key!("max_budget_day", Kind::Number(0.0, f64::MAX), Value::Null),
    key!("max_budget_month", Kind::Number(0.0, f64::MAX), Value::Null),
    key!("max_budget_turn", Kind::Number(0.0, f64::MAX), Value::Null),
    key!("max_output", Kind::Count(0, MOST), json!(2800)),
    key!("max_tokens", Kind::Count(1, MOST), Value::Null),
    key!("mode", Kind::Choice(MODES), json!(MODES[0])),
    key!("model", Kind::Text, Value::Null),
    key!(
        "motion",
        Kind::Choice(&["system", "reduced", "full"]),
        json!("system")
    ),
    key!("notifications", Kind::Flag, json!(true)),
    key!("offline", Kind::Flag, json!(false)),
    key!("os", Kind::Flag, json!(false)),
    // The window in front is all that is seen.
    key!("os_active_window", Kind::Flag, json!(false)),
    // Null: all of them.
    key!("os_displays", Kind::List, Value::Null),
    // 0: without end.
    key!("os_minutes", Kind::Count(0, MOST), json!(15)),
    key!("os_steps", Kind::Count(0, MOST), json!(40)),
    key!("plain_text_display", Kind::Flag, json!(false)),
    key!("profile", Kind::Text, json!("default")),
    key!("python", Kind::Text, Value::Null),
    key!("quick_model", Kind::Text, Value::Null),
    key!("run_timeout", Kind::Count(1, MOST), Value::Null),
    key!("safe_graphics", Kind::Flag, json!(false)),
    key!("safe_mode", Kind::Choice(SAFE_MODES), json!("off")),
    key!("screenshot_days", Kind::Count(0, MOST), json!(7)),
    key!("screenshot_megabytes", Kind::Count(0, MOST), json!(1024)),
    key!("selection_actions", Kind::Objects(ACTION), json!([])),
    key!("selection_blocked_apps", Kind::List, json!(PASSWORD_APPS)),
    key!("selection_language", Kind::Text, Value::Null),
    key!(
        "send_with",
        Kind::Choice(&["enter", "ctrl_enter"]),
        json!("enter")
    ),
    key!("shortcuts", Kind::Texts, json!({})),
    key!("single_keys", Kind::Flag, json!(true)),
    key!("summon_hotkey", Kind::Text, json!("Ctrl+Shift+Space")),
    key!("supports_functions", Kind::Flag, Value::Null),
    key!("supports_vision", Kind::Flag, Value::Null),
    key!("system_message", Kind::Text, Value::Null),
    key!("temperature", Kind::Number(0.0, 2.0), Value::Null),
    key!("text_size", Kind::Count(80, 200), json!(100)),
    key!(
        "theme",
        Kind::Choice(&["system", "light", "dark", "contrast"]),
        json!("system")
    ),
    key!("toggle_hotkey", Kind::Text, Value::Null),
    key!("updates", Kind::Choice(&["ask", "off"]), json!("off")),
    key!("verbose", Kind::Flag, json!(false)),
];

/// The setting of this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// A name that is much like this one.
pub(crate) fn nearest(name: &str) -> Option<String> {
    let unlike = |key: &Key| {
        (
            distance(name, key.name),
            name.len().abs_diff(key.name.len()),
        )
    };
    let best = KEYS.iter().min_by_key(|key| unlike(key))?;
    (unlike(best).0 <= 1 + name.len() / 4).then(|| best.name.to_owned())
}

/// The number of letters to change; the same letters in another order are one slip.
fn distance(a: &str, b: &str) -> usize {
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    if a != b && sorted(a) == sorted(b) {
        return 1;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The mode behind its name.
pub(crate) fn mode(name: &str) -> Mode {
    match name {
        "ask_before_changes" => Mode::AskBeforeChanges,
        "ask_when_blocked" => Mode::AskWhenBlocked,
        "full_access" => Mode::FullAccess,
        "chat_only" => Mode::ChatOnly,
        _ => Mode::AskEveryTime,
    }
}

#[cfg(test)]
mod tests;
