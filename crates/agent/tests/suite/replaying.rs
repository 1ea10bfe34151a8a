//! Recorded steps the person does again, and the records themselves.

use interpreter_agent::SessionOp;
use interpreter_protocol::{
    Decision, Effect, Error, ErrorCode, Frame, ItemId, Mode, Outcome, Receipt, Role, RunState,
    Step, StepMark, kind,
};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, text};
use crate::turns::told;

fn step(number: u32, action: &str) -> Step {
    Step {
        item: ItemId::from("then"),
        number,
        at: 0,
        action: json!({ "action": action }),
        frame: Frame {
            display: String::new(),
            origin: (0, 0),
            native: (1, 1),
            sent: (1, 1),
            scale: 1.0,
            layout: String::new(),
        },
        points: Vec::new(),
        app: None,
        window: None,
        window_area: None,
        element: None,
        before: None,
        after: None,
        masked: false,
        ms: 0,
        effect: Effect {
            outcome: Outcome::Confirmed,
            detail: String::new(),
        },
        by: None,
    }
}

impl House {
    async fn replay(&self, actions: &[&str]) -> Result<Receipt, Error> {
        self.settings(|settings| settings.os = true);
        let steps = (1..)
            .zip(actions)
            .map(|(number, action)| step(number, action));
        let op = SessionOp::Replay {
            from: "then".into(),
            steps: steps.collect(),
        };
        self.session.send(op).await
    }
}

fn ran(action: &str, told: &str) -> String {
    format!("The user ran this recorded screen action again ({action}):\n{told}")
}

#[tokio::test]
async fn all_of_them_in_order_without_a_question() {
    let house = House::new(Mode::AskEveryTime, vec![text("I see."), text("Still.")]);
    let receipt = house.replay(&["left click", "type"]).await.unwrap();
    assert!(receipt.conversation.is_some());
    let transcript = house.over().await;
    let states: Vec<_> = transcript
        .items
        .iter()
        .filter(|item| item.kind == kind::ACTION)
        .map(|item| {
            let run = item.run.clone().unwrap();
            (item.role, run.state, run.rule)
        })
        .collect();
    let done = (
        Role::User,
        RunState::Done,
        Some("replayed by you".to_owned()),
    );
    assert_eq!(states, [done.clone(), done]);
    for words in ["a", "b"] {
        house.say(words).await;
        house.over().await;
    }
    let seen = house.seen.lock().unwrap();
    let first = ran("left click", "left click");
    let second = ran("type", "type");
    assert_eq!(
        told(&seen[0].messages),
        [format!("user: {first:?} | {second:?} | \"a\"")]
    );
    assert_eq!(told(&seen[1].messages)[..1], told(&seen[0].messages));
}

#[tokio::test]
async fn the_first_that_is_not_found_ends_it() {
    let house = House::new(Mode::FullAccess, vec![]);
    house.replay(&["a", "lost", "c"]).await.unwrap();
    let transcript = house.over().await;
    let [_, _, lost, error] = transcript.items.as_slice() else {
        panic!("{:?}", house.rows());
    };
    assert_eq!(lost.run.as_ref().unwrap().state, RunState::Stale);
    assert_eq!(
        lost.effect,
        Some(Effect {
            outcome: Outcome::Refused,
            detail: "It is not there.".to_owned()
        })
    );
    assert_eq!(
        error.content,
        json!({
            "code": "tool_failed",
            "message": "The replay stopped at step 2. It is not there.",
            "remedy": "Put the window back as it was and go on from this step, or go on from the next one.",
            "params": {"replay": "then", "step": 2, "numbers": [2, 3]},
        })
    );
    // One that was done is taken back as a whole.
    house.session.send(SessionOp::Undo).await.unwrap();
    assert_eq!(house.transcript().items.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_asked_and_a_skip_ends_it() {
    let house = House::new(Mode::AskEveryTime, vec![]);
    house.replay(&["a", "send", "c"]).await.unwrap();
    let pending = house.pending().await;
    assert_eq!(
        pending.content["why"],
        "looks like sending, which is asked each time"
    );
    house
        .answer(&pending, Decision::Skip { reason: None })
        .await
        .unwrap();
    let transcript = house.over().await;
    let states: Vec<_> = transcript
        .items
        .iter()
        .filter_map(|item| Some(item.run.as_ref()?.state))
        .collect();
    assert_eq!(states, [RunState::Done, RunState::Skipped]);
}

#[tokio::test]
async fn stop_ends_it_at_once() {
    let house = House::new(Mode::FullAccess, vec![]);
    house.replay(&["hang", "b"]).await.unwrap();
    let runs = |t: &interpreter_protocol::Transcript| {
        t.items.iter().any(|item| {
            item.run
                .as_ref()
                .is_some_and(|run| run.state == RunState::Running)
        })
    };
    house.until(runs).await;
    let busy = house.replay(&["b"]).await.unwrap_err();
    assert_eq!(busy.code, ErrorCode::NotNow);
    house.session.send(SessionOp::Stop).await.unwrap();
    let transcript = house.over().await;
    let states: Vec<_> = transcript
        .items
        .iter()
        .filter_map(|item| Some(item.run.as_ref()?.state))
        .collect();
    assert_eq!(states, [RunState::Stopped]);
}

#[tokio::test]
async fn numbers_are_given_once() {
    let house = House::new(Mode::FullAccess, vec![text("Hi."), text("Ho.")]);
    house.say("a").await;
    let item = house.over().await.items[1].id.clone();
    let record = async |item: &ItemId| {
        let step = Step {
            item: item.clone(),
            ..step(0, "left_click")
        };
        house
            .session
            .send(SessionOp::Record(Box::new(step)))
            .await
            .unwrap();
    };
    record(&item).await;
    record(&item).await;
    house.session.send(SessionOp::Undo).await.unwrap();
    house.say("b").await;
    let item = house.over().await.items[1].id.clone();
    record(&item).await;
    let mark = |number, note: &str| SessionOp::Mark {
        number,
        wrong: true,
        note: Some(note.to_owned()),
    };
    // What is gone cannot be marked.
    let refused = house.session.send(mark(1, "x")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::UnknownItem);
    house.session.send(mark(3, "first")).await.unwrap();
    house.session.send(mark(3, "  last ")).await.unwrap();
    let kept = house.transcript().items[1].clone();
    let numbers: Vec<u32> = kept.steps.iter().map(|step| step.number).collect();
    assert_eq!(numbers, [3]);
    let last = StepMark {
        item,
        number: 3,
        wrong: true,
        note: Some("last".to_owned()),
    };
    assert_eq!(kept.marks, [last]);
}
