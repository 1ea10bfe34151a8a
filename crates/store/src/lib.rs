//! Keeps conversations: append-only files, and an index derived from them.
//!
//! The central type is the [`Store`]; a [`Writer`] is the only way to add to a
//! conversation, and there is one per conversation on the whole machine.
//!
//! The one decision: the files are the truth. What is appended is on its way to
//! the disk before anyone is told of it, no byte is ever rewritten, and whatever
//! can be computed (the list, the search, costs) lies in an index that may be
//! deleted at any time.

mod bin;
mod blob;
mod compose;
mod error;
mod export;
mod find;
mod fold;
mod folders;
mod import;
mod index;
mod ledger;
mod line;
mod lock;
mod log;
mod name;
mod screenshots;
mod spool;
mod writer;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use interpreter_protocol::{
    ConversationId, ConversationMeta, ConversationSummary, Event, ExportFormat, FindHit, ItemId,
    SearchHit, Transcript,
};
use serde_json::{Map, Value};

pub use error::Error;
pub use export::Exported;
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
    /// Of the conversation in which something was looked for last.
    texts: Mutex<Option<Arc<find::Texts>>>,
    held: Mutex<screenshots::Held>,
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

/// What model calls cost together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spent {
    /// US dollars, as far as prices are known.
    pub usd: f64,
    /// Some calls had no known price: the true sum is higher.
    pub incomplete: bool,
}

/// Bytes on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// How many conversations there are.
    pub conversations: u32,
    /// Of conversations and outputs.
    pub bytes: u64,
    /// Of pictures.
    pub pictures: u64,
}

impl Store {
    /// Opens a data folder and creates its parts: `conversations/`, `blobs/`,
    /// `outputs/`, `locks/`. Reads nothing yet.
    pub fn open(data: &Path) -> Result<Self, Error> {
        let folders = Folders::create(data)?;
        let index = index::Index::new(folders.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                folders,
                index,
                texts: Mutex::new(None),
                held: Mutex::default(),
            }),
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

    /// Where a text stands in one conversation, in its order; upper and lower
    /// case are the same.
    pub fn find(&self, id: &ConversationId, text: &str) -> Result<Vec<FindHit>, Error> {
        find::find(self, id, text)
    }

    /// What was spent at or after a moment, in milliseconds since 1970.
    pub fn spent(&self, since: u64) -> Result<Spent, Error> {
        let mut spent = self.inner.index.spent(self, since)?;
        let gone = ledger::spent(&self.inner.folders, since);
        spent.usd += gone.usd;
        spent.incomplete |= gone.incomplete;
        Ok(spent)
    }

    /// Deletes a conversation with its outputs and the blobs that only it used.
    pub fn delete(&self, id: &ConversationId) -> Result<(), Error> {
        self.discard(id)?;
        let one = std::slice::from_ref(id);
        bin::purge(self, u64::MAX, Some(one))
    }

    /// Deletes conversations for good, with their outputs and the blobs that only
    /// they used. Those that another program writes stay. How many went.
    pub fn delete_all(&self, ids: &[ConversationId]) -> Result<u32, Error> {
        let mut gone = Vec::new();
        for id in ids {
            match self.discard(id) {
                Ok(()) => gone.push(id.clone()),
                Err(Error::Locked { .. } | Error::UnknownConversation(_)) => {}
                Err(error) => return Err(error),
            }
        }
        bin::purge(self, u64::MAX, Some(&gone))?;
        Ok(gone.len() as u32)
    }

    /// Moves a conversation into the bin: it is in no list and no search any
    /// more, and can be restored. Errors: [`Error::Locked`],
    /// [`Error::UnknownConversation`], [`Error::CannotSave`].
    pub fn discard(&self, id: &ConversationId) -> Result<(), Error> {
        bin::discard(self, id)
    }

    /// Brings a conversation back from the bin, whole. Errors:
    /// [`Error::UnknownConversation`] where it is not there any more.
    pub fn restore(&self, id: &ConversationId) -> Result<(), Error> {
        bin::restore(self, id)
    }

    /// Empties the bin of what was put there at or before a moment, in
    /// milliseconds since 1970; and of these only, where some are named.
    pub fn purge(&self, until: u64, only: Option<&[ConversationId]>) -> Result<(), Error> {
        bin::purge(self, until, only)
    }

    /// When the conversations in the bin were put there, in milliseconds since 1970.
    pub fn binned(&self) -> Vec<u64> {
        bin::times(&self.inner.folders)
    }

    /// Makes a copy of a conversation, whole or up to an item (a branch). It has
    /// the same items, so that its next request is as valid; the blobs are shared.
    pub fn copy(
        &self,
        id: &ConversationId,
        before: Option<&ItemId>,
    ) -> Result<ConversationId, Error> {
        compose::copy(self, id, before)
    }

    /// Makes a conversation of an exported file, or of one that Open Interpreter
    /// wrote. Errors: [`Error::CannotImport`], [`Error::CannotSave`].
    pub fn import(&self, name: &str, content: &str) -> Result<ConversationId, Error> {
        import::file(self, name, content)
    }

    /// One conversation as a file. Vendor data and settings of the conversation
    /// are never in it; screenshots of OS mode where asked for. `redact` takes
    /// secrets out of a text.
    pub fn export(
        &self,
        id: &ConversationId,
        format: ExportFormat,
        screenshots: bool,
        redact: &dyn Fn(&str) -> String,
    ) -> Result<Exported, Error> {
        export::export(self, id, (format, screenshots), redact)
    }

    /// How much lies on the disk.
    pub fn sizes(&self) -> Result<Sizes, Error> {
        let folders = &self.inner.folders;
        let kept = [&folders.conversations, &folders.outputs, &folders.bin];
        Ok(Sizes {
            conversations: folders.all()?.len() as u32,
            bytes: kept.iter().map(|folder| folders::size(folder)).sum(),
            pictures: folders::size(&folders.blobs),
        })
    }

    /// Removes pictures that are nothing but screenshots of OS mode: those taken
    /// before a moment, in milliseconds since 1970, and the oldest ones beyond so
    /// many bytes. How many went.
    pub fn prune_screenshots(&self, before: u64, most: u64) -> Result<u32, Error> {
        screenshots::prune(self, before, most)
    }

    /// Takes a picture that shall never be written to the disk; it is there for
    /// as long as the program runs and newer ones leave room.
    pub fn hold_blob(&self, bytes: &[u8]) -> String {
        index::guard(&self.inner.held).put(bytes)
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
        match blob::get(&self.inner.folders.blobs, hash) {
            Err(Error::UnknownItem(name)) => {
                let held = index::guard(&self.inner.held).get(hash);
                let held = held.ok_or(Error::UnknownItem(name))?;
                Ok((blob::media_type(&held).to_owned(), held.to_vec()))
            }
            other => other,
        }
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
