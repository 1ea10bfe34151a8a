//! The scripted model, and what is said of it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use interpreter_llm::{
    Call, ComputerTool, Coordinates, Finish, ImageRule, ModelEvent, ModelInfo, ModelRequest,
    ModelStream, Price, Provider, ProviderError, Thinking,
};
use interpreter_protocol::{Event, Usage};
use serde_json::{Value, json};

/// One answer of the scripted model.
pub enum Answer {
    Says(Vec<ModelEvent>),
    Breaks(Vec<ModelEvent>, ProviderError),
    /// Says this, then nothing, for ever.
    Hangs(Vec<ModelEvent>),
    /// Fails, while the person takes control; the second try says this.
    Fails(Vec<ModelEvent>),
}

pub fn text(text: &str) -> Answer {
    Answer::Says(vec![
        ModelEvent::Text(text.to_owned()),
        ModelEvent::Finish(Finish::Stop),
    ])
}

pub fn call(id: &str, name: &str, arguments: &Value) -> Vec<ModelEvent> {
    let arguments_text = arguments.to_string();
    let (head, tail) = arguments_text.split_at(arguments_text.len() / 2);
    vec![
        ModelEvent::CallStart {
            id: id.to_owned(),
            name: name.to_owned(),
        },
        ModelEvent::CallDelta(head.to_owned()),
        ModelEvent::CallDelta(tail.to_owned()),
        ModelEvent::CallEnd(Call {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.clone(),
            raw: None,
        }),
    ]
}

pub fn runs(code: &str) -> Answer {
    let mut events = call("c1", "echo", &json!({ "code": code }));
    events.push(ModelEvent::Finish(Finish::Stop));
    Answer::Says(events)
}

pub struct Script {
    pub answers: Mutex<VecDeque<Answer>>,
    pub seen: Arc<Mutex<Vec<ModelRequest>>>,
    /// What was written, and how much of it when each request was made.
    pub events: Arc<Mutex<Vec<Event>>>,
    pub asked: Arc<Mutex<Vec<usize>>>,
    /// The gate says that the person has control.
    pub held: Arc<Mutex<bool>>,
}

impl Provider for Script {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        self.seen.lock().unwrap().push(request);
        let written = self.events.lock().unwrap().len();
        self.asked.lock().unwrap().push(written);
        let answer = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("the model was asked too often");
        let (events, last) = match answer {
            Answer::Says(events) => (events, None),
            Answer::Breaks(events, error) => (events, Some(Err(error))),
            Answer::Fails(events) => {
                *self.held.lock().unwrap() = true;
                let retry = ModelEvent::Retry {
                    wait_ms: 0,
                    attempt: 1,
                    reason: "busy".to_owned(),
                };
                ([vec![retry], events].concat(), None)
            }
            Answer::Hangs(events) => {
                let said = futures::stream::iter(events.into_iter().map(Ok));
                return said.chain(futures::stream::pending()).boxed();
            }
        };
        futures::stream::iter(events.into_iter().map(Ok).chain(last)).boxed()
    }
}

pub fn info() -> ModelInfo {
    ModelInfo {
        name: "scripted/model".to_owned(),
        provider: "scripted".to_owned(),
        id: "model".to_owned(),
        family: "scripted".to_owned(),
        vision: true,
        tools: true,
        computer: ComputerTool::Function,
        coordinates: Coordinates::Pixels,
        append_only: true,
        context: None,
        max_output: None,
        price: Some(Price {
            input: 1e6,
            output: 1e6,
            cached: None,
            cache_write: None,
            above: None,
        }),
        images: ImageRule::default(),
        local: true,
        sampling: true,
        thinking: Thinking::Silent,
        known: true,
    }
}

pub fn usage(input_tokens: u64) -> ModelEvent {
    ModelEvent::Usage(Usage {
        input_tokens,
        ..Usage::default()
    })
}
