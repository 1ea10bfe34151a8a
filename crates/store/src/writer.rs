use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use interpreter_protocol::{Chunk, ConversationId, ConversationMeta, Event, ItemId, kind};
use serde_json::{Map, Value};

use crate::folders::{Source, millis, sync_folder};
use crate::index::Notes;
use crate::line::{FORMAT, Header, Line, Record, Shapes, push_line, push_record};
use crate::lock::Lock;
use crate::{Error, Recorded, Store, import, log, name};

const KEPT: &str = "Everything before it is kept; nothing of this step was saved.";

/// The only way to add to a conversation. Holds its lock for as long as it lives.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    id: ConversationId,
    path: PathBuf,
    file: File,
    /// Bytes of the file that count.
    bytes: u64,
    /// A failed write may have left bytes after those.
    soiled: bool,
    recorded: Recorded,
    shapes: Shapes,
    notes: Notes,
    buffer: Vec<u8>,
    // After `store`, so that the last word to the index is said under the lock.
    _lock: Lock,
}

impl Writer {
    pub(crate) fn create(
        store: Store,
        first_words: &str,
        meta: &ConversationMeta,
    ) -> Result<Self, Error> {
        let mut meta = meta.clone();
        if meta.title.is_empty() {
            meta.title = name::title(first_words);
        }
        for id in name::candidates(first_words) {
            if let Some(writer) = Self::try_create(&store, &id, &meta)? {
                return Ok(writer);
            }
        }
        let folder = &store.inner.folders.conversations;
        Err(Error::save(
            folder,
            &"no name was free",
            "No conversation was begun.",
        ))
    }

    fn try_create(
        store: &Store,
        id: &ConversationId,
        meta: &ConversationMeta,
    ) -> Result<Option<Self>, Error> {
        let folders = &store.inner.folders;
        if !folders.is_free(id) {
            return Ok(None);
        }
        let lock = match Lock::take(folders, id) {
            Err(Error::Locked { .. }) => return Ok(None),
            other => other?,
        };
        let header = Header {
            format: FORMAT,
            name: id.0.clone(),
            created: millis(SystemTime::now()),
            meta: meta.clone(),
        };
        let path = folders.log(id);
        let mut start = Vec::new();
        let made = push_line(&mut start, &header)
            .map_err(io::Error::from)
            .and_then(|()| make_file(&path, &start));
        match made {
            Ok(()) => {
                let mut writer = Self::start(store, id, lock)?;
                writer.notes.begin();
                writer.tell_index();
                Ok(Some(writer))
            }
            Err(reason) if reason.kind() == io::ErrorKind::AlreadyExists => Ok(None),
            Err(reason) => Err(Error::save(&path, &reason, "No conversation was begun.")),
        }
    }

    pub(crate) fn open(store: Store, id: &ConversationId) -> Result<Self, Error> {
        let folders = &store.inner.folders;
        folders.source(id)?;
        let lock = Lock::take(folders, id)?;
        // Once more: it may have been deleted or brought to today's format just now.
        if let Source::Old(old) = folders.source(id)? {
            let text = import::as_log(&store, id, &old)?;
            let path = folders.log(id);
            make_file(&path, &text)
                .map_err(|reason| Error::save(&path, &reason, "The old file is kept."))?;
        }
        Self::start(&store, id, lock)
    }

    fn start(store: &Store, id: &ConversationId, lock: Lock) -> Result<Self, Error> {
        let path = store.inner.folders.log(id);
        let (recorded, tail) = log::fold(&path, id)?;
        if let Some(newer) = recorded.read_only {
            return Err(newer);
        }
        let cannot_save = |reason: io::Error| Error::save(&path, &reason, "Nothing was changed.");
        let mut file = OpenOptions::new()
            .write(true)
            .open(&path)
            .map_err(cannot_save)?;
        file.set_len(tail.bytes).map_err(cannot_save)?;
        file.seek(SeekFrom::Start(tail.bytes))
            .map_err(cannot_save)?;
        let mut writer = Self {
            store: store.clone(),
            id: id.clone(),
            path,
            file,
            bytes: tail.bytes,
            soiled: false,
            recorded,
            shapes: tail.shapes,
            notes: Notes::new(tail.bytes, tail.noted),
            buffer: Vec::new(),
            _lock: lock,
        };
        if !tail.has_header && tail.bytes == 0 {
            // A crash cut off even the first line.
            let created = writer.recorded.created;
            let meta = writer.recorded.transcript.meta.clone();
            let header = Header {
                format: FORMAT,
                name: id.0.clone(),
                created,
                meta,
            };
            writer.write_line(&header)?;
        }
        Ok(writer)
    }

    /// The conversation.
    pub fn id(&self) -> &ConversationId {
        &self.id
    }

