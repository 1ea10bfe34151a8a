//! What a value may be, and its own form.

use serde_json::{Value, json};

use super::{Field, Kind};

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
        Kind::Texts => texts(value)
            .ok_or_else(|| "an object whose values are texts, or null for none".to_owned()),
        Kind::Objects(fields) => objects(value, fields).ok_or_else(|| {
            let fields: Vec<String> = fields.iter().map(in_words).collect();
            format!(
                "a list of objects with exactly these fields: {}",
                fields.join(", ")
            )
        }),
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

fn texts(value: &Value) -> Option<Value> {
    match value {
        Value::Object(items) => {
            let is_text = |item: &Value| item.is_string() || item.is_null();
            items.values().all(is_text).then(|| value.clone())
        }
        // A variable holds JSON.
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Object(items)) => texts(&Value::Object(items)),
            Err(_) if text.trim().is_empty() => Some(json!({})),
            _ => None,
        },
        _ => None,
    }
}

fn objects(value: &Value, fields: &[Field]) -> Option<Value> {
    let fits = |item: &Value| {
        item.as_object().is_some_and(|item| {
            item.len() == fields.len()
                && fields.iter().all(|field| {
                    let text = item.get(field.name).and_then(Value::as_str);
                    text.is_some_and(|text| match field.allowed {
                        [] => !text.trim().is_empty(),
                        allowed => allowed.contains(&text),
                    })
                })
        })
    };
    match value {
        Value::Array(items) => items.iter().all(fits).then(|| value.clone()),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Array(items)) => objects(&Value::Array(items), fields),
            Err(_) if text.trim().is_empty() => Some(json!([])),
            _ => None,
        },
        _ => None,
    }
}

fn in_words(field: &Field) -> String {
    match field.allowed {
        [] => format!("{} (a text)", field.name),
        allowed => format!("{} ({})", field.name, allowed.join(" or ")),
    }
}
