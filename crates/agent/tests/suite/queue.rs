//! Several calls of one reply: each waits its turn and says where.

use interpreter_agent::SessionOp;
use interpreter_llm::{Finish, ModelEvent};
use interpreter_protocol::{Decision, Mode, RunState};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{Answer, House, Memory, call, text};
use crate::turns::told;

fn three() -> Answer {
    let mut events = Vec::new();
    for (id, code) in [("c1", "one"), ("c2", "two"), ("c3", "three")] {
        events.extend(call(id, "echo", &json!({ "code": code })));
    }
    events.push(ModelEvent::Finish(Finish::Stop));
    Answer::Says(events)
}

fn cards(house: &House) -> Vec<(String, RunState, Option<u32>)> {
    house
        .transcript()
        .items
        .iter()
        .filter_map(|item| {
            let run = item.run.as_ref()?;
            Some((item.text().to_owned(), run.state, run.position))
        })
        .collect()
}

#[tokio::test]
async fn what_waits_says_its_place_and_can_be_removed() {
    use RunState::{Awaiting, Done, Queued, Skipped};
    let card = |text: &str, state, position| (text.to_owned(), state, position);
    let house = House::new(Mode::AskEveryTime, vec![three(), text("Ok.")]);
    house.say("a").await;
    let first = house.pending().await;
    assert_eq!(
        cards(&house),
        [
            card("one", Awaiting, None),
            card("two", Queued, Some(1)),
            card("three", Queued, Some(2)),
        ]
    );
    let item = house.transcript().items[2].id.clone();
    let op = SessionOp::Interrupt { item, kill: false };
    house.session.send(op).await.unwrap();
    assert_eq!(
        cards(&house)[1..],
        [card("two", Skipped, None), card("three", Queued, Some(1))]
    );
    house.answer(&first, Decision::Run).await.unwrap();
    let third = house
        .until(|t| t.pending.first().is_some_and(|p| p.item != first.item))
        .await
        .pending[0]
        .clone();
    house.answer(&third, Decision::Run).await.unwrap();
    house.over().await;
    assert_eq!(
        cards(&house),
        [
            card("one", Done, None),
            card("two", Skipped, None),
            card("three", Done, None),
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages)[2],
        "user: result c1 Text(\"one\") | result c2 failed Text(\"The user removed this before its turn came.\") | result c3 Text(\"three\")"
    );
}

#[tokio::test]
async fn what_a_crash_found_waiting_did_not_run() {
    let memory = Memory::default();
    {
        let house = House::with(Mode::AskEveryTime, vec![three()], None, memory.clone());
        house.say("a").await;
        house.pending().await;
        std::mem::forget(house.session);
    }
    let after = Memory::default();
    *after.events.lock().unwrap() = memory.events.lock().unwrap().clone();
    *after.memos.lock().unwrap() = memory.memos.lock().unwrap().clone();
    let house = House::with(Mode::AskEveryTime, vec![text("Ok.")], None, after);
    house.over().await;
    house.say("b").await;
    house
        .until(|t| t.items.iter().any(|item| item.text() == "Ok."))
        .await;
    let run = house.transcript().items[1].run.clone().unwrap();
    assert_eq!(
        (run.state, run.note.as_deref()),
        (
            RunState::Stopped,
            Some("Interpreter ended before this was run.")
        )
    );
    let seen = house.seen.lock().unwrap();
    let result = "failed Text(\"Not run: Interpreter ended before it.\")";
    assert_eq!(
        told(&seen[0].messages)[2],
        format!("user: result c1 {result} | result c2 {result} | result c3 {result} | \"b\"")
    );
}
