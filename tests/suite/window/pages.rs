//! The first run and the settings, as they are in the app, and the keyboard alone.

use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;

use super::{desk, open, say, turn_is_over};
use crate::house::House;

const KEY: &str = "sk-scripted-0123456789";

#[tokio::test]
async fn theme_and_text_size_are_set_and_are_there_after_a_restart() {
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.find("#composer").await;
    desk::main_shown(&desktop).await;
    desk::active(&desktop, desk::MAIN).await;
    desk::press(&desktop, "ctrl+comma");
    window.click("[data-page=appearance]").await;
    window.find("main[data-settings=appearance]").await;
    window
        .click("[data-row=theme] [role=radio]:nth-of-type(3)")
        .await;
    window
        .until("document.documentElement.dataset.theme === 'dark'")
        .await;
    for percent in [110, 120, 130, 140, 150] {
        window
            .click("[data-row=text_size] button[aria-label^='Larger']")
            .await;
        window
            .until(&format!(
                "document.documentElement.style.fontSize === '{percent}%'"
            ))
            .await;
    }
    desk::press(&desktop, "Escape");
    window
        .until("!document.querySelector('main[data-settings]')")
        .await;
    window.close().await;

    let window = open(&house).await;
    window.find("#composer").await;
    let looks = "[document.documentElement.dataset.theme,
        getComputedStyle(document.documentElement).fontSize]";
    window
        .until("getComputedStyle(document.documentElement).fontSize === '24px'")
        .await;
    assert_eq!(
        window.evaluate(looks).await,
        serde_json::json!(["dark", "24px"])
    );
    // What is seen is dark, too.
    desk::until("the window is dark", || {
        let [_, _, width, height] = desk::shown(&desktop, desk::MAIN)?.place;
        let picture = desktop.screenshot();
        let light = picture
            .pixels()
            .filter(|pixel| pixel.0.iter().all(|part| *part > 200));
        (light.count() < (width * height) as usize / 20).then_some(())
    })
    .await;
    window.close().await;
}

#[tokio::test]
async fn what_another_window_covered_is_painted_again() {
    let desktop = Desktop::with_size(1600, 1000);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.find("#composer").await;
    let [left, top, width, height] = desk::main_shown(&desktop).await.place;
    // Without the composer, whose caret blinks.
    let seen = || {
        let (across, down) = (left..left + width, top..top + height * 2 / 3);
        let screen = desktop.screenshot();
        screen
            .enumerate_pixels()
            .filter(|(x, y, _)| across.contains(&(*x as i32)) && down.contains(&(*y as i32)))
            .map(|(_, _, pixel)| pixel.0)
            .collect::<Vec<[u8; 3]>>()
    };
    window.until("document.fonts.status === 'loaded'").await;
    let mut before = seen();
    desk::until("the window rests", || {
        let now = seen();
        let rests = now == before && now.iter().any(|pixel| pixel[0] < 90);
        before = now;
        rests.then_some(())
    })
    .await;
    let cover = Fixture::square(&desktop, left + width / 2 - 150, top + 100, 300).await;
    desk::until("it is covered", || (seen() != before).then_some(())).await;
    drop(cover);
    desk::until("it is painted again", || (seen() == before).then_some(())).await;
    window.close().await;
}

#[tokio::test]
async fn the_first_run_is_shown_where_nobody_was_and_can_be_skipped_for_good() {
    let desktop = Desktop::start();
    let house = House::new().untouched().on(&desktop);
    let window = open(&house).await;
    window.find("[data-start=where]").await;
    window.click("[data-action=skip]").await;
    window
        .until("!document.querySelector('[data-start]')")
        .await;
    window
        .until("document.activeElement?.id === 'composer'")
        .await;
    say(&window, "run python: 1+1").await;
    window.click(super::RUN).await;
    window.find("[data-card][data-state=done]").await;
    turn_is_over(&window).await;
    window.click("[data-action=menu]").await;
    window.choose("Delete").await;
    window
        .until("!document.querySelector('[data-conversation]')")
        .await;
    window.close().await;

    let window = open(&house).await;
    window.find_text("No model is connected").await;
    assert_eq!(
        window
            .evaluate("!document.querySelector('[data-start]')")
            .await,
        true
    );
    window.close().await;
}

#[tokio::test]
async fn a_key_is_stored_in_the_settings_and_a_first_answer_comes() {
    let script = Script::new().key(KEY).reply(Reply::text("Here I am."));
    let model = ModelServer::start(script);
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window.click("[data-action=settings]").await;
    window.click("[data-action=add-key]").await;
    window.type_into("[data-field=key]", KEY).await;
    window.find_text("Recognised as a key of OpenAI").await;
    window
        .type_into("[data-field=base]", &model.openai_base())
        .await;
    window.type_into("[data-field=model]", "scripted").await;
    window.click("[data-action=save-key]").await;
    window.find_text("Key ending 6789").await;
    window.click("[data-action=back]").await;
    window
        .until("document.querySelector('[data-control=model]')?.textContent.includes('scripted')")
        .await;
    say(&window, "hello").await;
    window.find_text("Here I am.").await;
    turn_is_over(&window).await;
    let page = window.evaluate("document.documentElement.outerHTML").await;
    assert!(
        !page.as_str().unwrap().contains(KEY),
        "the page shows the key"
    );
    window.close().await;
    let requests = model.finish();
    assert_eq!(requests.last().and_then(|request| request.key()), Some(KEY));
}

#[tokio::test]
async fn with_the_keyboard_alone_a_block_is_approved_and_a_page_opened() {
    let desktop = Desktop::with_size(1920, 1080);
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    window
        .until("document.activeElement?.id === 'composer'")
        .await;
    desk::active(&desktop, desk::MAIN).await;
    let pointer = desktop.pointer();
    desk::type_text(&desktop, "run python: 6 * 7");
    window
        .until("document.querySelector('#composer')?.value === 'run python: 6 * 7'")
        .await;
    desk::press(&desktop, "Return");
    window.find(super::RUN).await;
    desk::press(&desktop, "alt+shift+Up");
    window
        .until("document.activeElement?.matches('[data-card]')")
        .await;
    desk::press(&desktop, "r");
    window.find("[data-card][data-state=done]").await;
    turn_is_over(&window).await;
    assert_eq!(window.text("[data-card] [role=log]").await.trim(), "42");

    desk::press(&desktop, "ctrl+k");
    window
        .until("document.activeElement?.matches('[data-palette] input')")
        .await;
    desk::type_text(&desktop, "budget");
    window
        .until("document.activeElement?.value === 'budget'")
        .await;
    desk::press(&desktop, "Return");
    window.find("main[data-settings=budget]").await;
    desk::press(&desktop, "Escape");
    window
        .until("!document.querySelector('main[data-settings]')")
        .await;
    window
        .until("document.hasFocus() && document.activeElement !== document.body")
        .await;
    desk::press(&desktop, "ctrl+l");
    window
        .until("document.activeElement?.id === 'composer'")
        .await;
    desk::type_text(&desktop, "back");
    window
        .until("document.querySelector('#composer')?.value === 'back'")
        .await;
    assert_eq!(desktop.pointer(), pointer);
    window.close().await;
}
