//! The program dies at the worst moment; everything shown before is there.

use interpreter_protocol::{Decision, RunState};
use interpreter_test_support::{Gate, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;

use crate::house::{House, Wire};

#[tokio::test]
async fn in_the_middle_of_an_answer() {
    for wire in [Wire::OpenAi, Wire::Anthropic] {
        let gate = Gate::new();
        let script = Script::new()
            .reply(
                Reply::text("The first half ")
                    .wait(&gate)
                    .say("never comes."),
            )
            .reply(Reply::text("Here I am."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire);
        let mut pipe = house.pipe().await;
        pipe.say("tell me").await;
        pipe.until(|t| {
            t.items
                .last()
                .is_some_and(|item| item.text() == "The first half ")
        })
        .await;
        let (id, shown) = (pipe.id(), pipe.transcript.items.clone());
        pipe.kill().await;
        let mut pipe = house.pipe().await;
        let snapshot = pipe.resume(&id).await;
        assert_eq!(snapshot.items, shown);
        pipe.say("go on").await;
        pipe.until(|t| {
            t.items
                .last()
                .is_some_and(|item| item.text() == "Here I am.")
        })
        .await;
        pipe.until(|t| !t.responding).await;
        assert_eq!(
            pipe.rows(),
            [
                "user/message: tell me",
                "assistant/message: The first half …",
                "user/message: go on",
                "assistant/message: Here I am."
            ]
        );
        pipe.close().await;
        gate.open();
        // `finish` checks that the second request was valid.
        model.finish();
    }
}

#[tokio::test]
async fn in_the_middle_of_a_run() {
    let code = "print('begun', flush=True)\nimport time\ntime.sleep(600)";
    let script = Script::new()
        .reply(Reply::execute("python", code))
        .reply(Reply::text("Here I am."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic);
    let mut pipe = house.pipe().await;
    pipe.say("run").await;
    let pending = pipe.pending().await;
    pipe.answer(&pending, Decision::Run).await.unwrap();
    pipe.until(|t| t.items.last().is_some_and(|item| item.text() == "begun\n"))
        .await;
    let id = pipe.id();
    pipe.kill().await;
    let mut pipe = house.pipe().await;
    let snapshot = pipe.resume(&id).await;
    assert_eq!(snapshot.items.last().unwrap().text(), "begun\n");
    assert!(snapshot.pending.is_empty() && !snapshot.responding);
    pipe.say("and?").await;
    pipe.until(|t| {
        t.items
            .last()
            .is_some_and(|item| item.text() == "Here I am.")
    })
    .await;
    pipe.until(|t| !t.responding).await;
    let run = pipe.transcript.items[1].run.clone().unwrap();
    assert_eq!(run.state, RunState::Stopped);
    pipe.close().await;
    let requests = model.finish();
    let result = requests[1].results().last().unwrap().text.clone();
    assert!(
        result.contains("begun") && result.contains("Interrupted"),
        "{result}"
    );
}
