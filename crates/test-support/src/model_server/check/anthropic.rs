//! Rules of Anthropic Messages.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::{Findings, anthropic_tools, image, nulls, unknown_keys};
use crate::model_server::seen::{SeenRequest, blocks, role, text_of};

const KEYS: &[&str] = &[
    "model",
    "messages",
    "max_tokens",
    "system",
    "tools",
    "tool_choice",
    "stream",
    "thinking",
    "output_config",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "metadata",
    "service_tier",
    "cache_control",
    "context_management",
];

/// The text every later action of a failed batch gets.
const NOT_EXECUTED: &str = "Not executed: an earlier computer action in this turn failed.";

pub(super) fn check(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    unknown_keys(body, KEYS, "the body", found);
    nulls(body, "body", &|_| false, found);
    headers(request, found);
    found.must(request.raw.len() <= 32 << 20, || {
        "the request is larger than 32 MB".to_owned()
    });
    let max_tokens = body["max_tokens"].as_u64();
    found.must(max_tokens.is_some_and(|tokens| tokens > 0), || {
        "max_tokens is missing or not a positive whole number".to_owned()
    });
    found.must(!text_of(&body["system"]).trim().is_empty(), || {
        "no system text".to_owned()
    });
    for (index, block) in blocks(&body["system"]).enumerate() {
        let at = format!("system[{index}]");
        unknown_keys(block, &["type", "text", "cache_control"], &at, found);
        found.must(
            block["type"] == "text" && !block["text"].as_str().unwrap_or_default().is_empty(),
            || format!("{at}: not a text"),
        );
    }
    anthropic_tools::check(request, found);
    let marks = request.raw.matches("\"cache_control\":{").count();
    found.must(marks <= 4, || format!("{marks} cache marks; 4 are allowed"));
    messages(request.messages(), found);
}

fn headers(request: &SeenRequest, found: &mut Findings) {
    let version = request.header("anthropic-version");
    found.must(matches!(version, Some("2023-06-01" | "2026-10-21")), || {
        format!("header anthropic-version is {version:?}")
    });
    let both = request.header("x-api-key").is_some() && request.header("authorization").is_some();
    found.must(!both, || "both x-api-key and authorization".to_owned());
    found.must(request.key().is_some_and(|key| !key.is_empty()), || {
        "no key".to_owned()
    });
    let body = &request.body;
    for key in ["temperature", "top_p", "top_k"] {
        found.must(
            version != Some("2026-10-21") || body.get(key).is_none(),
            || format!("{key} under anthropic-version 2026-10-21"),
        );
    }
    if let Some(temperature) = body["temperature"].as_f64() {
        found.must((0.0..=1.0).contains(&temperature), || {
            format!("temperature {temperature}")
        });
    }
}

fn messages(list: &[Value], found: &mut Findings) {
    found.must(
        list.first().is_some_and(|first| role(first) == "user"),
        || "the first message is not the user's".to_owned(),
    );
    found.must(list.last().is_some_and(|last| role(last) == "user"), || {
        "the last message is not the user's (prefill)".to_owned()
    });
    // The service merges equal neighbours; the rules hold for what it makes of them.
    let mut merged: Vec<(&str, usize, Vec<Value>)> = Vec::new();
    for (index, message) in list.iter().enumerate() {
        unknown_keys(
            message,
            &["role", "content"],
            &format!("messages[{index}]"),
            found,
        );
        let who = role(message);
        found.must(matches!(who, "user" | "assistant"), || {
            format!("messages[{index}]: role {who:?}")
        });
        let content = match &message["content"] {
            Value::String(text) => vec![serde_json::json!({"type": "text", "text": text})],
            Value::Array(list) => list.clone(),
            _ => Vec::new(),
        };
        found.must(!content.is_empty(), || {
            format!("messages[{index}]: no content")
        });
        match merged.last_mut() {
            Some((last, _, blocks)) if *last == who => blocks.extend(content),
            _ => merged.push((who, index, content)),
        }
    }
    let mut images = Images::default();
    let mut ids = HashSet::new();
    let mut open: Vec<Open> = Vec::new();
    for (who, index, content) in &merged {
        let at = format!("messages[{index}]");
        if *who == "user" {
            results(&std::mem::take(&mut open), content, &at, found);
        } else if !open.is_empty() {
            found.say(format!("{at}: calls without results before it"));
        }
        for (place, block) in content.iter().enumerate() {
            let at = format!("{at}.content[{place}]");
            self::block(block, who, &at, &mut images, found);
            if block["type"] == "tool_use" {
                open.extend(call(block, &at, &mut ids, found));
            }
        }
    }
    found.must(open.is_empty(), || {
        "calls without results at the end".to_owned()
    });
    images.check(found);
}

struct Open {
    id: String,
    toolset: Option<String>,
}

fn call(block: &Value, at: &str, ids: &mut HashSet<String>, found: &mut Findings) -> Option<Open> {
    let id = block["id"].as_str().unwrap_or_default().to_owned();
    let good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    found.must(!id.is_empty() && id.chars().all(good), || {
        format!("{at}: id {id:?}")
    });
    found.must(ids.insert(id.clone()), || {
        format!("{at}: the id {id} is used twice")
    });
    found.must(block["input"].is_object(), || {
        format!("{at}: input is not an object")
    });
    Some(Open {
        id,
        toolset: block["toolset_name"].as_str().map(str::to_owned),
    })
}

