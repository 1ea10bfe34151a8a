//! Small JSON files of the app: whole or not there, private, and never
//! overwritten when they cannot be understood.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, platform};

/// Reads a file; one that is not there is the default.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path, kept: &str) -> Result<T, Error> {
    let broken = |line: u64, column: u64, reason: String| Error::Broken {
        path: path.to_owned(),
        line,
        column,
        reason,
        kept: kept.to_owned(),
        remedy: "Correct the file or delete it. It is not overwritten: the next change \
                 moves it aside."
            .to_owned(),
    };
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|reason| {
            let text = reason.to_string();
            let text = text
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned();
            broken(reason.line() as u64, reason.column() as u64, text)
        }),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(reason) => Err(broken(0, 0, reason.to_string())),
    }
}

/// Changes a file: what is on the disk now is read, changed and written, so
/// that two programs do not undo each other's changes. A broken file is moved
/// aside; the answer is where to.
pub(crate) fn change<T: DeserializeOwned + Default + Serialize>(
    path: &Path,
    act: impl FnOnce(&mut T),
) -> Result<(T, Option<PathBuf>), Error> {
    let cannot_save =
        |reason: io::Error| Error::save(path, &reason, "The file is as it was before.");
    let folder = path.parent().unwrap_or(Path::new("."));
    platform::create_private_folder(folder).map_err(cannot_save)?;
    let _lock = lock(path).map_err(cannot_save)?;
    let (mut value, aside) = match read::<T>(path, "") {
        Ok(value) => (value, None),
        Err(_) => (T::default(), Some(move_aside(path).map_err(cannot_save)?)),
    };
    act(&mut value);
    write(path, &value).map_err(cannot_save)?;
    Ok((value, aside))
}

/// Held for the moment of a change.
fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside(path, ".lock"))?;
    match file.lock() {
        // Some network folders know no locks.
        Err(reason) if reason.kind() != io::ErrorKind::Unsupported => Err(reason),
        _ => Ok(file),
    }
}

fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let date = jiff::Zoned::now().strftime("%Y-%m-%d_%H-%M-%S").to_string();
    let mut aside = beside(path, &format!(".broken-{date}"));
    let mut number = 1;
    while aside.exists() {
        number += 1;
        aside = beside(path, &format!(".broken-{date}_{number}"));
    }
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Writes a file that is not there yet, for its owner only.
pub(crate) fn create(path: &Path, text: &[u8]) -> Result<(), Error> {
    let failed = |reason: io::Error| Error::save(path, &reason, "Nothing was written.");
    let folder = path.parent().unwrap_or(Path::new("."));
    platform::create_private_folder(folder).map_err(failed)?;
    let made = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".new-")
            .tempfile_in(folder)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path)
            .map_err(|failed| failed.error)?;
        platform::sync_folder(folder)
    };
    made().map_err(failed)
}

fn write(path: &Path, value: &impl Serialize) -> io::Result<()> {
    // A link stays a link: people keep their settings elsewhere.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().unwrap_or(Path::new("."));
    // A temporary file is its owner's alone, and stays so under its final name.
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .tempfile_in(folder)?;
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    file.write_all(&text)?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|failed| failed.error)?;
    platform::sync_folder(folder)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
