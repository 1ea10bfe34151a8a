//! Models and recorded files for the tests.

use std::collections::HashMap;
use std::path::PathBuf;

use interpreter_llm::{
    Lookup, Message, Model, ModelRequest, Part, Speaker, ToolSpec, Wish, resolve,
};
use serde_json::{Value, json};

/// Keys of every provider, and nothing else.
pub struct Keys;

impl Lookup for Keys {
    fn secret(&self, name: &str) -> Option<String> {
        name.ends_with("_KEY")
            .then(|| "sk-canary-1234567890".to_owned())
    }
    fn env(&self, _name: &str) -> Option<String> {
        None
    }
    fn last_model(&self) -> Option<String> {
        None
    }
}

/// The model of this name.
pub fn model(name: &str) -> Model {
    let wish = Wish {
        model: Some(name.to_owned()),
        ..Wish::default()
    };
    resolve(&wish, &Keys).unwrap()
}

/// A model of a server that listens at this address.
pub fn model_at(name: &str, base: &str) -> Model {
    let wish = Wish {
        model: Some(name.to_owned()),
        api_base: Some(base.to_owned()),
        api_key: Some("sk-canary-1234567890".to_owned()),
        ..Wish::default()
    };
    resolve(&wish, &Keys).unwrap()
}

/// A recorded file.
pub fn file(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/streams")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What the recorded files must come to.
pub fn manifest() -> HashMap<String, Value> {
    let manifest: Value = serde_json::from_slice(&file("manifest.json")).unwrap();
    serde_json::from_value(manifest["files"].clone()).unwrap()
}

/// A message of the person.
pub fn user(text: &str) -> Message {
    Message {
        speaker: Speaker::User,
        parts: vec![Part::Text(text.to_owned())],
    }
}

/// A request of one message.
pub fn request(text: &str) -> ModelRequest {
    ModelRequest {
        system: "Be brief.".to_owned(),
        messages: vec![user(text)],
        tools: Vec::new(),
        max_tokens: None,
        temperature: None,
    }
}

/// The tool that runs code.
pub fn execute() -> ToolSpec {
    ToolSpec {
        name: "execute".to_owned(),
        description: "Runs code.".to_owned(),
        schema: json!({
            "type": "object",
            "properties": {
                "language": {"type": "string", "enum": ["python", "shell"]},
                "code": {"type": "string"},
            },
            "required": ["language", "code"],
        }),
        native: None,
    }
}
