//! What the person does to conversations and messages in the window.

use interpreter_test_support::model_server::History;
use interpreter_test_support::{Desktop, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{desk, open, say, turn_is_over, with_model};
use crate::house::House;
use crate::webdriver::Browser;

/// Titles in the list, under their headings.
async fn listed(window: &Browser) -> serde_json::Value {
    let list = "[...document.querySelectorAll('[data-list] h2, [data-list] [data-conversation]')]
        .map((one) => one.title || one.textContent)";
    window.evaluate(list).await
}

async fn until_listed(window: &Browser, titles: serde_json::Value) {
    let script = format!(
        "JSON.stringify([...document.querySelectorAll('[data-list] h2, [data-list] [data-conversation]')]
        .map((one) => one.title || one.textContent)) === JSON.stringify({titles})"
    );
    window.until(&script).await;
}

/// Waits until the conversation with this title is the one that is shown.
async fn heading(window: &Browser, title: &str) {
    let shown = format!("document.querySelector('h1')?.textContent === '{title}'");
    window.until(&shown).await;
}

#[tokio::test]
async fn conversations_are_renamed_pinned_deleted_and_brought_back() {
    let desktop = Desktop::start();
    let house = House::new().on(&desktop);
    let window = open(&house).await;
    for (text, titles) in [
        ("help one", json!(["Today", "help one"])),
        ("help two", json!(["Today", "help two", "help one"])),
    ] {
        window.click("[data-action=new]").await;
        say(&window, text).await;
        heading(&window, text).await;
        turn_is_over(&window).await;
        // Rows that still move could not be clicked.
        until_listed(&window, titles).await;
    }
    window.click("[data-conversation][title='help one']").await;
    heading(&window, "help one").await;
    window.click("[data-action=menu]").await;
    window.choose("Rename").await;
    let title = "input[aria-label='Title of the conversation']";
    window.write_over(title, "What it can do\u{e007}").await;
    window
        .find("[data-conversation][title='What it can do']")
        .await;
    window.click("[data-action=menu]").await;
    window.choose("Pin").await;
    until_listed(
        &window,
        json!(["Pinned", "What it can do", "Today", "help two"]),
    )
    .await;

    window.click("[data-conversation][title='help two']").await;
    heading(&window, "help two").await;
    window.click("[data-action=menu]").await;
    window.choose("Delete").await;
    until_listed(&window, json!(["Pinned", "What it can do"])).await;
    window.click("[data-action=undo-delete]").await;
    until_listed(
        &window,
        json!(["Pinned", "What it can do", "Today", "help two"]),
    )
    .await;
    let before = listed(&window).await;
    window.close().await;

    let window = open(&house).await;
    window.find("[data-conversation]").await;
    until_listed(&window, before).await;
    window.close().await;
}

#[tokio::test]
async fn a_search_opens_the_conversation_at_the_hit() {
    let filler: Vec<String> = (0..120).map(|at| format!("Line {at} of many.")).collect();
    let script = Script::new()
        .reply(Reply::text("The invoice of Norrland is overdue."))
        .reply(Reply::text(filler.join("\n\n")))
        .reply(Reply::text("Nothing to see."));
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "what is open?").await;
    window.find_text("Norrland").await;
    turn_is_over(&window).await;
    say(&window, "tell me more").await;
    window.find_text("Line 119 of many.").await;
    turn_is_over(&window).await;
    window.click("[data-action=new]").await;
    say(&window, "something else").await;
    window.find_text("Nothing to see.").await;
    turn_is_over(&window).await;

    window.type_into("[data-search]", "norrland").await;
    window.find("[data-hit] mark").await;
    window.type_into("[data-search]", "\u{e007}").await;
    window.find_text("1 of 1").await;
    let seen = "(() => {
        const area = document.querySelector('[data-region=transcript]')?.getBoundingClientRect();
        const words = [...document.querySelectorAll('[data-message] p')]
            .find((one) => one.textContent.includes('Norrland'))?.getBoundingClientRect();
        return area && words && words.top >= area.top && words.bottom <= area.bottom;
    })()";
    window.measured(seen).await;
    let marked = window
        .evaluate("CSS.highlights?.get('found-here')?.size ?? 'unknown'")
        .await;
    assert_eq!(marked, 1);
    window.close().await;
    model.finish();
}

