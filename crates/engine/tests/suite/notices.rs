//! What is told of when nobody looks, and in which words.

use interpreter_engine::{Notice, Question};
use interpreter_protocol::{Chunk, ConfirmationId, ConversationId, Event};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

fn notice(chunk: Value) -> Option<Notice> {
    Notice::of(&Event {
        conversation: ConversationId("c".to_owned()),
        seq: 1,
        item: None,
        chunk: serde_json::from_value::<Chunk>(chunk).unwrap(),
    })
}

fn told(chunk: Value, expected: Option<(&str, &str)>) {
    let told = notice(chunk.clone()).map(|told| (told.summary, told.body));
    let expected = expected.map(|(summary, body)| (summary, body.to_owned()));
    assert_eq!(told, expected, "{chunk}");
}

fn confirmation(code: &str) -> Value {
    json!({
        "role": "computer", "type": "confirmation", "format": "execution",
        "content": { "type": "code", "format": "python", "content": code },
        "confirmation": "k", "digest": "sha256:1",
    })
}

#[test]
fn what_waits_ends_late_or_costs_too_much_is_told() {
    let run = |state: &str, ms: Option<u64>| {
        json!({
            "role": "server", "type": "run",
            "content": { "item": "i", "state": state, "ms": ms, "mode": "ask_every_time", "place": "here" },
        })
    };
    let long = "Code that ran for a while has ended.";
    told(
        run("done", Some(20_000)),
        Some(("The run is finished", long)),
    );
    told(
        run("failed", Some(60_000)),
        Some(("The run has failed", long)),
    );
    told(run("done", Some(19_999)), None);
    told(run("running", Some(60_000)), None);
    told(run("skipped", Some(60_000)), None);
    told(run("done", None), None);
    let os = |state: &str| json!({ "role": "server", "type": "os", "content": { "state": state, "text": "Sign in" } });
    told(os("waiting"), Some(("The assistant needs you", "Sign in")));
    told(os("acting"), None);
    let error =
        |code: &str| json!({ "role": "server", "type": "error", "format": code, "content": "x" });
    told(
        error("budget_reached"),
        Some((
            "The budget is reached",
            "The assistant has stopped. Raise the budget to go on.",
        )),
    );
    told(
        error("limit_reached"),
        Some((
            "The limit is reached",
            "The assistant has stopped. Say whether it may go on.",
        )),
    );
    told(error("network"), None);
    told(
        json!({ "role": "assistant", "type": "message", "content": "hello" }),
        None,
    );
}

#[test]
fn only_what_a_notice_shows_whole_can_be_allowed_from_it() {
    let question = Question {
        confirmation: ConfirmationId("k".to_owned()),
        digest: "sha256:1".to_owned(),
    };
    let check = |code: &str, body: &str, asks: bool| {
        let told = notice(confirmation(code)).unwrap();
        assert_eq!(
            (told.body.as_str(), told.question),
            (body, asks.then(|| question.clone()))
        );
    };
    let open = "The assistant asks before it goes on.";
    check("1+1", "Run this?\n1+1", true);
    check(&"x".repeat(201), open, false);
    check("1\n2\n3\n4\n5", open, false);
    // Its end, which has no content, asks nothing.
    told(
        json!({ "role": "computer", "type": "confirmation", "end": true }),
        None,
    );
}