    /// The last event's number.
    pub fn seq(&self) -> u64 {
        self.recorded.transcript.seq
    }

    /// The conversation as it is now.
    pub fn recorded(&self) -> &Recorded {
        &self.recorded
    }

    /// Appends a group in one write and numbers it; the events are for everyone
    /// who listens. Groups with an end flag, a confirmation or a status are on
    /// the disk when it returns. On an error nothing of the group was saved.
    pub fn append(&mut self, records: &[Record]) -> Result<Vec<Event>, Error> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let first = self.seq() + 1;
        let now = millis(SystemTime::now());
        self.buffer.clear();
        let mut undo = Vec::new();
        let mut written = Ok(());
        for (seq, record) in (first..).zip(records) {
            written = push_record(&mut self.buffer, seq, record, &self.shapes, now);
            if written.is_err() {
                break;
            }
            if let Some(item) = &record.item
                && !self.shapes.is_more_text(item, &record.chunk)
            {
                undo.extend(self.shapes.note(item, &record.chunk));
            }
        }
        let durable = records.iter().any(|record| must_last(&record.chunk));
        let written = written
            .map_err(io::Error::from)
            .and_then(|()| self.write_buffer(durable));
        if let Err(reason) = written {
            for change in undo.into_iter().rev() {
                self.shapes.take_back(change);
            }
            return Err(Error::save(&self.path, &reason, KEPT));
        }
        let events: Vec<Event> = (first..)
            .zip(records)
            .map(|(seq, record)| Event {
                conversation: self.id.clone(),
                seq,
                item: record.item.clone(),
                chunk: record.chunk.clone(),
            })
            .collect();
        for event in &events {
            self.recorded.transcript.apply(event);
            self.notes.see(event, now);
        }
        if self.notes.are_worth_telling() {
            self.tell_index();
        }
        Ok(events)
    }

    /// Keeps opaque vendor data for an item. It is no event and is never exported.
    pub fn provider(&mut self, item: &ItemId, raw: &Value) -> Result<(), Error> {
        self.write_line(&Line {
            item: Some(item.clone()),
            provider: Some(raw.clone()),
            ..Line::default()
        })?;
        self.recorded.provider.insert(item.clone(), raw.clone());
        Ok(())
    }

    /// Changes settings of this conversation: given keys replace, null removes,
    /// the others stay.
    pub fn overrides(&mut self, values: &Map<String, Value>) -> Result<(), Error> {
        self.write_line(&Line {
            overrides: Some(values.clone()),
            ..Line::default()
        })?;
        for (key, value) in values {
            set(&mut self.recorded.overrides, key.clone(), value.clone());
        }
        Ok(())
    }

    fn write_line(&mut self, line: &impl serde::Serialize) -> Result<(), Error> {
        self.buffer.clear();
        push_line(&mut self.buffer, line)
            .map_err(io::Error::from)
            .and_then(|()| self.write_buffer(false))
            .map_err(|reason| Error::save(&self.path, &reason, KEPT))
    }

    fn write_buffer(&mut self, durable: bool) -> io::Result<()> {
        if self.soiled {
            self.clean()?;
        }
        let written = self.file.write_all(&self.buffer).and_then(|()| {
            if durable {
                self.file.sync_data()
            } else {
                Ok(())
            }
        });
        if let Err(reason) = written {
            // A full disk may have taken a part: a group is whole or not there.
            self.soiled = true;
            let _ = self.clean();
            return Err(reason);
        }
        self.bytes += self.buffer.len() as u64;
        // One very large item must not hold its size for ever.
        if self.buffer.capacity() > 1 << 20 {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    fn clean(&mut self) -> io::Result<()> {
        self.file.set_len(self.bytes)?;
        self.file.seek(SeekFrom::Start(self.bytes))?;
        self.soiled = false;
        Ok(())
    }

    fn tell_index(&mut self) {
        let update = self.notes.take(&self.id, &self.recorded, self.bytes);
        self.store.inner.index.tell(update);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for item in &self.recorded.transcript.items {
            if !item.complete {
                self.notes.changed(&item.id);
            }
        }
        self.tell_index();
    }
}

/// Whether a power cut right after it must not lose it.
fn must_last(chunk: &Chunk) -> bool {
    chunk.end
        || matches!(
            chunk.kind.as_str(),
            kind::CONFIRMATION | kind::STATUS | kind::ERROR
        )
}

pub(crate) fn set(map: &mut Map<String, Value>, key: String, value: Value) {
    if value.is_null() {
        map.remove(&key);
    } else {
        map.insert(key, value);
    }
}

/// Makes a file of that content, its owner's alone; there is never half of it.
/// Fails where the name is taken.
pub(crate) fn make_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_data()?;
    file.persist_noclobber(path)
        .map_err(|failed| failed.error)?;
    sync_folder(folder);
    Ok(())
}
