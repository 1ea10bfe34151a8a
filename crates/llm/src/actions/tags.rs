//! Calls written between tags: JSON, or one tag a parameter.

use serde_json::{Map, Value, json};

const OPEN: &[&str] = &["<tool_call>", "<seed:tool_call>"];
const CLOSE: &[&str] = &["</tool_call>", "</seed:tool_call>"];

/// Names and arguments of every call in a text. A missing closing tag is forgiven.
pub(crate) fn calls(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((start, tag)) = first(rest, OPEN) {
        rest = &rest[start + tag.len()..];
        let (end, close) = first(rest, CLOSE).unwrap_or((rest.len(), ""));
        // Another call may begin where the end of this one was forgotten.
        let next = first(rest, OPEN).map_or(rest.len(), |(at, _)| at);
        let end = end.min(next);
        found.extend(inside(&rest[..end]));
        rest = &rest[if end == next { end } else { end + close.len() }..];
    }
    if found.is_empty() {
        let bare = text.find("<function=").or_else(|| text.find("{\"name\""));
        found.extend(bare.map(|at| inside(&text[at..])).unwrap_or_default());
    }
    found
}

fn first<'a>(text: &str, tags: &[&'a str]) -> Option<(usize, &'a str)> {
    tags.iter()
        .filter_map(|tag| Some((text.find(tag)?, *tag)))
        .min()
}

fn inside(body: &str) -> Vec<(String, Value)> {
    if body.contains("<function=") {
        return functions(body);
    }
    json_call(body).into_iter().collect()
}

fn json_call(body: &str) -> Option<(String, Value)> {
    let start = body.find('{')?;
    let body = body[start..].trim_end();
    // Some write a brace too few or too many.
    let value = crate::json::arguments(body)
        .or_else(|| crate::json::arguments(&format!("{body}}}")))
        .or_else(|| crate::json::arguments(body.strip_suffix('}')?))
        .or_else(|| crate::json::arguments(&body[..=body.rfind('}')?]))?;
    let name = value.get("name")?.as_str()?.to_owned();
    let arguments = match value.get("arguments").or_else(|| value.get("parameters")) {
        Some(Value::String(text)) => crate::json::arguments(text)?,
        Some(object) => object.clone(),
        None => json!({}),
    };
    Some((name, arguments))
}

/// `<function=NAME><parameter=KEY>VALUE</parameter></function>`, several of them.
fn functions(body: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for piece in body.split("<function=").skip(1) {
        let piece = piece.split("</function>").next().unwrap_or(piece);
        let Some((name, rest)) = piece.split_once('>') else {
            continue;
        };
        let mut arguments = Map::new();
        for parameter in rest.split("<parameter=").skip(1) {
            let Some((key, value)) = parameter.split_once('>') else {
                continue;
            };
            let value = value.split("</parameter>").next().unwrap_or(value);
            let value = value.strip_prefix('\n').unwrap_or(value);
            let value = value.strip_suffix('\n').unwrap_or(value);
            // Numbers and lists are JSON; so would be a text that is to be typed.
            let parsed = match key.trim() {
                "action" => Some(json!(value.trim())),
                "text" | "content" => None,
                _ => crate::json::parse(value.trim()),
            };
            let value = parsed.unwrap_or_else(|| json!(value));
            arguments.insert(key.trim().to_owned(), value);
        }
        found.push((name.trim().to_owned(), Value::Object(arguments)));
    }
    found
}
