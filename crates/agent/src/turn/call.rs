//! Runs the calls of one answer, in order: policy, confirmation, run, result.

use std::collections::VecDeque;
use std::sync::Arc;

use interpreter_protocol::{Chunk, Item, ItemId, Mode, Role, Run, RunState, Verdict, kind};

use super::batch::{Batch, following};
use super::execute::Course;
use super::{Asked, Reply, is_action, run};
use crate::policy::{self, Ruling};
use crate::session::{End, State, Wake};
use crate::{Prepared, Scene, StoredPart, StoredResult, Subject, Tool, TurnSettings};

/// Said to the model of every action after one that was not done because the person
/// had used the computer.
const AFTER_PERSON: &str = "Not executed: the user used the computer before this. Decide anew.";

/// Said to the model of what was not run because the person ended the turn.
const ENDED: &str = "Not run: the user ended the turn before it.";

/// Said to the model of an action beyond what one turn may do. It reads it only once the
/// person lets it go on.
const LIMIT: &str = interpreter_llm::LIMIT_REACHED;

/// Said to the model of a call that the person took out of the queue.
const UNWANTED: &str = "The user removed this before its turn came.";

/// Why something may run.
pub(super) struct Ground {
    /// In words a person reads on the card.
    pub rule: String,
    /// The permission, where there is one to revoke.
    pub grant: Option<String>,
}

impl Ground {
    /// The person decided it.
    pub fn you(rule: &str) -> Self {
        Self {
            rule: rule.to_owned(),
            grant: None,
        }
    }
}

/// What the model is told of a call.
pub(super) struct Told {
    pub(super) result: StoredResult,
    /// Why further actions of the same answer are not done either, although it did not
    /// fail: what they were made for has changed.
    pub(super) upset: Option<&'static str>,
    /// It shows the screen, or says that it is as it was.
    pub(super) shown: bool,
}

impl From<StoredResult> for Told {
    fn from(result: StoredResult) -> Self {
        Self {
            result,
            upset: None,
            shown: false,
        }
    }
}

