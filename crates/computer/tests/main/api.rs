//! The Computer API, by name.

use interpreter_computer::{Computer, ComputerError};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desktop::{Desktop, only, press};

#[tokio::test]
async fn sizes_positions_and_clicks_by_coordinates() {
    let desktop = Desktop::start();
    let mut window = desktop.window(&["area"]);
    let computer = desktop.computer();
    let call = async |method: &str, params: Value| {
        computer
            .call(&desktop.session, method, params)
            .await
            .unwrap()
    };
    assert_eq!(call("display.size", json!({})).await, json!([1280, 800]));
    assert_eq!(call("display.width", Value::Null).await, json!(1280));
    assert_eq!(call("display.height", json!({})).await, json!(800));
    assert_eq!(
        call("computer.display.center", json!({})).await,
        json!([640, 400])
    );
    let effect = call("mouse.click", json!({"x": 320, "y": 240})).await;
    assert_eq!(
        effect,
        json!({"outcome": "confirmed", "detail": "The picture changed at the target."})
    );
    assert_eq!(
        only(&window.until_event("press"), &["event", "x", "y"]),
        press(320, 240)
    );
    assert_eq!(call("mouse.position", json!({})).await, json!([320, 240]));
    call("mouse.move", json!({"x": 5000, "y": 100})).await;
    assert_eq!(call("mouse.position", json!({})).await, json!([1279, 100]));
    call("mouse.double_click", json!({"x": 100, "y": 100})).await;
    window.until_event("double");
    call("mouse.right_click", json!({})).await;
    window.until(|e| e["event"] == "press" && e["button"] == 3);
    call("mouse.down", json!({})).await;
    assert_eq!(desktop.pressed(), ["left"]);
    call("mouse.up", json!({})).await;
    call("keyboard.down", json!({"args": ["shift"]})).await;
    assert_eq!(desktop.pressed().len(), 1);
    call("keyboard.up", json!({"key": "shift"})).await;
    assert_eq!(desktop.pressed(), Vec::<String>::new());
}

#[tokio::test]
async fn views_carry_the_image_and_its_frame() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["area"]);
    let computer = Computer::new(desktop.config());
    let call = async |params: Value| {
        computer
            .call(&desktop.session, "display.view", params)
            .await
    };
    let view = call(json!({})).await.unwrap();
    assert_eq!(
        only(&view["image"], &["media_type", "width", "height"]),
        json!({"media_type": "image/png", "width": 1280, "height": 800})
    );
    assert!(
        view["image"]["base64"]
            .as_str()
            .unwrap()
            .starts_with("iVBOR")
    );
    assert_eq!(
        (&view["show"], &view["frame"]["native"]),
        (&json!(true), &json!([1280, 800]))
    );
    let part = call(json!({"quadrant": 4})).await.unwrap();
    assert_eq!(part["frame"]["origin"], json!([640, 400]));
    assert_eq!(part["image"]["width"], 640);
    let error = call(json!({"quadrant": 5})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Invalid quadrant. Choose between 1 and 4."
    );
    let error = call(json!({"screen": 3})).await.unwrap_err();
    assert_eq!(error.to_string(), "There is no screen 3.");
}

#[tokio::test]
async fn acting_needs_an_open_gate_and_looking_does_not() {
    let desktop = Desktop::start();
    let computer = Computer::new(desktop.config());
    let call =
        async |method: &str, params: Value| computer.call(&desktop.session, method, params).await;
    assert_eq!(
        call("mouse.click", json!({"x": 1, "y": 1})).await,
        Err(ComputerError::GateClosed)
    );
    assert_eq!(
        call("keyboard.write", json!({"args": ["a"]})).await,
        Err(ComputerError::GateClosed)
    );
    assert!(call("display.size", json!({})).await.is_ok());
}

#[tokio::test]
async fn a_screenshot_may_be_a_file() {
    let desktop = Desktop::start();
    let computer = Computer::new(desktop.config());
    let error = computer
        .call(
            &desktop.session,
            "display.find_text",
            json!({"text": "a", "screenshot": "/no/such.png"}),
        )
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("The screenshot /no/such.png cannot be read"),
        "{error}"
    );
}

#[tokio::test]
async fn the_clipboard_and_the_selection() {
    let desktop = Desktop::start();
    // The clipboard's library asks the environment; each test is a process of its own.
    unsafe { std::env::set_var("DISPLAY", &desktop.display) };
    let mut window = desktop.window(&["text"]);
    let computer = desktop.computer();
    let call = async |method: &str, params: Value| {
        computer
            .call(&desktop.session, method, params)
            .await
            .unwrap()
    };
    let copied = call("clipboard.copy", json!({"args": ["héllo ★"]})).await;
    assert_eq!(copied["outcome"], "confirmed");
    assert_eq!(call("clipboard.view", json!({})).await, json!("héllo ★"));
    call("clipboard.paste", json!({})).await;
    window.until(|event| event["text"] == "héllo ★");
    call("keyboard.write", json!({"args": [" more"]})).await;
    window.until(|event| event["text"] == "héllo ★ more");
    assert_eq!(call("os.get_selected_text", json!({})).await, json!(""));
    call("keyboard.hotkey", json!({"args": ["ctrl", "a"]})).await;
    assert_eq!(
        call("os.get_selected_text", json!({})).await,
        json!("héllo ★ more")
    );
    assert_eq!(
        call("clipboard.view", json!({})).await,
        json!("héllo ★"),
        "it is kept"
    );
    call("clipboard.copy", json!({})).await;
    assert_eq!(
        call("clipboard.view", json!({})).await,
        json!("héllo ★ more")
    );
}

