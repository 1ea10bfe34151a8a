//! Recorded steps the person does again: no model asks for them. Each goes where its
//! element is now, through the same policy and the same tool; the first whose place
//! cannot be told ends it. A model hears of them with its next request.

use std::sync::Arc;

use interpreter_llm::RAN_BY_USER;
use interpreter_protocol::{
    Chunk, ConversationId, Effect, Error, ErrorCode, ItemId, OsState, Outcome, Receipt, Role, Run,
    RunState, Step, Verdict, kind,
};
use serde_json::json;

use super::call::{Ground, Leave};
use super::control::Control;
use super::run;
use crate::session::{Command, End, State, Wake};
use crate::{Prepared, StoredPart, StoredResult, Tool, ToolError, TurnSettings, policy};

/// Why a replay ended before its last step.
enum Stop {
    /// As a turn ends.
    End(End),
    /// At this step, for this reason.
    Step(String),
}

impl From<End> for Stop {
    fn from(end: End) -> Self {
        Self::End(end)
    }
}

impl State {
    /// Does recorded steps again, and says that it is over.
    pub(crate) async fn replay(&mut self, command: Command, from: &ConversationId, steps: &[Step]) {
        self.control = Control::default();
        // No message of the person begins this turn, so it says itself that it begins.
        let begun = Chunk::new(Role::Server, kind::STATUS).content("started");
        self.emitter.note(None, begun);
        let written = match self.emitter.take_failure() {
            Some(error) => Err(error),
            None => Ok(Receipt {
                conversation: Some(self.conversation.clone()),
                ..Receipt::default()
            }),
        };
        let runs = written.is_ok();
        let _ = command.reply.send(written);
        if !runs {
            return;
        }
        let mut state = OsState::Finished;
        for (index, step) in steps.iter().enumerate() {
            let rest: Vec<u32> = steps[index..].iter().map(|step| step.number).collect();
            match self.replay_one(step).await {
                Ok(()) => {}
                Err(Stop::Step(why)) => {
                    let error = stopped_at(step, from, &rest, &why);
                    self.emitter.error(&error);
                    state = OsState::Stopped;
                    break;
                }
                Err(Stop::End(end)) => {
                    if let End::Failed(error) = &end {
                        self.emitter.error(error);
                    }
                    state = OsState::Stopped;
                    break;
                }
            }
        }
        if let Some(error) = self.emitter.take_failure() {
            tracing::error!(code = %error.code.as_str(), "the conversation could not be written");
        }
        self.note_os(state, "");
        let conversation = self.conversation.clone();
        let own = self.own.clone();
        // No model was used, so none is remembered.
        self.host.turn_over(&conversation, &own, "").await;
        self.complete();
        let _ = self.emitter.take_failure();
    }

    async fn replay_one(&mut self, step: &Step) -> Result<(), Stop> {
        self.hold().await?;
        let settings = self.host.settings(&self.conversation, &self.own);
        let chunk = Chunk::new(Role::User, kind::ACTION)
            .format("computer")
            .content(step.action.clone())
            .with("replays", step.number)
            .with(
                "frame",
                serde_json::to_value(&step.frame).unwrap_or_default(),
            );
        let item = self.emitter.whole(chunk);
        self.note_run(&run(&item, RunState::Queued, settings.mode));
        self.note_os(
            OsState::Looking,
            &format!("Looking for step {}", step.number),
        );
        let told = match self.go(step, &item, &settings).await {
            Ok(told) => told,
            Err(stop) => {
                let why = match &stop {
                    Stop::Step(why) => why.as_str(),
                    Stop::End(_) => "Not done: it was stopped.",
                };
                self.tell_of(&item, step, &format!("Not done. {why}"));
                return Err(stop);
            }
        };
        self.tell_of(&item, step, &told);
        match self.emitter.has_failed() {
            true => Err(Stop::End(End::Stopped)),
            false => Ok(()),
        }
    }

