//! OS mode from outside: the pill in the place of the window, and Stop on it.

use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::desk::{self, MAIN, PILL};
use super::{open, say, turn_is_over, with_model};

#[tokio::test]
async fn the_pill_takes_the_windows_place_and_its_stop_ends_everything() {
    let script = Script::new()
        .reply(Reply::computer(json!({ "action": "screenshot" })))
        .reply(Reply::computer(
            json!({ "action": "hold_key", "text": "shift", "duration": 60 }),
        ))
        .tools_may_change()
        .always(|_| Reply::text("Usable again."));
    let model = ModelServer::start(script);
    let desktop = Desktop::with_size(1920, 1080);
    let house = with_model(&desktop, &model)
        .env("INTERPRETER_MODE", "full_access")
        .env("INTERPRETER_LLM_SUPPORTS_VISION", "true");
    let window = open(&house).await;
    window.find("#composer").await;
    let first = desk::main_shown(&desktop).await;
    let put = desk::put(&desktop, first, [333, 222, 1010, 690]).await;
    window.click("[data-use=screen]").await;
    window.click("[data-action=start-screen]").await;
    let _keys = Fixture::keys(&desktop).await;
    say(&window, "hold shift").await;
    desk::until("a key is held", || desktop.anything_pressed().then_some(())).await;
    assert_eq!(desk::shown(&desktop, MAIN), None, "the window is out of the way");
    let pill = desk::until("the pill is shown", || desk::shown(&desktop, PILL)).await;
    assert!(!desk::is_active(&desktop, PILL), "it takes no focus");

    let (x, y) = window
        .elsewhere("pill", "[data-action=panic]")
        .await
        .expect("Stop is on the pill");
    desktop.person_clicks(pill.place[0] + x, pill.place[1] + y);
    desk::hidden(&desktop, PILL).await;
    desk::until("nothing is pressed", || {
        (!desktop.anything_pressed()).then_some(())
    })
    .await;
    desk::until("the window is where it was", || {
        (desk::shown(&desktop, MAIN)?.place == put.place).then_some(())
    })
    .await;
    turn_is_over(&window).await;
    say(&window, "and now?").await;
    window.find_text("Usable again.").await;
    turn_is_over(&window).await;
    window.close().await;
    model.finish();
}
