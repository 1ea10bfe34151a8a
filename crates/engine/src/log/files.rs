//! Five files of five megabytes, which several programs may write at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use interpreter_settings::Paths;

/// Bytes after which a file is put aside.
const MOST: u64 = 5_000_000;
/// Files kept, the one being written included.
const KEPT: u32 = 5;
/// Bytes read from the end of a file to find its last lines.
const TAIL: u64 = 256 * 1024;

/// The files of one folder. Opened with the first line.
pub(super) struct Files {
    paths: Paths,
    most: u64,
    open: Mutex<Option<File>>,
}

impl Files {
    pub(super) fn new(paths: Paths) -> Self {
        Self::with_most(paths, MOST)
    }

    pub(super) fn with_most(paths: Paths, most: u64) -> Self {
        Self {
            paths,
            most,
            open: Mutex::new(None),
        }
    }

    /// Adds a line, in one write, so that lines of several programs do not mix.
    pub(super) fn write(&self, line: &[u8]) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.paths.logs();
        let mut file = match open.take() {
            Some(file) => file,
            None => {
                self.paths.create().map_err(io::Error::other)?;
                open_private(&folder)?
            }
        };
        // The file itself is asked: others write to it too, and may have put it aside.
        if file.metadata()?.len() + line.len() as u64 > self.most {
            file = rotate(&folder, self.most, line.len() as u64)?;
        }
        file.write_all(line)?;
        *open = Some(file);
        Ok(())
    }
}

fn name(folder: &Path, age: u32) -> PathBuf {
    match age {
        0 => folder.join("interpreter.log"),
        age => folder.join(format!("interpreter.{age}.log")),
    }
}

/// The file being written, for its owner only.
fn open_private(folder: &Path) -> io::Result<File> {
    let path = name(folder, 0);
    let append = || OpenOptions::new().append(true).open(&path);
    match append() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Temporary files are private from their first moment.
            let new = tempfile::NamedTempFile::new_in(folder)?;
            match new.persist_noclobber(&path) {
                Ok(_) => append(),
                // Another program was quicker.
                Err(_) => append(),
            }
        }
        other => other,
    }
}

/// Puts the full file aside, unless another program just did; gives the one to go on with.
fn rotate(folder: &Path, most: u64, wanted: u64) -> io::Result<File> {
    let lock = tempfile_lock(folder)?;
    lock.lock()?;
    let full = fs::metadata(name(folder, 0)).is_ok_and(|found| found.len() + wanted > most);
    if full {
        for age in (0..KEPT - 1).rev() {
            match fs::rename(name(folder, age), name(folder, age + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    open_private(folder)
}

fn tempfile_lock(folder: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(".lock"))
}

/// The last lines of the log, oldest first.
pub(crate) fn tail(folder: &Path, lines: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for age in 0..KEPT {
        let Ok(mut text) = end_of(&name(folder, age)) else {
            break;
        };
        text.extend(found);
        found = text;
        if found.len() >= lines {
            found.drain(..found.len() - lines);
            break;
        }
    }
    found
}

fn end_of(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    // Begun in the middle, the first line is only its end.
    Ok(text
        .lines()
        .skip(usize::from(from > 0))
        .map(str::to_owned)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".log"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn five_files_are_kept_and_the_last_lines_are_found_across_them() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::below(home.path());
        let files = Files::with_most(paths.clone(), 100);
        assert!(
            !paths.logs().exists(),
            "nothing is touched before the first line"
        );
        for number in 0..100 {
            files
                .write(format!("line {number:04}\n").as_bytes())
                .unwrap();
        }
        assert_eq!(
            names(&paths.logs()),
            [
                "interpreter.1.log",
                "interpreter.2.log",
                "interpreter.3.log",
                "interpreter.4.log",
                "interpreter.log"
            ]
        );
        for age in 0..KEPT {
            assert!(fs::metadata(name(&paths.logs(), age)).unwrap().len() <= 100);
        }
        let expected: Vec<String> = (85..100)
            .map(|number| format!("line {number:04}"))
            .collect();
        assert_eq!(tail(&paths.logs(), 15), expected);
        assert_eq!(tail(&paths.logs(), 1000).len(), 50);
    }

    #[test]
    fn two_programs_write_to_the_same_files_and_no_line_is_lost_or_torn() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::below(home.path());
        std::thread::scope(|scope| {
            for program in 0..4 {
                let files = Files::with_most(paths.clone(), 2_000);
                scope.spawn(move || {
                    for number in 0..100 {
                        files
                            .write(format!("{program} {number:03}\n").as_bytes())
                            .unwrap();
                    }
                });
            }
        });
        let lines = tail(&paths.logs(), 1000);
        assert_eq!(lines.len(), 400);
        for program in 0..4 {
            let own: Vec<String> = lines
                .iter()
                .filter(|line| line.starts_with(&format!("{program} ")))
                .cloned()
                .collect();
            let expected: Vec<String> = (0..100)
                .map(|number| format!("{program} {number:03}"))
                .collect();
            assert_eq!(own, expected);
        }
    }
}
