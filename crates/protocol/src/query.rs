//! The second verb, `query(Query)`, and the frames of the wire.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    ConversationId, ConversationMeta, Costs, Error, Event, ExportFormat, FindHit, Grant, Item,
    ItemId, LocalServer, Op, Os, Pending, ProfileSummary, ProviderSummary, Receipt, RequestId,
    SecretText, Selection, Storage, TestResult, TestStep, Usage,
};

/// The version of the protocol, sent in the hello frame.
pub const PROTOCOL: u32 = 1;

/// What a front asks the engine to tell. Never changes anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "query", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Query {
    /// The conversations, newest first.
    Conversations {
        /// At most this many.
        #[serde(default)]
        #[ts(optional, as = "Option<u32>")]
        limit: Option<u32>,
    },
    /// The last items of a conversation, or those before an item.
    Items {
        /// The conversation.
        conversation: ConversationId,
        /// Only items before this one.
        #[serde(default)]
        #[ts(optional, as = "Option<ItemId>")]
        before: Option<ItemId>,
        /// At most this many; absent: all.
        #[serde(default)]
        #[ts(optional, as = "Option<u32>")]
        limit: Option<u32>,
    },
    /// A part of the full output of a run.
    Output {
        /// The conversation.
        conversation: ConversationId,
        /// The console item.
        item: ItemId,
        /// First byte.
        #[ts(type = "number")]
        offset: u64,
        /// At most this many bytes.
        limit: u32,
    },
    /// Items and titles that contain a text.
    Search {
        /// The text.
        text: String,
        /// At most this many hits.
        limit: u32,
    },
    /// The models that can be named, with what is known of them.
    Models,
    /// Every setting with its value and where it comes from.
    Settings {
        /// As seen by this conversation.
        #[serde(default)]
        #[ts(optional, as = "Option<ConversationId>")]
        conversation: Option<ConversationId>,
    },
    /// The permissions in force.
    Grants,
    /// The languages, and whether they can run here.
    Languages,
    /// What works on this machine, by trying it.
    Doctor,
    /// The bytes behind a `blob` image.
    Blob {
        /// `sha256:...`.
        hash: String,
    },
    /// Version and folders.
    About,
    /// Where a text stands in one conversation, in its order.
    Find {
        /// The conversation.
        conversation: ConversationId,
        /// The text; upper and lower case are the same.
        text: String,
    },
    /// One conversation as a file.
    Export {
        /// The conversation.
        conversation: ConversationId,
        /// In what form.
        format: ExportFormat,
        /// With the screenshots of OS mode.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        screenshots: bool,
    },
    /// Model servers that answer on this computer; takes at most two seconds.
    LocalServers,
    /// The providers of models, and their keys.
    Providers,
    /// The models a provider tells right now.
    ProviderModels {
        /// The provider's name.
        provider: String,
        /// Another address than its own.
        #[serde(default)]
        #[ts(optional, as = "Option<String>")]
        base: Option<String>,
    },
    /// One line of the test of a model.
    Test {
        /// Which line.
        step: TestStep,
        /// The model, `provider/model`.
        model: String,
        /// Another address than its provider's.
        #[serde(default)]
        #[ts(optional, as = "Option<String>")]
        base: Option<String>,
        /// A key that is not kept yet.
        #[serde(default)]
        #[ts(optional, as = "Option<SecretText>")]
        key: Option<SecretText>,
    },
    /// The profiles.
    Profiles,
    /// A profile as a file to share: without secrets.
    Profile {
        /// Its name.
        name: String,
    },
    /// What was spent, and the limits.
    Costs,
    /// What is kept on this disk.
    Storage,
    /// What a person can send along with a question: versions, systems, abilities,
    /// the end of the log. Secrets are redacted.
    Diagnostics,
    /// The text that was selected when the hotkey was pressed last.
    Selection,
}

