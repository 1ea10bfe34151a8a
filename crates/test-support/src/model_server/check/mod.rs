//! The rules a request must keep, per format. Each rule's text says where in
//! the body it was broken.

mod anthropic;
mod anthropic_tools;
mod gemini;
mod history;
mod openai;
mod responses;

pub(super) use history::HistoryBook;

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use serde_json::Value;

use super::reply::Reply;
use super::seen::{Format, SeenRequest};
use super::{
    SeenImage, anthropic as wire, gemini as wire_gemini, openai as wire_openai,
    responses as wire_responses,
};

/// Everything that is wrong with a request, taken alone.
pub(super) fn request(request: &SeenRequest, issued: &Issued) -> Vec<String> {
    let mut found = Findings::default();
    if !request.body.is_object() {
        found.say("the body is not a JSON object");
        return found.list;
    }
    if !request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"))
    {
        found.say("header content-type is not application/json");
    }
    if request.model().is_empty() {
        found.say("model is missing");
    }
    match request.format {
        Format::OpenAi => openai::check(request, &mut found),
        Format::Anthropic => anthropic::check(request, &mut found),
        Format::Responses => responses::check(request, &mut found),
        Format::Gemini => gemini::check(request, &mut found),
    }
    issued.check(request, &mut found);
    found.list
}

#[derive(Default)]
pub(super) struct Findings {
    list: Vec<String>,
}

impl Findings {
    pub(super) fn say(&mut self, what: impl Into<String>) {
        self.list.push(what.into());
    }

    pub(super) fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.list.push(what());
        }
    }
}

/// What this server said, to compare with what comes back.
#[derive(Default)]
pub(super) struct Issued {
    /// Names of calls by id.
    calls: HashMap<String, String>,
    /// Thinking text by signature.
    thinking: HashMap<String, String>,
    /// Whole items by id, which come back as they were: of Responses without what is
    /// only told, of Gemini with their signatures.
    items: HashMap<String, Value>,
}

impl Issued {
    pub(super) fn note(&mut self, request: &SeenRequest, reply: &Reply) {
        match request.format {
            Format::OpenAi => {
                for (id, name, _) in wire_openai::calls(request, reply) {
                    self.calls.insert(id, name);
                }
            }
            Format::Responses => {
                for item in wire_responses::items(request, reply) {
                    let text = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
                    match item["type"].as_str().unwrap_or_default() {
                        "function_call" => {
                            self.calls.insert(text("call_id"), text("name"));
                        }
                        "computer_call" => {
                            self.calls.insert(text("call_id"), "computer".to_owned());
                            self.items.insert(text("id"), item);
                        }
                        "reasoning" => {
                            self.items.insert(text("id"), item);
                        }
                        _ => {}
                    }
                }
            }
            Format::Gemini => {
                for part in wire_gemini::calls(request, reply) {
                    let call = &part["functionCall"];
                    let text = |key: &str| call[key].as_str().unwrap_or_default().to_owned();
                    self.calls.insert(text("id"), text("name"));
                    self.items.insert(text("id"), part);
                }
            }
            Format::Anthropic => {
                let mut at = 0;
                for step in &reply.steps {
                    match wire::block(request, at, step) {
                        Some(wire::Block::Call { id, name, .. }) => {
                            self.calls.insert(id, name);
                        }
                        Some(wire::Block::Thinking { text, signature }) => {
                            self.thinking.insert(signature, text);
                        }
                        Some(wire::Block::Text(_)) => {}
                        None => continue,
                    }
                    at += 1;
                }
            }
        }
    }

