//! The one error every front sees: a code to switch on, a message and a remedy for people.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// What kind of failure it is. A front switches on this, never on the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// No key for the chosen model's provider.
    NoKey,
    /// The provider refused the key.
    BadKey,
    /// The provider refused the account: region, permission.
    Forbidden,
    /// The account has no credit.
    Billing,
    /// No connection to the model's server.
    NoNetwork,
    /// The server knows no such model.
    UnknownModel,
    /// Too many requests; retries are used up.
    RateLimited,
    /// The server is overloaded or broken; retries are used up.
    Unavailable,
    /// The conversation is longer than the model can read.
    ContextOverflow,
    /// The model's server did not understand the request.
    BadRequest,
    /// The model declined, or a vendor's safety stop.
    Refused,
    /// The reply ended before it was complete.
    CutOff,
    /// The reply was empty.
    EmptyReply,
    /// The budget of the conversation is reached.
    BudgetReached,
    /// The steps or minutes that one turn may use the screen are used up.
    LimitReached,
    /// Approval was needed and nobody could give it.
    ApprovalNeeded,
    /// An answer to a confirmation that is no longer pending, or whose digest differs.
    StaleConfirmation,
    /// Approving is refused right now (design, section 7).
    ApprovalRefused,
    /// No such conversation.
    UnknownConversation,
    /// No such item, request, blob or grant.
    UnknownItem,
    /// Another program writes this conversation.
    Locked,
    /// A newer version wrote this conversation.
    NewerFormat,
    /// A settings file cannot be read.
    SettingsBroken,
    /// A setting's value is not allowed.
    BadSetting,
    /// The disk is full, or the folder cannot be written.
    CannotSave,
    /// No screen, or it cannot be seen.
    NoDisplay,
    /// OS mode cannot start: no way to stop it could be tried.
    NoStop,
    /// Another program drives mouse and keyboard.
    GateTaken,
    /// No such language.
    UnknownLanguage,
    /// The language is not installed.
    NotInstalled,
    /// The tool or the run failed.
    ToolFailed,
    /// Not possible in the present state (busy, nothing to undo).
    NotNow,
    /// Malformed input from a client.
    BadInput,
    /// Not allowed (token, origin).
    Unauthorized,
    /// A defect of Interpreter.
    Internal,
}

impl ErrorCode {
    /// The code as it is written on the wire.
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(text)) => text,
            _ => "internal".to_owned(),
        }
    }
}

/// What happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Error {
    /// The kind of failure.
    pub code: ErrorCode,
    /// What happened and what was kept, in English.
    pub message: String,
    /// What to do, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remedy: Option<String>,
    /// Values for a translated text (`model`, `path`, `line`, ...).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[ts(type = "Record<string, unknown>", optional)]
    pub params: Map<String, Value>,
}

impl Error {
    /// An error without a remedy.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            remedy: None,
            params: Map::new(),
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds a value for a translated text.
    #[must_use]
    pub fn param(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.params.insert(key.to_owned(), value.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, " {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