    /// Finds its place, asks where that is due, and does it. What is told of it.
    async fn go(
        &mut self,
        step: &Step,
        item: &ItemId,
        settings: &TurnSettings,
    ) -> Result<String, Stop> {
        let (tool, prepared) = match self.place(step, item, settings).await? {
            Ok(found) => found,
            Err(why) => {
                self.refuse(item, settings, RunState::Stale, &why);
                return Err(Stop::Step(why));
            }
        };
        let now = self.host.settings(&self.conversation, &self.own);
        let law = policy::Law {
            mode: settings.mode,
            os: settings.os,
            folder: &now.folder,
            rules: &now.rules,
        };
        let ruling = policy::decide_again(&prepared.subject, &law);
        let (prepared, ground) = match ruling.verdict {
            Verdict::Allow => {
                let ground = Ground {
                    rule: ruling.rule,
                    grant: ruling.grant,
                };
                (prepared, ground)
            }
            Verdict::Deny => {
                let why = format!("Not allowed by a rule: {}.", ruling.rule);
                self.refuse(item, settings, RunState::Blocked, &why);
                return Err(Stop::Step(why));
            }
            Verdict::Ask => match self.ask(item, prepared, ruling, settings).await {
                Ok(Leave::Run {
                    prepared, ground, ..
                }) => (prepared, ground),
                Ok(Leave::No(_)) => return Err(Stop::Step("You did not want it.".to_owned())),
                Err((_, end)) => return Err(Stop::End(end)),
            },
        };
        let (output, end) = self
            .execute(item, tool, prepared, ground, None, settings)
            .await;
        if let Some(end) = end {
            return Err(Stop::End(end));
        }
        let told: Vec<String> = output
            .parts
            .into_iter()
            .filter_map(|part| match part {
                StoredPart::Text(text) => Some(text),
                StoredPart::Image { .. } => None,
            })
            .collect();
        match output.is_error || output.state == RunState::Stale {
            true => {
                let why = output.note.unwrap_or_else(|| told.join(" "));
                Err(Stop::Step(why))
            }
            false => Ok(told.join("\n")),
        }
    }

    /// Where the step goes now, or why that cannot be told.
    async fn place(
        &mut self,
        step: &Step,
        item: &ItemId,
        settings: &TurnSettings,
    ) -> Result<Result<(Arc<dyn Tool>, Prepared), String>, Stop> {
        let tools = self.host.tools(&self.conversation);
        let mode = settings.mode;
        for tool in &tools {
            let Some(mut finding) = tool.again(step, mode) else {
                continue;
            };
            loop {
                match self.wait(&mut finding).await {
                    Wake::Done(Ok(prepared)) => return Ok(Ok((Arc::clone(tool), prepared))),
                    Wake::Done(Err(ToolError { message })) => return Ok(Err(message)),
                    Wake::Command(command) => {
                        if let Some(end) = self.busy(command) {
                            let note = "Not run: stopped by you.";
                            self.drop_call(item, mode, RunState::Stopped, note);
                            return Err(Stop::End(end));
                        }
                    }
                }
            }
        }
        Ok(Err("No step can be done again here.".to_owned()))
    }

    fn refuse(&mut self, item: &ItemId, settings: &TurnSettings, state: RunState, why: &str) {
        let effect = Effect {
            outcome: Outcome::Refused,
            detail: why.to_owned(),
        };
        let content = serde_json::to_value(effect).unwrap_or_default();
        let chunk = Chunk::new(Role::Computer, kind::EFFECT).content(content);
        self.emitter.note(Some(item), chunk);
        self.note_run(&Run {
            note: Some(why.to_owned()),
            ..run(item, state, settings.mode)
        });
    }

    /// What a model is told of it later on: made once.
    fn tell_of(&mut self, item: &ItemId, step: &Step, what: &str) {
        let action = step.action.get("action").and_then(|name| name.as_str());
        let words = action.unwrap_or("an action").replace('_', " ");
        let text = format!("{RAN_BY_USER}recorded screen action again ({words}):\n{what}");
        self.emitter.memo(item, |memo| {
            memo.result = Some(StoredResult::text(text));
        });
    }
}

/// What is said where it stopped, with what is left to go on with.
fn stopped_at(step: &Step, from: &ConversationId, rest: &[u32], why: &str) -> Error {
    let number = step.number;
    let message = format!("The replay stopped at step {number}. {why}");
    let remedy =
        "Put the window back as it was and go on from this step, or go on from the next one.";
    Error::new(ErrorCode::ToolFailed, message)
        .remedy(remedy)
        .param("replay", from.as_str())
        .param("step", number)
        .param("numbers", json!(rest))
}
