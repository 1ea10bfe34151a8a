//! macOS, Windows: a private temporary file, which the system keeps in memory.

use std::io::{self, Write as _};

/// Pixels in a temporary file.
pub(crate) struct Frame {
    file: tempfile::NamedTempFile,
}

impl Frame {
    pub(crate) fn new(bytes: &[u8]) -> io::Result<Self> {
        let mut file = tempfile::Builder::new()
            .prefix("interpreter-frame-")
            .tempfile()?;
        file.write_all(bytes)?;
        file.flush()?;
        Ok(Self { file })
    }

    pub(crate) fn path(&self) -> String {
        self.file.path().display().to_string()
    }
}
