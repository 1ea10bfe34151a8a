//! A conversation's task: the sole owner of its state.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use interpreter_protocol::{
    Chunk, ConfirmationId, ConversationId, Decision, Error, ErrorCode, ItemId, OsState, Receipt,
    RequestId, Role, Run, RunState, Transcript, kind,
};
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::emitter::Emitter;
use crate::{Host, Journal, Memo};

/// Commands that may wait for the session.
const COMMANDS: usize = 64;

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
    /// End one run.
    Interrupt(ItemId),
    /// End the turn and everything that waits.
    Stop,
    /// Change the conversation's own settings; null removes one.
    Configure(Map<String, Value>),
    /// Remove the last message of the person and what follows.
    Undo,
    /// Remove everything, end the children.
    Reset,
    /// Change the title.
    Rename(String),
    /// A word to the model that the person did not write.
    Tell(String),
    /// The state of the screen changed without the model: the person took control.
    Os(OsState, String),
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
        reply,
        closing: false,
        model_name: String::new(),
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
    /// Undo or reset, to be done once the turn has stopped.
    after: Option<SessionOp>,
    /// Number of the model's last answer.
    pub reply: u64,
    closing: bool,
    /// The last model called, as the person would name it.
    pub model_name: String,
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

    /// After a crash: whatever was under way is over, and says so.
    fn recover(&mut self) {
        let open: Vec<Run> = self
            .emitter
            .transcript
            .items
            .iter()
            .filter_map(|item| item.run.clone().filter(|run| !run.state.is_final()))
            .collect();
        for run in open {
            let note = "Interpreter ended while this was under way. It may have taken effect.";
            let run = Run {
                state: RunState::Stopped,
                note: Some(note.to_owned()),
                ..run
            };
            self.note_run(&run);
        }
        if self.emitter.transcript.responding {
            self.complete();
        }
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
            SessionOp::Undo | SessionOp::Reset => {
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
            SessionOp::Interrupt(_) => {
                command.refuse(ErrorCode::NotNow, "This run has already ended.");
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
            SessionOp::Undo | SessionOp::Reset => {
                self.queue.clear();
                self.after = Some(command.op.clone());
                command.accept();
                Some(End::Stopped)
            }
            SessionOp::Rename(title) => {
                let mut meta = self.emitter.transcript.meta.clone();
                meta.title.clone_from(title);
                self.emitter.note(None, meta_chunk(&meta));
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
            SessionOp::Os(state, text) => {
                self.note_os(*state, text);
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

    fn configure(&mut self, values: &Map<String, Value>) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let mut own = self.own.clone();
        for (key, value) in values {
            if value.is_null() {
                own.remove(key);
            } else {
                own.insert(key.clone(), value.clone());
            }
        }
        self.emitter.overrides(&own)?;
        self.own = own;
        self.note_meta();
        Ok(())
    }

    /// Tells the fronts title, model, mode and cost, if they changed.
    pub fn note_meta(&mut self) {
        let settings = self.host.settings(&self.conversation, &self.own);
        let before = &self.emitter.transcript.meta;
        let mut meta = before.clone();
        meta.mode = settings.mode;
        meta.os = settings.os;
        meta.profile = settings.profile;
        match self.own.get("model").and_then(Value::as_str) {
            Some(model) => model.clone_into(&mut meta.model),
            None if !self.model_name.is_empty() => meta.model.clone_from(&self.model_name),
            None => {}
        }
        if meta != *before {
            self.emitter.note(None, meta_chunk(&meta));
        }
    }

    /// Writes what the person said.
    fn say(&mut self, content: Vec<Chunk>) -> Option<ItemId> {
        if self.emitter.transcript.meta.title.is_empty()
            && let Some(title) = content.iter().find_map(Chunk::text).map(title)
        {
            let mut meta = self.emitter.transcript.meta.clone();
            meta.title = title;
            self.emitter.note(None, meta_chunk(&meta));
        }
        let mut first = None;
        for chunk in content {
            let item = self.emitter.whole(chunk);
            first.get_or_insert(item);
        }
        first
    }

    async fn edit_history(&mut self, op: &SessionOp) {
        let items = &self.emitter.transcript.items;
        let from = match op {
            SessionOp::Reset => 0,
            _ => items
                .iter()
                .rposition(|item| item.role == Role::User)
                .unwrap_or(items.len()),
        };
        // What one submission said stands together, and goes together.
        let from = (0..from)
            .rev()
            .take_while(|at| items[*at].role == Role::User)
            .last()
            .unwrap_or(from);
        let gone: Vec<&ItemId> = items[from..].iter().map(|item| &item.id).collect();
        let chunk = Chunk::new(Role::Server, kind::REMOVED).content(json!({ "items": gone }));
        if !gone.is_empty() {
            self.emitter.note(None, chunk);
        }
        if *op == SessionOp::Reset {
            self.host.reset(&self.conversation).await;
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

fn meta_chunk(meta: &interpreter_protocol::ConversationMeta) -> Chunk {
    Chunk::new(Role::Server, kind::CONVERSATION)
        .content(serde_json::to_value(meta).unwrap_or_default())
}

/// A title from the first words of the person.
fn title(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("New conversation");
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let whole_words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words}…")
}