#[tokio::test]
async fn a_message_is_edited_into_a_branch_and_a_reply_made_anew() {
    let script = Script::new()
        .reply(Reply::text("Red it is."))
        .reply(Reply::text("Blue it is."))
        .reply(Reply::text("Blue, told anew."))
        .history(History::Free);
    let model = ModelServer::start(script);
    let desktop = Desktop::start();
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "my colour is red").await;
    window.find_text("Red it is.").await;
    turn_is_over(&window).await;

    window.click("[data-action=message-menu]").await;
    window.choose("Edit").await;
    window
        .write_over("[data-turn] textarea", "my colour is blue\u{e007}")
        .await;
    window.find_text("Blue it is.").await;
    turn_is_over(&window).await;
    window
        .until("document.querySelectorAll('[data-conversation]').length === 2")
        .await;
    let shown = window.text("[data-region=transcript]").await;
    assert!(!shown.contains("red"), "{shown}");

    window.click("[data-action=reply-menu]").await;
    window.click("[data-action=regenerate]").await;
    window.find_text("Blue, told anew.").await;
    turn_is_over(&window).await;
    let shown = window.text("[data-region=transcript]").await;
    assert!(!shown.contains("Blue it is."), "{shown}");

    // The first conversation is as it was.
    let other = "[data-conversation]:not([aria-current=true])";
    window.click(other).await;
    window.find_text("Red it is.").await;
    window.close().await;
    let asked: Vec<String> = model
        .finish()
        .iter()
        .map(|request| request.last_user_text())
        .collect();
    assert_eq!(
        asked,
        ["my colour is red", "my colour is blue", "my colour is blue"]
    );
}

/// Whether a picture of this many pixels is on the screen; its corners may be round.
fn shown_of(desktop: &Desktop, colour: [u8; 3], pixels: usize) -> bool {
    (pixels - pixels / 100..=pixels).contains(&desk::pixels_of(desktop, colour))
}

#[tokio::test]
async fn a_picture_that_code_made_is_seen_and_shown_large() {
    // 320 by 160 pixels of one colour.
    let code = r#"import struct, zlib
class Plot:
    def _repr_png_(self):
        row = b"\0" + b"\x2a\x6f\xc9" * 320
        def part(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        head = struct.pack(">IIBBBBB", 320, 160, 8, 2, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(row * 160)) + part(b"IEND", b"")
Plot()"#;
    let script = Script::new()
        .reply(Reply::execute("python", code))
        .reply(Reply::text("Drawn."));
    let model = ModelServer::start(script);
    let desktop = Desktop::with_size(1920, 1080);
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    say(&window, "draw it").await;
    window.click(super::RUN).await;
    window.find_text("Drawn.").await;
    turn_is_over(&window).await;
    let colour = [0x2a, 0x6f, 0xc9];
    desk::until("the picture is on the screen", || {
        shown_of(&desktop, colour, 320 * 160).then_some(())
    })
    .await;
    window.click("button[aria-label^='Show it large']").await;
    let scale = |percent: u32| {
        format!("document.querySelector('[role=dialog]')?.innerText.includes('{percent} %')")
    };
    window.until(&scale(100)).await;
    // A step larger, by its key.
    window.type_into("[role=dialog] section", "+").await;
    window.until(&scale(125)).await;
    desk::until("it is larger", || {
        shown_of(&desktop, colour, 400 * 200).then_some(())
    })
    .await;
    window.close().await;
    model.finish();
}
