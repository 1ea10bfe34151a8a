//! Requests of Responses. Nothing is kept at the service: all of the history goes
//! along, with the reasoning as it came, encrypted.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::batch;
use crate::history::{OMITTED_IMAGE, plain_id, tidy};
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Image, Message, ModelInfo, ModelRequest, NativeTool, Part,
    Speaker, ToolSpec,
};

/// A grey picture of 64x64, where a result must hold one and there is none any more.
const NO_PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAKUlEQVR42u3MQREAAAwCIKMb3RD77SAA6VEEAoFAIBAIBAKBQCAQfA8G320AeXC6efoAAAAASUVORK5CYII=";

/// The body of a request.
pub(crate) fn body(request: &ModelRequest, info: &ModelInfo, learned: &Learned) -> Value {
    let computer = learned.computer.unwrap_or(info.computer);
    let messages = tidy(&request.messages);
    let mut mapper = Mapper {
        info,
        computer,
        phases: learned.takes("phase"),
        failed: failed(&messages),
        batches: HashMap::new(),
        parts: HashMap::new(),
        input: Vec::new(),
    };
    for message in &messages {
        match message.speaker {
            Speaker::User => mapper.user(message),
            Speaker::Assistant => mapper.assistant(message),
        }
    }
    let mut body = Map::new();
    let mut set = |key: &str, value: Value| {
        body.insert(key.to_owned(), value);
    };
    set("model", json!(info.id));
    set("stream", json!(true));
    set("store", json!(false));
    if learned.takes("include") {
        set("include", json!(["reasoning.encrypted_content"]));
    }
    if learned.takes("reasoning") && learned.takes("reasoning.summary") {
        set("reasoning", json!({"summary": "auto"}));
    }
    if !request.system.is_empty() {
        set("instructions", json!(request.system));
    }
    let tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| tool_entry(tool, info, computer))
        .collect();
    if !tools.is_empty() {
        set("tools", Value::Array(tools));
    }
    if computer == ComputerTool::OpenaiPreview {
        // The older tool takes nothing else.
        set("truncation", json!("auto"));
    }
    if let Some(max) = request.max_tokens
        && learned.takes("max_output_tokens")
    {
        // Fewer are refused.
        set("max_output_tokens", json!(max.max(16)));
    }
    if let Some(temperature) = request.temperature
        && info.sampling
        && learned.takes("temperature")
    {
        set("temperature", json!(temperature));
    }
    set("input", Value::Array(mapper.input));
    Value::Object(body)
}

fn tool_entry(tool: &ToolSpec, info: &ModelInfo, computer: ComputerTool) -> Value {
    let (description, schema) = match (tool.native, computer) {
        (Some(NativeTool::Computer { .. }), ComputerTool::Openai) => {
            return json!({"type": "computer"});
        }
        (Some(NativeTool::Computer { width, height }), ComputerTool::OpenaiPreview) => {
            return json!({
                "type": "computer_use_preview", "display_width": width, "display_height": height,
                "environment": "linux",
            });
        }
        (Some(NativeTool::Computer { width, height }), _) => (
            crate::computer::description(width, height, info.coordinates),
            crate::computer::schema(),
        ),
        (None, _) => (tool.description.clone(), tool.schema.clone()),
    };
    json!({
        "type": "function", "name": tool.name, "description": description, "parameters": schema,
        // Otherwise the service tries to be strict with schemas that are not made for it.
        "strict": false,
    })
}

/// Calls whose results say that they failed, or were refused by the person.
fn failed(messages: &[Message]) -> HashSet<String> {
    let parts = messages.iter().flat_map(|message| &message.parts);
    parts
        .filter_map(|part| match part {
            Part::Result(result) if result.is_error => Some(result.call.clone()),
            _ => None,
        })
        .collect()
}

/// A batch of actions that waits for its results.
struct Batch {
    /// The vendor's id.
    call: String,
    /// Checks the person agreed to.
    checks: Value,
    picture: Option<Image>,
    notes: Vec<String>,
}

struct Mapper<'a> {
    info: &'a ModelInfo,
    computer: ComputerTool,
    phases: bool,
    failed: HashSet<String>,
    /// By the id of the first call.
    batches: HashMap<String, Option<Batch>>,
    /// Further actions of a batch, and its first.
    parts: HashMap<String, String>,
    input: Vec<Value>,
}

