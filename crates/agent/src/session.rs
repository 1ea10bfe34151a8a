//! A conversation's task: the sole owner of its state.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use interpreter_protocol::{
    Chunk, ConfirmationId, ConversationId, Decision, Error, ErrorCode, ItemId, Receipt, RequestId,
    Role, Run, Step, Transcript, kind,
};
use serde_json::{Map, Value};
use tokio::sync::{mpsc, oneshot};

use crate::emitter::Emitter;
use crate::turn::control::Control;
use crate::{Host, Journal, Memo};

mod meta;
mod past;
mod steps;

/// Commands that may wait for the session.
const COMMANDS: usize = 64;

const GONE: &str = "Nothing was removed: that item is not there any more.";

/// What a session starts from.
pub struct SessionStart {
    /// The conversation.
    pub conversation: ConversationId,
    /// What is on disk, folded.
    pub transcript: Transcript,
    /// What is kept beside its items.
    pub memos: HashMap<ItemId, Memo>,
    /// The conversation's own settings.
    pub overrides: Map<String, Value>,
    /// Where it writes.
    pub journal: Box<dyn Journal>,
    /// Everything else.
    pub host: Arc<dyn Host>,
}

/// What a session can be asked.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionOp {
    /// A message of the person, as content chunks of the role user. Settings come first.
    Submit {
        /// Text, images (as blobs), files.
        content: Vec<Chunk>,
        /// Changes of the conversation's own settings.
        settings: Map<String, Value>,
    },
    /// The answer to a confirmation.
    Answer {
        /// The confirmation.
        confirmation: ConfirmationId,
        /// The digest the person saw.
        digest: String,
        /// What to do.
        decision: Decision,
    },
    /// A line of input; none: end of input.
    Input {
        /// The request.
        request: RequestId,
        /// The line.
        text: Option<String>,
    },
    /// End one run, or take it out of the queue.
    Interrupt {
        /// The code item.
        item: ItemId,
        /// What it runs in ends with it.
        kill: bool,
    },
    /// End the turn and everything that waits.
    Stop,
    /// Change the conversation's own settings; null removes one.
    Configure(Map<String, Value>),
    /// Ask the model again without a new message. Settings come first.
    Continue {
        /// Changes of the conversation's own settings.
        settings: Map<String, Value>,
    },
    /// Run code of the person's.
    RunCode {
        /// The language.
        language: String,
        /// The code.
        code: String,
    },
    /// Do recorded steps again, one after the other, without a model.
    Replay {
        /// The conversation they are in.
        from: ConversationId,
        /// The steps.
        steps: Vec<Step>,
    },
    /// Keep what an action did on the screen. Its number is given here.
    Record(Box<Step>),
    /// Keep what the person says of a step.
    Mark {
        /// The step.
        number: u32,
        /// It was wrong.
        wrong: bool,
        /// What was wrong with it.
        note: Option<String>,
    },
    /// Remove an item and what follows.
    Truncate(ItemId),
    /// Change where it stands in the list; what is absent stays.
    Arrange {
        /// First in the list.
        pinned: Option<bool>,
        /// In the archive.
        archived: Option<bool>,
    },
    /// Remove the last message of the person and what follows.
    Undo,
    /// Remove everything, end the children.
    Reset,
    /// Change the title.
    Rename(String),
    /// A word to the model that the person did not write.
    Tell(String),
    /// The person took control, in words: nothing is asked of the model and nothing is
    /// begun until [`SessionOp::Resume`].
    Pause(String),
    /// The person gave control back.
    Resume,
    /// End the session; what was said is on disk.
    Close,
}

/// The way to a running session.
#[derive(Clone)]
pub struct Session {
    commands: mpsc::Sender<Command>,
}

impl Session {
    /// Asks for something and waits until it is accepted.
    ///
    /// # Errors
    /// What the session refuses, in words; `NotNow` when it has ended.
    pub async fn send(&self, op: SessionOp) -> Result<Receipt, Error> {
        let ended = || Error::new(ErrorCode::NotNow, "The conversation has been closed.");
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(Command { op, reply })
            .await
            .map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }

    /// Whether the task has ended.
    pub fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    /// Waits until the task has ended and its file is given back.
    pub async fn closed(&self) {
        self.commands.closed().await;
    }
}

