//! The scripted model server: Chat Completions, Anthropic Messages, OpenAI Responses
//! and Gemini over real HTTP, with every request checked against its format's rules.

mod anthropic;
mod check;
mod gate;
mod gemini;
mod http;
mod image;
mod json;
mod openai;
mod reply;
mod responses;
mod script;
mod seen;
mod serve;
mod view;

pub use gate::Gate;
pub use image::SeenImage;
pub use json::parse as parse_script;
pub use reply::{Reply, Step};
pub use script::{History, Script};
pub use seen::{Format, Outside, SeenCall, SeenRequest, SeenResult};

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

/// How long the waiting methods wait before they fail the test.
const PATIENCE: Duration = Duration::from_secs(60);

/// A broken rule of the wire format, or changed history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Number of the request, from 1; 0 where no request can be named.
    pub request: usize,
    /// What was wrong, with where in the body it stood.
    pub what: String,
}

/// The scripted model server.
///
/// It lives on a thread of its own, so tests may block. Call [`Self::finish`]
/// at the end of a test; dropping an unfinished server checks the same.
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    finished: bool,
}

/// What the connections and the test's side share.
struct Shared {
    state: Mutex<State>,
    /// Rises with each model request, and with each connection a client left.
    progress: watch::Sender<Progress>,
}

#[derive(Clone, Default)]
struct Progress {
    /// Model requests seen.
    requests: usize,
    /// Numbers of requests whose client went away before the answer was over.
    abandoned: Vec<usize>,
    /// Numbers of requests answered to the end of their script.
    answered: Vec<usize>,
}

struct State {
    script: Script,
    seen: Vec<SeenRequest>,
    violations: Vec<Violation>,
    history: check::HistoryBook,
    issued: check::Issued,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ModelServer {
    /// Starts a server on a free port of the loopback address.
    pub fn start(script: Script) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                script,
                seen: Vec::new(),
                violations: Vec::new(),
                history: check::HistoryBook::default(),
                issued: check::Issued::default(),
            }),
            progress: watch::Sender::new(Progress::default()),
        });
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener
            .set_nonblocking(true)
            .expect("a non-blocking listener");
        let address = listener.local_addr().expect("the port");
        let (stop, stopped) = watch::channel(false);
        let inner = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("model server".to_owned())
            .spawn(move || serve::run(listener, inner, stopped))
            .expect("a thread for the model server");
        Self {
            address,
            shared,
            stop,
            thread: Some(thread),
            finished: false,
        }
    }

    /// `http://127.0.0.1:PORT`: the base of the Anthropic format.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `http://127.0.0.1:PORT/v1`: the base of the Chat Completions format, and of
    /// Responses.
    pub fn openai_base(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// `http://127.0.0.1:PORT/v1beta`: the base of the Gemini format.
    pub fn gemini_base(&self) -> String {
        format!("{}/v1beta", self.url())
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All model requests so far.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.shared.state().seen.clone()
    }

    /// All broken rules so far.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.state().violations.clone()
    }

    /// Turns of the script that no request has taken yet.
    pub fn turns_left(&self) -> usize {
        self.shared.state().script.turns.len()
    }

    /// Adds turns behind those of the script.
    pub fn extend(&self, script: Script) {
        self.shared.state().script.turns.extend(script.turns);
    }

    /// Waits for the model request with this number, from 1.
    pub async fn request(&self, number: usize) -> SeenRequest {
        self.until(
            |progress| progress.requests >= number,
            &format!("request {number}"),
        )
        .await;
        self.shared.state().seen[number - 1].clone()
    }

    /// Waits until the client of this request has closed its connection before
    /// the answer was over.
    pub async fn abandoned(&self, number: usize) {
        let what = format!("the client of request {number} to go away");
        self.until(|progress| progress.abandoned.contains(&number), &what)
            .await;
    }

    /// Waits until this request has been answered to the end.
    pub async fn answered(&self, number: usize) {
        let what = format!("the answer to request {number} to be over");
        self.until(|progress| progress.answered.contains(&number), &what)
            .await;
    }

    async fn until(&self, reached: impl Fn(&Progress) -> bool, what: &str) {
        let mut progress = self.shared.progress.subscribe();
        let waiting = progress.wait_for(|progress| reached(progress));
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(_)) => {}
            _ => panic!(
                "waited {PATIENCE:?} for {what}; {} requests came, {:#?}",
                self.requests().len(),
                self.violations()
            ),
        }
    }

    /// Ends the server and gives all model requests.
    ///
    /// # Panics
    /// When a request broke a rule, or a turn of the script was never asked for.
    pub fn finish(mut self) -> Vec<SeenRequest> {
        let left = self.end();
        assert!(left == 0, "{left} turns of the script were never asked for");
        std::mem::take(&mut self.shared.state().seen)
    }

    /// Ends the server; violations do not fail the test. For tests of the checks.
    pub fn finish_unchecked(mut self) -> (Vec<SeenRequest>, Vec<Violation>) {
        self.finished = true;
        self.halt();
        let mut state = self.shared.state();
        (
            std::mem::take(&mut state.seen),
            std::mem::take(&mut state.violations),
        )
    }

    fn end(&mut self) -> usize {
        self.finished = true;
        self.halt();
        let (violations, left) = {
            let state = self.shared.state();
            (state.violations.clone(), state.script.turns.len())
        };
        let lines: Vec<String> = violations
            .iter()
            .map(|violation| format!("  request {}: {}", violation.request, violation.what))
            .collect();
        assert!(
            lines.is_empty(),
            "the model server was sent wrong requests:\n{}",
            lines.join("\n")
        );
        left
    }

    fn halt(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        if std::thread::panicking() {
            self.halt();
        } else {
            self.end();
        }
    }
}
