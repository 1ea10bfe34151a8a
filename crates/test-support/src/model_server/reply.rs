//! One answer of the scripted model.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Gate, SeenRequest};

/// A part of an answer, in the order it is sent.
#[derive(Clone, Debug)]
pub enum Step {
    /// Text, streamed in small deltas.
    Text(String),
    /// Visible reasoning, streamed in small deltas.
    Reasoning(String),
    /// A call; arguments streamed in small fragments.
    Call {
        /// The call's id; absent: made up.
        id: Option<String>,
        /// The tool.
        name: String,
        /// The arguments' JSON text as it is sent; need not parse.
        arguments: String,
    },
    /// A screen action, in the form the request's tools ask for: a member of
    /// the toolset, the older native tool, or the function `computer`.
    Computer(Value),
    /// Waits for the test.
    Wait(Gate),
    /// Waits a while. For trials by hand; tests use [`Step::Wait`].
    Pause(Duration),
    /// Sends nothing more and keeps the connection.
    Hang,
    /// Closes the connection in the middle of the answer.
    Cut,
    /// Bytes of the stream, as they are.
    Raw(Vec<u8>),
}

/// One answer of the scripted model.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) steps: Vec<Step>,
    pub(super) finish: Option<String>,
    pub(super) usage: (u64, u64, u64),
    pub(super) whole: bool,
    pub(super) delta: usize,
}

impl Default for Reply {
    fn default() -> Self {
        Self::new()
    }
}

impl Reply {
    /// An answer without content yet.
    pub fn new() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: None,
            steps: Vec::new(),
            finish: None,
            usage: (100, 20, 0),
            whole: false,
            delta: 4,
        }
    }

    /// An answer of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new().say(text)
    }

    /// An answer of one call.
    pub fn call(name: &str, arguments: Value) -> Self {
        Self::new().and_call(name, arguments)
    }

    /// An answer that runs code through the tool `execute`.
    pub fn execute(language: &str, code: &str) -> Self {
        Self::call("execute", json!({"language": language, "code": code}))
    }

    /// An answer of one screen action, such as `{"action":"screenshot"}`.
    pub fn computer(action: Value) -> Self {
        Self::new().and_computer(action)
    }

    /// An answer that clicks the middle of the magenta (`#FF00FF`) spot in the
    /// newest image of the request, in pixels of that image; says so when there
    /// is no image or no such spot.
    pub fn click_magenta(request: &SeenRequest) -> Self {
        let Some(image) = request.last_image() else {
            return Self::text("I was sent no image.");
        };
        match image.centroid([255, 0, 255]) {
            Some((x, y)) => Self::computer(
                json!({"action": "left_click", "coordinate": [x.floor() as i64, y.floor() as i64]}),
            ),
            None => Self::text("I see no magenta spot."),
        }
    }

    /// An error answer with a JSON body.
    pub fn error(status: u16, body: Value) -> Self {
        Self {
            status,
            body: Some(body.to_string().into_bytes()),
            ..Self::new()
        }
        .header("content-type", "application/json")
    }

    /// An answer with these bytes as its body, sent as an event stream: for
    /// replaying recorded streams.
    pub fn raw(body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: Some(body.into()),
            ..Self::new()
        }
        .header("content-type", "text/event-stream")
    }

    /// Adds text.
    #[must_use]
    pub fn say(self, text: impl Into<String>) -> Self {
        self.step(Step::Text(text.into()))
    }

    /// Adds reasoning.
    #[must_use]
    pub fn reasoning(self, text: impl Into<String>) -> Self {
        self.step(Step::Reasoning(text.into()))
    }

    /// Adds a call.
    #[must_use]
    pub fn and_call(self, name: &str, arguments: Value) -> Self {
        self.step(Step::Call {
            id: None,
            name: name.to_owned(),
            arguments: arguments.to_string(),
        })
    }

    /// Adds a screen action.
    #[must_use]
    pub fn and_computer(self, action: Value) -> Self {
        self.step(Step::Computer(action))
    }

    /// Waits for the test at this point.
    #[must_use]
    pub fn wait(self, gate: &Gate) -> Self {
        self.step(Step::Wait(gate.clone()))
    }

    /// Sends nothing more and keeps the connection.
    #[must_use]
    pub fn hang(self) -> Self {
        self.step(Step::Hang)
    }

    /// Closes the connection here.
    #[must_use]
    pub fn cut(self) -> Self {
        self.step(Step::Cut)
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Sets the reason the answer ended, in the words of the format (`length`,
    /// `max_tokens`, `refusal`, ...). Without it: what fits the steps.
    #[must_use]
    pub fn finish(mut self, reason: &str) -> Self {
        self.finish = Some(reason.to_owned());
        self
    }

    /// Sets the token counts: whole prompt, whole answer, part of the prompt
    /// that was cached.
    #[must_use]
    pub fn usage(mut self, input: u64, output: u64, cached: u64) -> Self {
        self.usage = (input, output, cached);
        self
    }

    /// Adds a header of the answer.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends one JSON object although a stream was asked for, as some proxies do.
    #[must_use]
    pub fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// Sets how many characters one delta of text carries (4 without it).
    #[must_use]
    pub fn delta(mut self, characters: usize) -> Self {
        self.delta = characters.max(1);
        self
    }

    pub(super) fn has_calls(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step, Step::Call { .. } | Step::Computer(_)))
    }
}

/// What goes over the wire: bytes, and the moments between them.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Bytes(Vec<u8>),
    Wait(Gate),
    Pause(Duration),
    Hang,
    Cut,
}

/// Pieces of `text` of at most `size` characters.
pub(super) fn deltas(text: &str, size: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters
        .chunks(size.max(1))
        .map(|part| part.iter().collect())
        .collect()
}
