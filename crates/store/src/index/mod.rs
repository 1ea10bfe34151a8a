//! The list and the search, derived from the files.
//!
//! Writers tell what is new to a thread of the index, so that appending never
//! waits for it. Before an answer is given, files whose length the index does
//! not know are read again; so it is right after a crash, after another program
//! wrote, and when it was deleted. What the database cannot do (it is broken,
//! the folder is read-only) is done in memory.

mod search;
mod tables;

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use interpreter_protocol::{
    ConversationId, ConversationSummary, Event, Item, ItemId, SearchHit, Transcript, kind,
};
use rusqlite::Connection;

use crate::folders::{Folders, Source, millis};
use crate::{Error, Recorded, Store, import, lock, log, name};

/// News that wait to be written. More than that, and the conversation is read again later.
const WAITING: usize = 256;
/// Bytes of one item that can be found.
const LONGEST: usize = 256 * 1024;

/// What is new in one conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) id: ConversationId,
    pub(crate) title: String,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) cost: f64,
    pub(crate) items: u32,
    /// Length of the file that this is the state of.
    pub(crate) bytes: u64,
    /// Length of the file that the change is from. Where the index has another
    /// state, it missed something and the file is read again.
    pub(crate) from: u64,
    /// Texts that are new or changed; empty ones are gone.
    pub(crate) texts: Vec<(ItemId, String)>,
    /// The texts are all there are.
    pub(crate) whole: bool,
}

/// What a writer has appended since it last told the index.
#[derive(Debug)]
pub(crate) struct Notes {
    changed: HashSet<ItemId>,
    worth_telling: bool,
    /// Length of the file when the index was last told.
    told: u64,
}

impl Notes {
    /// For a file of which the index knows this many bytes.
    pub(crate) fn new(told: u64) -> Self {
        Self {
            changed: HashSet::new(),
            worth_telling: false,
            told,
        }
    }

    pub(crate) fn see(&mut self, event: &Event) {
        let chunk = &event.chunk;
        let named = |key: &str| chunk.content.as_ref().and_then(|content| content.get(key));
        match chunk.kind.as_str() {
            kind::EDITED => {
                let item = named("item").and_then(|item| item.as_str());
                self.changed.extend(item.map(ItemId::from));
            }
            kind::REMOVED => {
                let items = named("items").and_then(|items| items.as_array());
                let items = items.into_iter().flatten().filter_map(|item| item.as_str());
                self.changed.extend(items.map(ItemId::from));
            }
            kind::CONVERSATION | kind::USAGE | kind::STATUS => {}
            _ if chunk.end => self.changed.extend(event.item.clone()),
            _ => return,
        }
        self.worth_telling = true;
    }

    pub(crate) fn changed(&mut self, item: &ItemId) {
        self.changed.insert(item.clone());
    }

    pub(crate) fn are_worth_telling(&self) -> bool {
        self.worth_telling
    }

    pub(crate) fn take(&mut self, id: &ConversationId, recorded: &Recorded, bytes: u64) -> Update {
        let Self {
            changed,
            told: from,
            ..
        } = std::mem::replace(self, Self::new(bytes));
        let transcript = &recorded.transcript;
        let texts = changed
            .into_iter()
            .map(|item| {
                let text = transcript.item(&item).map(searchable).unwrap_or_default();
                (item, text)
            })
            .collect();
        let updated = millis(std::time::SystemTime::now());
        Update {
            texts,
            from,
            ..state(id, transcript, recorded.created, updated, bytes)
        }
    }
}

fn state(
    id: &ConversationId,
    transcript: &Transcript,
    created: u64,
    updated: u64,
    bytes: u64,
) -> Update {
    let title = match transcript.meta.title.as_str() {
        "" => name::title_of_name(id.as_str()),
        title => title.to_owned(),
    };
    Update {
        id: id.clone(),
        title,
        created,
        updated,
        cost: transcript.meta.cost,
        items: transcript.items.len() as u32,
        bytes,
        from: 0,
        texts: Vec::new(),
        whole: false,
    }
}

