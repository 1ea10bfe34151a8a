//! The second verb, `query(Query)`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Ability, ConversationId, ConversationMeta, ConversationSummary, Costs, Display, Error,
    ExportFormat, FindHit, Grant, Item, ItemId, LanguageSummary, LocalServer, ModelSummary, Os,
    Pending, ProfileSummary, ProviderSummary, RequestId, SearchHit, SecretText, Selection,
    SettingValue, Storage, TestResult, TestStep, TypingSecret, Usage,
};

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
    /// The secrets that may be typed by their names. Their values are told to nobody.
    TypingSecrets,
    /// The languages, and whether they can run here.
    Languages,
    /// What works on this machine, by trying it.
    Doctor,
    /// The displays that are connected, the primary one first.
    Displays,
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
    /// See [`Query::TypingSecrets`].
    TypingSecrets {
        /// By name.
        secrets: Vec<TypingSecret>,
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
    /// See [`Query::Displays`].
    Displays {
        /// All; none where there is no screen.
        displays: Vec<Display>,
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
    /// Names it in [`crate::Op::Input`].
    pub request: RequestId,
    /// The code item.
    pub item: ItemId,
    /// What the program printed before it waited.
    pub prompt: String,
    /// It should be masked.
    #[serde(default)]
    pub secret: bool,
}
