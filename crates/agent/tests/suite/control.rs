//! The person takes control and gives it back; what one turn may use is limited.

use std::time::Duration;

use interpreter_agent::SessionOp;
use interpreter_llm::{Finish, ModelEvent};
use interpreter_protocol::{Decision, ErrorCode, Mode, OsState, RunState, kind};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{Answer, House, call, runs, text};
use crate::turns::told;

fn pause() -> SessionOp {
    SessionOp::Pause("The mouse was moved. Resume looks again first.".to_owned())
}

/// The states of the screen in their order, each with the number of events before it.
fn states(house: &House) -> Vec<(OsState, usize)> {
    let events = house.memory.events.lock().unwrap();
    let state = |chunk: &interpreter_protocol::Chunk| {
        let content = chunk.content.clone()?;
        (chunk.kind == kind::OS).then(|| serde_json::from_value(content["state"].clone()).unwrap())
    };
    let all = events.iter().enumerate();
    all.filter_map(|(at, event)| Some((state(&event.chunk)?, at)))
        .collect()
}

/// Commands are answered while a turn is held, and change nothing of it.
async fn settle(house: &House) {
    for _ in 0..3 {
        let title = SessionOp::Rename("held".to_owned());
        house.session.send(title).await.unwrap();
    }
}

async fn line(house: &House) {
    let input = SessionOp::Input {
        request: "r1".into(),
        text: Some("Ada".to_owned()),
    };
    house.session.send(input).await.unwrap();
}

pub fn actions(words: &[&str]) -> Answer {
    let mut events = Vec::new();
    for (at, words) in words.iter().enumerate() {
        let code = json!({ "code": format!("screen: {words}") });
        events.extend(call(&format!("c{at}"), "echo", &code));
    }
    events.push(ModelEvent::Finish(Finish::Stop));
    Answer::Says(events)
}

#[tokio::test]
async fn no_request_is_made_while_the_person_has_control() {
    let house = House::new(Mode::FullAccess, vec![runs("ask"), text("Done.")]);
    house.say("go").await;
    house.until(|t| !t.inputs.is_empty()).await;
    house.session.send(pause()).await.unwrap();
    line(&house).await;
    house
        .until(|t| {
            let run = t.items.iter().find_map(|item| item.run.as_ref());
            run.is_some_and(|run| run.state == RunState::Done)
        })
        .await;
    settle(&house).await;
    assert_eq!(house.seen.lock().unwrap().len(), 1);
    let os = house.transcript().os.unwrap();
    assert_eq!(
        (os.state, os.text.as_str()),
        (
            OsState::Paused,
            "The mouse was moved. Resume looks again first."
        )
    );
    house.session.send(SessionOp::Resume).await.unwrap();
    house.over().await;
    let states = states(&house);
    let named: Vec<_> = states.iter().map(|(state, _)| *state).collect();
    use OsState::{Finished, Paused, Thinking};
    assert_eq!(named, [Paused, Thinking, Finished]);
    let asked = house.asked.lock().unwrap().clone();
    assert!(asked[1] > states[1].1, "{asked:?} {states:?}");
}

#[tokio::test]
async fn no_tool_is_begun_while_the_person_has_control() {
    // Two calls: the first waits for a line, the second would run at once.
    let mut events = call("c1", "echo", &json!({"code": "ask"}));
    events.extend(call("c2", "echo", &json!({"code": "ls"})));
    events.push(ModelEvent::Finish(Finish::Stop));
    let house = House::new(Mode::FullAccess, vec![Answer::Says(events), text("Done.")]);
    house.say("go").await;
    house.until(|t| !t.inputs.is_empty()).await;
    // The gate knows it first.
    house.set_held(true);
    line(&house).await;
    house.until(|t| t.os.is_some()).await;
    settle(&house).await;
    let rows = house.rows();
    assert_eq!(
        rows[2..],
        ["assistant/code ls [Queued]", "computer/console Ada"]
    );
    house.set_held(false);
    house.session.send(SessionOp::Resume).await.unwrap();
    house.over().await;
    assert_eq!(
        house.rows()[2..],
        [
            "assistant/code ls [Done]",
            "computer/console Ada",
            "computer/console ls",
            "assistant/message Done."
        ]
    );
}

#[tokio::test]
async fn stop_ends_a_turn_that_is_held() {
    let house = House::new(Mode::FullAccess, vec![runs("ask"), text("Never said.")]);
    house.say("go").await;
    house.until(|t| !t.inputs.is_empty()).await;
    house.session.send(pause()).await.unwrap();
    line(&house).await;
    house
        .until(|t| t.items.iter().any(|item| item.kind == kind::CONSOLE))
        .await;
    settle(&house).await;
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
    assert_eq!(house.seen.lock().unwrap().len(), 1);
    assert_eq!(states(&house).last().unwrap().0, OsState::Stopped);
    // And the next turn begins free.
    house.say("again").await;
    house
        .until(|t| t.items.last().is_some_and(|i| i.text() == "Never said."))
        .await;
}

