//! Requests of Chat Completions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::endpoint::Quirks;
use crate::history::{plain_id, short_id, tidy};
use crate::learned::Learned;
use crate::{
    Call, CallResult, Image, Message, ModelInfo, ModelRequest, NativeTool, Part, Speaker, ToolSpec,
};

/// The body of a request.
pub(crate) fn body(
    request: &ModelRequest,
    info: &ModelInfo,
    quirks: &Quirks,
    learned: &Learned,
) -> Value {
    let mapper = Mapper { info, quirks };
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        let developer = quirks.developer && learned.takes("developer");
        let role = if developer { "developer" } else { "system" };
        messages.push(json!({"role": role, "content": request.system}));
    }
    for message in tidy(&request.messages) {
        match message.speaker {
            Speaker::User => mapper.user(&message, &mut messages),
            Speaker::Assistant => mapper.assistant(&message, learned, &mut messages),
        }
    }
    let mut body = json!({"model": info.id, "messages": messages, "stream": true});
    let mut set = |key: &str, value: Value| {
        if let Some(body) = body.as_object_mut() {
            body.insert(key.to_owned(), value);
        }
    };
    if !quirks.no_stream_options && learned.takes("stream_options") {
        set("stream_options", json!({"include_usage": true}));
    }
    if !request.tools.is_empty() && learned.takes("tools") {
        set(
            "tools",
            request.tools.iter().map(|tool| mapper.tool(tool)).collect(),
        );
    }
    if let Some(max) = request.max_tokens {
        // Exactly one of the two names, the other one once the first was refused.
        let (first, second) = match quirks.max_completion_tokens {
            true => ("max_completion_tokens", "max_tokens"),
            false => ("max_tokens", "max_completion_tokens"),
        };
        if let Some(name) = [first, second].into_iter().find(|name| learned.takes(name)) {
            set(name, json!(max));
        }
    }
    if let Some(temperature) = request.temperature
        && info.sampling
        && learned.takes("temperature")
    {
        set("temperature", json!(temperature));
    }
    body
}

struct Mapper<'a> {
    info: &'a ModelInfo,
    quirks: &'a Quirks,
}

