//! The app itself: its window on a screen, its page clicked and typed into.
//!
//! What the system sees of it is asked of the X server and the message bus.

mod conversations;
mod desk;
mod links;
mod notices;
mod pages;
mod pill;
mod session;

use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, program};
use crate::webdriver::Browser;

const COMPOSER: &str = "#composer";
/// A question that has been on the screen long enough to be answered.
const RUN: &str = "[data-action=run]:not([aria-disabled])";
const ENTER: char = '\u{e007}';

/// The app on this desktop, with the scripted model.
fn with_model(desktop: &Desktop, model: &ModelServer) -> House {
    House::new()
        .on(desktop)
        .env("INTERPRETER_MODEL", "openai/scripted")
        .env("INTERPRETER_API_BASE", &model.openai_base())
        .env("OPENAI_API_KEY", "secret-key")
}

async fn open(house: &House) -> Browser {
    Browser::open(house, &program("interpreter-desktop")).await
}

async fn say(window: &Browser, text: &str) {
    window.type_into(COMPOSER, &format!("{text}{ENTER}")).await;
}

async fn turn_is_over(window: &Browser) {
    window
        .until("!document.querySelector('[data-action=stop]')")
        .await;
}

#[tokio::test]
async fn code_approved_by_a_click_runs_and_everything_is_there_after_a_reload() {
    let script = Script::new()
        .turn(|_| {
            Reply::text("Let me compute.").and_call(
                "execute",
                json!({ "language": "python", "code": "print(6 * 7)" }),
            )
        })
        .turn(|request| {
            let printed = request.results().last().map(|result| result.text.clone());
            Reply::text(format!(
                "It printed {}.",
                printed.unwrap_or_default().trim()
            ))
        });
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "six times seven").await;
    window.find("[data-card][data-state=awaiting]").await;
    assert_eq!(
        model.requests().len(),
        1,
        "nothing runs before it is approved"
    );
    window.click(RUN).await;
    window.find("[data-card][data-state=done]").await;
    window.find_text("It printed 42.").await;
    turn_is_over(&window).await;
    let shown = window.text("[data-region=transcript]").await;
    assert!(
        shown.contains("six times seven") && shown.contains("print(6 * 7)"),
        "{shown}"
    );

    window.reload().await;
    window.find_text("It printed 42.").await;
    window.find("[data-card][data-state=done]").await;
    assert_eq!(window.text("[data-region=transcript]").await, shown);
    window.close().await;

    // The same after the app itself was closed and opened.
    let window = open(&house).await;
    window.click("[data-conversation]").await;
    window.find_text("It printed 42.").await;
    assert_eq!(window.text("[data-region=transcript]").await, shown);
    window.close().await;
    let requests = model.finish();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].key(), Some("secret-key"));
}

#[tokio::test]
async fn without_a_key_it_opens_on_the_built_in_commands() {
    let desktop = Desktop::start();
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.find_text("No model is connected").await;
    assert!(
        window
            .text("[data-control=model]")
            .await
            .contains("Built-in commands")
    );
    say(&window, "run python: 1+1").await;
    window.click(RUN).await;
    window.find("[data-card][data-state=done]").await;
    turn_is_over(&window).await;
    assert_eq!(window.text("[data-card] [role=log]").await.trim(), "2");
    window.close().await;
}

#[tokio::test]
async fn stop_ends_a_model_that_hangs() {
    let script = Script::new()
        .reply(Reply::text("Hm").hang())
        .reply(Reply::text("Usable again."));
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "hang").await;
    window.find_text("Hm").await;
    window.click("[data-action=stop]").await;
    model.abandoned(1).await;
    turn_is_over(&window).await;
    say(&window, "and now?").await;
    window.find_text("Usable again.").await;
    turn_is_over(&window).await;
    window.close().await;
    model.finish();
}

#[tokio::test]
async fn the_screen_is_used_once_agreed_to_and_an_app_asks_once() {
    // Room for the app and a window beside it.
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.click("[data-use=screen]").await;
    window.click("[data-action=start-screen]").await;
    let mut form = Fixture::form(&desktop, "Press me").await;
    say(&window, "click \"Press me\"").await;
    window.find("[data-pill=waiting]").await;
    window
        .click("[data-action=run-app]:not([aria-disabled])")
        .await;
    form.wait_for("a press", |event| event["event"] == "pressed")
        .await;
    turn_is_over(&window).await;
    window.until("!document.querySelector('[data-pill]')").await;
    say(&window, "click \"Press me\"").await;
    form.wait_for("another press", |event| event["event"] == "pressed")
        .await;
    turn_is_over(&window).await;
    assert!(!desktop.anything_pressed());
    window.close().await;
}

#[tokio::test]
async fn a_link_opens_in_the_system_browser_and_the_window_stays() {
    let script = Script::new().reply(Reply::text(
        "See [the page](https://example.org/a?b=c) or [this](file:///etc/passwd).",
    ));
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    // What the system would open the page with, replaced by one that writes it down.
    let opened = house.home.path().join("opened");
    let stand_in = house.home.path().join("xdg-open");
    std::fs::write(
        &stand_in,
        format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{}'\n",
            opened.display()
        ),
    )
    .unwrap();
    let chmod = std::process::Command::new("chmod")
        .arg("+x")
        .arg(&stand_in)
        .status();
    assert!(chmod.unwrap().success());
    let path = format!(
        "{}:{}",
        house.home.path().display(),
        std::env::var("PATH").unwrap()
    );
    let house = house.env("PATH", &path);
    let window = open(&house).await;
    say(&window, "where?").await;
    turn_is_over(&window).await;
    window.click("[data-message] a").await;
    let written = async {
        while !opened.exists() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::house::PATIENCE, written)
        .await
        .expect("no browser was opened");
    window.find_text("where?").await;
    assert_eq!(
        std::fs::read_to_string(&opened).unwrap(),
        "https://example.org/a?b=c\n"
    );
    window.close().await;
    model.finish();
}
