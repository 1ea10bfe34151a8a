//! What the model is going to say.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Reply, SeenRequest};

/// How much of a conversation's history may change between two requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Nothing: each request's messages begin with the bytes of the one before.
    #[default]
    Frozen,
    /// Messages may be taken away at the end (undo); what stays is unchanged.
    MayRewind,
    /// Old images may be replaced by text; all else is unchanged.
    ImagesMayGo,
    /// Not checked.
    Free,
}

type Matcher = Box<dyn Fn(&SeenRequest) -> bool + Send>;
type Answer = Box<dyn FnOnce(&SeenRequest) -> Reply + Send>;
type Always = Arc<dyn Fn(&SeenRequest) -> Reply + Send + Sync>;

pub(super) struct Turn {
    pub(super) when: Option<Matcher>,
    pub(super) answer: Answer,
}

/// A list of turns. Each model request takes the first turn that fits it.
#[derive(Default)]
pub struct Script {
    pub(super) turns: VecDeque<Turn>,
    pub(super) always: Option<Always>,
    pub(super) key: Option<String>,
    pub(super) history: History,
    pub(super) frame_may_change: bool,
    pub(super) models: Vec<String>,
    pub(super) chop: Option<usize>,
}

impl Script {
    /// A script without turns: any request to it is a violation.
    pub fn new() -> Self {
        Self {
            models: vec!["scripted".to_owned()],
            ..Self::default()
        }
    }

    /// A turn with a fixed reply.
    #[must_use]
    pub fn reply(self, reply: Reply) -> Self {
        self.turn(move |_| reply)
    }

    /// A turn whose reply depends on the request.
    #[must_use]
    pub fn turn(mut self, answer: impl FnOnce(&SeenRequest) -> Reply + Send + 'static) -> Self {
        self.turns.push_back(Turn {
            when: None,
            answer: Box::new(answer),
        });
        self
    }

    /// A turn only for requests whose newest user text contains `text`: for
    /// conversations that go on side by side.
    #[must_use]
    pub fn when(mut self, text: &str, reply: Reply) -> Self {
        let text = text.to_owned();
        self.turns.push_back(Turn {
            when: Some(Box::new(move |request| {
                request.last_user_text().contains(&text)
            })),
            answer: Box::new(move |_| reply),
        });
        self
    }

    /// The reply to every request that no turn is left for.
    #[must_use]
    pub fn always(
        mut self,
        answer: impl Fn(&SeenRequest) -> Reply + Send + Sync + 'static,
    ) -> Self {
        self.always = Some(Arc::new(answer));
        self
    }

    /// Requests with another key get status 401, as the vendor words it.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// How much of the history may change.
    #[must_use]
    pub fn history(mut self, history: History) -> Self {
        self.history = history;
        self
    }

    /// System text and tools may change in the middle of a conversation, as
    /// when OS mode is switched on.
    #[must_use]
    pub fn tools_may_change(mut self) -> Self {
        self.frame_may_change = true;
        self
    }

    /// The names `/v1/models` lists.
    #[must_use]
    pub fn models(mut self, names: &[&str]) -> Self {
        self.models = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// Sends answers in pieces of at most this many bytes, cutting through
    /// events and characters.
    #[must_use]
    pub fn chop(mut self, bytes: usize) -> Self {
        self.chop = Some(bytes.max(1));
        self
    }

    pub(super) fn take(&mut self, request: &SeenRequest) -> Option<Reply> {
        let fits = |turn: &Turn| turn.when.as_ref().is_none_or(|when| when(request));
        if let Some(at) = self.turns.iter().position(fits)
            && let Some(turn) = self.turns.remove(at)
        {
            return Some((turn.answer)(request));
        }
        self.always.clone().map(|always| always(request))
    }
}
