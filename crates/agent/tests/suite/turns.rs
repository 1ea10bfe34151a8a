//! Turns from the first word to the last.

use interpreter_agent::SessionOp;
use interpreter_llm::{Finish, Message, ModelEvent, Part, ProviderError, Speaker};
use interpreter_protocol::{Decision, ErrorCode, Mode, Rule, RuleMatch, RunState, Verdict};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{Answer, House, Memory, call, runs, text, usage};

/// The messages of a request, a line each.
pub fn told(messages: &[Message]) -> Vec<String> {
    let part = |part: &Part| match part {
        Part::Text(text) => format!("{text:?}"),
        Part::Call(call) => format!("call {} {}", call.id, call.arguments),
        Part::Result(result) => {
            let parts: Vec<String> = result
                .parts
                .iter()
                .map(|part| format!("{part:?}"))
                .collect();
            let failed = if result.is_error { " failed" } else { "" };
            format!("result {}{failed} {}", result.call, parts.join(" "))
        }
        Part::Image(_) | Part::Reasoning { .. } => format!("{part:?}"),
    };
    messages
        .iter()
        .map(|message| {
            let who = match message.speaker {
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            };
            let parts: Vec<String> = message.parts.iter().map(part).collect();
            format!("{who}: {}", parts.join(" | "))
        })
        .collect()
}

#[tokio::test]
async fn code_runs_and_its_result_goes_back() {
    let house = House::new(Mode::FullAccess, vec![runs("ls"), text("Done.")]);
    house.say("list").await;
    house.over().await;
    assert_eq!(
        house.rows(),
        [
            "user/message list",
            "assistant/code ls [Done]",
            "computer/console ls",
            "assistant/message Done."
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages),
        [
            "user: \"list\"",
            "assistant: call c1 {\"code\":\"ls\"}",
            "user: result c1 Text(\"ls\")",
        ]
    );
}

#[tokio::test]
async fn chunks_are_grouped_as_lmc_wants_it() {
    let mut events = vec![
        ModelEvent::Text("Let me ".into()),
        ModelEvent::Text("see.".into()),
    ];
    events.extend(call("c1", "echo", &json!({"code": "ls"})));
    events.push(ModelEvent::Finish(Finish::Stop));
    let house = House::new(Mode::AskEveryTime, vec![Answer::Says(events), text("Ok.")]);
    house.say("list").await;
    let pending = house.pending().await;
    house.answer(&pending, Decision::Run).await.unwrap();
    house.over().await;
    let events = house.memory.events.lock().unwrap();
    // Text that came together is one chunk or several; joined it is the same.
    let mut lines: Vec<String> = Vec::new();
    for chunk in events.iter().map(|event| &event.chunk) {
        if chunk.role == interpreter_protocol::Role::Server {
            continue;
        }
        let what = match (chunk.start, chunk.end) {
            (true, _) => "start".to_owned(),
            (_, true) => "end".to_owned(),
            _ => chunk.content.clone().unwrap_or_default().to_string(),
        };
        let format = chunk
            .format
            .as_deref()
            .map(|format| format!(" {format}"))
            .unwrap_or_default();
        lines.push(format!("{:?}/{}{format} {what}", chunk.role, chunk.kind));
    }
    let joined = lines
        .join("\n")
        .replace("\"Let me \"\nAssistant/message \"see.\"", "\"Let me see.\"");
    assert_eq!(
        joined.replace("\"l\"\nAssistant/code shell \"s\"", "\"ls\""),
        "User/message start\nUser/message \"list\"\nUser/message end\n\
         Assistant/message start\nAssistant/message \"Let me see.\"\nAssistant/message end\n\
         Assistant/code shell start\nAssistant/code shell \"ls\"\nAssistant/code shell end\n\
         Computer/confirmation execution {\"content\":\"ls\",\"format\":\"shell\",\"type\":\"code\"}\n\
         Computer/console start\nComputer/console output \"ls\"\nComputer/console end\n\
         Assistant/message start\nAssistant/message \"Ok.\"\nAssistant/message end"
    );
}

#[tokio::test]
async fn nothing_runs_without_approval_and_a_stale_digest_is_refused() {
    let house = House::new(Mode::AskEveryTime, vec![runs("ls"), text("Ok.")]);
    house.say("list").await;
    let pending = house.pending().await;
    let mut other = pending.clone();
    other.digest = "0".repeat(64);
    let refused = house.answer(&other, Decision::Run).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::StaleConfirmation);
    other = pending.clone();
    other.confirmation = "x".into();
    let refused = house.answer(&other, Decision::Run).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::StaleConfirmation);
    assert_eq!(
        house.rows(),
        ["user/message list", "assistant/code ls [Awaiting]"]
    );
    house.answer(&pending, Decision::Run).await.unwrap();
    house.over().await;
    let refused = house.answer(&pending, Decision::Run).await.unwrap_err();
    assert_eq!(
        refused.code,
        ErrorCode::StaleConfirmation,
        "an approval holds once"
    );
}

