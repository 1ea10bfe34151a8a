//! A run under way: what comes from the child goes to the reader, what the
//! caller orders goes to the child, until the run is over.

mod ending;
mod interrupt;

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::time::Instant;

use crate::child::Happening;
use crate::outlet::{Outlet, Rest};
use crate::run::Order;
use crate::wire::{self, FromDriver, Hello, Outcome, ToDriver};
use crate::worker::{Request, Worker};
use crate::{RunEnd, RunEvent, RunStatus};
use interrupt::Signalled;

/// How long a run may go on after it was interrupted because its time was up,
/// or because nobody listens any more. Then the child is killed.
const GRACE: Duration = Duration::from_secs(2);

/// How long a driver may take to say hello.
const HELLO: Duration = Duration::from_secs(30);

/// How soon, and how rarely at least, it is looked whether a program waits for a line.
const LOOK_SOON: Duration = Duration::from_millis(25);
const LOOK_LATE: Duration = Duration::from_millis(400);

/// A run under way.
#[derive(Debug)]
pub(crate) struct Live {
    id: u64,
    code: String,
    outlet: Outlet,
    began: Instant,
    /// The child was started for this run.
    fresh: bool,
    stage: Stage,
    /// Interrupt it as soon as it has started.
    interrupt: bool,
    signalled: Option<Signalled>,
    /// Why it will have ended, whatever the child says.
    forced: Option<(RunStatus, &'static str)>,
    kill_at: Option<Instant>,
    deadline: Option<Instant>,
    abandoned: bool,
    /// Questions that are open: the public name, and the driver's (none: the terminal's).
    questions: Vec<(String, Option<String>)>,
    asked: u64,
    look_at: Instant,
    look_every: Duration,
    end: Option<RunEnd>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// No hello yet.
    Starting,
    /// The code was sent.
    Sent,
    /// The driver has begun.
    Running,
}

impl Live {
    pub(crate) fn new(request: Request) -> Self {
        let now = Instant::now();
        Self {
            id: request.id,
            code: request.code,
            outlet: Outlet::new(request.events),
            began: now,
            fresh: false,
            stage: Stage::Starting,
            interrupt: false,
            signalled: None,
            forced: None,
            kill_at: None,
            deadline: None,
            abandoned: false,
            questions: Vec::new(),
            asked: 0,
            look_at: now + LOOK_SOON,
            look_every: LOOK_SOON,
            end: None,
        }
    }

