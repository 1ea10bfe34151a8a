//! Runs the calls of one answer, in order: policy, confirmation, run, result.

use std::sync::Arc;

use interpreter_protocol::{
    Chunk, ConfirmationId, Decision, ErrorCode, ItemId, OsState, Role, Run, RunState, Verdict,
    digest, kind,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Reply, is_action, run};
use crate::policy::{self, Ruling};
use crate::session::{End, SessionOp, State, Wake};
use crate::{
    Prepared, Scene, StoredPart, StoredResult, Subject, Tool, ToolEvent, ToolHandle, ToolInput,
    ToolOutput, TurnSettings,
};

/// Chunks a tool may be ahead of the journal.
const TOOL_EVENTS: usize = 16;
/// Said to the model of every action after one that failed, word for word as Anthropic wants it.
const AFTER_FAILURE: &str = "Not executed: an earlier computer action in this turn failed.";

/// What the person, or a rule, said to a call.
enum Leave {
    /// Run this; the code may have been edited.
    Run {
        prepared: Prepared,
        edited: bool,
        rule: String,
    },
    /// It does not run; the model is told this and goes on.
    No(StoredResult),
}

impl State {
    pub(super) async fn run_calls(&mut self, reply: Reply) -> Result<(), End> {
        let Reply {
            calls,
            scene,
            settings,
            ..
        } = reply;
        let mut calls = calls.into_iter();
        let mut action_failed = false;
        while let Some(asked) = calls.next() {
            let action = is_action(&asked.prepared);
            let result = match (asked.tool, asked.prepared) {
                _ if action && action_failed => {
                    self.drop_call(&asked.item, settings.mode, RunState::Skipped, AFTER_FAILURE);
                    Ok(StoredResult::error(AFTER_FAILURE))
                }
                (
                    _,
                    Ok(Prepared {
                        problem: Some(problem),
                        ..
                    }),
                ) => {
                    let printed = Chunk::new(Role::Computer, kind::CONSOLE)
                        .format("output")
                        .content(problem.clone())
                        .with("parent", asked.item.as_str());
                    self.emitter.whole(printed);
                    self.drop_call(&asked.item, settings.mode, RunState::Failed, &problem);
                    Ok(StoredResult::error(problem))
                }
                (Some(tool), Ok(prepared)) => {
                    self.run_call(&asked.item, tool, prepared, &scene, &settings)
                        .await
                }
                (_, Err(error)) => {
                    self.drop_call(&asked.item, settings.mode, RunState::Failed, &error.message);
                    Ok(StoredResult::error(error.message))
                }
                (None, Ok(_)) => Ok(StoredResult::error("There is no such tool.")),
            };
            match result {
                Ok(result) => {
                    action_failed |= action && result.is_error;
                    self.emitter
                        .memo(&asked.item, |memo| memo.result = Some(result));
                }
                Err((result, end)) => {
                    self.emitter
                        .memo(&asked.item, |memo| memo.result = Some(result));
                    for rest in calls {
                        let (state, why) = match end {
                            End::Skipped => {
                                (RunState::Skipped, "Not run: you skipped an earlier step.")
                            }
                            _ => (
                                RunState::Skipped,
                                "Not run: the turn was stopped before it.",
                            ),
                        };
                        self.drop_call(&rest.item, settings.mode, state, why);
                        let result =
                            StoredResult::error("Not run: the user ended the turn before it.");
                        self.emitter
                            .memo(&rest.item, |memo| memo.result = Some(result));
                    }
                    return Err(end);
                }
            }
            if self.emitter.has_failed() {
                return Err(End::Stopped);
            }
        }
        Ok(())
    }

