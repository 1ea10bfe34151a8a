//! The first verb: `submit(Op)`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::{
    ConfirmationId, ConversationId, ItemId, Replaced, RequestId, SecretText, TypingSecret,
};

/// What a front asks the engine to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "op", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Op {
    /// A message of the person. Without a conversation a new one begins.
    Submit {
        /// The conversation to go on with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        conversation: Option<ConversationId>,
        /// What the person said and attached, in order.
        content: Vec<UserPart>,
        /// Settings of the new conversation (or changes to this one) that apply first.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        #[ts(type = "Record<string, unknown>", optional)]
        settings: Map<String, Value>,
    },
    /// The answer to a confirmation. Refused when the digest is not that of what is pending.
    Answer {
        /// Its conversation.
        conversation: ConversationId,
        /// The confirmation.
        confirmation: ConfirmationId,
        /// The digest the person saw.
        digest: String,
        /// What to do.
        decision: Decision,
    },
    /// A line of input for running code.
    Input {
        /// Its conversation.
        conversation: ConversationId,
        /// The request.
        request: RequestId,
        /// The line without its end; absent: end of input.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        text: Option<String>,
    },
    /// Ends one run; the state of its language is kept.
    Interrupt {
        /// Its conversation.
        conversation: ConversationId,
        /// The code item.
        item: ItemId,
        /// End its language with it: for a run that cannot be interrupted.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        kill: bool,
    },
    /// Ends the model call, the queue and the runs of a conversation.
    Stop {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Closes the gate and stops every conversation that holds it.
    Panic,
    /// The person gives control back to the model.
    Resume {
        /// The conversation.
        conversation: ConversationId,
    },
    /// The person takes control.
    Pause {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Changes settings.
    Configure {
        /// Whose settings.
        scope: Scope,
        /// Key and value; null removes the value at this scope.
        #[ts(type = "Record<string, unknown>")]
        values: Map<String, Value>,
    },
    /// Removes the last message of the person and everything after it.
    Undo {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Ends all languages and removes all items.
    Reset {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Changes the title.
    Rename {
        /// The conversation.
        conversation: ConversationId,
        /// The new title.
        title: String,
    },
    /// Asks the model again, without a new message: after a failure, a reply that
    /// was cut, or on a branch that ends with a message of the person.
    Continue {
        /// The conversation.
        conversation: ConversationId,
        /// Changes of its settings that apply first, such as another model.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        #[ts(type = "Record<string, unknown>", optional)]
        settings: Map<String, Value>,
    },
    /// The person runs code: anew, after a skip, or of their own. Nothing is asked,
    /// but what is denied stays denied. The model is told with its next request.
    RunCode {
        /// The conversation.
        conversation: ConversationId,
        /// The language.
        language: String,
        /// The code.
        code: String,
    },
    /// Removes an item and everything after it.
    Truncate {
        /// The conversation.
        conversation: ConversationId,
        /// The first item to go.
        item: ItemId,
    },
    /// Makes a copy of a conversation, whole or up to an item (a branch). The
    /// receipt names it.
    Duplicate {
        /// The conversation.
        conversation: ConversationId,
        /// The first item that is left out; absent: none is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        before: Option<ItemId>,
    },
    /// Pins or archives a conversation, or ends that.
    Arrange {
        /// The conversation.
        conversation: ConversationId,
        /// It stands first in the list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pinned: Option<bool>,
        /// It stands in the archive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        archived: Option<bool>,
    },
    /// Deletes a conversation with the blobs that only it used. It can be
    /// restored for 15 seconds.
    Delete {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Brings back a conversation that was just deleted.
    Restore {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Deletes every conversation that was last changed before a moment, at once
    /// and for good; pinned ones stay.
    DeleteOlder {
        /// Milliseconds since 1970.
        #[ts(type = "number")]
        before: u64,
    },
    /// Makes a conversation of an exported or an old JSON file. The receipt names it.
    Import {
        /// The file's name.
        name: String,
        /// What is in it.
        content: String,
    },
    /// Keeps a secret in the keychain, or removes it.
    SetSecret {
        /// Its name, such as `OPENAI_API_KEY`.
        name: String,
        /// The secret; absent: remove it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        value: Option<SecretText>,
    },
    /// Writes a profile for people to edit: the settings in force that differ from
    /// what is built in, or exactly the given file.
    SaveProfile {
        /// Its name.
        name: String,
        /// The file, when one is imported; secrets in it are refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        content: Option<String>,
        /// The conversation whose own settings count too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        conversation: Option<ConversationId>,
    },
    /// Moves a profile to the bin of the settings folder.
    DeleteProfile {
        /// Its name.
        name: String,
    },
    /// Puts text in the place of what was selected, in the field it was selected
    /// in; on the clipboard where that cannot be. The receipt tells which.
    Replace {
        /// The capture.
        selection: String,
        /// The new text.
        text: String,
        /// Keep the old text and put the new one behind it.
        #[serde(default)]
        #[ts(optional, as = "Option<bool>")]
        after: bool,
    },
    /// Keeps a secret that may be typed by its name into the named apps, or changes
    /// where. Its value is never told again.
    SaveTypingSecret {
        /// What it is called, and where it may be typed.
        secret: TypingSecret,
        /// The value; absent: it stays as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        value: Option<SecretText>,
    },
    /// Removes such a secret with its value, and what was allowed with it.
    DeleteTypingSecret {
        /// Its name.
        name: String,
    },
    /// Says of a recorded step that it was a wrong click, or takes that back.
    Mark {
        /// The conversation.
        conversation: ConversationId,
        /// The step.
        number: u32,
        /// It was wrong; false takes that back.
        wrong: bool,
        /// What was wrong with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        note: Option<String>,
    },
    /// Does recorded steps again without a model, each where its element is now. It
    /// stops at the first one whose place cannot be told. The receipt names the new
    /// conversation it runs in.
    Replay {
        /// The conversation the steps are in.
        conversation: ConversationId,
        /// Only these; absent: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        numbers: Option<Vec<u32>>,
    },
    /// Gives a permission.
    Grant {
        /// The permission.
        grant: Grant,
    },
    /// Takes a permission back.
    Revoke {
        /// The grant's id.
        grant: String,
    },
}

/// Something the person said or attached, in LMC form without the role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct UserPart {
    /// `message`, `image` or `file`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For images `path`, `base64.png`, `base64.jpeg`; for files `path`; for messages
    /// `quote`: it is not the person's own words, and is told as data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub format: Option<String>,
    /// Text, path or base64.
    pub content: String,
}

impl UserPart {
    /// A text.
    pub fn text(content: impl Into<String>) -> Self {
        Self {
            kind: crate::kind::MESSAGE.to_owned(),
            format: None,
            content: content.into(),
        }
    }

    /// Text that the person points at: what they selected in another app.
    pub fn quote(content: impl Into<String>) -> Self {
        Self {
            format: Some(Self::QUOTE.to_owned()),
            ..Self::text(content)
        }
    }

    /// The format of [`UserPart::quote`].
    pub const QUOTE: &str = "quote";
}

/// What the person decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Decision {
    /// Run exactly what was shown.
    Run,
    /// Run this instead.
    Edit {
        /// The edited code.
        code: String,
    },
    /// Do not run it. Without a reason the turn ends.
    Skip {
        /// What the model is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        reason: Option<String>,
    },
    /// Run it, and from now on what the rule covers.
    Always {
        /// The rule.
        rule: Rule,
        /// Where it holds.
        #[serde(default)]
        #[ts(optional, as = "Option<RuleScope>")]
        scope: RuleScope,
    },
}

/// Where a rule holds that the person gave with an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// In this conversation, until the turn is over.
    Turn,
    /// In this conversation, for as long as the program runs.
    #[default]
    Conversation,
    /// With the profile of this conversation, until it is revoked.
    Profile,
    /// Everywhere, until it is revoked.
    Everywhere,
}

/// Whose settings are changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Scope {
    /// Saved for every conversation.
    Global,
    /// Saved for one profile.
    Profile {
        /// Its name.
        name: String,
    },
    /// For this conversation.
    Conversation {
        /// The conversation.
        conversation: ConversationId,
    },
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Do it.
    Allow,
    /// Ask.
    Ask,
    /// Never do it.
    Deny,
}

/// A line of the policy. Deny wins over ask, ask over allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Rule {
    /// What it says.
    pub verdict: Verdict,
    /// What it is about.
    pub matches: RuleMatch,
}

