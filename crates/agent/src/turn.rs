//! One turn: call the model, show what it says, run what it asks for, until it asks for nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use interpreter_llm::{Finish, ModelEvent, ModelRequest, ProviderError, ToolSpec, classify};
use interpreter_protocol::{
    Chunk, ErrorCode, ItemId, Mode, OsState, Role, Run, RunState, Usage, kind,
};
use serde_json::json;
use tokio::time::Instant;

use crate::emitter::now_ms;
use crate::session::{End, State, Wake};
use crate::{ModelHandle, Prepared, Scene, Subject, Tool, ToolError, TurnSettings, context};

mod ask;
mod batch;
mod budget;
mod call;
pub(crate) mod control;
mod execute;
mod own;
mod replay;
mod reply;

/// How often code that streams in is shown anew.
const DRAFTING: Duration = Duration::from_millis(20);

/// A call the model made.
struct Asked {
    item: ItemId,
    tool: Option<Arc<dyn Tool>>,
    prepared: Result<Prepared, ToolError>,
}

/// A whole answer of the model.
struct Reply {
    calls: Vec<Asked>,
    finish: Finish,
    scene: Scene,
    settings: TurnSettings,
}

/// A call whose arguments still stream in.
struct Writing {
    tool: Option<Arc<dyn Tool>>,
    arguments: String,
    item: Option<ItemId>,
    shown: usize,
    drafted: Instant,
}

impl State {
    /// Runs a turn to its end, whatever that is, and says so.
    pub(crate) async fn turn(&mut self) {
        self.control = control::Control::default();
        self.control.cost_before = self.emitter.transcript.meta.cost;
        let end = self.rounds().await;
        if let Some(error) = self.emitter.take_failure() {
            tracing::error!(code = %error.code.as_str(), "the conversation could not be written");
        }
        self.emitter.close_cut_off();
        if let Err(End::Failed(error)) = &end {
            self.emitter.error(error);
        }
        if self.emitter.transcript.os.is_some() {
            let (state, text) = match &end {
                Err(End::Stopped) => (OsState::Stopped, ""),
                Err(End::Failed(error)) if error.code == ErrorCode::LimitReached => {
                    (OsState::Stopped, error.message.as_str())
                }
                _ => (OsState::Finished, ""),
            };
            self.note_os(state, text);
        }
        let conversation = self.conversation.clone();
        let model = self.model_name.clone();
        let own = self.own.clone();
        self.host.turn_over(&conversation, &own, &model).await;
        self.complete();
        // A turn that could not be written may have failed again just now.
        let _ = self.emitter.take_failure();
    }

    async fn rounds(&mut self) -> Result<(), End> {
        let mut overflowed = false;
        loop {
            let reply = match self.call_model().await {
                Err(End::Failed(error))
                    if error.code == ErrorCode::ContextOverflow
                        && !overflowed
                        && self.forget_oldest() =>
                {
                    overflowed = true;
                    continue;
                }
                other => other?,
            };
            overflowed = false;
            if reply.calls.is_empty() {
                if reply.finish == Finish::Pause {
                    continue;
                }
                return Ok(());
            }
            self.run_calls(reply).await?;
        }
    }

