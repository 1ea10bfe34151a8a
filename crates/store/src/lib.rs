//! Keeps conversations: append-only files, and an index derived from them.
//!
//! The central type is the [`Store`]; a [`Writer`] is the only way to add to a
//! conversation, and there is one per conversation on the whole machine.
//!
//! The one decision: the files are the truth. What is appended is on its way to
//! the disk before anyone is told of it, no byte is ever rewritten, and whatever
//! can be computed (the list, the search, costs) lies in an index that may be
//! deleted at any time.

mod blob;
mod error;
mod folders;
mod import;
mod index;
mod line;
mod lock;
mod log;
mod name;
mod remove;
mod spool;
mod writer;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use interpreter_protocol::{
    ConversationId, ConversationMeta, ConversationSummary, Event, ItemId, SearchHit, Transcript,
};
use serde_json::{Map, Value};

pub use error::Error;
pub use line::Record;
pub use spool::Spool;
pub use writer::Writer;

use folders::{Folders, Source};

/// All conversations of a data folder. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    folders: Folders,
    index: index::Index,
}

/// What is known of a conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recorded {
    /// Items, meta, usage: the fold of all events. Items without an end flag
    /// and runs in a state that is not final are what a crash left behind.
    pub transcript: Transcript,
    /// Opaque vendor data by item; never shown and never exported.
    pub provider: HashMap<ItemId, Value>,
    /// Settings of this conversation.
    pub overrides: Map<String, Value>,
    /// Why it cannot be written here, if so: another program writes it, or a
    /// newer version wrote it.
    pub read_only: Option<Error>,
    /// Milliseconds since 1970.
    pub created: u64,
    /// Lines of the file that make no sense. They were skipped, and are kept in the file.
    pub damaged: u32,
}

impl Store {
    /// Opens a data folder and creates its parts: `conversations/`, `blobs/`,
    /// `outputs/`, `locks/`. Reads nothing yet.
    pub fn open(data: &Path) -> Result<Self, Error> {
        let folders = Folders::create(data)?;
        let index = index::Index::new(folders.clone());
        Ok(Self {
            inner: Arc::new(Inner { folders, index }),
        })
    }

    /// Begins a conversation, named after its first words and the time.
    pub fn create(&self, first_words: &str, meta: &ConversationMeta) -> Result<Writer, Error> {
        Writer::create(self.clone(), first_words, meta)
    }

    /// Opens a conversation to add to it. An old `*.json` one becomes a file of
    /// today's format first; the old file stays. Errors: [`Error::Locked`],
    /// [`Error::NewerFormat`], [`Error::UnknownConversation`], [`Error::CannotRead`],
    /// [`Error::CannotSave`].
    pub fn write(&self, id: &ConversationId) -> Result<Writer, Error> {
        Writer::open(self.clone(), id)
    }

    /// Reads a conversation, also while another program writes it.
    pub fn read(&self, id: &ConversationId) -> Result<Recorded, Error> {
        let folders = &self.inner.folders;
        match folders.source(id)? {
            Source::Log(path) => {
                let (mut recorded, _) = log::fold(&path, id)?;
                if recorded.read_only.is_none()
                    && let Some(holder) = lock::holder(folders, id)
                {
                    recorded.read_only = Some(Error::Locked {
                        conversation: id.clone(),
                        holder,
                    });
                }
                Ok(recorded)
            }
            Source::Old(path) => import::read(self, id, &path),
        }
    }

    /// The events of a conversation whose number is higher than `after`.
    pub fn events(&self, id: &ConversationId, after: u64) -> Result<Vec<Event>, Error> {
        match self.inner.folders.source(id)? {
            Source::Log(path) => log::events(&path, id, after),
            Source::Old(path) => {
                let mut events = import::events(self, id, &path)?;
                events.retain(|event| event.seq > after);
                Ok(events)
            }
        }
    }

    /// The conversations, newest first.
    pub fn list(&self, limit: Option<u32>) -> Result<Vec<ConversationSummary>, Error> {
        self.inner.index.list(self, limit)
    }

    /// Items and titles that contain every word of a text, best first.
    pub fn search(&self, text: &str, limit: u32) -> Result<Vec<SearchHit>, Error> {
        self.inner.index.search(self, text, limit)
    }

    /// Deletes a conversation with its outputs and the blobs that only it used.
    pub fn delete(&self, id: &ConversationId) -> Result<(), Error> {
        remove::conversation(self, id)
    }

    /// Makes the index anew from the files. The number of conversations.
    pub fn reindex(&self) -> Result<u32, Error> {
        self.inner.index.rebuild(self)
    }

    /// Keeps bytes under their hash, `sha256:...`.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<String, Error> {
        blob::put(&self.inner.folders.blobs, bytes)
    }

    /// The bytes of a hash, with their media type by what they begin with.
    pub fn blob(&self, hash: &str) -> Result<(String, Vec<u8>), Error> {
        blob::get(&self.inner.folders.blobs, hash)
    }

    /// Opens the file for the full output of a run.
    pub fn spool(&self, id: &ConversationId, item: &ItemId) -> Result<Spool, Error> {
        Spool::create(&self.inner.folders, id, item)
    }

    /// A part of the full output of a run: the text from byte `offset` on (at
    /// most `limit` bytes, never a cut character), where the next part begins,
    /// and the bytes in all. Where a part was not kept, the text says so.
    pub fn output(
        &self,
        id: &ConversationId,
        item: &ItemId,
        offset: u64,
        limit: u32,
    ) -> Result<(String, u64, u64), Error> {
        spool::read(&self.inner.folders, id, item, offset, limit)
    }
}
