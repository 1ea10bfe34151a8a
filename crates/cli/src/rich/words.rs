//! States, costs and calls in words.

use std::time::{SystemTime, UNIX_EPOCH};

use interpreter_protocol::{Run, RunState, Usage};
use serde_json::Value;

use crate::render::{safe_text, take_width};

/// What became of a run; none while nothing did.
pub(crate) fn run_words(run: &Run) -> Option<String> {
    let time = run.ms.map(duration);
    let mut words = match run.state {
        RunState::Done => match &time {
            Some(time) => format!("done in {time}"),
            None => "done".to_owned(),
        },
        RunState::Failed => match run.exit {
            Some(exit) => format!("failed, exit status {exit}"),
            None => "failed".to_owned(),
        },
        RunState::Stopped => match &time {
            Some(time) => format!("stopped at {time}; it may have taken effect"),
            None => "stopped; it may have taken effect".to_owned(),
        },
        RunState::Skipped => "skipped".to_owned(),
        RunState::Blocked => match &run.rule {
            Some(rule) => format!("blocked by a rule: {rule}"),
            None => "blocked".to_owned(),
        },
        RunState::Stale => "not run: what it was written for has changed".to_owned(),
        RunState::NoKernel => "not run: the language is not installed".to_owned(),
        RunState::Writing
        | RunState::Awaiting
        | RunState::Editing
        | RunState::Scanning
        | RunState::Queued
        | RunState::Running
        | RunState::NeedsInput => return None,
    };
    if let Some(note) = run.note.as_deref().filter(|note| !note.is_empty()) {
        words.push_str(": ");
        words.push_str(note);
    }
    Some(safe_text(&words).replace('\n', " "))
}

/// A time people can read.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

/// A call on one line: its name, then what it was given.
pub(crate) fn summary(content: &Value) -> String {
    let Some(object) = content.as_object() else {
        return short(&value(content));
    };
    let name = object
        .get("action")
        .or_else(|| object.get("name"))
        .or_else(|| object.get("method"));
    let mut words = name.map(value).unwrap_or_default();
    for (key, given) in object {
        match key.as_str() {
            "action" | "name" | "method" => {}
            "arguments" | "params" if given.is_object() => {
                words.push(' ');
                words.push_str(&value(given));
            }
            "coordinate" | "text" => {
                words.push(' ');
                words.push_str(&value(given));
            }
            key => words.push_str(&format!(" {key} {}", value(given))),
        }
    }
    short(&words)
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(self::value).collect();
            format!("({})", values.join(", "))
        }
        other => other.to_string(),
    }
}

/// At most a few lines of a terminal.
fn short(text: &str) -> String {
    let text = safe_text(text).replace('\n', "⏎");
    match take_width(&text, 300) {
        (text, "") => text.to_owned(),
        (part, _) => format!("{part}…"),
    }
}

/// `{scope, spent, limit}`: much of a budget is used.
pub(super) fn budget(content: &Value) -> String {
    let number = |key: &str| content.get(key).and_then(Value::as_f64).unwrap_or_default();
    let scope = content.get("scope").and_then(Value::as_str);
    let scope = scope.unwrap_or("conversation");
    let (spent, limit) = (number("spent"), number("limit"));
    format!("This {scope} has cost ${spent:.2} of the ${limit:.2} it may. At 100 % it stops.")
}

/// `{at, attempt, reason}`.
pub(super) fn retry(content: &Value) -> String {
    let reason = content
        .get("reason")
        .and_then(Value::as_str)
        .unwrap_or("no answer");
    let attempt = content.get("attempt").and_then(Value::as_u64).unwrap_or(1);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_millis() as u64;
    let wait = content
        .get("at")
        .and_then(Value::as_u64)
        .map(|at| at.saturating_sub(now));
    match wait {
        Some(wait) => {
            format!(
                "{reason}; trying again in {} (attempt {attempt})",
                duration(wait)
            )
        }
        None => format!("{reason}; trying again (attempt {attempt})"),
    }
}

/// What a turn cost; none where it cost nothing or nobody knows.
pub(super) fn cost(usage: &Usage) -> Option<String> {
    let cost = usage.cost_usd.filter(|cost| *cost > 0.0)?;
    // Two digits that say something, also for small sums.
    let digits = if cost < 0.01 { 4 } else { 2 };
    Some(format!(
        "${cost:.digits$} · {} tokens in, {} out",
        grouped(usage.input_tokens),
        grouped(usage.output_tokens)
    ))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter_protocol::{ItemId, Mode};
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[test]
    fn runs() {
        let run = |state| Run {
            item: ItemId::from("i"),
            state,
            exit: None,
            ms: Some(1234),
            rule: None,
            mode: Mode::AskEveryTime,
            place: None,
            grant: None,
            position: None,
            note: None,
        };
        let check = |run: Run, expected: Option<&str>| {
            assert_eq!(run_words(&run).as_deref(), expected);
        };
        check(run(RunState::Running), None);
        check(run(RunState::Done), Some("done in 1.2 s"));
        check(
            Run {
                exit: Some(3),
                ..run(RunState::Failed)
            },
            Some("failed, exit status 3"),
        );
        check(
            Run {
                note: Some("a\nb".into()),
                ..run(RunState::Failed)
            },
            Some("failed: a b"),
        );
        check(
            run(RunState::Stopped),
            Some("stopped at 1.2 s; it may have taken effect"),
        );
        check(
            Run {
                rule: Some("never rm".into()),
                ..run(RunState::Blocked)
            },
            Some("blocked by a rule: never rm"),
        );
    }

    #[test]
    fn durations() {
        for (ms, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (1_000, "1.0 s"),
            (61_500, "1 min 1 s"),
        ] {
            assert_eq!(duration(ms), expected);
        }
    }

    #[test]
    fn calls() {
        let check = |content: Value, expected: &str| assert_eq!(summary(&content), expected);
        check(
            json!({"action": "left_click", "coordinate": [3, 4]}),
            "left_click (3, 4)",
        );
        check(
            json!({"action": "type", "text": "a\u{1b}b\nc"}),
            "type a\\u{1b}b⏎c",
        );
        check(
            json!({"action": "scroll", "coordinate": [1, 2], "scroll_direction": "down"}),
            "scroll (1, 2) scroll_direction down",
        );
        check(
            json!({"name": "mouse.click", "arguments": {"text": "OK"}}),
            "mouse.click {\"text\":\"OK\"}",
        );
        check(json!("odd"), "odd");
    }

    #[test]
    fn costs() {
        let usage = |cost_usd| Usage {
            input_tokens: 12_345,
            output_tokens: 67,
            cost_usd,
            ..Usage::default()
        };
        assert_eq!(cost(&usage(None)), None);
        assert_eq!(cost(&usage(Some(0.0))), None);
        assert_eq!(
            cost(&usage(Some(0.0021))).as_deref(),
            Some("$0.0021 · 12,345 tokens in, 67 out")
        );
        assert_eq!(
            cost(&usage(Some(1.5))).as_deref(),
            Some("$1.50 · 12,345 tokens in, 67 out")
        );
    }
}
