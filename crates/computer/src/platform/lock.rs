//! The lease as a lock on a file, for systems whose display server has no better one.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use super::{Lease, PlatformError, Result};

/// A lock in the user's runtime folder. The system lets go when its holder dies.
pub(crate) struct FileLease {
    folder: PathBuf,
    held: Option<File>,
}

impl FileLease {
    /// `runtime` absent: the folder for temporary files.
    pub(crate) fn new(runtime: Option<&Path>) -> Self {
        let folder = runtime.map_or_else(std::env::temp_dir, Path::to_path_buf);
        Self { folder, held: None }
    }

    /// Beside the lock, because a locked file cannot be read on every system.
    fn name(&self) -> PathBuf {
        self.folder.join("interpreter-gate.owner")
    }
}

impl Lease for FileLease {
    fn take(&mut self, who: &str) -> Result<()> {
        if self.held.is_some() {
            return Ok(());
        }
        let path = self.folder.join("interpreter-gate.lock");
        let failed = |error: std::io::Error| PlatformError::Failed {
            doing: format!("locking {}", path.display()),
            reason: error.to_string(),
        };
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                let name = std::fs::read_to_string(self.name()).unwrap_or_default();
                let owner = if name.is_empty() {
                    "Another program".to_owned()
                } else {
                    name
                };
                return Err(PlatformError::Taken { owner });
            }
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        std::fs::write(self.name(), who).map_err(failed)?;
        self.held = Some(file);
        Ok(())
    }

    fn is_held(&self) -> bool {
        self.held.is_some()
    }

    fn release(&mut self) {
        if self.held.take().is_some() {
            let _ = std::fs::remove_file(self.name());
        }
    }
}

impl Drop for FileLease {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_its_name_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let lease = || FileLease::new(Some(folder.path()));
        let (mut one, mut two) = (lease(), lease());
        one.take("first").unwrap();
        assert_eq!(
            two.take("second"),
            Err(PlatformError::Taken {
                owner: "first".to_owned()
            })
        );
        assert!(one.is_held() && !two.is_held());
        drop(one);
        two.take("second").unwrap();
        assert!(two.is_held());
    }
}