/// Starts the task of a conversation.
pub fn spawn(start: SessionStart) -> Session {
    let (commands, inbox) = mpsc::channel(COMMANDS);
    let reply = start
        .memos
        .values()
        .filter_map(|memo| memo.reply)
        .max()
        .unwrap_or(0);
    let state = State {
        conversation: start.conversation,
        emitter: Emitter::new(start.journal, start.transcript, start.memos),
        host: start.host,
        own: start.overrides,
        commands: inbox,
        queue: VecDeque::new(),
        after: None,
        unwanted: HashSet::new(),
        reply,
        closing: false,
        model_name: String::new(),
        control: Control::default(),
    };
    tokio::spawn(state.run());
    Session { commands }
}

/// A request with the way back.
pub(crate) struct Command {
    pub op: SessionOp,
    pub reply: oneshot::Sender<Result<Receipt, Error>>,
}

impl Command {
    pub fn accept(self) {
        let _ = self.reply.send(Ok(Receipt::default()));
    }

    pub fn refuse(self, code: ErrorCode, message: &str) {
        let _ = self.reply.send(Err(Error::new(code, message)));
    }
}

/// Why a turn ended early.
#[derive(Debug)]
pub(crate) enum End {
    /// The person stopped it.
    Stopped,
    /// The person skipped a call without saying why.
    Skipped,
    /// It failed.
    Failed(Box<Error>),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

pub(crate) struct State {
    pub conversation: ConversationId,
    pub emitter: Emitter,
    pub host: Arc<dyn Host>,
    /// The conversation's own settings.
    pub own: Map<String, Value>,
    pub commands: mpsc::Receiver<Command>,
    /// Messages said while a turn was under way.
    pub queue: VecDeque<Vec<Chunk>>,
    /// Undo, reset or truncate, to be done once the turn has stopped.
    after: Option<SessionOp>,
    /// Calls the person took out of the queue.
    pub unwanted: HashSet<ItemId>,
    /// Number of the model's last answer.
    pub reply: u64,
    closing: bool,
    /// The last model called, as the person would name it.
    pub model_name: String,
    /// Who has the computer in this turn, and how much of it was used.
    pub control: Control,
}

/// What ended a wait.
pub(crate) enum Wake<T> {
    Done(T),
    Command(Command),
}

impl State {
    async fn run(mut self) {
        self.recover();
        while !self.closing {
            if let Some(op) = self.after.take() {
                self.edit_history(&op).await;
            } else if let Some(content) = self.queue.pop_front() {
                self.say(content);
                self.turn().await;
            } else {
                match self.commands.recv().await {
                    Some(command) => self.idle(command).await,
                    None => break,
                }
            }
        }
        self.emitter.flush();
    }

    async fn idle(&mut self, command: Command) {
        match &command.op {
            SessionOp::Submit { content, settings } => {
                if let Err(error) = self.configure(settings) {
                    let _ = command.reply.send(Err(error));
                    return;
                }
                let item = self.say(content.clone());
                if let Some(error) = self.emitter.take_failure() {
                    let _ = command.reply.send(Err(error));
                    return;
                }
                let receipt = Receipt {
                    conversation: Some(self.conversation.clone()),
                    item,
                    ..Receipt::default()
                };
                let _ = command.reply.send(Ok(receipt));
                self.turn().await;
            }
            SessionOp::Continue { settings } => {
                let ready = self.make_answerable(settings);
                let conversation = Some(self.conversation.clone());
                let accepted = ready.is_ok();
                let _ = command.reply.send(ready.map(|()| Receipt {
                    conversation,
                    ..Receipt::default()
                }));
                if accepted {
                    self.turn().await;
                }
            }
            SessionOp::RunCode { language, code } => {
                let (language, code) = (language.clone(), code.clone());
                self.run_own(command, &language, &code).await;
            }
            SessionOp::Replay { from, steps } => {
                let (from, steps) = (from.clone(), steps.clone());
                self.replay(command, &from, &steps).await;
            }
            // Nothing is under way that could be held or gone on with.
            SessionOp::Pause(_) | SessionOp::Resume => command.accept(),
            SessionOp::Truncate(item) if self.emitter.transcript.item(item).is_none() => {
                command.refuse(ErrorCode::UnknownItem, GONE);
            }
            SessionOp::Undo | SessionOp::Reset | SessionOp::Truncate(_) => {
                let op = command.op.clone();
                self.edit_history(&op).await;
                command.accept();
            }
            _ => {
                self.busy(command);
            }
        }
    }

