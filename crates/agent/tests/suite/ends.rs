//! Turns that end before their end: stopped, interrupted, cut off, out of money or
//! of disk, crashed.

use interpreter_agent::SessionOp;
use interpreter_llm::{Finish, ModelEvent, ProviderError};
use interpreter_protocol::{ErrorCode, Mode, RunState};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{Answer, House, Memory, call, runs, text, usage};
use crate::turns::told;

#[tokio::test]
async fn stop_ends_a_hanging_model_a_running_tool_and_an_open_question() {
    let hanging = Answer::Hangs(vec![ModelEvent::Text("I think".into())]);
    let answers = vec![
        hanging,
        runs("hang"),
        runs("ls"),
        runs("deaf"),
        text("Still here."),
    ];
    let house = House::new(Mode::FullAccess, answers);
    house.say("a").await;
    house.until(|t| t.items.len() == 2).await;
    house.session.send(SessionOp::Stop).await.unwrap();
    let transcript = house.over().await;
    assert_eq!(transcript.items[1].extra.get("cut_off"), Some(&json!(true)));
    house.say("b").await;
    house
        .until(|t| t.items.iter().any(|item| item.kind == "console"))
        .await;
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
    house.set_mode(Mode::AskEveryTime);
    house.say("c").await;
    house.pending().await;
    house.session.send(SessionOp::Stop).await.unwrap();
    let transcript = house.over().await;
    assert!(transcript.pending.is_empty());
    house.set_mode(Mode::FullAccess);
    house.say("d").await;
    house
        .until(|t| {
            t.items.iter().any(|i| {
                i.text() == "deaf"
                    && i.run
                        .as_ref()
                        .is_some_and(|run| run.state == RunState::Running)
            })
        })
        .await;
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
    house.say("e").await;
    house
        .until(|t| t.items.iter().any(|item| item.text() == "Still here."))
        .await;
    house.over().await;
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/message I think",
            "user/message b",
            "assistant/code hang [Stopped]",
            "computer/console begun",
            "user/message c",
            "assistant/code ls [Skipped]",
            "user/message d",
            "assistant/code deaf [Stopped]",
            "user/message e",
            "assistant/message Still here.",
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[4].messages)[3],
        "assistant: call c1 {\"code\":\"hang\"}",
    );
    for (before, after) in seen.iter().zip(seen.iter().skip(1)) {
        let (before, after) = (told(&before.messages), told(&after.messages));
        let common = before.len().saturating_sub(1);
        assert_eq!(
            before[..common],
            after[..common],
            "what was said once is said the same again"
        );
    }
}

#[tokio::test]
async fn input_reaches_the_run_and_interrupt_ends_it() {
    let house = House::new(
        Mode::FullAccess,
        vec![runs("ask"), runs("ask"), text("Ok.")],
    );
    house.say("go").await;
    let open = house.until(|t| !t.inputs.is_empty()).await.inputs[0].clone();
    assert_eq!((open.prompt.as_str(), open.secret), ("name? ", false));
    let line = SessionOp::Input {
        request: open.request,
        text: Some("Ada".into()),
    };
    house.session.send(line).await.unwrap();
    let second = house
        .until(|t| t.items.len() == 4 && !t.inputs.is_empty())
        .await;
    let item = second.inputs[0].item.clone();
    house
        .session
        .send(SessionOp::Interrupt { item, kill: false })
        .await
        .unwrap();
    house.over().await;
    assert_eq!(
        house.rows(),
        [
            "user/message go",
            "assistant/code ask [Done]",
            "computer/console Ada",
            "assistant/code ask [Stopped]",
            "assistant/message Ok."
        ]
    );
}

