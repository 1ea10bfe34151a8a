//! Builds a request from the items of a conversation.
//!
//! What an item looks like in a request depends only on the item and what is
//! kept beside it, so a conversation's history is the same bytes in each request.

use std::collections::HashMap;
use std::sync::Arc;

use interpreter_llm::{
    Call, CallResult, Image, Message, ModelInfo, OMITTED_IMAGE, Part, RAN_BY_USER, Raw, Speaker,
    outside,
};
use interpreter_protocol::{Item, ItemId, Role, UserPart, kind};
use serde_json::{Value, json};

use crate::{Host, Memo, StoredPart, StoredResult};

/// Told in place of a result that a crash or a stop took away.
const LOST_RESULT: &str = "Interrupted. It may have taken effect.";

/// Told before text that the person points at.
const QUOTED: &str = "The text that the user selected in another app:\n";

/// What a request's messages are built from.
pub(crate) struct Source<'a> {
    pub items: &'a [Item],
    pub memos: &'a HashMap<ItemId, Memo>,
    pub model: &'a ModelInfo,
    pub host: &'a dyn Host,
}

/// The messages of the next request.
pub(crate) fn messages(source: &Source<'_>) -> Vec<Message> {
    let mut builder = Builder {
        source,
        done: Vec::new(),
        reply: Vec::new(),
        results: Vec::new(),
        number: None,
        skip_images: images_to_skip(source),
    };
    for item in source.items {
        builder.add(item);
    }
    builder.end_reply();
    builder.done
}

struct Builder<'a> {
    source: &'a Source<'a>,
    done: Vec<Message>,
    reply: Vec<Part>,
    results: Vec<Part>,
    number: Option<u64>,
    skip_images: usize,
}

impl Builder<'_> {
    fn add(&mut self, item: &Item) {
        let memo = self.source.memos.get(&item.id);
        if memo.is_some_and(|memo| memo.omit) || item.recipient.as_deref() == Some("user") {
            return;
        }
        match (item.role, item.kind.as_str()) {
            (Role::User, kind::CODE) => {
                self.end_reply();
                let told = match memo.and_then(|memo| memo.result.clone()) {
                    Some(told) => told,
                    None => told_of_run(
                        item.format.as_deref().unwrap_or_default(),
                        item.text(),
                        result_from_items(self.source.items, item).parts,
                    ),
                };
                let parts = told.parts.iter().map(|part| self.stored(part)).collect();
                self.push(Speaker::User, parts);
            }
            // A recorded step that the person did again.
            (Role::User, kind::ACTION) => {
                self.end_reply();
                let told = memo.and_then(|memo| memo.result.clone());
                let parts = told.unwrap_or_default().parts;
                let parts = parts.iter().map(|part| self.stored(part)).collect();
                self.push(Speaker::User, parts);
            }
            (Role::User, _) => {
                self.end_reply();
                let parts = self.user_parts(item);
                self.push(Speaker::User, parts);
            }
            (Role::Assistant, kind::MESSAGE) => {
                self.begin_reply(memo);
                // Trailing white space alone is refused by some vendors.
                if !item.text().trim().is_empty() {
                    self.reply.push(Part::Text(item.text().to_owned()));
                }
            }
            (Role::Assistant, kind::REASONING) => {
                self.begin_reply(memo);
                if let Some(raw) = memo.and_then(|memo| memo.raw.clone())
                    && raw.name == self.source.model.family
                {
                    let text = item.text().to_owned();
                    self.reply.push(Part::Reasoning {
                        text,
                        raw: Some(raw),
                    });
                }
            }
            (Role::Assistant, kind::CODE | kind::ACTION | kind::CALL) => {
                self.begin_reply(memo);
                self.call(item, memo);
            }
            // A word to the model that belongs to no call: the user took control, and so on.
            (Role::Computer, kind::MESSAGE) if item.parent().is_none() => {
                self.end_reply();
                self.push(Speaker::User, vec![Part::Text(item.text().to_owned())]);
            }
            _ => {}
        }
    }

    /// A new answer of the model begins where the number changes, or after results.
    fn begin_reply(&mut self, memo: Option<&Memo>) {
        let number = memo.and_then(|memo| memo.reply);
        if number != self.number || (number.is_none() && !self.results.is_empty()) {
            self.end_reply();
            self.number = number;
        }
    }

    fn end_reply(&mut self) {
        let reply = std::mem::take(&mut self.reply);
        let results = std::mem::take(&mut self.results);
        self.push(Speaker::Assistant, reply);
        self.push(Speaker::User, results);
        self.number = None;
    }

    fn push(&mut self, speaker: Speaker, parts: Vec<Part>) {
        if parts.is_empty() {
            return;
        }
        match self.done.last_mut().filter(|last| last.speaker == speaker) {
            Some(last) => last.parts.extend(parts),
            None => self.done.push(Message { speaker, parts }),
        }
    }

    fn call(&mut self, item: &Item, memo: Option<&Memo>) {
        let made = memo.and_then(|memo| memo.call.clone());
        let mut call = match made {
            Some(call) => call,
            // Imported from elsewhere: only finished code blocks can be told as calls.
            None if item.kind == kind::CODE && item.complete && memo.is_none() => Call {
                id: format!("call_{}", item.id),
                name: "execute".to_owned(),
                arguments: json!({
                    "language": item.format.clone().unwrap_or_default(),
                    "code": item.text(),
                }),
                raw: None,
            },
            None => return,
        };
        call.raw = call
            .raw
            .filter(|raw: &Raw| raw.name == self.source.model.family);
        let result = match memo.and_then(|memo| memo.result.clone()) {
            Some(result) => result,
            None => result_from_items(self.source.items, item),
        };
        let parts = result.parts.iter().map(|part| self.stored(part)).collect();
        self.results.push(Part::Result(CallResult {
            call: call.id.clone(),
            parts,
            is_error: result.is_error,
        }));
        self.reply.push(Part::Call(call));
    }

    fn stored(&mut self, part: &StoredPart) -> Part {
        match part {
            StoredPart::Text(text) => Part::Text(text.clone()),
            StoredPart::Image {
                hash,
                width,
                height,
            } => {
                if self.skip_images > 0 {
                    self.skip_images -= 1;
                    return Part::Text(OMITTED_IMAGE.to_owned());
                }
                self.image(hash, *width, *height)
            }
        }
    }

    fn image(&self, hash: &str, width: u32, height: u32) -> Part {
        if !self.source.model.vision {
            return Part::Text("[An image, which this model cannot see]".to_owned());
        }
        match self.source.host.blob(hash) {
            Ok((media_type, bytes)) => {
                let bytes: Arc<[u8]> = bytes.into();
                Part::Image(Image {
                    media_type,
                    bytes,
                    width,
                    height,
                })
            }
            Err(_) => Part::Text("[An image that is no longer kept]".to_owned()),
        }
    }

    /// A picture of the person's: of any size, so it is made to fit the model. The item
    /// stays as it is.
    fn attached(&self, hash: &str, (width, height): (u32, u32)) -> Part {
        let model = self.source.model;
        let fits = model.fit_image((width, height));
        // Sides that are only rounded are no reason to touch it.
        let round = model.images.multiple;
        if !model.vision || (fits.0 + round >= width && fits.1 + round >= height) {
            return self.image(hash, width, height);
        }
        match self.source.host.fitted(hash, model) {
            Ok(picture) => Part::Image(Image {
                media_type: picture.media_type,
                bytes: picture.bytes,
                width: picture.width,
                height: picture.height,
            }),
            Err(_) => self.image(hash, width, height),
        }
    }

    fn user_parts(&self, item: &Item) -> Vec<Part> {
        match item.kind.as_str() {
            kind::IMAGE => {
                let size = |name: &str| item.extra.get(name).and_then(Value::as_u64).unwrap_or(0);
                let size = (size("width") as u32, size("height") as u32);
                let mut parts = vec![self.attached(item.text(), size)];
                if let Some(path) = item.key("path") {
                    let path = outside::marked_as(item.id.as_str(), "file name", path);
                    parts.push(Part::Text(format!("The image above is the file {path}")));
                }
                parts
            }
            // The item's id is its mark: it was made after the name, and stays.
            kind::FILE => {
                let path = outside::marked_as(item.id.as_str(), "file name", item.text());
                vec![Part::Text(format!("Attached file: {path}"))]
            }
            _ if item.text().is_empty() => Vec::new(),
            _ if item.format.as_deref() == Some(UserPart::QUOTE) => {
                let text = outside::marked_as(item.id.as_str(), "selected text", item.text());
                vec![Part::Text(format!("{QUOTED}{text}"))]
            }
            _ => vec![Part::Text(item.text().to_owned())],
        }
    }
}

