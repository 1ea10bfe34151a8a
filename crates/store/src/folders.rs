use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use interpreter_protocol::{ConversationId, ItemId, digest};

use crate::{Error, bin};

/// Where things lie in the data folder.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub(crate) data: PathBuf,
    pub(crate) conversations: PathBuf,
    pub(crate) blobs: PathBuf,
    pub(crate) outputs: PathBuf,
    pub(crate) locks: PathBuf,
    /// Deleted a moment ago. Made when it is needed.
    pub(crate) bin: PathBuf,
}

/// The file a conversation is read from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    /// Today's format.
    Log(PathBuf),
    /// A list of messages in one JSON value, as Open Interpreter saved them.
    Old(PathBuf),
}

impl Folders {
    pub(crate) fn create(data: &Path) -> Result<Self, Error> {
        let folders = Self {
            data: data.to_owned(),
            conversations: data.join("conversations"),
            blobs: data.join("blobs"),
            outputs: data.join("outputs"),
            locks: data.join("locks"),
            bin: data.join("bin"),
        };
        for folder in [
            &folders.conversations,
            &folders.blobs,
            &folders.outputs,
            &folders.locks,
        ] {
            // A folder that cannot be created is still one that may be read.
            if let Err(reason) = fs::create_dir_all(folder)
                && !folders.conversations.is_dir()
            {
                return Err(Error::save(folder, &reason, "Nothing was changed."));
            }
        }
        Ok(folders)
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.data.join("index.sqlite")
    }

    /// What deleted conversations cost.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.data.join("spent.jsonl")
    }

    /// Whether a new conversation may have this name.
    pub(crate) fn is_free(&self, id: &ConversationId) -> bool {
        // One in the bin may come back.
        self.source(id).is_err() && !bin::holds(self, id)
    }

    pub(crate) fn log(&self, id: &ConversationId) -> PathBuf {
        self.conversations.join(format!("{id}.jsonl"))
    }

    pub(crate) fn old(&self, id: &ConversationId) -> PathBuf {
        self.conversations.join(format!("{id}.json"))
    }

    /// Where a conversation is. Errors: [`Error::UnknownConversation`].
    pub(crate) fn source(&self, id: &ConversationId) -> Result<Source, Error> {
        if is_plain(id.as_str()) {
            let log = self.log(id);
            if log.is_file() {
                return Ok(Source::Log(log));
            }
            let old = self.old(id);
            if old.is_file() {
                return Ok(Source::Old(old));
            }
        }
        Err(Error::UnknownConversation(id.clone()))
    }

    /// Every conversation there is.
    pub(crate) fn all(&self) -> Result<Vec<(ConversationId, Source)>, Error> {
        let cannot_read = |reason: io::Error| Error::read(&self.conversations, &reason);
        let mut logs = Vec::new();
        let mut old = Vec::new();
        for entry in fs::read_dir(&self.conversations).map_err(cannot_read)? {
            let path = entry.map_err(cannot_read)?.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let Some(id) = stem.filter(|stem| is_plain(stem)).map(ConversationId::from) else {
                continue;
            };
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("jsonl") => logs.push((id, Source::Log(path))),
                Some("json") => old.push((id, Source::Old(path))),
                _ => {}
            }
        }
        let known: std::collections::HashSet<_> = logs.iter().map(|(id, _)| id.clone()).collect();
        logs.extend(old.into_iter().filter(|(id, _)| !known.contains(id)));
        logs.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(logs)
    }

    pub(crate) fn outputs_of(&self, id: &ConversationId) -> Result<PathBuf, Error> {
        if is_plain(id.as_str()) {
            Ok(self.outputs.join(id.as_str()))
        } else {
            Err(Error::UnknownConversation(id.clone()))
        }
    }

    pub(crate) fn output(&self, id: &ConversationId, item: &ItemId) -> Result<PathBuf, Error> {
        let name = item.as_str();
        let safe = !name.is_empty()
            && name.len() <= 100
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        // An id of another make is a name all the same, just not one for a file.
        let name = if safe {
            name.to_owned()
        } else {
            digest::of_bytes(name.as_bytes())
        };
        Ok(self.outputs_of(id)?.join(format!("{name}.txt")))
    }
}

/// Whether a name is that of a file in a folder, and nothing else.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && !name.contains(|c: char| matches!(c, '/' | '\\' | ':') || c.is_control())
}

/// Bytes of everything in a folder.
pub(crate) fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) if meta.is_file() => meta.len(),
            _ => 0,
        })
        .sum()
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

/// Makes a new name in a folder durable, where the system has a way to.
pub(crate) fn sync_folder(folder: &Path) {
    // Windows cannot open a folder as a file, and needs no such thing.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
