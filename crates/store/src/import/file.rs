//! A conversation out of a file that somebody chose: what was exported as JSON,
//! or what Open Interpreter saved.

use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use interpreter_protocol::{
    ConversationId, ConversationMeta, Event, Item, ItemId, Role, Transcript, kind,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::records_of;
use crate::compose::{self, Whole};
use crate::{Error, Store, name};

/// Bytes of a file that is taken.
const LARGEST: usize = 50 * 1024 * 1024;
/// The form of exported files.
pub(crate) const EXPORTED: u32 = 1;

/// An exported conversation.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Exported {
    /// [`EXPORTED`].
    pub(crate) interpreter_conversation: u32,
    pub(crate) title: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(crate) created: u64,
    #[serde(default)]
    pub(crate) model: String,
    #[serde(default)]
    pub(crate) profile: String,
    /// LMC messages, with what is known about each.
    pub(crate) messages: Vec<Item>,
    /// Pictures by hash, as base64.
    #[serde(default)]
    pub(crate) blobs: std::collections::BTreeMap<String, String>,
}

/// Makes a conversation of a file.
pub(crate) fn file(store: &Store, name: &str, content: &str) -> Result<ConversationId, Error> {
    let refuse = |reason: String| Error::CannotImport {
        name: name.to_owned(),
        reason,
    };
    if content.len() > LARGEST {
        let size = content.len().div_ceil(1024 * 1024);
        return Err(refuse(format!("it has {size} MB, and the largest has 50")));
    }
    let content = content.trim_start_matches('\u{feff}');
    let is_json = content.trim_start().starts_with(['[', '{']);
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("md" | "markdown") if !is_json => {
            return Err(refuse(
                "a Markdown file is for reading, and holds too little to become a conversation \
                 again; export it as JSON instead"
                    .to_owned(),
            ));
        }
        Some("html" | "htm") if !is_json => {
            return Err(refuse(
                "an HTML file is for reading; export the conversation as JSON instead".to_owned(),
            ));
        }
        _ => {}
    }
    let value: Value = serde_json::from_str(content).map_err(|reason| {
        refuse(format!(
            "it is no valid JSON (line {}, column {}: {})",
            reason.line(),
            reason.column(),
            words(&reason)
        ))
    })?;
    let whole = match value {
        Value::Object(object) if object.contains_key("interpreter_conversation") => {
            let version = object["interpreter_conversation"].as_u64();
            if version.is_some_and(|version| version > EXPORTED.into()) {
                return Err(refuse(
                    "a newer version of Interpreter exported it; update to import it".to_owned(),
                ));
            }
            let exported = serde_json::from_value(Value::Object(object)).map_err(|reason| {
                refuse(format!("a part of it is not as it should be ({reason})"))
            })?;
            ours(store, exported)?
        }
        Value::Object(object) if object.contains_key("nbformat") => {
            return Err(refuse(
                "a notebook is no conversation; export the conversation as JSON instead".to_owned(),
            ));
        }
        // Other programs put the list into an object.
        Value::Object(mut object) => match object.remove("messages") {
            Some(Value::Array(messages)) => old(store, name, messages),
            _ => return Err(refuse("it holds no list of messages".to_owned())),
        },
        Value::Array(messages) => old(store, name, messages),
        _ => return Err(refuse("it holds no list of messages".to_owned())),
    };
    if whole.items.is_empty() {
        return Err(refuse("it holds no message that is understood".to_owned()));
    }
    let first = first_words(&whole.items).unwrap_or(&whole.meta.title);
    compose::write(store, first, &whole)
}

/// What serde says, without the place, which is told already.
fn words(reason: &serde_json::Error) -> String {
    let text = reason.to_string();
    match text.rsplit_once(" at line ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

fn first_words(items: &[Item]) -> Option<&str> {
    let said = items
        .iter()
        .filter(|item| item.is(Role::User, kind::MESSAGE))
        .map(Item::text);
    said.into_iter().find(|text| !text.trim().is_empty())
}

/// An exported one comes back as it was. How much it may do here is not its to
/// say: it brings no settings.
fn ours(store: &Store, exported: Exported) -> Result<Whole, Error> {
    let mut hashes = HashMap::new();
    for (hash, base64) in &exported.blobs {
        let bytes = base64::engine::general_purpose::STANDARD.decode(base64.trim());
        if let Ok(bytes) = bytes {
            hashes.insert(hash.clone(), store.put_blob(&bytes)?);
        }
    }
    let mut items = exported.messages;
    let mut seen = HashSet::new();
    for item in &mut items {
        let id = item.id.as_str();
        // Ids name files, and each names one item.
        if id.is_empty() || id.len() > 100 || !seen.insert(item.id.clone()) {
            item.id = ItemId::new();
            seen.insert(item.id.clone());
        }
        if let Some(hash) = compose::blob_of(item).and_then(|hash| hashes.get(hash)) {
            item.content = hash.clone().into();
        }
        for step in &mut item.steps {
            for picture in [&mut step.before, &mut step.after] {
                *picture = picture.take().and_then(|hash| hashes.get(&hash).cloned());
            }
        }
    }
    Ok(Whole {
        meta: ConversationMeta {
            title: exported.title,
            model: exported.model,
            profile: exported.profile,
            ..ConversationMeta::default()
        },
        created: exported.created,
        items,
        ..Whole::default()
    })
}

fn old(store: &Store, name: &str, messages: Vec<Value>) -> Whole {
    let mut transcript = Transcript::default();
    for (seq, record) in (1..).zip(records_of(store, messages)) {
        transcript.apply(&Event {
            conversation: ConversationId::from(""),
            seq,
            item: record.item,
            chunk: record.chunk,
        });
    }
    let items = transcript.items;
    // Open Interpreter named its files after the first words and the time.
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let title = match (stem.contains("__"), first_words(&items)) {
        (false, Some(words)) => name::title(words),
        _ => name::title_of_name(stem),
    };
    Whole {
        meta: ConversationMeta {
            title,
            ..ConversationMeta::default()
        },
        items,
        ..Whole::default()
    }
}
