//! What the person says and attaches, on its way into a conversation. Everything is
//! looked at before anything is sent, so a refused message leaves no trace.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

use interpreter_protocol::{Chunk, Error, ErrorCode, Role, UserPart, kind};

use crate::computer_socket::decode;
use crate::host::EngineHost;
use crate::picture::Stored;

/// Largest text of one message, in bytes.
const LONGEST_MESSAGE: usize = 64 * 1024 * 1024;
/// Largest picture, in bytes.
const LARGEST_PICTURE: u64 = 20 * 1_000_000;

/// The parts as content chunks. Pictures go into the store; of files only the path
/// travels, for code to open.
pub(crate) fn content(host: &EngineHost, parts: &[UserPart]) -> Result<Vec<Chunk>, Error> {
    let said = |part: &UserPart| part.kind != kind::MESSAGE || !part.content.trim().is_empty();
    if !parts.iter().any(said) {
        return Err(refused("The message is empty."));
    }
    parts.iter().map(|part| chunk(host, part)).collect()
}

/// What a new conversation is named after: words before attachments.
pub(crate) fn first_words(parts: &[UserPart]) -> &str {
    let said = parts.iter().find(|part| part.kind == kind::MESSAGE);
    let attached = || {
        let part = parts.iter().find(|part| is_path(part))?;
        part.content.rsplit(['/', '\\']).next()
    };
    said.map(|part| part.content.as_str())
        .or_else(attached)
        .unwrap_or("Picture")
}

fn is_path(part: &UserPart) -> bool {
    part.kind == kind::FILE || part.format.as_deref() == Some("path")
}

fn chunk(host: &EngineHost, part: &UserPart) -> Result<Chunk, Error> {
    let format = part.format.as_deref().unwrap_or_default();
    match (part.kind.as_str(), format) {
        (kind::MESSAGE, _) if part.content.len() > LONGEST_MESSAGE => {
            let length = part.content.len() / 1_000_000;
            let message = format!("The message has {length} MB, and the longest has 64.");
            Err(refused(message).remedy("Save the text as a file and attach it, or name its path."))
        }
        (kind::MESSAGE, UserPart::QUOTE) => Ok(Chunk::new(Role::User, kind::MESSAGE)
            .format(UserPart::QUOTE)
            .content(part.content.clone())),
        (kind::MESSAGE, _) => {
            Ok(Chunk::new(Role::User, kind::MESSAGE).content(part.content.clone()))
        }
        (kind::FILE, "path" | "") => {
            let (path, _) = file(host, &part.content)?;
            Ok(Chunk::new(Role::User, kind::FILE)
                .format("path")
                .content(path.display().to_string()))
        }
        (kind::IMAGE, "path") => {
            let (path, size) = file(host, &part.content)?;
            small_enough(&path.display().to_string(), size)?;
            let bytes = fs::read(&path).map_err(|error| unreadable(&part.content, &error))?;
            let stored = Stored::put(&host.store, &bytes)?;
            Ok(stored
                .chunk(Role::User)
                .with("path", path.display().to_string()))
        }
        (kind::IMAGE, "" | "base64" | "base64.png" | "base64.jpeg") => {
            // Browsers put the media type before it.
            let text = match part.content.split_once(";base64,") {
                Some((head, text)) if head.starts_with("data:") => text,
                _ => &part.content,
            };
            small_enough("The picture", text.len() as u64 / 4 * 3)?;
            let bytes = decode(text).ok_or_else(|| refused("The picture is not base64."))?;
            Ok(Stored::put(&host.store, &bytes)?.chunk(Role::User))
        }
        (kind::IMAGE | kind::FILE, other) => Err(refused(format!(
            "An attachment cannot have the format `{other}`."
        ))),
        (other, _) => Err(refused(format!(
            "A message cannot hold a part of type `{other}`."
        ))),
    }
}

/// The whole path and the size of a file that can be read.
fn file(host: &EngineHost, path: &str) -> Result<(PathBuf, u64), Error> {
    let whole = host.folder.join(path);
    let about = fs::metadata(&whole).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        return Err(refused(format!(
            "{path} is a folder, and only files can be attached."
        ))
        .remedy("Attach the files in it, or name the folder in the message.")
        .param("path", path));
    }
    if !about.is_file() {
        return Err(refused(format!("{path} is not an ordinary file.")).param("path", path));
    }
    File::open(&whole).map_err(|error| unreadable(path, &error))?;
    Ok((whole, about.len()))
}

fn small_enough(what: &str, size: u64) -> Result<(), Error> {
    if size <= LARGEST_PICTURE {
        return Ok(());
    }
    let megabytes = size.div_ceil(1_000_000);
    let message = format!("{what} has {megabytes} MB, and the largest picture has 20.");
    Err(refused(message).remedy("Make it smaller, or attach it as a file."))
}

fn unreadable(path: &str, error: &std::io::Error) -> Error {
    let error = match error.kind() {
        ErrorKind::NotFound => refused(format!("There is no file {path}."))
            .remedy("Choose it again: it may have been moved or deleted."),
        _ => refused(format!("{path} could not be read ({error}).")),
    };
    error.param("path", path)
}

fn refused(message: impl AsRef<str>) -> Error {
    let message = format!("{} Nothing was sent.", message.as_ref());
    Error::new(ErrorCode::BadInput, message)
}
