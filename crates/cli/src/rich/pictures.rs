//! Pictures and pages in a terminal: a file, and where it is.

use std::collections::HashMap;
use std::path::PathBuf;

use base64::Engine as _;
use interpreter_engine::Engine;
use interpreter_protocol::{Chunk, kind};

/// Keeps what was shown as files, in a folder of our own in the temp folder.
pub(crate) struct Pictures {
    engine: Engine,
    folder: Option<PathBuf>,
    placed: HashMap<String, String>,
}

impl Pictures {
    /// Nothing is written yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            folder: None,
            placed: HashMap::new(),
        }
    }

    /// Where the picture or page of this chunk lies as a file; none where the
    /// chunk has none, or it is a frame of the screen.
    pub(crate) fn place(&mut self, chunk: &Chunk) -> Option<String> {
        let content = chunk.text()?;
        if chunk.extra.contains_key("frame") {
            return None;
        }
        let format = chunk.format.as_deref().unwrap_or_default();
        if format == "path" {
            return Some(content.to_owned());
        }
        if let Some(place) = self.placed.get(content) {
            return Some(place.clone());
        }
        let (extension, bytes) = match (chunk.kind.as_str(), format) {
            (kind::IMAGE, "blob") => match self.engine.blob(content) {
                Ok((media_type, bytes)) => (extension(&media_type), bytes),
                Err(error) => return Some(format!("(not readable: {})", error.message)),
            },
            (kind::IMAGE, "base64" | "base64.png" | "base64.jpeg") => {
                let bytes = base64::engine::general_purpose::STANDARD
                    .decode(content)
                    .ok()?;
                (
                    if format == "base64.jpeg" {
                        "jpg"
                    } else {
                        "png"
                    },
                    bytes,
                )
            }
            (kind::CODE, "html") => ("html", content.as_bytes().to_vec()),
            _ => return None,
        };
        let place = self
            .write(extension, &bytes)
            .unwrap_or_else(|error| format!("(cannot be saved for viewing: {error})"));
        self.placed.insert(content.to_owned(), place.clone());
        Some(place)
    }

    fn write(&mut self, extension: &str, bytes: &[u8]) -> std::io::Result<String> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => {
                // Only for this user, and left there: it is to be looked at.
                let folder = tempfile::Builder::new()
                    .prefix("interpreter-")
                    .tempdir()?
                    .keep();
                self.folder.insert(folder).clone()
            }
        };
        let path = folder.join(format!("{}.{extension}", self.placed.len() + 1));
        std::fs::write(&path, bytes)?;
        Ok(path.display().to_string())
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        _ => "png",
    }
}
