//! An engine in a folder of its own.

use std::sync::Arc;
use std::time::Duration;

use interpreter_engine::{Engine, EngineConfig, Paths, process_env};
use interpreter_protocol::{
    Answer, ConversationId, Error, Item, Op, Pending, Query, Receipt, RunState, Snapshot,
    Subscribe, UserPart,
};
use interpreter_test_support::ModelServer;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How long anything may take before the test gives up waiting for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which wire format the scripted model speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    OpenAi,
    Anthropic,
    Responses,
    Gemini,
}

pub const WIRES: [Wire; 4] = [Wire::OpenAi, Wire::Anthropic, Wire::Responses, Wire::Gemini];

pub struct House {
    pub home: TempDir,
    pub engine: Engine,
}

impl House {
    /// With the embedded commands as its model.
    pub fn new(settings: Value) -> Self {
        Self::open(json!({"model": "builtin/commands"}), settings)
    }

    pub fn with_model(model: &ModelServer, wire: Wire, settings: Value) -> Self {
        let (name, base) = match wire {
            Wire::OpenAi => ("openai/scripted", model.openai_base()),
            Wire::Anthropic => ("anthropic/claude-sonnet-5-5", model.url()),
            Wire::Responses => (
                "openai/gpt-6.1-terra",
                format!("{}/responses", model.openai_base()),
            ),
            Wire::Gemini => ("gemini/gemini-3.8-flash", model.gemini_base()),
        };
        Self::open(json!({"model": name, "api_base": base}), settings)
    }

    /// With no model named; what is set is that.
    pub fn unnamed(settings: Value) -> Self {
        Self::open(json!({}), settings)
    }

    fn open(mut settings: Value, more: Value) -> Self {
        let home = tempfile::tempdir().unwrap();
        let more = more.as_object().cloned().unwrap_or_default();
        settings.as_object_mut().unwrap().extend(more);
        // `python3` on the path may be a slow stand-in.
        let env = process_env();
        let env = move |name: &str| match name {
            "INTERPRETER_PYTHON" => Some("/usr/bin/python3".to_owned()),
            "USER" => env(name),
            _ => None,
        };
        let engine = Engine::open(EngineConfig {
            paths: Paths::below(home.path()),
            env: Arc::new(env),
            command_line: settings.as_object().cloned().unwrap(),
            api_key: Some("secret-key".to_owned()),
            folder: home.path().to_owned(),
            own_pids: Vec::new(),
            front: "the test",
            clear_screen: None,
        })
        .unwrap();
        Self { home, engine }
    }

    /// Says something and waits for the end of the turn.
    pub async fn turn(&self, conversation: Option<&ConversationId>, text: &str) -> ConversationId {
        let id = self.say(conversation, vec![UserPart::text(text)]).await;
        let id = id.unwrap();
        self.over(&id).await;
        id
    }

    pub async fn say(
        &self,
        conversation: Option<&ConversationId>,
        content: Vec<UserPart>,
    ) -> Result<ConversationId, Error> {
        let op = Op::Submit {
            conversation: conversation.cloned(),
            content,
            settings: Map::new(),
        };
        let receipt = self.engine.submit(op).await?;
        Ok(receipt.conversation.unwrap())
    }

    pub async fn run_code(
        &self,
        conversation: &ConversationId,
        language: &str,
        code: &str,
    ) -> Result<Receipt, Error> {
        let op = Op::RunCode {
            conversation: conversation.clone(),
            language: language.to_owned(),
            code: code.to_owned(),
        };
        self.engine.submit(op).await
    }

    pub async fn again(&self, conversation: &ConversationId) -> Result<Receipt, Error> {
        let op = Op::Continue {
            conversation: conversation.clone(),
            settings: Map::new(),
        };
        self.engine.submit(op).await
    }

    pub async fn snapshot(&self, conversation: &ConversationId) -> Snapshot {
        let query = Query::Items {
            conversation: conversation.clone(),
            before: None,
            limit: None,
        };
        match self.engine.query(query).await.unwrap() {
            Answer::Items(snapshot) => *snapshot,
            other => panic!("{other:?}"),
        }
    }

    /// Waits until something holds of the conversation, and gives it.
    pub async fn until(
        &self,
        conversation: &ConversationId,
        what: impl Fn(&Snapshot) -> bool,
    ) -> Snapshot {
        let subscribe = Subscribe {
            conversation: Some(conversation.clone()),
            after: None,
        };
        let mut events = self.engine.subscribe(subscribe).unwrap();
        let waited = async {
            loop {
                let snapshot = self.snapshot(conversation).await;
                if what(&snapshot) {
                    return snapshot;
                }
                events.next().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, waited).await {
            Ok(snapshot) => snapshot,
            Err(_) => panic!("never came: {:#?}", self.snapshot(conversation).await.items),
        }
    }

    pub async fn over(&self, conversation: &ConversationId) -> Snapshot {
        self.until(conversation, |snapshot| !snapshot.responding)
            .await
    }

    pub async fn pending(&self, conversation: &ConversationId) -> Pending {
        let snapshot = self.until(conversation, |s| !s.pending.is_empty()).await;
        snapshot.pending[0].clone()
    }

    /// Waits until a run is in this state.
    pub async fn state(
        &self,
        conversation: &ConversationId,
        item: &interpreter_protocol::ItemId,
        state: RunState,
    ) -> Item {
        let in_state = |found: &&Item| {
            found.id == *item && found.run.as_ref().is_some_and(|run| run.state == state)
        };
        let snapshot = self
            .until(conversation, |s| s.items.iter().any(|i| in_state(&i)))
            .await;
        snapshot.items.iter().find(in_state).unwrap().clone()
    }
}

/// The items, a line each: `role/type content [state]`.
pub fn rows(snapshot: &Snapshot) -> Vec<String> {
    let row = |item: &Item| {
        let state = item.run.as_ref().map(|run| format!(" [{:?}]", run.state));
        let role = format!("{:?}", item.role).to_lowercase();
        let text = item.text().trim_end();
        format!("{role}/{} {text}{}", item.kind, state.unwrap_or_default())
    };
    snapshot.items.iter().map(row).collect()
}
