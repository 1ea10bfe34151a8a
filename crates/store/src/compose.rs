//! Writes a conversation at once: a copy, or one that comes from elsewhere.

use std::collections::HashMap;
use std::time::SystemTime;

use interpreter_protocol::{
    Chunk, ConversationId, ConversationMeta, Error as Told, Item, ItemId, Role, RunState, kind,
};
use serde_json::{Map, Value, json};

use crate::folders::millis;
use crate::line::{FORMAT, Header, Line, Record, Shapes, push_line, push_record};
use crate::writer::make_file;
use crate::{Error, Store, blob, name};

/// Told of a run that was under way in what is copied.
const NOT_COPIED: &str = "This was under way when the copy was made.";

/// A whole conversation.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    pub(crate) meta: ConversationMeta,
    /// Milliseconds since 1970; 0 where none is told: then it is created as it is written.
    pub(crate) created: u64,
    pub(crate) items: Vec<Item>,
    pub(crate) provider: HashMap<ItemId, Value>,
    pub(crate) overrides: Map<String, Value>,
}

/// Copies a conversation, whole or up to an item.
pub(crate) fn copy(
    store: &Store,
    id: &ConversationId,
    before: Option<&ItemId>,
) -> Result<ConversationId, Error> {
    let recorded = store.read(id)?;
    let mut items = recorded.transcript.items;
    if let Some(before) = before {
        let end = items.iter().position(|item| item.id == *before);
        let end = end.ok_or_else(|| Error::UnknownItem(before.0.clone()))?;
        items.truncate(end);
    }
    let old = recorded.transcript.meta;
    let word = if before.is_some() { "branch" } else { "copy" };
    let title = match old.title.as_str() {
        "" => name::title_of_name(id.as_str()),
        title => title.to_owned(),
    };
    let meta = ConversationMeta {
        title: free_title(store, &title, word),
        pinned: false,
        archived: false,
        // What it cost was spent in the other one.
        cost: 0.0,
        ..old
    };
    let mut provider = recorded.provider;
    provider.retain(|item, _| items.iter().any(|kept| kept.id == *item));
    let whole = Whole {
        meta,
        created: 0,
        items,
        provider,
        overrides: recorded.overrides,
    };
    for item in &whole.items {
        for hash in blob_of(item).into_iter().chain(step_blobs(item)) {
            // A deletion under way sees by the time that it is wanted again.
            blob::touch(&store.inner.folders.blobs, hash);
        }
    }
    let made = write(store, &title, &whole)?;
    for item in &whole.items {
        copy_output(store, id, &made, &item.id);
    }
    Ok(made)
}

/// `Title (copy)`, or with a number where that is taken.
fn free_title(store: &Store, title: &str, word: &str) -> String {
    let taken = store.list(None).unwrap_or_default();
    let is_free = |wanted: &str| taken.iter().all(|line| line.title != wanted);
    let plain = format!("{title} ({word})");
    if is_free(&plain) {
        return plain;
    }
    (2..10_000)
        .map(|number| format!("{title} ({word} {number})"))
        .find(|wanted| is_free(wanted))
        .unwrap_or(plain)
}

/// The full output of a run. That it is missing is no reason to make no copy.
fn copy_output(store: &Store, from: &ConversationId, to: &ConversationId, item: &ItemId) {
    let folders = &store.inner.folders;
    let (Ok(old), Ok(new)) = (folders.output(from, item), folders.output(to, item)) else {
        return;
    };
    if !old.is_file() {
        return;
    }
    if let Some(folder) = new.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    // A finished output never changes, so that two names for one file are enough.
    if std::fs::hard_link(&old, &new).is_err() {
        let _ = std::fs::copy(&old, &new);
    }
}

/// The hash of an item's picture.
pub(crate) fn blob_of(item: &Item) -> Option<&str> {
    let text = item.content.as_str()?;
    (item.kind == kind::IMAGE && text.starts_with(blob::PREFIX)).then_some(text)
}

/// The hashes of the pictures of an item's steps.
pub(crate) fn step_blobs(item: &Item) -> impl Iterator<Item = &str> {
    let steps = item.steps.iter();
    steps
        .flat_map(|step| step.before.iter().chain(&step.after))
        .map(String::as_str)
}

/// Writes it under a name of its own; there is never half of it.
pub(crate) fn write(
    store: &Store,
    first_words: &str,
    whole: &Whole,
) -> Result<ConversationId, Error> {
    let folders = &store.inner.folders;
    for id in name::candidates(first_words) {
        let path = folders.log(&id);
        if !folders.is_free(&id) {
            continue;
        }
        let text = text(&id, whole)
            .map_err(|reason| Error::save(&path, &reason, "No conversation was begun."))?;
        match make_file(&path, &text) {
            Ok(()) => return Ok(id),
            Err(reason) if reason.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(reason) => return Err(Error::save(&path, &reason, "No conversation was begun.")),
        }
    }
    Err(Error::save(
        &folders.conversations,
        &"no name was free",
        "No conversation was begun.",
    ))
}

