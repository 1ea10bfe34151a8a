//! A house for one session: everything it asks for, in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use interpreter_agent::{
    BoxFuture, Budget, Draft, Entry, Host, Journal, Memo, ModelHandle, Prepared, Scene, Session,
    SessionOp, SessionStart, StoredPart, Subject, Tool, ToolError, ToolHandle, ToolInput,
    ToolOutput, TurnSettings, spawn,
};
use interpreter_llm::{
    Call, ComputerTool, Coordinates, Finish, ImageRule, ModelEvent, ModelInfo, ModelRequest,
    ModelStream, Price, Provider, ProviderError, Thinking, ToolSpec,
};
use interpreter_protocol::{
    Chunk, ConversationId, Decision, Error, Event, Grant, ItemId, Mode, Pending, Receipt, Role,
    Rule, RunState, Transcript, Usage, Verdict, kind,
};
use serde_json::{Map, Value, json};
use tokio::sync::watch;

/// One answer of the scripted model.
pub enum Answer {
    Says(Vec<ModelEvent>),
    Breaks(Vec<ModelEvent>, ProviderError),
    /// Says this, then nothing, for ever.
    Hangs(Vec<ModelEvent>),
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

struct Script {
    answers: Mutex<VecDeque<Answer>>,
    seen: Arc<Mutex<Vec<ModelRequest>>>,
}

impl Provider for Script {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        self.seen.lock().unwrap().push(request);
        let answer = self
            .answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("the model was asked too often");
        let (events, last) = match answer {
            Answer::Says(events) => (events, None),
            Answer::Breaks(events, error) => (events, Some(Err(error))),
            Answer::Hangs(events) => {
                let said = futures::stream::iter(events.into_iter().map(Ok));
                return said.chain(futures::stream::pending()).boxed();
            }
        };
        futures::stream::iter(events.into_iter().map(Ok).chain(last)).boxed()
    }
}

/// Keeps everything in memory, and can be told to fail.
#[derive(Clone, Default)]
pub struct Memory {
    pub events: Arc<Mutex<Vec<Event>>>,
    pub memos: Arc<Mutex<HashMap<ItemId, Value>>>,
    pub full: Arc<Mutex<bool>>,
    pub unsaved: Arc<Mutex<Vec<Error>>>,
    changed: watch::Sender<usize>,
}

impl Journal for Memory {
    fn append(&mut self, entries: Vec<Entry>) -> Result<Vec<Event>, Error> {
        if *self.full.lock().unwrap() {
            return Err(Error::new(
                interpreter_protocol::ErrorCode::CannotSave,
                "The disk is full.",
            ));
        }
        let mut events = self.events.lock().unwrap();
        let new: Vec<Event> = entries
            .into_iter()
            .enumerate()
            .map(|(n, entry)| Event {
                conversation: ConversationId::from("c"),
                seq: (events.len() + n + 1) as u64,
                item: entry.item,
                chunk: entry.chunk,
            })
            .collect();
        events.extend(new.iter().cloned());
        self.changed.send_replace(events.len());
        Ok(new)
    }

    fn memo(&mut self, item: &ItemId, memo: &Value) -> Result<(), Error> {
        self.memos
            .lock()
            .unwrap()
            .insert(item.clone(), memo.clone());
        Ok(())
    }

    fn overrides(&mut self, _values: &Map<String, Value>) -> Result<(), Error> {
        Ok(())
    }

    fn unsaved(&mut self, error: &Error) {
        self.unsaved.lock().unwrap().push(error.clone());
        self.changed.send_modify(|count| *count += 1);
    }
}

/// Prints what it is given. `hang` waits to be stopped, `ask` asks for a line.
struct Echo;

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
        Ok(prepared(code))
    }

    fn code(&self, language: &str, code: &str) -> Option<Prepared> {
        let problem = (language != "shell").then(|| format!("There is no `{language}`."));
        Some(Prepared {
            problem,
            ..prepared(code)
        })
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
                _ => {
                    handle.chunk(print(&code)).await;
                    ToolOutput::done(vec![StoredPart::Text(code)])
                }
            }
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

struct Home {
    provider: Arc<Script>,
    settings: Mutex<TurnSettings>,
    allowed: Mutex<Vec<Grant>>,
    budgets: Mutex<Vec<Budget>>,
}

impl Host for Home {
    fn settings(&self, _: &ConversationId, _: &Map<String, Value>) -> TurnSettings {
        let mut settings = self.settings.lock().unwrap().clone();
        settings
            .rules
            .extend(self.allowed.lock().unwrap().iter().cloned());
        settings
    }

    fn model<'a>(&'a self, _: &'a Map<String, Value>) -> BoxFuture<'a, Result<ModelHandle, Error>> {
        let provider = Arc::clone(&self.provider) as Arc<dyn Provider>;
        Box::pin(async move {
            Ok(ModelHandle {
                info: info(),
                provider,
            })
        })
    }

    fn tools(&self, _: &ConversationId) -> Vec<Arc<dyn Tool>> {
        vec![Arc::new(Echo)]
    }

    fn blob(&self, _: &str) -> Result<(String, Vec<u8>), Error> {
        Ok(("image/png".to_owned(), Vec::new()))
    }

    fn allow(&self, _: &ConversationId, rule: &Rule) -> Result<String, Error> {
        let mut allowed = self.allowed.lock().unwrap();
        let id = format!("grant-{}", allowed.len() + 1);
        allowed.push(grant(&id, rule.clone()));
        Ok(id)
    }

