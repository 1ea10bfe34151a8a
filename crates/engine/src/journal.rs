//! Writes a conversation and then tells everyone.

use interpreter_agent::{Entry, Journal};
use interpreter_protocol::{Chunk, Error, Event, ItemId, Role, kind};
use interpreter_store::{Record, Writer};
use serde_json::{Map, Value};

use crate::hub::Hub;

pub(crate) struct StoreJournal {
    pub writer: Writer,
    pub hub: Hub,
}

impl Journal for StoreJournal {
    fn append(&mut self, entries: Vec<Entry>) -> Result<Vec<Event>, Error> {
        let records: Vec<Record> = entries
            .into_iter()
            .map(|entry| Record {
                item: entry.item,
                chunk: entry.chunk,
            })
            .collect();
        let events = self.writer.append(&records)?;
        for event in &events {
            self.hub.tell(event.clone());
        }
        Ok(events)
    }

    fn memo(&mut self, item: &ItemId, memo: &Value) -> Result<(), Error> {
        Ok(self.writer.provider(item, memo)?)
    }

    fn overrides(&mut self, values: &Map<String, Value>) -> Result<(), Error> {
        Ok(self.writer.overrides(values)?)
    }

    fn unsaved(&mut self, error: &Error) {
        let conversation = self.writer.id().clone();
        let tell = |chunk: Chunk, item| {
            self.hub.tell(Event {
                conversation: conversation.clone(),
                seq: 0,
                item,
                chunk,
            });
        };
        let content = serde_json::to_value(error).unwrap_or_default();
        let chunk = Chunk::new(Role::Server, kind::ERROR)
            .format(error.code.as_str())
            .content(content);
        tell(chunk, Some(ItemId::new()));
        tell(
            Chunk::new(Role::Server, kind::STATUS).content("complete"),
            None,
        );
    }
}
