//! What is done on the screen is recorded, marked, done again, and never told to a model.

use interpreter_protocol::{
    Answer, ConversationId, Decision, ErrorCode, ExportFormat, FoundBy, Mode, Op, Outcome, Query,
    Receipt, Role, RunState, Scope, Snapshot, Step, StepMark, kind,
};
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::house::{House, Wire};

/// The programs of this test, and this test, are on a desktop of their own.
fn desktop() -> Desktop {
    let desktop = Desktop::start();
    for (name, value) in desktop.envs() {
        // Each test is a process of its own.
        unsafe { std::env::set_var(name, value) };
    }
    for name in ["WAYLAND_DISPLAY", "XAUTHORITY", "NO_AT_BRIDGE"] {
        unsafe { std::env::remove_var(name) };
    }
    desktop
}

fn steps(snapshot: &Snapshot) -> Vec<Step> {
    let all = snapshot.items.iter().flat_map(|item| &item.steps);
    all.cloned().collect()
}

/// What of steps does not depend on pixels and time.
fn told(steps: &[Step]) -> Vec<Value> {
    let line = |step: &Step| {
        let element = step.element.as_ref().map(|e| [&e.role, &e.name]);
        json!([
            step.number,
            step.action["action"],
            step.window,
            element,
            step.by
        ])
    };
    steps.iter().map(line).collect()
}

impl House {
    async fn replay(
        &self,
        id: &ConversationId,
        numbers: Option<Vec<u32>>,
    ) -> Result<ConversationId, interpreter_protocol::Error> {
        let op = Op::Replay {
            conversation: id.clone(),
            numbers,
        };
        let receipt = self.engine.submit(op).await?;
        Ok(receipt.conversation.unwrap())
    }

    async fn mark(
        &self,
        id: &ConversationId,
        number: u32,
        wrong: bool,
        note: Option<&str>,
    ) -> Result<Receipt, interpreter_protocol::Error> {
        let op = Op::Mark {
            conversation: id.clone(),
            number,
            wrong,
            note: note.map(str::to_owned),
        };
        self.engine.submit(op).await
    }

    async fn set_mode(&self, id: &ConversationId, mode: Mode) {
        let mut values = Map::new();
        values.insert("mode".to_owned(), json!(mode));
        let scope = Scope::Conversation {
            conversation: id.clone(),
        };
        let op = Op::Configure { scope, values };
        self.engine.submit(op).await.unwrap();
    }
}

fn at((x, y): (i32, i32)) -> Value {
    json!([x, y])
}

