//! A second start of the program, and what links may do.

use interpreter_test_support::{Desktop, Fixture, ModelServer, Script};
use pretty_assertions::assert_eq;
use tokio::process::Command;

use super::desk::{self, MAIN};
use super::{open, with_model};
use crate::house::{House, program};
use crate::webdriver::Browser;

/// Starts the program once more; it ends at once and well, having told the first one.
async fn start_again(house: &House, arguments: &[&str]) {
    let mut second = Command::new(program("interpreter-desktop"));
    house.dress(&mut second);
    let ended = tokio::time::timeout(crate::house::PATIENCE, second.args(arguments).status());
    let ended = ended.await.expect("a second start never ended").unwrap();
    assert!(ended.success(), "{arguments:?}: {ended}");
}

#[tokio::test]
async fn a_second_start_brings_the_first_to_the_front_and_links_open_pages() {
    let model = ModelServer::start(Script::new());
    let desktop = Desktop::with_size(1920, 1080);
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    window.find("#composer").await;
    desk::main_shown(&desktop).await;
    let _form = Fixture::form(&desktop, "Elsewhere").await;
    desk::active(&desktop, "Form").await;

    start_again(&house, &[]).await;
    desk::active(&desktop, MAIN).await;
    assert_eq!(desk::all_shown(&desktop, MAIN).len(), 1);

    start_again(&house, &["interpreter://settings/appearance"]).await;
    window.find("main[data-settings=appearance]").await;

    // Neither a page nor a place of ours: all stays as it is.
    for link in [
        "interpreter://run?code=rm",
        "interpreter://settings/../../etc",
        "interpreter:",
    ] {
        start_again(&house, &[link]).await;
    }
    let page = "document.querySelector('main[data-settings]')?.dataset.settings";
    assert_eq!(window.evaluate(page).await, "appearance");

    start_again(
        &house,
        &["interpreter://new?text=plot%20the%20sine%0Aof%20x"],
    )
    .await;
    window
        .until("document.querySelector('#composer')?.value === 'plot the sine\\nof x'")
        .await;
    assert_eq!(
        window
            .evaluate("!document.querySelector('main[data-settings]')")
            .await,
        true
    );
    // What is written is not written over.
    start_again(&house, &["interpreter://new?text=and%20more"]).await;
    window
        .until(
            "document.querySelector('#composer')?.value === 'plot the sine\\nof x\\n\\nand more'",
        )
        .await;
    assert_eq!(
        window
            .evaluate("document.querySelectorAll('[data-turn], [data-conversation]').length")
            .await,
        0
    );
    window.close().await;
    assert_eq!(model.finish().len(), 0, "a link sends nothing");
}

#[tokio::test]
async fn a_link_that_starts_the_program_opens_its_page() {
    let desktop = Desktop::start();
    let house = House::new().on(&desktop);
    let app = program("interpreter-desktop");
    let at = ["interpreter://settings/privacy"];
    let window = Browser::open_with(&house, &app, &at).await;
    window.find("main[data-settings=privacy]").await;
    window.close().await;
    let written = "document.querySelector('#composer')?.value === 'hello there'";
    let at = ["interpreter://new?text=hello%20there"];
    let window = Browser::open_with(&house, &app, &at).await;
    window.until(written).await;
    window.reload().await;
    window.until(written).await;
    window.close().await;
}
