//! Bytes under their hash.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use interpreter_protocol::digest;

use crate::Error;
use crate::folders::sync_folder;

pub(crate) const PREFIX: &str = "sha256:";
const DIGITS: usize = 64;

/// The name of bytes.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", digest::of_bytes(bytes))
}

pub(crate) fn put(folder: &Path, bytes: &[u8]) -> Result<String, Error> {
    let hash = hash(bytes);
    let path = path(folder, &hash)?;
    // A file of another length is what a power cut left.
    if fs::metadata(&path).is_ok_and(|meta| meta.len() == bytes.len() as u64) {
        touch(folder, &hash);
        return Ok(hash);
    }
    save_new(folder, &path, bytes)
        .map_err(|reason| Error::save(&path, &reason, "The conversation so far is kept."))?;
    Ok(hash)
}

/// Marks a blob as wanted: a deletion under way sees it by the time.
pub(crate) fn touch(folder: &Path, hash: &str) {
    if let Ok(path) = path(folder, hash) {
        let file = fs::OpenOptions::new().write(true).open(&path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
    }
}

/// Whether somebody wanted a blob (again) since a moment.
pub(crate) fn wanted_since(path: &Path, moment: SystemTime) -> bool {
    fs::metadata(path)
        .and_then(|meta| meta.modified())
        .is_ok_and(|time| time >= moment)
}

fn save_new(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A temporary file is its owner's alone, and stays so under its final name.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|failed| failed.error)?;
    sync_folder(folder);
    Ok(())
}

pub(crate) fn get(folder: &Path, hash: &str) -> Result<(String, Vec<u8>), Error> {
    let path = path(folder, hash)?;
    let bytes = fs::read(&path).map_err(|reason| match reason.kind() {
        ErrorKind::NotFound => Error::UnknownItem(hash.to_owned()),
        _ => Error::read(&path, &reason),
    })?;
    Ok((media_type(&bytes).to_owned(), bytes))
}

/// Where a blob lies. Errors: [`Error::UnknownItem`] for what is no hash.
pub(crate) fn path(folder: &Path, hash: &str) -> Result<PathBuf, Error> {
    match hash.strip_prefix(PREFIX) {
        Some(digits) if is_digits(digits.as_bytes()) => Ok(folder.join(digits)),
        _ => Err(Error::UnknownItem(hash.to_owned())),
    }
}

fn is_digits(digits: &[u8]) -> bool {
    digits.len() == DIGITS
        && digits
            .iter()
            .all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(digit))
}

/// The hashes that occur in bytes, wherever they stand.
pub(crate) fn mentioned(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(PREFIX.len())
        .position(|part| part == PREFIX.as_bytes())
    {
        rest = &rest[at + PREFIX.len()..];
        if let Some(digits) = rest.get(..DIGITS).filter(|digits| is_digits(digits)) {
            found.push(format!("{PREFIX}{}", String::from_utf8_lossy(digits)));
            rest = &rest[DIGITS..];
        }
    }
    found
}

/// By what the bytes begin with. Anything that could act in a browser is plain text or bytes.
pub(crate) fn media_type(bytes: &[u8]) -> &'static str {
    let riff = |kind: &[u8]| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(kind);
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        "image/png"
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        "image/jpeg"
    } else if bytes.starts_with(b"GIF8") {
        "image/gif"
    } else if riff(b"WEBP") {
        "image/webp"
    } else if riff(b"WAVE") {
        "audio/wav"
    } else if bytes.starts_with(b"BM") && bytes.len() > 26 {
        "image/bmp"
    } else if bytes.starts_with(b"%PDF-") {
        "application/pdf"
    } else if std::str::from_utf8(bytes).is_ok() {
        "text/plain"
    } else {
        "application/octet-stream"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn bytes_come_back_with_their_media_type() {
        let folder = tempfile::tempdir().unwrap();
        let check = |bytes: &[u8], expected: &str| {
            let hash = put(folder.path(), bytes).unwrap();
            assert_eq!(put(folder.path(), bytes).unwrap(), hash);
            assert_eq!(
                get(folder.path(), &hash).unwrap(),
                (expected.to_owned(), bytes.to_vec())
            );
        };
        check(b"\x89PNG\r\n\x1a\nrest", "image/png");
        check(b"\xff\xd8\xff\xe0rest", "image/jpeg");
        check(b"GIF89a", "image/gif");
        check(b"RIFF1234WEBPVP8 ", "image/webp");
        check(b"RIFF1234WAVEfmt ", "audio/wav");
        check(b"%PDF-1.7", "application/pdf");
        check(b"<svg onload='x'>", "text/plain");
        check(b"\x00\xff\x00", "application/octet-stream");
        check(b"", "text/plain");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 9);
    }

    #[test]
    fn what_is_no_hash_is_unknown() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "",
            "sha256:",
            "../x",
            "sha256:../../etc/passwd",
            &hash(b"never stored"),
        ] {
            assert_eq!(
                get(folder.path(), name),
                Err(Error::UnknownItem(name.to_owned()))
            );
        }
    }

    #[test]
    fn a_blob_that_a_power_cut_emptied_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let hash = put(folder.path(), b"abc").unwrap();
        fs::write(path(folder.path(), &hash).unwrap(), b"").unwrap();
        put(folder.path(), b"abc").unwrap();
        assert_eq!(get(folder.path(), &hash).unwrap().1, b"abc");
    }

    #[test]
    fn hashes_are_found_in_text() {
        let one = hash(b"1");
        let two = hash(b"2");
        let text = format!("{{\"content\":\"{one}\"}} sha256:short sha256:{one}{two}");
        assert_eq!(mentioned(text.as_bytes()), [one.clone(), one, two]);
    }
}
