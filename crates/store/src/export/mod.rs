//! One conversation as a file: to read, to run again, to bring elsewhere.
//!
//! What vendors want back, the conversation's settings and what only the model
//! was told are in none of them, but for the last in JSON, which is everything
//! that was said.

mod html;
mod markdown;
mod notebook;
mod page;
mod steps;

use base64::Engine as _;
use interpreter_protocol::{
    ConversationId, Error as Told, ExportFormat, Item, Role, RunState, kind,
};
use serde_json::Value;

use crate::compose::blob_of;
use crate::import;
use crate::{Error, Recorded, Store, name};

/// A conversation as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// A name for it.
    pub name: String,
    /// `text/markdown` and so on.
    pub media_type: String,
    /// What is in it.
    pub text: String,
}

pub(crate) fn export(
    store: &Store,
    id: &ConversationId,
    (format, screenshots): (ExportFormat, bool),
    redact: &dyn Fn(&str) -> String,
) -> Result<Exported, Error> {
    let mut recorded = store.read(id)?;
    let transcript = &mut recorded.transcript;
    transcript.meta.title = redact(&transcript.meta.title);
    for item in &mut transcript.items {
        without_secrets(item, redact);
    }
    let source = Source {
        store,
        id,
        recorded: &recorded,
        screenshots,
    };
    let (text, ending, media_type) = match format {
        ExportFormat::Markdown => (markdown::text(&source), "md", "text/markdown"),
        ExportFormat::Notebook => (notebook::text(&source), "ipynb", "application/x-ipynb+json"),
        ExportFormat::Json => (json(&source), "json", "application/json"),
        ExportFormat::Html => (html::text(&source), "html", "text/html"),
        ExportFormat::Steps => (steps::text(&source), "html", "text/html"),
    };
    let name = match format {
        ExportFormat::Steps => format!("{} (steps)", source.title()),
        _ => source.title(),
    };
    Ok(Exported {
        name: format!("{}.{ending}", name::file_name(&name)),
        media_type: media_type.to_owned(),
        text,
    })
}

/// Takes secrets out of everything people or programs wrote. Pictures are none of that.
fn without_secrets(item: &mut Item, redact: &dyn Fn(&str) -> String) {
    if item.kind != kind::IMAGE {
        in_value(&mut item.content, redact);
    }
    for text in [
        item.edited.as_mut(),
        item.run.as_mut().and_then(|run| run.note.as_mut()),
        item.effect.as_mut().map(|effect| &mut effect.detail),
    ]
    .into_iter()
    .flatten()
    {
        *text = redact(text);
    }
    for step in &mut item.steps {
        in_value(&mut step.action, redact);
        step.effect.detail = redact(&step.effect.detail);
        let element = step.element.as_mut().map(|element| &mut element.name);
        let texts = [step.window.as_mut(), step.app.as_mut(), element];
        for text in texts.into_iter().flatten() {
            *text = redact(text);
        }
    }
    for mark in &mut item.marks {
        if let Some(note) = &mut mark.note {
            *note = redact(note);
        }
    }
}

fn in_value(value: &mut Value, redact: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = redact(text),
        Value::Array(values) => values.iter_mut().for_each(|value| in_value(value, redact)),
        Value::Object(values) => values
            .values_mut()
            .for_each(|value| in_value(value, redact)),
        _ => {}
    }
}

/// What an export is made of.
struct Source<'a> {
    store: &'a Store,
    id: &'a ConversationId,
    recorded: &'a Recorded,
    screenshots: bool,
}

/// A picture of an item.
enum Picture {
    /// Media type and base64.
    Data { media_type: String, base64: String },
    /// A screenshot, and none were asked for.
    LeftOut,
    /// It was removed.
    Gone,
    /// It is somewhere else, or was described in words.
    Words(String),
}

impl Source<'_> {
    fn title(&self) -> String {
        match self.recorded.transcript.meta.title.as_str() {
            "" => name::title_of_name(self.id.as_str()),
            title => title.to_owned(),
        }
    }

    /// What people are shown.
    fn items(&self) -> impl Iterator<Item = &Item> {
        let items = self.recorded.transcript.items.iter();
        items.filter(|item| item.recipient.as_deref() != Some("assistant"))
    }

    /// Made by OS mode.
    fn is_screenshot(&self, item: &Item) -> bool {
        if item.role != Role::Computer {
            return false;
        }
        let acted = || {
            let parent = item.parent()?;
            let items = &self.recorded.transcript.items;
            let parent = items.iter().find(|item| item.id.as_str() == parent)?;
            Some(parent.kind == kind::ACTION)
        };
        item.extra
            .get("frame")
            .is_some_and(|frame| !frame.is_null())
            || acted() == Some(true)
    }

    fn picture(&self, item: &Item) -> Picture {
        if !self.screenshots && self.is_screenshot(item) {
            return Picture::LeftOut;
        }
        if let Some(hash) = blob_of(item) {
            return match self.store.blob(hash) {
                Ok((media_type, bytes)) if media_type.starts_with("image/") => Picture::Data {
                    media_type,
                    base64: base64::engine::general_purpose::STANDARD.encode(bytes),
                },
                _ => Picture::Gone,
            };
        }
        let media_type = match item.format.as_deref() {
            Some("base64" | "base64.png") => "image/png",
            Some("base64.jpeg" | "base64.jpg") => "image/jpeg",
            _ => return Picture::Words(item.text().to_owned()),
        };
        let base64: String = item.text().split_whitespace().collect();
        // Whatever else stands there must not get into an address.
        if base64::engine::general_purpose::STANDARD
            .decode(&base64)
            .is_err()
        {
            return Picture::Gone;
        }
        Picture::Data {
            media_type: media_type.to_owned(),
            base64,
        }
    }
}

