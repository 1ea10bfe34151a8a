//! Every setting: its name, what it may be, and what it is where nobody says anything.

use interpreter_protocol::Mode;
use serde_json::{Value, json};

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
    key!("api_base", Kind::Text, Value::Null),
    key!("api_key", Kind::Secret, Value::Null),
    key!("api_version", Kind::Text, Value::Null),
    key!("context_window", Kind::Count(1, MOST), Value::Null),
    key!("conversation_history", Kind::Flag, json!(true)),
    key!("custom_instructions", Kind::Text, json!("")),
    key!("forbidden_commands", Kind::List, json!(FORBIDDEN)),
    key!("highlight_active_line", Kind::Flag, json!(true)),
    key!("keep_screenshots", Kind::Flag, json!(true)),
    key!("last_model", Kind::Text, Value::Null),
    key!("loop", Kind::Flag, json!(false)),
    key!("loop_breakers", Kind::List, json!(LOOP_BREAKERS)),
    key!("loop_message", Kind::Text, Value::Null),
    key!("max_budget", Kind::Number(0.0, f64::MAX), Value::Null),
    key!("max_output", Kind::Count(0, MOST), json!(2800)),
    key!("max_tokens", Kind::Count(1, MOST), Value::Null),
    key!("mode", Kind::Choice(MODES), json!(MODES[0])),
    key!("model", Kind::Text, Value::Null),
    key!("offline", Kind::Flag, json!(false)),
    key!("os", Kind::Flag, json!(false)),
    key!("plain_text_display", Kind::Flag, json!(false)),
    key!("profile", Kind::Text, json!("default")),
    key!("python", Kind::Text, Value::Null),
    key!("run_timeout", Kind::Count(1, MOST), Value::Null),
    key!("safe_mode", Kind::Choice(SAFE_MODES), json!("off")),
    key!("supports_functions", Kind::Flag, Value::Null),
    key!("supports_vision", Kind::Flag, Value::Null),
    key!("system_message", Kind::Text, Value::Null),
    key!("temperature", Kind::Number(0.0, 2.0), Value::Null),
    key!("verbose", Kind::Flag, json!(false)),
];

/// Words that a command must not begin with. What destroys a disk, a home
/// folder or a session is hardly ever what was meant. `*` stands for any text,
/// `\*` for an asterisk.
const FORBIDDEN: &[&str] = &[
    "rm -rf /",
    "rm -rf /\\*",
    "rm -rf ~",
    "rm -rf ~/",
    "rm -rf ~/\\*",
    "rm -rf $HOME",
    "rm -rf --no-preserve-root",
    "chmod -R 777 /",
    "chown -R root /",
    "mkfs",
    "mkfs.btrfs",
    "mkfs.exfat",
    "mkfs.ext2",
    "mkfs.ext3",
    "mkfs.ext4",
    "mkfs.fat",
    "mkfs.ntfs",
    "mkfs.vfat",
    "mkfs.xfs",
    "mkswap",
    "wipefs",
    "fdisk",
    "sfdisk",
    "parted",
    "blkdiscard",
    "dd of=/dev/*",
    "dd * of=/dev/*",
    "shred /dev/*",
    "diskutil eraseDisk",
    "diskutil eraseVolume",
    "diskutil partitionDisk",
    "format C:",
    "diskpart",
    "cipher /w:C:",
    "vssadmin delete shadows",
    "bcdedit",
    "shutdown",
    "reboot",
    "halt",
    "poweroff",
    "init 0",
    "init 6",
    "telinit 0",
    "systemctl poweroff",
    "systemctl reboot",
    "systemctl halt",
    "Stop-Computer",
    "Restart-Computer",
    ":(){ :|:& };:",
    "kill -9 -1",
];

/// What a model says when there is nothing left to do.
const LOOP_BREAKERS: &[&str] = &[
    "The task is done.",
    "The task is impossible.",
    "Let me know what you'd like to do next.",
    "Please provide more information.",
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

/// A value in its own form (`"0.5"` from a variable becomes a number), or in
/// words what is allowed. Null stands for nothing said, and is always allowed.
pub(crate) fn accept(kind: Kind, value: &Value) -> Result<Value, String> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    match kind {
        Kind::Flag => flag(value)
            .map(Value::Bool)
            .ok_or_else(|| "true or false".to_owned()),
        Kind::Text | Kind::Secret => match value {
            Value::String(text) => Ok(json!(text)),
            // YAML reads a version like 2024 as a number.
            Value::Number(number) => Ok(json!(number.to_string())),
            _ => Err("a text".to_owned()),
        },
        Kind::Choice(allowed) => choice(value, allowed)
            .map(|name| json!(name))
            .ok_or_else(|| format!("one of {}", allowed.join(", "))),
        Kind::Count(least, most) => {
            let count = match value {
                Value::String(text) => text.trim().replace('_', "").parse().ok(),
                // 4096.0 is how some programs write whole numbers.
                number => number.as_u64().or_else(|| {
                    let number = number.as_f64()?;
                    (number >= 0.0 && number.fract() == 0.0).then_some(number as u64)
                }),
            };
            count
                .filter(|count| (least..=most).contains(count))
                .map(|count| json!(count))
                .ok_or_else(|| format!("a whole number from {least} to {most}"))
        }
        Kind::Number(least, most) => {
            let number = match value {
                Value::String(text) => text.trim().parse().ok(),
                number => number.as_f64(),
            };
            number
                .filter(|number: &f64| number.is_finite() && (least..=most).contains(number))
                .map(|number| json!(number))
                .ok_or_else(|| match most {
                    f64::MAX => format!("a number of at least {least}"),
                    _ => format!("a number from {least} to {most}"),
                })
        }
        Kind::List => list(value).ok_or_else(|| "a list of texts".to_owned()),
    }
}

fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "on" | "yes" | "y" | "1" => Some(true),
            "false" | "off" | "no" | "n" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn choice(value: &Value, allowed: &[&'static str]) -> Option<&'static str> {
    let text = match value {
        Value::String(text) => text.trim().to_lowercase().replace([' ', '-'], "_"),
        // YAML reads `safe_mode: off` as a flag; bare `--safe_mode` means to ask.
        Value::Bool(false) => "off".to_owned(),
        Value::Bool(true) => "ask".to_owned(),
        _ => return None,
    };
    let text = match text.as_str() {
        "ask_only_when_blocked" => "ask_when_blocked",
        other => other,
    };
    allowed.iter().find(|name| **name == text).copied()
}

fn list(value: &Value) -> Option<Value> {
    match value {
        Value::Array(items) if items.iter().all(Value::is_string) => Some(value.clone()),
        // A variable holds a JSON list, or one text.
        Value::String(text) => match serde_json::from_str::<Vec<String>>(text) {
            Ok(items) => Some(json!(items)),
            Err(_) if text.trim().is_empty() => Some(json!([])),
            Err(_) => Some(json!([text])),
        },
        _ => None,
    }
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
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn keys_are_sorted_and_their_defaults_allowed() {
        for pair in KEYS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
        }
        for key in KEYS {
            assert_eq!(
                accept(key.kind, &key.default()),
                Ok(key.default()),
                "{}",
                key.name
            );
        }
        for name in MODES {
            assert_eq!(serde_json::to_value(mode(name)).unwrap(), json!(name));
        }
    }

    #[test]
    fn values_are_brought_into_form_or_refused() {
        let check = |name: &str, given: Value, expected: Result<Value, &str>| {
            let key = find(name).unwrap();
            let expected = expected.map_err(str::to_owned);
            assert_eq!(accept(key.kind, &given), expected, "{name} = {given}");
        };
        check("os", json!("on"), Ok(json!(true)));
        check("os", json!("No"), Ok(json!(false)));
        check("os", json!(1), Ok(json!(true)));
        check("os", json!("maybe"), Err("true or false"));
        check("model", json!("x"), Ok(json!("x")));
        check("model", json!(3.5), Ok(json!("3.5")));
        check("model", json!(["x"]), Err("a text"));
        check("model", Value::Null, Ok(Value::Null));
        check("max_tokens", json!("4_096"), Ok(json!(4096)));
        check("max_tokens", json!(4096.0), Ok(json!(4096)));
        check(
            "max_tokens",
            json!(0),
            Err("a whole number from 1 to 4294967295"),
        );
        check(
            "max_tokens",
            json!(-1),
            Err("a whole number from 1 to 4294967295"),
        );
        check(
            "max_tokens",
            json!(1.5),
            Err("a whole number from 1 to 4294967295"),
        );
        check("temperature", json!("0.5"), Ok(json!(0.5)));
        check("temperature", json!(3), Err("a number from 0 to 2"));
        check("max_budget", json!("-1"), Err("a number of at least 0"));
        check("max_budget", json!("NaN"), Err("a number of at least 0"));
        check("mode", json!("Full access"), Ok(json!("full_access")));
        check(
            "mode",
            json!("ask-only-when-blocked"),
            Ok(json!("ask_when_blocked")),
        );
        check(
            "mode",
            json!("yolo"),
            Err(
                "one of ask_every_time, ask_before_changes, ask_when_blocked, full_access, chat_only",
            ),
        );
        check("safe_mode", json!(false), Ok(json!("off")));
        check("safe_mode", json!(true), Ok(json!("ask")));
        check(
            "forbidden_commands",
            json!(["a", "b c"]),
            Ok(json!(["a", "b c"])),
        );
        check("forbidden_commands", json!("[\"a\"]"), Ok(json!(["a"])));
        check(
            "forbidden_commands",
            json!("rm -rf x"),
            Ok(json!(["rm -rf x"])),
        );
        check("forbidden_commands", json!([1]), Err("a list of texts"));
    }

    #[test]
    fn a_misspelt_key_is_recognised() {
        let check = |given: &str, expected: Option<&str>| {
            assert_eq!(nearest(given).as_deref(), expected, "{given}");
        };
        check("modle", Some("model"));
        check("temprature", Some("temperature"));
        check("max_token", Some("max_tokens"));
        check("colour_of_the_sky", None);
    }
}
