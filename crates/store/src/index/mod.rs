//! The list and the search, derived from the files.
//!
//! Writers tell what is new to a thread of the index, so that appending never
//! waits for it. Before an answer is given, files whose length the index does
//! not know are read again (unless nothing can have changed: `settled`); so it is right after a crash, after another program
//! wrote, and when it was deleted. What the database cannot do (it is broken,
//! the folder is read-only) is done in memory.

mod kinds;
mod noted;
mod search;
mod settled;
mod tables;
mod update;
mod words;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use interpreter_protocol::{ConversationId, ConversationSummary, SearchHit};
use rusqlite::Connection;

pub(crate) use noted::Noted;
use settled::Settled;
pub(crate) use update::{Notes, Update};

use crate::folders::{Folders, Source, millis};
use crate::{Error, Spent, Store, lock};

/// News that wait to be written. More than that, and the conversation is read again later.
const WAITING: usize = 256;
/// Files that are read into one transaction.
const AT_ONCE: usize = 50;

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

/// Whether what was done is in the tables that stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

/// The connection, opened on first use.
#[derive(Debug)]
struct Database {
    folders: Folders,
    connection: Mutex<Option<Connection>>,
    /// The files were compared with the connection's tables, and nothing has changed since.
    settled: Mutex<Option<Settled>>,
}

impl Index {
    pub(crate) fn new(folders: Folders) -> Self {
        let database = Arc::new(Database {
            folders,
            connection: Mutex::new(None),
            settled: Mutex::new(None),
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
        if let Some((sender, _)) = &*worker
            && sender.try_send(message).is_err()
        {
            self.database.unsettle();
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

    pub(crate) fn spent(&self, store: &Store, since: u64) -> Result<Spent, Error> {
        self.flush();
        self.database
            .answer(store, |connection| tables::spent(connection, since))
    }

    /// Pictures that are nothing but screenshots of OS mode, newest first, with
    /// the time they were last taken.
    pub(crate) fn screenshots(&self, store: &Store) -> Result<Vec<(String, u64)>, Error> {
        self.flush();
        self.database.answer(store, tables::screenshots)
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
                let done = self.attempt(&mut connection, |connection| {
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
                if !matches!(done, Some(((), Kept::Yes))) {
                    self.unsettle();
                }
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
        let mut connection = guard(&self.connection);
        let settled = *guard(&self.settled);
        if let Some(open) = connection.as_ref()
            && settled.is_some_and(|settled| settled.holds(&self.folders))
            && tables::all_read(open).unwrap_or(false)
            && let Ok(answer) = ask(open)
        {
            return Ok(answer);
        }
        let settled = Settled::now(&self.folders);
        let files = self.folders.all()?;
        self.unsettle();
        let answer = self.attempt(&mut connection, |connection| {
            self.catch_up(store, connection, &files)?;
            ask(connection)
        });
        if let Some((_, Kept::Yes)) = &answer {
            *guard(&self.settled) = settled;
        }
        let answer = answer.map(|(answer, _)| answer);
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
        let mut known: HashMap<ConversationId, Option<u64>> = tables::lengths(connection)?;
        let mut unread = Vec::new();
        for (id, source) in files {
            let (Source::Log(path) | Source::Old(path)) = source;
            let meta = std::fs::metadata(path).ok();
            let length = meta.as_ref().map_or(0, |meta| meta.len());
            let indexed = known.remove(id).flatten();
            // Who writes it now tells us, a moment after the file has grown.
            let live = || lock::holder(&self.folders, id).is_some();
            if indexed == Some(length) || (indexed.is_some() && live()) {
                continue;
            }
            let modified = meta.and_then(|meta| meta.modified().ok());
            unread.push((modified.map_or(0, millis), id, source));
        }
        // The newest last: where a search finds very much, it begins at the end.
        unread.sort();
        for part in unread.chunks(AT_ONCE) {
            // Read before anything is locked: another program may want to write, too.
            let updates = part
                .iter()
                .map(|(_, id, source)| update::from_file(store, id, source));
            let updates: Vec<Update> = updates.collect();
            let transaction = tables::begin(connection)?;
            for update in &updates {
                tables::put(&transaction, update)?;
            }
            transaction.commit()?;
        }
        if !known.is_empty() {
            let transaction = tables::begin(connection)?;
            for id in known.into_keys() {
                tables::forget(&transaction, &id)?;
            }
            transaction.commit()?;
        }
        Ok(())
    }

    /// Does something with the database; where that fails, once more with a new one.
    fn attempt<T>(
        &self,
        connection: &mut Option<Connection>,
        act: impl Fn(&mut Connection) -> rusqlite::Result<T>,
    ) -> Option<(T, Kept)> {
        if connection.is_none() {
            *connection = tables::open(&self.folders.index()).ok();
        }
        if let Some(open) = connection.as_mut() {
            match act(open) {
                Ok(done) => return Some((done, Kept::Yes)),
                // Another program is at it for long: nothing is broken, so nothing is thrown away.
                Err(reason) if tables::is_busy(&reason) => {
                    let mut memory = tables::open_in_memory().ok()?;
                    return Some((act(&mut memory).ok()?, Kept::No));
                }
                Err(_) => {}
            }
        }
        self.renew(connection);
        Some((act(connection.as_mut()?).ok()?, Kept::Yes))
    }

    /// The files have to be looked at before the next answer.
    fn unsettle(&self) {
        *guard(&self.settled) = None;
    }

    fn renew(&self, connection: &mut Option<Connection>) {
        self.unsettle();
        drop(connection.take());
        let path = self.folders.index();
        tables::delete(&path);
        *connection = tables::open(&path)
            .or_else(|_| tables::open_in_memory())
            .ok();
    }
}

/// A panic elsewhere leaves the index as it was: it is derived, and checked before each use.
pub(crate) fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
