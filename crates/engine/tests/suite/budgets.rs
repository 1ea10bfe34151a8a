//! No call beyond what may be spent, over all conversations.

use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Wire};

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
