//! Requests of Anthropic Messages.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::history::{OMITTED_IMAGE, plain_id, tidy};
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
    let screen = request.tools.iter().find_map(|tool| tool.native);
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
    if screen.is_some() {
        betas.extend(beta(computer));
    }
    if let Some(NativeTool::Computer { width, height }) = screen
        && info.append_only
        && learned.takes("context_management")
    {
        betas.push("context-management-2025-06-27");
        let others = request.tools.iter().filter(|tool| tool.native.is_none());
        let others: Vec<&str> = others.map(|tool| tool.name.as_str()).collect();
        set(
            "context_management",
            clearing(info, (width, height), &others),
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

/// The service takes old screenshots out by itself, a batch at a time, since our
/// side must not. What code printed is not a screenshot, and stays.
fn clearing(info: &ModelInfo, size: (u32, u32), others: &[&str]) -> Value {
    let rule = &info.images;
    let tokens = |pictures: u32| u64::from(pictures) * rule.tokens(size);
    let mut edit = json!({
        "type": "clear_tool_uses_20250919",
        "trigger": {"type": "input_tokens", "value": tokens(rule.keep + rule.batch).max(1)},
        "keep": {"type": "tool_uses", "value": rule.keep},
        "clear_at_least": {"type": "input_tokens", "value": tokens(rule.batch)},
    });
    if !others.is_empty() {
        edit["exclude_tools"] = json!(others);
    }
    json!({ "edits": [edit] })
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
            _ => json!({
                "name": "computer",
                "description": crate::computer::description(width, height, self.info.coordinates),
                "input_schema": crate::computer::schema(),
            }),
        }
    }

    /// Ids of the calls that go back as members of the toolset.
    fn members(&self, parts: &[Part]) -> HashSet<String> {
        let calls = parts.iter().filter_map(|part| match part {
            Part::Call(call) if self.is_member(call) => Some(call.id.clone()),
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
        let (name, input) = self
            .own_member(call)
            .or_else(|| {
                let ours = call.name == "computer";
                ours.then(|| self.computer.write(&call.arguments))?
            })
            .unwrap_or_else(|| (call.name.clone(), call.arguments.clone()));
        let mut block = json!({
            "type": "tool_use", "id": plain_id(&call.id), "name": name, "input": input,
        });
        if self.is_member(call) {
            block["toolset_name"] = json!("computer");
        }
        block
    }

    /// A member the model called itself goes back as it came, known or not.
    fn own_member(&self, call: &Call) -> Option<(String, Value)> {
        let raw = call
            .raw
            .as_ref()
            .filter(|raw| raw.name == self.info.family)?;
        raw.raw
            .get("toolset_name")
            .filter(|_| self.computer == ComputerTool::AnthropicToolset)?;
        let name = raw.raw.get("name")?.as_str()?.to_owned();
        let mut input = call.arguments.clone();
        input.as_object_mut()?.remove("action");
        Some((name, input))
    }

    /// The call goes back as a member of the toolset.
    fn is_member(&self, call: &Call) -> bool {
        self.computer == ComputerTool::AnthropicToolset
            && call.name == "computer"
            && (self.own_member(call).is_some() || self.computer.write(&call.arguments).is_some())
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
/// results stand: what is before is read from the cache the next time. And one
/// where the screenshots that were left out end: when the next of them go, what
/// stands before them is still found.
fn mark_latest(messages: &mut [Value]) {
    let omitted = messages.iter().rposition(|message| {
        let blocks = message["content"].as_array().into_iter().flatten();
        let mut inner = blocks
            .filter_map(|block| block["content"].as_array())
            .flatten();
        inner.any(|block| block["text"] == OMITTED_IMAGE)
    });
    let mut of_person = messages
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, message)| message["role"] == "user");
    let latest = [of_person.next(), of_person.next()];
    let mut places: Vec<usize> = latest.into_iter().flatten().map(|(at, _)| at).collect();
    places.extend(omitted.filter(|at| !places.contains(at)));
    for place in places {
        let Some(content) = messages
            .get_mut(place)
            .and_then(|message| message["content"].as_array_mut())
        else {
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
