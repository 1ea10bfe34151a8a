//! Continue, truncate and arrange, through the store and both wire formats.

use interpreter_protocol::{Answer, ErrorCode, Op, Query};
use interpreter_test_support::model_server::History;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use crate::house::{House, WIRES, rows};

#[tokio::test]
async fn every_way_to_ask_again_is_a_request_each_vendor_takes() {
    for wire in WIRES {
        let overloaded =
            json!({"type": "error", "error": {"type": "invalid_request_error", "message": "no"}});
        let script = Script::new()
            .history(History::MayRewind)
            .reply(Reply::error(400, overloaded))
            .reply(Reply::text("Once upon").cut())
            .reply(Reply::text(" a time."))
            .reply(Reply::text("Another way."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire, json!({}));
        let id = house.turn(None, "tell me").await;
        // After a failure; then the reply is cut; then it is whole, and made anew.
        for done in ["Once upon", "a time.", "Another way."] {
            house.again(&id).await.unwrap();
            house
                .until(&id, |s| {
                    !s.responding && s.items.iter().any(|item| item.text().contains(done))
                })
                .await;
        }
        let said: Vec<String> = rows(&house.snapshot(&id).await)
            .into_iter()
            .filter(|row| !row.starts_with("server/"))
            .collect();
        assert_eq!(
            said,
            [
                "user/message tell me",
                "assistant/message Once upon",
                "computer/message Your last reply was cut off. Go on exactly where it ended, and repeat nothing of it.",
                "assistant/message Another way."
            ],
            "{wire:?}"
        );
        house.engine.shutdown().await;
        model.finish();
    }
}

#[tokio::test]
async fn a_refused_op_changes_nothing() {
    let house = House::new(json!({}));
    let id = house.turn(None, "help").await;
    let truncate = |item: &str| Op::Truncate {
        conversation: id.clone(),
        item: item.into(),
    };
    let refused = house.engine.submit(truncate("nothing")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownItem);
    let first = house.snapshot(&id).await.items[0].id.clone();
    house.engine.submit(truncate(first.as_str())).await.unwrap();
    assert_eq!(house.snapshot(&id).await.items, []);
    let seq = house.snapshot(&id).await.seq;
    let mut settings = Map::new();
    settings.insert("model".to_owned(), json!("openai/x"));
    let op = Op::Continue {
        conversation: id.clone(),
        settings,
    };
    assert_eq!(
        house.engine.submit(op).await.unwrap_err().code,
        ErrorCode::NotNow
    );
    assert_eq!(house.snapshot(&id).await.seq, seq);
    house.engine.shutdown().await;
}

#[tokio::test]
async fn a_conversation_that_is_not_open_can_be_arranged() {
    let house = House::new(json!({}));
    let id = house.turn(None, "help").await;
    // Closes it, as when the program ends.
    house.engine.shutdown().await;
    let arrange = |pinned, archived| Op::Arrange {
        conversation: id.clone(),
        pinned,
        archived,
    };
    house
        .engine
        .submit(arrange(Some(true), None))
        .await
        .unwrap();
    house
        .engine
        .submit(arrange(None, Some(true)))
        .await
        .unwrap();
    let meta = house.snapshot(&id).await.meta;
    assert_eq!((meta.pinned, meta.archived), (true, true));
    let Answer::Conversations { conversations } = house
        .engine
        .query(Query::Conversations { limit: None })
        .await
        .unwrap()
    else {
        panic!()
    };
    assert_eq!(
        conversations
            .iter()
            .map(|c| (c.pinned, c.archived))
            .collect::<Vec<_>>(),
        [(true, true)]
    );
    house.engine.shutdown().await;
}