    async fn run_call(
        &mut self,
        item: &ItemId,
        tool: Arc<dyn Tool>,
        prepared: Prepared,
        scene: &Scene,
        settings: &TurnSettings,
    ) -> Result<StoredResult, (StoredResult, End)> {
        let ruling = self.rule_on(&prepared.subject, settings);
        let leave = match ruling.verdict {
            Verdict::Allow => Leave::Run {
                prepared,
                edited: false,
                rule: ruling.rule,
            },
            Verdict::Deny => Leave::No(self.block(item, &ruling, settings)),
            Verdict::Ask => self.ask(item, prepared, ruling, settings).await?,
        };
        let (prepared, edited, rule) = match leave {
            Leave::No(result) => return Ok(result),
            Leave::Run {
                prepared,
                edited,
                rule,
            } => (prepared, edited, rule),
        };
        if self.emitter.has_failed() {
            // What cannot be recorded does not run.
            return Err((StoredResult::error("Not run."), End::Stopped));
        }
        let ran = match &prepared.subject {
            Subject::Code { code, .. } if edited => Some(code.clone()),
            _ => None,
        };
        let (output, end) = self
            .execute(item, tool, prepared, rule, scene, settings)
            .await;
        let mut parts = output.parts;
        if let Some(code) = ran {
            let said = format!(
                "The user edited the code before it ran. This is what ran:\n{code}\n\nIts result:"
            );
            parts.insert(0, StoredPart::Text(said));
        }
        let result = StoredResult {
            parts,
            is_error: output.is_error,
        };
        match end {
            None => Ok(result),
            Some(end) => Err((result, end)),
        }
    }

    fn rule_on(&self, subject: &Subject, settings: &TurnSettings) -> Ruling {
        // Asked anew each time: the person may just have allowed or forbidden something.
        let rules = self.host.settings(&self.conversation, &self.own).rules;
        policy::decide(subject, settings.mode, settings.os, &rules)
    }

    fn block(&mut self, item: &ItemId, ruling: &Ruling, settings: &TurnSettings) -> StoredResult {
        let rule = Some(ruling.rule.clone());
        self.note_run(&Run {
            rule,
            ..run(item, RunState::Blocked, settings.mode)
        });
        StoredResult::error(format!(
            "Not allowed by a rule of the user: {}.",
            ruling.rule
        ))
    }

    /// Asks the person, and waits.
    async fn ask(
        &mut self,
        item: &ItemId,
        prepared: Prepared,
        ruling: Ruling,
        settings: &TurnSettings,
    ) -> Result<Leave, (StoredResult, End)> {
        let confirmation = ConfirmationId::new();
        let (format, content, bound) = shown(&prepared);
        if matches!(prepared.subject, Subject::Action { .. }) {
            self.note_os(OsState::Waiting, "Waiting for you");
        }
        self.note_run(&Run {
            rule: Some(ruling.rule.clone()),
            ..run(item, RunState::Awaiting, settings.mode)
        });
        let chunk = Chunk::new(Role::Computer, kind::CONFIRMATION)
            .format(format)
            .content(content)
            .with("confirmation", confirmation.as_str())
            .with("digest", bound.clone());
        self.emitter.note(Some(item), chunk);
        loop {
            let Wake::Command(command) = self.wait(&mut std::future::pending::<()>()).await else {
                continue;
            };
            match &command.op {
                SessionOp::Answer {
                    confirmation: named,
                    digest,
                    decision,
                } => {
                    if *named != confirmation || *digest != bound {
                        command.refuse(
                            ErrorCode::StaleConfirmation,
                            "Nothing was approved: what waits for you now is something else.",
                        );
                        continue;
                    }
                    let decision = decision.clone();
                    if let Decision::Always { rule } = &decision
                        && let Err(error) = self.host.allow(&self.conversation, rule)
                    {
                        let _ = command.reply.send(Err(error));
                        continue;
                    }
                    command.accept();
                    return self.decided(item, prepared, decision, ruling, settings);
                }
                SessionOp::Submit { .. } => {
                    // The person says something instead: that is a no, and the next message.
                    self.busy(command);
                    self.drop_call(
                        item,
                        settings.mode,
                        RunState::Skipped,
                        "You said something else instead.",
                    );
                    let result = StoredResult::error(
                        "The user did not run this and said something else instead.",
                    );
                    return Err((result, End::Skipped));
                }
                _ => {
                    if let Some(end) = self.busy(command) {
                        self.drop_call(
                            item,
                            settings.mode,
                            RunState::Skipped,
                            "Not run: stopped by you.",
                        );
                        return Err((StoredResult::error("Not run: stopped by the user."), end));
                    }
                }
            }
        }
    }

