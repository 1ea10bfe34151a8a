//! The first verb: does what an op asks.

use std::sync::PoisonError;
use std::time::Duration;

use interpreter_agent::SessionOp;
use interpreter_protocol::{
    ConversationId, Decision, Error, ErrorCode, Grant, Op, Receipt, Scope, UserPart,
};
use interpreter_settings::Settings;
use serde_json::{Map, Value};

use crate::{Engine, attach};

/// After an action on one of our own windows nothing can be approved for this long.
const OWN_WINDOW: Duration = Duration::from_secs(1);

impl Engine {
    /// Does something. Returns once it is accepted, not once it is finished.
    ///
    /// # Errors
    /// What was refused and why, with a remedy.
    pub async fn submit(&self, op: Op) -> Result<Receipt, Error> {
        match op {
            Op::Submit {
                conversation,
                content,
                settings,
            } => self.say(conversation, &content, settings).await,
            Op::Answer {
                conversation,
                confirmation,
                digest,
                decision,
            } => {
                self.may_approve(&decision)?;
                let op = SessionOp::Answer {
                    confirmation,
                    digest,
                    decision,
                };
                self.send(&conversation, op, "this approval is no longer waiting")
                    .await
            }
            Op::Input {
                conversation,
                request,
                text,
            } => {
                let op = SessionOp::Input { request, text };
                self.send(&conversation, op, "nothing waits for input there")
                    .await
            }
            Op::Interrupt {
                conversation,
                item,
                kill,
            } => {
                let op = SessionOp::Interrupt { item, kill };
                self.send(&conversation, op, "nothing runs there").await
            }
            Op::RunCode {
                conversation,
                language,
                code,
            } => {
                // To run code is to approve it.
                self.may_approve(&Decision::Run)?;
                let op = SessionOp::RunCode { language, code };
                self.edit(&conversation, op).await
            }
            Op::Continue {
                conversation,
                settings,
            } => {
                Settings::check(&settings)?;
                let op = SessionOp::Continue { settings };
                self.edit(&conversation, op).await
            }
            Op::Mark {
                conversation,
                number,
                wrong,
                note,
            } => {
                let op = SessionOp::Mark {
                    number,
                    wrong,
                    note,
                };
                self.edit(&conversation, op).await
            }
            Op::Replay {
                conversation,
                numbers,
            } => {
                // To have steps done is to approve them.
                self.may_approve(&Decision::Run)?;
                self.replay(&conversation, numbers).await
            }
            Op::Truncate { conversation, item } => {
                self.edit(&conversation, SessionOp::Truncate(item)).await
            }
            Op::Arrange {
                conversation,
                pinned,
                archived,
            } => {
                let op = SessionOp::Arrange { pinned, archived };
                self.edit(&conversation, op).await
            }
            Op::Stop { conversation } => {
                self.stop_screen(&conversation);
                match self.inner.live.open(&conversation).await {
                    Some(session) => session.send(SessionOp::Stop).await,
                    None => Ok(Receipt::default()),
                }
            }
            Op::Panic => {
                self.inner
                    .computer
                    .gate()
                    .stop(interpreter_computer::StoppedBy::Caller("panic".to_owned()));
                for (_, session) in self.inner.live.all().await {
                    session.send(SessionOp::Stop).await?;
                }
                Ok(Receipt::default())
            }
            Op::Resume { conversation } => {
                self.may_approve(&Decision::Run)?;
                if self.inner.host.drives(&conversation) {
                    self.inner.computer.gate().resume()?;
                }
                self.send(&conversation, SessionOp::Resume, "it is not open")
                    .await
            }
            Op::Pause { conversation } => {
                if self.inner.host.drives(&conversation) {
                    self.inner.computer.gate().pause();
                }
                let pause = SessionOp::Pause("Resume looks again first.".to_owned());
                self.send(&conversation, pause, "it is not open").await
            }
            Op::Configure { scope, values } => self.configure(scope, values).await,
            Op::Undo { conversation } => self.edit(&conversation, SessionOp::Undo).await,
            Op::Reset { conversation } => self.edit(&conversation, SessionOp::Reset).await,
            Op::Rename {
                conversation,
                title,
            } => self.edit(&conversation, SessionOp::Rename(title)).await,
            Op::Delete { conversation } => {
                self.stop_screen(&conversation);
                self.delete(&conversation).await
            }
            Op::Duplicate {
                conversation,
                before,
            } => self.duplicate(&conversation, before.as_ref()).await,
            Op::Restore { conversation } => self.restore(&conversation).await,
            Op::DeleteOlder { before } => self.delete_older(before).await,
            Op::Import { name, content } => self.import(&name, &content).await,
            Op::SetSecret { name, value } => self.set_secret(&name, value).await,
            Op::SaveTypingSecret { secret, value } => {
                // To save one is to allow that it is typed.
                self.may_approve(&Decision::Run)?;
                self.save_typing_secret(secret, value).await
            }
            Op::DeleteTypingSecret { name } => self.delete_typing_secret(&name).await,
            Op::SaveProfile {
                name,
                content,
                conversation,
            } => {
                self.save_profile(&name, content.as_deref(), conversation.as_ref())
                    .await
            }
            Op::DeleteProfile { name } => self.delete_profile(&name).await,
            Op::Replace {
                selection,
                text,
                after,
            } => self.replace(&selection, &text, after).await,
            Op::Grant { grant } => self.grant(grant),
            Op::Revoke { grant } => self.revoke(&grant),
            _ => Err(Error::new(
                ErrorCode::BadInput,
                "This version does not know what was asked. Nothing was done.",
            )),
        }
    }

