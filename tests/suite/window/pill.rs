//! OS mode from outside: the pill in the place of the window, and Stop on it.

use interpreter_test_support::model_server::History;
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script, SeenRequest};
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
        .env("INTERPRETER_SUPPORTS_VISION", "true");
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

const SCREEN: (u32, u32) = (1920, 1080);
const MAGENTA: [u8; 3] = [255, 0, 255];

/// A click of the model at a pixel of the screen, in the picture it has seen last.
fn click(request: &SeenRequest, (x, y): (i32, i32)) -> Reply {
    let (width, height) = request.last_image().unwrap().size().unwrap();
    let scaled =
        |at: i32, seen: u32, of: u32| (f64::from(at) + 0.5) * f64::from(seen) / f64::from(of);
    let point = [scaled(x, width, SCREEN.0), scaled(y, height, SCREEN.1)];
    Reply::computer(json!({ "action": "left_click", "coordinate": point }))
}

/// Where the model has seen magenta in the upper and in the lower half of the screen.
fn seen(request: &SeenRequest) -> [bool; 2] {
    let picture = request.last_image().unwrap().pixels();
    let middle = picture.height() / 2;
    let mut halves = [false; 2];
    for (_, y, pixel) in picture.enumerate_pixels() {
        let near = pixel.0.iter().zip(MAGENTA).all(|(a, b)| a.abs_diff(b) < 48);
        halves[usize::from(y >= middle)] |= near;
    }
    halves
}

#[tokio::test]
async fn the_pill_leaves_what_is_about_to_be_clicked() {
    let (upper, lower) = ((960, 40), (960, 1040));
    let look = || Reply::computer(json!({ "action": "screenshot" }));
    let script = Script::new()
        // Old pictures go, with the words that announce them.
        .history(History::Free)
        .reply(look())
        .turn(move |request| click(request, upper))
        .reply(look())
        .turn(move |request| click(request, lower))
        .reply(look())
        .always(|_| Reply::new().hang());
    let model = ModelServer::start(script);
    let desktop = Desktop::with_size(SCREEN.0, SCREEN.1);
    let house = with_model(&desktop, &model)
        .env("INTERPRETER_MODE", "full_access")
        .env("INTERPRETER_SUPPORTS_VISION", "true");
    let window = open(&house).await;
    window.find("#composer").await;
    window.click("[data-use=screen]").await;
    window.click("[data-action=start-screen]").await;
    let size = 24;
    let half = size as i32 / 2;
    let mut above = Fixture::square(&desktop, upper.0 - half, upper.1 - half, size).await;
    let mut below = Fixture::square(&desktop, lower.0 - half, lower.1 - half, size).await;
    say(&window, "click both squares").await;

    let pill = desk::until("the pill is shown", || desk::shown(&desktop, PILL)).await;
    let [x, y, w, h] = pill.place;
    assert!(
        (x..x + w).contains(&upper.0) && (y..y + h).contains(&upper.1),
        "{pill:?}"
    );
    for square in [&mut above, &mut below] {
        let clicked = square.expect("click").await;
        assert_eq!(clicked["inside"], json!(true), "{clicked}");
    }
    desk::until("all was seen", || {
        (model.requests().len() == 6).then_some(())
    })
    .await;
    // It gave way downwards, and then upwards again, to where it had been.
    assert_eq!(desk::shown(&desktop, PILL), Some(pill));
    assert!(!desk::is_active(&desktop, PILL), "it takes no focus");
    let requests = model.requests();
    let halves: Vec<_> = [1, 3, 5].map(|at| seen(&requests[at])).into();
    assert_eq!(halves, [[false, true], [true, false], [false, true]]);

    let (x, y) = desk::until("Stop is on the pill", || white_button(&desktop, pill)).await;
    desktop.person_clicks(x, y);
    desk::hidden(&desktop, PILL).await;
    turn_is_over(&window).await;
    window.close().await;
    model.finish();
}
