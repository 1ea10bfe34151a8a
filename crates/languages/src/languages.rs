//! The languages of one conversation.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use interpreter_protocol::LanguageSummary;
use tokio::sync::{mpsc, oneshot};

use crate::language::{ALL, Language};
use crate::run::Order;
use crate::worker::{Request, Worker};
use crate::{LanguageError, Run, RunControl};

/// Events a reader may be behind before its run is held up.
const EVENTS: usize = 16;

/// Runs that may wait for one language.
const QUEUE: usize = 64;

/// Where and how code runs.
#[derive(Debug, Clone, Default)]
pub struct LanguagesConfig {
    /// Working folder of every child.
    pub folder: PathBuf,
    /// Added to the environment.
    pub env: Vec<(String, String)>,
    /// The Python to use; else the one of `VIRTUAL_ENV`, else the one on the `PATH`.
    pub python: Option<PathBuf>,
    /// A run that takes longer is interrupted, and killed if that does not help.
    pub timeout: Option<Duration>,
    /// A folder for the drivers, created with access for the user alone.
    pub state_dir: PathBuf,
}

/// One child a language, started on demand, its state kept between runs.
/// Dropping it ends all children.
#[derive(Debug)]
pub struct Languages {
    config: Arc<LanguagesConfig>,
    workers: Mutex<Vec<(&'static str, Lines)>>,
    next: AtomicU64,
}

/// The lines to one language's worker.
#[derive(Debug, Clone)]
struct Lines {
    requests: mpsc::Sender<Request>,
    orders: mpsc::UnboundedSender<(u64, Order)>,
}

impl Languages {
    /// Starts nothing yet.
    pub fn new(config: LanguagesConfig) -> Self {
        Self {
            config: Arc::new(config),
            workers: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    /// The names of all languages.
    pub fn known() -> &'static [&'static str] {
        const NAMES: &[&str] = &["python", "shell", "javascript"];
        NAMES
    }

    /// The name behind a name or an alias (`py`, `bash`, `node`, ...), in any case.
    pub fn canonical(name: &str) -> Option<&'static str> {
        Language::named(name).map(|language| language.name)
    }

    /// All languages, with what runs them here or how to install them. Starts nothing.
    pub fn available(config: &LanguagesConfig) -> Vec<LanguageSummary> {
        let summary = |language: &Language| {
            let found = language
                .program(config)
                .ok()
                .map(|path| path.display().to_string());
            let fix = found.is_none().then(|| language.fix(config));
            LanguageSummary {
                name: language.name.to_owned(),
                found,
                fix,
            }
        };
        ALL.iter().map(summary).collect()
    }

    /// Runs code. One run a language at a time; later ones queue. Must be called
    /// inside a tokio runtime.
    ///
    /// # Errors
    /// When the language is unknown, not installed or cannot be started. What goes
    /// wrong after that is in the run's [`crate::RunEnd`].
    pub fn run(&self, language: &str, code: &str) -> Result<Run, LanguageError> {
        let found = Language::named(language).ok_or_else(|| LanguageError::Unknown {
            language: language.to_owned(),
            known: Self::known().join(", "),
        })?;
        let failed = |reason: String| LanguageError::StartFailed {
            language: found.name.to_owned(),
            reason,
        };
        found.program(&self.config)?;
        if !self.config.folder.is_dir() {
            return Err(failed(format!(
                "the working folder {} does not exist. Choose another folder.",
                self.config.folder.display()
            )));
        }
        let runtime = tokio::runtime::Handle::try_current()
            .map_err(|_| failed("there is no tokio runtime here.".to_owned()))?;
        let lines = self.lines(found, &runtime);
        let (events, reader) = mpsc::channel(EVENTS);
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let request = Request {
            id,
            code: normal(code),
            events,
        };
        lines.requests.try_send(request).map_err(|_| {
            failed(format!(
                "{QUEUE} runs are waiting already. Wait for them, or stop them."
            ))
        })?;
        Ok(Run {
            events: reader,
            control: RunControl {
                id,
                orders: lines.orders,
            },
        })
    }

    /// Ends all children and what waits for them. The next run starts fresh ones.
    pub async fn reset(&self) {
        let all: Vec<Lines> = {
            let workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
            workers.iter().map(|(_, lines)| lines.clone()).collect()
        };
        let mut waits = Vec::new();
        for lines in all {
            let (done, wait) = oneshot::channel();
            let _ = lines.orders.send((0, Order::Reset(done)));
            waits.push(wait);
        }
        for wait in waits {
            let _ = wait.await;
        }
    }

    fn lines(&self, language: &'static Language, runtime: &tokio::runtime::Handle) -> Lines {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = workers.iter().position(|(name, _)| *name == language.name) {
            if !workers[at].1.requests.is_closed() {
                return workers[at].1.clone();
            }
            // Its runtime is gone; this one starts afresh.
            workers.swap_remove(at);
        }
        let (requests, requested) = mpsc::channel(QUEUE);
        let (orders, ordered) = mpsc::unbounded_channel();
        runtime.spawn(Worker::new(language, self.config.clone(), requested, ordered).work());
        let lines = Lines { requests, orders };
        workers.push((language.name, lines.clone()));
        lines
    }
}

/// Code as every language takes it: no byte order mark, lines end in `\n`.
fn normal(code: &str) -> String {
    code.strip_prefix('\u{feff}')
        .unwrap_or(code)
        .replace("\r\n", "\n")
}