impl Mapper<'_> {
    fn assistant(&mut self, message: &Message) {
        let calls = message
            .parts
            .iter()
            .any(|part| matches!(part, Part::Call(_)));
        // A call the person did not agree to is told, not sent; its reasoning goes with it.
        let declined = self.is_native()
            && message.parts.iter().any(|part| match part {
                Part::Call(call) => self.declined(call),
                _ => false,
            });
        for part in &message.parts {
            match part {
                Part::Text(words) => {
                    let mut said = json!({
                        "type": "message", "role": "assistant",
                        "content": [{"type": "output_text", "text": words}],
                    });
                    if self.phases {
                        let phase = if calls { "commentary" } else { "final_answer" };
                        said["phase"] = json!(phase);
                    }
                    self.input.push(said);
                }
                Part::Reasoning { raw: Some(raw), .. }
                    if raw.name == self.info.family
                        && !declined
                        && raw.raw.get("type").is_some_and(|kind| kind == "reasoning") =>
                {
                    self.input.push(raw.raw.clone());
                }
                Part::Call(call) => self.call(call),
                _ => {}
            }
        }
    }

    fn is_native(&self) -> bool {
        matches!(
            self.computer,
            ComputerTool::Openai | ComputerTool::OpenaiPreview
        )
    }

    fn declined(&self, call: &Call) -> bool {
        let item = batch::item(call, &self.info.family);
        item.is_some_and(|item| !checks(item).is_empty()) && self.failed.contains(&call.id)
    }

    fn call(&mut self, call: &Call) {
        let family = &self.info.family;
        let native = self.is_native();
        if let Some(first) = batch::part_of(call, family).filter(|_| native) {
            self.parts.insert(call.id.clone(), first.to_owned());
            return;
        }
        let Some(item) = batch::item(call, family).filter(|_| native) else {
            self.input.push(json!({
                "type": "function_call", "call_id": plain_id(&call.id), "name": call.name,
                "arguments": call.arguments.to_string(),
            }));
            return;
        };
        if self.declined(call) {
            self.batches.insert(call.id.clone(), None);
            self.input.push(json!({
                "type": "message", "role": "assistant",
                "content": [{"type": "output_text", "text":
                    "I asked to act on the screen, which needed a confirmation."}],
            }));
            return;
        }
        let id = item
            .get("call_id")
            .and_then(Value::as_str)
            .unwrap_or(&call.id);
        let waiting = Batch {
            call: id.to_owned(),
            checks: Value::Array(checks(item).to_vec()),
            picture: None,
            notes: Vec::new(),
        };
        self.batches.insert(call.id.clone(), Some(waiting));
        self.input.push(item.clone());
    }

    fn user(&mut self, message: &Message) {
        let mut open: Vec<String> = Vec::new();
        let mut rest = Vec::new();
        for part in &message.parts {
            match part {
                Part::Result(result) => self.result(result, &mut open, &mut rest),
                Part::Text(words) => rest.push(said(words)),
                Part::Image(image) => rest.push(self.picture(image)),
                _ => {}
            }
        }
        let mut notes = Vec::new();
        for id in open {
            let Some(Some(batch)) = self.batches.remove(&id) else {
                continue;
            };
            let url = match batch.picture.filter(|_| self.info.vision) {
                Some(image) => url(&image),
                None => NO_PICTURE.to_owned(),
            };
            self.input.push(json!({
                "type": "computer_call_output", "call_id": batch.call,
                "output": {"type": "computer_screenshot", "image_url": url},
                "acknowledged_safety_checks": batch.checks,
            }));
            notes.extend(batch.notes);
        }
        // Such an output holds a picture and nothing else.
        let mut content: Vec<Value> = notes.iter().map(|note| said(note)).collect();
        content.append(&mut rest);
        if !content.is_empty() {
            self.input.push(json!({"role": "user", "content": content}));
        }
    }

    fn result(&mut self, result: &CallResult, open: &mut Vec<String>, rest: &mut Vec<Value>) {
        let first = self.first_of(&result.call);
        match self.batches.get_mut(&first) {
            Some(Some(batch)) => {
                if !open.contains(&first) {
                    open.push(first);
                }
                for part in &result.parts {
                    match part {
                        Part::Image(image) => batch.picture = Some(image.clone()),
                        // That it is done is what the picture shows; where one was, a
                        // grey one stands.
                        Part::Text(words) if words != "Done." && words != OMITTED_IMAGE => {
                            batch.notes.push(words.clone());
                        }
                        _ => {}
                    }
                }
            }
            Some(None) => {
                rest.extend(result.parts.iter().filter_map(|part| match part {
                    Part::Text(words) => Some(said(words)),
                    _ => None,
                }));
            }
            None => {
                let output: Vec<Value> = result
                    .parts
                    .iter()
                    .filter_map(|part| match part {
                        Part::Text(words) if result.is_error => {
                            Some(said(&format!("Error: {words}")))
                        }
                        Part::Text(words) => Some(said(words)),
                        Part::Image(image) => Some(self.picture(image)),
                        _ => None,
                    })
                    .collect();
                let output = match output.is_empty() {
                    true => json!("No output"),
                    false => Value::Array(output),
                };
                self.input.push(json!({
                    "type": "function_call_output", "call_id": plain_id(&result.call),
                    "output": output,
                }));
            }
        }
    }

    /// The first action of the batch one belongs to.
    fn first_of(&self, id: &str) -> String {
        self.parts.get(id).map_or(id, String::as_str).to_owned()
    }

    fn picture(&self, image: &Image) -> Value {
        if !self.info.vision {
            return said(&crate::openai_chat::unseen(image));
        }
        json!({"type": "input_image", "image_url": url(image)})
    }
}

fn checks(item: &Value) -> &[Value] {
    let pending = item.get("pending_safety_checks").and_then(Value::as_array);
    pending.map_or(&[], Vec::as_slice)
}

fn said(words: &str) -> Value {
    json!({"type": "input_text", "text": words})
}

fn url(image: &Image) -> String {
    format!(
        "data:{};base64,{}",
        image.media_type,
        STANDARD.encode(&image.bytes)
    )
}