#[tokio::test]
async fn an_edited_block_runs_as_edited_and_the_model_is_told() {
    let house = House::new(Mode::AskEveryTime, vec![runs("ls"), text("Ok.")]);
    house.say("list").await;
    let pending = house.pending().await;
    house
        .answer(
            &pending,
            Decision::Edit {
                code: "ls -a".into(),
            },
        )
        .await
        .unwrap();
    let transcript = house.over().await;
    assert_eq!(transcript.items[1].edited.as_deref(), Some("ls -a"));
    assert_eq!(house.rows()[2], "computer/console ls -a");
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages)[1..],
        [
            "assistant: call c1 {\"code\":\"ls\"}".to_owned(),
            "user: result c1 Text(\"The user edited the code before it ran. This is what ran:\\nls -a\\n\\nIts result:\") Text(\"ls -a\")".to_owned(),
        ]
    );
}

#[tokio::test]
async fn skipping_ends_the_turn_unless_a_reason_is_given() {
    let house = House::new(
        Mode::AskEveryTime,
        vec![runs("ls"), runs("pwd"), text("Ok.")],
    );
    house.say("one").await;
    let pending = house.pending().await;
    house
        .answer(&pending, Decision::Skip { reason: None })
        .await
        .unwrap();
    house.over().await;
    assert_eq!(
        house.rows(),
        ["user/message one", "assistant/code ls [Skipped]"]
    );
    house.say("two").await;
    let pending = house
        .until(|t| t.items.len() == 4 && !t.pending.is_empty())
        .await
        .pending[0]
        .clone();
    house
        .answer(
            &pending,
            Decision::Skip {
                reason: Some("not there".into()),
            },
        )
        .await
        .unwrap();
    house.over().await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[2].messages),
        [
            "user: \"one\"",
            "assistant: call c1 {\"code\":\"ls\"}",
            "user: result c1 failed Text(\"The user chose not to run this.\") | \"two\"",
            "assistant: call c1 {\"code\":\"pwd\"}",
            "user: result c1 failed Text(\"The user did not run this and said: not there\")",
        ]
    );
}

#[tokio::test]
async fn an_always_rule_is_asked_once() {
    let house = House::new(
        Mode::AskEveryTime,
        vec![runs("ls"), runs("ls -l"), text("Ok.")],
    );
    house.say("list").await;
    let pending = house.pending().await;
    let rule = Rule {
        verdict: Verdict::Allow,
        matches: RuleMatch::Command {
            words: vec!["ls".into()],
        },
    };
    house
        .answer(&pending, Decision::Always { rule })
        .await
        .unwrap();
    let transcript = house.over().await;
    let rules: Vec<_> = transcript
        .items
        .iter()
        .filter_map(|item| item.run.as_ref()?.rule.clone())
        .collect();
    assert_eq!(rules, ["allow `ls`", "allow `ls`"]);
    let grants: Vec<_> = transcript
        .items
        .iter()
        .filter_map(|item| item.run.as_ref()?.grant.clone())
        .collect();
    assert_eq!(grants, ["grant-1", "grant-1"], "so that it can be revoked");
}

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

#[tokio::test]
async fn undo_and_reset_remove_whole_turns() {
    let house = House::new(
        Mode::FullAccess,
        vec![text("1"), runs("ls"), text("2"), text("3")],
    );
    for words in ["a", "b"] {
        house.say(words).await;
        house.over().await;
    }
    house.session.send(SessionOp::Undo).await.unwrap();
    assert_eq!(house.rows(), ["user/message a", "assistant/message 1"]);
    house.say("c").await;
    house.until(|t| t.items.len() == 4).await;
    house.over().await;
    let seen = house.seen.lock().unwrap().last().unwrap().messages.clone();
    assert_eq!(
        told(&seen),
        ["user: \"a\"", "assistant: \"1\"", "user: \"c\""]
    );
    house.session.send(SessionOp::Reset).await.unwrap();
    assert_eq!(house.rows(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_said_meanwhile_waits_its_turn() {
    let house = House::new(Mode::AskEveryTime, vec![runs("ls"), text("Ok.")]);
    house.say("a").await;
    house.pending().await;
    house.say("no, b").await;
    house
        .until(|t| t.items.last().is_some_and(|item| item.text() == "Ok."))
        .await;
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/code ls [Skipped]",
            "user/message no, b",
            "assistant/message Ok."
        ]
    );
}

#[tokio::test]
async fn an_unknown_tool_is_told_and_the_turn_goes_on() {
    let mut events = call("c1", "fly", &json!({"to": "moon"}));
    events.push(ModelEvent::Finish(Finish::Stop));
    let house = House::new(Mode::FullAccess, vec![Answer::Says(events), text("Ok.")]);
    house.say("a").await;
    house.over().await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages)[2],
        "user: result c1 failed Text(\"There is no tool named `fly`. The tools are: echo.\")"
    );
}