#[tokio::test]
async fn steps_of_a_model_are_recorded_and_done_again() {
    let desktop = desktop();
    let mut form = Fixture::form(&desktop, "Send report").await;
    let (entry, button) = (form.place("entry").middle(), form.place("button").middle());
    let click = |point| json!({"action": "left_click", "coordinate": at(point)});
    let script = Script::new()
        .reply(Reply::computer(json!({"action": "screenshot"})))
        .reply(Reply::computer(click(entry)))
        .reply(Reply::computer(json!({"action": "type", "text": "Ada"})))
        .reply(Reply::computer(click(button)))
        .reply(Reply::text("Sent."))
        .reply(Reply::text("Yes."))
        .turn(|request| {
            let text = request.last_user_text();
            let begins = |line: &&str| line.starts_with("The user ran this");
            let lines: Vec<&str> = text.lines().filter(begins).collect();
            Reply::text(lines.join("|"))
        });
    let model = ModelServer::start(script);
    let settings = json!({"mode": "full_access", "os": true, "supports_vision": true});
    let house = House::with_model(&model, Wire::Anthropic, settings);
    let id = house.turn(None, "send the report").await;
    assert_eq!(form.expect("pressed").await["label"], "Send report");
    let snapshot = house.snapshot(&id).await;
    let done = steps(&snapshot);
    let field = ["text field", "Your name"];
    assert_eq!(
        told(&done),
        [
            json!([1, "left_click", "Form", field, null]),
            json!([2, "type", "Form", field, null]),
            json!([3, "left_click", "Form", ["button", "Send report"], null]),
        ]
    );
    assert_eq!(done[0].points, [entry]);
    // Each belongs to the action that did it.
    let of = |kind: &str| {
        let items = snapshot.items.iter().filter(|item| item.kind == kind);
        items.map(|item| item.id.clone()).collect::<Vec<_>>()
    };
    let items: Vec<_> = done.iter().map(|step| step.item.clone()).collect();
    assert_eq!(items, of(kind::ACTION)[1..]);
    // What the model saw before it chose is what stands before the step.
    let first = snapshot.items.iter().find(|item| item.kind == kind::IMAGE);
    assert_eq!(done[0].before.as_deref(), first.map(|item| item.text()));
    for step in &done {
        for picture in [&step.before, &step.after] {
            let (kind, _) = house.engine.blob(picture.as_ref().unwrap()).unwrap();
            assert_eq!(kind, "image/png");
        }
    }

    house
        .mark(&id, 3, true, Some(" Too early. "))
        .await
        .unwrap();
    house.mark(&id, 2, true, None).await.unwrap();
    house.mark(&id, 2, false, None).await.unwrap();
    let refused = house.mark(&id, 4, true, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownItem);
    let marks: Vec<StepMark> = house
        .snapshot(&id)
        .await
        .items
        .into_iter()
        .flat_map(|item| item.marks)
        .collect();
    let mark = StepMark {
        item: done[2].item.clone(),
        number: 3,
        wrong: true,
        note: Some("Too early.".to_owned()),
    };
    assert_eq!(marks, [mark]);
    // Neither steps nor marks change what the model is sent: the server compares.
    house.turn(Some(&id), "sure?").await;

    let again = house.replay(&id, None).await.unwrap();
    let snapshot = house.over(&again).await;
    assert_eq!(form.expect("pressed").await["label"], "Send report");
    assert_eq!(snapshot.meta.title, "Replay of send the report");
    assert_eq!(
        told(&steps(&snapshot)),
        [
            json!([1, "left_click", "Form", field, "element"]),
            json!([2, "type", "Form", field, "element"]),
            json!([
                3,
                "left_click",
                "Form",
                ["button", "Send report"],
                "element"
            ]),
        ]
    );
    let states: Vec<_> = snapshot
        .items
        .iter()
        .map(|item| {
            let state = item.run.as_ref().map(|run| run.state);
            (item.role, item.kind.as_str(), state)
        })
        .collect();
    assert_eq!(
        states,
        [(Role::User, kind::ACTION, Some(RunState::Done)); 3]
    );
    // A model that goes on there hears of them.
    house.turn(Some(&again), "what was that?").await;
    let snapshot = house.snapshot(&again).await;
    assert_eq!(
        snapshot.items.last().unwrap().text(),
        "The user ran this recorded screen action again (left click):|\
         The user ran this recorded screen action again (type):|\
         The user ran this recorded screen action again (left click):"
    );

    // What is asked each time is asked here, too.
    house.set_mode(&id, Mode::AskEveryTime).await;
    let asked = house.replay(&id, Some(vec![1, 3])).await.unwrap();
    let pending = house.pending(&asked).await;
    assert_eq!(pending.format, "action");
    let why = pending.content["why"].as_str().unwrap_or_default();
    assert!(why.contains("sending"), "{why}");
    let skip = Op::Answer {
        conversation: asked.clone(),
        confirmation: pending.confirmation,
        digest: pending.digest,
        decision: Decision::Skip { reason: None },
    };
    house.engine.submit(skip).await.unwrap();
    let snapshot = house.over(&asked).await;
    assert_eq!(steps(&snapshot).len(), 1);
    let states: Vec<_> = snapshot
        .items
        .iter()
        .filter_map(|item| Some(item.run.as_ref()?.state))
        .collect();
    assert_eq!(states, [RunState::Done, RunState::Skipped]);

    house.set_mode(&id, Mode::ChatOnly).await;
    let refused = house.replay(&id, None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ApprovalRefused);
    let refused = house.replay(&id, Some(vec![9])).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownItem);
    let query = Query::Export {
        conversation: id.clone(),
        format: ExportFormat::Steps,
        screenshots: true,
    };
    let Answer::File { text, .. } = house.engine.query(query).await.unwrap() else {
        panic!("no file");
    };
    assert!(text.contains("Wrong click: Too early."));
    assert!(text.contains("data:image/png;base64,"));
    house.engine.shutdown().await;
    model.finish();
}

#[tokio::test]
async fn steps_of_code_belong_to_the_code_and_a_missing_window_ends_the_replay() {
    let desktop = desktop();
    let mut form = Fixture::form(&desktop, "Save").await;
    let (entry, button) = (form.place("entry").middle(), form.place("button").middle());
    let house = House::new(json!({"mode": "full_access", "keep_screenshots": false}));
    let code = format!(
        "computer.mouse.click(x={}, y={})\ncomputer.keyboard.write('Ada')\ncomputer.mouse.click(x={}, y={})",
        entry.0, entry.1, button.0, button.1
    );
    let id = house.turn(None, "help").await;
    let receipt = house.run_code(&id, "python", &code).await.unwrap();
    let snapshot = house.over(&id).await;
    form.expect("pressed").await;
    let done = steps(&snapshot);
    let numbers: Vec<_> = done.iter().map(|step| (step.number, &step.item)).collect();
    let item = receipt.item.as_ref().unwrap();
    assert_eq!(numbers, [(1, item), (2, item), (3, item)]);
    // None is kept that nobody saw.
    assert!(
        done.iter()
            .all(|step| step.before.is_none() && step.after.is_none())
    );
    assert!(
        done.iter()
            .all(|step| step.effect.outcome == Outcome::Confirmed)
    );

    let again = house.replay(&id, Some(vec![1, 3])).await.unwrap();
    let snapshot = house.over(&again).await;
    form.expect("pressed").await;
    let by: Vec<_> = steps(&snapshot).iter().map(|step| step.by).collect();
    assert_eq!(by, [Some(FoundBy::Element); 2]);

    drop(form);
    let gone = house.replay(&id, None).await.unwrap();
    let snapshot = house.over(&gone).await;
    let [step, error] = snapshot.items.as_slice() else {
        panic!("{:#?}", snapshot.items);
    };
    let run = step.run.as_ref().unwrap();
    assert_eq!(run.state, RunState::Stale);
    assert_eq!(step.effect.as_ref().unwrap().outcome, Outcome::Refused);
    let app = done[0].app.clone().unwrap();
    assert_eq!(
        error.content["message"],
        format!("The replay stopped at step 1. {app} has no window on the screen.")
    );
    assert_eq!(
        error.content["params"],
        json!({"replay": id, "step": 1, "numbers": [1, 2, 3]})
    );
    assert_eq!(steps(&snapshot), []);
    house.engine.shutdown().await;
}
