//! JSON as servers really write it.

use serde_json::Value;

/// Parses JSON; halves of surrogate pairs, which Rust text cannot hold, become U+FFFD.
pub(crate) fn parse(text: &str) -> Option<Value> {
    match serde_json::from_str(text) {
        Ok(value) => Some(value),
        Err(_) if text.contains("\\u") => serde_json::from_str(&without_lone_surrogates(text)).ok(),
        Err(_) => None,
    }
}

/// Arguments of a call: JSON, or nearly. Nothing at all means `{}`.
pub(crate) fn arguments(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() || text == "null" {
        return Some(Value::Object(serde_json::Map::new()));
    }
    let value = parse(text).or_else(|| parse(&escaped_controls(text)))?;
    match value {
        // Some servers encode twice.
        Value::String(inner) => parse(&inner).filter(Value::is_object),
        Value::Object(_) => Some(value),
        _ => None,
    }
}

/// Raw line breaks and tabs inside strings are written as escapes.
fn escaped_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut inside, mut escape) = (false, false);
    for c in text.chars() {
        match c {
            '\n' if inside => out.push_str("\\n"),
            '\r' if inside => out.push_str("\\r"),
            '\t' if inside => out.push_str("\\t"),
            c => out.push(c),
        }
        if escape {
            escape = false;
        } else if inside && c == '\\' {
            escape = true;
        } else if c == '"' {
            inside = !inside;
        }
    }
    out
}

fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| -> Option<u32> {
        let code = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(code, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let Some(c) = text[at..].chars().next() else {
            break;
        };
        if c != '\\' {
            out.push(c);
            at += c.len_utf8();
            continue;
        }
        match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => {
                out.push_str(&text[at..at + 12]);
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                out.push_str("\\ufffd");
                at += 6;
            }
            _ => {
                // An escape and what it escapes, so that `\\u` is not taken for one.
                let next = text[at + 1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&text[at..at + 1 + next]);
                at += 1 + next;
            }
        }
    }
    out
}

/// A count, also where it is written as text or with a fraction.
pub(crate) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            number
                .as_f64()
                .filter(|float| *float >= 0.0)
                .map(|float| float as u64)
        }),
        Value::String(text) => text
            .trim()
            .parse::<f64>()
            .ok()
            .map(|float| float.max(0.0) as u64),
        _ => None,
    }
}

/// Text at a key, where it is text and not empty.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn odd_json_is_read() {
        let check =
            |text: &str, expected: Option<Value>| assert_eq!(parse(text), expected, "{text}");
        check(r#""\ud83d\ude00""#, Some(json!("😀")));
        check(r#""a\ud83d""#, Some(json!("a\u{fffd}")));
        check(r#""\ude00b\\ud83d""#, Some(json!("\u{fffd}b\\ud83d")));
        check("{", None);
    }

    #[test]
    fn arguments_are_read_tolerantly() {
        let check =
            |text: &str, expected: Option<Value>| assert_eq!(arguments(text), expected, "{text}");
        check("", Some(json!({})));
        check(" null ", Some(json!({})));
        check("{\"code\":\"a\nb\"}", Some(json!({"code": "a\nb"})));
        check(r#""{\"a\":1}""#, Some(json!({"a": 1})));
        check("{\"a\":", None);
        check("[1]", None);
    }

    #[test]
    fn counts_come_in_every_spelling() {
        let check = |value: Value, expected| assert_eq!(number(&value), expected);
        check(json!(3), Some(3));
        check(json!(3.7), Some(3));
        check(json!("12"), Some(12));
        check(json!(-1), None);
        check(json!(1e19), Some(10_000_000_000_000_000_000));
        check(json!(null), None);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(\\\\u[dD][89a-fA-F][0-9a-f]{2}|\\\\|\"|é|a|\\{){0,12}") {
            let _ = parse(&text);
            let _ = arguments(&text);
        }
    }
}
