//! A request as the server saw it.

use std::sync::Arc;

use base64::Engine as _;
use serde_json::Value;

use super::SeenImage;

/// The wire format of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// OpenAI Chat Completions.
    OpenAi,
    /// Anthropic Messages.
    Anthropic,
    /// OpenAI Responses.
    Responses,
    /// Gemini.
    Gemini,
}

/// A call in a request's history.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenCall {
    /// Its id.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments; null where they do not parse.
    pub arguments: Value,
}

/// Text from outside in a request: what stands between marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Where it comes from, as the mark says.
    pub from: String,
    /// The mark's id.
    pub id: String,
    /// What stands between.
    pub text: String,
}

/// The result of a call in a request's history.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenResult {
    /// The call's id.
    pub id: String,
    /// All its text, without the marks around what came from outside.
    pub text: String,
    /// How many images it holds (always 0 in Chat Completions).
    pub images: usize,
    /// Marked as failed (always false in Chat Completions).
    pub is_error: bool,
}

/// A model request.
#[derive(Clone)]
pub struct SeenRequest {
    /// From 1.
    pub number: usize,
    /// Its wire format.
    pub format: Format,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Value,
    /// The body's text.
    pub raw: Arc<str>,
    /// The history in the words of Anthropic Messages, where it came in others.
    pub(super) view: Option<Arc<[Value]>>,
}

impl std::fmt::Debug for SeenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut body = self.body.clone();
        shorten(&mut body);
        write!(
            f,
            "request {} {:?} {} {body:#}",
            self.number, self.format, self.path
        )
    }
}

/// Long strings are images; a failing test need not print them.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.len() > 2000 => {
            *text = format!(
                "{}… ({} bytes)",
                text.chars().take(200).collect::<String>(),
                text.len()
            );
        }
        Value::Array(list) => list.iter_mut().for_each(shorten),
        Value::Object(map) => map.values_mut().for_each(shorten),
        _ => {}
    }
}

impl SeenRequest {
    /// A header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The key that was sent, in whichever header.
    pub fn key(&self) -> Option<&str> {
        let own = self.header("x-api-key");
        own.or_else(|| self.header("x-goog-api-key")).or_else(|| {
            self.header("authorization")
                .and_then(|value| value.strip_prefix("Bearer "))
        })
    }

    /// The model asked for.
    pub fn model(&self) -> &str {
        if self.format == Format::Gemini {
            let named = self.path.split_once("/models/");
            let named = named.and_then(|(_, rest)| rest.split_once(':'));
            return named.map_or("", |(model, _)| model);
        }
        self.body["model"].as_str().unwrap_or_default()
    }

    /// The system text.
    pub fn system(&self) -> String {
        match self.format {
            Format::Anthropic => text_of(&self.body["system"]),
            Format::Responses => text_of(&self.body["instructions"]),
            Format::Gemini => text_of(&self.body["systemInstruction"]["parts"][0]["text"]),
            Format::OpenAi => self
                .messages()
                .iter()
                .filter(|message| matches!(role(message), "system" | "developer"))
                .map(|message| text_of(&message["content"]))
                .collect::<Vec<_>>()
                .join("\n"),
        }
    }

