//! What the window's pages ask and are told: models and keys, profiles, costs,
//! export, selected text.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Error, ItemId};

/// A secret on its way to where it is kept. Printing it tells nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(transparent)]
pub struct SecretText(pub String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"***\"")
    }
}

/// A secret that may be typed by its name. Its value lies where keys lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TypingSecret {
    /// What the person calls it; this is all that a model is told.
    pub name: String,
    /// The apps it may be typed in; the case of letters does not count.
    pub apps: Vec<String>,
    /// Only in windows whose title has this in it, such as the name of a site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub window: Option<String>,
}

/// A model server that answered on this computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LocalServer {
    /// The provider's name in model names, `ollama`, `lmstudio`, ...
    pub provider: String,
    /// Its name for people.
    pub title: String,
    /// Its address.
    pub base: String,
    /// Names of its models, each as it can be chosen (`provider/model`).
    pub models: Vec<String>,
}

/// A provider of models, and whether it can be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProviderSummary {
    /// Its name in model names.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its address; absent: it must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub base: Option<String>,
    /// It runs on this computer.
    pub local: bool,
    /// The name its key is kept under; absent: it wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_name: Option<String>,
    /// What keys of it begin with, longest first; empty where they have no mark.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub key_prefixes: Vec<String>,
    /// Where a key is had, as a web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_page: Option<String>,
    /// Where the key in force lies: `keychain`, a path, a variable; absent: there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_place: Option<String>,
    /// The last four characters of the key in force, where it is long enough to tell them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub key_end: Option<String>,
    /// A model of it to begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub model: Option<String>,
}

/// One line of the test of a model, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum TestStep {
    /// The server can be reached: name, connection, certificate.
    Reach,
    /// It accepts the key.
    Key,
    /// It tells its models.
    Models,
    /// The model answers.
    Answer,
    /// It calls a tool.
    Tools,
    /// It sees a picture.
    Images,
}

/// How a line of the test came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TestResult {
    /// Which line.
    pub step: TestStep,
    /// It works; absent: it does not apply here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub works: Option<bool>,
    /// How long it took, in milliseconds.
    #[ts(type = "number")]
    pub ms: u64,
    /// What was found, in a few words.
    pub detail: String,
    /// Why it does not work, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub error: Option<Error>,
}

/// A profile that can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ProfileSummary {
    /// Its name.
    pub name: String,
    /// The file people may edit.
    pub path: String,
    /// Its first comment line or description, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<String>,
    /// The values it sets, resolved; secrets left out.
    #[ts(type = "Record<string, unknown>")]
    pub values: serde_json::Map<String, serde_json::Value>,
    /// Why it cannot be used, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub problem: Option<Error>,
}

/// What was spent, in US dollars.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Costs {
    /// Today, by the clock of this computer.
    pub day: f64,
    /// This calendar month.
    pub month: f64,
    /// Most a day may cost; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub day_limit: Option<f64>,
    /// Most a month may cost; absent: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub month_limit: Option<f64>,
    /// Some calls had no known price: the true sums are higher.
    pub incomplete: bool,
}

/// A place in one conversation where a text stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FindHit {
    /// The item.
    pub item: ItemId,
    /// Which occurrence in the item, from 0.
    pub index: u32,
    /// The text around the hit, which stands between U+0002 and U+0003.
    pub snippet: String,
}

/// In what form a conversation is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One Markdown file.
    Markdown,
    /// A Jupyter notebook: code cards as cells, with their outputs.
    Notebook,
    /// Everything, as LMC messages; can be imported again.
    Json,
    /// One HTML file that needs nothing else.
    Html,
    /// What was done on the screen, step by step, as one HTML file.
    Steps,
}

/// How selected text was come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum SelectionSource {
    /// The window system's own selection (X11 PRIMARY).
    Primary,
    /// The accessibility tree.
    Accessibility,
    /// Copied to the clipboard, which was then restored.
    Clipboard,
    /// Nothing was selected.
    None,
}

/// Text the person had selected in another app when the hotkey was pressed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Selection {
    /// Names this capture in [`crate::Op::Replace`].
    pub id: String,
    /// The text; empty where nothing was selected.
    pub text: String,
    /// The app's name, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub app: Option<String>,
    /// How the text was come by.
    pub source: SelectionSource,
    /// The field can be written to; false hides *Replace*.
    pub editable: bool,
    /// Why nothing was read, if so: a password field, an app on the block list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub refused: Option<String>,
    /// Where the selection is, in physical pixels `[x, y, width, height]`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub area: Option<[i32; 4]>,
    /// The text parses as code or a command: its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
    /// Text on the clipboard, offered where nothing was selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clipboard: Option<String>,
}

/// How replacing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Replaced {
    /// The field holds the new text; one undo there brings the old one back.
    InPlace,
    /// The field changed or is gone: the new text is on the clipboard.
    Copied,
}

/// What is kept on this disk.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Storage {
    /// Conversations that are kept.
    pub conversations: u32,
    /// Bytes of conversations and their outputs.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes of pictures, screenshots among them.
    #[ts(type = "number")]
    pub pictures: u64,
    /// Bytes of logs.
    #[ts(type = "number")]
    pub logs: u64,
    /// Where secrets are kept, for people.
    pub secrets: String,
}