/// The result of a call that has none stored: what was printed, as far as it is known.
pub(crate) fn result_from_items(items: &[Item], call: &Item) -> StoredResult {
    let after = items.iter().skip_while(|item| item.id != call.id).skip(1);
    let printed: String = after
        .take_while(|item| item.role == Role::Computer)
        .filter(|item| item.kind == kind::CONSOLE)
        .map(Item::text)
        .collect();
    let told = || outside::marked_as(call.id.as_str(), "output", &printed);
    match (call.run.is_some(), printed.trim().is_empty()) {
        (true, true) => StoredResult::error(LOST_RESULT),
        (true, false) => StoredResult::error(format!("{}\n{LOST_RESULT}", told())),
        (false, true) => StoredResult::text("No output"),
        (false, false) => StoredResult::text(told()),
    }
}

/// What the model is told of code the person ran, and of what came out: one text, then pictures.
pub(crate) fn told_of_run(language: &str, code: &str, result: Vec<StoredPart>) -> StoredResult {
    let mut text = format!("{RAN_BY_USER}{language} code themselves:\n{code}\n\nIts result:");
    let mut parts = vec![];
    for part in result {
        match part {
            StoredPart::Text(more) => {
                text.push('\n');
                text.push_str(&more);
            }
            picture @ StoredPart::Image { .. } => parts.push(picture),
        }
    }
    parts.insert(0, StoredPart::Text(text));
    StoredResult {
        parts,
        is_error: false,
    }
}

/// How many of the oldest screenshots are left out. Grows in steps, and not at
/// all for models whose history must only be appended to.
fn images_to_skip(source: &Source<'_>) -> usize {
    if source.model.append_only {
        return 0;
    }
    let count = source
        .items
        .iter()
        .filter_map(|item| source.memos.get(&item.id)?.result.as_ref())
        .flat_map(|result| &result.parts)
        .filter(|part| matches!(part, StoredPart::Image { .. }))
        .count();
    source.model.images.omitted(count)
}
