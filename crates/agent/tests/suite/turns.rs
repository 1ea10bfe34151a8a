//! Turns from the first word to the last.

use interpreter_agent::SessionOp;
use interpreter_llm::{Finish, Message, ModelEvent, Part, Speaker};
use interpreter_protocol::{Decision, ErrorCode, Mode, Rule, RuleMatch, RuleScope, Verdict};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{Answer, House, call, runs, text};

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
        .answer(
            &pending,
            Decision::Always {
                rule,
                scope: RuleScope::Conversation,
            },
        )
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
