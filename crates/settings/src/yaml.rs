//! Settings written as YAML that a person likes to read.

use serde_json::{Map, Value};

/// A file: comment lines first, then one setting a line or block.
pub(crate) fn write(header: &[String], values: &Map<String, Value>) -> String {
    let mut out = String::new();
    for line in header {
        out.push('#');
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
    for (key, value) in values {
        out.push('\n');
        out.push_str(key);
        out.push(':');
        entry(&mut out, value);
    }
    out
}

fn entry(out: &mut String, value: &Value) {
    match value {
        Value::String(text) if is_block(text) => block(out, text),
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            for item in items {
                out.push_str("  - ");
                out.push_str(&flow(item));
                out.push('\n');
            }
        }
        Value::Object(items) if !items.is_empty() => {
            out.push('\n');
            for (key, value) in items {
                out.push_str("  ");
                out.push_str(&scalar(key));
                out.push_str(": ");
                out.push_str(&flow(value));
                out.push('\n');
            }
        }
        value => {
            out.push(' ');
            out.push_str(&flow(value));
            out.push('\n');
        }
    }
}

/// Several plain lines, which a block shows as they are.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let plain = |line: &str| {
        !line.ends_with([' ', '\t'])
            && !line.starts_with('\t')
            && line
                .chars()
                .all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}'))
    };
    lines.contains('\n')
        && !lines.ends_with('\n')
        && !lines.starts_with([' ', '\n'])
        && lines.split('\n').all(plain)
}

fn block(out: &mut String, text: &str) {
    let (mark, lines) = match text.strip_suffix('\n') {
        Some(lines) => (" |\n", lines),
        None => (" |-\n", text),
    };
    out.push_str(mark);
    for line in lines.split('\n') {
        if !line.is_empty() {
            out.push_str("  ");
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// On one line: JSON is YAML, too.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        value => value.to_string(),
    }
}

/// A text, without quotes where it cannot be taken for anything else.
fn scalar(text: &str) -> String {
    let word =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '+' | ' ');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let lower = text.to_lowercase();
    let means_more = matches!(
        lower.as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null" | "nan" | "inf"
    );
    if starts && !means_more && !text.ends_with(' ') && text.chars().all(word) {
        return text.to_owned();
    }
    // What JSON leaves as it is and YAML does not.
    let quoted = Value::from(text).to_string();
    quoted
        .chars()
        .map(|c| match c {
            '\u{7f}'..='\u{9f}' | '\u{feff}' | '\u{2028}' | '\u{2029}' => {
                format!("\\u{:04x}", c as u32)
            }
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::json;

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_file_reads_like_one_a_person_wrote() {
        let values = json!({
            "custom_instructions": "Be brief.\n\n  Really.\n",
            "forbidden_commands": ["rm -rf /", "shutdown"],
            "max_budget": 2.5,
            "model": "anthropic/claude-sonnet-5-5",
            "os": true,
            "selection_actions": [],
            "system_message": "yes",
        });
        let header = ["Mine".to_owned(), String::new()];
        assert_eq!(
            write(&header, &object(&values)),
            "# Mine\n#\n\ncustom_instructions: |\n  Be brief.\n\n    Really.\n\nforbidden_commands:\n  \
             - rm -rf /\n  - shutdown\n\nmax_budget: 2.5\n\nmodel: anthropic/claude-sonnet-5-5\n\n\
             os: true\n\nselection_actions: []\n\nsystem_message: \"yes\"\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            text in any::<String>(),
            lines in prop::collection::vec("[ -~]{0,12}", 1..4),
            list in prop::collection::vec(any::<String>(), 0..3),
        ) {
            let values = json!({
                "a": text,
                "b": lines.join("\n"),
                "c": list,
                "d": [{"id": text, "n": 1}],
                "e": {"Ctrl+K": lines.join("\n"), "x": null},
            });
            let file = write(&["x".to_owned()], &object(&values));
            let read = crate::profile::parse(&file);
            prop_assert_eq!(read.as_ref(), Ok(&values), "{}", file);
        }
    }
}
