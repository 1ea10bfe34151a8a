//! Rules of OpenAI Responses.

use std::collections::HashSet;

use serde_json::Value;

use super::{Findings, image, is_name, names, nulls, unknown_keys};
use crate::model_server::seen::{SeenRequest, blocks};

const KEYS: &[&str] = &[
    "model",
    "input",
    "instructions",
    "stream",
    "store",
    "include",
    "reasoning",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "truncation",
    "max_output_tokens",
    "temperature",
    "top_p",
    "text",
    "prompt_cache_key",
    "prompt_cache_options",
    "service_tier",
    "safety_identifier",
    "metadata",
];

pub(super) fn check(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    unknown_keys(body, KEYS, "the body", found);
    nulls(body, "body", &|_| false, found);
    let bearer = request.header("authorization").unwrap_or_default();
    found.must(bearer.starts_with("Bearer "), || {
        "header authorization is not a bearer token".to_owned()
    });
    let system = body["instructions"].as_str().unwrap_or_default();
    found.must(!system.trim().is_empty(), || "no instructions".to_owned());
    if let Some(most) = body.get("max_output_tokens") {
        found.must(most.as_u64().is_some_and(|most| most >= 16), || {
            format!("max_output_tokens {most}")
        });
    }
    tools(body, found);
    items(request, found);
}

fn tools(body: &Value, found: &mut Findings) {
    let Some(list) = body.get("tools") else {
        return;
    };
    found.must(list.as_array().is_some_and(|list| !list.is_empty()), || {
        "tools is empty".to_owned()
    });
    for (index, tool) in blocks(list).enumerate() {
        let at = format!("tools[{index}]");
        match tool["type"].as_str() {
            Some("computer") => unknown_keys(tool, &["type"], &at, found),
            Some("function") => {
                let keys = ["type", "name", "description", "parameters", "strict"];
                unknown_keys(tool, &keys, &at, found);
                found.must(tool["parameters"]["type"] == "object", || {
                    format!("{at}: parameters is not the schema of an object")
                });
                found.must(tool["strict"].is_boolean(), || format!("{at}: no strict"));
            }
            other => found.say(format!("{at}: type {other:?}")),
        }
    }
    let functions = blocks(list).filter(|tool| tool["type"] == "function");
    names(
        functions.map(|tool| tool["name"].as_str().unwrap_or_default()),
        found,
    );
}

/// A call that waits for its output: its id, the type the output must have, and the
/// checks it must acknowledge.
struct Open {
    id: String,
    output: &'static str,
    checks: Value,
}

fn items(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    let list: Vec<&Value> = blocks(&body["input"]).collect();
    found.must(!list.is_empty(), || "input is empty".to_owned());
    let encrypted = blocks(&body["include"]).any(|one| one == "reasoning.encrypted_content");
    let mut open: Vec<Open> = Vec::new();
    let mut ids = HashSet::new();
    for (index, item) in list.iter().enumerate() {
        let at = format!("input[{index}]");
        let kind = item["type"].as_str().unwrap_or("message");
        let answers = kind.ends_with("_output");
        let says = kind == "message" && item["role"] != "assistant";
        if !open.is_empty() && says {
            let ids: Vec<&str> = open.iter().map(|open| open.id.as_str()).collect();
            found.say(format!(
                "{at}: calls without an output before it: {}",
                ids.join(", ")
            ));
            open.clear();
        }
        match kind {
            "message" => message(item, &at, found),
            "reasoning" => {
                found.must(
                    item["encrypted_content"].is_string() || body["store"] != false,
                    || format!("{at}: reasoning without its encrypted content"),
                );
                found.must(encrypted, || {
                    "reasoning comes back, but its encrypted content is not asked for".to_owned()
                });
                let next = list.get(index + 1);
                let goes_on = next.is_some_and(|next| {
                    next["role"] == "assistant"
                        || next["type"]
                            .as_str()
                            .is_some_and(|kind| kind == "reasoning" || kind.ends_with("_call"))
                });
                found.must(goes_on, || {
                    format!("{at}: reasoning without the item that followed it")
                });
            }
            "function_call" | "computer_call" => {
                let id = item["call_id"].as_str().unwrap_or_default();
                found.must(!id.is_empty() && ids.insert(id.to_owned()), || {
                    format!("{at}: no call_id, or one that is used twice")
                });
                if kind == "function_call" {
                    let name = item["name"].as_str().unwrap_or_default();
                    found.must(is_name(name), || format!("{at}: name {name:?}"));
                    let arguments = item["arguments"].as_str();
                    let arguments = arguments.map(serde_json::from_str::<Value>);
                    found.must(matches!(arguments, Some(Ok(Value::Object(_)))), || {
                        format!("{at}: arguments are not the text of a JSON object")
                    });
                }
                open.push(Open {
                    id: id.to_owned(),
                    output: match kind {
                        "computer_call" => "computer_call_output",
                        _ => "function_call_output",
                    },
                    checks: item["pending_safety_checks"].clone(),
                });
            }
            _ if answers => output(item, kind, &mut open, &at, found),
            other => found.say(format!("{at}: type {other:?}")),
        }
    }
    let ids: Vec<&str> = open.iter().map(|open| open.id.as_str()).collect();
    found.must(open.is_empty(), || {
        format!("calls without an output: {}", ids.join(", "))
    });
    let last = list.last();
    let asks = last.is_some_and(|last| {
        last["role"] == "user"
            || last["type"]
                .as_str()
                .is_some_and(|kind| kind.ends_with("_output"))
    });
    found.must(asks, || {
        "the last item is neither the user's nor an output".to_owned()
    });
}

