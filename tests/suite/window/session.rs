//! The app and the session of its person: closing, hiding, ending, coming back.

use interpreter_test_support::{Desktop, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::process::Command;

use super::desk::{self, MAIN};
use super::{RUN, open, say, turn_is_over, with_model};
use crate::house::{House, program};
use crate::webdriver;

#[tokio::test]
async fn the_close_button_ends_the_app_and_it_comes_back_where_it_was() {
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.find("#composer").await;
    let first = desk::main_shown(&desktop).await;
    let put = desk::put(&desktop, first, [333, 222, 1010, 690]).await;
    window.measured("innerWidth === 1010").await;
    desk::press_close(&desktop, put);
    window.ended().await;

    let window = open(&house).await;
    window.find("#composer").await;
    window.measured("innerWidth === 1010").await;
    let back = desk::until("the window is where it was", || {
        desk::shown(&desktop, MAIN).filter(|shown| shown.place == put.place)
    })
    .await;
    desk::press_close(&desktop, back);
    window.ended().await;
}

#[tokio::test]
async fn with_a_tray_closing_hides_and_a_second_start_shows_it_again() {
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new()
        .on(&desktop)
        .env("INTERPRETER_CLOSE_TO_TRAY", "true");
    let window = open(&house).await;
    window.find("#composer").await;
    let first = desk::main_shown(&desktop).await;
    let put = desk::put(&desktop, first, [400, 300, 1010, 690]).await;
    super::say(&window, "run python: 20 + 3").await;
    window.find("[data-card][data-state=awaiting]").await;
    desk::press_close(&desktop, put);
    desk::hidden(&desktop, MAIN).await;

    let mut second = Command::new(program("interpreter-desktop"));
    house.dress(&mut second);
    assert!(second.status().await.unwrap().success());
    let back = desk::main_shown(&desktop).await;
    desk::until("the window is where it was", || {
        (desk::shown(&desktop, MAIN)?.place == put.place).then_some(())
    })
    .await;
    assert_eq!(back.place[2..], put.place[2..]);
    desk::active(&desktop, MAIN).await;
    // Nothing was lost meanwhile.
    window.click(RUN).await;
    window.find("[data-card][data-state=done]").await;
    turn_is_over(&window).await;
    window.close().await;
}

#[tokio::test]
async fn a_signal_ends_the_app_with_what_it_runs_and_the_conversation_goes_on_after() {
    let code = "import os, time\nprint('runs as', os.getpid(), flush=True)\ntime.sleep(600)";
    let script = Script::new()
        .reply(
            Reply::text("I wait.")
                .and_call("execute", json!({ "language": "python", "code": code })),
        )
        .turn(|request| {
            let told = request.results().last().map(|result| result.text.clone());
            Reply::text(format!("Told: {}", told.unwrap_or_default()))
        });
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "wait for it").await;
    window.click(RUN).await;
    window
        .until("document.querySelector('[data-card] [role=log]')?.innerText.includes('runs as')")
        .await;
    let printed = window.text("[data-card] [role=log]").await;
    let python: u32 = printed
        .split_whitespace()
        .last()
        .and_then(|word| word.parse().ok())
        .unwrap();
    let children = webdriver::children(window.pid());
    assert!(children.contains(&python), "{python} in {children:?}");

    webdriver::end(window.pid());
    window.ended().await;
    for child in children {
        webdriver::gone(child).await;
    }

    let window = open(&house).await;
    window.click("[data-conversation]").await;
    window.find("[data-card][data-state=stopped]").await;
    let kept = window.text("[data-card] [role=log]").await;
    assert!(kept.starts_with(printed.trim()), "{kept}");
    say(&window, "and now?").await;
    window.find_text("Told:").await;
    turn_is_over(&window).await;
    let shown = window.text("[data-region=transcript]").await;
    assert!(shown.contains("may have taken effect"), "{shown}");
    window.close().await;
    assert_eq!(model.finish().len(), 2);
}