    async fn say(
        &self,
        conversation: Option<ConversationId>,
        content: &[UserPart],
        settings: Map<String, Value>,
    ) -> Result<Receipt, Error> {
        Settings::check(&settings)?;
        let chunks = attach::content(&self.inner.host, content)?;
        let session = match conversation {
            Some(conversation) => self.inner.live.session(&conversation).await?,
            None => {
                let words = attach::first_words(content);
                self.inner.live.create(words, &settings).await?.1
            }
        };
        session
            .send(SessionOp::Submit {
                content: chunks,
                settings,
            })
            .await
    }

    /// Sends to a conversation that must already be open here.
    async fn send(
        &self,
        conversation: &ConversationId,
        op: SessionOp,
        otherwise: &str,
    ) -> Result<Receipt, Error> {
        match self.inner.live.open(conversation).await {
            Some(session) => session.send(op).await,
            None => Err(Error::new(
                ErrorCode::StaleConfirmation,
                format!(
                    "Nothing was done: {otherwise}. The conversation is not open in this program."
                ),
            )),
        }
    }

    /// Sends to a conversation, opening it for writing if need be.
    async fn edit(&self, conversation: &ConversationId, op: SessionOp) -> Result<Receipt, Error> {
        self.inner.live.session(conversation).await?.send(op).await
    }

    /// Input of our own making can never approve anything (design, section 7).
    fn may_approve(&self, decision: &Decision) -> Result<(), Error> {
        if matches!(decision, Decision::Skip { .. }) {
            return Ok(());
        }
        if self
            .inner
            .computer
            .gate()
            .acted_on_own_window_within(OWN_WINDOW)
        {
            return Err(Error::new(
                ErrorCode::ApprovalRefused,
                "Nothing was approved: the assistant has just used mouse or keyboard on this window.",
            )
            .remedy("Wait a second and approve again."));
        }
        Ok(())
    }

    pub(crate) fn stop_screen(&self, conversation: &ConversationId) {
        let gate = self.inner.computer.gate();
        if gate
            .holder()
            .as_ref()
            .is_some_and(|holder| holder.0 == conversation.0)
        {
            gate.stop(interpreter_computer::StoppedBy::Caller("you".to_owned()));
        }
    }

    async fn configure(&self, scope: Scope, values: Map<String, Value>) -> Result<Receipt, Error> {
        Settings::check(&values)?;
        match scope {
            Scope::Conversation { conversation } => {
                if let Some(Value::String(profile)) = values.get("profile") {
                    let settings = self.inner.host.settings.read();
                    let settings = settings.unwrap_or_else(PoisonError::into_inner);
                    if let Some(problem) = settings.profile_problems(profile).into_iter().next() {
                        return Err(problem.into());
                    }
                }
                self.edit(&conversation, SessionOp::Configure(values)).await
            }
            saved => {
                self.inner.host.save(&saved, &values)?;
                Ok(Receipt::default())
            }
        }
    }

    fn grant(&self, mut grant: Grant) -> Result<Receipt, Error> {
        if grant.id.is_empty() {
            grant.id = uuid::Uuid::new_v4().simple().to_string();
        }
        self.inner.host.add_grant(grant)?;
        Ok(Receipt::default())
    }

    fn revoke(&self, id: &str) -> Result<Receipt, Error> {
        if self.inner.host.remove_grant(id)? {
            Ok(Receipt::default())
        } else {
            Err(Error::new(
                ErrorCode::UnknownItem,
                "There is no such permission any more.",
            ))
        }
    }
}