    fn budgets(&self, _: &Map<String, Value>) -> Result<Vec<Budget>, Error> {
        Ok(self.budgets.lock().unwrap().clone())
    }

    fn turn_over<'a>(&'a self, _: &'a ConversationId, _: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }

    fn reset<'a>(&'a self, _: &'a ConversationId) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}

fn grant(id: &str, rule: Rule) -> Grant {
    Grant {
        id: id.to_owned(),
        rule,
        conversation: None,
        until: None,
    }
}

fn info() -> ModelInfo {
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

/// A session and what it wrote.
pub struct House {
    pub session: Session,
    pub memory: Memory,
    pub seen: Arc<Mutex<Vec<ModelRequest>>>,
    home: Arc<Home>,
}

impl House {
    pub fn new(mode: Mode, answers: Vec<Answer>) -> Self {
        Self::with(mode, answers, None, Memory::default())
    }

    pub fn with(mode: Mode, answers: Vec<Answer>, max_budget: Option<f64>, memory: Memory) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let provider = Arc::new(Script {
            answers: Mutex::new(answers.into()),
            seen: Arc::clone(&seen),
        });
        let settings = TurnSettings {
            mode,
            os: false,
            profile: "default".to_owned(),
            max_budget,
            max_tokens: None,
            temperature: None,
            system: "system".to_owned(),
            rules: Vec::new(),
        };
        let home = Arc::new(Home {
            provider,
            settings: Mutex::new(settings),
            allowed: Mutex::new(Vec::new()),
            budgets: Mutex::new(Vec::new()),
        });
        let memos: HashMap<ItemId, Memo> = memory
            .memos
            .lock()
            .unwrap()
            .iter()
            .map(|(item, memo)| (item.clone(), serde_json::from_value(memo.clone()).unwrap()))
            .collect();
        let transcript = fold(&memory.events.lock().unwrap());
        let session = spawn(SessionStart {
            conversation: "c".into(),
            transcript,
            memos,
            overrides: Map::new(),
            journal: Box::new(memory.clone()),
            host: Arc::clone(&home) as Arc<dyn Host>,
        });
        Self {
            session,
            memory,
            seen,
            home,
        }
    }

    pub fn set_mode(&self, mode: Mode) {
        self.home.settings.lock().unwrap().mode = mode;
    }

    pub fn set_budgets(&self, budgets: Vec<Budget>) {
        *self.home.budgets.lock().unwrap() = budgets;
    }

    /// Forbids what a rule is about.
    pub fn forbid(&self, matches: interpreter_protocol::RuleMatch) {
        let rule = Rule {
            verdict: Verdict::Deny,
            matches,
        };
        self.home
            .settings
            .lock()
            .unwrap()
            .rules
            .push(grant("", rule));
    }

    /// The person runs code.
    pub async fn run_code(&self, code: &str) -> Result<Receipt, Error> {
        let op = SessionOp::RunCode {
            language: "shell".to_owned(),
            code: code.to_owned(),
        };
        self.session.send(op).await
    }

    pub async fn again(&self) -> Result<Receipt, Error> {
        let op = SessionOp::Continue {
            settings: Map::new(),
        };
        self.session.send(op).await
    }

    pub async fn say(&self, text: &str) {
        let content = vec![Chunk::new(Role::User, kind::MESSAGE).content(text)];
        let op = SessionOp::Submit {
            content,
            settings: Map::new(),
        };
        self.session.send(op).await.unwrap();
    }

    pub fn transcript(&self) -> Transcript {
        fold(&self.memory.events.lock().unwrap())
    }

    /// Waits until something holds of the conversation, and gives it.
    pub async fn until(&self, what: impl Fn(&Transcript) -> bool) -> Transcript {
        let mut changed = self.memory.changed.subscribe();
        let waited = async {
            loop {
                let transcript = self.transcript();
                if what(&transcript) {
                    return transcript;
                }
                changed.changed().await.unwrap();
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), waited)
            .await
            .unwrap_or_else(|_| panic!("never came: {:#?}", self.rows()))
    }

    pub async fn over(&self) -> Transcript {
        self.until(|transcript| !transcript.responding && transcript.seq > 0)
            .await
    }

    pub async fn pending(&self) -> Pending {
        self.until(|transcript| !transcript.pending.is_empty())
            .await
            .pending[0]
            .clone()
    }

    pub async fn answer(&self, pending: &Pending, decision: Decision) -> Result<(), Error> {
        let op = SessionOp::Answer {
            confirmation: pending.confirmation.clone(),
            digest: pending.digest.clone(),
            decision,
        };
        self.session.send(op).await.map(|_| ())
    }

    /// The items, a line each: `role/type content [state]`.
    pub fn rows(&self) -> Vec<String> {
        self.transcript()
            .items
            .iter()
            .map(|item| {
                let content = match &item.content {
                    Value::String(text) => text.trim_end().to_owned(),
                    other => other["code"]
                        .as_str()
                        .map_or_else(|| other.to_string(), str::to_owned),
                };
                let state = item.run.as_ref().map(|run| format!(" [{:?}]", run.state));
                let role = format!("{:?}", item.role).to_lowercase();
                format!(
                    "{role}/{} {content}{}",
                    item.kind,
                    state.unwrap_or_default()
                )
            })
            .collect()
    }
}

pub fn fold(events: &[Event]) -> Transcript {
    let mut transcript = Transcript::default();
    for event in events {
        transcript.apply(event);
    }
    transcript
}

pub fn usage(input_tokens: u64) -> ModelEvent {
    ModelEvent::Usage(Usage {
        input_tokens,
        ..Usage::default()
    })
}
