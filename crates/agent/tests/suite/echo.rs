//! The tool that echoes.

use interpreter_agent::{
    BoxFuture, Draft, Prepared, Reach, Scene, StoredPart, Subject, Tool, ToolError, ToolHandle,
    ToolInput, ToolOutput,
};
use interpreter_llm::{Call, ToolSpec};
use interpreter_protocol::{Chunk, Mode, Role, RunState, Step, kind};
use serde_json::{Map, Value, json};

/// Prints what it is given. `hang` waits to be stopped, `ask` asks for a line. On the
/// screen `look` only looks, `upset` changes what later actions were made for, `fail` fails.
pub struct Echo;

impl Tool for Echo {
    fn spec(&self, _scene: &Scene) -> Option<ToolSpec> {
        Some(ToolSpec {
            name: "echo".to_owned(),
            description: "Prints.".to_owned(),
            schema: json!({}),
            native: None,
        })
    }

    fn answers_to(&self, name: &str) -> bool {
        name == "echo"
    }

    fn draft(&self, arguments: &str) -> Option<Draft> {
        let text = arguments
            .strip_prefix("{\"code\":\"")?
            .trim_end_matches("\"}")
            .to_owned();
        Some(Draft {
            kind: kind::CODE,
            format: Some("shell".to_owned()),
            text,
        })
    }

    fn prepare(&self, call: &Call, _scene: &Scene) -> Result<Prepared, ToolError> {
        let code = call.arguments["code"]
            .as_str()
            .ok_or_else(|| ToolError::new("no code"))?;
        let mut prepared = prepared(code);
        if let Some(words) = code.strip_prefix("screen: ") {
            prepared.kind = kind::ACTION;
            prepared.subject = Subject::Action {
                app: Some("Notes".to_owned()),
                looks: words == "look",
                words: words.to_owned(),
                reach: Reach::default(),
            };
        }
        Ok(prepared)
    }

    fn code(&self, language: &str, code: &str) -> Option<Prepared> {
        let problem = (language != "shell").then(|| format!("There is no `{language}`."));
        Some(Prepared {
            problem,
            ..prepared(code)
        })
    }

    /// A step's action names the code. `lost` is not found.
    fn again<'a>(
        &'a self,
        step: &'a Step,
        _mode: Mode,
    ) -> Option<BoxFuture<'a, Result<Prepared, ToolError>>> {
        let code = step.action["action"].as_str()?;
        let found = match code {
            "lost" => Err(ToolError::new("It is not there.")),
            _ => Ok(Prepared {
                kind: kind::ACTION,
                subject: Subject::Action {
                    app: Some("Notes".to_owned()),
                    looks: false,
                    words: code.to_owned(),
                    reach: Reach {
                        consequence: (code == "send").then(|| "looks like sending".to_owned()),
                        ..Reach::default()
                    },
                },
                ..prepared(code)
            }),
        };
        Some(Box::pin(std::future::ready(found)))
    }

    fn run(&self, prepared: Prepared, mut handle: ToolHandle) -> BoxFuture<'static, ToolOutput> {
        Box::pin(async move {
            let code = prepared.content.as_str().unwrap_or_default().to_owned();
            let print = |text: &str| {
                Chunk::new(Role::Computer, kind::CONSOLE)
                    .format("output")
                    .content(text)
            };
            match code.as_str() {
                "hang" => {
                    handle.chunk(print("begun\n")).await;
                    handle.cancel.cancelled().await;
                    ToolOutput::done(vec![StoredPart::Text("begun\n".to_owned())])
                }
                "deaf" => std::future::pending().await,
                // Goes on when it is interrupted, and tells it; ends when it is killed.
                "stubborn" => loop {
                    match handle.inputs.recv().await {
                        Some(ToolInput::Interrupt) => handle.chunk(print("no\n")).await,
                        _ => {
                            return ToolOutput {
                                state: RunState::Stopped,
                                ..ToolOutput::failed("killed")
                            };
                        }
                    }
                },
                "ask" => {
                    let event = interpreter_agent::ToolEvent::Input {
                        request: "r1".into(),
                        prompt: "name? ".to_owned(),
                        secret: false,
                    };
                    handle.events.send(event).await.unwrap();
                    match handle.inputs.recv().await {
                        Some(ToolInput::Line {
                            text: Some(line), ..
                        }) => {
                            handle.chunk(print(&line)).await;
                            ToolOutput::done(vec![StoredPart::Text(line)])
                        }
                        _ => ToolOutput {
                            state: RunState::Stopped,
                            ..ToolOutput::failed("interrupted")
                        },
                    }
                }
                "screen: fail" => ToolOutput::failed("It failed."),
                // As the screen does where the person came between.
                _ if handle.user_acted => ToolOutput {
                    state: RunState::Stale,
                    ..ToolOutput::done(vec![StoredPart::Text("You acted.".to_owned())])
                },
                _ => {
                    handle.chunk(print(&code)).await;
                    let next = handle
                        .next
                        .filter(|_| handle.shows_later)
                        .map(|next| format!("{code}, then {next}"));
                    ToolOutput {
                        upset: (code == "screen: upset").then_some("Upset."),
                        ..ToolOutput::done(vec![StoredPart::Text(next.unwrap_or(code))])
                    }
                }
            }
        })
    }

    fn view(&self, handle: ToolHandle) -> BoxFuture<'static, Vec<StoredPart>> {
        Box::pin(async move {
            let printed = Chunk::new(Role::Computer, kind::CONSOLE).format("output");
            handle.chunk(printed.content("the screen")).await;
            vec![StoredPart::Text("The screen.".to_owned())]
        })
    }
}

fn prepared(code: &str) -> Prepared {
    Prepared {
        kind: kind::CODE,
        format: Some("shell".to_owned()),
        content: Value::from(code),
        subject: Subject::Code {
            language: "shell".to_owned(),
            code: code.to_owned(),
        },
        extra: Map::new(),
        problem: None,
    }
}
