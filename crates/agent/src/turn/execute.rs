//! Runs one tool to its end: what comes from it goes to the journal, what the person
//! does goes to it.

use std::sync::Arc;

use interpreter_protocol::{Chunk, ItemId, Role, Run, RunState, kind};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::batch::Next;
use super::call::Ground;
use super::{is_action, run};
use crate::session::{End, SessionOp, State, Wake};
use crate::{
    Prepared, Scene, StoredPart, Tool, ToolEvent, ToolHandle, ToolInput, ToolOutput, TurnSettings,
};

/// Chunks a tool may be ahead of the journal.
const TOOL_EVENTS: usize = 16;

/// What surrounds a call in the model's answer.
pub(super) struct Course<'a> {
    pub scene: &'a Scene,
    /// The action right after it.
    pub next: Option<&'a Next>,
}

impl State {
    /// `course` is absent where the person runs code.
    pub(super) async fn execute(
        &mut self,
        item: &ItemId,
        tool: Arc<dyn Tool>,
        prepared: Prepared,
        ground: Ground,
        course: Option<Course<'_>>,
        settings: &TurnSettings,
    ) -> (ToolOutput, Option<End>) {
        let started = Instant::now();
        let mut card = Run {
            rule: Some(ground.rule),
            grant: ground.grant,
            ..run(item, RunState::Running, settings.mode)
        };
        self.note_run(&card);
        let action = is_action(&prepared);
        let (mut handle, mut from_tool, inputs) = self.handle(item, course);
        let cancel = handle.cancel.clone();
        handle.user_acted = self.begins(&prepared);
        let mut work = tool.run(prepared, handle);
        let mut ended = None;
        let mut deadline = None;
        let output = loop {
            let mut step = Box::pin(async {
                tokio::select! {
                    biased;
                    Some(event) = from_tool.recv() => Step::Event(event),
                    output = &mut work => Step::Output(output),
                    () = at(deadline) => Step::TooLate,
                }
            });
            match self.wait(&mut step).await {
                Wake::Done(Step::Event(event)) => {
                    drop(step);
                    self.tool_event(&mut card, event);
                }
                Wake::Done(Step::Output(output)) => {
                    drop(step);
                    break output;
                }
                Wake::Done(Step::TooLate) => {
                    break ToolOutput {
                        state: RunState::Stopped,
                        ..ToolOutput::failed("It did not end when asked and was ended.")
                    };
                }
                Wake::Command(command) => {
                    drop(step);
                    match &command.op {
                        SessionOp::Interrupt { item: named, kill } if named == item => {
                            let input = match kill {
                                true => ToolInput::Kill,
                                false => ToolInput::Interrupt,
                            };
                            let _ = inputs.try_send(input);
                            command.accept();
                        }
                        SessionOp::Input { request, text } => {
                            let line = ToolInput::Line {
                                request: request.clone(),
                                text: text.clone(),
                            };
                            let _ = inputs.try_send(line);
                            command.accept();
                        }
                        _ => {
                            if let Some(end) = self.busy(command) {
                                cancel.cancel();
                                ended.get_or_insert(end);
                                deadline.get_or_insert(Instant::now() + ToolHandle::GRACE);
                            }
                        }
                    }
                    if self.emitter.has_failed() {
                        cancel.cancel();
                        ended.get_or_insert(End::Stopped);
                    }
                }
            }
        };
        drop(work);
        self.ends(action);
        while let Ok(event) = from_tool.try_recv() {
            self.tool_event(&mut card, event);
        }
        self.emitter.close();
        let output = if ended.is_some() {
            stopped(output)
        } else {
            output
        };
        card.state = output.state;
        card.exit = output.exit;
        card.note.clone_from(&output.note);
        card.ms = Some(started.elapsed().as_millis() as u64);
        self.note_run(&card);
        (output, ended)
    }

