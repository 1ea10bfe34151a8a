//! Where a text stands in one conversation.

use std::sync::Arc;

use interpreter_protocol::{ConversationId, FindHit, Item, ItemId, kind};

use crate::fold::{Folded, snippet};
use crate::folders::Source;
use crate::{Error, Store};

/// Hits that are told.
const MOST: usize = 5000;
/// Characters that can be looked for.
const LONGEST: usize = 1000;
/// Characters on each side of a hit.
const AROUND: usize = 40;
/// Bytes of text that stay ready for the next letter that is typed.
const KEPT: usize = 64 * 1024 * 1024;

/// The texts of one conversation, as they were at one length of its file.
#[derive(Debug)]
pub(crate) struct Texts {
    conversation: ConversationId,
    bytes: u64,
    items: Vec<(ItemId, String, Folded)>,
}

/// The places in the order of the conversation; the text is taken as it is, but
/// for upper and lower case.
pub(crate) fn find(store: &Store, id: &ConversationId, text: &str) -> Result<Vec<FindHit>, Error> {
    let wanted: String = text.chars().take(LONGEST).collect();
    let wanted = Folded::new(&wanted);
    let texts = texts(store, id)?;
    let mut hits = Vec::new();
    if wanted.as_str().is_empty() {
        return Ok(hits);
    }
    for (item, text, folded) in &texts.items {
        let room = MOST - hits.len();
        let places = folded.occurrences(&wanted).take(room);
        hits.extend((0..).zip(places).map(|(index, place)| FindHit {
            item: item.clone(),
            index,
            snippet: snippet(text, place, AROUND),
        }));
        if hits.len() == MOST {
            break;
        }
    }
    Ok(hits)
}

fn texts(store: &Store, id: &ConversationId) -> Result<Arc<Texts>, Error> {
    let (Source::Log(path) | Source::Old(path)) = store.inner.folders.source(id)?;
    let bytes = std::fs::metadata(&path).map_or(0, |meta| meta.len());
    let mut kept = crate::index::guard(&store.inner.texts);
    if let Some(texts) = &*kept
        && texts.conversation == *id
        && texts.bytes == bytes
    {
        return Ok(Arc::clone(texts));
    }
    // The old ones first: two long conversations need not be in memory at once.
    *kept = None;
    let recorded = store.read(id)?;
    let items: Vec<_> = recorded
        .transcript
        .items
        .iter()
        .filter(|item| is_text(item))
        .map(|item| {
            let text = item.code().to_owned();
            let folded = Folded::new(&text);
            (item.id.clone(), text, folded)
        })
        .collect();
    let size: usize = items.iter().map(|(_, text, _)| 2 * text.len()).sum();
    let texts = Arc::new(Texts {
        conversation: id.clone(),
        bytes,
        items,
    });
    if size <= KEPT {
        *kept = Some(Arc::clone(&texts));
    }
    Ok(texts)
}

fn is_text(item: &Item) -> bool {
    matches!(
        item.kind.as_str(),
        kind::MESSAGE | kind::CODE | kind::CONSOLE | kind::REASONING
    ) && item.recipient.as_deref() != Some("assistant")
}
