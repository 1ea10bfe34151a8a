//! A chat that runs Python and answers with what it printed, through every front
//! that a program can drive, in every wire format.

use interpreter_protocol::Decision;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::house::{House, WIRES, Wire};

/// Runs code, then repeats what it printed.
fn script() -> Script {
    Script::new()
        .turn(|_| {
            Reply::text("Let me compute.").and_call(
                "execute",
                serde_json::json!({"language": "python", "code": "print(6 * 7)\nx = 6"}),
            )
        })
        .turn(|request| {
            let printed = request.results().last().map(|result| result.text.clone());
            Reply::text(format!(
                "It printed {}.",
                printed.unwrap_or_default().trim()
            ))
        })
}

#[tokio::test]
async fn over_a_pipe_in_every_format() {
    for wire in WIRES {
        let model = ModelServer::start(script());
        let house = House::with_model(&model, wire);
        let mut pipe = house.pipe().await;
        pipe.say("six times seven").await;
        let pending = pipe.pending().await;
        assert_eq!(pending.content["content"], "print(6 * 7)\nx = 6");
        pipe.answer(&pending, Decision::Run).await.unwrap();
        pipe.until(|t| !t.responding).await;
        assert_eq!(
            pipe.rows(),
            [
                "user/message: six times seven",
                "assistant/message: Let me compute.",
                "assistant/code python: print(6 * 7)⏎x = 6 [done]",
                "computer/console output: 42⏎",
                "assistant/message: It printed 42.",
            ],
            "{wire:?}"
        );
        pipe.close().await;
        let requests = model.finish();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].key(), Some("secret-key"));
    }
}

#[tokio::test]
async fn as_lmc_chunks_a_line_each() {
    let model = ModelServer::start(script());
    let house = House::with_model(&model, Wire::OpenAi);
    let ran = house.run(&["--json", "-y", "six times seven"]).await;
    assert_eq!((ran.status, ran.stderr.as_str()), (Some(0), ""));
    // What Open Interpreter's documents show, once text is joined and added types are left out.
    let mut lines: Vec<String> = Vec::new();
    let mut text = String::new();
    for line in ran.stdout.lines() {
        let chunk: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        let (role, kind) = (
            chunk["role"].as_str().unwrap(),
            chunk["type"].as_str().unwrap(),
        );
        if role == "server" || role == "user" {
            continue;
        }
        let word = |key: &str| {
            chunk
                .get(key)
                .and_then(Value::as_str)
                .map(|text| format!(" {text}"))
        };
        let format = word("format").unwrap_or_default();
        if chunk["start"] == true {
            lines.push(format!("{role} {kind}{format} start"));
        } else if chunk["end"] == true {
            if !text.is_empty() {
                lines.push(format!("{role} {kind} {:?}", std::mem::take(&mut text)));
            }
            lines.push(format!("{role} {kind}{format} end"));
        } else if format == " active_line" {
            assert!(
                chunk["content"].is_u64() || chunk["content"].is_null(),
                "{line}"
            );
        } else {
            text.push_str(chunk["content"].as_str().unwrap_or_default());
        }
    }
    assert_eq!(
        lines,
        [
            "assistant message start",
            "assistant message \"Let me compute.\"",
            "assistant message end",
            "assistant code python start",
            "assistant code \"print(6 * 7)\\nx = 6\"",
            "assistant code python end",
            "computer console start",
            "computer console \"42\\n\"",
            "computer console end",
            "assistant message start",
            "assistant message \"It printed 42.\"",
            "assistant message end",
        ]
    );
    model.finish();
}

#[tokio::test]
async fn without_a_person_nothing_runs_and_the_status_says_so() {
    let model = ModelServer::start(Script::new().reply(Reply::execute("shell", "touch ran")));
    let house = House::with_model(&model, Wire::OpenAi);
    let ran = house.run(&["--json", "touch it"]).await;
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(!ran.stderr.is_empty(), "it says what to do");
    let confirmations: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|chunk| chunk["type"] == "confirmation")
        .collect();
    assert_eq!(confirmations.len(), 1);
    assert_eq!(confirmations[0]["content"]["content"], "touch ran");
    assert!(!house.home.path().join("ran").exists());
    model.finish();
}

#[tokio::test]
async fn state_is_kept_between_blocks_and_conversations_resume_in_another_program() {
    let run = |code: &'static str| Reply::execute("python", code);
    let script = Script::new()
        .reply(run("x = 6"))
        .reply(run("print(x * 7)"))
        .reply(Reply::text("Done."))
        .turn(|request| Reply::text(format!("You said {} things.", request.messages().len())));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::OpenAi).flag(&["-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("go").await;
    pipe.over().await;
    let rows = pipe.rows();
    assert!(
        rows.contains(&"computer/console output: 42⏎".to_owned()),
        "{rows:#?}"
    );
    let (id, before) = (pipe.id(), pipe.transcript.items.clone());
    pipe.close().await;
    let mut pipe = house.pipe().await;
    let snapshot = pipe.resume(&id).await;
    assert_eq!(snapshot.items, before);
    pipe.until(|t| t.items.len() == before.len() && !t.responding)
        .await;
    pipe.say("and?").await;
    pipe.over().await;
    assert!(pipe.rows().last().unwrap().contains("You said"));
    pipe.close().await;
    model.finish();
}
