//! Requests of Gemini.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::batch;
use crate::history::tidy;
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Image, Message, ModelInfo, ModelRequest, NativeTool, Part,
    Speaker, ToolSpec,
};

/// The vendor's word for a call that never had a signature.
const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The body of a request.
pub(crate) fn body(request: &ModelRequest, info: &ModelInfo, learned: &Learned) -> Value {
    let computer = learned.computer.unwrap_or(info.computer);
    let mut mapper = Mapper {
        info,
        computer,
        calls: HashMap::new(),
        parts: HashMap::new(),
        contents: Vec::new(),
    };
    for message in tidy(&request.messages) {
        match message.speaker {
            Speaker::User => mapper.user(&message),
            Speaker::Assistant => mapper.model(&message),
        }
    }
    let mut body = Map::new();
    if !request.system.is_empty() {
        body.insert(
            "systemInstruction".to_owned(),
            json!({"parts": [{"text": request.system}]}),
        );
    }
    body.insert("contents".to_owned(), Value::Array(mapper.contents));
    let tools = tools(&request.tools, info, computer, learned);
    if !tools.is_empty() {
        body.insert("tools".to_owned(), Value::Array(tools));
    }
    let mut config = json!({"thinkingConfig": {"includeThoughts": true}});
    if !learned.takes("thinking") {
        config = json!({});
    }
    if let Some(max) = request.max_tokens {
        config["maxOutputTokens"] = json!(max);
    }
    if let Some(temperature) = request.temperature.filter(|_| info.sampling) {
        config["temperature"] = json!(temperature);
    }
    if config.as_object().is_some_and(|config| !config.is_empty()) {
        body.insert("generationConfig".to_owned(), config);
    }
    Value::Object(body)
}

fn tools(
    tools: &[ToolSpec],
    info: &ModelInfo,
    computer: ComputerTool,
    learned: &Learned,
) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut functions = Vec::new();
    for tool in tools {
        let (description, schema) = match (tool.native, computer) {
            (Some(_), ComputerTool::Gemini | ComputerTool::GeminiBrowser) => {
                entries.push(computer_entry(computer, learned));
                continue;
            }
            (Some(NativeTool::Computer { width, height }), _) => (
                crate::computer::description(width, height, info.coordinates),
                crate::computer::schema(),
            ),
            (None, _) => (tool.description.clone(), tool.schema.clone()),
        };
        functions.push(json!({
            "name": tool.name, "description": description, "parametersJsonSchema": schema,
        }));
    }
    if !functions.is_empty() {
        entries.push(json!({ "functionDeclarations": functions }));
    }
    entries
}

fn computer_entry(computer: ComputerTool, learned: &Learned) -> Value {
    let mut entry = match computer {
        // The older one knows browsers only; what a desktop has no place for is left out.
        ComputerTool::GeminiBrowser => json!({
            "environment": "ENVIRONMENT_BROWSER",
            "excludedPredefinedFunctions": ["search"],
        }),
        _ => json!({"environment": "ENVIRONMENT_DESKTOP"}),
    };
    if learned.takes("enablePromptInjectionDetection") {
        entry["enablePromptInjectionDetection"] = json!(true);
    }
    json!({ "computerUse": entry })
}

/// A call that was sent, as its result must name it.
struct Sent {
    id: Option<String>,
    name: String,
    asked: bool,
    outcome: Option<Outcome>,
}

/// What came of a call, or of all actions it held.
#[derive(Default)]
struct Outcome {
    texts: Vec<String>,
    failed: bool,
    picture: Option<Image>,
}

struct Mapper<'a> {
    info: &'a ModelInfo,
    computer: ComputerTool,
    /// By our id of the first call.
    calls: HashMap<String, Sent>,
    /// Further actions of a call, and the call.
    parts: HashMap<String, String>,
    contents: Vec<Value>,
}

