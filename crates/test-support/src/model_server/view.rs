//! Histories of the newer formats in the words of Anthropic Messages, so that tests
//! read one form: roles, texts, images, calls and results.

use serde_json::{Value, json};

use super::seen::{blocks, role};

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn text(words: &Value) -> Value {
    json!({"type": "text", "text": words})
}

fn picture(media_type: &str, data: &str) -> Value {
    json!({"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}})
}

/// A picture behind a data address.
fn picture_at(url: &Value) -> Option<Value> {
    let (head, data) = url.as_str()?.split_once(";base64,")?;
    Some(picture(head.trim_start_matches("data:"), data))
}

fn arguments(written: &Value) -> Value {
    serde_json::from_str(written.as_str().unwrap_or_default()).unwrap_or(Value::Null)
}

/// Messages one after the other; neighbours of the same role become one.
#[derive(Default)]
struct Told(Vec<Value>);

impl Told {
    fn push(&mut self, who: &str, content: Vec<Value>) {
        if content.is_empty() {
            return;
        }
        let last = self.0.last_mut().filter(|last| role(last) == who);
        match last.and_then(|last| last["content"].as_array_mut()) {
            Some(held) => held.extend(content),
            None => self.0.push(json!({"role": who, "content": content})),
        }
    }
}

/// The parts of a message or an output of Responses.
fn parts(list: &Value) -> Vec<Value> {
    if let Some(words) = list.as_str() {
        return vec![text(&words.into())];
    }
    blocks(list)
        .filter_map(|part| match part["type"].as_str()? {
            "input_text" | "output_text" => Some(text(&part["text"])),
            "input_image" => picture_at(&part["image_url"]),
            _ => None,
        })
        .collect()
}

/// The input of a request of Responses.
pub(super) fn of_responses(body: &Value) -> Vec<Value> {
    let mut told = Told::default();
    for item in blocks(&body["input"]) {
        let call = |name: Value, input: Value| {
            vec![json!({"type": "tool_use", "id": item["call_id"], "name": name, "input": input})]
        };
        let result = |content: Vec<Value>| {
            vec![json!({"type": "tool_result", "tool_use_id": item["call_id"], "content": content})]
        };
        match item["type"].as_str() {
            Some("function_call") => {
                let input = arguments(&item["arguments"]);
                told.push("assistant", call(item["name"].clone(), input));
            }
            Some("computer_call") => {
                let input = json!({"actions": item["actions"]});
                told.push("assistant", call("computer".into(), input));
            }
            Some("function_call_output") => told.push("user", result(parts(&item["output"]))),
            Some("computer_call_output") => {
                let shot = picture_at(&item["output"]["image_url"]);
                told.push("user", result(shot.into_iter().collect()));
            }
            Some("reasoning") => told.push(
                "assistant",
                vec![json!({"type": "thinking", "thinking": "",
                    "signature": item["encrypted_content"]})],
            ),
            _ => {
                let who = string(&item["role"]);
                told.push(&who, parts(&item["content"]));
            }
        }
    }
    told.0
}

/// The contents of a request of Gemini. A call is known by its id.
pub(super) fn of_gemini(body: &Value) -> Vec<Value> {
    let mut told = Told::default();
    let inline = |part: &Value| {
        let data = part.get("inlineData")?;
        Some(picture(data["mimeType"].as_str()?, data["data"].as_str()?))
    };
    for content in blocks(&body["contents"]) {
        let who = match role(content) {
            "model" => "assistant",
            other => other,
        };
        let told_parts = blocks(&content["parts"]).filter_map(|part| {
            if let Some(call) = part.get("functionCall") {
                return Some(
                    json!({"type": "tool_use", "id": call["id"], "name": call["name"],
                    "input": call["args"]}),
                );
            }
            if let Some(made) = part.get("functionResponse") {
                let response = &made["response"];
                let failed = response.get("error");
                let words = failed.unwrap_or(&response["output"]);
                let mut inside = vec![text(words)];
                inside.extend(blocks(&made["parts"]).filter_map(inline));
                return Some(json!({"type": "tool_result", "tool_use_id": made["id"],
                    "content": inside, "is_error": failed.is_some()}));
            }
            if part["thought"] == true {
                return None;
            }
            part.get("text").map(text).or_else(|| inline(part))
        });
        let told_parts: Vec<Value> = told_parts.collect();
        told.push(who, told_parts);
    }
    told.0
}
