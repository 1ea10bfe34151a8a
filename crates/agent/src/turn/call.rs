//! Runs the calls of one answer, in order: policy, confirmation, run, result.

use std::collections::VecDeque;
use std::sync::Arc;

use interpreter_protocol::{Chunk, Item, ItemId, Mode, Role, Run, RunState, Verdict, kind};

use super::{Asked, Reply, is_action, run};
use crate::policy::{self, Ruling};
use crate::session::{End, State};
use crate::{Prepared, Scene, StoredPart, StoredResult, Subject, Tool, TurnSettings};

/// Said to the model of every action after one that failed, word for word as Anthropic wants it.
const AFTER_FAILURE: &str = "Not executed: an earlier computer action in this turn failed.";

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

/// What the person, or a rule, said to a call.
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
        let mut action_failed = false;
        while let Some(asked) = calls.pop_front() {
            if self.unwanted.remove(&asked.item) {
                self.emitter.memo(&asked.item, |memo| {
                    memo.result = Some(StoredResult::error(UNWANTED));
                });
                continue;
            }
            self.note_queue(&calls, settings.mode);
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
                        if !self.unwanted.remove(&rest.item) {
                            self.drop_call(&rest.item, settings.mode, state, why);
                        }
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
        prepared: Prepared,
        scene: &Scene,
        settings: &TurnSettings,
    ) -> Result<StoredResult, (StoredResult, End)> {
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
            Leave::No(result) => return Ok(result),
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
            .execute(item, tool, prepared, ground, Some(scene), settings)
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

    pub(super) fn rule_on(&self, subject: &Subject, settings: &TurnSettings) -> Ruling {
        // Asked anew each time: the person may just have allowed or forbidden something.
        let rules = self.host.settings(&self.conversation, &self.own).rules;
        policy::decide(subject, settings.mode, settings.os, &rules)
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
