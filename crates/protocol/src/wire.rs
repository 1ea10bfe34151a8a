//! The frames of a wire: the three verbs, and what comes back.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Answer, ConversationId, Error, Event, Op, Query, Receipt};

/// The version of the protocol, sent in the hello frame.
pub const PROTOCOL: u32 = 1;

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
