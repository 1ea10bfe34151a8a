//! One conversation as the terminal follows it.

use std::collections::VecDeque;

use futures::FutureExt as _;
use interpreter_engine::{Delivery, Engine, Subscription};
use interpreter_protocol::{
    Answer, ConversationId, Decision, Error, ErrorCode, Event, Op, Pending, Query, RequestId,
    Snapshot, Subscribe, UserPart,
};
use serde_json::Map;

/// A conversation, or the wish for a new one.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    conversation: Option<ConversationId>,
    /// The last event seen.
    seq: u64,
    subscription: Option<Subscription>,
    /// Events that came while a question was open.
    waiting: VecDeque<Event>,
}

impl Session {
    /// A new conversation, which begins with the first message.
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            conversation: None,
            seq: 0,
            subscription: None,
            waiting: VecDeque::new(),
        }
    }

    /// Goes on with an old one, and shows how its last `items` items stand.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownConversation`] and whatever reading it meets.
    pub(crate) async fn resume(
        engine: Engine,
        conversation: &str,
        items: u32,
    ) -> Result<(Self, Snapshot), Error> {
        let conversation = ConversationId::from(conversation);
        let query = Query::Items {
            conversation: conversation.clone(),
            before: None,
            limit: Some(items),
        };
        let Answer::Items(snapshot) = engine.query(query).await? else {
            return Err(unexpected());
        };
        let mut session = Self::new(engine);
        session.conversation = Some(conversation);
        session.seq = snapshot.seq;
        session.subscribe()?;
        Ok((session, *snapshot))
    }

    fn subscribe(&mut self) -> Result<(), Error> {
        let subscribe = Subscribe {
            conversation: self.conversation.clone(),
            after: Some(self.seq),
        };
        self.subscription = Some(self.engine.subscribe(subscribe)?);
        Ok(())
    }

    /// Says something; a turn begins.
    ///
    /// # Errors
    /// Whatever keeps the engine from beginning it; nothing was sent then.
    pub(crate) async fn say(&mut self, content: Vec<UserPart>) -> Result<(), Error> {
        self.skip_old_events();
        let op = Op::Submit {
            conversation: self.conversation.clone(),
            content,
            settings: Map::new(),
        };
        let receipt = self.engine.submit(op).await?;
        if self.subscription.is_none() {
            self.conversation = receipt.conversation;
            self.subscribe()?;
        }
        Ok(())
    }

    /// Has recorded steps done again, in a new conversation.
    ///
    /// # Errors
    /// Whatever keeps the engine from beginning it; nothing was done then.
    pub(crate) async fn replay(
        &mut self,
        conversation: ConversationId,
        numbers: Option<Vec<u32>>,
    ) -> Result<(), Error> {
        let op = Op::Replay {
            conversation,
            numbers,
        };
        let receipt = self.engine.submit(op).await?;
        self.conversation = receipt.conversation;
        self.subscribe()
    }

    /// What came between two turns (an undo, another program's doing) was not
    /// asked about here, and its end must not be taken for the end of ours.
    fn skip_old_events(&mut self) {
        self.waiting.clear();
        let Some(subscription) = &mut self.subscription else {
            return;
        };
        while let Some(Some(delivery)) = subscription.next().now_or_never() {
            if let Delivery::Event(event) = delivery {
                self.seq = self.seq.max(event.seq);
            }
        }
    }

    /// The next event; none once the engine has ended. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        match self.waiting.pop_front() {
            Some(event) => Some(event),
            None => self.receive().await,
        }
    }

    async fn receive(&mut self) -> Option<Event> {
        loop {
            let Some(subscription) = &mut self.subscription else {
                return std::future::pending().await;
            };
            match subscription.next().await? {
                // 0 is a failure that could not be stored; it is not in any order.
                Delivery::Event(event) if event.seq == 0 => return Some(event),
                Delivery::Event(event) if event.seq <= self.seq => {}
                Delivery::Event(event) => {
                    self.seq = event.seq;
                    return Some(event);
                }
                // We were too slow; nothing is lost, it is read again.
                Delivery::Lagged => self.subscribe().ok()?,
            }
        }
    }

    /// Waits for an event that `matters`, keeping all for later. Cancel safe.
    pub(crate) async fn wait_for(&mut self, matters: impl Fn(&Event) -> bool) {
        if self.waiting.iter().any(&matters) {
            return;
        }
        while let Some(event) = self.receive().await {
            let found = matters(&event);
            self.waiting.push_back(event);
            if found {
                return;
            }
        }
    }

    /// Answers a confirmation.
    ///
    /// # Errors
    /// [`ErrorCode::StaleConfirmation`] and [`ErrorCode::ApprovalRefused`].
    pub(crate) async fn answer(&self, pending: &Pending, decision: Decision) -> Result<(), Error> {
        let Some(conversation) = self.conversation.clone() else {
            return Ok(());
        };
        let op = Op::Answer {
            conversation,
            confirmation: pending.confirmation.clone(),
            digest: pending.digest.clone(),
            decision,
        };
        self.engine.submit(op).await.map(drop)
    }

    /// Gives running code the line it waits for; none is the end of its input.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownItem`] where it no longer waits.
    pub(crate) async fn input(
        &self,
        request: RequestId,
        text: Option<String>,
    ) -> Result<(), Error> {
        let Some(conversation) = self.conversation.clone() else {
            return Ok(());
        };
        self.engine
            .submit(Op::Input {
                conversation,
                request,
                text,
            })
            .await
            .map(drop)
    }

    /// Ends the turn.
    ///
    /// # Errors
    /// Whatever the engine meets.
    pub(crate) async fn stop(&self) -> Result<(), Error> {
        let Some(conversation) = self.conversation.clone() else {
            return Ok(());
        };
        self.engine
            .submit(Op::Stop { conversation })
            .await
            .map(drop)
    }

    /// Takes back the last message and what followed.
    ///
    /// # Errors
    /// [`ErrorCode::NotNow`] where there is nothing to take back.
    pub(crate) async fn undo(&self) -> Result<(), Error> {
        let conversation = self.conversation.clone().ok_or_else(nothing_yet)?;
        self.engine
            .submit(Op::Undo { conversation })
            .await
            .map(drop)
    }

    /// Ends all languages and removes all items.
    ///
    /// # Errors
    /// Whatever the engine meets.
    pub(crate) async fn reset(&self) -> Result<(), Error> {
        let Some(conversation) = self.conversation.clone() else {
            return Ok(());
        };
        self.engine
            .submit(Op::Reset { conversation })
            .await
            .map(drop)
    }
}

fn nothing_yet() -> Error {
    Error::new(ErrorCode::NotNow, "Nothing has been said yet.")
}

/// An answer of another kind than asked for.
pub(crate) fn unexpected() -> Error {
    Error::new(
        ErrorCode::Internal,
        "The engine gave an answer of the wrong kind.",
    )
    .remedy("Please report this.")
}
