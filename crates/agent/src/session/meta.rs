//! What a conversation is called, how it is set, and where it stands in the list.

use interpreter_protocol::{Chunk, ConversationMeta, Error, ItemId, Role, kind};
use serde_json::{Map, Value};

use super::State;

impl State {
    pub(super) fn configure(&mut self, values: &Map<String, Value>) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let mut own = self.own.clone();
        for (key, value) in values {
            if value.is_null() {
                own.remove(key);
            } else {
                own.insert(key.clone(), value.clone());
            }
        }
        self.emitter.overrides(&own)?;
        self.own = own;
        self.note_meta();
        Ok(())
    }

    /// Tells the fronts title, model, mode and cost, if they changed.
    pub(crate) fn note_meta(&mut self) {
        let settings = self.host.settings(&self.conversation, &self.own);
        let model = match self.own.get("model").and_then(Value::as_str) {
            Some(model) => model.to_owned(),
            None => self.model_name.clone(),
        };
        self.change_meta(|meta| {
            meta.mode = settings.mode;
            meta.os = settings.os;
            meta.profile = settings.profile;
            if !model.is_empty() {
                meta.model = model;
            }
        });
    }

    /// Changes what is told of the conversation, and tells it if it changed.
    pub(super) fn change_meta(&mut self, change: impl FnOnce(&mut ConversationMeta)) {
        let mut meta = self.emitter.transcript.meta.clone();
        change(&mut meta);
        if meta != self.emitter.transcript.meta {
            let content = serde_json::to_value(meta).unwrap_or_default();
            let chunk = Chunk::new(Role::Server, kind::CONVERSATION).content(content);
            self.emitter.note(None, chunk);
        }
    }

    /// Writes what the person said.
    pub(crate) fn say(&mut self, content: Vec<Chunk>) -> Option<ItemId> {
        if self.emitter.transcript.meta.title.is_empty() {
            let title = title_of(&content);
            self.change_meta(|meta| meta.title = title);
        }
        let mut first = None;
        for chunk in content {
            let item = self.emitter.whole(chunk);
            first.get_or_insert(item);
        }
        first
    }
}

/// A title from what the person said first: their words, else what they attached.
fn title_of(content: &[Chunk]) -> String {
    let words = |chunk: &&Chunk| matches!(chunk.kind.as_str(), kind::MESSAGE | kind::CODE);
    if let Some(text) = content.iter().filter(words).find_map(Chunk::text) {
        return title(text);
    }
    let path = content.iter().find_map(|chunk| match chunk.kind.as_str() {
        kind::FILE => chunk.text(),
        _ => chunk.key("path"),
    });
    let name = path.and_then(|path| path.rsplit(['/', '\\']).next());
    title(name.unwrap_or("Picture"))
}

/// A title from the first words of the person.
fn title(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or("New conversation");
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST).collect();
    let whole_words = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words}…")
}
