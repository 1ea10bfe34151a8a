//! Starts the replay of recorded steps, in a conversation of its own.

use interpreter_agent::SessionOp;
use interpreter_protocol::{ConversationId, Error, ErrorCode, Mode, Receipt, Step};
use serde_json::{Map, Value};

use crate::Engine;

/// The title of a conversation that repeats another one's steps begins so.
const TITLE: &str = "Replay of ";

impl Engine {
    /// Does recorded steps of a conversation again, in a new one.
    pub(crate) async fn replay(
        &self,
        from: &ConversationId,
        numbers: Option<Vec<u32>>,
    ) -> Result<Receipt, Error> {
        let id = from.clone();
        let recorded = self.with_store(move |store| store.read(&id)).await?;
        let transcript = &recorded.transcript;
        let mut steps: Vec<Step> = transcript.steps().cloned().collect();
        steps.sort_by_key(|step| step.number);
        if let Some(numbers) = &numbers {
            if let Some(missing) = numbers
                .iter()
                .find(|number| transcript.step(**number).is_none())
            {
                let message = format!("Nothing was done: there is no step {missing} there.");
                return Err(Error::new(ErrorCode::UnknownItem, message));
            }
            steps.retain(|step| numbers.contains(&step.number));
        }
        if steps.is_empty() {
            return Err(Error::new(
                ErrorCode::NotNow,
                "Nothing was done: no step on the screen was recorded there.",
            ));
        }
        let mut own = recorded.overrides.clone();
        own.insert("os".to_owned(), Value::Bool(true));
        if self.inner.host.values(&own).mode == Mode::ChatOnly {
            return Err(Error::new(
                ErrorCode::ApprovalRefused,
                "Nothing was done: in the mode Chat only nothing runs.",
            )
            .remedy("Change the mode of the conversation first."));
        }
        let title = match transcript.meta.title.strip_prefix(TITLE) {
            Some(title) => format!("{TITLE}{title}"),
            None => format!("{TITLE}{}", transcript.meta.title),
        };
        let (id, session) = self.inner.live.create(&title, &Map::new()).await?;
        session.send(SessionOp::Configure(own)).await?;
        session.send(SessionOp::Rename(title)).await?;
        let replay = SessionOp::Replay {
            from: from.clone(),
            steps,
        };
        let receipt = session.send(replay).await?;
        Ok(Receipt {
            conversation: Some(id),
            ..receipt
        })
    }
}