    /// The messages, as they were sent; those of Responses and Gemini in the words of
    /// Anthropic Messages.
    pub fn messages(&self) -> &[Value] {
        if let Some(view) = &self.view {
            return view;
        }
        self.body["messages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The tools offered: names, or types where they have no name.
    pub fn tools(&self) -> Vec<String> {
        let list = self.body["tools"].as_array().map_or(&[][..], Vec::as_slice);
        let name = |tool: &Value| {
            let name = tool["name"]
                .as_str()
                .or_else(|| tool["function"]["name"].as_str());
            name.or_else(|| tool["type"].as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let declared = |tool: &Value| match tool.get("functionDeclarations") {
            Some(declared) => blocks(declared).map(name).collect(),
            None if tool.get("computerUse").is_some() => vec!["computerUse".to_owned()],
            None => vec![name(tool)],
        };
        list.iter().flat_map(declared).collect()
    }

    /// Text of the newest message of the user that has any, results of calls
    /// left out.
    pub fn last_user_text(&self) -> String {
        let users = self
            .messages()
            .iter()
            .rev()
            .filter(|message| role(message) == "user");
        users
            .map(|message| text_of(&message["content"]))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// Text of the newest message, whatever it is, results of calls included.
    pub fn last_text(&self) -> String {
        let Some(message) = self.messages().last() else {
            return String::new();
        };
        let results = self.results();
        if role(message) == "tool" {
            return results
                .last()
                .map(|result| result.text.clone())
                .unwrap_or_default();
        }
        let of_results = results.iter().map(|result| result.text.as_str());
        let own = text_of(&message["content"]);
        let mut parts: Vec<&str> = if has_results(message) {
            of_results.collect()
        } else {
            Vec::new()
        };
        parts.push(&own);
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// All calls in the history, oldest first.
    pub fn calls(&self) -> Vec<SeenCall> {
        let mut calls = Vec::new();
        for message in self.messages() {
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                let text = call["function"]["arguments"].as_str().unwrap_or_default();
                calls.push(SeenCall {
                    id: string(&call["id"]),
                    name: string(&call["function"]["name"]),
                    arguments: serde_json::from_str(text).unwrap_or(Value::Null),
                });
            }
            for block in blocks(&message["content"]).filter(|block| block["type"] == "tool_use") {
                calls.push(SeenCall {
                    id: string(&block["id"]),
                    name: string(&block["name"]),
                    arguments: block["input"].clone(),
                });
            }
        }
        calls
    }

    /// All results in the history, oldest first.
    pub fn results(&self) -> Vec<SeenResult> {
        let mut results = Vec::new();
        for message in self.messages() {
            if role(message) == "tool" {
                results.push(SeenResult {
                    id: string(&message["tool_call_id"]),
                    text: text_of(&message["content"]),
                    images: 0,
                    is_error: false,
                });
            }
            for block in blocks(&message["content"]).filter(|block| block["type"] == "tool_result")
            {
                results.push(SeenResult {
                    id: string(&block["tool_use_id"]),
                    text: text_of(&block["content"]),
                    images: blocks(&block["content"])
                        .filter(|part| part["type"] == "image")
                        .count(),
                    is_error: block["is_error"] == true,
                });
            }
        }
        results
    }

    /// All that stands between marks, oldest first.
    ///
    /// # Panics
    /// When a mark is never closed.
    pub fn outside(&self) -> Vec<Outside> {
        let mut found = Vec::new();
        let told = |message: &&Value| !matches!(role(message), "system" | "developer");
        for message in self.messages().iter().filter(told) {
            for text in marked_texts(message) {
                let mut rest = text.as_str();
                while let Some(at) = rest.find(OPENING) {
                    let (mark, after) =
                        between(&rest[at..]).unwrap_or_else(|| panic!("open mark in {text}"));
                    found.push(mark);
                    rest = after;
                }
            }
        }
        found
    }

    /// All images in the history, oldest first; those that do not decode from
    /// base64 are left out.
    pub fn images(&self) -> Vec<SeenImage> {
        let mut images = Vec::new();
        for message in self.messages() {
            collect_images(&message["content"], &mut images);
        }
        images
    }

    /// The newest image.
    pub fn last_image(&self) -> Option<SeenImage> {
        self.images().pop()
    }
}

pub(super) fn role(message: &Value) -> &str {
    message["role"].as_str().unwrap_or_default()
}

pub(super) fn blocks(content: &Value) -> impl Iterator<Item = &Value> {
    content.as_array().into_iter().flatten()
}

fn has_results(message: &Value) -> bool {
    blocks(&message["content"]).any(|block| block["type"] == "tool_result")
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

const OPENING: &str = "<outside from=\"";

/// What the first mark encloses, and what comes after it.
fn between(text: &str) -> Option<(Outside, &str)> {
    let (head, rest) = text.split_once(">\n")?;
    let (from, id) = head.strip_prefix(OPENING)?.split_once("\" id=\"")?;
    let id = id.strip_suffix('"')?;
    let (inside, after) = rest.split_once(&format!("\n</outside id=\"{id}\">"))?;
    let mark = Outside {
        from: from.to_owned(),
        id: id.to_owned(),
        text: inside.to_owned(),
    };
    Some((mark, after))
}

/// The text without marks, as a person reads it.
fn unmarked(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPENING) {
        let Some((mark, after)) = between(&rest[at..]) else {
            break;
        };
        plain.push_str(&rest[..at]);
        plain.push_str(&mark.text);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

/// All texts of a message, results of calls included, as they were sent.
fn marked_texts(message: &Value) -> Vec<String> {
    let content = &message["content"];
    let results = blocks(content).filter(|block| block["type"] == "tool_result");
    let mut texts: Vec<String> = results.map(|block| as_sent(&block["content"])).collect();
    texts.push(as_sent(content));
    texts
}

/// A string, or the texts of a list of parts, joined by lines, without marks.
pub(super) fn text_of(content: &Value) -> String {
    unmarked(&as_sent(content))
}

fn as_sent(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter(|part| part["type"] == "text")
            .filter_map(|part| part["text"].as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}

fn collect_images(content: &Value, images: &mut Vec<SeenImage>) {
    for part in blocks(content) {
        match part["type"].as_str() {
            Some("image_url") => {
                let url = part["image_url"]["url"].as_str().unwrap_or_default();
                if let Some((head, data)) = url.split_once(";base64,") {
                    push(images, head.trim_start_matches("data:"), data);
                }
            }
            Some("image") => {
                let source = &part["source"];
                push(
                    images,
                    source["media_type"].as_str().unwrap_or_default(),
                    source["data"].as_str().unwrap_or_default(),
                );
            }
            Some("tool_result") => collect_images(&part["content"], images),
            _ => {}
        }
    }
}

fn push(images: &mut Vec<SeenImage>, media_type: &str, data: &str) {
    if let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(data) {
        images.push(SeenImage {
            media_type: media_type.to_owned(),
            bytes: bytes.into(),
        });
    }
}
