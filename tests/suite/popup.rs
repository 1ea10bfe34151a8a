//! The hotkey over selected text: read from a real field, replaced in it.

use std::process::Command;
use std::time::Duration;

use interpreter_test_support::{Desktop, Fixture};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::house::{House, PATIENCE, program};
use crate::webdriver::Browser;

/// Runs a tool of the desktop's; gives what it prints.
fn tool(desktop: &Desktop, program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    desktop.apply(&mut command).args(arguments);
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn press(desktop: &Desktop, keys: &str) {
    tool(desktop, "xdotool", &["key", keys]);
}

/// Waits until the popup is there and has the keyboard.
async fn shown(desktop: &Desktop, when: &str) {
    until(&format!("the popup is shown {when}"), || {
        let active = tool(desktop, "xdotool", &["getactivewindow"]);
        let told = tool(desktop, "xdotool", &["getwindowgeometry", active.trim()]);
        told.contains("Geometry: 380x").then_some(())
    })
    .await;
}

/// The popup on the screen: left, top, width and height.
fn popup(desktop: &Desktop) -> Option<[i32; 4]> {
    let windows = tool(
        desktop,
        "xdotool",
        &["search", "--onlyvisible", "--class", "desktop"],
    );
    windows.lines().find_map(|window| {
        let told = tool(
            desktop,
            "xdotool",
            &["getwindowgeometry", "--shell", window],
        );
        let number = |name: &str| -> Option<i32> {
            let line = told.lines().find(|line| line.starts_with(name))?;
            line.split_once('=')?.1.parse().ok()
        };
        let place = [
            number("X=")?,
            number("Y=")?,
            number("WIDTH=")?,
            number("HEIGHT=")?,
        ];
        (place[2] == 380).then_some(place)
    })
}

async fn until<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = found() {
                return found;
            }
            // Another program's windows: nobody tells.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"))
}

async fn open(desktop: &Desktop) -> (House, Browser) {
    let house = House::new().on(desktop);
    let window = Browser::open(&house, &program("interpreter-desktop")).await;
    window.find("#composer").await;
    (house, window)
}

/// The capture that came after the one with this id.
async fn captured(window: &Browser, before: &Value) -> Value {
    let asking = async {
        loop {
            let answer = window
                .invoke("query", json!({ "query": { "query": "selection" } }))
                .await
                .unwrap();
            let selection = &answer["selection"];
            if !selection.is_null() && selection["id"] != *before {
                return selection.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .expect("nothing was captured")
}

async fn replace(window: &Browser, selection: &Value, text: &str) -> Result<Value, Value> {
    let op = json!({ "op": "replace", "selection": selection["id"], "text": text });
    let receipt = window.invoke("submit", json!({ "op": op })).await?;
    Ok(receipt["replaced"].clone())
}

fn clipboard(desktop: &Desktop, form: &str) -> String {
    tool(
        desktop,
        "xclip",
        &["-o", "-selection", "clipboard", "-t", form],
    )
}

#[tokio::test]
async fn text_selected_in_a_field_is_read_at_the_hotkey_and_replaced() {
    let desktop = Desktop::with_size(1920, 1080);
    let (_house, window) = open(&desktop).await;
    let mut field = Fixture::field(&desktop, "Helo wörld, out there", (0, 10)).await;
    let forms = [
        ("text/plain;charset=utf-8", "kept"),
        ("application/x-form", "kept too"),
    ];
    field.own_clipboard(&forms).await;
    assert_eq!(popup(&desktop), None);
    press(&desktop, "ctrl+shift+space");
    shown(&desktop, "at the hotkey").await;
    let selection = captured(&window, &Value::Null).await;
    let said =
        ["text", "source", "editable", "language", "refused"].map(|key| selection[key].clone());
    assert_eq!(
        json!(said),
        json!(["Helo wörld", "primary", true, null, null])
    );

    let replaced = replace(&window, &selection, "Hello world").await.unwrap();
    assert_eq!(replaced, "in_place");
    field.expect_text("Hello world, out there").await;
    for (form, text) in forms {
        assert_eq!(clipboard(&desktop, form), text, "{form}");
    }
    until("the popup is hidden", || {
        popup(&desktop).is_none().then_some(())
    })
    .await;
    press(&desktop, "ctrl+z");
    field.expect_text("Helo wörld, out there").await;

    // Captured again, and changed before the answer is there: nothing is touched.
    field.select(0, 4).await;
    press(&desktop, "ctrl+shift+space");
    shown(&desktop, "at the hotkey again").await;
    let second = captured(&window, &selection["id"]).await;
    assert_eq!(second["text"], "Helo");
    field.select(5, 10).await;
    let replaced = replace(&window, &second, "Hello").await.unwrap();
    assert_eq!(replaced, "copied");
    assert_eq!(clipboard(&desktop, "UTF8_STRING"), "Hello");
    // The capture before is over.
    let refused = replace(&window, &selection, "x").await.unwrap_err();
    assert_eq!(refused["code"], "unknown_item");
    assert!(!desktop.anything_pressed());
    window.close().await;
}

#[tokio::test]
async fn a_second_start_summons_and_hiding_gives_the_keyboard_back() {
    let desktop = Desktop::with_size(1920, 1080);
    let (house, window) = open(&desktop).await;
    let mut field = Fixture::field(&desktop, "git status", (0, 10)).await;
    let mut second = tokio::process::Command::new(program("interpreter-desktop"));
    house.dress(&mut second);
    let ended = second.arg("--summon").status().await.unwrap();
    assert!(ended.success());
    shown(&desktop, "at a second start").await;
    let selection = captured(&window, &Value::Null).await;
    assert_eq!(
        json!([selection["text"], selection["language"]]),
        json!(["git status", "shell"])
    );
    window.invoke("hide_popup", json!({})).await.unwrap();
    until("the popup is hidden", || {
        popup(&desktop).is_none().then_some(())
    })
    .await;
    field.expect("active").await;
    // The hotkey shows it, and hides it again.
    press(&desktop, "ctrl+shift+space");
    shown(&desktop, "at the hotkey after it was hidden").await;
    captured(&window, &selection["id"]).await;
    window.close().await;
}
