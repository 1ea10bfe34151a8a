//! The lines of a conversation file, and the short form of streamed text.

use std::collections::HashMap;

use interpreter_protocol::{Chunk, ConversationMeta, ItemId, Role, kind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The format this version writes.
pub(crate) const FORMAT: u64 = 1;

/// One thing to append.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The item it is part of, or speaks of.
    pub item: Option<ItemId>,
    /// The chunk.
    pub chunk: Chunk,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) format: u64,
    #[serde(default)]
    pub(crate) name: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(crate) created: u64,
    #[serde(default)]
    pub(crate) meta: ConversationMeta,
}

/// Any other line. One of the last four is set; a line with none of them is of
/// a kind this version does not know, and is skipped.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seq: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<ItemId>,
    /// When it was written, in milliseconds since 1970: of usage, whose costs
    /// are summed by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) append: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) chunk: Option<Chunk>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) overrides: Option<Map<String, Value>>,
}

#[derive(Serialize)]
struct AppendLine<'a> {
    seq: u64,
    item: &'a ItemId,
    append: &'a str,
}

#[derive(Serialize)]
struct ChunkLine<'a> {
    seq: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'a ItemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
    chunk: &'a Chunk,
}

/// Adds one value as a line.
pub(crate) fn push_line(buffer: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *buffer, value)?;
    buffer.push(b'\n');
    Ok(())
}

/// Adds a record as a line, in the short form where it has one. `now` goes with
/// what is summed by time.
pub(crate) fn push_record(
    buffer: &mut Vec<u8>,
    seq: u64,
    record: &Record,
    shapes: &Shapes,
    now: u64,
) -> serde_json::Result<()> {
    match &record.item {
        Some(item) if shapes.is_more_text(item, &record.chunk) => {
            let append = record.chunk.text().unwrap_or_default();
            push_line(buffer, &AppendLine { seq, item, append })
        }
        item => push_line(
            buffer,
            &ChunkLine {
                seq,
                item: item.as_ref(),
                at: is_usage(&record.chunk).then_some(now),
                chunk: &record.chunk,
            },
        ),
    }
}

/// Whether a chunk tells what a model call cost.
pub(crate) fn is_usage(chunk: &Chunk) -> bool {
    chunk.is(Role::Server, kind::USAGE)
}

/// A chunk as it was written: `"content": null` is read as no content at all,
/// but a chunk that neither begins nor ends anything has one.
pub(crate) fn restore(mut chunk: Chunk) -> Chunk {
    if !chunk.start && !chunk.end && chunk.content.is_none() {
        chunk.content = Some(Value::Null);
    }
    chunk
}

/// What a chunk of text for an item looks like, besides the text.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    role: Role,
    kind: String,
    format: Option<String>,
    recipient: Option<String>,
}

/// The shapes of the items that stream. Writer and reader keep them by the same
/// rule, so that a piece of text needs only the item's id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes(HashMap<ItemId, Shape>);

/// What [`Shapes::note`] changed, to take it back.
pub(crate) struct Undo(ItemId, Option<Shape>);

impl Shapes {
    /// Takes a chunk into account that was written in full.
    pub(crate) fn note(&mut self, item: &ItemId, chunk: &Chunk) -> Option<Undo> {
        if chunk.end {
            let old = self.0.remove(item)?;
            return Some(Undo(item.clone(), Some(old)));
        }
        if !chunk.start && chunk.text().is_none() {
            return None;
        }
        let shape = Shape {
            role: chunk.role,
            kind: chunk.kind.clone(),
            format: chunk.format.clone(),
            recipient: chunk.recipient.clone(),
        };
        let old = self.0.insert(item.clone(), shape);
        Some(Undo(item.clone(), old))
    }

    pub(crate) fn take_back(&mut self, undo: Undo) {
        match undo.1 {
            Some(shape) => self.0.insert(undo.0, shape),
            None => self.0.remove(&undo.0),
        };
    }

    /// Whether a chunk is nothing but more text for its item.
    pub(crate) fn is_more_text(&self, item: &ItemId, chunk: &Chunk) -> bool {
        !chunk.start
            && !chunk.end
            && chunk.extra.is_empty()
            && chunk.text().is_some()
            && self.0.get(item).is_some_and(|shape| {
                shape.role == chunk.role
                    && shape.kind == chunk.kind
                    && shape.format == chunk.format
                    && shape.recipient == chunk.recipient
            })
    }

    /// The chunk behind the short form.
    pub(crate) fn expand(&self, item: &ItemId, text: String) -> Option<Chunk> {
        let shape = self.0.get(item)?;
        let mut chunk = Chunk::new(shape.role, &shape.kind).content(text);
        chunk.format.clone_from(&shape.format);
        chunk.recipient.clone_from(&shape.recipient);
        Some(chunk)
    }
}
