//! Conversations that are open for writing, and how they come and go.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use interpreter_agent::{Memo, Session, SessionStart, spawn};
use interpreter_computer::SessionKey;
use interpreter_protocol::{ConversationId, ConversationMeta, Error, ItemId};
use interpreter_store::Writer;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::computer_socket::ComputerSocket;
use crate::host::EngineHost;
use crate::hub::Hub;
use crate::journal::StoreJournal;
use crate::kit::{Kit, KitParts};

/// The open conversations of this program.
pub(crate) struct Live {
    pub host: Arc<EngineHost>,
    pub hub: Hub,
    pub state_dir: PathBuf,
    sessions: Mutex<HashMap<ConversationId, Session>>,
}

impl Live {
    pub fn new(host: Arc<EngineHost>, hub: Hub, state_dir: PathBuf) -> Self {
        Self {
            host,
            hub,
            state_dir,
            sessions: Mutex::new(HashMap::new()),
        }
    }

    /// The session of a conversation, if this program has it open.
    pub async fn open(&self, conversation: &ConversationId) -> Option<Session> {
        let sessions = self.sessions.lock().await;
        sessions
            .get(conversation)
            .filter(|session| !session.is_closed())
            .cloned()
    }

    /// Every open session.
    pub async fn all(&self) -> Vec<(ConversationId, Session)> {
        let sessions = self.sessions.lock().await;
        sessions
            .iter()
            .map(|(id, session)| (id.clone(), session.clone()))
            .collect()
    }

    /// The session of a conversation, opened for writing if it is not yet.
    pub async fn session(&self, conversation: &ConversationId) -> Result<Session, Error> {
        let mut sessions = self.sessions.lock().await;
        if let Some(session) = sessions
            .get(conversation)
            .filter(|session| !session.is_closed())
        {
            return Ok(session.clone());
        }
        let writer = self.host.store.write(conversation)?;
        let session = self.start(writer).await;
        sessions.insert(conversation.clone(), session.clone());
        Ok(session)
    }

    /// A new conversation.
    pub async fn create(
        &self,
        first_words: &str,
        own: &Map<String, Value>,
    ) -> Result<(ConversationId, Session), Error> {
        let values = self.host.values(own);
        let meta = ConversationMeta {
            mode: values.mode,
            os: values.os,
            profile: values.profile,
            ..ConversationMeta::default()
        };
        let writer = self.host.store.create(first_words, &meta)?;
        let id = writer.id().clone();
        let mut sessions = self.sessions.lock().await;
        let session = self.start(writer).await;
        sessions.insert(id.clone(), session.clone());
        Ok((id, session))
    }

    /// Forgets a conversation that is about to be deleted, and ends what it runs.
    pub async fn close(&self, conversation: &ConversationId) {
        let session = self.sessions.lock().await.remove(conversation);
        if let Some(session) = session {
            // The answer only says that it was accepted; the file is free once the task is over.
            let _ = session.send(interpreter_agent::SessionOp::Close).await;
            session.closed().await;
        }
        let kit = self
            .host
            .kits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(conversation);
        if let Some(kit) = kit {
            kit.computer.gate().close(&kit.key());
            kit.languages.reset().await;
        }
    }

    async fn start(&self, writer: Writer) -> Session {
        let conversation = writer.id().clone();
        let recorded = writer.recorded().clone();
        let values = self.host.values(&recorded.overrides);
        let key = SessionKey::from(conversation.as_str());
        // Code and model use the displays that this conversation was given.
        let computer = self.host.computer.apart();
        computer.give_displays(values.os_displays.clone());
        let socket = ComputerSocket::open(computer.clone(), key).await;
        if let Err(error) = &socket {
            tracing::warn!(%error, "code cannot reach the Computer API: no loopback port");
        }
        let kit = Kit::new(KitParts {
            conversation: conversation.clone(),
            computer,
            store: self.host.store.clone(),
            folder: self.host.folder.clone(),
            state_dir: self.state_dir.clone(),
            python: values.python.as_deref().map(PathBuf::from),
            timeout: values.run_timeout.map(Duration::from_secs),
            max_output: values.max_output,
            socket: socket.ok(),
        });
        self.host
            .kits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(conversation.clone(), kit);
        let memos: HashMap<ItemId, Memo> = recorded
            .provider
            .into_iter()
            .filter_map(|(item, memo)| Some((item, serde_json::from_value(memo).ok()?)))
            .collect();
        spawn(SessionStart {
            conversation,
            transcript: recorded.transcript,
            memos,
            overrides: recorded.overrides,
            journal: Box::new(StoreJournal {
                writer,
                hub: self.hub.clone(),
            }),
            host: Arc::clone(&self.host) as Arc<dyn interpreter_agent::Host>,
        })
    }
}
