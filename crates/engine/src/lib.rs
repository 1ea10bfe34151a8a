//! The engine: composes settings, store, models, languages, screen and agent, and
//! answers the three verbs for every front.
//!
//! The central type is [`Engine`]. The one decision: this is the only crate that
//! names concrete parts; everything below it meets through traits and the
//! protocol, everything above it speaks only the protocol.

mod attach;
mod clock;
mod computer_socket;
mod diagnostics;
mod history;
mod host;
mod hub;
mod journal;
mod kit;
mod live;
pub mod log;
mod models;
mod notice;
mod picture;
pub mod place;
mod profiles;
mod query;
mod replay;
mod screen_events;
mod secrets;
mod selection;
mod sign;
mod spending;
mod steps;
mod submit;
mod system;
mod tools;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use interpreter_computer::{Clear, Computer, ComputerConfig, SessionKey};
use interpreter_perception::Eyes;
use interpreter_protocol::{ConversationId, Error, Event, Subscribe, kind};
pub use interpreter_settings::Paths;
use interpreter_settings::{Secrets, Settings, Typing};
use interpreter_store::Store;
use serde_json::{Map, Value};

use crate::computer_socket::encode;
use crate::host::{EngineHost, HostParts};
use crate::hub::Hub;
pub use crate::hub::Subscription;
use crate::live::Live;
pub use crate::notice::{Notice, Question};
pub use crate::sign::{Shape, Sign};

/// Reads an environment variable. Passed in, so that tests need not touch the process's own.
pub type Env = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The environment of this process.
pub fn process_env() -> Env {
    Arc::new(|name| std::env::var(name).ok())
}

/// What a front decides before the engine opens.
#[derive(Clone)]
pub struct EngineConfig {
    /// Folders of data and settings.
    pub paths: Paths,
    /// The environment.
    pub env: Env,
    /// Settings given as flags.
    pub command_line: Map<String, Value>,
    /// A key given as a flag; used for whatever model is chosen, never stored.
    pub api_key: Option<String>,
    /// Working folder of code.
    pub folder: PathBuf,
    /// Programs whose windows are ours: never acted on, painted out of frames.
    pub own_pids: Vec<u32>,
    /// Which front it is, for messages: `the app`, `the terminal`, `the server`.
    pub front: &'static str,
    /// Takes this front's windows out of the way when a conversation begins to use
    /// the screen, and, where it names points, of those; done when the future is.
    pub clear_screen: Option<ClearScreen>,
}

/// See [`EngineConfig::clear_screen`].
pub type ClearScreen = Arc<
    dyn Fn(ConversationId, Vec<(i32, i32)>) -> Pin<Box<dyn Future<Output = ()> + Send>>
        + Send
        + Sync,
>;

/// The engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    paths: Paths,
    host: Arc<EngineHost>,
    live: Live,
    hub: Hub,
    computer: Computer,
    selections: selection::Selections,
    bin: history::Bin,
    problems: Vec<Error>,
}

/// What a subscription delivers.
#[derive(Debug, Clone, PartialEq)]
pub enum Delivery {
    /// An event, in order.
    Event(Event),
    /// The front was too slow, events were dropped: subscribe again after the last one it has.
    Lagged,
}

impl Engine {
    /// Opens folders, settings and store. Starts no child, no connection, no screen.
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the data folder cannot be made or read. Broken settings are not an
    /// error: see [`Engine::problems`].
    pub fn open(config: EngineConfig) -> Result<Self, Error> {
        config.paths.create()?;
        let env = Arc::clone(&config.env);
        let (settings, problems) =
            Settings::load(&config.paths, &|name| env(name), config.command_line);
        let values = settings.values(&Map::new());
        log::set_verbose(values.verbose);
        let own_key = values.api_key.as_ref().map(|key| key.expose().to_owned());
        config
            .api_key
            .iter()
            .chain(&own_key)
            .for_each(|key| log::know(key));
        let store = Store::open(&config.paths.data)?;
        let computer = Computer::new(ComputerConfig {
            eyes: Eyes::new(),
            own_pids: config.own_pids,
            display: None,
            runtime: Some(config.paths.runtime.clone()),
            bus: None,
            data: Some(config.paths.data.clone()),
            glide: None,
            clear: config.clear_screen.map(|clear| {
                Clear(Arc::new(move |key: SessionKey, points| {
                    clear(ConversationId::from(key.0), points)
                }))
            }),
        });
        let hub = Hub::new();
        let host = Arc::new(EngineHost::new(HostParts {
            settings,
            secrets: Secrets::open(&config.paths),
            typing: Typing::open(&config.paths),
            env: config.env,
            api_key: config.api_key,
            store,
            computer: computer.clone(),
            folder: config.folder,
        }));
        let of_guard = Arc::downgrade(&host);
        computer.set_guard(Arc::new(move |deed| {
            let host = of_guard.upgrade();
            let session = ConversationId::from(deed.session.0.as_str());
            let kit = host.and_then(|host| host.kit(&session));
            kit.map_or(Ok(()), |kit| tools::last_word(&kit, deed))
        }));
        let of_secrets = Arc::downgrade(&host);
        computer.set_secrets(Arc::new(move |wanted| {
            of_secrets.upgrade()?.secret_for(wanted)
        }));
        let notes = steps::listen(&computer, &host);
        let live = Live::new(
            Arc::clone(&host),
            hub.clone(),
            config.paths.runtime.join("languages"),
        );
        let problems = problems.into_iter().map(Error::from).collect();
        let inner = Inner {
            paths: config.paths,
            host,
            live,
            hub,
            computer,
            selections: selection::Selections::default(),
            bin: history::Bin::default(),
            problems,
        };
        let engine = Self {
            inner: Arc::new(inner),
        };
        screen_events::follow(&engine);
        steps::follow(&engine, notes);
        history::keep_house(&engine);
        Ok(engine)
    }

