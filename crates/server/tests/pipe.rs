use interpreter_protocol::{Answer, ErrorCode, ServerFrame};
use interpreter_server::pipe;
use pretty_assertions::assert_eq;
use tokio::io::AsyncReadExt as _;

use crate::support::engine;

/// Everything that comes back for this input.
async fn answers(input: &'static [u8]) -> Vec<ServerFrame> {
    let (engine, _folder) = engine();
    let (writer, mut reader) = tokio::io::duplex(1024);
    let serving = tokio::spawn(pipe(engine.clone(), input, writer));
    let mut text = String::new();
    reader.read_to_string(&mut text).await.unwrap();
    serving.await.unwrap().unwrap();
    engine.shutdown().await;
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_asked_before_the_end_is_answered() {
    let frames = answers(
        b"{\"id\":1,\"query\":{\"query\":\"about\"}}\n\n{\"id\":2,\"subscribe\":{}}\n\xff\nnonsense",
    )
    .await;
    assert!(matches!(frames[0], ServerFrame::Hello { .. }), "{frames:?}");
    let answered = frames.iter().any(|frame| {
        matches!(
            frame,
            ServerFrame::Answer {
                id: 1,
                answer: Answer::About { .. }
            }
        )
    });
    assert!(answered, "{frames:?}");
    assert!(
        frames.contains(&ServerFrame::Subscribed { id: 2 }),
        "{frames:?}"
    );
    let refused: Vec<ErrorCode> = frames
        .iter()
        .filter_map(|frame| match frame {
            ServerFrame::Error { error, .. } => Some(error.code),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [ErrorCode::BadInput, ErrorCode::BadInput]);
}

#[tokio::test]
async fn a_front_that_stops_reading_ends_the_pipe() {
    let (engine, _folder) = engine();
    let (writer, reader) = tokio::io::duplex(64);
    drop(reader);
    let (input, _kept_open) = tokio::io::duplex(64);
    let result = pipe(engine.clone(), input, writer).await;
    assert!(
        matches!(result, Err(interpreter_server::Error::Broken(_))),
        "{result:?}"
    );
    engine.shutdown().await;
}