/// The part of an item that can be found.
fn searchable(item: &Item) -> String {
    let wanted = matches!(
        item.kind.as_str(),
        kind::MESSAGE | kind::CODE | kind::CONSOLE | kind::REASONING | kind::FILE
    );
    if !wanted {
        return String::new();
    }
    let text = item.code();
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // These mark hits in a snippet.
    text[..end].replace(['\u{2}', '\u{3}'], " ")
}

/// A conversation as its file says, for the index.
fn from_file(store: &Store, id: &ConversationId, source: &Source) -> Update {
    let (Source::Log(path) | Source::Old(path)) = source;
    // Before reading: what is appended meanwhile counts as not known.
    let meta = std::fs::metadata(path).ok();
    let updated = meta
        .as_ref()
        .and_then(|meta| meta.modified().ok())
        .map_or(0, millis);
    let bytes = meta.map_or(0, |meta| meta.len());
    let recorded = match source {
        Source::Log(path) => log::fold(path, id).map(|(recorded, _)| recorded),
        Source::Old(path) => import::read(store, id, path),
    };
    // A file that makes no sense is in the list all the same; opening it says why.
    let recorded = recorded.unwrap_or_default();
    let transcript = &recorded.transcript;
    let texts = transcript
        .items
        .iter()
        .map(|item| (item.id.clone(), searchable(item)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let created = if recorded.created == 0 {
        updated
    } else {
        recorded.created
    };
    Update {
        texts,
        whole: true,
        ..state(id, transcript, created, updated, bytes)
    }
}

enum Message {
    Update(Box<Update>),
    Forget(ConversationId),
    /// Answered once everything before it is written.
    Flush(SyncSender<()>),
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Index {
    database: Arc<Database>,
    worker: Mutex<Option<(SyncSender<Message>, JoinHandle<()>)>>,
}

/// The connection, opened on first use.
#[derive(Debug)]
struct Database {
    folders: Folders,
    connection: Mutex<Option<Connection>>,
}

impl Index {
    pub(crate) fn new(folders: Folders) -> Self {
        let database = Arc::new(Database {
            folders,
            connection: Mutex::new(None),
        });
        Self {
            database,
            worker: Mutex::new(None),
        }
    }

    /// Takes news of a writer. Never waits: what finds no room is missed, and then noticed.
    pub(crate) fn tell(&self, update: Update) {
        self.send(Message::Update(Box::new(update)));
    }

    pub(crate) fn forget(&self, id: &ConversationId) {
        self.send(Message::Forget(id.clone()));
    }

    fn send(&self, message: Message) {
        let mut worker = guard(&self.worker);
        if worker.is_none() {
            let (sender, receiver) = sync_channel(WAITING);
            let database = Arc::clone(&self.database);
            let thread = std::thread::Builder::new()
                .name("store index".to_owned())
                .spawn(move || database.work(&receiver));
            let Ok(thread) = thread else { return };
            *worker = Some((sender, thread));
        }
        if let Some((sender, _)) = &*worker {
            let _ = sender.try_send(message);
        }
    }

    fn flush(&self) {
        let sender = guard(&self.worker)
            .as_ref()
            .map(|(sender, _)| sender.clone());
        if let Some(sender) = sender {
            let (done, wait) = sync_channel(1);
            if sender.send(Message::Flush(done)).is_ok() {
                let _ = wait.recv();
            }
        }
    }

    pub(crate) fn list(
        &self,
        store: &Store,
        limit: Option<u32>,
    ) -> Result<Vec<ConversationSummary>, Error> {
        self.flush();
        self.database
            .answer(store, |connection| tables::list(connection, limit))
    }

    pub(crate) fn search(
        &self,
        store: &Store,
        text: &str,
        limit: u32,
    ) -> Result<Vec<SearchHit>, Error> {
        self.flush();
        self.database
            .answer(store, |connection| search::search(connection, text, limit))
    }

    pub(crate) fn rebuild(&self, store: &Store) -> Result<u32, Error> {
        self.flush();
        let mut connection = guard(&self.database.connection);
        self.database.renew(&mut connection);
        drop(connection);
        let count = self
            .database
            .answer(store, |connection| tables::list(connection, None))?;
        Ok(count.len() as u32)
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        if let Some((sender, thread)) = guard(&self.worker).take() {
            drop(sender);
            let _ = thread.join();
        }
    }
}

impl Database {
    fn work(&self, news: &Receiver<Message>) {
        while let Ok(first) = news.recv() {
            // Everything that waits goes into one transaction.
            let mut flushes = Vec::new();
            let mut changes = Vec::new();
            for message in std::iter::once(first).chain(news.try_iter().take(WAITING)) {
                match message {
                    Message::Flush(done) => flushes.push(done),
                    change => changes.push(change),
                }
            }
            if !changes.is_empty() {
                let mut connection = guard(&self.connection);
                self.attempt(&mut connection, |connection| {
                    let transaction = tables::begin(connection)?;
                    for change in &changes {
                        match change {
                            Message::Update(update) => tables::put(&transaction, update)?,
                            Message::Forget(id) => tables::forget(&transaction, id)?,
                            Message::Flush(_) => {}
                        }
                    }
                    transaction.commit()
                });
            }
            for done in flushes {
                let _ = done.send(());
            }
        }
    }

    /// Brings the index up to date with the files, then asks it.
    fn answer<T>(
        &self,
        store: &Store,
        ask: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let files = self.folders.all()?;
        let mut connection = guard(&self.connection);
        let answer = self.attempt(&mut connection, |connection| {
            self.catch_up(store, connection, &files)?;
            ask(connection)
        });
        answer.ok_or_else(|| {
            Error::read(
                &self.folders.index(),
                &"the index cannot be used, not even in memory",
            )
        })
    }

    fn catch_up(
        &self,
        store: &Store,
        connection: &mut Connection,
        files: &[(ConversationId, Source)],
    ) -> rusqlite::Result<()> {
        let mut known: HashMap<ConversationId, u64> = tables::lengths(connection)?;
        for (id, source) in files {
            let (Source::Log(path) | Source::Old(path)) = source;
            let length = std::fs::metadata(path).map_or(0, |meta| meta.len());
            let indexed = known.remove(id);
            // Who writes it now tells us, a moment after the file has grown.
            let live = || lock::holder(&self.folders, id).is_some();
            if indexed == Some(length) || (indexed.is_some() && live()) {
                continue;
            }
            let update = from_file(store, id, source);
            let transaction = tables::begin(connection)?;
            tables::put(&transaction, &update)?;
            transaction.commit()?;
        }
        for id in known.into_keys() {
            let transaction = tables::begin(connection)?;
            tables::forget(&transaction, &id)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// Does something with the database; where that fails, once more with a new one.
    fn attempt<T>(
        &self,
        connection: &mut Option<Connection>,
        act: impl Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> Option<T> {
        if connection.is_none() {
            *connection = tables::open(&self.folders.index()).ok();
        }
        if let Some(open) = connection.as_mut() {
            match act(open) {
                Ok(done) => return Some(done),
                // Another program is at it for long: nothing is broken, so nothing is thrown away.
                Err(reason) if tables::is_busy(&reason) => {
                    let mut memory = tables::open_in_memory().ok()?;
                    return act(&mut memory).ok();
                }
                Err(_) => {}
            }
        }
        self.renew(connection);
        act(connection.as_mut()?).ok()
    }

    fn renew(&self, connection: &mut Option<Connection>) {
        drop(connection.take());
        let path = self.folders.index();
        tables::delete(&path);
        *connection = tables::open(&path)
            .or_else(|_| tables::open_in_memory())
            .ok();
    }
}

/// A panic elsewhere leaves the index as it was: it is derived, and checked before each use.
fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
