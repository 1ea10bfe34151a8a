//! The tool `execute`: runs code.

use std::sync::Arc;
use std::time::Duration;

use interpreter_agent::{
    BoxFuture, Draft, Prepared, Scene, StoredPart, Subject, Tool, ToolError, ToolEvent, ToolHandle,
    ToolInput, ToolOutput,
};
use interpreter_languages::{LanguageError, Languages, RunControl, RunEnd, RunEvent, RunStatus};
use interpreter_llm::{Call, ToolSpec};
use interpreter_protocol::{Chunk, RequestId, Role, RunState, kind};
use serde_json::{Value, json};

use super::output::Output;
use super::partial;
use crate::computer_socket::decode;
use crate::kit::Kit;
use crate::picture::Stored;

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
        Ok(Prepared {
            kind: kind::CODE,
            format: Some(language.clone()),
            content: Value::from(code.clone()),
            subject: Subject::Code { language, code },
            extra: serde_json::Map::new(),
            problem,
        })
    }

    fn run(&self, prepared: Prepared, handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        let kit = Arc::clone(&self.kit);
        Box::pin(async move {
            let Subject::Code { language, code } = &prepared.subject else {
                return ToolOutput::failed("This is not code.");
            };
            match kit.languages.run(language, code) {
                Ok(run) => {
                    Running::new(&kit, handle, run.control)
                        .follow(run.events)
                        .await
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

/// How often a run that was stopped is interrupted again until it ends.
const INSIST: Duration = Duration::from_millis(300);

/// One run, followed to its end.
struct Running<'a> {
    kit: &'a Kit,
    handle: ToolHandle,
    control: RunControl,
    output: Output,
    pictures: Vec<StoredPart>,
    shown_html: bool,
    /// Ends the run when this is dropped before it has ended.
    ended: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.control.kill();
        }
    }
}

impl<'a> Running<'a> {
    fn new(kit: &'a Kit, handle: ToolHandle, control: RunControl) -> Self {
        let spool = kit.store.spool(&kit.conversation, &handle.item).ok();
        let output = Output::new(spool, kit.max_output());
        Self {
            kit,
            handle,
            control,
            output,
            pictures: Vec::new(),
            shown_html: false,
            ended: false,
        }
    }

    async fn follow(mut self, mut events: tokio::sync::mpsc::Receiver<RunEvent>) -> ToolOutput {
        let cancel = self.handle.cancel.clone();
        let mut cancelled = false;
        let mut again = tokio::time::interval(INSIST);
        loop {
            let event = tokio::select! {
                event = events.recv() => event,
                Some(input) = self.handle.inputs.recv() => {
                    self.input(input).await;
                    continue;
                }
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    again.reset();
                    self.control.interrupt();
                    continue;
                }
                // A signal may reach a program at a moment when it cannot take it.
                _ = again.tick(), if cancelled => {
                    self.control.interrupt();
                    continue;
                }
            };
            match event {
                Some(RunEvent::Done(end)) => {
                    self.ended = true;
                    return self.finish(&end).await;
                }
                Some(event) => self.event(event).await,
                None => return ToolOutput::failed("The language ended without saying why."),
            }
        }
    }

    async fn input(&mut self, input: ToolInput) {
        match input {
            ToolInput::Interrupt => self.control.interrupt(),
            ToolInput::Line { request, text } => {
                self.control.input(request.as_str(), text);
                self.send(ToolEvent::State(RunState::Running)).await;
            }
        }
    }

    async fn event(&mut self, event: RunEvent) {
        match event {
            RunEvent::Started { place } => self.send(ToolEvent::Place(place)).await,
            RunEvent::Output(text) => {
                if let Some(part) = self.output.take(&text) {
                    self.print(part).await;
                }
            }
            RunEvent::ActiveLine(line) => {
                let chunk = Chunk::new(Role::Computer, kind::CONSOLE)
                    .format("active_line")
                    .content(line.map_or(Value::Null, Value::from));
                self.handle.chunk(chunk).await;
            }
            RunEvent::Image { base64, .. } => self.picture(&base64).await,
            RunEvent::Html(html) => {
                self.shown_html = true;
                let chunk = Chunk::new(Role::Computer, kind::CODE)
                    .format("html")
                    .recipient("user")
                    .content(html);
                self.handle.chunk(chunk).await;
            }
            RunEvent::Input {
                request,
                prompt,
                secret,
            } => {
                let request = RequestId::from(request);
                self.send(ToolEvent::Input {
                    request,
                    prompt,
                    secret,
                })
                .await;
            }
            RunEvent::Done(_) => {}
        }
    }

    async fn picture(&mut self, base64: &str) {
        let stored = decode(base64)
            .ok_or_else(String::new)
            .and_then(|bytes| Stored::put(&self.kit.store, &bytes).map_err(|error| error.message));
        match stored {
            Ok(stored) => {
                let Stored {
                    hash,
                    width,
                    height,
                } = stored.clone();
                self.pictures.push(StoredPart::Image {
                    hash,
                    width,
                    height,
                });
                self.handle.chunk(stored.chunk(Role::Computer)).await;
            }
            Err(why) => {
                self.print(format!("[A picture could not be kept. {why}]\n"))
                    .await
            }
        }
    }

    async fn finish(mut self, end: &RunEnd) -> ToolOutput {
        if let Some(rest) = self.output.rest() {
            self.print(rest).await;
        }
        let message = end.message.clone();
        if let Some(message) = &message {
            let line = format!("{message}\n");
            self.output.take(&line);
            self.print(line).await;
        }
        let mut text = self.output.for_model(self.kit.max_output());
        if self.shown_html {
            text.push_str("\n[HTML was shown to the user]");
        }
        if text.trim().is_empty() {
            text = if self.pictures.is_empty() {
                "No output"
            } else {
                "[A picture]"
            }
            .to_owned();
        }
        let (state, is_error, told) = match end.status {
            RunStatus::Ok => (RunState::Done, false, None),
            RunStatus::Error => (RunState::Failed, true, None),
            RunStatus::Interrupted => (RunState::Stopped, true, Some("The user interrupted it.")),
            RunStatus::Died { .. } => (RunState::Failed, true, None),
            RunStatus::TimedOut => (
                RunState::Stopped,
                true,
                Some("It took too long and was ended."),
            ),
        };
        if let Some(told) = told {
            text = format!("{text}\n{told}");
        }
        let mut parts = vec![StoredPart::Text(text)];
        parts.append(&mut self.pictures);
        ToolOutput {
            parts,
            is_error,
            state,
            exit: end.exit,
            note: message,
        }
    }

    async fn print(&self, text: String) {
        let chunk = Chunk::new(Role::Computer, kind::CONSOLE)
            .format("output")
            .content(text);
        self.handle.chunk(chunk).await;
    }

    async fn send(&self, event: ToolEvent) {
        let _ = self.handle.events.send(event).await;
    }
}
