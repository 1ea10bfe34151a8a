//! Rules of Gemini.

use std::collections::VecDeque;

use serde_json::Value;

use super::{Findings, image, is_name, names, nulls, unknown_keys};
use crate::model_server::seen::{SeenRequest, blocks, role};

const KEYS: &[&str] = &[
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "generationConfig",
    "safetySettings",
    "cachedContent",
];
const PART: &[&str] = &[
    "text",
    "inlineData",
    "functionCall",
    "functionResponse",
    "thoughtSignature",
    "thought",
    "mediaResolution",
];

pub(super) fn check(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    unknown_keys(body, KEYS, "the body", found);
    nulls(body, "body", &|_| false, found);
    let key = request.header("x-goog-api-key").unwrap_or_default();
    found.must(!key.is_empty(), || "no header x-goog-api-key".to_owned());
    found.must(request.path.contains("alt=sse"), || {
        "the stream is not asked for as events (alt=sse)".to_owned()
    });
    found.must(request.raw.len() <= 20 << 20, || {
        "the request is larger than 20 MB".to_owned()
    });
    let system = &body["systemInstruction"]["parts"][0]["text"];
    found.must(
        system.as_str().is_some_and(|text| !text.trim().is_empty()),
        || "no systemInstruction".to_owned(),
    );
    tools(body, found);
    contents(body, found);
}

fn tools(body: &Value, found: &mut Findings) {
    let mut functions = Vec::new();
    for (index, tool) in blocks(&body["tools"]).enumerate() {
        let at = format!("tools[{index}]");
        unknown_keys(tool, &["computerUse", "functionDeclarations"], &at, found);
        if let Some(computer) = tool.get("computerUse") {
            let known = matches!(
                computer["environment"].as_str(),
                Some("ENVIRONMENT_DESKTOP" | "ENVIRONMENT_BROWSER" | "ENVIRONMENT_MOBILE")
            );
            found.must(known, || format!("{at}: {}", computer["environment"]));
        }
        for declared in blocks(&tool["functionDeclarations"]) {
            let keys = ["name", "description", "parameters", "parametersJsonSchema"];
            unknown_keys(declared, &keys, &at, found);
            let both = declared.get("parameters").is_some()
                && declared.get("parametersJsonSchema").is_some();
            found.must(!both, || format!("{at}: two schemas"));
            functions.push(declared["name"].as_str().unwrap_or_default());
        }
    }
    names(functions.into_iter(), found);
}

fn contents(body: &Value, found: &mut Findings) {
    let list: Vec<&Value> = blocks(&body["contents"]).collect();
    found.must(
        list.first().is_some_and(|first| role(first) == "user"),
        || "the first content is not the user's".to_owned(),
    );
    found.must(list.last().is_some_and(|last| role(last) == "user"), || {
        "the last content is not the user's".to_owned()
    });
    let mut open: VecDeque<(Value, Value)> = VecDeque::new();
    let mut before = "";
    for (index, content) in list.iter().enumerate() {
        let at = format!("contents[{index}]");
        unknown_keys(content, &["role", "parts"], &at, found);
        let who = role(content);
        found.must(matches!(who, "user" | "model"), || {
            format!("{at}: role {who:?}")
        });
        found.must(who != before, || {
            format!("{at}: two neighbours of the role {who}")
        });
        before = who;
        let parts: Vec<&Value> = blocks(&content["parts"]).collect();
        found.must(!parts.is_empty(), || format!("{at}: no parts"));
        let mut calls = 0;
        for (index, part) in parts.into_iter().enumerate() {
            let at = format!("{at}.parts[{index}]");
            unknown_keys(part, PART, &at, found);
            if let Some(call) = part.get("functionCall") {
                found.must(who == "model", || format!("{at}: a call of the user"));
                let name = call["name"].as_str().unwrap_or_default();
                found.must(is_name(name), || format!("{at}: name {name:?}"));
                found.must(call["args"].is_object(), || format!("{at}: no args"));
                let signed = part["thoughtSignature"].as_str();
                found.must(calls > 0 || signed.is_some_and(|s| !s.is_empty()), || {
                    format!("{at}: Function call is missing a thought_signature")
                });
                calls += 1;
                open.push_back((call["id"].clone(), call["name"].clone()));
            } else if let Some(made) = part.get("functionResponse") {
                let expected = open.pop_front();
                let given = (made["id"].clone(), made["name"].clone());
                found.must(expected.as_ref() == Some(&given), || {
                    format!("{at}: a response for {given:?}, and next was {expected:?}")
                });
                found.must(made["response"].is_object(), || {
                    format!("{at}: no response")
                });
                for inside in blocks(&made["parts"]) {
                    picture(&inside["inlineData"], &at, found);
                }
            } else if let Some(data) = part.get("inlineData") {
                picture(data, &at, found);
            } else {
                let said = part["text"].as_str().is_some_and(|text| !text.is_empty());
                found.must(said || part.get("thoughtSignature").is_some(), || {
                    format!("{at}: empty")
                });
            }
        }
        if who == "user" && !open.is_empty() {
            found.say(format!("{at}: calls without a response: {open:?}"));
            open.clear();
        }
    }
}

fn picture(data: &Value, at: &str, found: &mut Findings) {
    let media_type = data["mimeType"].as_str().unwrap_or_default();
    let _ = image(
        media_type,
        data["data"].as_str().unwrap_or_default(),
        at,
        found,
    );
}
