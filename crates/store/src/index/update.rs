//! What the index is told of a conversation.

use std::collections::HashSet;

use interpreter_protocol::{
    ConversationId, ConversationSummary, Event, HitKind, Item, ItemId, Role, RunState, Transcript,
    kind,
};

use super::kinds;
use super::noted::{Noted, Picture, Spending};
use crate::folders::{Source, millis};
use crate::{Recorded, Store, blob, import, log, name};

/// Bytes of one item that can be found.
const LONGEST: usize = 256 * 1024;
/// Characters of what was said first.
const FIRST: usize = 120;

/// What is new in one conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) summary: ConversationSummary,
    /// Length of the file that this is the state of; none where it has to be
    /// read again next time.
    pub(crate) bytes: Option<u64>,
    /// Length of the file that the change is from. Where the index has another
    /// state, it missed something and the file is read again.
    pub(crate) from: u64,
    /// Texts that are new or changed; empty ones are gone.
    pub(crate) texts: Vec<(ItemId, Text)>,
    /// Costs that are new.
    pub(crate) spendings: Vec<Spending>,
    /// Pictures that are new.
    pub(crate) pictures: Vec<Picture>,
    /// Texts, costs and pictures are all there are.
    pub(crate) whole: bool,
}

/// What can be found of an item.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Text {
    /// One of `kinds`.
    pub(super) kind: &'static str,
    /// Of code.
    pub(super) language: Option<String>,
    pub(super) text: String,
}

/// What a writer has appended since it last told the index.
#[derive(Debug)]
pub(crate) struct Notes {
    changed: HashSet<ItemId>,
    noted: Noted,
    worth_telling: bool,
    /// Length of the file when the index was last told.
    told: u64,
}

impl Notes {
    /// For a file of which the index knows this many bytes, in which this was seen.
    pub(crate) fn new(told: u64, mut noted: Noted) -> Self {
        // Of what is in those bytes the index knows already.
        noted.take();
        Self {
            changed: HashSet::new(),
            noted,
            worth_telling: false,
            told,
        }
    }

    /// The index knows nothing of the file yet.
    pub(crate) fn begin(&mut self) {
        self.told = 0;
    }

    pub(crate) fn see(&mut self, event: &Event, now: u64) {
        self.noted.see(event, Some(now));
        let chunk = &event.chunk;
        let named = |key: &str| chunk.content.as_ref().and_then(|content| content.get(key));
        match chunk.kind.as_str() {
            kind::EDITED => {
                let item = named("item").and_then(|item| item.as_str());
                self.changed.extend(item.map(ItemId::from));
            }
            kind::REMOVED => {
                let items = named("items").and_then(|items| items.as_array());
                let items = items.into_iter().flatten().filter_map(|item| item.as_str());
                self.changed.extend(items.map(ItemId::from));
            }
            kind::CONVERSATION | kind::USAGE | kind::STATUS | kind::ERROR => {}
            _ if chunk.end => self.changed.extend(event.item.clone()),
            _ => return,
        }
        self.worth_telling = true;
    }

    pub(crate) fn changed(&mut self, item: &ItemId) {
        self.changed.insert(item.clone());
    }

    pub(crate) fn are_worth_telling(&self) -> bool {
        self.worth_telling
    }

    pub(crate) fn take(&mut self, id: &ConversationId, recorded: &Recorded, bytes: u64) -> Update {
        let changed = std::mem::take(&mut self.changed);
        let from = std::mem::replace(&mut self.told, bytes);
        self.worth_telling = false;
        let transcript = &recorded.transcript;
        let texts = changed
            .into_iter()
            .map(|item| {
                let text = transcript.item(&item).map(searchable).unwrap_or_default();
                (item, text)
            })
            .collect();
        let updated = millis(std::time::SystemTime::now());
        let (spendings, pictures) = self.noted.take();
        Update {
            summary: summary(id, transcript, recorded.created, updated),
            bytes: Some(bytes),
            from,
            texts,
            spendings,
            pictures,
            whole: false,
        }
    }
}

/// A conversation's line in the list.
fn summary(
    id: &ConversationId,
    transcript: &Transcript,
    created: u64,
    updated: u64,
) -> ConversationSummary {
    let meta = &transcript.meta;
    let items = &transcript.items;
    let title = match meta.title.as_str() {
        "" => name::title_of_name(id.as_str()),
        title => title.to_owned(),
    };
    ConversationSummary {
        id: id.clone(),
        title,
        created,
        updated,
        cost: meta.cost,
        items: items.len() as u32,
        pinned: meta.pinned,
        archived: meta.archived,
        first: first(items),
        model: meta.model.clone(),
        profile: meta.profile.clone(),
        ran_code: ran_code(items),
        used_screen: items.iter().any(used_screen),
        has_files: items.iter().any(is_attached),
        failed: items
            .last()
            .is_some_and(|item| item.is(Role::Server, kind::ERROR)),
        damaged: None,
    }
}

