//! Turns what happens into chunks, grouped as LMC wants it, written before anyone sees it.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use interpreter_protocol::{Chunk, Error, ItemId, Role, Transcript, kind};
use serde_json::Value;
use tokio::time::Instant;

use crate::{Entry, Journal, Memo};

/// How long text may wait to be written together with what follows.
const GROUPING: Duration = Duration::from_millis(30);

/// The item that streams now.
struct Open {
    item: ItemId,
    /// A chunk without content, as the pattern for the next ones.
    pattern: Chunk,
}

/// The only writer of a conversation's journal, and its fold.
pub(crate) struct Emitter {
    journal: Box<dyn Journal>,
    /// Everything written so far, folded.
    pub transcript: Transcript,
    /// What is kept beside items.
    pub memos: HashMap<ItemId, Memo>,
    open: Option<Open>,
    buffer: Vec<Entry>,
    due: Option<Instant>,
    /// The first failure to write. From then on nothing is written or shown any more.
    failed: Option<Error>,
}

impl Emitter {
    pub fn new(
        journal: Box<dyn Journal>,
        transcript: Transcript,
        memos: HashMap<ItemId, Memo>,
    ) -> Self {
        Self {
            journal,
            transcript,
            memos,
            open: None,
            buffer: Vec::new(),
            due: None,
            failed: None,
        }
    }

    /// The failure to write, once; the turn must end then.
    pub fn take_failure(&mut self) -> Option<Error> {
        self.failed.take()
    }

    /// Whether writing has failed.
    pub fn has_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// When the buffered text must be written.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Adds a content chunk to the open item, or ends that and opens one that fits.
    /// `extra` of the first chunk goes on the start flag.
    pub fn stream(&mut self, chunk: Chunk) -> ItemId {
        if let Some(open) = self
            .open
            .as_ref()
            .filter(|open| same_group(&open.pattern, &chunk))
        {
            let item = open.item.clone();
            self.delta(&item, chunk);
            return item;
        }
        self.close();
        let item = ItemId::new();
        let mut start = Chunk {
            content: None,
            start: true,
            ..chunk.clone()
        };
        if start.kind == kind::CONSOLE {
            // `output` and `active_line` share a group, so its flags carry no format.
            start.format = None;
        }
        let pattern = Chunk {
            start: false,
            ..start.clone()
        };
        start.extra.insert("at".to_owned(), Value::from(now_ms()));
        self.push(Some(item.clone()), start);
        self.open = Some(Open {
            item: item.clone(),
            pattern,
        });
        self.delta(&item, chunk);
        item
    }

    fn delta(&mut self, item: &ItemId, mut chunk: Chunk) {
        let empty = chunk
            .content
            .as_ref()
            .is_none_or(|content| content.as_str() == Some(""));
        if empty {
            return;
        }
        if chunk.format.as_deref() != Some("active_line") {
            // The keys are on the start flag already.
            chunk.extra.clear();
        }
        if let (Some(Value::String(more)), Some(last)) = (&chunk.content, self.buffer.last_mut())
            && last.item.as_ref() == Some(item)
            && !last.chunk.start
            && last.chunk.format == chunk.format
            && let Some(Value::String(text)) = &mut last.chunk.content
        {
            text.push_str(more);
            return;
        }
        self.push(Some(item.clone()), chunk);
    }

    /// Ends the open item.
    pub fn close(&mut self) -> Option<ItemId> {
        self.close_with(|chunk| chunk)
    }

    /// Ends the open item because what produced it broke off.
    pub fn close_cut_off(&mut self) -> Option<ItemId> {
        self.close_with(|chunk| chunk.with("cut_off", true))
    }

    fn close_with(&mut self, mark: impl FnOnce(Chunk) -> Chunk) -> Option<ItemId> {
        let open = self.open.take()?;
        let mut end = Chunk {
            end: true,
            ..open.pattern
        };
        end.extra.clear();
        self.push(Some(open.item.clone()), mark(end));
        self.flush();
        Some(open.item)
    }

    /// The item that streams now.
    pub fn open_item(&self) -> Option<&ItemId> {
        self.open.as_ref().map(|open| &open.item)
    }

    /// Writes a whole item: start, content, end.
    pub fn whole(&mut self, chunk: Chunk) -> ItemId {
        self.close();
        let item = self.stream(chunk);
        self.close();
        item
    }

    /// Writes a chunk that is complete by itself and speaks of `item`. The open item stays open.
    pub fn note(&mut self, item: Option<&ItemId>, chunk: Chunk) {
        self.push(item.cloned(), chunk);
        self.flush();
    }

    /// Writes an error where it happened.
    pub fn error(&mut self, error: &Error) {
        self.close();
        let content = serde_json::to_value(error).unwrap_or_default();
        let chunk = Chunk::new(Role::Server, kind::ERROR)
            .format(error.code.as_str())
            .content(content);
        let item = ItemId::new();
        self.note(Some(&item), chunk.with("at", now_ms()));
    }

    /// Keeps something beside an item.
    pub fn memo(&mut self, item: &ItemId, change: impl FnOnce(&mut Memo)) {
        let memo = self.memos.entry(item.clone()).or_default();
        change(memo);
        let value = serde_json::to_value(&*memo).unwrap_or_default();
        // The item must be on disk before what is kept beside it.
        self.flush();
        if self.failed.is_none()
            && let Err(error) = self.journal.memo(item, &value)
        {
            self.fail(error);
        }
    }

    /// Keeps the conversation's own settings.
    pub fn overrides(&mut self, values: &serde_json::Map<String, Value>) -> Result<(), Error> {
        self.journal.overrides(values)
    }

    fn push(&mut self, item: Option<ItemId>, chunk: Chunk) {
        self.buffer.push(Entry { item, chunk });
        self.due.get_or_insert_with(|| Instant::now() + GROUPING);
    }

    /// Writes what is buffered.
    pub fn flush(&mut self) {
        self.due = None;
        if self.buffer.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut self.buffer);
        if self.failed.is_some() {
            return;
        }
        match self.journal.append(entries) {
            Ok(events) => {
                for event in &events {
                    self.transcript.apply(event);
                }
            }
            Err(error) => self.fail(error),
        }
    }

    fn fail(&mut self, error: Error) {
        self.journal.unsaved(&error);
        self.failed = Some(error);
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

/// Whether a chunk continues an item: role and type, and, but for the console, format.
fn same_group(open: &Chunk, chunk: &Chunk) -> bool {
    let same = open.role == chunk.role
        && open.kind == chunk.kind
        && open.recipient == chunk.recipient
        && open.extra.get("parent") == chunk.extra.get("parent");
    // Only text goes on; a picture is whole.
    same && (chunk.kind == kind::CONSOLE
        || (open.format == chunk.format && chunk.content.as_ref().is_some_and(Value::is_string)))
        && !matches!(chunk.kind.as_str(), kind::IMAGE | kind::FILE)
}
