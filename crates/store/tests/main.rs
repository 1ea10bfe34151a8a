//! The store from the outside: crashes, two programs, search, old files.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod binned;
mod copies;
mod crash;
mod deleting;
mod exporting;
mod finding;
mod importing;
mod listing;
mod locking;
mod making;
mod old;
mod platform;
mod roundtrip;
mod screenshots;
mod searching;
mod stepping;

use interpreter_protocol::{Chunk, ConversationMeta, ItemId, Role, kind};
use interpreter_store::{Record, Store, Writer};

/// A store in a folder of its own, which goes with it.
struct Fixture {
    folder: tempfile::TempDir,
    store: Store,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        Self { folder, store }
    }

    fn conversation(&self, words: &str) -> Writer {
        self.store
            .create(words, &ConversationMeta::default())
            .unwrap()
    }

    /// The same folder, as another program sees it.
    fn reopened(&self) -> Store {
        Store::open(self.folder.path()).unwrap()
    }
}

fn record(item: &str, chunk: Chunk) -> Record {
    Record {
        item: Some(ItemId::from(item)),
        chunk,
    }
}

/// A whole message with its flags, in three pieces.
fn message(item: &str, role: Role, text: &str) -> Vec<Record> {
    let chunk = || Chunk::new(role, kind::MESSAGE);
    vec![
        record(item, chunk().start()),
        record(item, chunk().content(text)),
        record(item, chunk().end()),
    ]
}

fn complete() -> Record {
    Record {
        item: None,
        chunk: Chunk::new(Role::Server, kind::STATUS).content("complete"),
    }
}

fn code(item: &str, language: &str, text: &str) -> Vec<Record> {
    let chunk = || Chunk::new(Role::Assistant, kind::CODE).format(language);
    vec![
        record(item, chunk().start()),
        record(item, chunk().content(text)),
        record(item, chunk().end()),
    ]
}
