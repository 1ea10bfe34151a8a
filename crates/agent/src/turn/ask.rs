//! Asks the person about a call, and does what they say.

use interpreter_protocol::{
    Chunk, ConfirmationId, Decision, ErrorCode, ItemId, OsState, Role, Run, RunState, Verdict,
    digest, kind,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::call::{Ground, Leave};
use super::run;
use crate::policy::{self, Ruling};
use crate::session::{End, SessionOp, State, Wake};
use crate::{Prepared, StoredResult, Subject, TurnSettings};

impl State {
    /// Asks the person, and waits.
    pub(super) async fn ask(
        &mut self,
        item: &ItemId,
        prepared: Prepared,
        ruling: Ruling,
        settings: &TurnSettings,
    ) -> Result<Leave, (StoredResult, End)> {
        let asked = Instant::now();
        let confirmation = ConfirmationId::new();
        let (format, content, bound) = shown(&prepared, &ruling);
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
                    let mut grant = None;
                    if let Decision::Always { rule, scope } = &decision {
                        let allowed = self.host.allow(&self.conversation, &self.own, rule, *scope);
                        match allowed {
                            Ok(id) => grant = Some(id),
                            Err(error) => {
                                let _ = command.reply.send(Err(error));
                                continue;
                            }
                        }
                    }
                    self.answered(asked);
                    command.accept();
                    let ruling = Ruling { grant, ..ruling };
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
                ground: Ground::you("approved by you"),
            }),
            Decision::Always { rule, .. } => {
                let rule = policy::describe(&rule);
                Ok(Leave::Run {
                    prepared,
                    edited: false,
                    ground: Ground {
                        rule,
                        grant: ruling.grant,
                    },
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
                Ok(Leave::Run {
                    prepared,
                    edited: true,
                    ground: Ground::you("edited and approved by you"),
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
}

/// Format, content and digest of a confirmation: exactly what will run.
fn shown(prepared: &Prepared, ruling: &Ruling) -> (&'static str, Value, String) {
    match &prepared.subject {
        Subject::Code { language, code } => (
            "execution",
            json!({ "type": "code", "format": language, "content": code }),
            digest::of_code(language, code),
        ),
        Subject::Action { words, reach, .. } => {
            let mut content = json!({ "words": words, "action": prepared.content });
            if let Some((app, tier)) = policy::offer(&prepared.subject) {
                // What a rule that spares the next question would name.
                content["app"] = json!(app);
                content["tier"] = json!(tier);
            }
            if reach.consequence.is_some() || reach.secret.is_some() {
                content["why"] = json!(ruling.rule);
            }
            let mut bound = digest::of_call("action", &prepared.content);
            if let Some((name, app)) = policy::offer_secret(&prepared.subject) {
                content["secret"] = json!({ "name": name, "app": app });
                // It is typed nowhere else than where the person was told.
                bound = digest::of_call("secret", &content);
            }
            ("action", content, bound)
        }
        Subject::Tool { name } => (
            "tool",
            prepared.content.clone(),
            digest::of_call(name, &prepared.content),
        ),
    }
}