#[tokio::test]
async fn a_failed_request_is_not_tried_again_while_the_person_has_control() {
    let again = vec![
        ModelEvent::Text("Hi.".to_owned()),
        ModelEvent::Finish(Finish::Stop),
    ];
    let house = House::new(Mode::FullAccess, vec![Answer::Fails(again)]);
    house.say("go").await;
    house.until(|t| t.os.is_some()).await;
    settle(&house).await;
    assert_eq!(house.rows(), ["user/message go"]);
    house.set_held(false);
    house.session.send(SessionOp::Resume).await.unwrap();
    house.over().await;
    assert_eq!(house.rows(), ["user/message go", "assistant/message Hi."]);
}

#[tokio::test]
async fn after_the_person_acted_an_old_plan_is_not_gone_on_with() {
    let house = House::new(
        Mode::FullAccess,
        vec![runs("ask"), actions(&["one", "two"]), text("I see.")],
    );
    house.settings(|settings| settings.os = true);
    house.say("go").await;
    house.until(|t| !t.inputs.is_empty()).await;
    house.session.send(pause()).await.unwrap();
    house.session.send(SessionOp::Resume).await.unwrap();
    line(&house).await;
    house.over().await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[2].messages)[4..],
        [
            "user: result c0 Text(\"You acted.\") Text(\"The screen.\") | result c1 failed Text(\"Not executed: the user used the computer before this. Decide anew.\")"
        ]
    );
}

#[tokio::test]
async fn an_answer_gives_control_back() {
    let house = House::new(Mode::AskEveryTime, vec![actions(&["one"]), text("Done.")]);
    house.settings(|settings| settings.os = true);
    house.say("go").await;
    let pending = house.pending().await;
    // The hand that goes to the button.
    house.set_held(true);
    house.session.send(pause()).await.unwrap();
    house.answer(&pending, Decision::Run).await.unwrap();
    house.over().await;
    assert_eq!(
        house.rows(),
        [
            "user/message go",
            "assistant/action screen: one [Done]",
            "computer/console screen: one",
            "assistant/message Done.",
        ]
    );
}

#[tokio::test]
async fn a_turn_does_no_more_steps_than_are_allowed_and_can_be_let_go_on() {
    let house = House::new(
        Mode::FullAccess,
        vec![
            actions(&["one", "two", "three", "four"]),
            actions(&["three"]),
            text("Done."),
        ],
    );
    house.settings(|settings| {
        settings.os = true;
        settings.os_steps = Some(2);
    });
    house.say("go").await;
    house.over().await;
    let rows = house.rows();
    assert_eq!(
        rows[..7],
        [
            "user/message go",
            "assistant/action screen: one [Done]",
            "assistant/action screen: two [Done]",
            "assistant/action screen: three [Skipped]",
            "assistant/action screen: four [Skipped]",
            "computer/console screen: one",
            "computer/console screen: two",
        ]
    );
    let transcript = house.transcript();
    let error = transcript.items.last().unwrap();
    assert_eq!(
        error.content,
        json!({
            "code": ErrorCode::LimitReached,
            "message": "It did 2 steps on the screen, as many as you allow for one turn. Everything is kept.",
            "remedy": "Let it go on, or allow more: the setting is os_steps.",
            "params": {"limit": "steps", "count": 2},
        })
    );
    assert_eq!(house.seen.lock().unwrap().len(), 1);
    assert_eq!(states(&house).last().unwrap().0, OsState::Stopped);
    house.again().await.unwrap();
    house
        .until(|t| t.items.last().is_some_and(|i| i.text() == "Done."))
        .await;
    let seen = house.seen.lock().unwrap();
    let results = told(&seen[1].messages).pop().unwrap();
    assert!(results.contains("look at the screen first"), "{results}");
}

#[tokio::test]
async fn a_turn_uses_the_screen_no_longer_than_is_allowed() {
    let house = House::new(Mode::FullAccess, vec![actions(&["one"]), text("Hi.")]);
    house.settings(|settings| {
        settings.os = true;
        settings.os_time = Some(Duration::ZERO);
    });
    // No step is too late to be done, but after one the time is up.
    house.say("go").await;
    let transcript = house.over().await;
    let error = transcript.items.last().unwrap();
    assert_eq!(
        (&error.content["code"], &error.content["params"]),
        (
            &json!("limit_reached"),
            &json!({"limit": "minutes", "count": 0})
        )
    );
    assert_eq!(house.rows()[1], "assistant/action screen: one [Done]");
    // Where the screen is not used, there is no end to it.
    house.say("hello").await;
    house
        .until(|t| t.items.last().is_some_and(|i| i.text() == "Hi."))
        .await;
}