/// The answer to a query of the same name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "answer", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// See [`Query::Conversations`].
    Conversations {
        /// Newest first.
        conversations: Vec<ConversationSummary>,
    },
    /// See [`Query::Items`].
    Items(Box<Snapshot>),
    /// See [`Query::Output`].
    Output {
        /// The text; never cuts a character.
        text: String,
        /// Where the next part begins.
        #[ts(type = "number")]
        next: u64,
        /// Bytes in all.
        #[ts(type = "number")]
        total: u64,
    },
    /// See [`Query::Search`].
    Search {
        /// Best first.
        hits: Vec<SearchHit>,
    },
    /// See [`Query::Models`].
    Models {
        /// All, by provider.
        models: Vec<ModelSummary>,
    },
    /// See [`Query::Settings`].
    Settings {
        /// All, by key.
        settings: Vec<SettingValue>,
        /// Files that could not be read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(optional, as = "Option<Vec<Error>>")]
        problems: Vec<Error>,
    },
    /// See [`Query::Grants`].
    Grants {
        /// All.
        grants: Vec<Grant>,
    },
    /// See [`Query::Languages`].
    Languages {
        /// All.
        languages: Vec<LanguageSummary>,
    },
    /// See [`Query::Doctor`].
    Doctor {
        /// One line an ability.
        abilities: Vec<Ability>,
    },
    /// See [`Query::Blob`].
    Blob {
        /// `image/png` and so on.
        media_type: String,
        /// The bytes.
        base64: String,
    },
    /// See [`Query::About`].
    About {
        /// Version of Interpreter.
        version: String,
        /// Folder of conversations and blobs.
        data: String,
        /// Folder of settings and profiles.
        config: String,
    },
    /// See [`Query::Find`].
    Find {
        /// In the order of the conversation.
        hits: Vec<FindHit>,
    },
    /// See [`Query::Export`] and [`Query::Profile`].
    File {
        /// A name for it.
        name: String,
        /// `text/markdown` and so on.
        media_type: String,
        /// What is in it.
        text: String,
    },
    /// See [`Query::LocalServers`].
    LocalServers {
        /// In the order they are preferred.
        servers: Vec<LocalServer>,
    },
    /// See [`Query::Providers`].
    Providers {
        /// Those with a key first, then by name.
        providers: Vec<ProviderSummary>,
    },
    /// See [`Query::ProviderModels`].
    ProviderModels {
        /// Each as it can be chosen.
        models: Vec<String>,
    },
    /// See [`Query::Test`].
    Test(TestResult),
    /// See [`Query::Profiles`].
    Profiles {
        /// By name, `default` first.
        profiles: Vec<ProfileSummary>,
    },
    /// See [`Query::Costs`].
    Costs(Costs),
    /// See [`Query::Storage`].
    Storage(Storage),
    /// See [`Query::Diagnostics`].
    Diagnostics {
        /// Plain text.
        text: String,
    },
    /// See [`Query::Selection`].
    Selection {
        /// The capture; absent: the hotkey was not pressed yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        selection: Option<Selection>,
    },
}

/// A conversation as it is at one moment. Events with a higher `seq` follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Snapshot {
    /// The conversation.
    pub conversation: ConversationId,
    /// The last event it contains.
    #[ts(type = "number")]
    pub seq: u64,
    /// Title, model, mode, cost.
    pub meta: ConversationMeta,
    /// The items asked for, oldest first.
    pub items: Vec<Item>,
    /// There are older ones.
    pub more: bool,
    /// Approvals wanted.
    pub pending: Vec<Pending>,
    /// Lines of input wanted: request, code item, prompt.
    pub inputs: Vec<InputRequest>,
    /// A turn is under way.
    pub responding: bool,
    /// State of OS mode, while it holds the gate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub os: Option<Os>,
    /// Sum of all model calls.
    pub usage: Usage,
    /// Why it cannot be written here, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub read_only: Option<Error>,
}

/// Running code waits for a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct InputRequest {
    /// Names it in [`Op::Input`].
    pub request: RequestId,
    /// The code item.
    pub item: ItemId,
    /// What the program printed before it waited.
    pub prompt: String,
    /// It should be masked.
    #[serde(default)]
    pub secret: bool,
}

