//! Conversations as a collection: copies, the bin, export and import, finding text, costs.

mod bin;
mod retention;

use std::path::Path;

use interpreter_protocol::{
    Answer, ConversationId, Costs, Error, ErrorCode, ExportFormat, ItemId, Receipt, Storage,
};
use interpreter_store::Store;
use serde_json::Map;

use crate::{Engine, clock, log};

pub(crate) use bin::Bin;

/// Begins what goes on beside all conversations; ends with the engine.
pub(crate) fn keep_house(engine: &Engine) {
    bin::empty_leftovers(engine);
    retention::watch(engine);
}

impl Engine {
    /// Copies a conversation, whole or up to an item.
    pub(crate) async fn duplicate(
        &self,
        conversation: &ConversationId,
        before: Option<&ItemId>,
    ) -> Result<Receipt, Error> {
        let (id, before) = (conversation.clone(), before.cloned());
        let made = self
            .with_store(move |store| store.copy(&id, before.as_ref()))
            .await?;
        Ok(named(made))
    }

    /// Makes a conversation of a file.
    pub(crate) async fn import(&self, name: &str, content: &str) -> Result<Receipt, Error> {
        let (name, content) = (name.to_owned(), content.to_owned());
        let made = self
            .with_store(move |store| store.import(&name, &content))
            .await?;
        Ok(named(made))
    }

    /// The list.
    pub(crate) async fn conversations(&self, limit: Option<u32>) -> Result<Answer, Error> {
        let conversations = self.with_store(move |store| store.list(limit)).await?;
        Ok(Answer::Conversations { conversations })
    }

    /// Titles and items that contain a text.
    pub(crate) async fn search(&self, text: String, limit: u32) -> Result<Answer, Error> {
        let hits = self
            .with_store(move |store| store.search(&text, limit))
            .await?;
        Ok(Answer::Search { hits })
    }

    /// Where a text stands.
    pub(crate) async fn find(
        &self,
        conversation: &ConversationId,
        text: &str,
    ) -> Result<Answer, Error> {
        let (id, text) = (conversation.clone(), text.to_owned());
        let hits = self.with_store(move |store| store.find(&id, &text)).await?;
        Ok(Answer::Find { hits })
    }

    /// One conversation as a file.
    pub(crate) async fn export(
        &self,
        conversation: &ConversationId,
        format: ExportFormat,
        screenshots: bool,
    ) -> Result<Answer, Error> {
        let id = conversation.clone();
        let file = self
            .with_store(move |store| store.export(&id, format, screenshots, &log::redact))
            .await?;
        Ok(Answer::File {
            name: file.name,
            media_type: file.media_type,
            text: file.text,
        })
    }

    /// What was spent.
    pub(crate) async fn costs(&self) -> Result<Answer, Error> {
        let (today, month) = (clock::day(), clock::month());
        let (day, month) = self
            .with_store(move |store| Ok((store.spent(today)?, store.spent(month)?)))
            .await?;
        let values = self.inner.host.values(&Map::new());
        Ok(Answer::Costs(Costs {
            day: day.usd,
            month: month.usd,
            day_limit: values.max_budget_day,
            month_limit: values.max_budget_month,
            incomplete: day.incomplete || month.incomplete,
        }))
    }

    /// What is kept on this disk.
    pub(crate) async fn storage(&self) -> Result<Answer, Error> {
        let logs = self.inner.paths.logs();
        let (sizes, logs) = self
            .with_store(move |store| Ok((store.sizes()?, folder_size(&logs))))
            .await?;
        Ok(Answer::Storage(Storage {
            conversations: sizes.conversations,
            bytes: sizes.bytes,
            pictures: sizes.pictures,
            logs,
            secrets: self.inner.host.secrets.place(),
        }))
    }

    /// Asks the store beside the tasks: it may read very much.
    pub(crate) async fn with_store<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Store) -> Result<T, interpreter_store::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.inner.host.store.clone();
        let done = tokio::task::spawn_blocking(move || ask(&store)).await;
        match done {
            Ok(answer) => Ok(answer?),
            Err(_) => Err(Error::new(
                ErrorCode::Internal,
                "A defect of Interpreter: the conversations could not be asked. Nothing was changed.",
            )),
        }
    }
}

fn named(conversation: ConversationId) -> Receipt {
    Receipt {
        conversation: Some(conversation),
        ..Receipt::default()
    }
}

/// Bytes of the files in a folder.
fn folder_size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}
