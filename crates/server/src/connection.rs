//! One front on a wire: frames in, frames out. Knows neither WebSocket nor pipe.

use std::collections::HashMap;
use std::future::Future;

use interpreter_engine::{Delivery, Engine, Subscription};
use interpreter_protocol::{
    ClientFrame, ConversationId, Error, ErrorCode, Event, Op, PROTOCOL, Request, ServerFrame,
    Subscribe,
};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

/// Frames that wait for a slow wire. Once it is full nothing is read from the
/// engine for this front, and the engine drops it to "subscribe again".
const QUEUED_FRAMES: usize = 64;

/// Requests of one front that may be open at once; more wait on the wire.
const OPEN_REQUESTS: usize = 32;

/// How pictures travel on this wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// As `blob`, to be fetched on their own.
    Blobs,
    /// Within the event, as base64.
    Inline,
}

/// The state of one front's wire.
pub(crate) struct Connection {
    engine: Engine,
    pictures: Pictures,
    out: mpsc::Sender<ServerFrame>,
    /// Submits are done one after another, in the order they came.
    submits: mpsc::Sender<(u64, Op)>,
    submitter: JoinHandle<()>,
    requests: JoinSet<()>,
    subscriptions: HashMap<Option<ConversationId>, JoinHandle<()>>,
}

impl Connection {
    /// A connection and the frames it wants to send, the hello frame first.
    pub(crate) fn open(engine: Engine, pictures: Pictures) -> (Self, mpsc::Receiver<ServerFrame>) {
        let (out, frames) = mpsc::channel(QUEUED_FRAMES);
        let hello = ServerFrame::Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        // Cannot fail: the queue is new and empty.
        let _ = out.try_send(hello);
        let (submits, queue) = mpsc::channel(OPEN_REQUESTS);
        let submitter = tokio::spawn(submit_in_order(engine.clone(), queue, out.clone()));
        let connection = Self {
            engine,
            pictures,
            out,
            submits,
            submitter,
            requests: JoinSet::new(),
            subscriptions: HashMap::new(),
        };
        (connection, frames)
    }

    /// Takes in the text of one frame. A frame that cannot be read is answered
    /// with an error; the connection stays.
    pub(crate) async fn take(&mut self, text: &[u8]) {
        match serde_json::from_slice::<ClientFrame>(text) {
            Ok(frame) => self.act(frame).await,
            Err(error) => {
                // The id is worth having even where the rest is not understood.
                let id = serde_json::from_slice::<serde_json::Value>(text)
                    .ok()
                    .and_then(|value| value.get("id").and_then(serde_json::Value::as_u64));
                self.refuse(id, format!("The frame cannot be read: {error}."))
                    .await;
            }
        }
    }

    /// Answers a frame that is not even text.
    pub(crate) async fn refuse(&self, id: Option<u64>, message: impl Into<String>) {
        let error = Error::new(ErrorCode::BadInput, message).remedy(
            "Send one JSON object a frame: {\"id\":1,\"submit\"|\"query\"|\"subscribe\":{…}}.",
        );
        let _ = self.out.send(ServerFrame::Error { id, error }).await;
    }

    async fn act(&mut self, ClientFrame { id, request }: ClientFrame) {
        while self.requests.try_join_next().is_some() {}
        if self.requests.len() >= OPEN_REQUESTS {
            self.requests.join_next().await;
        }
        match request {
            Request::Submit(op) if is_urgent(&op) => {
                let (engine, out) = (self.engine.clone(), self.out.clone());
                self.requests
                    .spawn(async move { submit(&engine, &out, id, op).await });
            }
            Request::Submit(op) => {
                let _ = self.submits.send((id, op)).await;
            }
            Request::Query(query) => {
                let (engine, out) = (self.engine.clone(), self.out.clone());
                self.requests.spawn(async move {
                    let frame = match engine.query(query).await {
                        Ok(answer) => ServerFrame::Answer { id, answer },
                        Err(error) => ServerFrame::Error {
                            id: Some(id),
                            error,
                        },
                    };
                    let _ = out.send(frame).await;
                });
            }
            Request::Subscribe(subscribe) => self.subscribe(id, subscribe).await,
        }
    }

    async fn subscribe(&mut self, id: u64, subscribe: Subscribe) {
        let conversation = subscribe.conversation.clone();
        // The old one ends first, so that no event comes twice.
        if let Some(old) = self.subscriptions.remove(&conversation) {
            old.abort();
            let _ = old.await;
        }
        let frame = match self.engine.subscribe(subscribe) {
            Ok(subscription) => {
                let _ = self.out.send(ServerFrame::Subscribed { id }).await;
                let (engine, pictures) = (self.engine.clone(), self.pictures);
                let show = move |event: Event| {
                    let engine = engine.clone();
                    async move { shown(&engine, pictures, event).await }
                };
                let pump = pump(subscription, conversation.clone(), show, self.out.clone());
                self.subscriptions.insert(conversation, tokio::spawn(pump));
                return;
            }
            Err(error) => ServerFrame::Error {
                id: Some(id),
                error,
            },
        };
        let _ = self.out.send(frame).await;
    }