impl Mapper<'_> {
    fn tool(&self, tool: &ToolSpec) -> Value {
        let (description, mut schema) = match tool.native {
            Some(NativeTool::Computer { width, height }) => (
                crate::computer::description(width, height, self.info.coordinates),
                crate::computer::schema(),
            ),
            None => (tool.description.clone(), tool.schema.clone()),
        };
        if self.quirks.plain_schema {
            strip(&mut schema);
        }
        json!({"type": "function", "function": {
            "name": tool.name, "description": description, "parameters": schema,
        }})
    }

    fn id(&self, id: &str) -> String {
        if self.quirks.short_ids {
            short_id(id)
        } else {
            plain_id(id)
        }
    }

    fn assistant(&self, message: &Message, learned: &Learned, out: &mut Vec<Value>) {
        let mut text = String::new();
        let mut calls = Vec::new();
        let mut fields = Map::new();
        fields.insert("role".to_owned(), json!("assistant"));
        for part in &message.parts {
            match part {
                Part::Text(more) => join(&mut text, more),
                Part::Call(call) => calls.push(self.call(call)),
                Part::Reasoning { raw: Some(raw), .. }
                    if raw.name == self.info.family
                        && self.quirks.reasoning_back.is_some()
                        && learned.takes("reasoning") =>
                {
                    for (key, value) in raw.raw.as_object().into_iter().flatten() {
                        merge(&mut fields, key, value);
                    }
                }
                _ => {}
            }
        }
        // Nothing is written as null: some servers refuse it.
        if !text.is_empty() || calls.is_empty() {
            fields.insert("content".to_owned(), json!(text));
        }
        if !calls.is_empty() {
            fields.insert("tool_calls".to_owned(), Value::Array(calls));
        } else if text.is_empty() {
            return;
        }
        out.push(Value::Object(fields));
    }

    fn call(&self, call: &Call) -> Value {
        let mut value = json!({
            "id": self.id(&call.id),
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments.to_string()},
        });
        let extra = call.raw.as_ref().filter(|raw| raw.name == self.info.family);
        if let Some(extra) = extra.and_then(|raw| raw.raw.get("extra_content"))
            && self.quirks.extra_content
        {
            value["extra_content"] = extra.clone();
        }
        value
    }

    fn user(&self, message: &Message, out: &mut Vec<Value>) {
        let mut pictures: Vec<Value> = Vec::new();
        let mut rest: Vec<&Part> = Vec::new();
        let mut results = 0;
        for part in &message.parts {
            match part {
                Part::Result(result) => {
                    results += 1;
                    out.push(self.result(result, &mut pictures));
                }
                other => rest.push(other),
            }
        }
        if results > 0
            && self.quirks.assistant_after_tool
            && !(pictures.is_empty() && rest.is_empty())
        {
            out.push(json!({"role": "assistant", "content": "OK."}));
        }
        // All results first, then one message with their pictures: nothing may
        // stand between two results.
        if !pictures.is_empty() {
            let mut content =
                vec![json!({"type": "text", "text": "The screenshot of the result above:"})];
            content.append(&mut pictures);
            out.push(json!({"role": "user", "content": content}));
        }
        if !rest.is_empty() {
            out.push(json!({"role": "user", "content": self.content(&rest)}));
        }
    }

    fn result(&self, result: &CallResult, pictures: &mut Vec<Value>) -> Value {
        let mut text = String::new();
        let mut shown = false;
        for part in &result.parts {
            match part {
                Part::Text(more) => join(&mut text, more),
                Part::Image(image) if self.info.vision => {
                    shown = true;
                    pictures.push(picture(image));
                }
                Part::Image(image) => join(&mut text, &unseen(image)),
                _ => {}
            }
        }
        if shown {
            let lead = if text.is_empty() { "Done." } else { "" };
            text.push_str(lead);
            join(&mut text, "The screenshot is in the next message.");
        }
        if text.is_empty() {
            "No output".clone_into(&mut text);
        }
        if result.is_error {
            text.insert_str(0, "Error: ");
        }
        json!({"role": "tool", "tool_call_id": self.id(&result.call), "content": text})
    }

    fn content(&self, parts: &[&Part]) -> Value {
        let sees = |part: &&&Part| matches!(part, Part::Image(_)) && self.info.vision;
        if !parts.iter().any(|part| sees(&part)) {
            // Plain text is what every server reads.
            let mut text = String::new();
            for part in parts {
                match part {
                    Part::Text(more) => join(&mut text, more),
                    Part::Image(image) => join(&mut text, &unseen(image)),
                    _ => {}
                }
            }
            return json!(text);
        }
        parts
            .iter()
            .filter_map(|part| match part {
                Part::Text(text) => Some(json!({"type": "text", "text": text})),
                Part::Image(image) => Some(picture(image)),
                _ => None,
            })
            .collect()
    }
}

fn picture(image: &Image) -> Value {
    let url = format!(
        "data:{};base64,{}",
        image.media_type,
        STANDARD.encode(&image.bytes)
    );
    json!({"type": "image_url", "image_url": {"url": url}})
}

pub(crate) fn unseen(image: &Image) -> String {
    format!(
        "(A picture of {}x{} pixels, which this model cannot see.)",
        image.width, image.height
    )
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// Several blocks of reasoning go back as one: text is joined, lists are appended.
fn merge(fields: &mut Map<String, Value>, key: &str, value: &Value) {
    match (fields.get_mut(key), value) {
        (Some(Value::String(held)), Value::String(more)) => held.push_str(more),
        (Some(Value::Array(held)), Value::Array(more)) => held.extend(more.iter().cloned()),
        _ => {
            fields.insert(key.to_owned(), value.clone());
        }
    }
}

/// Takes out what Mistral-like servers refuse, at every depth.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for key in ["$schema", "$id", "strict"] {
                if fields.get(key).is_some_and(|value| !value.is_object()) {
                    fields.remove(key);
                }
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
