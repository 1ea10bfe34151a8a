//! No call beyond what may be spent, over all conversations.

use interpreter_protocol::{Op, UserPart};
use interpreter_test_support::{Gate, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Wire, rows};

#[tokio::test]
async fn a_budget_counts_what_other_conversations_cost() {
    for (key, scope) in [("max_budget_day", "day"), ("max_budget_month", "month")] {
        // A model with a known price, and an answer that costs dollars.
        let costly = Reply::text("Hi.").usage(2_000_000, 0, 0);
        let model = ModelServer::start(Script::new().reply(costly));
        let house = House::with_model(&model, Wire::Anthropic, json!({ key: 1.0 }));
        let first = house.turn(None, "hello").await;
        let cost = house.snapshot(&first).await.meta.cost;
        assert!(cost > 1.0, "{cost}");
        let second = house.turn(None, "hello again").await;
        let snapshot = house.snapshot(&second).await;
        let error = snapshot.items.last().unwrap();
        assert_eq!(error.format.as_deref(), Some("budget_reached"));
        assert_eq!(
            error.content["params"],
            json!({"scope": scope, "spent": cost, "limit": 1.0})
        );
        house.engine.shutdown().await;
        assert_eq!(model.finish().len(), 1, "no second call was made");
    }
}

#[tokio::test]
async fn two_conversations_never_both_take_the_last_of_a_budget() {
    let gate = Gate::new();
    // The first answer costs more than is left, and takes its time.
    let costly = Reply::new().wait(&gate).say("Hi.").usage(2_000_000, 0, 0);
    let model = ModelServer::start(Script::new().reply(costly));
    let house = House::with_model(&model, Wire::Anthropic, json!({ "max_budget_day": 0.1 }));
    let first = house
        .say(None, vec![UserPart::text("hello")])
        .await
        .unwrap();
    gate.reached().await;
    // Nothing is written of its cost yet: the second call must wait for it.
    let second = house
        .say(None, vec![UserPart::text("hello again")])
        .await
        .unwrap();
    let rename = |title: &str| Op::Rename {
        conversation: second.clone(),
        title: title.to_owned(),
    };
    for title in ["a", "b", "c"] {
        house.engine.submit(rename(title)).await.unwrap();
    }
    assert!(house.snapshot(&second).await.responding);
    gate.open();
    house.over(&first).await;
    let snapshot = house.over(&second).await;
    let error = snapshot.items.last().unwrap();
    assert_eq!(error.format.as_deref(), Some("budget_reached"));
    house.engine.shutdown().await;
    assert_eq!(model.finish().len(), 1, "no second call was made");
}

#[tokio::test]
async fn calls_that_fit_beside_each_other_do_not_wait() {
    let gate = Gate::new();
    let script = Script::new()
        .reply(Reply::new().wait(&gate).say("Slow."))
        .reply(Reply::text("Quick."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic, json!({ "max_budget_day": 1000.0 }));
    let first = house
        .say(None, vec![UserPart::text("hello")])
        .await
        .unwrap();
    gate.reached().await;
    let second = house.turn(None, "hello again").await;
    assert_eq!(
        rows(&house.snapshot(&second).await)[1],
        "assistant/message Quick."
    );
    gate.open();
    house.over(&first).await;
    house.engine.shutdown().await;
    model.finish();
}

#[tokio::test]
async fn the_model_of_the_popup_is_not_remembered_as_the_last() {
    let model = ModelServer::start(
        Script::new()
            .reply(Reply::text("A."))
            .reply(Reply::text("B.")),
    );
    let base = json!({ "api_base": model.openai_base(), "quick_model": "openai/quick" });
    let house = House::unnamed(base);
    let last = || house.engine.setting("last_model");
    let ask = async |name: &str| {
        let op = Op::Submit {
            conversation: None,
            content: vec![UserPart::text("hello")],
            settings: json!({ "model": name }).as_object().cloned().unwrap(),
        };
        let receipt = house.engine.submit(op).await.unwrap();
        house.over(&receipt.conversation.unwrap()).await;
    };
    ask("openai/chosen").await;
    assert_eq!(last(), json!("openai/chosen"));
    ask("openai/quick").await;
    assert_eq!(last(), json!("openai/chosen"));
    house.engine.shutdown().await;
    model.finish();
}