    /// Takes in what can be done at any time. Gives a reason to end the turn, if it is one.
    pub fn busy(&mut self, command: Command) -> Option<End> {
        match &command.op {
            SessionOp::Submit { content, settings } => {
                if let Err(error) = self.configure(settings) {
                    let _ = command.reply.send(Err(error));
                    return None;
                }
                self.queue.push_back(content.clone());
                let conversation = Some(self.conversation.clone());
                let _ = command.reply.send(Ok(Receipt {
                    conversation,
                    ..Receipt::default()
                }));
                None
            }
            SessionOp::Answer { .. } => {
                command.refuse(
                    ErrorCode::StaleConfirmation,
                    "Nothing was approved: this approval is no longer waiting.",
                );
                None
            }
            SessionOp::Input { .. } => {
                command.refuse(
                    ErrorCode::UnknownItem,
                    "Nothing waits for this input any more.",
                );
                None
            }
            SessionOp::Interrupt { item, .. } => {
                let item = item.clone();
                if self.take_out(&item) {
                    command.accept();
                } else {
                    command.refuse(ErrorCode::NotNow, "This run has already ended.");
                }
                None
            }
            SessionOp::Record(step) => {
                let step = Step::clone(step);
                self.record(step);
                command.accept();
                None
            }
            SessionOp::Mark {
                number,
                wrong,
                note,
            } => {
                let answer = self.mark(*number, *wrong, note.clone());
                let _ = command.reply.send(answer.map(|()| Receipt::default()));
                None
            }
            SessionOp::Continue { .. } | SessionOp::RunCode { .. } | SessionOp::Replay { .. } => {
                command.refuse(
                    ErrorCode::NotNow,
                    "Nothing was done: the assistant is at work. Wait for it, or stop it.",
                );
                None
            }
            SessionOp::Truncate(item) if self.emitter.transcript.item(item).is_none() => {
                command.refuse(ErrorCode::UnknownItem, GONE);
                None
            }
            SessionOp::Stop => {
                self.queue.clear();
                command.accept();
                Some(End::Stopped)
            }
            SessionOp::Configure(values) => {
                let values = values.clone();
                let answer = self.configure(&values).map(|()| Receipt::default());
                let _ = command.reply.send(answer);
                None
            }
            SessionOp::Undo | SessionOp::Reset | SessionOp::Truncate(_) => {
                self.queue.clear();
                self.after = Some(command.op.clone());
                command.accept();
                Some(End::Stopped)
            }
            SessionOp::Rename(title) => {
                let title = title.clone();
                self.change_meta(|meta| meta.title = title);
                command.accept();
                None
            }
            SessionOp::Arrange { pinned, archived } => {
                let (pinned, archived) = (*pinned, *archived);
                self.change_meta(|meta| {
                    meta.pinned = pinned.unwrap_or(meta.pinned);
                    meta.archived = archived.unwrap_or(meta.archived);
                });
                command.accept();
                None
            }
            SessionOp::Tell(text) => {
                let chunk = Chunk::new(Role::Computer, kind::MESSAGE)
                    .recipient("assistant")
                    .content(text.clone());
                self.emitter.whole(chunk);
                command.accept();
                None
            }
            SessionOp::Pause(text) => {
                self.pause(text);
                command.accept();
                None
            }
            SessionOp::Resume => {
                self.resume();
                command.accept();
                None
            }
            SessionOp::Close => {
                self.closing = true;
                command.accept();
                Some(End::Stopped)
            }
        }
    }

    /// Waits for `work`, writing what is due meanwhile. Comes back early for a command.
    pub async fn wait<T>(&mut self, work: &mut (impl Future<Output = T> + Unpin)) -> Wake<T> {
        loop {
            let due = self.emitter.due();
            tokio::select! {
                biased;
                command = self.commands.recv() => return match command {
                    Some(command) => Wake::Command(command),
                    None => {
                        // Every handle is gone, so nobody can ask for more.
                        let (reply, _) = oneshot::channel();
                        Wake::Command(Command { op: SessionOp::Close, reply })
                    }
                },
                done = &mut *work => return Wake::Done(done),
                () = async {
                    match due {
                        Some(due) => tokio::time::sleep_until(due).await,
                        None => std::future::pending().await,
                    }
                } => self.emitter.flush(),
            }
        }
    }

    /// Writes the state of a card.
    pub fn note_run(&mut self, run: &Run) {
        let content = serde_json::to_value(run).unwrap_or_default();
        let chunk = Chunk::new(Role::Server, kind::RUN).content(content);
        self.emitter.note(Some(&run.item), chunk);
    }

    /// The turn is over.
    pub fn complete(&mut self) {
        self.emitter.note(
            None,
            Chunk::new(Role::Server, kind::STATUS).content("complete"),
        );
    }
}
