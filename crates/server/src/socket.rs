//! `GET /api/events`: the three verbs over a WebSocket.

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use futures::SinkExt;
use futures::stream::{SplitSink, StreamExt};
use interpreter_engine::Engine;
use interpreter_protocol::ServerFrame;
use tokio::sync::mpsc;

use crate::connection::{Connection, Pictures};
use crate::{FRAME_LIMIT, SUBPROTOCOL};

/// Turns an admitted request into a connection.
pub(crate) fn upgrade(engine: Engine, request: WebSocketUpgrade) -> Response {
    request
        .protocols([SUBPROTOCOL])
        .max_message_size(FRAME_LIMIT)
        .max_frame_size(FRAME_LIMIT)
        .on_upgrade(move |socket| serve(engine, socket))
}

async fn serve(engine: Engine, socket: WebSocket) {
    let (sink, mut messages) = socket.split();
    let (mut connection, frames) = Connection::open(engine, Pictures::Blobs);
    let mut writing = tokio::spawn(write_frames(frames, sink));
    loop {
        let message = tokio::select! {
            message = messages.next() => message,
            _ = &mut writing => break,
        };
        match message {
            Some(Ok(Message::Text(text))) => connection.take(text.as_bytes()).await,
            Some(Ok(Message::Binary(_))) => {
                connection
                    .refuse(None, "The frame is binary; frames are text.")
                    .await;
            }
            // Pings are answered by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => break,
        }
    }
    connection.close();
    writing.abort();
}

async fn write_frames(
    mut frames: mpsc::Receiver<ServerFrame>,
    mut sink: SplitSink<WebSocket, Message>,
) {
    while let Some(frame) = frames.recv().await {
        let Ok(text) = serde_json::to_string(&frame) else {
            continue;
        };
        // Flushed when nothing more waits, so that a burst is one write.
        let sent = if frames.is_empty() {
            sink.send(Message::text(text)).await
        } else {
            sink.feed(Message::text(text)).await
        };
        if sent.is_err() {
            return;
        }
    }
    let close = CloseFrame {
        code: close_code::AWAY,
        reason: "the server ends".into(),
    };
    let _ = sink.send(Message::Close(Some(close))).await;
}
