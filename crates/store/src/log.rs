//! Reads conversation files line by line, so that memory holds the conversation, not the file.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use interpreter_protocol::{Chunk, ConversationId, Event, Role, Transcript};

use crate::folders::millis;
use crate::index::Noted;
use crate::line::{FORMAT, Header, Line, Shapes, restore};
use crate::{Error, Recorded};

/// How a file ends, for a writer to go on.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    /// Bytes up to the end of the last whole line.
    pub(crate) bytes: u64,
    /// The last event's number.
    pub(crate) seq: u64,
    /// Of the items that still stream.
    pub(crate) shapes: Shapes,
    /// It has its first line.
    pub(crate) has_header: bool,
    /// Costs and pictures, for the index.
    pub(crate) noted: Noted,
    damaged: u32,
}

/// Something a file says.
enum Said<'a> {
    Header(Header),
    /// With the time it was written, where that is kept.
    Event(&'a Event, Option<u64>),
    Other(Line),
}

/// Tells everything a file says, in order. Of an event numbered `after` or
/// lower it may say nothing.
fn replay(
    path: &Path,
    id: &ConversationId,
    after: u64,
    mut say: impl FnMut(Said<'_>),
) -> Result<Tail, Error> {
    let cannot_read = |reason: std::io::Error| Error::read(path, &reason);
    let file = File::open(path).map_err(cannot_read)?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut tail = Tail::default();
    let mut bytes = Vec::new();
    let mut event = Event {
        conversation: id.clone(),
        seq: 0,
        item: None,
        chunk: Chunk::new(Role::Server, ""),
    };
    loop {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes).map_err(cannot_read)?;
        if read == 0 || bytes.last() != Some(&b'\n') {
            // The end, or a line that a crash cut off.
            return Ok(tail);
        }
        let first = tail.bytes == 0;
        tail.bytes += read as u64;
        if first && let Ok(header) = serde_json::from_slice::<Header>(&bytes) {
            tail.has_header = true;
            say(Said::Header(header));
            continue;
        }
        if let Some(seq) = short_seq(&bytes)
            && seq <= after
        {
            tail.seq = tail.seq.max(seq);
            continue;
        }
        let Ok(mut line) = serde_json::from_slice::<Line>(&bytes) else {
            tail.damaged += 1;
            continue;
        };
        let chunk = match (line.chunk.take(), line.append.take(), &line.item) {
            (Some(chunk), _, item) => {
                let chunk = restore(chunk);
                if let Some(item) = item {
                    tail.shapes.note(item, &chunk);
                }
                chunk
            }
            (None, Some(text), Some(item)) => match tail.shapes.expand(item, text) {
                Some(chunk) => chunk,
                // What it continues was in a damaged line.
                None => {
                    tail.damaged += 1;
                    continue;
                }
            },
            _ => {
                say(Said::Other(line));
                continue;
            }
        };
        tail.seq = line.seq.unwrap_or(tail.seq + 1);
        event.seq = tail.seq;
        event.item = line.item;
        event.chunk = chunk;
        say(Said::Event(&event, line.at));
    }
}

/// The number of a line in the short form, without reading the rest of it.
fn short_seq(bytes: &[u8]) -> Option<u64> {
    let rest = bytes.strip_prefix(b"{\"seq\":")?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(digits);
    let item = rest.strip_prefix(b",\"item\":\"")?;
    let end = item.iter().position(|byte| *byte == b'"')?;
    item[end..].strip_prefix(b"\",\"append\":")?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The whole conversation.
pub(crate) fn fold(path: &Path, id: &ConversationId) -> Result<(Recorded, Tail), Error> {
    let mut recorded = Recorded::default();
    let mut noted = Noted::default();
    let mut tail = replay(path, id, 0, |said| match said {
        Said::Header(header) => {
            recorded.created = header.created;
            recorded.transcript = Transcript {
                meta: header.meta,
                ..Transcript::default()
            };
            if header.format > FORMAT {
                recorded.read_only = Some(Error::NewerFormat {
                    conversation: id.clone(),
                    format: header.format,
                });
            }
        }
        Said::Event(event, at) => {
            noted.see(event, at);
            recorded.transcript.apply(event);
        }
        Said::Other(line) => {
            if let (Some(item), Some(raw)) = (line.item, line.provider) {
                recorded.provider.insert(item, raw);
            }
            for (key, value) in line.overrides.unwrap_or_default() {
                crate::writer::set(&mut recorded.overrides, key, value);
            }
        }
    })?;
    recorded.damaged = tail.damaged;
    tail.noted = noted;
    if recorded.created == 0 {
        recorded.created = std::fs::metadata(path)
            .and_then(|meta| meta.modified())
            .map_or(0, millis);
    }
    Ok((recorded, tail))
}

/// The events after a number.
pub(crate) fn events(path: &Path, id: &ConversationId, after: u64) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    replay(path, id, after, |said| {
        if let Said::Event(event, _) = said
            && event.seq > after
        {
            events.push(event.clone());
        }
    })?;
    Ok(events)
}
