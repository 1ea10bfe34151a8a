//! History must not change: each request's messages begin with those of the
//! request before, byte for byte, except for moved cache marks.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model_server::History;
use crate::model_server::seen::{Format, SeenRequest};

/// The conversations seen so far.
#[derive(Default)]
pub(in super::super) struct HistoryBook {
    known: Vec<Known>,
}

struct Known {
    format: Format,
    /// System text and tools, as they were sent.
    frame: Frame,
    messages: Vec<String>,
}

#[derive(PartialEq, Clone)]
struct Frame {
    system: String,
    tools: String,
}

#[derive(Deserialize)]
struct Body<'a> {
    /// The words of the formats for the same.
    #[serde(borrow, default, alias = "input", alias = "contents")]
    messages: Vec<&'a RawValue>,
    #[serde(borrow, default, alias = "instructions", alias = "systemInstruction")]
    system: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tools: Option<&'a RawValue>,
}

impl HistoryBook {
    /// Takes in a request; says what of the known history has changed.
    pub(in super::super) fn observe(
        &mut self,
        request: &SeenRequest,
        rule: History,
        frame_may_change: bool,
    ) -> Option<String> {
        let Ok(body) = serde_json::from_str::<Body>(&request.raw) else {
            return None;
        };
        let text = |raw: Option<&RawValue>| without_marks(raw.map_or("", RawValue::get));
        let frame = Frame {
            system: text(body.system),
            tools: text(body.tools),
        };
        let mut messages: Vec<String> = body
            .messages
            .iter()
            .map(|raw| without_marks(raw.get()))
            .collect();
        // In Chat Completions the system text is the first message; it is part
        // of the comparison, but does not tell conversations apart.
        let lead = usize::from(request.format == Format::OpenAi && request.system() != "");
        if messages.len() <= lead {
            return None;
        }
        let common = |known: &Known| {
            known
                .messages
                .iter()
                .zip(&messages)
                .take_while(|(a, b)| a == b)
                .count()
        };
        let best = (0..self.known.len())
            .filter(|at| {
                let known = &self.known[*at];
                known.format == request.format
                    && known.messages.get(lead).is_some_and(|first| {
                        *first == messages[lead] || same_but_images(first, &messages[lead])
                    })
            })
            .max_by_key(|at| {
                (
                    common(&self.known[*at]),
                    self.known[*at].frame == frame,
                    *at,
                )
            });
        let fresh = messages.len() == lead + 1;
        let Some(at) = best else {
            let lost = !fresh && !self.known.is_empty() && rule == History::Frozen;
            let before = self.known.len();
            self.known.push(Known {
                format: request.format,
                frame,
                messages,
            });
            return lost.then(|| {
                format!(
                    "the history begins with a message that none of the {before} known \
                     conversations begins with"
                )
            });
        };
        let known = &self.known[at];
        let same = common(known);
        let problem = if rule == History::Free {
            None
        } else if fresh && (same < known.messages.len() || known.frame != frame) {
            // The same first words again: a new conversation.
            self.known.push(Known {
                format: request.format,
                frame,
                messages,
            });
            return None;
        } else if same == known.messages.len() {
            (known.frame != frame && !frame_may_change).then(|| {
                let what = if known.frame.system == frame.system {
                    "tools"
                } else {
                    "system text"
                };
                format!("the {what} changed in the middle of the conversation")
            })
        } else if rule == History::MayRewind {
            None
        } else {
            let fits = |(old, new): (&String, &String)| {
                old == new || (rule == History::ImagesMayGo && same_but_images(old, new))
            };
            let pairs = known.messages.iter().zip(&messages);
            let agree = pairs.take_while(|pair| fits(*pair)).count();
            (agree < known.messages.len()).then(|| {
                format!(
                    "message {agree} of the history changed\n    was: {}\n    is:  {}",
                    brief(known.messages.get(agree)),
                    brief(messages.get(agree))
                )
            })
        };
        let known = &mut self.known[at];
        known.frame = frame;
        std::mem::swap(&mut known.messages, &mut messages);
        problem
    }
}

fn brief(message: Option<&String>) -> String {
    match message {
        None => "not there".to_owned(),
        Some(text) if text.chars().count() > 600 => {
            let head: String = text.chars().take(600).collect();
            format!("{head}… ({} bytes)", text.len())
        }
        Some(text) => text.clone(),
    }
}

/// The JSON text without `cache_control` keys. Inside a JSON string the quote
/// would be escaped, so the search cannot hit text.
fn without_marks(json: &str) -> String {
    const KEY: &str = "\"cache_control\":";
    let mut rest = json;
    let mut out = String::with_capacity(json.len());
    while let Some(at) = rest.find(KEY) {
        let before = &rest[..at];
        let after = &rest[at + KEY.len()..];
        let Some(end) = after.find('}').map(|end| end + 1) else {
            break;
        };
        let after = &after[end..];
        if let Some(before) = before.trim_end().strip_suffix(',') {
            out.push_str(before);
            rest = after;
        } else {
            // The first key of its object: the comma behind it goes with it.
            out.push_str(before);
            rest = after.trim_start().strip_prefix(',').unwrap_or(after);
        }
    }
    out.push_str(rest);
    out
}

/// Whether two messages differ only by images that became text.
fn same_but_images(old: &str, new: &str) -> bool {
    match (
        serde_json::from_str::<Value>(old),
        serde_json::from_str::<Value>(new),
    ) {
        (Ok(old), Ok(new)) => same_value(&old, &new),
        _ => false,
    }
}

fn same_value(old: &Value, new: &Value) -> bool {
    let is_image = |value: &Value| {
        matches!(
            value["type"].as_str(),
            Some("image" | "image_url" | "input_image")
        ) || value.get("inlineData").is_some()
    };
    let is_text = |value: &Value| {
        matches!(value["type"].as_str(), Some("text" | "input_text"))
            || value["type"].is_null() && value["text"].is_string()
    };
    // Of Gemini's responses pictures are a part of their own, and what is left of them
    // is told in words.
    let response = |value: &Value| {
        let made = value.get("functionResponse")?;
        Some((made["id"].clone(), made.get("parts").is_some()))
    };
    match (old, new) {
        (old, new) if is_image(old) && is_text(new) => true,
        // Such an output must hold a picture: a small one stands in its place.
        (old, new)
            if old["type"] == "computer_screenshot" && new["type"] == "computer_screenshot" =>
        {
            true
        }
        (old, new)
            if response(old)
                .is_some_and(|(id, pictured)| pictured && response(new) == Some((id, false))) =>
        {
            true
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_wherever_they_stand() {
        let cases = [
            (
                r#"{"a":1,"cache_control":{"type":"ephemeral"}}"#,
                r#"{"a":1}"#,
            ),
            (
                r#"{"cache_control":{"type":"ephemeral","ttl":"1h"},"a":1}"#,
                r#"{"a":1}"#,
            ),
            (r#"{"cache_control":{"type":"ephemeral"}}"#, r#"{}"#),
            (
                r#"{"t":"\"cache_control\":{}"}"#,
                r#"{"t":"\"cache_control\":{}"}"#,
            ),
            (
                r#"[{"b":2, "cache_control":{}},{"c":3}]"#,
                r#"[{"b":2},{"c":3}]"#,
            ),
        ];
        for (input, expected) in cases {
            assert_eq!(without_marks(input), expected);
        }
    }
}
