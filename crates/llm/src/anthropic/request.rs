//! Requests of Anthropic Messages.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::history::{plain_id, tidy};
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Image, Message, ModelInfo, ModelRequest, NativeTool, Part,
    Speaker, Thinking, ToolSpec,
};

/// The version that works everywhere; a newer one is sent where the person named it.
pub(crate) const VERSION: &str = "2023-06-01";

/// What stands for the rest of a batch once one of its actions failed; the words are the vendor's.
const NOT_EXECUTED: &str = "Not executed: an earlier computer action in this turn failed.";

/// A request: its body and its headers.
#[derive(Debug, PartialEq)]
pub(crate) struct Built {
    pub(crate) body: Value,
    pub(crate) headers: Vec<(&'static str, String)>,
}

/// Makes a request. `version` is the `anthropic-version`.
pub(crate) fn build(
    request: &ModelRequest,
    info: &ModelInfo,
    version: Option<&str>,
    learned: &Learned,
) -> Built {
    let version = version.unwrap_or(VERSION);
    let wants = request.tools.iter().any(|tool| tool.native.is_some());
    let computer = learned.computer.unwrap_or(info.computer);
    let mapper = Mapper { info, computer };
    let mut betas = Vec::new();
    let mut messages = Vec::new();
    let mut members = HashSet::new();
    for message in tidy(&request.messages) {
        if message.speaker == Speaker::Assistant {
            members = mapper.members(&message.parts);
        }
        messages.extend(mapper.message(&message, &members));
    }
    let marks = learned.takes("cache_control");
    if marks {
        mark_latest(&mut messages);
    }
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| {
        body.insert(key.to_owned(), value);
    };
    set("model", json!(info.id));
    set("stream", json!(true));
    let most = info.max_output.map_or(8192, |most| most.min(32_000) as u32);
    set("max_tokens", json!(request.max_tokens.unwrap_or(most)));
    let mut tools: Vec<Value> = request.tools.iter().map(|tool| mapper.tool(tool)).collect();
    if request.system.is_empty() {
        if let (Some(last), true) = (tools.last_mut(), marks) {
            mark(last);
        }
    } else {
        let mut block = json!({"type": "text", "text": request.system});
        if marks {
            mark(&mut block);
        }
        set("system", json!([block]));
    }
    if !tools.is_empty() {
        set("tools", Value::Array(tools));
    }
    if info.thinking == Thinking::Adaptive && learned.takes("thinking") {
        // Without it the text between calls would not be seen.
        set(
            "thinking",
            json!({"type": "adaptive", "display": "summarized"}),
        );
    }
    // Newer versions refuse sampling for every model, newer models in every version.
    if let Some(temperature) = request.temperature
        && info.sampling
        && version <= VERSION
        && learned.takes("temperature")
    {
        set("temperature", json!(temperature));
    }
    if wants {
        betas.extend(beta(computer));
    }
    if info.append_only && wants && learned.takes("context_management") {
        betas.push("context-management-2025-06-27");
        set(
            "context_management",
            json!({"edits": [{
                "type": "clear_tool_uses_20250919",
                "trigger": {"type": "input_tokens", "value": 100_000},
                "keep": {"type": "tool_uses", "value": 6},
                "clear_at_least": {"type": "input_tokens", "value": 20_000},
            }]}),
        );
    }
    set("messages", Value::Array(messages));
    let mut headers = vec![("anthropic-version", version.to_owned())];
    if !betas.is_empty() {
        headers.push(("anthropic-beta", betas.join(",")));
    }
    Built {
        body: Value::Object(body),
        headers,
    }
}

fn beta(computer: ComputerTool) -> Option<&'static str> {
    match computer {
        ComputerTool::Anthropic20251124 => Some("computer-use-2025-11-24"),
        ComputerTool::Anthropic20250124 => Some("computer-use-2025-01-24"),
        ComputerTool::Anthropic20241022 => Some("computer-use-2024-10-22"),
        _ => None,
    }
}

struct Mapper<'a> {
    info: &'a ModelInfo,
    computer: ComputerTool,
}

