//! Changing what was said: truncating, asking again, and where the conversation stands in the list.

use interpreter_agent::{Budget, BudgetScope, SessionOp};
use interpreter_llm::{Finish, ModelEvent, ProviderError};
use interpreter_protocol::{ErrorCode, Mode};
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use crate::house::{Answer, House, runs, text};
use crate::turns::told;

const GO_ON: &str =
    "Your last reply was cut off. Go on exactly where it ended, and repeat nothing of it.";

#[tokio::test]
async fn truncating_removes_an_item_and_what_follows() {
    let house = House::new(
        Mode::FullAccess,
        vec![runs("ls"), text("One."), text("Two."), text("Three.")],
    );
    for words in ["a", "b"] {
        house.say(words).await;
        house.over().await;
    }
    let item = house.transcript().items[4].id.clone();
    let op = SessionOp::Truncate(item.clone());
    house.session.send(op.clone()).await.unwrap();
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/code ls [Done]",
            "computer/console ls",
            "assistant/message One."
        ]
    );
    let refused = house.session.send(op).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownItem);
    house.say("c").await;
    house.over().await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[3].messages),
        [
            "user: \"a\"",
            "assistant: call c1 {\"code\":\"ls\"}",
            "user: result c1 Text(\"ls\")",
            "assistant: \"One.\"",
            "user: \"c\"",
        ]
    );
}

#[tokio::test]
async fn truncating_ends_the_turn_that_runs() {
    let house = House::new(
        Mode::FullAccess,
        vec![Answer::Hangs(vec![ModelEvent::Text("Hm".into())])],
    );
    house.say("a").await;
    let item = house.until(|t| t.items.len() == 2).await.items[0]
        .id
        .clone();
    house.session.send(SessionOp::Truncate(item)).await.unwrap();
    house.until(|t| t.items.is_empty() && !t.responding).await;
}

#[tokio::test]
async fn pinning_and_archiving_change_only_what_is_named() {
    let house = House::new(Mode::FullAccess, vec![text("Hi.")]);
    let arrange = |pinned, archived| SessionOp::Arrange { pinned, archived };
    let check = |expected: (bool, bool)| {
        let meta = house.transcript().meta;
        assert_eq!((meta.pinned, meta.archived), expected);
    };
    house.session.send(arrange(Some(true), None)).await.unwrap();
    check((true, false));
    house.session.send(arrange(None, Some(true))).await.unwrap();
    check((true, true));
    house
        .session
        .send(arrange(Some(false), None))
        .await
        .unwrap();
    check((false, true));
    let before = house.transcript().seq;
    house.session.send(arrange(None, None)).await.unwrap();
    assert_eq!(house.transcript().seq, before, "nothing changed");
    house.say("a").await;
    house.over().await;
    check((false, true));
}

#[tokio::test]
async fn after_a_failure_the_same_is_asked_again() {
    let broken = Answer::Breaks(Vec::new(), ProviderError::CutOff);
    let house = House::new(Mode::FullAccess, vec![broken, text("Hi.")]);
    house.say("a").await;
    house.over().await;
    let receipt = house.again().await.unwrap();
    assert_eq!(receipt.conversation, Some("c".into()));
    let transcript = house
        .until(|t| t.items.iter().any(|item| item.text() == "Hi.") && !t.responding)
        .await;
    assert_eq!(transcript.items.len(), 3);
    let seen = house.seen.lock().unwrap();
    assert_eq!(told(&seen[0].messages), told(&seen[1].messages));
}

#[tokio::test]
async fn a_turn_without_a_message_is_a_turn() {
    let broken = Answer::Breaks(Vec::new(), ProviderError::CutOff);
    let hangs = Answer::Hangs(vec![ModelEvent::Text("Hm".into())]);
    let house = House::new(Mode::FullAccess, vec![broken, hangs]);
    house.say("a").await;
    house.over().await;
    house.again().await.unwrap();
    let transcript = house
        .until(|t| t.items.iter().any(|item| item.text() == "Hm"))
        .await;
    assert!(transcript.responding, "fronts show that it can be stopped");
    let refused = house.again().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotNow);
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
}

#[tokio::test]
async fn a_reply_that_was_cut_is_gone_on_with() {
    let half = Answer::Breaks(vec![ModelEvent::Text("Once".into())], ProviderError::CutOff);
    let long = Answer::Says(vec![
        ModelEvent::Text(" upon".into()),
        ModelEvent::Finish(Finish::Length),
    ]);
    let house = House::new(Mode::FullAccess, vec![half, long, text(" a time.")]);
    house.say("a").await;
    house.over().await;
    for text in [" upon", " a time."] {
        house.again().await.unwrap();
        house
            .until(|t| !t.responding && t.items.iter().any(|item| item.text() == text))
            .await;
    }
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[2].messages),
        [
            "user: \"a\"".to_owned(),
            "assistant: \"Once\"".to_owned(),
            format!("user: {GO_ON:?}"),
            "assistant: \" upon\"".to_owned(),
            format!("user: {GO_ON:?}"),
        ]
    );
}

#[tokio::test]
async fn a_whole_reply_is_made_anew_and_what_ran_stays() {
    let house = House::new(
        Mode::FullAccess,
        vec![runs("ls"), text("One."), text("Another.")],
    );
    house.say("a").await;
    house.over().await;
    house.again().await.unwrap();
    house
        .until(|t| !t.responding && t.items.iter().any(|item| item.text() == "Another."))
        .await;
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/code ls [Done]",
            "computer/console ls",
            "assistant/message Another."
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(told(&seen[1].messages), told(&seen[2].messages));
}

#[tokio::test]
async fn where_nothing_can_be_answered_nothing_changes() {
    let house = House::new(Mode::FullAccess, vec![]);
    let mut settings = Map::new();
    settings.insert("model".to_owned(), json!("x/y"));
    let op = SessionOp::Continue { settings };
    let refused = house.session.send(op).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotNow);
    assert_eq!(house.transcript().seq, 0);
}

#[tokio::test]
async fn budgets_of_the_day_and_the_month_are_checked_before_each_call() {
    let house = House::new(Mode::FullAccess, vec![text("Hi.")]);
    let budget = |scope, spent| Budget {
        scope,
        spent,
        limit: 2.0,
    };
    let check = async |scope, expected: &str| {
        house.set_budgets(vec![budget(BudgetScope::Day, 1.0), budget(scope, 2.0)]);
        let before = house.transcript().items.len();
        house.say("a").await;
        let transcript = house
            .until(|t| !t.responding && t.items.len() == before + 2)
            .await;
        let error = transcript.items.last().unwrap();
        assert_eq!(error.format.as_deref(), Some("budget_reached"));
        assert_eq!(
            error.content["params"],
            json!({"scope": expected, "spent": 2.0, "limit": 2.0})
        );
        assert!(error.content["remedy"].is_string());
    };
    check(BudgetScope::Day, "day").await;
    check(BudgetScope::Month, "month").await;
    assert!(house.seen.lock().unwrap().is_empty(), "no call was made");
    house.set_budgets(vec![budget(BudgetScope::Day, 1.99)]);
    house.again().await.unwrap();
    house
        .until(|t| t.items.iter().any(|item| item.text() == "Hi."))
        .await;
}