    fn decided(
        &mut self,
        item: &ItemId,
        mut prepared: Prepared,
        decision: Decision,
        ruling: Ruling,
        settings: &TurnSettings,
    ) -> Result<Leave, (StoredResult, End)> {
        match decision {
            Decision::Run => Ok(Leave::Run {
                prepared,
                edited: false,
                rule: "approved by you".to_owned(),
            }),
            Decision::Always { rule } => {
                let rule = policy::describe(&rule);
                Ok(Leave::Run {
                    prepared,
                    edited: false,
                    rule,
                })
            }
            Decision::Edit { code } => {
                let Subject::Code { language, .. } = &prepared.subject else {
                    // Only code can be edited; anything else is refused rather than guessed.
                    self.drop_call(
                        item,
                        settings.mode,
                        RunState::Skipped,
                        "Only code can be edited.",
                    );
                    return Ok(Leave::No(StoredResult::error("The user did not run this.")));
                };
                let language = language.clone();
                let content = json!({ "item": item, "content": code });
                self.emitter.note(
                    Some(item),
                    Chunk::new(Role::Server, kind::EDITED).content(content),
                );
                prepared.content = Value::from(code.clone());
                prepared.subject = Subject::Code { language, code };
                let again = self.rule_on(&prepared.subject, settings);
                if again.verdict == Verdict::Deny {
                    return Ok(Leave::No(self.block(item, &again, settings)));
                }
                let rule = "edited and approved by you".to_owned();
                Ok(Leave::Run {
                    prepared,
                    edited: true,
                    rule,
                })
            }
            Decision::Skip { reason } => {
                let rule = Some(ruling.rule);
                let note = reason.as_ref().map(|reason| format!("You said: {reason}"));
                self.note_run(&Run {
                    rule,
                    note,
                    ..run(item, RunState::Skipped, settings.mode)
                });
                match reason {
                    Some(reason) => Ok(Leave::No(StoredResult::error(format!(
                        "The user did not run this and said: {reason}"
                    )))),
                    None => Err((
                        StoredResult::error("The user chose not to run this."),
                        End::Skipped,
                    )),
                }
            }
        }
    }

    async fn execute(
        &mut self,
        item: &ItemId,
        tool: Arc<dyn Tool>,
        prepared: Prepared,
        rule: String,
        scene: &Scene,
        settings: &TurnSettings,
    ) -> (ToolOutput, Option<End>) {
        let started = Instant::now();
        let mut card = Run {
            rule: Some(rule),
            ..run(item, RunState::Running, settings.mode)
        };
        self.note_run(&card);
        let cancel = CancellationToken::new();
        let (events, mut from_tool) = mpsc::channel(TOOL_EVENTS);
        let (inputs, for_tool) = mpsc::channel(TOOL_EVENTS);
        let handle = ToolHandle {
            conversation: self.conversation.clone(),
            item: item.clone(),
            scene: scene.clone(),
            events,
            inputs: for_tool,
            cancel: cancel.clone(),
        };
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
                        SessionOp::Interrupt(named) if named == item => {
                            let _ = inputs.try_send(ToolInput::Interrupt);
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
    }
}

/// Format, content and digest of a confirmation: exactly what will run.
fn shown(prepared: &Prepared) -> (&'static str, Value, String) {
    match &prepared.subject {
        Subject::Code { language, code } => (
            "execution",
            json!({ "type": "code", "format": language, "content": code }),
            digest::of_code(language, code),
        ),
        Subject::Action { words, app, .. } => {
            let mut content = json!({ "words": words, "action": prepared.content });
            if let Some(app) = app {
                // What a rule that spares the next question would name.
                content["app"] = json!(app);
            }
            (
                "action",
                content,
                digest::of_call("action", &prepared.content),
            )
        }
        Subject::Tool { name } => (
            "tool",
            prepared.content.clone(),
            digest::of_call(name, &prepared.content),
        ),
    }
}
