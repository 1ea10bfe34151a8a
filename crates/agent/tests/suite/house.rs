//! A house for one session: everything it asks for, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use interpreter_agent::{
    BoxFuture, Budget, Entry, Host, Journal, Memo, ModelHandle, Picture, Room, Session, SessionOp,
    SessionStart, Tool, TurnSettings, spawn,
};
use interpreter_llm::{ModelInfo, ModelRequest, Provider};
use interpreter_protocol::{
    Chunk, ConversationId, Decision, Error, Event, Grant, ItemId, Mode, Pending, Receipt, Role,
    Rule, RuleScope, Transcript, Verdict, kind,
};
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::echo::Echo;
pub use crate::script::{Answer, call, runs, text, usage};
use crate::script::{Script, info};

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

struct Home {
    provider: Arc<Script>,
    settings: Mutex<TurnSettings>,
    allowed: Mutex<Vec<Grant>>,
    budgets: Mutex<Vec<Budget>>,
    /// The gate says that the person has control.
    held: Arc<Mutex<bool>>,
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

    fn fitted(&self, hash: &str, model: &ModelInfo) -> Result<Picture, Error> {
        let (width, height) = model.images.advised;
        Ok(Picture {
            media_type: "image/png".to_owned(),
            bytes: format!("{hash} made smaller").into_bytes().into(),
            width,
            height,
        })
    }

    fn allow(
        &self,
        _: &ConversationId,
        _: &Map<String, Value>,
        rule: &Rule,
        _: RuleScope,
    ) -> Result<String, Error> {
        let mut allowed = self.allowed.lock().unwrap();
        let id = format!("grant-{}", allowed.len() + 1);
        allowed.push(grant(&id, rule.clone()));
        Ok(id)
    }

    fn room<'a>(&'a self, _: &'a Map<String, Value>, _: f64) -> BoxFuture<'a, Result<Room, Error>> {
        let budgets = self.budgets.lock().unwrap();
        let spent = budgets.iter().find(|b| b.spent >= b.limit).copied();
        Box::pin(async move {
            Ok(match spent {
                Some(budget) => Room::Spent(budget),
                None => Room::Kept(Box::new(())),
            })
        })
    }

    fn is_held(&self, _: &ConversationId) -> bool {
        *self.held.lock().unwrap()
    }

    fn give_back(&self, _: &ConversationId) {
        *self.held.lock().unwrap() = false;
    }

    fn turn_over<'a>(
        &'a self,
        _: &'a ConversationId,
        _: &'a Map<String, Value>,
        _: &'a str,
    ) -> BoxFuture<'a, ()> {
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
        profile: None,
        until: None,
        turn: false,
    }
}

/// A session and what it wrote.
pub struct House {
    pub session: Session,
    pub memory: Memory,
    pub seen: Arc<Mutex<Vec<ModelRequest>>>,
    /// How many events were written when each request was made.
    pub asked: Arc<Mutex<Vec<usize>>>,
    home: Arc<Home>,
}

impl House {
    pub fn new(mode: Mode, answers: Vec<Answer>) -> Self {
        Self::with(mode, answers, None, Memory::default())
    }

    pub fn with(mode: Mode, answers: Vec<Answer>, max_budget: Option<f64>, memory: Memory) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::default();
        let held = Arc::default();
        let provider = Arc::new(Script {
            answers: Mutex::new(answers.into()),
            seen: Arc::clone(&seen),
            events: Arc::clone(&memory.events),
            asked: Arc::clone(&asked),
            held: Arc::clone(&held),
        });
        let settings = TurnSettings {
            mode,
            os: false,
            profile: "default".to_owned(),
            max_budget,
            max_budget_turn: None,
            os_steps: None,
            os_time: None,
            max_tokens: None,
            temperature: None,
            system: "system".to_owned(),
            rules: Vec::new(),
            folder: "/home/me".to_owned(),
        };
        let home = Arc::new(Home {
            provider,
            settings: Mutex::new(settings),
            allowed: Mutex::new(Vec::new()),
            budgets: Mutex::new(Vec::new()),
            held,
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
            asked,
            home,
        }
    }

    pub fn settings(&self, change: impl FnOnce(&mut TurnSettings)) {
        change(&mut self.home.settings.lock().unwrap());
    }

    /// What the gate says of the person, before the session hears of it.
    pub fn set_held(&self, held: bool) {
        *self.home.held.lock().unwrap() = held;
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