/// What a rule is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RuleMatch {
    /// Exactly this code.
    Code {
        /// Digest of language and code.
        digest: String,
        /// The beginning of the code, for people.
        text: String,
    },
    /// A program with its first words, in parsed shell commands.
    Command {
        /// Words that a simple command must begin with.
        words: Vec<String>,
    },
    /// A whole language.
    Language {
        /// Its name.
        language: String,
    },
    /// A tool by name.
    Tool {
        /// Its name.
        name: String,
    },
    /// Code that works in a folder. Allowed is only shell code that goes there
    /// first and stays; denied is all that begins there or names something in it.
    Folder {
        /// The folder, with everything below it.
        path: String,
    },
    /// Code that reaches a host. Allowed are only commands that read from this very
    /// host; denied is all code that names it or a host below it.
    Host {
        /// Its name.
        host: String,
    },
    /// Screen actions in one app.
    App {
        /// Its name.
        app: String,
        /// How far it goes.
        tier: Tier,
    },
    /// A secret that is typed by its name in one app. A rule that asks or denies may
    /// leave either of them empty: it is about all then.
    Secret {
        /// Its name.
        name: String,
        /// The app's name.
        app: String,
    },
}

/// What may be done with an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// It may be seen.
    Look,
    /// It may be clicked.
    Click,
    /// It may be clicked and typed into.
    Full,
}

/// A permission the person gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Grant {
    /// Its id; made by the engine where empty.
    #[serde(default)]
    pub id: String,
    /// The rule it adds.
    pub rule: Rule,
    /// Where it holds; absent: everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation: Option<ConversationId>,
    /// The only profile it holds with; absent: with every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub profile: Option<String>,
    /// Until when, in milliseconds since 1970; absent: until revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub until: Option<u64>,
    /// It ends with the turn of its conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub turn: bool,
}

/// What the engine did with an op.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Receipt {
    /// The conversation, new or old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub conversation: Option<ConversationId>,
    /// The item that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub item: Option<ItemId>,
    /// How replacing ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replaced: Option<Replaced>,
}
