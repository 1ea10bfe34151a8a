//! Models that were trained to drive a computer in words of their own: a function
//! of another name (Qwen), or plain text (UI-TARS, GLM, OpenCUA). They are told
//! their own protocol, their answers are read by [`crate::actions`], and their
//! history goes back as they wrote it. Outside, it looks like any model that
//! calls `computer`.

mod history;
mod listen;

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::actions::{End, qwen_schema};
use crate::{
    Call, ComputerTool, Finish, ModelEvent, ModelInfo, ModelRequest, ModelStream, NativeTool, Part,
    Provider, ProviderError, Raw, ToolSpec,
};
use listen::Listen;

/// Gives such a model the looks of one that calls `computer`.
pub(crate) struct Dialect {
    inner: Arc<dyn Provider>,
    info: ModelInfo,
}

/// The computer tool of a request, and the size of its pictures.
pub(crate) fn computer_of(request: &ModelRequest) -> Option<(u32, u32)> {
    request.tools.iter().find_map(|tool| match tool.native? {
        NativeTool::Computer { width, height } => Some((width, height)),
    })
}

impl Dialect {
    pub(crate) fn new(inner: Arc<dyn Provider>, info: ModelInfo) -> Self {
        Self { inner, info }
    }

    /// Plain text instead of calls: there are no other tools beside it.
    fn spoken(&self, mut request: ModelRequest, frame: &str) -> ModelStream {
        let tool = self.info.computer;
        let told = tool.protocol(frame).unwrap_or_default();
        request.tools.clear();
        request.system = match request.system.as_str() {
            "" => told,
            more => format!("{told}\n\n{more}"),
        };
        request.messages = if tool == ComputerTool::Glm {
            history::one_message(&request.messages, &self.info)
        } else {
            history::dialogue(&request.messages, &self.info)
        };
        let mut listen = Listen::new(tool, self.info.family.clone());
        let inner = self.inner.stream(request);
        inner
            .flat_map(move |item| {
                let mut out = Vec::new();
                match item {
                    Ok(ModelEvent::Text(text)) => listen.push(&text, &mut out),
                    Ok(ModelEvent::Finish(finish)) => {
                        listen.finish(finish == Finish::Stop, &mut out);
                        out.push(Ok(ModelEvent::Finish(finish)));
                    }
                    Err(error) => {
                        listen.finish(false, &mut out);
                        out.push(Err(error));
                    }
                    other => out.push(other),
                }
                stream::iter(out)
            })
            .boxed()
    }

    /// The function `computer_use` instead of `computer`.
    fn renamed(&self, mut request: ModelRequest, frame: &str) -> ModelStream {
        for tool in request
            .tools
            .iter_mut()
            .filter(|tool| tool.native.is_some())
        {
            *tool = ToolSpec {
                name: NAME.to_owned(),
                description: format!(
                    "Uses mouse and keyboard of the person's computer; each action answers with a screenshot. Coordinates are {frame}."
                ),
                schema: qwen_schema(),
                native: None,
            };
        }
        for part in request.messages.iter_mut().flat_map(|m| &mut m.parts) {
            if let Part::Call(call) = part
                && call.name == "computer"
            {
                call.arguments = self.said(call);
                call.name = NAME.to_owned();
            }
        }
        let known: Vec<String> = request.tools.iter().map(|tool| tool.name.clone()).collect();
        let (tool, family) = (self.info.computer, self.info.family.clone());
        // A server that does not know the model's template gives its calls as text.
        let mut listen = Listen::new(tool, family.clone());
        let (mut held, mut called) = (false, false);
        self.inner
            .stream(request)
            .flat_map(move |item| {
                let mut out = Vec::new();
                match item {
                    Ok(ModelEvent::Text(text)) => listen.push(&text, &mut out),
                    Ok(ModelEvent::CallStart { name, .. }) if name == NAME => {
                        listen.close(false, &mut out);
                        held = true;
                    }
                    Ok(ModelEvent::CallDelta(_)) if held => {}
                    Ok(ModelEvent::CallEnd(call)) if call.name == NAME => {
                        (held, called) = (false, true);
                        calls(tool, &family, call, &mut out);
                    }
                    Ok(ModelEvent::CallStart { id, name }) => {
                        (held, called) = (false, true);
                        listen.close(false, &mut out);
                        out.push(Ok(ModelEvent::CallStart { id, name }));
                    }
                    Ok(ModelEvent::Finish(finish)) => {
                        let whole = finish == Finish::Stop && !called;
                        let written = match whole {
                            true => written_calls(listen.action(), &known),
                            false => Vec::new(),
                        };
                        listen.close(!written.is_empty(), &mut out);
                        for call in written {
                            if call.name == NAME {
                                calls(tool, &family, call, &mut out);
                            } else {
                                give(call.id, call.name, call.arguments, None, &mut out);
                            }
                        }
                        out.push(Ok(ModelEvent::Finish(finish)));
                    }
                    Err(error) => {
                        listen.close(false, &mut out);
                        out.push(Err(error));
                    }
                    other => out.push(other),
                }
                stream::iter(out)
            })
            .boxed()
    }

    /// The arguments as the model gave them, else the same in its words.
    fn said(&self, call: &Call) -> Value {
        let own = call.raw.as_ref().filter(|raw| raw.name == self.info.family);
        own.and_then(|raw| raw.raw.get("arguments").cloned())
            .or_else(|| Some(self.info.computer.write(&call.arguments)?.1))
            .unwrap_or_else(|| call.arguments.clone())
    }
}

/// What Qwen's function is called.
const NAME: &str = "computer_use";

impl Provider for Dialect {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        let size = computer_of(&request).unwrap_or((1280, 800));
        let frame = self.info.coordinates.words(size);
        if self.info.computer.is_spoken() {
            self.spoken(request, &frame)
        } else {
            self.renamed(request, &frame)
        }
    }
}

/// One call of the model as calls of `computer`.
fn calls(
    tool: ComputerTool,
    family: &str,
    call: Call,
    out: &mut Vec<Result<ModelEvent, ProviderError>>,
) {
    let asked = tool.read(&call.name, &call.arguments);
    if let Some(end) = &asked.end {
        out.push(Ok(ModelEvent::Text(End::words(end))));
    }
    let raw = Raw {
        name: family.to_owned(),
        raw: json!({ "arguments": call.arguments }),
    };
    for (at, action) in asked.actions.into_iter().enumerate() {
        let id = match at {
            0 => call.id.clone(),
            more => format!("{}_{more}", call.id),
        };
        give(id, "computer".to_owned(), action, Some(raw.clone()), out);
    }
}

/// Calls of known tools that came as text.
fn written_calls(text: &str, known: &[String]) -> Vec<Call> {
    let calls = crate::actions::written(text).into_iter();
    calls
        .filter(|(name, arguments)| known.contains(name) && arguments.is_object())
        .map(|(name, arguments)| Call {
            id: crate::batch::made_up_id(),
            name,
            arguments,
            raw: None,
        })
        .collect()
}

/// One call, whole.
fn give(
    id: String,
    name: String,
    arguments: Value,
    raw: Option<Raw>,
    out: &mut Vec<Result<ModelEvent, ProviderError>>,
) {
    crate::batch::whole(id, &name, arguments, raw, out);
}

#[cfg(test)]
mod tests;