/// Results come first in the message after the calls, one for each, in order.
fn results(open: &[Open], content: &[Value], at: &str, found: &mut Findings) {
    let is_result = |block: &Value| block["type"] == "tool_result";
    let lead = content.iter().take_while(|block| is_result(block)).count();
    found.must(!content[lead..].iter().any(is_result), || {
        format!("{at}: a result behind other content")
    });
    let given: Vec<&Value> = content.iter().filter(|block| is_result(block)).collect();
    let id = |block: &Value| block["tool_use_id"].as_str().unwrap_or_default().to_owned();
    let ids: Vec<String> = given.iter().map(|block| id(block)).collect();
    let wanted: Vec<String> = open.iter().map(|open| open.id.clone()).collect();
    let mut sorted = (ids.clone(), wanted.clone());
    sorted.0.sort();
    sorted.1.sort();
    if sorted.0 != sorted.1 {
        found.say(format!(
            "{at}: results for {ids:?}, the open calls are {wanted:?}"
        ));
        return;
    }
    found.must(ids == wanted, || {
        format!("{at}: results {ids:?} are not in the order of {wanted:?}")
    });
    let by_id: HashMap<&str, &Open> = open.iter().map(|open| (open.id.as_str(), open)).collect();
    let mut failed = false;
    for block in given {
        let id = id(block);
        let Some(open) = by_id.get(id.as_str()) else {
            continue;
        };
        let toolset = block["toolset_name"].as_str();
        found.must(toolset == open.toolset.as_deref(), || {
            format!(
                "{at}: the result for {id} has toolset_name {toolset:?}, the call had {:?}",
                open.toolset
            )
        });
        if open.toolset.is_none() {
            continue;
        }
        if failed {
            let right = block["is_error"] == true && text_of(&block["content"]) == NOT_EXECUTED;
            found.must(right, || {
                format!("{at}: the result for {id}, after a failed action, must be an error saying {NOT_EXECUTED:?}")
            });
        }
        failed |= block["is_error"] == true;
    }
}

fn block(block: &Value, who: &str, at: &str, images: &mut Images, found: &mut Findings) {
    let kind = block["type"].as_str().unwrap_or_default();
    let allowed: &[&str] = match who {
        "assistant" => &["text", "tool_use", "thinking", "redacted_thinking"],
        _ => &["text", "image", "tool_result", "document"],
    };
    found.must(allowed.contains(&kind), || {
        format!("{at}: a {kind:?} block of the {who}")
    });
    match kind {
        "text" => {
            unknown_keys(block, &["type", "text", "cache_control"], at, found);
            found.must(
                !block["text"].as_str().unwrap_or_default().trim().is_empty(),
                || format!("{at}: empty text"),
            );
        }
        "image" => images.add(block, at, found),
        "tool_use" => unknown_keys(
            block,
            &[
                "type",
                "id",
                "name",
                "input",
                "toolset_name",
                "cache_control",
            ],
            at,
            found,
        ),
        "tool_result" => result(block, at, images, found),
        "thinking" => {
            unknown_keys(block, &["type", "thinking", "signature"], at, found);
            found.must(block["thinking"].is_string(), || {
                format!("{at}: thinking without text")
            });
            found.must(
                !block["signature"].as_str().unwrap_or_default().is_empty(),
                || format!("{at}: thinking without its signature"),
            );
        }
        "redacted_thinking" => unknown_keys(block, &["type", "data"], at, found),
        _ => {}
    }
}

fn result(block: &Value, at: &str, images: &mut Images, found: &mut Findings) {
    unknown_keys(
        block,
        &[
            "type",
            "tool_use_id",
            "content",
            "is_error",
            "toolset_name",
            "cache_control",
        ],
        at,
        found,
    );
    for (index, part) in blocks(&block["content"]).enumerate() {
        let at = format!("{at}.content[{index}]");
        match part["type"].as_str() {
            Some("text") => found.must(
                !part["text"].as_str().unwrap_or_default().trim().is_empty(),
                || format!("{at}: empty text"),
            ),
            Some("image") => images.add(part, &at, found),
            other => found.say(format!("{at}: a {other:?} part in a result")),
        }
    }
    if block["is_error"] == true {
        found.must(!text_of(&block["content"]).trim().is_empty(), || {
            format!("{at}: an error without text")
        });
    }
}

#[derive(Default)]
struct Images {
    sizes: Vec<(String, Option<(u32, u32)>)>,
}

impl Images {
    fn add(&mut self, block: &Value, at: &str, found: &mut Findings) {
        unknown_keys(
            block,
            &["type", "source", "cache_control", "transformations"],
            at,
            found,
        );
        let source = &block["source"];
        let mut size = None;
        if source["type"] == "base64" {
            let data = source["data"].as_str().unwrap_or_default();
            found.must(data.len() <= 10 << 20, || format!("{at}: more than 10 MB"));
            size = image(
                source["media_type"].as_str().unwrap_or_default(),
                data,
                at,
                found,
            );
        } else {
            found.must(
                matches!(source["type"].as_str(), Some("url" | "file")),
                || format!("{at}: source type {}", source["type"]),
            );
        }
        self.sizes.push((at.to_owned(), size));
    }

    fn check(&self, found: &mut Findings) {
        let most = if self.sizes.len() > 20 { 2000 } else { 8000 };
        for (at, size) in &self.sizes {
            let fits = size.is_none_or(|(width, height)| width <= most && height <= most);
            found.must(fits, || {
                format!(
                    "{at}: {size:?} with {} images; {most} a side are allowed",
                    self.sizes.len()
                )
            });
        }
        found.must(self.sizes.len() <= 100, || {
            format!("{} images", self.sizes.len())
        });
    }
}
