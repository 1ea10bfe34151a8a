//! Old conversations: a list of messages in one JSON value, in any dialect that
//! Open Interpreter wrote.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::SystemTime;

use base64::Engine as _;
use interpreter_protocol::{Chunk, ConversationId, Event, ItemId, Role, kind};
use serde_json::{Map, Value};

use crate::folders::millis;
use crate::line::{FORMAT, Header, Record, Shapes, push_line, push_record};
use crate::{Error, Recorded, Store, blob, name};

mod file;

pub(crate) use file::{EXPORTED, Exported, file};

/// The conversation behind an old file.
pub(crate) fn read(store: &Store, id: &ConversationId, path: &Path) -> Result<Recorded, Error> {
    let header = header(id, path);
    let mut recorded = Recorded {
        created: header.created,
        ..Recorded::default()
    };
    recorded.transcript.meta = header.meta;
    for event in events(store, id, path)? {
        recorded.transcript.apply(&event);
    }
    Ok(recorded)
}

/// Its events, numbered as they will be once it is written.
pub(crate) fn events(store: &Store, id: &ConversationId, path: &Path) -> Result<Vec<Event>, Error> {
    let records = records(store, path)?;
    Ok((1..)
        .zip(records)
        .map(|(seq, record)| Event {
            conversation: id.clone(),
            seq,
            item: record.item,
            chunk: record.chunk,
        })
        .collect())
}

/// It in today's format, for a file of its own.
pub(crate) fn as_log(store: &Store, id: &ConversationId, path: &Path) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    let mut shapes = Shapes::default();
    let mut write = || -> serde_json::Result<()> {
        push_line(&mut text, &header(id, path))?;
        Ok(())
    };
    write().map_err(|reason| Error::read(path, &reason))?;
    for (seq, record) in (1..).zip(records(store, path)?) {
        push_record(&mut text, seq, &record, &shapes, 0)
            .map_err(|reason| Error::read(path, &reason))?;
        if let Some(item) = &record.item {
            shapes.note(item, &record.chunk);
        }
    }
    Ok(text)
}

fn header(id: &ConversationId, path: &Path) -> Header {
    let modified = std::fs::metadata(path).and_then(|meta| meta.modified());
    let mut header = Header {
        format: FORMAT,
        name: id.0.clone(),
        created: millis(modified.unwrap_or_else(|_| SystemTime::now())),
        meta: Default::default(),
    };
    header.meta.title = name::title_of_name(id.as_str());
    header
}

fn records(store: &Store, path: &Path) -> Result<Vec<Record>, Error> {
    let file = File::open(path).map_err(|reason| Error::read(path, &reason))?;
    let messages: Vec<Value> = serde_json::from_reader(BufReader::new(file))
        .map_err(|reason| Error::read(path, &format!("it is no list of messages ({reason})")))?;
    Ok(records_of(store, messages))
}

/// The hashes under which an old file's images lie once it was read.
pub(crate) fn pictures(path: &Path) -> Vec<String> {
    let file = File::open(path).map(BufReader::new);
    let messages: Vec<Value> = file
        .ok()
        .and_then(|file| serde_json::from_reader(file).ok())
        .unwrap_or_default();
    messages
        .iter()
        .filter_map(|message| {
            let text = |key: &str| message.get(key).and_then(Value::as_str);
            let bytes = image(text("type")?, text("format"), text("content")?)?;
            Some(blob::hash(&bytes))
        })
        .collect()
}

/// Messages in any of the dialects, as records; what is none is left out.
pub(crate) fn records_of(store: &Store, messages: Vec<Value>) -> Vec<Record> {
    let mut out = Items::default();
    for message in messages {
        if let Value::Object(message) = message {
            out.message(store, &message);
        }
    }
    if !out.records.is_empty() {
        let complete = Chunk::new(Role::Server, kind::STATUS).content("complete");
        out.records.push(Record {
            item: None,
            chunk: complete,
        });
    }
    out.records
}

#[derive(Default)]
struct Items {
    records: Vec<Record>,
    count: usize,
}

impl Items {
    fn message(&mut self, store: &Store, message: &Map<String, Value>) {
        let text = |key: &str| message.get(key).and_then(Value::as_str);
        let role = match text("role") {
            Some("user") => Role::User,
            Some("assistant") => Role::Assistant,
            Some("computer" | "function" | "tool") => Role::Computer,
            // System messages are made anew; the server's say nothing that lasts.
            _ => return,
        };
        if let Some(kind) = text("type") {
            let mut chunk = Chunk::new(role, kind);
            chunk.format = text("format").map(str::to_owned);
            chunk.recipient = text("recipient").map(str::to_owned);
            let content = message.get("content").cloned().unwrap_or_default();
            let content = keep_image(store, &mut chunk, content);
            self.item(chunk, content);
            return;
        }
        // Before LMC: text, code and output of one step in one message.
        let said = text("message")
            .or_else(|| text("content"))
            .filter(|said| !said.is_empty());
        if let Some(said) = said {
            let chunk = match role {
                Role::Computer => Chunk::new(role, kind::CONSOLE).format("output"),
                _ => Chunk::new(role, kind::MESSAGE),
            };
            self.item(chunk, said.into());
        }
        let call = message
            .get("function_call")
            .and_then(|call| call.get("arguments"));
        let call = match call {
            Some(Value::String(arguments)) => serde_json::from_str(arguments).ok(),
            other => other.cloned(),
        };
        let code = text("code")
            .map(str::to_owned)
            .or_else(|| Some(call.as_ref()?.get("code")?.as_str()?.to_owned()));
        if let Some(code) = code {
            let language = text("language").or_else(|| call.as_ref()?.get("language")?.as_str());
            let chunk =
                Chunk::new(Role::Assistant, kind::CODE).format(language.unwrap_or("python"));
            self.item(chunk, code.into());
        }
        if let Some(output) = text("output") {
            let chunk = Chunk::new(Role::Computer, kind::CONSOLE).format("output");
            self.item(chunk, output.into());
        }
    }

    fn item(&mut self, chunk: Chunk, content: Value) {
        self.count += 1;
        // The same ids each time, so that what was read can be found again once it is written.
        let item = Some(ItemId(format!("old-{:05}", self.count)));
        let mut flag = chunk.clone();
        if flag.kind == kind::CONSOLE {
            // Output and active line share one group.
            flag.format = None;
        }
        for chunk in [flag.clone().start(), chunk.content(content), flag.end()] {
            self.records.push(Record {
                item: item.clone(),
                chunk,
            });
        }
    }
}

/// An image inside the message becomes a blob; what cannot be decoded stays.
fn keep_image(store: &Store, chunk: &mut Chunk, content: Value) -> Value {
    let bytes = content
        .as_str()
        .and_then(|text| image(&chunk.kind, chunk.format.as_deref(), text));
    match bytes.map(|bytes| store.put_blob(&bytes)) {
        Some(Ok(hash)) => {
            chunk.format = Some("blob".to_owned());
            hash.into()
        }
        _ => content,
    }
}

/// The bytes of an image that stands in a message.
fn image(kind: &str, format: Option<&str>, content: &str) -> Option<Vec<u8>> {
    let inside = kind == kind::IMAGE && format.is_some_and(|format| format.starts_with("base64"));
    let text = inside.then(|| content.trim())?;
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}
