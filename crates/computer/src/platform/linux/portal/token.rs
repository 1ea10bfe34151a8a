//! The desktop's word that the person has agreed before, kept between starts.
//!
//! It works once: each use gives a new one. Whoever has it can act without a question,
//! so nobody but the user may read it.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Longer than any desktop's; what is longer is not one.
const LONGEST: usize = 4096;

/// Where it is kept; nowhere, where no folder is known.
pub(super) struct Token {
    path: Option<PathBuf>,
}

impl Token {
    pub(super) fn new(data: Option<&Path>) -> Self {
        Self {
            path: data.map(|data| data.join("portal-control.token")),
        }
    }

    /// Takes it: it is gone before it is used, so that it is never used twice.
    pub(super) fn take(&self) -> Option<String> {
        let path = self.path.as_ref()?;
        let token = std::fs::read_to_string(path).ok()?;
        let _ = std::fs::remove_file(path);
        Some(token).filter(|token| !token.is_empty() && token.len() <= LONGEST)
    }

    /// Keeps a new one.
    pub(super) fn keep(&self, token: &str) {
        let Some(path) = &self.path else { return };
        if let Err(error) = write(path, token) {
            tracing::warn!(%error, "the desktop's consent is not kept; it will ask again");
        }
    }
}

fn write(path: &Path, token: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let fresh = path.with_extension(format!("{}.new", std::process::id()));
    let _ = std::fs::remove_file(&fresh);
    // Never readable by others, not even for a moment.
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)?;
    file.write_all(token.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_works_once_and_is_nobodys_else() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let token = Token::new(Some(&data));
        assert_eq!(token.take(), None);
        token.keep("one");
        token.keep("two");
        let path = data.join("portal-control.token");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
        assert_eq!(token.take().as_deref(), Some("two"));
        assert_eq!((token.take(), path.exists()), (None, false));
        // Without a folder nothing is kept, and nothing fails.
        let nowhere = Token::new(None);
        nowhere.keep("three");
        assert_eq!(nowhere.take(), None);
    }
}