    /// Runs to the end. `Break`: the languages were dropped.
    pub(crate) async fn run(mut self, worker: &mut Worker) -> ControlFlow<()> {
        self.begin(worker).await;
        let mut closed = Box::pin(self.outlet.closed());
        loop {
            if self.end.is_some() && self.outlet.is_delivered() {
                return ControlFlow::Continue(());
            }
            let room = self.outlet.room();
            let timer = self.next_timer();
            let ended = self.end.is_some();
            let happening = async {
                match &mut worker.child {
                    Some(child) if !ended => child.next(room).await,
                    _ => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                order = worker.orders.recv() => match order {
                    Some((id, order)) => self.obey(worker, id, order).await,
                    None => return ControlFlow::Break(()),
                },
                request = worker.requests.recv() => match request {
                    Some(request) => worker.queued.push_back(request),
                    None => return ControlFlow::Break(()),
                },
                () = self.outlet.make_room() => {}
                happening = happening => self.happened(worker, happening).await,
                () = &mut closed, if !self.abandoned => self.abandon(worker),
                () = until(timer) => self.tick(worker),
            }
        }
    }

    async fn begin(&mut self, worker: &mut Worker) {
        self.deadline = worker.config.timeout.map(|limit| Instant::now() + limit);
        if worker.child.is_none() {
            self.fresh = true;
            if let Err(reason) = worker.start().await {
                return self.finish(RunStatus::Error, None, Some(reason));
            }
            self.kill_at = Some(Instant::now() + HELLO);
        } else if let Some(hello) = worker.child.as_ref().and_then(|child| child.hello.clone()) {
            self.send(worker, &hello);
        }
    }

    /// Hands the code to the driver.
    fn send(&mut self, worker: &mut Worker, hello: &Hello) {
        let Some(child) = &mut worker.child else {
            return;
        };
        self.kill_at = None;
        self.stage = Stage::Sent;
        let program = hello.place.as_deref().unwrap_or(worker.language.name);
        let place = format!("{program}, in {}", worker.config.folder.display());
        self.outlet.push(RunEvent::Started { place });
        if let Some(note) = worker.note.take() {
            self.outlet.bytes().extend_from_slice(note.as_bytes());
        }
        self.outlet.bytes().append(&mut worker.late);
        self.outlet.flush(Rest::Replace);
        if let Err(error) = child.send_code(self.id, &self.code) {
            let reason = format!("The code could not be handed over ({error}).");
            self.finish(RunStatus::Error, None, Some(reason));
        }
    }

    async fn happened(&mut self, worker: &mut Worker, happening: Happening) {
        match happening {
            Happening::Message(message) => self.message(worker, message),
            Happening::Text => {
                if let Some(child) = &mut worker.child {
                    child.take_text(self.outlet.bytes());
                }
                self.outlet.appended();
                self.look_soon();
            }
            Happening::Exit(exit) => self.exited(worker, exit).await,
            Happening::Lost => {
                // Without its channel the driver is of no use; mostly it is ending anyway.
                self.kill_at = Some(Instant::now() + GRACE);
            }
            Happening::Nonsense(error) => {
                tracing::warn!(
                    language = worker.language.name,
                    error,
                    "not the driver protocol"
                );
            }
        }
    }

    fn message(&mut self, worker: &mut Worker, message: FromDriver) {
        let Some(child) = &mut worker.child else {
            return;
        };
        match message {
            FromDriver::Hello(hello) => {
                if hello.protocol != wire::VERSION {
                    let reason = format!(
                        "The driver speaks version {} of the protocol, not {}.",
                        hello.protocol,
                        wire::VERSION
                    );
                    worker.child = None;
                    return self.finish(RunStatus::Error, None, Some(reason));
                }
                child.hello = Some(hello.clone());
                if let Some(program) = &hello.program {
                    worker.remember(program);
                }
                self.send(worker, &hello);
            }
            FromDriver::Started { id } if id == self.id => {
                self.stage = Stage::Running;
                self.kill_at = None;
                self.look_soon();
                if self.interrupt {
                    self.interrupt_now(worker);
                }
            }
            FromDriver::Done {
                id,
                status,
                exit,
                message,
            } if id == self.id => {
                child.catch_up(&mut self.outlet);
                child.forget_code(self.id);
                for (_, request) in self.questions.drain(..) {
                    if let Some(request) = &request {
                        child.send(&ToDriver::Input {
                            request,
                            text: None,
                        });
                    }
                }
                let status = match status {
                    Outcome::Ok => RunStatus::Ok,
                    // A program it waited for was interrupted, and the code took that for a failure.
                    Outcome::Error if self.interrupt => RunStatus::Interrupted,
                    Outcome::Error => RunStatus::Error,
                    Outcome::Interrupted => RunStatus::Interrupted,
                };
                let (status, message) = match self.forced {
                    Some((forced, said)) => (forced, Some(said.to_owned())),
                    None => (status, message),
                };
                self.finish(status, exit, message);
            }
            FromDriver::Started { .. } | FromDriver::Done { .. } | FromDriver::Unknown => {}
            FromDriver::Output { text } => {
                child.catch_up(&mut self.outlet);
                self.outlet.bytes().extend_from_slice(text.as_bytes());
                self.outlet.appended();
            }
            FromDriver::ActiveLine { line } => self.outlet.push(RunEvent::ActiveLine(line)),
            FromDriver::Image {
                media_type,
                base64,
                width,
                height,
                sync,
            } => {
                child.catch_up(&mut self.outlet);
                self.outlet.push(RunEvent::Image {
                    media_type,
                    base64,
                    width,
                    height,
                });
                if let Some(sync) = sync {
                    child.send(&ToDriver::Seen { sync });
                }
            }
            FromDriver::Html { html, sync } => {
                child.catch_up(&mut self.outlet);
                self.outlet.push(RunEvent::Html(html));
                if let Some(sync) = sync {
                    child.send(&ToDriver::Seen { sync });
                }
            }
            FromDriver::InputRequest {
                request,
                prompt,
                secret,
            } => {
                child.catch_up(&mut self.outlet);
                self.ask(worker.language.name, Some(request), prompt, secret);
            }
        }
    }

    fn ask(&mut self, language: &str, request: Option<String>, prompt: String, secret: bool) {
        self.asked += 1;
        let name = format!("{language}-{}-{}", self.id, self.asked);
        self.questions.push((name.clone(), request));
        self.outlet.push(RunEvent::Input {
            request: name,
            prompt,
            secret,
        });
    }

    async fn obey(&mut self, worker: &mut Worker, id: u64, order: Order) {
        if let Order::Reset(done) = order {
            worker.reset().await;
            let message = "The language was reset.".to_owned();
            self.finish(RunStatus::Interrupted, None, Some(message));
            let _ = done.send(());
            return;
        }
        if id != self.id {
            return self.obey_for_queued(worker, id, &order);
        }
        if self.end.is_some() {
            return;
        }
        match order {
            Order::Interrupt => self.interrupt_now(worker),
            Order::Kill => {
                self.forced.get_or_insert((
                    RunStatus::Interrupted,
                    "The run was killed, so the language's state is gone.",
                ));
                self.kill(worker);
            }
            Order::Input { request, text } => {
                let Some(at) = self.questions.iter().position(|(name, _)| *name == request) else {
                    return;
                };
                let Some(child) = &mut worker.child else {
                    return;
                };
                match self.questions.swap_remove(at).1 {
                    Some(request) => {
                        child.send(&ToDriver::Input {
                            request: &request,
                            text: text.as_deref(),
                        });
                    }
                    None => {
                        let seen = child.type_line(text.as_deref());
                        self.outlet.bytes().extend_from_slice(seen.as_bytes());
                        self.outlet.appended();
                    }
                }
                self.look_soon();
                // Whoever read it needs a moment to go on.
                self.look_at += LOOK_SOON * 3;
            }
            Order::Reset(_) => {}
        }
    }

    /// A run that has not begun is taken out of the queue.
    fn obey_for_queued(&mut self, worker: &mut Worker, id: u64, order: &Order) {
        if !matches!(order, Order::Interrupt | Order::Kill) {
            return;
        }
        while let Ok(request) = worker.requests.try_recv() {
            worker.queued.push_back(request);
        }
        if let Some(at) = worker.queued.iter().position(|request| request.id == id)
            && let Some(request) = worker.queued.remove(at)
        {
            let message = Some("It was waiting its turn and was not run.".to_owned());
            let status = RunStatus::Interrupted;
            let _ = request.events.try_send(RunEvent::Done(RunEnd {
                status,
                exit: None,
                ms: 0,
                message,
            }));
        }
    }

    fn kill(&mut self, worker: &Worker) {
        self.kill_at = None;
        if let Some(child) = &worker.child {
            child.kill();
        }
    }

    /// Nobody reads any more.
    fn abandon(&mut self, worker: &mut Worker) {
        self.abandoned = true;
        if self.end.is_none() {
            self.interrupt_now(worker);
            self.kill_at.get_or_insert(Instant::now() + GRACE);
        }
    }

    fn next_timer(&self) -> Option<Instant> {
        if self.end.is_some() {
            return None;
        }
        let look =
            (self.stage == Stage::Running && self.questions.is_empty()).then_some(self.look_at);
        // Held back for the reader's sake: then its pace is what counts, not the clock.
        let due = if self.outlet.room() > 0 {
            self.outlet.due()
        } else {
            None
        };
        let newcomers = self.signalled.as_ref().map(|signalled| signalled.look_at);
        [due, self.deadline, self.kill_at, newcomers, look]
            .into_iter()
            .flatten()
            .min()
    }

    fn tick(&mut self, worker: &mut Worker) {
        let now = Instant::now();
        if self.outlet.room() > 0 && self.outlet.due().is_some_and(|due| due <= now) {
            self.outlet.flush(Rest::Keep);
        }
        if self.deadline.is_some_and(|at| at <= now) {
            self.deadline = None;
            self.forced
                .get_or_insert((RunStatus::TimedOut, "The time limit was reached."));
            self.interrupt_now(worker);
            self.kill_at = Some(now + GRACE);
        }
        self.interrupt_again(worker, now);
        if self.kill_at.is_some_and(|at| at <= now) {
            if self.stage == Stage::Starting {
                self.forced.get_or_insert((
                    RunStatus::Error,
                    "The language's driver did not answer, so it was ended.",
                ));
            }
            self.kill(worker);
        }
        if self.stage == Stage::Running && self.questions.is_empty() && self.look_at <= now {
            self.look_every = (self.look_every * 3 / 2).min(LOOK_LATE);
            self.look_at = now + self.look_every;
            let waits = worker
                .child
                .as_ref()
                .and_then(|child| child.waits_for_line());
            if let Some(secret) = waits {
                if let Some(child) = &mut worker.child {
                    child.catch_up(&mut self.outlet);
                }
                self.outlet.flush(Rest::Keep);
                let prompt = self.outlet.tail().trim_end().to_owned();
                self.ask(worker.language.name, None, prompt, secret);
            }
        }
    }

    fn look_soon(&mut self) {
        self.look_every = LOOK_SOON;
        self.look_at = Instant::now() + LOOK_SOON;
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
