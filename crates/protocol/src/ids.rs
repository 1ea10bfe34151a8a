//! Names of things, as opaque strings.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS,
        )]
        #[ts(export)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
    };
}

id! {
    /// A conversation: the stem of its file name.
    ConversationId
}
id! {
    /// One LMC message in a conversation.
    ItemId
}
id! {
    /// One pending approval.
    ConfirmationId
}
id! {
    /// One pending question of running code (a line of input).
    RequestId
}

impl ItemId {
    /// A new id. Time-ordered, so that ids of one conversation sort as they were made.
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7().simple().to_string())
    }
}

impl Default for ItemId {
    fn default() -> Self {
        Self::new()
    }
}

impl ConfirmationId {
    /// A new id that cannot be guessed.
    pub fn new() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }
}

impl Default for ConfirmationId {
    fn default() -> Self {
        Self::new()
    }
}
