//! Deletes a conversation, and what nothing else needs.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;
use std::time::SystemTime;

use interpreter_protocol::ConversationId;

use crate::folders::{Folders, Source, sync_folder};
use crate::lock::{self, Lock};
use crate::{Error, Store, blob, import};

pub(crate) fn conversation(store: &Store, id: &ConversationId) -> Result<(), Error> {
    let folders = &store.inner.folders;
    folders.source(id)?;
    let lock = Lock::take(folders, id)?;
    let began = SystemTime::now();
    let mut blobs = HashSet::new();
    match folders.source(id)? {
        Source::Log(path) => collect(&path, &mut blobs)?,
        // Its images were kept if it was ever read.
        Source::Old(path) => {
            for event in import::events(store, id, &path).unwrap_or_default() {
                blobs.extend(
                    event
                        .chunk
                        .text()
                        .filter(|text| text.starts_with(blob::PREFIX))
                        .map(str::to_owned),
                );
            }
        }
    }
    for path in [folders.log(id), folders.old(id)] {
        match fs::remove_file(&path) {
            Err(reason) if reason.kind() != ErrorKind::NotFound => {
                return Err(Error::save(
                    &path,
                    &reason,
                    "The conversation was not deleted.",
                ));
            }
            _ => {}
        }
    }
    sync_folder(&folders.conversations);
    store.inner.index.forget(id);
    // From here on the conversation is gone; what cannot be removed now is only waste.
    if let Ok(outputs) = folders.outputs_of(id) {
        let _ = fs::remove_dir_all(outputs);
    }
    if keep_used(folders, &mut blobs).is_ok() {
        for hash in blobs {
            if let Ok(path) = blob::path(&folders.blobs, &hash)
                && !wanted_since(&path, began)
            {
                let _ = fs::remove_file(path);
            }
        }
    }
    drop(lock);
    lock::forget(folders, id);
    Ok(())
}

/// Takes out of `blobs` what another conversation names. On an error none may be removed.
fn keep_used(folders: &Folders, blobs: &mut HashSet<String>) -> Result<(), Error> {
    for (_, source) in folders.all()? {
        if blobs.is_empty() {
            break;
        }
        // Old files hold their images themselves.
        if let Source::Log(path) = source {
            let mut used = HashSet::new();
            collect(&path, &mut used)?;
            blobs.retain(|hash| !used.contains(hash));
        }
    }
    Ok(())
}

fn collect(path: &Path, found: &mut HashSet<String>) -> Result<(), Error> {
    let cannot_read = |reason: std::io::Error| Error::read(path, &reason);
    let mut reader = BufReader::new(File::open(path).map_err(cannot_read)?);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(cannot_read)? > 0 {
        found.extend(blob::mentioned(&line));
        line.clear();
    }
    Ok(())
}

/// Somebody stored the same bytes again while we looked.
fn wanted_since(path: &Path, began: SystemTime) -> bool {
    fs::metadata(path)
        .and_then(|meta| meta.modified())
        .is_ok_and(|time| time >= began)
}
