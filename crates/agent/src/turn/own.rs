//! Code the person runs: no model asks for it, so nothing is confirmed, and the model
//! hears of it with its next request.

use std::sync::Arc;

use interpreter_protocol::{Chunk, Error, ErrorCode, Receipt, Role, Verdict};

use super::call::Ground;
use super::control::Control;
use crate::session::{Command, State};
use crate::{Prepared, Tool, TurnSettings, context, policy};

impl State {
    /// Runs code of the person's to its end, whatever that is, and says so.
    pub(crate) async fn run_own(&mut self, command: Command, language: &str, code: &str) {
        self.control = Control::default();
        let settings = self.host.settings(&self.conversation, &self.own);
        let (tool, prepared) = match self.own_code(language, code, &settings) {
            Ok(found) => found,
            Err(error) => {
                let _ = command.reply.send(Err(error));
                return;
            }
        };
        let mut chunk = Chunk::new(Role::User, prepared.kind).content(prepared.content.clone());
        chunk.format.clone_from(&prepared.format);
        let item = self.say(vec![chunk]);
        let written = match self.emitter.take_failure() {
            // What cannot be recorded does not run.
            Some(error) => Err(error),
            None => Ok(Receipt {
                conversation: Some(self.conversation.clone()),
                item: item.clone(),
                ..Receipt::default()
            }),
        };
        let runs = written.is_ok();
        let _ = command.reply.send(written);
        let Some(item) = item.filter(|_| runs) else {
            return;
        };
        let language = prepared.format.clone().unwrap_or_default();
        let ground = Ground::you("run by you");
        let (output, _) = self
            .execute(&item, tool, prepared, ground, None, &settings)
            .await;
        let told = context::told_of_run(&language, code, output.parts);
        self.emitter.memo(&item, |memo| memo.result = Some(told));
        if let Some(error) = self.emitter.take_failure() {
            tracing::error!(code = %error.code.as_str(), "the conversation could not be written");
        }
        let conversation = self.conversation.clone();
        // No model was used, so none is remembered.
        let own = self.own.clone();
        self.host.turn_over(&conversation, &own, "").await;
        self.complete();
        let _ = self.emitter.take_failure();
    }

    fn own_code(
        &self,
        language: &str,
        code: &str,
        settings: &TurnSettings,
    ) -> Result<(Arc<dyn Tool>, Prepared), Error> {
        let found = self
            .host
            .tools(&self.conversation)
            .into_iter()
            .find_map(|tool| {
                let prepared = tool.code(language, code)?;
                Some((tool, prepared))
            });
        let Some((tool, prepared)) = found else {
            return Err(Error::new(
                ErrorCode::NotNow,
                "Nothing was run: no code can be run here.",
            ));
        };
        if let Some(problem) = &prepared.problem {
            let message = format!("{problem} Nothing was run.");
            return Err(Error::new(ErrorCode::BadInput, message));
        }
        let law = policy::Law {
            mode: settings.mode,
            os: settings.os,
            folder: &settings.folder,
            rules: &settings.rules,
        };
        let ruling = policy::decide_own(&prepared.subject, &law);
        if ruling.verdict == Verdict::Deny {
            let message = format!("Nothing was run: {}.", ruling.rule);
            return Err(Error::new(ErrorCode::ApprovalRefused, message)
                .remedy("Change the mode or the rule first.")
                .param("rule", ruling.rule));
        }
        Ok((tool, prepared))
    }
}