    /// No more frames will come: what was asked is still answered, then the
    /// frames end. Turns under way are the engine's affair.
    pub(crate) async fn finish(mut self) {
        drop(self.submits);
        let _ = self.submitter.await;
        while self.requests.join_next().await.is_some() {}
        end(&mut self.subscriptions);
    }

    /// The wire is gone: nothing that is only for it goes on. Submits that were
    /// taken in are still done, since the front may have seen them leave.
    pub(crate) fn close(mut self) {
        end(&mut self.subscriptions);
    }
}

fn end(subscriptions: &mut HashMap<Option<ConversationId>, JoinHandle<()>>) {
    for (_, task) in subscriptions.drain() {
        task.abort();
    }
}

/// Ops that must not wait behind others.
fn is_urgent(op: &Op) -> bool {
    matches!(
        op,
        Op::Stop { .. } | Op::Panic | Op::Interrupt { .. } | Op::Pause { .. }
    )
}

async fn submit_in_order(
    engine: Engine,
    mut queue: mpsc::Receiver<(u64, Op)>,
    out: mpsc::Sender<ServerFrame>,
) {
    while let Some((id, op)) = queue.recv().await {
        submit(&engine, &out, id, op).await;
    }
}

async fn submit(engine: &Engine, out: &mpsc::Sender<ServerFrame>, id: u64, op: Op) {
    let frame = match engine.submit(op).await {
        Ok(receipt) => ServerFrame::Receipt { id, receipt },
        Err(error) => ServerFrame::Error {
            id: Some(id),
            error,
        },
    };
    let _ = out.send(frame).await;
}

async fn shown(engine: &Engine, pictures: Pictures, event: Event) -> Event {
    let blob = event.chunk.format.as_deref() == Some("blob");
    if pictures == Pictures::Blobs || !blob {
        return event;
    }
    // Reads a file.
    let (engine, original) = (engine.clone(), event.clone());
    tokio::task::spawn_blocking(move || engine.expand(&event))
        .await
        .unwrap_or(original)
}

/// Something deliveries come from.
trait Deliveries: Send {
    fn next(&mut self) -> impl Future<Output = Option<Delivery>> + Send;
}

impl Deliveries for Subscription {
    fn next(&mut self) -> impl Future<Output = Option<Delivery>> + Send {
        Subscription::next(self)
    }
}

/// Carries deliveries to the wire until either side ends.
async fn pump<D, S, F>(
    mut deliveries: D,
    conversation: Option<ConversationId>,
    show: S,
    out: mpsc::Sender<ServerFrame>,
) where
    D: Deliveries,
    S: Fn(Event) -> F + Send,
    F: Future<Output = Event> + Send,
{
    while let Some(delivery) = deliveries.next().await {
        let (frame, last) = match delivery {
            Delivery::Event(event) => (ServerFrame::Event(show(event).await), false),
            Delivery::Lagged => (
                ServerFrame::Lagged {
                    conversation: conversation.clone(),
                },
                true,
            ),
        };
        if out.send(frame).await.is_err() || last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter_protocol::{Chunk, Role, kind};

    struct List(std::vec::IntoIter<Delivery>);

    impl Deliveries for List {
        async fn next(&mut self) -> Option<Delivery> {
            self.0.next()
        }
    }

    fn event(seq: u64) -> Event {
        Event {
            conversation: ConversationId::from("c"),
            seq,
            item: None,
            chunk: Chunk::new(Role::Server, kind::STATUS).content("complete"),
        }
    }

    #[tokio::test]
    async fn a_slow_front_is_told_to_subscribe_again_and_gets_nothing_after_that() {
        let deliveries = vec![
            Delivery::Event(event(1)),
            Delivery::Lagged,
            Delivery::Event(event(9)),
        ];
        let (out, mut frames) = mpsc::channel(8);
        let conversation = Some(ConversationId::from("c"));
        pump(
            List(deliveries.into_iter()),
            conversation.clone(),
            |event| async { event },
            out,
        )
        .await;
        let mut got = Vec::new();
        while let Some(frame) = frames.recv().await {
            got.push(frame);
        }
        assert_eq!(
            got,
            [
                ServerFrame::Event(event(1)),
                ServerFrame::Lagged { conversation }
            ]
        );
    }

    #[tokio::test]
    async fn a_wire_that_is_gone_ends_the_pump() {
        let (out, frames) = mpsc::channel(1);
        drop(frames);
        let deliveries = vec![Delivery::Event(event(1)), Delivery::Event(event(2))];
        pump(
            List(deliveries.into_iter()),
            None,
            |event| async { event },
            out,
        )
        .await;
    }
}
