//! Deleted conversations wait in a bin for a moment, in which they can come back.
//!
//! A conversation is in the list or in the bin by where its file lies, so that
//! moving that one file is the whole deletion, and a crash leaves one or the
//! other. Outputs and blobs go only when the bin is emptied.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use interpreter_protocol::ConversationId;

use crate::folders::{Folders, Source, is_plain, millis, sync_folder};
use crate::lock::{self, Lock};
use crate::{Error, Store, blob, import, ledger};

const KEPT: &str = "The conversation was not deleted.";

/// A file in the bin: `TIME NAME.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Binned {
    id: ConversationId,
    /// When it was put there, in milliseconds since 1970.
    at: u64,
    path: PathBuf,
}

/// Moves a conversation into the bin.
pub(crate) fn discard(store: &Store, id: &ConversationId) -> Result<(), Error> {
    let folders = &store.inner.folders;
    folders.source(id)?;
    let lock = Lock::take(folders, id)?;
    // Once more, now that nobody else can take it away.
    let (Source::Log(source) | Source::Old(source)) = folders.source(id)?;
    fs::create_dir_all(&folders.bin).map_err(|reason| Error::save(&folders.bin, &reason, KEPT))?;
    // What it cost was spent all the same.
    ledger::keep(folders, id, &source);
    let at = millis(SystemTime::now());
    // The one that was made from an old file hides it, and so goes last.
    for from in [folders.old(id), folders.log(id)] {
        let Some(ending) = from.extension().and_then(|ending| ending.to_str()) else {
            continue;
        };
        let to = folders.bin.join(format!("{at} {id}.{ending}"));
        if from.is_file() {
            fs::rename(&from, &to).map_err(|reason| Error::save(&from, &reason, KEPT))?;
        }
    }
    sync_folder(&folders.bin);
    sync_folder(&folders.conversations);
    store.inner.index.forget(id);
    drop(lock);
    lock::forget(folders, id);
    Ok(())
}

/// Brings the conversation of this name back that was discarded last.
pub(crate) fn restore(store: &Store, id: &ConversationId) -> Result<(), Error> {
    let folders = &store.inner.folders;
    let mut found = content(folders);
    found.retain(|binned| binned.id == *id);
    let last = found.iter().map(|binned| binned.at).max();
    found.retain(|binned| Some(binned.at) == last);
    if found.is_empty() {
        return Err(Error::UnknownConversation(id.clone()));
    }
    let _lock = Lock::take(folders, id)?;
    // The log first: with it alone the conversation is whole.
    found.sort_by_key(|binned| binned.path.extension() != Some("jsonl".as_ref()));
    for binned in found {
        let ending = binned.path.extension().unwrap_or_default();
        let to = match ending.to_str() {
            Some("json") => folders.old(id),
            _ => folders.log(id),
        };
        if to.exists() {
            let taken = "the name is taken by another conversation";
            return Err(Error::save(&to, &taken, "It stays in the bin for now."));
        }
        fs::rename(&binned.path, &to)
            .map_err(|reason| Error::save(&to, &reason, "It stays in the bin for now."))?;
    }
    sync_folder(&folders.conversations);
    Ok(())
}

/// Whether a conversation of this name lies in the bin.
pub(crate) fn holds(folders: &Folders, id: &ConversationId) -> bool {
    content(folders).iter().any(|binned| binned.id == *id)
}

/// When each conversation was put into the bin.
pub(crate) fn times(folders: &Folders) -> Vec<u64> {
    let mut times: Vec<u64> = content(folders).iter().map(|binned| binned.at).collect();
    times.sort_unstable();
    times.dedup();
    times
}

/// Deletes for good what was put into the bin at or before a moment, and of
/// these names only, where some are given.
pub(crate) fn purge(
    store: &Store,
    until: u64,
    only: Option<&[ConversationId]>,
) -> Result<(), Error> {
    let folders = &store.inner.folders;
    let began = SystemTime::now();
    let is_wanted =
        |binned: &Binned| binned.at <= until && only.is_none_or(|only| only.contains(&binned.id));
    let (gone, stay): (Vec<Binned>, Vec<Binned>) =
        content(folders).into_iter().partition(is_wanted);
    if gone.is_empty() {
        return Ok(());
    }
    let mut blobs = HashSet::new();
    for binned in &gone {
        collect(binned, &mut blobs)?;
    }
    for binned in &gone {
        match fs::remove_file(&binned.path) {
            Err(reason) if reason.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::save(&binned.path, &reason, "It stays in the bin."));
            }
            _ => {}
        }
        // From here on it is gone; what cannot be removed now is only waste.
        let again = folders.source(&binned.id).is_ok();
        if let Ok(outputs) = folders.outputs_of(&binned.id)
            && !again
        {
            let _ = fs::remove_dir_all(outputs);
        }
    }
    sync_folder(&folders.bin);
    let still = stay.iter().map(|binned| binned.path.clone());
    if keep_used(folders, still, &mut blobs).is_ok() {
        for hash in blobs {
            if let Ok(path) = blob::path(&folders.blobs, &hash)
                && !blob::wanted_since(&path, began)
            {
                let _ = fs::remove_file(path);
            }
        }
    }
    Ok(())
}

fn content(folders: &Folders) -> Vec<Binned> {
    let entries = fs::read_dir(&folders.bin).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let path = entry.path();
            let stem = path.file_stem()?.to_str()?;
            let (at, id) = stem.split_once(' ')?;
            let at = at.parse().ok()?;
            is_plain(id).then(|| Binned {
                id: ConversationId::from(id),
                at,
                path: path.clone(),
            })
        })
        .collect()
}

fn collect(binned: &Binned, found: &mut HashSet<String>) -> Result<(), Error> {
    if binned.path.extension() != Some("json".as_ref()) {
        return mentioned(&binned.path, found);
    }
    // Its images were kept if it was ever read.
    found.extend(import::pictures(&binned.path));
    Ok(())
}

/// Takes out of `blobs` what another conversation names. On an error none may be removed.
fn keep_used(
    folders: &Folders,
    binned: impl Iterator<Item = PathBuf>,
    blobs: &mut HashSet<String>,
) -> Result<(), Error> {
    // Old files hold their images themselves.
    let logs = folders
        .all()?
        .into_iter()
        .filter_map(|(_, source)| match source {
            Source::Log(path) => Some(path),
            Source::Old(_) => None,
        });
    for path in logs.chain(binned) {
        if blobs.is_empty() {
            break;
        }
        let mut used = HashSet::new();
        match mentioned(&path, &mut used) {
            // Deleted meanwhile, by somebody else.
            Err(_) if !path.exists() => {}
            other => other?,
        }
        blobs.retain(|hash| !used.contains(hash));
    }
    Ok(())
}

fn mentioned(path: &Path, found: &mut HashSet<String>) -> Result<(), Error> {
    let cannot_read = |reason: std::io::Error| Error::read(path, &reason);
    let mut reader = BufReader::new(File::open(path).map_err(cannot_read)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(cannot_read)? > 0 {
        found.extend(blob::mentioned(&line));
        line.clear();
    }
    Ok(())
}
