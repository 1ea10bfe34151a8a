//! One language's task: takes requests in turn and keeps the child between them.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::child::{self, Child, Happening};
use crate::language::Language;
use crate::live::Live;
use crate::outlet::CHUNK;
use crate::run::Order;
use crate::{LanguagesConfig, RunEnd, RunEvent, RunStatus};

/// A run that is wanted.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: u64,
    pub(crate) code: String,
    pub(crate) events: mpsc::Sender<RunEvent>,
}

/// Owns the child of one language.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) language: &'static Language,
    pub(crate) config: Arc<LanguagesConfig>,
    pub(crate) requests: mpsc::Receiver<Request>,
    pub(crate) orders: mpsc::UnboundedReceiver<(u64, Order)>,
    pub(crate) queued: VecDeque<Request>,
    pub(crate) child: Option<Child>,
    /// What was printed between runs; the newest part.
    pub(crate) late: Vec<u8>,
    /// What the next run says first: why the state is gone.
    pub(crate) note: Option<String>,
    /// The program itself, where the one on the path was only a way to it.
    pub(crate) real: Option<(PathBuf, PathBuf)>,
}

impl Worker {
    pub(crate) fn new(
        language: &'static Language,
        config: Arc<LanguagesConfig>,
        requests: mpsc::Receiver<Request>,
        orders: mpsc::UnboundedReceiver<(u64, Order)>,
    ) -> Self {
        Self {
            language,
            config,
            requests,
            orders,
            queued: VecDeque::new(),
            child: None,
            late: Vec::new(),
            note: None,
            real: None,
        }
    }

    /// Works until the [`crate::Languages`] are dropped. Then the child is killed.
    pub(crate) async fn work(mut self) {
        loop {
            let request = match self.queued.pop_front() {
                Some(request) => Some(request),
                None => self.idle().await,
            };
            let Some(request) = request else { return };
            if request.events.is_closed() {
                continue;
            }
            if let ControlFlow::Break(()) = Live::new(request).run(&mut self).await {
                return;
            }
        }
    }

    /// Waits for a request, and keeps an eye on the child meanwhile.
    async fn idle(&mut self) -> Option<Request> {
        loop {
            let happening = async {
                match &mut self.child {
                    Some(child) => child.next(CHUNK).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                request = self.requests.recv() => return request,
                order = self.orders.recv() => {
                    // Orders for runs that are over mean nothing.
                    if let Some((_, Order::Reset(done))) = order {
                        self.reset().await;
                        let _ = done.send(());
                    }
                }
                happening = happening => self.between_runs(happening),
            }
        }
    }

    fn between_runs(&mut self, happening: Happening) {
        match happening {
            Happening::Text => {
                if let Some(child) = &mut self.child {
                    child.take_text(&mut self.late);
                }
                let extra = self.late.len().saturating_sub(CHUNK);
                self.late.drain(..extra);
            }
            Happening::Exit(_) | Happening::Lost => {
                self.child = None;
                self.note = Some(format!(
                    "[{} ended since the last run, so its state is gone. A new one was started.]\n",
                    self.language.name
                ));
            }
            // Questions and pictures between runs have no place to go.
            Happening::Message(_) | Happening::Nonsense(_) => {}
        }
    }

    /// Ends the child, and the runs that wait.
    pub(crate) async fn reset(&mut self) {
        while let Ok(request) = self.requests.try_recv() {
            self.queued.push_back(request);
        }
        for request in self.queued.drain(..) {
            let end = RunEnd {
                status: RunStatus::Interrupted,
                exit: None,
                ms: 0,
                message: Some("It was waiting its turn and was not run.".to_owned()),
            };
            let _ = request.events.try_send(RunEvent::Done(end));
        }
        self.late.clear();
        self.note = None;
        if let Some(child) = self.child.take() {
            child.end().await;
        }
    }

    /// Starts a child.
    pub(crate) async fn start(&mut self) -> Result<(), String> {
        let program = self
            .language
            .program(&self.config)
            .map_err(|error| error.to_string())?;
        let program = match &self.real {
            Some((way, real)) if *way == program => real.clone(),
            _ => program,
        };
        let cells = child::cells(&self.config.state_dir, self.language.name);
        let plan = self.language.plan(&self.config, program, &cells).map_err(|error| {
            let folder = self.config.state_dir.display();
            format!("The driver could not be written to {folder} ({error}). Check that there is space and access.")
        })?;
        let shown = plan.program.display().to_string();
        let child = Child::start(plan, cells)
            .await
            .map_err(|error| format!("{shown} could not be started ({error})."))?;
        self.child = Some(child);
        Ok(())
    }

    /// Remembers where the program really is, so that a slow way to it is gone once only.
    pub(crate) fn remember(&mut self, real: &str) {
        let real = PathBuf::from(real);
        if let Ok(way) = self.language.program(&self.config)
            && way != real
            // An environment is known by the path it was started by.
            && self.config.python.is_none()
            && way.ancestors().any(|folder| folder.ends_with("shims"))
            && crate::platform::is_program(&real)
        {
            self.real = Some((way, real));
        }
    }
}
