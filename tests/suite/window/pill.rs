//! OS mode from outside: the pill in the place of the window, and Stop on it.

use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::desk::{self, MAIN, PILL, Shown};
use super::{open, say, turn_is_over, with_model};

/// The middle of the longest light line in a window: the one button that is filled.
fn white_button(desktop: &Desktop, window: Shown) -> Option<(i32, i32)> {
    let [left, top, width, height] = window.place;
    let picture = desktop.screenshot();
    let light = |x: i32, y: i32| {
        let pixel = picture.get_pixel(x as u32, y as u32);
        pixel.0.iter().all(|part| *part > 224)
    };
    let mut longest = (0, left, top);
    for y in top..top + height {
        let mut length = 0;
        for x in left..left + width {
            length = if light(x, y) { length + 1 } else { 0 };
            longest = longest.max((length, x, y));
        }
    }
    let (length, end, y) = longest;
    // Before its first paint the whole window may be light.
    (30..200).contains(&length).then_some((end - length / 2, y))
}

#[tokio::test]
async fn the_pill_takes_the_windows_place_and_its_stop_ends_everything() {
    let script = Script::new()
        .reply(Reply::computer(json!({ "action": "screenshot" })))
        .reply(Reply::computer(
            json!({ "action": "hold_key", "text": "shift", "duration": 60 }),
        ))
        // A person's click pauses first, of which the model may be told before it is stopped.
        .always(|request| {
            if request.last_user_text().contains("and now?") {
                Reply::text("Usable again.")
            } else {
                Reply::new().hang()
            }
        });
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
    assert_eq!(
        desk::shown(&desktop, MAIN),
        None,
        "the window is out of the way"
    );
    let pill = desk::until("the pill is shown", || desk::shown(&desktop, PILL)).await;
    assert!(!desk::is_active(&desktop, PILL), "it takes no focus");

    let (x, y) = desk::until("Stop is on the pill", || white_button(&desktop, pill)).await;
    desktop.person_clicks(x, y);
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
