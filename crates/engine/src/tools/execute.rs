//! The tool `execute`: runs code.

use std::sync::Arc;

use interpreter_agent::{
    BoxFuture, Draft, Prepared, Scene, Subject, Tool, ToolError, ToolHandle, ToolOutput,
};
use interpreter_languages::{LanguageError, Languages};
use interpreter_llm::{Call, ToolSpec};
use interpreter_protocol::{Chunk, Role, RunState, kind};
use serde_json::{Value, json};

use super::partial;
use super::running::Running;
use crate::kit::Kit;

pub(crate) struct Execute {
    pub kit: Arc<Kit>,
}

/// Markdown is not run: models use it for notes.
const NOTES: &[&str] = &["text", "markdown", "plaintext", "md", "txt"];

impl Tool for Execute {
    fn spec(&self, _scene: &Scene) -> Option<ToolSpec> {
        let languages: Vec<&str> = Languages::known().to_vec();
        Some(ToolSpec {
            name: "execute".to_owned(),
            description: "Runs code on the user's machine and returns what it printed. State is kept between calls of the same language.".to_owned(),
            schema: json!({
                "type": "object",
                "properties": {
                    "language": {
                        "type": "string",
                        "description": "The language of the code.",
                        "enum": languages,
                    },
                    "code": { "type": "string", "description": "The code to run." },
                },
                "required": ["language", "code"],
                "additionalProperties": false,
            }),
            native: None,
        })
    }

    fn answers_to(&self, name: &str) -> bool {
        // The last two are names that models make up.
        matches!(name, "execute" | "python" | "functions")
    }

    fn draft(&self, arguments: &str) -> Option<Draft> {
        let language = partial::string(arguments, "language").filter(|text| text.whole)?;
        let code = partial::string(arguments, "code")?;
        let format = Languages::canonical(&language.value)?.to_owned();
        Some(Draft {
            kind: kind::CODE,
            format: Some(format),
            text: code.value,
        })
    }

    fn prepare(&self, call: &Call, _scene: &Scene) -> Result<Prepared, ToolError> {
        let (language, code) = read(call).ok_or_else(|| {
            ToolError::new("`execute` needs {\"language\": ..., \"code\": ...}, both texts.")
        })?;
        Ok(prepared(language, code))
    }

    fn code(&self, language: &str, code: &str) -> Option<Prepared> {
        let language = language.trim().to_lowercase();
        Some(prepared(language, code.to_owned()))
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let Subject::Code { language, code } = &prepared.subject else {
                return ToolOutput::failed("This is not code.");
            };
            kit.steps.begin(&handle.item, None);
            match kit.languages.run(language, code) {
                Ok(run) => {
                    let output = Running::new(&kit, handle, run.control)
                        .follow(run.events)
                        .await;
                    kit.steps.written().await;
                    output
                }
                Err(error) => {
                    let printed = Chunk::new(Role::Computer, kind::CONSOLE)
                        .format("output")
                        .content(error.to_string());
                    handle.chunk(printed).await;
                    let state = if matches!(error, LanguageError::NotInstalled { .. }) {
                        RunState::NoKernel
                    } else {
                        RunState::Failed
                    };
                    ToolOutput {
                        state,
                        ..ToolOutput::failed(error.to_string())
                    }
                }
            }
        })
    }
}

/// Code as it is shown and run, with the reason where it cannot run.
fn prepared(language: String, code: String) -> Prepared {
    let known = Languages::canonical(&language);
    let problem = if NOTES.contains(&language.as_str()) {
        Some(format!(
            "`{language}` is not run. Write it in your reply instead."
        ))
    } else if known.is_none() {
        let known = Languages::known().join(", ");
        Some(format!(
            "`{language}` disabled or not supported. The languages are: {known}."
        ))
    } else if code.trim().is_empty() {
        Some("The code block is empty. Write code in it.".to_owned())
    } else {
        None
    };
    let language = known.map_or(language, str::to_owned);
    Prepared {
        kind: kind::CODE,
        format: Some(language.clone()),
        content: Value::from(code.clone()),
        subject: Subject::Code { language, code },
        extra: serde_json::Map::new(),
        problem,
    }
}

/// Language and code of a call, through the ways models get it wrong.
fn read(call: &Call) -> Option<(String, String)> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    if call.name != "execute"
        && let Value::String(code) = &call.arguments
    {
        return Some(("python".to_owned(), code.clone()));
    }
    let language = match text(&call.arguments, "language") {
        Some(language) => language,
        None if call.name == "python" => "python".to_owned(),
        None => return None,
    };
    let code = text(&call.arguments, "code")?;
    Some(unwrapped(language.trim().to_lowercase(), code))
}

/// Code that is itself a call, or carries what does not belong to it.
fn unwrapped(language: String, code: String) -> (String, String) {
    let code = code.strip_prefix("`\n").unwrap_or(&code);
    let code = code.strip_suffix("executeexecute").unwrap_or(code);
    let inner = code
        .trim()
        .strip_prefix("functions.execute(")
        .and_then(|inner| inner.strip_suffix(')'))
        .unwrap_or(code.trim());
    let quoted;
    let inner = if inner.starts_with("{language:") {
        quoted =
            inner
                .replacen("{language:", "{\"language\":", 1)
                .replacen("code:", "\"code\":", 1);
        quoted.as_str()
    } else {
        inner
    };
    if inner.starts_with('{')
        && let Ok(Value::Object(object)) = serde_json::from_str::<Value>(inner)
        && object.len() == 2
        && let (Some(Value::String(language)), Some(Value::String(code))) =
            (object.get("language"), object.get("code"))
    {
        return (language.to_lowercase(), code.clone());
    }
    (language, code.to_owned())
}