impl Mapper<'_> {
    /// Equal neighbours become one.
    fn push(&mut self, role: &str, parts: Vec<Value>) {
        if parts.is_empty() {
            return;
        }
        let last = self.contents.last_mut().filter(|last| last["role"] == role);
        match last.and_then(|last| last["parts"].as_array_mut()) {
            Some(held) => held.extend(parts),
            None => self.contents.push(json!({"role": role, "parts": parts})),
        }
    }

    fn model(&mut self, message: &Message) {
        let mut parts = Vec::new();
        let mut first = true;
        for part in &message.parts {
            match part {
                Part::Text(text) => parts.push(json!({ "text": text })),
                Part::Reasoning { raw: Some(raw), .. } if raw.name == self.info.family => {
                    parts.push(raw.raw.clone());
                }
                Part::Call(call) => {
                    if let Some(first) = batch::part_of(call, &self.info.family) {
                        self.parts.insert(call.id.clone(), first.to_owned());
                        continue;
                    }
                    parts.push(self.call(call, first));
                    first = false;
                }
                _ => {}
            }
        }
        self.push("model", parts);
    }

    fn call(&mut self, call: &Call, first: bool) -> Value {
        if let Some(part) = batch::item(call, &self.info.family) {
            let made = &part["functionCall"];
            let text = |key: &str| made.get(key).and_then(Value::as_str).map(str::to_owned);
            self.calls.insert(
                call.id.clone(),
                Sent {
                    id: text("id"),
                    name: text("name").unwrap_or_default(),
                    asked: made.pointer("/args/safety_decision").is_some(),
                    outcome: None,
                },
            );
            return part.clone();
        }
        // Another model's: in this one's words, where it has them.
        let native = matches!(
            self.computer,
            ComputerTool::Gemini | ComputerTool::GeminiBrowser
        );
        let own = (call.name == "computer" && native)
            .then(|| self.computer.write(&call.arguments))
            .flatten();
        let (name, args) = own.unwrap_or_else(|| (call.name.clone(), call.arguments.clone()));
        self.calls.insert(
            call.id.clone(),
            Sent {
                id: Some(call.id.clone()),
                name: name.clone(),
                asked: false,
                outcome: None,
            },
        );
        let mut part = json!({"functionCall": {"id": call.id, "name": name, "args": args}});
        if first {
            part["thoughtSignature"] = json!(STANDARD.encode(NO_SIGNATURE));
        }
        part
    }

    fn user(&mut self, message: &Message) {
        let mut order: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        let mut rest = Vec::new();
        for part in &message.parts {
            match part {
                Part::Result(result) => {
                    let first = self.first_of(&result.call);
                    if seen.insert(first.clone()) {
                        order.push(first.clone());
                    }
                    if let Some(sent) = self.calls.get_mut(&first) {
                        take(sent.outcome.get_or_insert_default(), result);
                    }
                }
                Part::Text(text) => rest.push(json!({ "text": text })),
                Part::Image(image) => rest.push(self.picture(image)),
                _ => {}
            }
        }
        let mut parts: Vec<Value> = Vec::new();
        for id in order {
            parts.extend(self.calls.remove(&id).map(|sent| self.response(sent)));
        }
        parts.append(&mut rest);
        self.push("user", parts);
    }

    fn response(&self, sent: Sent) -> Value {
        let outcome = sent.outcome.unwrap_or_default();
        let text = match outcome.texts.is_empty() {
            true => "ok".to_owned(),
            false => outcome.texts.join("\n"),
        };
        let key = if outcome.failed { "error" } else { "output" };
        let mut response = json!({ key: text });
        if sent.asked && !outcome.failed {
            response["safety_acknowledgement"] = json!("true");
        }
        let mut made = json!({"name": sent.name, "response": response});
        if let Some(id) = sent.id {
            made["id"] = json!(id);
        }
        if let Some(image) = outcome.picture.filter(|_| self.info.vision) {
            made["parts"] = json!([self.picture(&image)]);
        }
        json!({ "functionResponse": made })
    }

    /// The call an action belongs to.
    fn first_of(&self, id: &str) -> String {
        self.parts.get(id).map_or(id, String::as_str).to_owned()
    }

    fn picture(&self, image: &Image) -> Value {
        if !self.info.vision {
            return json!({"text": crate::openai_chat::unseen(image)});
        }
        json!({"inlineData": {
            "mimeType": image.media_type, "data": STANDARD.encode(&image.bytes),
        }})
    }
}

fn take(outcome: &mut Outcome, result: &CallResult) {
    outcome.failed |= result.is_error;
    for part in &result.parts {
        match part {
            Part::Text(text) => outcome.texts.push(text.clone()),
            // Of several, the last shows how it is now.
            Part::Image(image) => outcome.picture = Some(image.clone()),
            _ => {}
        }
    }
}
