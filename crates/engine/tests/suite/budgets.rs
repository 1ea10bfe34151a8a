//! No call beyond what may be spent, over all conversations.

use interpreter_engine::Delivery;
use interpreter_protocol::{Op, Snapshot, Subscribe, UserPart};
use interpreter_test_support::{Gate, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

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
async fn a_turn_that_costs_too_much_says_so_and_waits_for_the_person() {
    let step = |tokens| Reply::execute("shell", "true").usage(tokens, 0, 0);
    // At two dollars for a million tokens: 0.80, then 1.10 of 1.00.
    let script = Script::new()
        .reply(step(400_000))
        .reply(step(150_000))
        .reply(Reply::text("Done."));
    let model = ModelServer::start(script);
    let settings = json!({ "max_budget_turn": 1.0, "mode": "full_access" });
    let house = House::with_model(&model, Wire::Anthropic, settings);
    let id = house.turn(None, "go").await;
    let snapshot = house.snapshot(&id).await;
    let error = snapshot.items.last().unwrap();
    assert_eq!(error.format.as_deref(), Some("budget_reached"));
    let params = &error.content["params"];
    assert_eq!(
        (&params["scope"], &params["limit"]),
        (&json!("turn"), &json!(1.0))
    );
    let told = told_of_budgets(&house, &snapshot).await;
    assert_eq!(told.len(), 1, "it is said once: {told:?}");
    assert_eq!(
        (&told[0]["scope"], &told[0]["limit"]),
        (&json!("turn"), &json!(1.0))
    );
    assert_eq!(model.requests().len(), 2);
    // The next turn begins with nothing spent.
    house.again(&id).await.unwrap();
    let snapshot = house.over(&id).await;
    assert_eq!(rows(&snapshot).last().unwrap(), "assistant/message Done.");
    house.engine.shutdown().await;
    model.finish();
}

/// What was said of budgets that are nearly used up.
async fn told_of_budgets(house: &House, snapshot: &Snapshot) -> Vec<Value> {
    let subscribe = Subscribe {
        conversation: Some(snapshot.conversation.clone()),
        after: Some(0),
    };
    let mut events = house.engine.subscribe(subscribe).unwrap();
    let mut told = Vec::new();
    loop {
        let Some(Delivery::Event(event)) = events.next().await else {
            panic!("the events ended")
        };
        if event.chunk.kind == "budget" {
            told.extend(event.chunk.content);
        }
        if event.seq == snapshot.seq {
            return told;
        }
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
