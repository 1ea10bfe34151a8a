//! OS mode: the model sees the real screen and moves the real mouse.

use interpreter_protocol::{Decision, Outcome, Rule, RuleMatch, RuleScope, Tier, Verdict};
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Pipe, Wire};

/// Looks, clicks what it sees, and says what it was told.
fn find_and_click() -> Script {
    Script::new()
        .reply(Reply::computer(json!({"action": "screenshot"})))
        .turn(Reply::click_magenta)
        .turn(|request| Reply::text(format!("Told: {}", request.last_text())))
}

/// Actions that were done, whatever they changed.
fn clicks(pipe: &Pipe) -> usize {
    let done = |outcome: Outcome| outcome != Outcome::Refused;
    pipe.transcript
        .items
        .iter()
        .filter_map(|item| item.effect.as_ref())
        .filter(|effect| done(effect.outcome))
        .count()
}

#[tokio::test]
async fn the_model_finds_a_square_and_clicks_it_twice_at_different_places() {
    for wire in [Wire::Anthropic, Wire::OpenAi] {
        let desktop = Desktop::with_size(1920, 1080);
        let mut square = Fixture::square(&desktop, 211, 157, 31).await;
        let script = find_and_click()
            .reply(Reply::computer(json!({"action": "screenshot"})))
            .turn(Reply::click_magenta)
            .reply(Reply::text("Twice."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire).on(&desktop).flag(&[
            "--os",
            "-y",
            "--llm_supports_vision",
        ]);
        let mut pipe = house.pipe().await;
        pipe.say("click the square").await;
        pipe.over().await;
        assert_eq!(clicks(&pipe), 1, "{wire:?}: {:#?}", pipe.rows());
        let click = square.expect("click").await;
        assert!(click["off"].as_f64().unwrap() <= 1.0, "{wire:?}: {click}");
        square.move_square(1534, 877).await;
        pipe.say("again").await;
        pipe.over().await;
        assert_eq!(
            clicks(&pipe),
            2,
            "each click says what it did: {:#?}",
            pipe.rows()
        );
        let click = square.expect("click").await;
        assert!(click["off"].as_f64().unwrap() <= 1.0, "{wire:?}: {click}");
        pipe.close().await;
        model.finish();
    }
}

#[tokio::test]
async fn plain_commands_click_a_button_by_its_text_and_type_into_an_entry() {
    let desktop = Desktop::start();
    let mut form = Fixture::form(&desktop, "Send report").await;
    let house = House::new()
        .on(&desktop)
        .flag(&["--model", "builtin/commands", "--os", "-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("click \"Send report\"").await;
    let pressed = form.expect("pressed").await;
    assert_eq!(pressed["label"], "Send report");
    pipe.over().await;
    pipe.say("click \"Your name\" then press tab").await;
    pipe.over().await;
    pipe.say("type \"Ada é 日本\"").await;
    form.expect_text("Ada é 日本").await;
    pipe.over().await;
    pipe.close().await;
}

#[tokio::test]
async fn without_os_mode_the_screen_is_left_alone() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 100, 100, 30).await;
    let house = House::new()
        .on(&desktop)
        .flag(&["--model", "builtin/commands", "-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("click at 115, 115").await;
    pipe.over().await;
    let rows = pipe.rows();
    assert!(
        rows.iter().any(|row| row.contains("needs OS mode")),
        "{rows:#?}"
    );
    assert_eq!(
        square.events_so_far().await,
        Vec::<serde_json::Value>::new()
    );
    pipe.close().await;
}

#[tokio::test]
async fn the_command_calls_single_methods() {
    let desktop = Desktop::with_size(1000, 700);
    let house = House::new().on(&desktop);
    let ran = house.run(&["computer", "display.size"]).await;
    assert_eq!(
        (ran.status, ran.stdout.trim()),
        (Some(0), "[1000,700]"),
        "{}",
        ran.stderr
    );
    let lines = b"{\"method\":\"mouse.move\",\"params\":{\"x\":321,\"y\":123}}\n{\"method\":\"mouse.position\"}\n{\"method\":\"mouse.fly\"}\n";
    let ran = house.run_with_input(&["computer", "-"], lines).await;
    let answers: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(answers.len(), 3, "{ran:?}");
    assert!(
        answers[1].contains("321") && answers[1].contains("123"),
        "{}",
        answers[1]
    );
    assert!(
        answers[2].contains("mouse."),
        "it names the closest: {}",
        answers[2]
    );
    assert_eq!(desktop.pointer(), (321, 123));
}

#[tokio::test]
async fn code_reaches_the_screen_through_the_computer_object() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 300, 200, 41).await;
    let code = "computer.mouse.click(x=320, y=220)\nprint(computer.mouse.position())";
    let script = Script::new()
        .reply(Reply::execute("python", code))
        .reply(Reply::text("Done."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic)
        .on(&desktop)
        .flag(&["--os", "-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("click").await;
    let click = square.expect("click").await;
    assert!(click["off"].as_f64().unwrap() <= 1.0, "{click}");
    pipe.over().await;
    let rows = pipe.rows();
    assert!(
        rows.iter()
            .any(|row| row.contains("320") && row.starts_with("computer/console")),
        "{rows:#?}"
    );
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn an_app_that_was_allowed_does_not_ask_again() {
    let desktop = Desktop::start();
    let mut square = Fixture::square(&desktop, 300, 200, 41).await;
    let script = Script::new()
        .reply(Reply::computer(json!({"action": "screenshot"})))
        .turn(Reply::click_magenta)
        .turn(Reply::click_magenta)
        .reply(Reply::text("Done."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic)
        .on(&desktop)
        .flag(&["--os"]);
    let mut pipe = house.pipe().await;
    pipe.say("click twice").await;
    let pending = pipe.pending().await;
    assert_eq!(pending.format, "action");
    assert_eq!(
        square.events_so_far().await,
        Vec::<serde_json::Value>::new(),
        "nothing before the answer"
    );
    let app = pending.content["app"]
        .as_str()
        .expect("the app is named")
        .to_owned();
    let rule = Rule {
        verdict: Verdict::Allow,
        matches: RuleMatch::App {
            app,
            tier: Tier::Full,
        },
    };
    pipe.answer(
        &pending,
        Decision::Always {
            rule,
            scope: RuleScope::Conversation,
        },
    )
    .await
    .unwrap();
    pipe.until(|t| !t.responding).await;
    assert_eq!(clicks(&pipe), 2, "{:#?}", pipe.rows());
    square.expect("click").await;
    square.expect("click").await;
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn what_the_models_service_wants_confirmed_is_asked_for_even_if_it_only_looks() {
    let desktop = Desktop::start();
    let _square = Fixture::square(&desktop, 300, 200, 41).await;
    let script = Script::new()
        .reply(Reply::computer(
            json!({"action": "screenshot", "confirm": "This page asks for money."}),
        ))
        .reply(Reply::text("Seen."));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::OpenAi)
        .on(&desktop)
        .flag(&["--os", "--llm_supports_vision"]);
    let mut pipe = house.pipe().await;
    pipe.say("look").await;
    let pending = pipe.pending().await;
    assert_eq!(
        pending.content["why"],
        "the model's service warns of it (“This page asks for money.”), which is asked each time"
    );
    pipe.answer(&pending, Decision::Run).await.unwrap();
    pipe.over().await;
    pipe.close().await;
    model.finish();
}