/// Everything that was said, and the pictures. Importing it gives the same again.
fn json(source: &Source<'_>) -> String {
    let meta = &source.recorded.transcript.meta;
    let messages = source.recorded.transcript.items.clone();
    let mut blobs = std::collections::BTreeMap::new();
    let steps = messages.iter().flat_map(|item| &item.steps);
    for hash in steps.flat_map(|step| step.before.iter().chain(&step.after)) {
        if source.screenshots
            && !blobs.contains_key(hash)
            && let Ok((_, bytes)) = source.store.blob(hash)
        {
            let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
            blobs.insert(hash.clone(), base64);
        }
    }
    for item in &messages {
        if let Some(hash) = blob_of(item)
            && let Picture::Data { base64, .. } = source.picture(item)
        {
            blobs.insert(hash.to_owned(), base64);
        }
    }
    let exported = import::Exported {
        interpreter_conversation: import::EXPORTED,
        title: source.title(),
        created: source.recorded.created,
        model: meta.model.clone(),
        profile: meta.profile.clone(),
        messages,
        blobs,
    };
    serde_json::to_string_pretty(&exported).unwrap_or_default()
}

/// What became of code that was not simply run.
fn fate(item: &Item) -> Option<String> {
    let run = item.run.as_ref()?;
    let words = match run.state {
        RunState::Done => return None,
        RunState::Failed => match run.exit {
            Some(exit) => format!("Failed (exit status {exit})."),
            None => "Failed.".to_owned(),
        },
        RunState::Stopped => "Stopped; it may have taken effect.".to_owned(),
        RunState::Skipped => "Skipped: it was not run.".to_owned(),
        RunState::Blocked => "Blocked: it was not run.".to_owned(),
        RunState::Stale => "Not run: what it was written for had changed.".to_owned(),
        RunState::NoKernel => "Not run: the language is not installed.".to_owned(),
        _ => "Not finished.".to_owned(),
    };
    Some(words)
}

/// Whether code ran, as far as can be told.
fn ran(item: &Item) -> bool {
    item.run.as_ref().is_none_or(|run| {
        matches!(
            run.state,
            RunState::Done | RunState::Failed | RunState::Running | RunState::NeedsInput
        ) || (run.state == RunState::Stopped && run.ms.is_some())
    })
}

/// An action of OS mode, in words.
fn action(item: &Item) -> String {
    let get = |key: &str| item.content.get(key).filter(|value| !value.is_null());
    let mut words = match get("action").and_then(Value::as_str) {
        Some(action) => action.replace('_', " "),
        None => "action".to_owned(),
    };
    for key in ["coordinate", "start_coordinate", "scroll_direction", "text"] {
        match get(key) {
            Some(Value::String(text)) => words.push_str(&format!(" “{text}”")),
            Some(value) => words.push_str(&format!(" {value}")),
            None => {}
        }
    }
    if let Some(effect) = item
        .effect
        .as_ref()
        .filter(|effect| !effect.detail.is_empty())
    {
        words.push_str(&format!(" ({})", effect.detail));
    }
    words
}

/// A call of another tool: its name and its arguments.
fn call(item: &Item) -> (String, String) {
    let name = item.content.get("name").and_then(Value::as_str);
    let arguments = item.content.get("arguments").cloned().unwrap_or_default();
    (
        name.unwrap_or("tool").to_owned(),
        serde_json::to_string_pretty(&arguments).unwrap_or_default(),
    )
}

/// Content that may be any value, as text.
fn plain(content: &Value) -> String {
    match content {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}

fn error(item: &Item) -> String {
    let told = serde_json::from_value::<Told>(item.content.clone());
    told.map_or_else(|_| plain(&item.content), |told| told.to_string())
}

/// Who speaks, as a heading.
fn speaker(role: Role) -> &'static str {
    match role {
        Role::User => "You",
        _ => "Interpreter",
    }
}

/// When the conversation began, as a date.
fn date(created: u64) -> String {
    told(created, "%-d %B %Y, %H:%M")
}

/// A moment within a day; none where it is not known.
fn moment(at: u64) -> String {
    match at {
        0 => String::new(),
        at => told(at, "%H:%M:%S"),
    }
}

fn told(at: u64, form: &str) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.min(i64::MAX as u64) as i64);
    moment.map_or_else(
        |_| String::new(),
        |moment| {
            let here = moment.to_zoned(jiff::tz::TimeZone::system());
            here.strftime(form).to_string()
        },
    )
}