/// What the person, or a rule, said to a call.
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
pub(super) enum Leave {
    /// Run this; the code may have been edited.
    Run {
        prepared: Prepared,
        edited: bool,
        ground: Ground,
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
        let mut calls = VecDeque::from(calls);
        let mut batch = Batch::default();
        while let Some(asked) = calls.pop_front() {
            if self.unwanted.remove(&asked.item) {
                self.emitter.memo(&asked.item, |memo| {
                    memo.result = Some(StoredResult::error(UNWANTED));
                });
                continue;
            }
            self.note_queue(&calls, settings.mode);
            let action = asked.prepared.as_ref().is_ok_and(is_action);
            let next = calls.front().and_then(|next| {
                let memo = self.emitter.memos.get(&next.item);
                let call = memo.and_then(|memo| memo.call.as_ref())?;
                following(&asked, next, scene.model.shows_once(call))
            });
            let shows = asked.tool.clone();
            let stopped = asked.prepared.as_ref().ok();
            let stopped = stopped.and_then(|prepared| batch.stops(prepared));
            let result = match (asked.tool, asked.prepared) {
                _ if stopped.is_some() => {
                    let why = stopped.unwrap_or_default();
                    self.drop_call(&asked.item, settings.mode, RunState::Skipped, why);
                    Ok(StoredResult::error(why).into())
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
                    Ok(StoredResult::error(problem).into())
                }
                (Some(tool), Ok(prepared)) => {
                    let course = Course {
                        scene: &scene,
                        next: next.as_ref(),
                    };
                    self.run_call(&asked.item, tool, prepared, course, &settings)
                        .await
                }
                (_, Err(error)) => {
                    self.drop_call(&asked.item, settings.mode, RunState::Failed, &error.message);
                    Ok(StoredResult::error(error.message).into())
                }
                (None, Ok(_)) => Ok(StoredResult::error("There is no such tool.").into()),
            };
            let result = match result {
                Ok(told) if action => {
                    let unseen = batch.after(&told, next.as_ref());
                    let mut result = told.result;
                    let end = match shows.filter(|_| unseen) {
                        Some(tool) => {
                            let (parts, end) = self.view(&asked.item, &tool, &scene).await;
                            result.parts.extend(parts);
                            end
                        }
                        None => None,
                    };
                    match end {
                        Some(end) => Err((result, end)),
                        None => Ok(result),
                    }
                }
                other => other.map(|told| told.result),
            };
            match result {
                Ok(result) => {
                    self.emitter
                        .memo(&asked.item, |memo| memo.result = Some(result));
                }
                Err((result, end)) => {
                    self.emitter
                        .memo(&asked.item, |memo| memo.result = Some(result));
                    for rest in calls {
                        let (why, told) = match end {
                            End::Skipped => ("Not run: you skipped an earlier step.", ENDED),
                            End::Stopped => ("Not run: the turn was stopped before it.", ENDED),
                            End::Failed(_) => ("Not run: the turn ended before it.", LIMIT),
                        };
                        if !self.unwanted.remove(&rest.item) {
                            self.drop_call(&rest.item, settings.mode, RunState::Skipped, why);
                        }
                        let result = StoredResult::error(told);
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

    /// Says of code that waits which place it has in the queue.
    fn note_queue(&mut self, waiting: &VecDeque<Asked>, mode: Mode) {
        let waiting = waiting.iter().filter(|asked| {
            let prepared = asked.prepared.as_ref();
            prepared.is_ok_and(|prepared| {
                matches!(prepared.subject, Subject::Code { .. }) && prepared.problem.is_none()
            }) && !self.unwanted.contains(&asked.item)
        });
        let items: Vec<ItemId> = waiting.map(|asked| asked.item.clone()).collect();
        for (position, item) in (1..).zip(&items) {
            self.note_place(item, position, mode);
        }
    }

    fn note_place(&mut self, item: &ItemId, position: u32, mode: Mode) {
        let known = self.emitter.transcript.item(item);
        if known.and_then(|item| item.run.as_ref()?.position) == Some(position) {
            return;
        }
        self.note_run(&Run {
            position: Some(position),
            ..run(item, RunState::Queued, mode)
        });
    }

    /// Takes a call out of the queue; false when it does not wait there.
    pub(crate) fn take_out(&mut self, item: &ItemId) -> bool {
        let queued = |item: &Item| {
            let run = item.run.as_ref()?;
            Some((item.id.clone(), run.position?, run.mode))
        };
        let items = &self.emitter.transcript.items;
        let queue: Vec<_> = items.iter().filter_map(queued).collect();
        let Some((_, place, mode)) = queue.iter().find(|(id, ..)| id == item).cloned() else {
            return false;
        };
        self.unwanted.insert(item.clone());
        let note = "Removed from the queue by you.";
        self.drop_call(item, mode, RunState::Skipped, note);
        for (behind, position, mode) in queue {
            if position > place {
                self.note_place(&behind, position - 1, mode);
            }
        }
        true
    }

    async fn run_call(
        &mut self,
        item: &ItemId,
        tool: Arc<dyn Tool>,
        mut prepared: Prepared,
        course: Course<'_>,
        settings: &TurnSettings,
    ) -> Result<Told, (StoredResult, End)> {
        if let Err(end) = self.hold().await {
            let note = "Not run: stopped by you.";
            self.drop_call(item, settings.mode, RunState::Skipped, note);
            return Err((StoredResult::error("Not run: stopped by the user."), end));
        }
        // Asked anew: the person may just have allowed more, or less.
        let now = self.host.settings(&self.conversation, &self.own);
        if let Some(error) = self.over_limit(&prepared, &now) {
            let note = "Not done: the limit of this turn was reached.";
            self.drop_call(item, settings.mode, RunState::Skipped, note);
            return Err((StoredResult::error(LIMIT), error.into()));
        }
        prepared.subject = match self.known(item, &tool, &prepared, course.scene).await {
            Ok(subject) => subject,
            Err(end) => {
                let note = "Not run: stopped by you.";
                self.drop_call(item, settings.mode, RunState::Skipped, note);
                return Err((StoredResult::error("Not run: stopped by the user."), end));
            }
        };
        let ruling = self.rule_on(&prepared.subject, settings);
        let leave = match ruling.verdict {
            Verdict::Allow => Leave::Run {
                prepared,
                edited: false,
                ground: Ground {
                    rule: ruling.rule,
                    grant: ruling.grant,
                },
            },
            Verdict::Deny => Leave::No(self.block(item, &ruling, settings)),
            Verdict::Ask => self.ask(item, prepared, ruling, settings).await?,
        };
        let (prepared, edited, ground) = match leave {
            Leave::No(result) => return Ok(result.into()),
            Leave::Run {
                prepared,
                edited,
                ground,
            } => (prepared, edited, ground),
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
            .execute(item, tool, prepared, ground, Some(course), settings)
            .await;
        let stale = (output.state == RunState::Stale).then_some(AFTER_PERSON);
        let upset = output.upset.or(stale);
        let image = |part: &StoredPart| matches!(part, StoredPart::Image { .. });
        let shown = output.shown || output.parts.iter().any(image);
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
            None => Ok(Told {
                result,
                upset,
                shown,
            }),
            Some(end) => Err((result, end)),
        }
    }

    /// What a call is about, as things are now. Stop ends the wait for it.
    async fn known(
        &mut self,
        item: &ItemId,
        tool: &Arc<dyn Tool>,
        prepared: &Prepared,
        scene: &Scene,
    ) -> Result<Subject, End> {
        if !is_action(prepared) {
            return Ok(prepared.subject.clone());
        }
        let intent = self.intent(item);
        let mut asked = tool.subject(prepared, scene, &intent);
        loop {
            match self.wait(&mut asked).await {
                Wake::Done(subject) => return Ok(subject),
                Wake::Command(command) => {
                    if let Some(end) = self.busy(command) {
                        return Err(end);
                    }
                }
            }
        }
    }

    /// What the model said before the call, in the same answer.
    fn intent(&self, item: &ItemId) -> String {
        let items = &self.emitter.transcript.items;
        let at = items.iter().rposition(|known| known.id == *item);
        let mut before = items[..at.unwrap_or(0)].iter().rev();
        let said = |item: &&Item| item.role == Role::Assistant;
        let text = before
            .by_ref()
            .take_while(said)
            .find(|item| item.kind == kind::MESSAGE)
            .and_then(|item| item.content.as_str());
        text.unwrap_or_default().to_owned()
    }

    pub(super) fn rule_on(&self, subject: &Subject, settings: &TurnSettings) -> Ruling {
        // Asked anew each time: the person may just have allowed or forbidden something.
        let now = self.host.settings(&self.conversation, &self.own);
        let law = policy::Law {
            mode: settings.mode,
            os: settings.os,
            folder: &now.folder,
            rules: &now.rules,
        };
        policy::decide(subject, &law)
    }

    pub(super) fn block(
        &mut self,
        item: &ItemId,
        ruling: &Ruling,
        settings: &TurnSettings,
    ) -> StoredResult {
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
}