    /// What a tool shows the model at the end of several actions, and why the turn ends
    /// meanwhile, if it does.
    pub(super) async fn view(
        &mut self,
        item: &ItemId,
        tool: &Arc<dyn Tool>,
        scene: &Scene,
    ) -> (Vec<StoredPart>, Option<End>) {
        let course = Course { scene, next: None };
        let (handle, mut from_tool, _inputs) = self.handle(item, Some(course));
        let mut card = run(item, RunState::Done, scene.mode);
        let mut work = tool.view(handle);
        let (parts, end) = loop {
            let mut step = Box::pin(async {
                tokio::select! {
                    biased;
                    Some(event) = from_tool.recv() => Err(event),
                    parts = &mut work => Ok(parts),
                }
            });
            match self.wait(&mut step).await {
                Wake::Done(Ok(parts)) => break (parts, None),
                Wake::Done(Err(event)) => {
                    drop(step);
                    self.tool_event(&mut card, event);
                }
                Wake::Command(command) => {
                    drop(step);
                    if let Some(end) = self.busy(command) {
                        break (Vec::new(), Some(end));
                    }
                }
            }
        };
        drop(work);
        while let Ok(event) = from_tool.try_recv() {
            self.tool_event(&mut card, event);
        }
        self.emitter.close();
        (parts, end)
    }

    /// What a tool is given, and the other ends of its channels.
    fn handle(
        &self,
        item: &ItemId,
        course: Option<Course<'_>>,
    ) -> (
        ToolHandle,
        mpsc::Receiver<ToolEvent>,
        mpsc::Sender<ToolInput>,
    ) {
        let (events, from_tool) = mpsc::channel(TOOL_EVENTS);
        let (inputs, for_tool) = mpsc::channel(TOOL_EVENTS);
        let next = course.as_ref().and_then(|course| course.next);
        let handle = ToolHandle {
            conversation: self.conversation.clone(),
            item: item.clone(),
            scene: course.as_ref().map(|course| course.scene.clone()),
            user_acted: false,
            next: next.map(|next| next.content.clone()),
            shows_later: next.is_some_and(|next| next.shows_later),
            events,
            inputs: for_tool,
            cancel: CancellationToken::new(),
        };
        (handle, from_tool, inputs)
    }

    fn tool_event(&mut self, card: &mut Run, event: ToolEvent) {
        match event {
            ToolEvent::Chunk(chunk) if chunk.role == Role::Server => {
                self.emitter.note(Some(&card.item), chunk);
            }
            ToolEvent::Chunk(chunk) if chunk.kind == kind::EFFECT => {
                self.emitter.note(Some(&card.item), chunk);
            }
            ToolEvent::Chunk(chunk) => {
                let chunk = chunk.with("parent", card.item.as_str());
                match chunk.kind.as_str() {
                    kind::CONSOLE => {
                        self.emitter.stream(chunk);
                    }
                    _ => {
                        self.emitter.whole(chunk);
                    }
                }
            }
            ToolEvent::State(state) => {
                card.state = state;
                self.note_run(card);
            }
            ToolEvent::Place(place) => {
                card.place = Some(place);
                self.note_run(card);
            }
            ToolEvent::Input {
                request,
                prompt,
                secret,
            } => {
                card.state = RunState::NeedsInput;
                self.note_run(card);
                let chunk = Chunk::new(Role::Computer, kind::INPUT_REQUEST)
                    .content(prompt)
                    .with("request", request.as_str())
                    .with("secret", secret);
                let item = card.item.clone();
                self.emitter.note(Some(&item), chunk);
            }
        }
    }
}

enum Step {
    Event(ToolEvent),
    Output(ToolOutput),
    TooLate,
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// What the model is told of something that was stopped.
fn stopped(output: ToolOutput) -> ToolOutput {
    let mut parts = output.parts;
    parts.push(StoredPart::Text(
        "Stopped by the user; may have taken effect.".to_owned(),
    ));
    let note = Some("Stopped by you. It may have taken effect.".to_owned());
    ToolOutput {
        parts,
        is_error: true,
        state: RunState::Stopped,
        exit: output.exit,
        note,
        upset: None,
        shown: false,
    }
}
