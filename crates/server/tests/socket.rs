use futures::{SinkExt as _, StreamExt as _};
use interpreter_protocol::{Answer, Error, ErrorCode, Event, PROTOCOL, ServerFrame, kind};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{House, TOKEN};

struct Front(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Front {
    /// Connects as a browser does; the hello frame is read.
    async fn connect(house: &House) -> Self {
        let mut request = format!("ws://127.0.0.1:{}/api/events", house.port())
            .into_client_request()
            .unwrap();
        let headers = request.headers_mut();
        let protocols = format!("interpreter.v1, interpreter.token.{TOKEN}");
        headers.insert("Sec-WebSocket-Protocol", protocols.parse().unwrap());
        let origin = format!("http://127.0.0.1:{}", house.port());
        headers.insert("Origin", origin.parse().unwrap());
        let (socket, response) = connect_async(request).await.unwrap();
        assert_eq!(
            response.headers()["sec-websocket-protocol"],
            "interpreter.v1"
        );
        let mut front = Self(socket);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        assert_eq!(
            front.next().await,
            ServerFrame::Hello {
                protocol: PROTOCOL,
                version
            }
        );
        front
    }

    async fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn next(&mut self) -> ServerFrame {
        loop {
            match self.0.next().await.expect("the server hung up").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("unexpected {other:?}"),
            }
        }
    }

    async fn error(&mut self) -> (Option<u64>, Error) {
        match self.next().await {
            ServerFrame::Error { id, error } => (id, error),
            other => panic!("unexpected {other:?}"),
        }
    }

    async fn about(&mut self, id: u64) {
        self.send(json!({"id": id, "query": {"query": "about"}}))
            .await;
        match self.next().await {
            ServerFrame::Answer {
                id: answered,
                answer: Answer::About { .. },
            } => {
                assert_eq!(answered, id);
            }
            other => panic!("unexpected {other:?}"),
        }
    }
}

#[tokio::test]
async fn frames_that_cannot_be_read_are_answered_and_the_connection_stays() {
    let house = House::open(None).await;
    let mut front = Front::connect(&house).await;
    front.0.send(Message::text("nonsense")).await.unwrap();
    let (id, error) = front.error().await;
    assert_eq!((id, error.code), (None, ErrorCode::BadInput));
    front
        .send(json!({"id": 7, "query": {"query": "no such thing"}}))
        .await;
    let (id, error) = front.error().await;
    assert_eq!((id, error.code), (Some(7), ErrorCode::BadInput));
    front.send(json!({"id": 8})).await;
    let (id, error) = front.error().await;
    assert_eq!((id, error.code), (Some(8), ErrorCode::BadInput));
    front
        .0
        .send(Message::binary(vec![0u8, 1, 2]))
        .await
        .unwrap();
    let (id, error) = front.error().await;
    assert_eq!((id, error.code), (None, ErrorCode::BadInput));
    front
        .send(json!({"id": 9, "subscribe": {"conversation": "no such conversation", "after": 0}}))
        .await;
    let (id, error) = front.error().await;
    assert_eq!((id, error.code), (Some(9), ErrorCode::UnknownConversation));
    front.about(10).await;
    house.close().await;
}

#[tokio::test]
async fn a_turn_comes_as_events_in_order_and_can_be_read_again() {
    let house = House::open(None).await;
    let mut front = Front::connect(&house).await;
    front.send(json!({"id": 1, "subscribe": {}})).await;
    assert_eq!(front.next().await, ServerFrame::Subscribed { id: 1 });
    let content = json!([{"type": "message", "content": "help"}]);
    front
        .send(json!({"id": 2, "submit": {"op": "submit", "content": content}}))
        .await;
    let mut events: Vec<Event> = Vec::new();
    let mut receipt = None;
    while receipt.is_none() || !events.last().is_some_and(is_complete) {
        match front.next().await {
            ServerFrame::Event(event) => events.push(event),
            ServerFrame::Receipt {
                id: 2,
                receipt: given,
            } => receipt = Some(given),
            other => panic!("unexpected {other:?}"),
        }
    }
    let conversation = receipt.unwrap().conversation.unwrap();
    assert!(
        events
            .iter()
            .all(|event| event.conversation == conversation)
    );
    assert!(events.iter().any(|event| event.chunk.kind == kind::MESSAGE));

    let mut late = Front::connect(&house).await;
    late.send(json!({"id": 1, "subscribe": {"conversation": conversation, "after": 0}}))
        .await;
    assert_eq!(late.next().await, ServerFrame::Subscribed { id: 1 });
    let mut again: Vec<Event> = Vec::new();
    while !again.last().is_some_and(is_complete) {
        match late.next().await {
            ServerFrame::Event(event) => again.push(event),
            other => panic!("unexpected {other:?}"),
        }
    }
    let numbers: Vec<u64> = again.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=again.len() as u64).collect::<Vec<_>>());
    assert!(again.ends_with(&events[events.len() - 3..]), "{again:#?}");
    house.close().await;
}

fn is_complete(event: &Event) -> bool {
    event.chunk.kind == kind::STATUS && event.chunk.text() == Some("complete")
}
