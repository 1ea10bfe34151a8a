//! The tool `computer_api`: the Computer API by name, for models that cannot see
//! or point, and for what is said more exactly with words (`click "OK"`).

use std::sync::Arc;

use interpreter_agent::{
    BoxFuture, Prepared, Reach, Scene, StoredPart, Subject, Tool, ToolError, ToolHandle, ToolOutput,
};
use interpreter_computer::{ComputerError, describe};
use interpreter_llm::{Call, ToolSpec};
use interpreter_protocol::{Chunk, Effect, Error, Role, RunState, kind};
use serde_json::{Map, Value, json};

use super::computer::{self, Asked};
use super::{failed, person, views};
use crate::kit::Kit;
use crate::picture::Stored;

pub(crate) struct ComputerApi {
    pub kit: Arc<Kit>,
}

/// Methods that only look. The clipboard is not among them: it may hold a secret.
const LOOKS: &[&str] = &[
    "display.view",
    "display.screenshot",
    "display.size",
    "display.width",
    "display.height",
    "display.center",
    "display.info",
    "display.find",
    "display.find_text",
    "display.get_text_as_list_of_lists",
    "mouse.position",
];

impl Tool for ComputerApi {
    fn spec(&self, scene: &Scene) -> Option<ToolSpec> {
        scene.os.then(|| ToolSpec {
            name: "computer_api".to_owned(),
            description: format!(
                "Calls one method of the Computer API on the user's screen. Clicking by text is the surest way. Methods:\n{}",
                describe()
            ),
            schema: json!({
                "type": "object",
                "properties": {
                    "method": { "type": "string", "description": "such as mouse.click" },
                    "params": { "type": "object", "description": "parameters by name" },
                },
                "required": ["method"],
            }),
            native: None,
        })
    }

    fn answers_to(&self, name: &str) -> bool {
        name == "computer_api"
    }

    fn prepare(&self, call: &Call, _scene: &Scene) -> Result<Prepared, ToolError> {
        let method = call
            .arguments
            .get("method")
            .and_then(Value::as_str)
            .ok_or_else(|| ToolError::new("The method is missing, such as mouse.click."))?;
        let method = method.strip_prefix("computer.").unwrap_or(method);
        let params = call
            .arguments
            .get("params")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let looks = LOOKS.contains(&method);
        let words = format!(
            "{method} {}",
            if params == json!({}) {
                String::new()
            } else {
                params.to_string()
            }
        );
        Ok(Prepared {
            kind: kind::CALL,
            format: None,
            content: json!({ "name": method, "arguments": params }),
            subject: Subject::Action {
                app: None,
                looks,
                words: words.trim().to_owned(),
                reach: Reach::default(),
            },
            extra: Map::new(),
            problem: None,
        })
    }

    fn subject<'a>(
        &'a self,
        prepared: &'a Prepared,
        scene: &'a Scene,
        intent: &'a str,
    ) -> BoxFuture<'a, Subject> {
        Box::pin(async move {
            let Subject::Action {
                looks: false,
                words,
                ..
            } = &prepared.subject
            else {
                return prepared.subject.clone();
            };
            let method = prepared.content.get("name").and_then(Value::as_str);
            let params = prepared.content.get("arguments").unwrap_or(&Value::Null);
            let asked = Asked {
                computer: &self.kit.computer,
                mode: scene.mode,
                intent,
            };
            let (app, reach) = asked
                .reach_of_method(method.unwrap_or_default(), params)
                .await;
            let words = match (&reach.secret, &app) {
                (Some(name), Some(app)) => {
                    format!("Type the secret \u{201c}{name}\u{201d} in {app}")
                }
                _ => words.clone(),
            };
            Subject::Action {
                app,
                looks: false,
                words,
                reach,
            }
        })
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let _allowed = kit.allow(computer::allowed(&prepared.subject));
            let name = prepared
                .content
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let params = prepared
                .content
                .get("arguments")
                .cloned()
                .unwrap_or_default();
            if let Err(error) = kit.computer.enter(&kit.key()).await {
                return ToolOutput::failed(Error::from(error).to_string());
            }
            kit.steps.begin(&handle.item, None);
            let key = kit.key();
            let work = async {
                let user_acted = handle.user_acted | person(&kit).await;
                if user_acted && names_place(&params) && plans(&handle) {
                    return Err(Why::Said(NOT_DONE));
                }
                let called = kit.computer.call(&key, name, params).await;
                if let Err(ComputerError::Paused { .. }) = called {
                    // The model is asked again only once the person has given control back.
                    person(&kit).await;
                    return Err(Why::Said(BROKEN));
                }
                called.map_err(|error| Why::Failed(error.into()))
            };
            let called = tokio::select! {
                biased;
                called = work => called,
                () = handle.cancel.cancelled() => return ToolOutput::failed("Stopped."),
            };
            kit.steps.written().await;
            match called {
                Ok(result) => answer(&kit, &handle, result).await,
                Err(Why::Said(told)) if told == NOT_DONE => ToolOutput {
                    is_error: false,
                    state: RunState::Stale,
                    note: Some("Not done: you used the computer just before it.".to_owned()),
                    ..ToolOutput::failed(told)
                },
                Err(Why::Said(told)) => ToolOutput::failed(told),
                Err(Why::Failed(error)) => failed(&error),
            }
        })
    }
}

/// Why a method was not called, or not to its end.
enum Why {
    /// In our words.
    Said(&'static str),
    /// By the computer.
    Failed(Error),
}

/// Told of a place that was chosen on what was on the screen before.
const NOT_DONE: &str = "Not done: the user took control in between and has given it back. Look at the screen, then decide anew.";
/// Told of what was under way.
const BROKEN: &str = "The user took control while this was being done, so it may be done in part. They have given control back: look at the screen before you go on.";

fn names_place(params: &Value) -> bool {
    params.get("x").is_some() && params.get("y").is_some()
}

/// Whether a model chose this. The embedded commands do what the person wrote.
fn plans(handle: &ToolHandle) -> bool {
    let scene = handle.scene.as_ref();
    scene.is_some_and(|scene| scene.model.provider != "builtin")
}

async fn answer(kit: &Kit, handle: &ToolHandle, mut result: Value) -> ToolOutput {
    let mut parts = Vec::new();
    let model = handle.scene.as_ref().map(|scene| &scene.model);
    for stored in views::take(kit, model, &mut result) {
        kit.forget_shown();
        handle.chunk(stored.chunk(Role::Computer)).await;
        let Stored {
            hash,
            width,
            height,
        } = stored;
        parts.push(StoredPart::Image {
            hash,
            width,
            height,
        });
    }
    if let Some(effect) = result.get("effect")
        && let Ok(effect) = serde_json::from_value::<Effect>(effect.clone())
    {
        super::tell_effect(handle, &effect).await;
    }
    handle
        .chunk(Chunk::new(Role::Computer, kind::RESULT).content(result.clone()))
        .await;
    let text = match &result {
        Value::Null => StoredPart::Text("Done.".to_owned()),
        Value::String(text) => StoredPart::outside("screen", text),
        other => StoredPart::outside("screen", &other.to_string()),
    };
    parts.insert(0, text);
    ToolOutput::done(parts)
}