/// A line of the conversation list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ConversationSummary {
    /// The conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// Milliseconds since 1970.
    #[ts(type = "number")]
    pub created: u64,
    /// Milliseconds since 1970.
    #[ts(type = "number")]
    pub updated: u64,
    /// US dollars.
    pub cost: f64,
    /// Number of items.
    pub items: u32,
    /// It stands first.
    #[serde(default)]
    pub pinned: bool,
    /// It stands in the archive.
    #[serde(default)]
    pub archived: bool,
    /// The beginning of what was said first, in one line.
    #[serde(default)]
    pub first: String,
    /// The model of its last turn.
    #[serde(default)]
    pub model: String,
    /// Its profile.
    #[serde(default)]
    pub profile: String,
    /// Code was run.
    #[serde(default)]
    pub ran_code: bool,
    /// The screen was used.
    #[serde(default)]
    pub used_screen: bool,
    /// Files were attached.
    #[serde(default)]
    pub has_files: bool,
    /// Its last turn failed.
    #[serde(default)]
    pub failed: bool,
    /// Why it cannot be read, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub damaged: Option<String>,
}

/// A hit of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SearchHit {
    /// Where.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// The item; absent: the title matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<ItemId>,
    /// The text around the hit, which stands between U+0002 and U+0003.
    pub snippet: String,
}

/// A model that can be named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ModelSummary {
    /// `provider/model`, or `builtin/commands`.
    pub name: String,
    /// The provider's name.
    pub provider: String,
    /// It sees pictures.
    pub vision: bool,
    /// It calls tools.
    pub tools: bool,
    /// It has a native computer tool.
    pub computer: bool,
    /// A key is known, or none is needed.
    pub ready: bool,
    /// It runs on this computer.
    pub local: bool,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct SettingValue {
    /// `model`, `max_budget`, ...
    pub key: String,
    /// The value in force; secrets are never told.
    #[ts(type = "unknown")]
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// The file or variable, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub place: Option<String>,
}

/// Where a setting comes from, weakest first (design, section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Compiled in.
    Builtin,
    /// `profiles/default.yaml`.
    DefaultProfile,
    /// Saved by the app for everything.
    App,
    /// The chosen profile.
    Profile,
    /// Saved by the app for that profile.
    AppProfile,
    /// An environment variable.
    Environment,
    /// A flag of the command line.
    CommandLine,
    /// Set in this conversation.
    Conversation,
}

/// A language code can be run in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct LanguageSummary {
    /// `python`, `shell`, ...
    pub name: String,
    /// What runs it and its version; absent: not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub found: Option<String>,
    /// How to install it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fix: Option<String>,
}

/// Something the machine can or cannot do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Ability {
    /// See screen, move mouse, ...
    pub name: String,
    /// It was tried and works.
    pub works: bool,
    /// What was tried, and why it does not work.
    pub detail: String,
    /// How to fix it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fix: Option<String>,
}

/// What a front sends over a wire (WebSocket, `--stdio`, IPC).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ClientFrame {
    /// Names the answer.
    #[ts(type = "number")]
    pub id: u64,
    /// The request.
    #[serde(flatten)]
    pub request: Request,
}

/// One of the three verbs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Do something.
    Submit(Op),
    /// Tell something.
    Query(Query),
    /// Send events.
    Subscribe(Subscribe),
}

/// The third verb. One a conversation and one for all may be open at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Subscribe {
    /// The conversation; absent: all of them (and only from now on).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation: Option<ConversationId>,
    /// Send stored events after this one first; absent: from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub after: Option<u64>,
}

/// What comes back over a wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame.
    Hello {
        /// [`PROTOCOL`].
        protocol: u32,
        /// Version of Interpreter.
        version: String,
    },
    /// Answers a submit.
    Receipt {
        /// The request.
        #[ts(type = "number")]
        id: u64,
        /// What was done.
        receipt: Receipt,
    },
    /// Answers a query.
    Answer {
        /// The request.
        #[ts(type = "number")]
        id: u64,
        /// What was asked.
        answer: Answer,
    },
    /// A subscription is open.
    Subscribed {
        /// The request.
        #[ts(type = "number")]
        id: u64,
    },
    /// The request failed.
    Error {
        /// The request; absent: the frame could not be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        id: Option<u64>,
        /// Why.
        error: Error,
    },
    /// Something happened.
    Event(Event),
    /// The front was too slow: subscribe again after the last event it has.
    Lagged {
        /// The conversation, where the subscription was for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        conversation: Option<ConversationId>,
    },
}
