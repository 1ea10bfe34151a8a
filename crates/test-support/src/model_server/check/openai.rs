//! Rules of Chat Completions.

use std::collections::HashSet;

use serde_json::Value;

use super::{Findings, image, is_name, names, nulls, schema, unknown_keys};
use crate::model_server::seen::{SeenRequest, blocks, role};

const KEYS: &[&str] = &[
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "reasoning_effort",
    "verbosity",
    "temperature",
    "top_p",
    "stop",
    "response_format",
    "prompt_cache_key",
    "prompt_cache_options",
    "service_tier",
    "seed",
    "store",
    "metadata",
    "safety_identifier",
    "logit_bias",
    "n",
    "prediction",
    "user",
];

pub(super) fn check(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    unknown_keys(body, KEYS, "the body", found);
    // The content of an assistant message with calls may be null, and says so below.
    nulls(
        body,
        "body",
        &|at| at.starts_with("body.messages[") && at.ends_with(".content"),
        found,
    );
    if let Some(header) = request.header("authorization") {
        found.must(header.starts_with("Bearer ") && header.len() > 7, || {
            "header authorization is not Bearer KEY".to_owned()
        });
    }
    found.must(
        !(body["max_tokens"].is_number() && body["max_completion_tokens"].is_number()),
        || "both max_tokens and max_completion_tokens".to_owned(),
    );
    found.must(
        body["stream"] == true || body.get("stream_options").is_none(),
        || "stream_options without stream".to_owned(),
    );
    if let Some(temperature) = body["temperature"].as_f64() {
        found.must((0.0..=2.0).contains(&temperature), || {
            format!("temperature {temperature}")
        });
    }
    tools(body, found);
    messages(request.messages(), found);
}

fn tools(body: &Value, found: &mut Findings) {
    let Some(list) = body.get("tools") else {
        for key in ["tool_choice", "parallel_tool_calls"] {
            found.must(body.get(key).is_none(), || format!("{key} without tools"));
        }
        return;
    };
    found.must(list.as_array().is_some_and(|list| !list.is_empty()), || {
        "tools is empty".to_owned()
    });
    for (index, tool) in blocks(list).enumerate() {
        let at = format!("tools[{index}]");
        let function = &tool["function"];
        found.must(tool["type"] == "function" && function.is_object(), || {
            format!("{at} is not a function")
        });
        unknown_keys(tool, &["type", "function"], &at, found);
        unknown_keys(
            function,
            &["name", "description", "parameters", "strict"],
            &at,
            found,
        );
        schema(
            &function["parameters"],
            function["strict"] == true,
            &at,
            found,
        );
    }
    names(
        blocks(list).map(|tool| tool["function"]["name"].as_str().unwrap_or_default()),
        found,
    );
    if let Some(choice) = body.get("tool_choice") {
        let word = matches!(choice.as_str(), Some("none" | "auto" | "required"));
        let named = choice["type"] == "function" && choice["function"]["name"].is_string();
        found.must(word || named, || format!("tool_choice {choice}"));
    }
}

