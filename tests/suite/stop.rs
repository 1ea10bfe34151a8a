//! Stop, at every place where something could hang.

use interpreter_protocol::{Op, RunState};
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Wire};

#[tokio::test]
async fn a_hanging_model_call() {
    let script = Script::new()
        .reply(Reply::text("Hm").hang())
        .reply(Reply::text("Usable."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::OpenAi);
    let mut pipe = house.pipe().await;
    pipe.say("a").await;
    pipe.until(|t| t.items.len() == 2).await;
    let stop = Op::Stop {
        conversation: pipe.id(),
    };
    pipe.submit(stop).await.unwrap();
    model.abandoned(1).await;
    pipe.until(|t| !t.responding).await;
    pipe.say("b").await;
    pipe.until(|t| t.items.last().is_some_and(|item| item.text() == "Usable."))
        .await;
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn an_endless_loop_in_each_language_keeps_the_languages_state() {
    let cases = [
        (
            "python",
            "x = 1\nprint('in', flush=True)\nwhile True: pass",
            "print('x is', x)",
        ),
        (
            "shell",
            "x=1; echo in; while true; do :; done",
            "echo x is $x",
        ),
        (
            "javascript",
            "var x = 1; console.log('in'); while (true) {}",
            "console.log('x is', x)",
        ),
    ];
    for (language, endless, after) in cases {
        let script = Script::new()
            .reply(Reply::execute(language, endless))
            .reply(Reply::execute(language, after))
            .reply(Reply::text("Done."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, Wire::Anthropic).flag(&["-y"]);
        let mut pipe = house.pipe().await;
        pipe.say("a").await;
        pipe.until(|t| t.items.last().is_some_and(|item| item.text() == "in\n"))
            .await;
        let stop = Op::Stop {
            conversation: pipe.id(),
        };
        pipe.submit(stop).await.unwrap();
        pipe.until(|t| !t.responding).await;
        let run = pipe.transcript.items[1].run.clone().unwrap();
        assert_eq!(run.state, RunState::Stopped, "{language}");
        pipe.say("b").await;
        pipe.over().await;
        let rows = pipe.rows();
        assert!(
            rows.contains(&"computer/console output: x is 1⏎".to_owned()),
            "{language}: {rows:#?}"
        );
        pipe.close().await;
        model.finish();
    }
}

#[tokio::test]
async fn a_long_type_and_nothing_stays_pressed() {
    let desktop = Desktop::start();
    let mut text = Fixture::text(&desktop).await;
    let long = "Ab".repeat(5_000);
    let action = json!({"action": "type", "text": long});
    let script = Script::new()
        .reply(Reply::computer(json!({"action": "screenshot"})))
        .reply(Reply::computer(action))
        .reply(Reply::text("Usable."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic)
        .on(&desktop)
        .flag(&["--os", "-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("type").await;
    text.wait_for("some text", |event| {
        event["text"].as_str().is_some_and(|text| text.len() > 20)
    })
    .await;
    let stop = Op::Stop {
        conversation: pipe.id(),
    };
    pipe.submit(stop).await.unwrap();
    pipe.until(|t| !t.responding).await;
    assert!(!desktop.anything_pressed());
    let typed = text.events_so_far().await.into_iter().last();
    let typed = typed
        .and_then(|event| event["text"].as_str().map(str::len))
        .unwrap_or(0);
    assert!(typed < long.len(), "it was stopped in the middle");
    pipe.say("b").await;
    pipe.until(|t| t.items.last().is_some_and(|item| item.text() == "Usable."))
        .await;
    pipe.close().await;
    model.finish();
}