    /// Leaves the older half of the conversation out of later requests.
    /// False when there is nothing left that could be left out.
    fn forget_oldest(&mut self) -> bool {
        let visible: Vec<(usize, ItemId)> = self
            .emitter
            .transcript
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| {
                item.role == Role::User
                    && !self
                        .emitter
                        .memos
                        .get(&item.id)
                        .is_some_and(|memo| memo.omit)
            })
            .map(|(at, item)| (at, item.id.clone()))
            .collect();
        let Some((until, _)) = visible.get(visible.len().div_ceil(2)) else {
            return false;
        };
        let gone: Vec<ItemId> = self.emitter.transcript.items[..*until]
            .iter()
            .map(|item| item.id.clone())
            .collect();
        for item in gone {
            self.emitter.memo(&item, |memo| memo.omit = true);
        }
        true
    }

    /// The model for the next call, or the reason why there is none.
    async fn model(&mut self) -> Result<ModelHandle, End> {
        let host = Arc::clone(&self.host);
        let own = self.own.clone();
        let mut work = host.model(&own);
        loop {
            match self.wait(&mut work).await {
                Wake::Done(model) => return Ok(model?),
                Wake::Command(command) => {
                    if let Some(end) = self.busy(command) {
                        return Err(end);
                    }
                }
            }
        }
    }

    async fn call_model(&mut self) -> Result<Reply, End> {
        let (settings, model, scene, tools, request, _room) = loop {
            self.hold().await?;
            let settings = self.host.settings(&self.conversation, &self.own);
            self.check_budget(&settings)?;
            if let Some(error) = self.out_of_time(&settings).filter(|_| settings.os) {
                return Err(error.into());
            }
            let model = self.model().await?;
            self.model_name.clone_from(&model.info.name);
            self.note_meta();
            let scene = Scene {
                conversation: self.conversation.clone(),
                model: model.info.clone(),
                os: settings.os,
                mode: settings.mode,
            };
            if settings.os && !self.is_paused() {
                self.note_os(OsState::Thinking, "Waiting for the model");
            }
            let tools = self.host.tools(&self.conversation);
            let request = self.request(&scene, &settings, &tools);
            let room = self.room(budget::most(&request, &model.info)).await?;
            // The person may have taken control while this was waited for.
            if !self.is_paused() {
                break (settings, model, scene, tools, request, room);
            }
        };
        let mut stream = model.provider.stream(request);
        let mut retries = false;
        self.reply += 1;
        let mut calls = Vec::new();
        let mut writing: Option<Writing> = None;
        let mut usage: Option<Usage> = None;
        let outcome = loop {
            if self.emitter.has_failed() {
                break Err(End::Stopped);
            }
            // Trying again is a further request: it waits until the person gives control back.
            let woken = match retries && self.is_paused() {
                true => self.wait(&mut std::future::pending()).await,
                false => self.wait(&mut stream.next()).await,
            };
            let event = match woken {
                Wake::Command(command) => match self.busy(command) {
                    Some(end) => break Err(end),
                    None => continue,
                },
                Wake::Done(None) => {
                    break Err(End::from(classify(&ProviderError::CutOff, &model.info)));
                }
                Wake::Done(Some(Err(error))) => {
                    break Err(End::from(classify(&error, &model.info)));
                }
                Wake::Done(Some(Ok(event))) => event,
            };
            retries = matches!(event, ModelEvent::Retry { .. });
            match event {
                ModelEvent::Retry {
                    wait_ms,
                    attempt,
                    reason,
                } => {
                    let content = json!({
                        "at": now_ms() + wait_ms, "attempt": attempt, "reason": reason,
                    });
                    let chunk = Chunk::new(Role::Server, kind::RETRY).content(content);
                    self.emitter.note(None, chunk);
                }
                ModelEvent::Text(text) => self.speak(kind::MESSAGE, text),
                ModelEvent::Reasoning(text) => self.speak(kind::REASONING, text),
                ModelEvent::ReasoningEnd { raw } => {
                    if raw.is_some() {
                        // Reasoning that is not shown is an item all the same: it must go back.
                        let item = self
                            .emitter
                            .stream(Chunk::new(Role::Assistant, kind::REASONING).content(""));
                        self.emitter.memo(&item, |memo| memo.raw = raw);
                    }
                    self.close_spoken();
                }
                ModelEvent::CallStart { name, .. } => {
                    self.close_spoken();
                    let tool = tools.iter().find(|tool| tool.answers_to(&name)).cloned();
                    writing = Some(Writing {
                        tool,
                        arguments: String::new(),
                        item: None,
                        shown: 0,
                        drafted: Instant::now() - DRAFTING,
                    });
                }
                ModelEvent::CallDelta(more) => {
                    if let Some(writing) = &mut writing {
                        writing.arguments.push_str(&more);
                        self.draft(writing, settings.mode);
                    }
                }
                ModelEvent::CallEnd(call) => {
                    let asked = self.asked(call, writing.take(), &tools, &scene);
                    calls.push(asked);
                }
                ModelEvent::Usage(total) => usage = Some(total),
                ModelEvent::Finish(finish) => break Ok(finish),
            }
        };
        drop(stream);
        self.end_reply(outcome, writing, calls, usage, model, scene, settings)
    }

    fn request(
        &self,
        scene: &Scene,
        settings: &TurnSettings,
        tools: &[Arc<dyn Tool>],
    ) -> ModelRequest {
        let specs: Vec<ToolSpec> = tools.iter().filter_map(|tool| tool.spec(scene)).collect();
        let source = context::Source {
            items: &self.emitter.transcript.items,
            memos: &self.emitter.memos,
            model: &scene.model,
            host: &*self.host,
        };
        ModelRequest {
            system: settings.system.clone(),
            messages: context::messages(&source),
            tools: specs,
            max_tokens: settings.max_tokens,
            temperature: settings.temperature,
        }
    }

    /// Closes the card of a call that will not run.
    fn drop_call(&mut self, item: &ItemId, mode: Mode, state: RunState, note: &str) {
        let run = Run {
            note: Some(note.to_owned()),
            ..run(item, state, mode)
        };
        self.note_run(&run);
    }

    pub(crate) fn note_os(&mut self, state: OsState, text: &str) {
        let content = json!({ "state": state, "text": text });
        self.emitter
            .note(None, Chunk::new(Role::Server, kind::OS).content(content));
    }
}

/// A card's state with nothing else known.
fn run(item: &ItemId, state: RunState, mode: Mode) -> Run {
    Run {
        item: item.clone(),
        state,
        exit: None,
        ms: None,
        rule: None,
        mode,
        place: None,
        grant: None,
        position: None,
        note: None,
    }
}

/// Whether a call is an action on the screen, which later ones of the same answer build on.
fn is_action(prepared: &Prepared) -> bool {
    matches!(prepared.subject, Subject::Action { .. })
}