impl Mapper<'_> {
    fn tool(&self, tool: &ToolSpec) -> Value {
        let Some(NativeTool::Computer { width, height }) = tool.native else {
            return json!({
                "name": tool.name, "description": tool.description, "input_schema": tool.schema,
            });
        };
        let versioned = |kind: &str| {
            json!({
                "type": kind, "name": "computer", "display_width_px": width,
                "display_height_px": height, "display_number": 1,
            })
        };
        match self.computer {
            ComputerTool::AnthropicToolset => json!({"type": "computer_toolset_20260801"}),
            ComputerTool::Anthropic20251124 => {
                let mut entry = versioned("computer_20251124");
                entry["enable_zoom"] = json!(true);
                entry
            }
            ComputerTool::Anthropic20250124 => versioned("computer_20250124"),
            ComputerTool::Anthropic20241022 => versioned("computer_20241022"),
            ComputerTool::Function | ComputerTool::None => json!({
                "name": "computer",
                "description": crate::computer::description(width, height, self.info.coordinates),
                "input_schema": crate::computer::schema(),
            }),
        }
    }

    /// Ids of the calls that go back as members of the toolset.
    fn members(&self, parts: &[Part]) -> HashSet<String> {
        let calls = parts.iter().filter_map(|part| match part {
            Part::Call(call) if self.member(call).is_some() => Some(call.id.clone()),
            _ => None,
        });
        calls.collect()
    }

    fn message(&self, message: &Message, members: &HashSet<String>) -> Option<Value> {
        let content: Vec<Value> = match message.speaker {
            Speaker::Assistant => message
                .parts
                .iter()
                .filter_map(|part| self.said(part))
                .collect(),
            Speaker::User => self.user(&message.parts, members),
        };
        let role = if message.speaker == Speaker::User {
            "user"
        } else {
            "assistant"
        };
        (!content.is_empty()).then(|| json!({"role": role, "content": content}))
    }

    fn said(&self, part: &Part) -> Option<Value> {
        match part {
            Part::Text(text) => Some(text_block(text)),
            // Unchanged and in place, and only to the model that thought it.
            Part::Reasoning { raw: Some(raw), .. } if raw.name == self.info.family => {
                Some(raw.raw.clone())
            }
            Part::Call(call) => Some(self.call(call)),
            _ => None,
        }
    }

    fn call(&self, call: &Call) -> Value {
        let mut block = json!({
            "type": "tool_use", "id": plain_id(&call.id), "name": call.name, "input": call.arguments,
        });
        if let Some(member) = self.member(call) {
            if let Some(input) = block["input"].as_object_mut() {
                input.remove("action");
            }
            block["name"] = json!(member);
            block["toolset_name"] = json!("computer");
        }
        block
    }

    /// The toolset's member a call goes back as.
    fn member(&self, call: &Call) -> Option<String> {
        if self.computer != ComputerTool::AnthropicToolset || call.name != "computer" {
            return None;
        }
        call.arguments
            .get("action")
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    fn user(&self, parts: &[Part], members: &HashSet<String>) -> Vec<Value> {
        let mut results = Vec::new();
        let mut rest = Vec::new();
        let mut failed = false;
        for part in parts {
            match part {
                Part::Result(result) => {
                    let member = members.contains(&result.call);
                    let block = self.result(result, member, &mut failed, &mut rest);
                    results.push(block);
                }
                Part::Text(text) => rest.push(text_block(text)),
                Part::Image(image) => rest.push(self.picture(image)),
                _ => {}
            }
        }
        results.append(&mut rest);
        results
    }

    /// `failed`: an earlier member of the same batch failed. Pictures of a failed
    /// call stand after the results: an error may hold text only.
    fn result(
        &self,
        result: &CallResult,
        member: bool,
        failed: &mut bool,
        rest: &mut Vec<Value>,
    ) -> Value {
        let mut content = Vec::new();
        for part in &result.parts {
            match part {
                Part::Text(text) => content.push(text_block(text)),
                Part::Image(image) if result.is_error => rest.push(self.picture(image)),
                Part::Image(image) => content.push(self.picture(image)),
                _ => {}
            }
        }
        if member && result.is_error && std::mem::replace(failed, true) {
            content = vec![text_block(NOT_EXECUTED)];
        }
        if content.is_empty() {
            content.push(text_block(if result.is_error {
                "It failed."
            } else {
                "OK"
            }));
        }
        let mut block = json!({
            "type": "tool_result", "tool_use_id": plain_id(&result.call), "content": content,
        });
        if result.is_error {
            block["is_error"] = json!(true);
        }
        if member {
            block["toolset_name"] = json!("computer");
        }
        block
    }

    fn picture(&self, image: &Image) -> Value {
        if !self.info.vision {
            return text_block(&crate::openai_chat::unseen(image));
        }
        json!({"type": "image", "source": {
            "type": "base64", "media_type": image.media_type, "data": STANDARD.encode(&image.bytes),
        }})
    }
}

fn text_block(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn mark(block: &mut Value) {
    block["cache_control"] = json!({"type": "ephemeral"});
}

/// One mark on the last block of the latest two messages of the person, where
/// results stand: what is before is read from the cache the next time.
fn mark_latest(messages: &mut [Value]) {
    let latest = messages
        .iter_mut()
        .rev()
        .filter(|message| message["role"] == "user")
        .take(2);
    for message in latest {
        let Some(content) = message["content"].as_array_mut() else {
            continue;
        };
        let at = content
            .iter()
            .rposition(|block| block["type"] == "tool_result");
        let at = at.unwrap_or(content.len().saturating_sub(1));
        if let Some(block) = content.get_mut(at) {
            mark(block);
        }
    }
}
