//! One writer a conversation, on the whole machine.
//!
//! The lock is on a file of its own: some systems also keep readers away from a
//! locked file, and reading must always be possible. A note beside it says who
//! holds it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::PathBuf;

use interpreter_protocol::ConversationId;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::folders::Folders;

/// Held as long as it lives; the system lets it go when the process dies.
#[derive(Debug)]
pub(crate) struct Lock {
    // The lock lives as long as the open file.
    _file: File,
    note: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    program: String,
}

impl Lock {
    /// Takes the lock or says who has it.
    pub(crate) fn take(folders: &Folders, id: &ConversationId) -> Result<Self, Error> {
        let path = lock_path(folders, id);
        let nothing = "Nothing was changed.";
        let file = open(&path).map_err(|reason| Error::save(&path, &reason, nothing))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked {
                    conversation: id.clone(),
                    holder: describe(folders, id),
                });
            }
            // Some network folders know no locks; then there is nobody to keep out.
            Err(TryLockError::Error(reason)) if reason.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(reason)) => return Err(Error::save(&path, &reason, nothing)),
        }
        let note = note_path(folders, id);
        let holder = Holder {
            pid: std::process::id(),
            program: program(),
        };
        if let Ok(text) = serde_json::to_vec(&holder) {
            // Only for the message that another program shows.
            let _ = fs::write(&note, text);
        }
        Ok(Self { _file: file, note })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.note);
    }
}

/// Who writes the conversation now, in words.
pub(crate) fn holder(folders: &Folders, id: &ConversationId) -> Option<String> {
    // No note, no holder: the lock itself is not touched for a mere look,
    // because that could get in the way of somebody who takes it.
    if !note_path(folders, id).exists() {
        return None;
    }
    let file = File::open(lock_path(folders, id)).ok()?;
    match file.try_lock_shared() {
        Ok(()) => None,
        Err(_) => Some(describe(folders, id)),
    }
}

/// Removes what a deleted conversation leaves behind.
pub(crate) fn forget(folders: &Folders, id: &ConversationId) {
    let _ = fs::remove_file(lock_path(folders, id));
}

fn describe(folders: &Folders, id: &ConversationId) -> String {
    let note = fs::read(note_path(folders, id)).ok();
    match note.and_then(|note| serde_json::from_slice::<Holder>(&note).ok()) {
        Some(holder) if holder.pid == std::process::id() => {
            format!("this program (process {})", holder.pid)
        }
        Some(holder) => format!("{} (process {})", holder.program, holder.pid),
        None => "another program".to_owned(),
    }
}

fn open(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
}

fn lock_path(folders: &Folders, id: &ConversationId) -> PathBuf {
    folders.locks.join(format!("{id}.lock"))
}

fn note_path(folders: &Folders, id: &ConversationId) -> PathBuf {
    folders.locks.join(format!("{id}.holder"))
}

fn program() -> String {
    let name = std::env::current_exe().ok();
    let name = name
        .as_deref()
        .and_then(|path| path.file_stem())
        .and_then(|stem| stem.to_str());
    name.unwrap_or("another program").to_owned()
}