    /// Opens a subscription. With `after`, what is stored comes first.
    ///
    /// # Errors
    /// `UnknownConversation`.
    pub fn subscribe(&self, subscribe: Subscribe) -> Result<Subscription, Error> {
        // Listening begins before reading, so that nothing falls between the two.
        let live = self.inner.hub.listen();
        let stored: VecDeque<Event> = match (&subscribe.conversation, subscribe.after) {
            (Some(conversation), Some(after)) => {
                self.inner.host.store.events(conversation, after)?.into()
            }
            _ => VecDeque::new(),
        };
        let seen = stored
            .back()
            .map_or(subscribe.after.unwrap_or(0), |event| event.seq);
        Ok(Subscription {
            stored,
            live,
            only: subscribe.conversation,
            seen,
            lagged: false,
        })
    }

    /// Settings files that could not be read, and the like; for the front to show.
    pub fn problems(&self) -> Vec<Error> {
        self.inner.problems.clone()
    }

    /// A setting as it holds where no conversation says otherwise; null where
    /// there is none of that name.
    pub fn setting(&self, key: &str) -> Value {
        let settings = self.inner.host.settings.read();
        let settings = settings.unwrap_or_else(std::sync::PoisonError::into_inner);
        let all = settings.all(&Map::new());
        let found = all.into_iter().find(|setting| setting.key == key);
        found.map_or(Value::Null, |setting| setting.value)
    }

    /// Calls one method of the Computer API for the person at the terminal.
    ///
    /// # Errors
    /// What was not done and why.
    pub async fn computer(&self, method: &str, params: Value) -> Result<Value, Error> {
        let key = SessionKey::from("terminal");
        let result = computer_socket::call(&self.inner.computer, &key, method, params).await;
        self.inner.computer.gate().close(&key);
        result
    }

    /// The bytes behind a `blob` image, with their media type.
    ///
    /// # Errors
    /// `UnknownItem` when it is gone.
    pub fn blob(&self, hash: &str) -> Result<(String, Vec<u8>), Error> {
        Ok(self.inner.host.store.blob(hash)?)
    }

    /// The same event with blobs replaced by base64, for `--json`, pipes and old clients.
    pub fn expand(&self, event: &Event) -> Event {
        let mut event = event.clone();
        let chunk = &mut event.chunk;
        if chunk.kind != kind::IMAGE || chunk.format.as_deref() != Some("blob") {
            return event;
        }
        let format = |media_type: &str| match media_type {
            "image/jpeg" => "base64.jpeg",
            _ => "base64.png",
        };
        match chunk.text().map(|hash| self.blob(hash)) {
            Some(Ok((media_type, bytes))) => {
                chunk.format = Some(format(&media_type).to_owned());
                chunk.content = Some(Value::from(encode(&bytes)));
            }
            // Start and end flags name no hash; nearly every picture is a PNG.
            None => chunk.format = Some("base64.png".to_owned()),
            Some(Err(_)) => {
                chunk.format = Some("description".to_owned());
                chunk.content = Some(Value::from("A picture that is no longer kept."));
            }
        }
        event
    }

    /// Rebuilds the index of conversations from their files; gives their number.
    ///
    /// # Errors
    /// `CannotSave`.
    pub fn reindex(&self) -> Result<u32, Error> {
        Ok(self.inner.host.store.reindex()?)
    }

    /// Stops every conversation, ends all children, releases the screen.
    pub async fn shutdown(&self) {
        for (conversation, _) in self.inner.live.all().await {
            self.inner.live.close(&conversation).await;
        }
        self.empty_bin().await;
    }
}
