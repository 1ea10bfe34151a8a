//! The person takes mouse or keyboard while several actions of one answer are done: none
//! of the others is, and the model is told. And what else ends such a plan.

use std::time::Duration;

use interpreter_protocol::{Op, OsState, RunState, kind};
use interpreter_test_support::fixtures::{Oracle, Place};
use interpreter_test_support::model_server::SeenResult;
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::house::{House, Pipe, Wire};

/// The key `q`.
const KEY: u32 = 'q' as u32;
/// So long that somebody can come into it.
const LONG: usize = 20_000;

fn click((x, y): (i32, i32)) -> Value {
    json!({"action": "left_click", "coordinate": [x, y]})
}

fn typed(text: &str) -> Value {
    json!({"action": "type", "text": text})
}

fn key(name: &str) -> Value {
    json!({"action": "key", "text": name})
}

/// A model that looks, does all this in one answer, and is content.
fn script(actions: &[Value]) -> Script {
    let all = actions.iter().cloned();
    Script::new()
        .reply(Reply::computer(json!({"action": "screenshot"})))
        .reply(all.fold(Reply::new(), Reply::and_computer))
        .reply(Reply::text("I see."))
}

fn home(model: &ModelServer, wire: Wire, desktop: &Desktop) -> House {
    let flags = ["--os", "-y", "--llm_supports_vision"];
    House::with_model(model, wire).on(desktop).flag(&flags)
}

/// The state of each action after the first look.
fn states(pipe: &Pipe) -> Vec<RunState> {
    let actions = pipe.transcript.items.iter();
    let actions = actions.filter(|item| item.kind == kind::ACTION).skip(1);
    let runs = actions.filter_map(|item| item.run.as_ref());
    runs.map(|run| run.state).collect()
}

/// The person gives control back, and the turn goes on to its end.
async fn give_back(pipe: &mut Pipe) {
    let paused = |state: OsState| state == OsState::Paused;
    pipe.until(|t| t.os.as_ref().is_some_and(|os| paused(os.state)))
        .await;
    let resume = Op::Resume {
        conversation: pipe.id(),
    };
    pipe.submit(resume).await.unwrap();
    pipe.until(|t| !t.responding).await;
}

/// What the model is told of the actions of its second answer, and the request.
fn told(model: &ModelServer, pipe: &Pipe) -> Vec<SeenResult> {
    let requests = model.requests();
    assert_eq!(requests.len(), 3, "{:#?}", pipe.rows());
    requests[2].results().split_off(1)
}

/// All that stands in the window, once everything on its way has come.
async fn stands(text: &mut Fixture) -> String {
    const END: &str = "That is all.";
    text.set_text(END);
    let mut last = String::new();
    loop {
        let event = text
            .wait_for("its text", |event| event["event"] == "text")
            .await;
        match event["text"].as_str() {
            Some(END) => return last,
            // Setting it empties it first.
            Some("") => {}
            other => last = other.unwrap_or_default().to_owned(),
        }
    }
}

#[tokio::test]
async fn a_person_in_the_middle_of_several_actions() {
    let desktop = Desktop::start();
    for (wire, by_mouse) in [
        (Wire::Anthropic, true),
        (Wire::Anthropic, false),
        (Wire::OpenAi, true),
    ] {
        let mut text = Fixture::text(&desktop).await;
        let at = text.place("view").middle();
        let long = "ab".repeat(LONG / 2);
        let model = ModelServer::start(script(&[
            click(at),
            typed("first "),
            typed(&long),
            typed("never"),
            click((at.0, at.1 + 5)),
        ]));
        let house = home(&model, wire, &desktop);
        let mut pipe = house.pipe().await;
        pipe.say("type").await;
        let begun = "first ".len() + 20;
        text.wait_for("some text", |event| {
            event["text"]
                .as_str()
                .is_some_and(|text| text.len() > begun)
        })
        .await;
        if by_mouse {
            desktop.person_moves(at.0 + 60, at.1 + 40);
        } else {
            desktop.person_presses(KEY);
        }
        give_back(&mut pipe).await;
        // Nothing of the plan has come after the person, and the pointer is theirs.
        let stood = stands(&mut text).await;
        let ours = stood.replace('q', "");
        let whole = format!("first {long}");
        assert!(whole.starts_with(&ours), "{wire:?}: {ours:?}");
        assert!(ours.len() < whole.len(), "{wire:?}: it was all typed");
        assert_eq!(
            stood.contains('q'),
            !by_mouse,
            "{wire:?}: what the person typed"
        );
        if by_mouse {
            assert_eq!(desktop.pointer(), (at.0 + 60, at.1 + 40), "{wire:?}");
        }
        assert!(!desktop.anything_pressed());
        use RunState::{Done, Skipped, Stale};
        assert_eq!(states(&pipe), [Done, Done, Stale, Skipped, Skipped]);
        // And the model hears of it with the next request.
        let told = told(&model, &pipe);
        let say = |text: &str| told[2].text.contains(text);
        assert!(say("The user took control"), "{wire:?}: {told:#?}");
        let rest = &told[3];
        assert!(
            rest.text.contains("the user used the computer before this"),
            "{wire:?}: {told:#?}"
        );
        if wire == Wire::Anthropic {
            let failed: Vec<bool> = told.iter().map(|result| result.is_error).collect();
            assert_eq!(failed, [false, false, false, true, true]);
            let pictures: Vec<usize> = told.iter().map(|result| result.images).collect();
            assert_eq!(pictures, [0, 0, 1, 0, 0], "one screenshot a plan");
        }
        pipe.close().await;
        model.finish();
    }
}