#[tokio::test]
async fn the_doctor_tries_everything() {
    let desktop = Desktop::start();
    // The clipboard's library asks the environment; each test is a process of its own.
    unsafe { std::env::set_var("DISPLAY", &desktop.display) };
    let computer = Computer::new(desktop.config());
    let abilities = computer.doctor_with("Ctrl+Shift+Space".to_owned()).await;
    let works: Vec<(&str, bool)> = abilities
        .iter()
        .filter(|ability| ability.name != "find text")
        .map(|ability| (ability.name.as_str(), ability.works))
        .collect();
    assert_eq!(
        works,
        [
            ("see the screen", true),
            ("stop", true),
            ("notice your mouse and keys", true),
            ("move the mouse", true),
            ("type", true),
            ("border around the screen", true),
            // Nothing is open that could tell.
            ("accessibility", false),
            ("read selected text", true),
            ("hotkey", true),
            ("clipboard", true),
        ],
        "{abilities:#?}"
    );
    let find = abilities.last().unwrap();
    assert!(find.works || find.fix.is_some(), "{find:?}");
    assert_eq!(computer.gate().holder(), None);
}

#[tokio::test]
async fn clicks_by_the_text_on_the_screen() {
    let desktop = Desktop::start();
    desktop.with_eyes();
    let mut window = desktop.window(&["buttons"]);
    let computer = desktop.computer();
    let call =
        async |method: &str, params: Value| computer.call(&desktop.session, method, params).await;
    let hits = call("display.find_text", json!({"args": ["save file"]}))
        .await
        .unwrap();
    let hit = &hits.as_array().unwrap()[0];
    let relative = hit["coordinates"][0].as_f64().unwrap();
    assert!(
        (relative * 1280.0 - hit["x"].as_f64().unwrap()).abs() <= 1.0,
        "{hit}"
    );
    assert_eq!(
        call("display.find", json!({"args": ["\"save file\""]}))
            .await
            .unwrap(),
        hits
    );
    let start = std::time::Instant::now();
    call("mouse.click", json!({"args": ["Save file"]}))
        .await
        .unwrap();
    println!("click on a text, settled: {:?}", start.elapsed());
    assert_eq!(window.until_event("clicked")["label"], "Save file");
    let error = call("mouse.click", json!({"text": "Delete"}))
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("The text \"Delete\" stands at several places:\n1: ("),
        "{error}"
    );
    assert!(error.contains("\n2: ("), "{error}");
    let error = call("mouse.click", json!({"text": "Canzzwq"}))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("was not found on the screen"),
        "{error}"
    );
    assert!(error.to_string().contains("\"Cancel\""), "{error}");
    let lines = call("display.get_text_as_list_of_lists", json!({}))
        .await
        .unwrap();
    assert!(lines.to_string().contains("\"Cancel\""), "{lines}");
    // The same from a file.
    let shot = desktop.look(&computer).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("screen.png");
    std::fs::write(&path, &shot.png).unwrap();
    call("mouse.click", json!({"text": "Cancel", "screenshot": path}))
        .await
        .unwrap();
    assert_eq!(window.until_event("clicked")["label"], "Cancel");
}

#[tokio::test]
async fn the_doctor_tells_of_a_hotkey_that_is_taken() {
    use x11rb::connection::Connection as _;
    use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, ModMask};
    let desktop = Desktop::start();
    let computer = Computer::new(desktop.config());
    let hotkey = async || {
        let abilities = computer.doctor_with("Ctrl+Shift+Space".to_owned()).await;
        let found = abilities.into_iter().find(|one| one.name == "hotkey");
        found.map(|one| (one.works, one.detail, one.fix)).unwrap()
    };
    let (conn, screen) = x11rb::connect(Some(&desktop.display)).unwrap();
    let root = conn.setup().roots[screen].root;
    // Space, as on every keyboard here.
    let mods = ModMask::CONTROL | ModMask::SHIFT;
    conn.grab_key(false, root, mods, 65, GrabMode::ASYNC, GrabMode::ASYNC)
        .unwrap()
        .check()
        .unwrap();
    assert_eq!(
        hotkey().await,
        (
            false,
            "Another program has taken Ctrl+Shift+Space.".to_owned(),
            Some("Choose another hotkey in Settings, Shortcuts, or end that program.".to_owned())
        )
    );
    conn.ungrab_key(65, root, mods).unwrap().check().unwrap();
    let taken = "Ctrl+Shift+Space was taken and given back.".to_owned();
    // Given back, it can be taken again.
    for _ in 0..2 {
        assert_eq!(hotkey().await, (true, taken.clone(), None));
    }
}