fn messages(list: &[Value], found: &mut Findings) {
    let system = |message: &Value| matches!(role(message), "system" | "developer");
    found.must(list.first().is_some_and(system), || {
        "the first message is not the system text".to_owned()
    });
    found.must(list.len() > 1, || {
        "no message but the system text".to_owned()
    });
    found.must(
        list.last()
            .is_some_and(|last| matches!(role(last), "user" | "tool")),
        || "the last message is neither the user's nor a result".to_owned(),
    );
    let mut open: Vec<String> = Vec::new();
    let mut ids = HashSet::new();
    for (index, message) in list.iter().enumerate() {
        let at = format!("messages[{index}]");
        let who = role(message);
        if who != "tool" && !open.is_empty() {
            found.say(format!(
                "{at}: calls without a result before it: {}",
                open.join(", ")
            ));
            open.clear();
        }
        match who {
            "system" | "developer" => {
                found.must(index == 0, || {
                    format!("{at}: a system text that is not the first message")
                });
                unknown_keys(message, &["role", "content", "name"], &at, found);
                content(&message["content"], &["text"], &at, found);
            }
            "user" => {
                unknown_keys(message, &["role", "content", "name"], &at, found);
                content(&message["content"], &["text", "image_url"], &at, found);
            }
            "assistant" => {
                unknown_keys(
                    message,
                    &[
                        "role",
                        "content",
                        "tool_calls",
                        "refusal",
                        "name",
                        "reasoning_content",
                        "reasoning",
                    ],
                    &at,
                    found,
                );
                let calls = message.get("tool_calls");
                if let Some(calls) = calls {
                    open = self::calls(calls, &at, &mut ids, found);
                }
                match &message["content"] {
                    Value::Null => {
                        found.must(calls.is_some(), || format!("{at}: neither text nor calls"))
                    }
                    other => content(other, &["text", "refusal"], &at, found),
                }
            }
            "tool" => {
                unknown_keys(message, &["role", "content", "tool_call_id"], &at, found);
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                match open.iter().position(|known| known == id) {
                    Some(known) => {
                        open.remove(known);
                    }
                    None => found.say(format!("{at}: a result for {id:?}, which is no open call")),
                }
                content(&message["content"], &["text"], &at, found);
            }
            other => found.say(format!("{at}: role {other:?}")),
        }
    }
    found.must(open.is_empty(), || {
        format!("calls without a result: {}", open.join(", "))
    });
}

fn calls(calls: &Value, at: &str, ids: &mut HashSet<String>, found: &mut Findings) -> Vec<String> {
    let mut open = Vec::new();
    found.must(
        calls.as_array().is_some_and(|list| !list.is_empty()),
        || format!("{at}: tool_calls is empty"),
    );
    for (index, call) in blocks(calls).enumerate() {
        let at = format!("{at}.tool_calls[{index}]");
        unknown_keys(call, &["id", "type", "function"], &at, found);
        let id = call["id"].as_str().unwrap_or_default();
        found.must(!id.is_empty(), || format!("{at}: no id"));
        found.must(ids.insert(id.to_owned()), || {
            format!("{at}: the id {id} is used twice")
        });
        found.must(call["type"] == "function", || {
            format!("{at}: type is not function")
        });
        let function = &call["function"];
        found.must(
            is_name(function["name"].as_str().unwrap_or_default()),
            || format!("{at}: name {}", function["name"]),
        );
        let arguments = function["arguments"]
            .as_str()
            .map(serde_json::from_str::<Value>);
        found.must(matches!(arguments, Some(Ok(Value::Object(_)))), || {
            format!("{at}: arguments are not the text of a JSON object")
        });
        open.push(id.to_owned());
    }
    open
}

fn content(content: &Value, kinds: &[&str], at: &str, found: &mut Findings) {
    match content {
        Value::String(text) => found.must(!text.is_empty(), || format!("{at}: empty text")),
        Value::Array(parts) => {
            found.must(!parts.is_empty(), || format!("{at}: no parts"));
            for (index, part) in parts.iter().enumerate() {
                let at = format!("{at}.content[{index}]");
                let kind = part["type"].as_str().unwrap_or_default();
                found.must(kinds.contains(&kind), || {
                    format!("{at}: a part of type {kind:?}")
                });
                match kind {
                    "text" => found.must(
                        part["text"].as_str().is_some_and(|text| !text.is_empty()),
                        || format!("{at}: empty text"),
                    ),
                    "image_url" => image_url(&part["image_url"], &at, found),
                    _ => {}
                }
            }
        }
        _ => found.say(format!("{at}: content is neither text nor parts")),
    }
}

fn image_url(image_url: &Value, at: &str, found: &mut Findings) {
    unknown_keys(image_url, &["url", "detail"], at, found);
    if let Some(detail) = image_url.get("detail") {
        let known = matches!(detail.as_str(), Some("auto" | "low" | "high" | "original"));
        found.must(known, || format!("{at}: detail {detail}"));
    }
    let url = image_url["url"].as_str().unwrap_or_default();
    if url.starts_with("https://") {
        return;
    }
    let Some((head, data)) = url.split_once(";base64,") else {
        found.say(format!("{at}: neither an https nor a data address"));
        return;
    };
    if let Some((width, height)) = image(head.trim_start_matches("data:"), data, at, found) {
        found.must(width <= 6000 && height <= 6000, || {
            format!("{at}: {width}x{height} is too large")
        });
    }
}