/// The beginning of what was said first, in one line.
fn first(items: &[Item]) -> String {
    let said = items
        .iter()
        .filter(|item| item.is(Role::User, kind::MESSAGE))
        .map(Item::text)
        .find(|text| !text.trim().is_empty());
    // A pasted book has no end worth splitting into words.
    let start: String = said.unwrap_or_default().chars().take(8 * FIRST).collect();
    let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(FIRST) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

fn ran_code(items: &[Item]) -> bool {
    items.iter().enumerate().any(|(at, item)| {
        item.kind == kind::CODE
            && match &item.run {
                Some(run) => match run.state {
                    RunState::Running
                    | RunState::NeedsInput
                    | RunState::Done
                    | RunState::Failed => true,
                    // Also what never began can be stopped.
                    RunState::Stopped => run.ms.is_some(),
                    _ => false,
                },
                // Imported: it ran if it printed.
                None => items
                    .get(at + 1)
                    .is_some_and(|next| next.is(Role::Computer, kind::CONSOLE)),
            }
    })
}

fn used_screen(item: &Item) -> bool {
    match item.kind.as_str() {
        kind::ACTION => item
            .run
            .as_ref()
            .is_some_and(|run| matches!(run.state, RunState::Done | RunState::Failed)),
        kind::IMAGE => item.role == Role::Computer && item.extra.contains_key("frame"),
        _ => false,
    }
}

fn is_attached(item: &Item) -> bool {
    item.role == Role::User && matches!(item.kind.as_str(), kind::FILE | kind::IMAGE)
}

/// The part of an item that can be found.
fn searchable(item: &Item) -> Text {
    let kind = match (item.kind.as_str(), &item.role) {
        (kind::MESSAGE, Role::User) => HitKind::Person,
        (kind::MESSAGE, Role::Assistant) => HitKind::Reply,
        (kind::MESSAGE | kind::CONSOLE, _) => HitKind::Output,
        (kind::REASONING, _) => HitKind::Reasoning,
        (kind::CODE, _) => HitKind::Code,
        (kind::FILE, _) => HitKind::File,
        _ => return Text::default(),
    };
    let language = (kind == HitKind::Code)
        .then(|| item.format.clone())
        .flatten();
    let text = item.code();
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // These mark hits in a snippet.
    let text = text[..end].replace(['\u{2}', '\u{3}'], " ");
    Text {
        kind: kinds::name(kind),
        language,
        text,
    }
}

/// A conversation as its file says, for the index.
pub(super) fn from_file(store: &Store, id: &ConversationId, source: &Source) -> Update {
    let (Source::Log(path) | Source::Old(path)) = source;
    // Before reading: what is appended meanwhile counts as not known.
    let meta = std::fs::metadata(path).ok();
    let updated = meta
        .as_ref()
        .and_then(|meta| meta.modified().ok())
        .map_or(0, millis);
    let read = match source {
        Source::Log(path) => log::fold(path, id),
        Source::Old(path) => {
            import::read(store, id, path).map(|recorded| (recorded, log::Tail::default()))
        }
    };
    let mut bytes = meta.map(|meta| meta.len());
    let (recorded, tail, mut damaged) = match read {
        Ok((recorded, tail)) => (recorded, tail, None),
        Err(reason) => {
            // It may have been a matter of rights or of a disk that was away.
            bytes = None;
            (
                Recorded::default(),
                log::Tail::default(),
                Some(reason.to_string()),
            )
        }
    };
    let transcript = &recorded.transcript;
    let mut noted = tail.noted;
    if transcript.items.is_empty() && !tail.has_header && recorded.damaged > 0 {
        let lines = recorded.damaged;
        damaged = Some(format!(
            "{} holds nothing that makes sense ({lines} lines). It was left as it is.",
            path.display()
        ));
        noted.pictures = mentioned(path);
    }
    let texts = transcript
        .items
        .iter()
        .map(|item| (item.id.clone(), searchable(item)))
        .filter(|(_, text)| !text.text.is_empty())
        .collect();
    let created = if recorded.created == 0 {
        updated
    } else {
        recorded.created
    };
    let (spendings, pictures) = noted.take();
    Update {
        summary: ConversationSummary {
            damaged,
            ..summary(id, transcript, created, updated)
        },
        bytes,
        from: 0,
        texts,
        spendings,
        pictures,
        whole: true,
    }
}

/// Whatever looks like a picture in a file that cannot be read, so that none of
/// them counts as a screenshot that may go.
fn mentioned(path: &std::path::Path) -> Vec<Picture> {
    let bytes = std::fs::read(path).unwrap_or_default();
    (1..)
        .zip(blob::mentioned(&bytes))
        .map(|(seq, hash)| Picture {
            seq,
            hash,
            screen: false,
            at: None,
        })
        .collect()
}