fn text(id: &ConversationId, whole: &Whole) -> serde_json::Result<Vec<u8>> {
    let now = millis(SystemTime::now());
    let header = Header {
        format: FORMAT,
        name: id.0.clone(),
        created: if whole.created == 0 {
            now
        } else {
            whole.created
        },
        meta: whole.meta.clone(),
    };
    let mut text = Vec::new();
    push_line(&mut text, &header)?;
    if !whole.overrides.is_empty() {
        push_line(
            &mut text,
            &Line {
                overrides: Some(whole.overrides.clone()),
                ..Line::default()
            },
        )?;
    }
    let mut shapes = Shapes::default();
    let mut seq = 0;
    let mut push = |text: &mut Vec<u8>, record: &Record| {
        seq += 1;
        push_record(text, seq, record, &shapes, now)?;
        if let Some(item) = &record.item
            && !shapes.is_more_text(item, &record.chunk)
        {
            shapes.note(item, &record.chunk);
        }
        Ok::<_, serde_json::Error>(())
    };
    for item in &whole.items {
        for record in records(item) {
            push(&mut text, &record)?;
        }
        if let Some(raw) = whole.provider.get(&item.id) {
            push_line(
                &mut text,
                &Line {
                    item: Some(item.id.clone()),
                    provider: Some(raw.clone()),
                    ..Line::default()
                },
            )?;
        }
    }
    if !whole.items.is_empty() {
        let complete = Chunk::new(Role::Server, kind::STATUS).content("complete");
        push(
            &mut text,
            &Record {
                item: None,
                chunk: complete,
            },
        )?;
    }
    Ok(text)
}

/// Events that fold to this item.
fn records(item: &Item) -> Vec<Record> {
    let mut chunk = Chunk::new(item.role, &item.kind);
    chunk.format.clone_from(&item.format);
    chunk.recipient.clone_from(&item.recipient);
    let mut chunks = Vec::new();
    if item.is(Role::Server, kind::ERROR) {
        chunk.extra = item.extra.clone();
        // Other chunks of the server say nothing that lasts.
        if serde_json::from_value::<Told>(item.content.clone()).is_ok() {
            chunks.push(chunk.content(item.content.clone()));
        }
    } else if item.role != Role::Server {
        let has_content = !item.content.is_null() && item.content.as_str() != Some("");
        let mut flag = chunk.clone();
        if item.kind == kind::CONSOLE && has_content {
            // Output and active line share one group.
            flag.format = None;
        }
        let mut start = flag.clone().start();
        start.extra = item.extra.clone();
        chunks.push(start);
        if has_content {
            chunks.push(chunk.content(item.content.clone()));
        }
        if item.complete {
            chunks.push(flag.end());
        }
        chunks.extend(beside(item));
    }
    let id = Some(&item.id);
    let record = |chunk| Record {
        item: id.cloned(),
        chunk,
    };
    chunks.into_iter().map(record).collect()
}

/// What is known about an item besides what it is.
fn beside(item: &Item) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    if let Some(code) = &item.edited {
        let content = json!({ "item": item.id, "content": code });
        chunks.push(Chunk::new(Role::Server, kind::EDITED).content(content));
    }
    if let Some(effect) = &item.effect {
        let content = serde_json::to_value(effect).unwrap_or_default();
        chunks.push(Chunk::new(Role::Computer, kind::EFFECT).content(content));
    }
    for step in &item.steps {
        let mut step = step.clone();
        step.item = item.id.clone();
        let content = serde_json::to_value(step).unwrap_or_default();
        chunks.push(Chunk::new(Role::Computer, kind::STEP).content(content));
    }
    for mark in &item.marks {
        let mut mark = mark.clone();
        mark.item = item.id.clone();
        let content = serde_json::to_value(mark).unwrap_or_default();
        chunks.push(Chunk::new(Role::Server, kind::MARK).content(content));
    }
    if let Some(run) = &item.run {
        let mut run = run.clone();
        run.item = item.id.clone();
        if !run.state.is_final() {
            run.state = RunState::Stopped;
            run.note = Some(NOT_COPIED.to_owned());
            run.position = None;
        }
        let content = serde_json::to_value(run).unwrap_or_default();
        chunks.push(Chunk::new(Role::Server, kind::RUN).content(content));
    }
    chunks
}