#[tokio::test]
async fn a_person_in_the_middle_of_a_wait_between_actions() {
    let desktop = Desktop::start();
    let mut text = Fixture::text(&desktop).await;
    let wait = json!({"action": "wait", "duration": 100});
    let model = ModelServer::start(script(&[wait, typed("never")]));
    let house = home(&model, Wire::Anthropic, &desktop);
    let mut pipe = house.pipe().await;
    pipe.say("wait").await;
    pipe.until(|t| {
        let waits = |item: &&interpreter_protocol::Item| {
            let run = item.run.as_ref().map(|run| run.state);
            item.content["action"] == "wait" && run == Some(RunState::Running)
        };
        t.items.iter().any(|item| waits(&item)) && t.os.as_ref().is_some_and(|os| os.text == "Wait")
    })
    .await;
    let (x, y) = desktop.pointer();
    desktop.person_moves(x + 50, y + 50);
    give_back(&mut pipe).await;
    assert_eq!(stands(&mut text).await, "");
    assert_eq!(states(&pipe), [RunState::Done, RunState::Skipped]);
    let told = told(&model, &pipe);
    assert!(
        told[0].text.contains("The user took control meanwhile"),
        "{told:#?}"
    );
    assert_eq!(told[0].images, 1);
    assert!(told[1].is_error, "{told:#?}");
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn a_plan_that_goes_well_shows_the_screen_once() {
    let desktop = Desktop::start();
    for wire in [Wire::Anthropic, Wire::OpenAi, Wire::Responses] {
        let mut form = Fixture::form(&desktop, "Send").await;
        let entry = form.place("entry").middle();
        let model = ModelServer::start(script(&[click(entry), typed("Ada"), key("Return")]));
        let house = home(&model, wire, &desktop);
        let mut pipe = house.pipe().await;
        pipe.say("fill it in").await;
        assert_eq!(form.expect("activated").await["text"], "Ada", "{wire:?}");
        pipe.over().await;
        assert_eq!(states(&pipe), [RunState::Done; 3], "{wire:?}");
        let requests = model.requests();
        // That of the first look, and one.
        assert_eq!(requests[2].images().len(), 2, "{wire:?}");
        pipe.close().await;
        model.finish();
    }
}

#[tokio::test]
async fn a_plan_ends_where_something_opens_that_it_did_not_know_of() {
    let desktop = Desktop::start();
    let place = Place {
        x: 100,
        y: 80,
        w: 600,
        h: 400,
    };
    let oracle = Oracle {
        kind: "menu",
        title: "Menu",
        place,
        program: None,
    };
    let mut menu = Fixture::oracle(&oracle, desktop.folder(), |command| {
        desktop.apply(command);
    });
    menu.shown().await;
    let part = |menu: &Fixture, name: &str| {
        let [x, y, w, h] = menu.part(name);
        let at = |from: i32, start: f64, size: f64| from + (start + size / 2.0) as i32;
        (at(place.x, x, w), at(place.y, y, h))
    };
    let (title, below) = (part(&menu, "title"), part(&menu, "below"));
    // Where one would click next may be covered by the menu.
    let model = ModelServer::start(script(&[click(title), click(below)]));
    let house = home(&model, Wire::Anthropic, &desktop);
    let mut pipe = house.pipe().await;
    pipe.say("click twice").await;
    menu.expect("opened").await;
    pipe.over().await;
    assert_eq!(states(&pipe), [RunState::Done, RunState::Skipped]);
    let results = told(&model, &pipe);
    assert_eq!(results[0].images, 1, "{results:#?}");
    assert!(
        results[1]
            .text
            .contains("opened, closed or covered something"),
        "{results:#?}"
    );
    pipe.close().await;
    model.finish();
    let pressed = |event: &Value| event["event"] == "press" && event["button"] == 1;
    let log = menu.log(None).await;
    assert!(!log.iter().any(pressed), "{log:?}");
    // Keys go where they would have gone.
    desktop.person_presses(0xff1b);
    let model = ModelServer::start(script(&[click(title), key("Down"), key("Return")]));
    let house = home(&model, Wire::Anthropic, &desktop);
    let mut pipe = house.pipe().await;
    pipe.say("choose").await;
    menu.expect("chosen").await;
    pipe.over().await;
    assert_eq!(states(&pipe), [RunState::Done; 3]);
    pipe.close().await;
    model.finish();
    let _ = menu.next_event(Duration::ZERO).await;
}