    fn check(&self, request: &SeenRequest, found: &mut Findings) {
        for call in request.calls() {
            // Ids of an earlier server (a resumed conversation) are unknown here.
            if let Some(name) = self.calls.get(&call.id) {
                found.must(*name == call.name, || {
                    format!(
                        "call {} was {name} and comes back as {}",
                        call.id, call.name
                    )
                });
            }
        }
        let came = match request.format {
            Format::Responses => super::seen::blocks(&request.body["input"])
                .map(|item| (&item["id"], item))
                .collect(),
            Format::Gemini => super::seen::blocks(&request.body["contents"])
                .flat_map(|content| super::seen::blocks(&content["parts"]))
                .map(|part| (&part["functionCall"]["id"], part))
                .collect(),
            _ => Vec::new(),
        };
        for (id, item) in came {
            let id = id.as_str().unwrap_or_default();
            if let Some(issued) = self.items.get(id) {
                found.must(issued == item, || format!("{id} came back changed"));
            }
        }
        for message in request.messages() {
            for block in super::seen::blocks(&message["content"]) {
                let signature = block["signature"].as_str().unwrap_or_default();
                if let Some(text) = self.thinking.get(signature) {
                    found.must(block["thinking"] == text.as_str(), || {
                        format!("the thinking block signed {signature} came back changed")
                    });
                }
            }
        }
    }
}

/// Null values, which vendors refuse or read as something else.
pub(super) fn nulls(value: &Value, at: &str, may: &dyn Fn(&str) -> bool, found: &mut Findings) {
    match value {
        Value::Null if !may(at) => found.say(format!("{at} is null")),
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                nulls(item, &format!("{at}[{index}]"), may, found);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                nulls(item, &format!("{at}.{key}"), may, found);
            }
        }
        _ => {}
    }
}

pub(super) fn unknown_keys(value: &Value, known: &[&str], at: &str, found: &mut Findings) {
    for key in value.as_object().into_iter().flat_map(|map| map.keys()) {
        found.must(known.contains(&key.as_str()), || {
            format!("{at} has an unknown key {key}")
        });
    }
}

/// `^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`
pub(super) fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && name.len() <= 64
        && letters.all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// Names of all tools, which must be good names and differ.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>, found: &mut Findings) {
    let mut known = HashSet::new();
    for name in names {
        found.must(is_name(name), || {
            format!("the tool name {name:?} is not allowed")
        });
        found.must(known.insert(name), || format!("two tools are named {name}"));
    }
}

/// A schema of a tool, strict or not.
pub(super) fn schema(schema: &Value, strict: bool, at: &str, found: &mut Findings) {
    found.must(schema["type"] == "object", || {
        format!("{at} is not an object schema")
    });
    if strict {
        strict_schema(schema, at, found);
    }
}

fn strict_schema(schema: &Value, at: &str, found: &mut Findings) {
    if let Some(properties) = schema["properties"].as_object() {
        found.must(schema["additionalProperties"] == false, || {
            format!("{at} is strict without additionalProperties: false")
        });
        for (name, inner) in properties {
            let required = schema["required"]
                .as_array()
                .is_some_and(|list| list.iter().any(|key| key == name));
            found.must(required, || {
                format!("{at} is strict and does not require {name}")
            });
            strict_schema(inner, &format!("{at}.{name}"), found);
        }
    }
    if schema["items"].is_object() {
        strict_schema(&schema["items"], &format!("{at}[]"), found);
    }
}

/// Decodes a base64 image and checks that it is what it says it is.
pub(super) fn image(
    media_type: &str,
    data: &str,
    at: &str,
    found: &mut Findings,
) -> Option<(u32, u32)> {
    let allowed = ["image/png", "image/jpeg", "image/gif", "image/webp"];
    found.must(allowed.contains(&media_type), || {
        format!("{at}: media type {media_type:?}")
    });
    let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(data) else {
        found.say(format!("{at}: not base64"));
        return None;
    };
    let sniffed = match bytes.as_slice() {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        _ => "no image",
    };
    found.must(sniffed == media_type, || {
        format!("{at}: says {media_type}, is {sniffed}")
    });
    let size = SeenImage {
        media_type: media_type.to_owned(),
        bytes: bytes.into(),
    }
    .size();
    // This crate decodes PNG and JPEG only; what our product sends is one of them.
    if matches!(media_type, "image/png" | "image/jpeg") {
        found.must(size.is_some(), || format!("{at}: does not decode"));
    }
    size
}