#[tokio::test]
async fn a_cut_off_reply_runs_nothing_and_is_not_sent_back_half() {
    let half = vec![
        ModelEvent::Text("Listing.".into()),
        ModelEvent::CallStart {
            id: "c9".into(),
            name: "echo".into(),
        },
        ModelEvent::CallDelta("{\"code\":\"rm -rf".into()),
    ];
    let mut long = call("c2", "echo", &json!({"code": "ls"}));
    long.push(ModelEvent::Finish(Finish::Length));
    let answers = vec![
        Answer::Breaks(half, ProviderError::CutOff),
        Answer::Says(long),
        text("Ok."),
    ];
    let house = House::new(Mode::FullAccess, answers);
    for words in ["a", "b", "c"] {
        house.say(words).await;
        house.over().await;
    }
    let rows: Vec<String> = house
        .rows()
        .into_iter()
        .filter(|row| !row.starts_with("server/"))
        .collect();
    assert_eq!(
        rows,
        [
            "user/message a",
            "assistant/message Listing.",
            "assistant/code rm -rf [Stopped]",
            "user/message b",
            "assistant/code ls [Stopped]",
            "user/message c",
            "assistant/message Ok."
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[2].messages),
        [
            "user: \"a\"",
            "assistant: \"Listing.\"",
            "user: \"b\"",
            "assistant: call c2 {\"code\":\"ls\"}",
            "user: result c2 failed Text(\"Not run: the reply was cut off.\") | \"c\"",
        ]
    );
}

#[tokio::test]
async fn the_budget_is_checked_before_each_call() {
    let costly = Answer::Says(vec![
        usage(2),
        ModelEvent::Text("Hi.".into()),
        ModelEvent::Finish(Finish::Stop),
    ]);
    let house = House::with(Mode::FullAccess, vec![costly], Some(1.5), Memory::default());
    house.say("a").await;
    house.over().await;
    house.say("b").await;
    let transcript = house.over().await;
    let error = transcript.items.last().unwrap();
    assert_eq!(
        (error.kind.as_str(), error.format.as_deref()),
        ("error", Some("budget_reached"))
    );
    assert_eq!(
        (transcript.usage.cost_usd, house.seen.lock().unwrap().len()),
        (Some(2.0), 1)
    );
}

#[tokio::test]
async fn a_full_disk_stops_the_turn_loses_nothing_and_heals() {
    let house = House::new(Mode::FullAccess, vec![Answer::Hangs(vec![]), text("Back.")]);
    house.say("a").await;
    *house.memory.full.lock().unwrap() = true;
    house
        .session
        .send(SessionOp::Tell("x".into()))
        .await
        .unwrap();
    house.session.send(SessionOp::Stop).await.unwrap();
    let refused = house
        .session
        .send(SessionOp::Submit {
            content: vec![
                interpreter_protocol::Chunk::new(interpreter_protocol::Role::User, "message")
                    .content("lost?"),
            ],
            settings: serde_json::Map::new(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        refused.code,
        ErrorCode::CannotSave,
        "the person is told that it was not kept"
    );
    assert!(!house.memory.unsaved.lock().unwrap().is_empty());
    *house.memory.full.lock().unwrap() = false;
    house.say("b").await;
    house
        .until(|t| t.items.iter().any(|item| item.text() == "Back."))
        .await;
    assert_eq!(house.rows()[0], "user/message a");
}

#[tokio::test]
async fn after_a_crash_the_conversation_goes_on() {
    let memory = Memory::default();
    {
        let house = House::with(Mode::FullAccess, vec![runs("deaf")], None, memory.clone());
        house.say("a").await;
        house
            .until(|t| {
                t.items.iter().any(|i| {
                    i.run
                        .as_ref()
                        .is_some_and(|run| run.state == RunState::Running)
                })
            })
            .await;
        // The process ends here: nothing of the session is told to stop.
        std::mem::forget(house.session);
    }
    let after = Memory::default();
    *after.events.lock().unwrap() = memory.events.lock().unwrap().clone();
    *after.memos.lock().unwrap() = memory.memos.lock().unwrap().clone();
    let house = House::with(Mode::FullAccess, vec![text("Ok.")], None, after);
    house.over().await;
    house.say("b").await;
    house
        .until(|t| t.items.iter().any(|item| item.text() == "Ok."))
        .await;
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/code deaf [Stopped]",
            "user/message b",
            "assistant/message Ok."
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[0].messages),
        [
            "user: \"a\"",
            "assistant: call c1 {\"code\":\"deaf\"}",
            "user: result c1 failed Text(\"Interrupted. It may have taken effect.\") | \"b\"",
        ]
    );
}