fn message(item: &Value, at: &str, found: &mut Findings) {
    let who = item["role"].as_str().unwrap_or_default();
    let kinds: &[&str] = match who {
        "user" => &["input_text", "input_image"],
        "assistant" => &["output_text", "refusal"],
        other => {
            found.say(format!("{at}: role {other:?}"));
            return;
        }
    };
    let keys = ["type", "role", "content", "phase", "id", "status"];
    unknown_keys(item, &keys, at, found);
    parts(&item["content"], kinds, at, found);
}

fn parts(content: &Value, kinds: &[&str], at: &str, found: &mut Findings) {
    let list: Vec<&Value> = blocks(content).collect();
    found.must(content.is_string() || !list.is_empty(), || {
        format!("{at}: no content")
    });
    for (index, part) in list.into_iter().enumerate() {
        let at = format!("{at}.content[{index}]");
        let kind = part["type"].as_str().unwrap_or_default();
        found.must(kinds.contains(&kind), || {
            format!("{at}: a part of type {kind:?}")
        });
        match kind {
            "input_text" | "output_text" => {
                let text = part["text"].as_str().unwrap_or_default();
                found.must(!text.is_empty(), || format!("{at}: empty text"));
            }
            "input_image" => picture(&part["image_url"], &at, found),
            _ => {}
        }
    }
}

fn output(item: &Value, kind: &str, open: &mut Vec<Open>, at: &str, found: &mut Findings) {
    let id = item["call_id"].as_str().unwrap_or_default();
    let Some(known) = open.iter().position(|open| open.id == id) else {
        found.say(format!("{at}: an output for {id:?}, which is no open call"));
        return;
    };
    let call = open.remove(known);
    found.must(call.output == kind, || {
        format!("{at}: {kind} for a call that wants {}", call.output)
    });
    if kind == "function_call_output" {
        unknown_keys(item, &["type", "call_id", "output"], at, found);
        parts(&item["output"], &["input_text", "input_image"], at, found);
        return;
    }
    let keys = ["type", "call_id", "output", "acknowledged_safety_checks"];
    unknown_keys(item, &keys, at, found);
    found.must(item["output"]["type"] == "computer_screenshot", || {
        format!("{at}: the output is no screenshot")
    });
    picture(&item["output"]["image_url"], at, found);
    found.must(item["acknowledged_safety_checks"] == call.checks, || {
        format!(
            "{at}: acknowledges {}, and asked was {}",
            item["acknowledged_safety_checks"], call.checks
        )
    });
}

fn picture(url: &Value, at: &str, found: &mut Findings) {
    let url = url.as_str().unwrap_or_default();
    match url.split_once(";base64,") {
        Some((head, data)) => {
            let _ = image(head.trim_start_matches("data:"), data, at, found);
        }
        None => found.must(url.starts_with("https://"), || {
            format!("{at}: neither an https nor a data address")
        }),
    }
}
