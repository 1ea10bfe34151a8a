//! Code the person runs, and how the model hears of it.

use interpreter_agent::SessionOp;
use interpreter_llm::ModelEvent;
use interpreter_protocol::{ErrorCode, Mode, Role, RuleMatch, RunState};
use pretty_assertions::assert_eq;

use crate::house::{Answer, House, Memory, runs, text};
use crate::turns::told;

const RAN_LS: &str = "The user ran this shell code themselves:\nls\n\nIts result:\nls";

#[tokio::test]
async fn it_runs_without_a_question_and_the_model_hears_of_it() {
    let house = House::new(
        Mode::AskEveryTime,
        vec![text("Hi."), text("I see."), text("Still.")],
    );
    house.say("a").await;
    house.over().await;
    let receipt = house.run_code("ls").await.unwrap();
    let transcript = house.until(|t| !t.responding && t.items.len() == 4).await;
    let item = &transcript.items[2];
    assert_eq!(
        (item.role, item.format.as_deref(), Some(&item.id)),
        (Role::User, Some("shell"), receipt.item.as_ref())
    );
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/message Hi.",
            "user/code ls [Done]",
            "computer/console ls"
        ]
    );
    let run = transcript.items[2].run.clone().unwrap();
    assert_eq!(run.rule.as_deref(), Some("run by you"));
    for words in ["b", "c"] {
        house.say(words).await;
        house.over().await;
    }
    let seen = house.seen.lock().unwrap();
    let ran = format!("user: {RAN_LS:?}");
    assert_eq!(
        told(&seen[1].messages),
        [
            "user: \"a\"".to_owned(),
            "assistant: \"Hi.\"".to_owned(),
            format!("{ran} | \"b\"")
        ]
    );
    assert_eq!(
        told(&seen[2].messages)[..3],
        told(&seen[1].messages),
        "what was said once is said the same again"
    );
}

#[tokio::test]
async fn after_a_skipped_call_its_result_comes_first() {
    let house = House::new(Mode::AskEveryTime, vec![runs("rm"), text("Ok.")]);
    house.say("a").await;
    let pending = house.pending().await;
    let skip = interpreter_protocol::Decision::Skip { reason: None };
    house.answer(&pending, skip).await.unwrap();
    house.over().await;
    house.run_code("ls").await.unwrap();
    house.until(|t| !t.responding && t.items.len() == 4).await;
    house.again().await.unwrap();
    house.until(|t| t.items.len() == 5 && !t.responding).await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages),
        [
            "user: \"a\"".to_owned(),
            "assistant: call c1 {\"code\":\"rm\"}".to_owned(),
            format!(
                "user: result c1 failed Text(\"The user chose not to run this.\") | {RAN_LS:?}"
            ),
        ]
    );
}

#[tokio::test]
async fn what_is_denied_stays_denied() {
    let house = House::new(Mode::ChatOnly, vec![]);
    let refused = house.run_code("ls").await.unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (
            ErrorCode::ApprovalRefused,
            "Nothing was run: mode Chat only: nothing runs."
        )
    );
    house.set_mode(Mode::AskEveryTime);
    house.forbid(RuleMatch::Command {
        words: vec!["rm".into()],
    });
    let refused = house.run_code("ls; rm x").await.unwrap_err();
    assert_eq!(refused.message, "Nothing was run: never `rm`.");
    assert_eq!(refused.params["rule"], "never `rm`");
    let op = SessionOp::RunCode {
        language: "cobol".into(),
        code: "STOP RUN".into(),
    };
    let refused = house.session.send(op).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (ErrorCode::BadInput, "There is no `cobol`. Nothing was run.")
    );
    assert_eq!(house.rows(), Vec::<String>::new());
}

#[tokio::test]
async fn not_while_a_turn_runs_and_messages_wait_for_it() {
    let house = House::new(
        Mode::FullAccess,
        vec![
            Answer::Hangs(vec![ModelEvent::Text("Hm".into())]),
            text("Ok."),
        ],
    );
    house.say("a").await;
    house.until(|t| t.items.len() == 2).await;
    let refused = house.run_code("ls").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotNow);
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
    house.run_code("hang").await.unwrap();
    house
        .until(|t| t.items.iter().any(|item| item.kind == "console"))
        .await;
    assert_eq!(
        house.run_code("ls").await.unwrap_err().code,
        ErrorCode::NotNow
    );
    house.say("b").await;
    house.session.send(SessionOp::Stop).await.unwrap();
    house.over().await;
    house.say("c").await;
    house
        .until(|t| !t.responding && t.items.iter().any(|item| item.text() == "Ok."))
        .await;
    assert_eq!(
        house.rows(),
        [
            "user/message a",
            "assistant/message Hm",
            "user/code hang [Stopped]",
            "computer/console begun",
            "user/message c",
            "assistant/message Ok."
        ]
    );
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[1].messages)[2],
        "user: \"The user ran this shell code themselves:\\nhang\\n\\nIts result:\\nbegun\\n\\nStopped by the user; may have taken effect.\" | \"c\""
    );
}

#[tokio::test]
async fn an_interrupt_never_kills_but_asked_to() {
    let house = House::new(Mode::FullAccess, vec![]);
    let item = house.run_code("stubborn").await.unwrap().item.unwrap();
    for count in 1..=3 {
        let op = SessionOp::Interrupt {
            item: item.clone(),
            kill: false,
        };
        house.session.send(op).await.unwrap();
        house
            .until(|t| {
                t.items
                    .last()
                    .is_some_and(|i| i.text().matches("no").count() == count)
            })
            .await;
    }
    assert_eq!(
        house.transcript().items[0].run.as_ref().unwrap().state,
        RunState::Running
    );
    let op = SessionOp::Interrupt { item, kill: true };
    house.session.send(op).await.unwrap();
    house.over().await;
    assert_eq!(
        house.rows(),
        [
            "user/code stubborn [Stopped]",
            "computer/console no\nno\nno"
        ]
    );
}

#[tokio::test]
async fn after_a_crash_the_model_hears_that_it_may_have_taken_effect() {
    let memory = Memory::default();
    {
        let house = House::with(Mode::FullAccess, vec![], None, memory.clone());
        house.run_code("deaf").await.unwrap();
        house
            .until(|t| t.items.iter().any(|i| i.run.is_some()))
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
    house.until(|t| t.items.len() == 3 && !t.responding).await;
    let seen = house.seen.lock().unwrap();
    assert_eq!(
        told(&seen[0].messages),
        [
            "user: \"The user ran this shell code themselves:\\ndeaf\\n\\nIts result:\\nInterrupted. It may have taken effect.\" | \"b\""
        ]
    );
}

#[tokio::test]
async fn undo_takes_it_back_alone() {
    let house = House::new(Mode::FullAccess, vec![text("Hi.")]);
    house.run_code("ls").await.unwrap();
    house.over().await;
    house.say("a").await;
    house.until(|t| t.items.len() == 4 && !t.responding).await;
    for left in [2, 0] {
        house.session.send(SessionOp::Undo).await.unwrap();
        assert_eq!(house.rows().len(), left);
    }
}
