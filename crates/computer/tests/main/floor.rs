//! What is never done and never shown, whoever allowed it.

use std::sync::Arc;

use interpreter_computer::{AppKind, Clue, ComputerError, Consequence, Look, Secret, consequence};
use interpreter_protocol::Outcome;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desktop::Desktop;
use crate::elements::{Session, element};

#[tokio::test]
async fn nothing_is_typed_into_a_field_that_hides_it() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    form.focus("password");
    element(&computer, &json!({"action": "type", "text": "x"}), &frame).await;
    for action in [
        json!({"action": "type", "text": "guess"}),
        json!({"action": "key", "text": "a"}),
        json!({"action": "key", "text": "ctrl+v"}),
        json!({"action": "hold_key", "text": "a", "duration": 0.01}),
    ] {
        let error = session.desktop.act(&computer, &frame, action.clone()).await;
        assert_eq!(error, Err(ComputerError::ProtectedField), "{action}");
    }
    let call = computer.call(
        &session.desktop.session,
        "keyboard.write",
        json!({"text": "x"}),
    );
    assert_eq!(call.await, Err(ComputerError::ProtectedField));
    // Going on to another field is no typing.
    let tab = json!({"action": "key", "text": "Tab"});
    let acted = session.desktop.act(&computer, &frame, tab).await.unwrap();
    assert_eq!(acted.effect.outcome, Outcome::Confirmed);
    assert_eq!(
        acted.changed.focus.as_deref(),
        Some("the text field \"Short\"")
    );
    assert_eq!(form.text("password"), "");
}

#[tokio::test]
async fn a_secret_is_typed_by_its_name_and_never_told() {
    let value = "Tr0ub4dor & \"3\"";
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let pid = form.pid;
    computer.set_secrets(Arc::new(move |wanted| {
        let granted = wanted.target.pid == Some(pid) && wanted.name == "mail";
        granted.then(|| Secret::new(value))
    }));
    let frame = session.frame(&computer).await;
    let secret = |name: &str| json!({"action": "write_secret", "name": name});
    let act = async |action: Value| session.desktop.act(&computer, &frame, action).await;
    form.focus("password");
    element(&computer, &secret("mail"), &frame).await;
    let unknown = act(secret("bank")).await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "There is no secret \"bank\" that may be typed there."
    );
    let acted = act(secret("mail")).await.unwrap();
    assert_eq!(form.text("password"), value);
    assert_eq!(acted.effect.outcome, Outcome::Confirmed);
    let mut told = format!("{acted:?}");
    // Into a field that shows it, through the API; then everything that reads it back.
    form.focus("name");
    let call = async |method: &str, params: Value| {
        let called = computer
            .call(&session.desktop.session, method, params)
            .await;
        format!("{called:?}")
    };
    told += &call("keyboard.write_secret", json!({"name": "mail"})).await;
    assert_eq!(form.text("name"), value);
    let typing = json!({"action": "type", "text": "!"});
    let target = element(&computer, &typing, &frame).await;
    let read = target
        .element
        .as_ref()
        .and_then(|element| element.value.clone());
    assert_eq!(read, None);
    told += &format!("{target:?}");
    told += &format!(
        "{:?}",
        act(json!({"action": "key", "text": "BackSpace"})).await
    );
    told += &format!("{:?}", act(typing).await);
    assert!(!told.contains("Tr0ub4dor"), "{told}");
    // Only into a field.
    form.focus("delete");
    let error = act(secret("mail")).await.unwrap_err();
    assert!(
        error.to_string().contains("so the secret was not typed"),
        "{error}"
    );
}

#[tokio::test]
async fn password_managers_are_neither_shown_nor_touched() {
    let desktop = Desktop::start();
    let mut below = desktop.window(&["title", "Beside", "950", "560"]);
    let session = Session {
        bus: crate::desktop::Bus::start(&desktop),
        desktop,
    };
    let form = session.form_with(&["form", "KeePassXC"], false);
    let computer = session.computer();
    let shot = session.desktop.look(&computer).await;
    assert!(shot.masked);
    let click = form.click("delete");
    let target = computer.target(&click, &shot.frame).unwrap();
    assert_eq!(
        (target.kind, target.element),
        (AppKind::PasswordManager, None)
    );
    for action in [
        click,
        json!({"action": "type", "text": "x"}),
        json!({"action": "key", "text": "ctrl+c"}),
    ] {
        let error = session.desktop.act(&computer, &shot.frame, action).await;
        assert_eq!(error, Err(ComputerError::PasswordManager));
    }
    // The whole window is one flat colour, also when it is all one looks at.
    let window = computer
        .look(&session.desktop.session, |size| size, Look::ActiveWindow)
        .await
        .unwrap();
    let colours = colours(&window.png);
    assert_eq!(colours, [[128, 128, 128]]);
    // What lies beside it can be used as ever.
    let beside = json!({"action": "left_click", "coordinate": [1100.5, 700.5]});
    session
        .desktop
        .act(&computer, &shot.frame, beside)
        .await
        .unwrap();
    below.until_event("press");
}

#[tokio::test]
async fn whoever_decides_has_the_last_word() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    element(&computer, &form.click("delete"), &frame).await;
    computer.set_guard(Arc::new(|deed| {
        let element = deed.target.element.clone().unwrap_or_default();
        let clue = Clue {
            role: &element.role,
            name: &element.name,
            keys: deed.keys.as_deref(),
            ..Clue::default()
        };
        match consequence(&clue) {
            Some(found) => Err(format!("{found:?} was not allowed.")),
            None => Ok(()),
        }
    }));
    let refused = Err(ComputerError::NotAllowed {
        message: "Delete was not allowed.".into(),
    });
    // However it is asked for.
    let (x, y) = form.middle("delete");
    let call = async |method: &str, params: Value| {
        computer
            .call(&session.desktop.session, method, params)
            .await
    };
    assert_eq!(call("mouse.click", json!({"x": x, "y": y})).await, refused);
    form.focus("delete");
    assert_eq!(
        call("keyboard.press", json!({"args": ["enter"]})).await,
        refused
    );
    let clicked = session
        .desktop
        .act(&computer, &frame, form.click("agree"))
        .await;
    assert_eq!(clicked.unwrap_err().to_string(), "Accept was not allowed.");
    // What has no consequence goes through.
    let clicked = session
        .desktop
        .act(&computer, &frame, form.click("swallow"))
        .await;
    assert!(clicked.is_ok());
    assert_eq!(form.next(), json!({"event": "clicked", "name": "swallow"}));
}

#[tokio::test]
async fn consequences_are_read_from_the_picture_where_nothing_is_told() {
    let desktop = Desktop::start();
    desktop.with_eyes();
    let _window = desktop.window(&["buttons"]);
    let computer = desktop.computer();
    let frame = desktop.look(&computer).await.frame;
    let check = async |text: &str, expected: Option<Consequence>| {
        let params = json!({"args": [text]});
        let hits = computer
            .call(&desktop.session, "display.find_text", params)
            .await;
        let hit = &hits.unwrap()[0];
        let click = json!({"action": "left_click", "coordinate": [hit["x"], hit["y"]]});
        let target = computer.target(&click, &frame).unwrap();
        assert_eq!(target.element, None);
        let near = computer.words_near(target.point.unwrap()).await.unwrap();
        assert_eq!(near.at, text);
        let found = computer.consequence_of(&target, "", None).await;
        assert_eq!(found, expected, "{text}");
    };
    check("Delete", Some(Consequence::Delete)).await;
    check("Save file", None).await;
    check("Cancel", None).await;
}

/// The colours of a picture.
fn colours(png: &[u8]) -> Vec<[u8; 3]> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    let mut colours: Vec<[u8; 3]> = pixels
        .chunks_exact(3)
        .map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    colours.sort_unstable();
    colours.dedup();
    colours
}

#[tokio::test]
async fn prompts_of_the_system_are_left_to_the_person() {
    let session = Session::start();
    let mut below = session.desktop.window(&["title", "Beside", "950", "560"]);
    let computer = session.computer();
    let shot = session.desktop.look(&computer).await;
    for class in [
        "Pinentry-gtk-2",
        "polkit-gnome-authentication-agent-1",
        "Gcr-prompter",
    ] {
        let mut form = session.form_with(&["form", class], false);
        let click = form.click("delete");
        let target = computer.target(&click, &shot.frame).unwrap();
        assert_eq!(target.kind, AppKind::SystemPrompt, "{class}");
        for action in [
            click,
            json!({"action": "type", "text": "x"}),
            json!({"action": "key", "text": "Return"}),
        ] {
            let error = session.desktop.act(&computer, &shot.frame, action).await;
            assert!(
                matches!(error, Err(ComputerError::SystemPrompt { .. })),
                "{class}: {error:?}"
            );
        }
        // Such a prompt may hold the keyboard without being in front.
        let beside = json!({"action": "left_click", "coordinate": [1100.5, 700.5]});
        session
            .desktop
            .act(&computer, &shot.frame, beside)
            .await
            .unwrap();
        below.until_event("press");
        let typed = json!({"action": "type", "text": "x"});
        let error = session.desktop.act(&computer, &shot.frame, typed).await;
        assert!(
            matches!(error, Err(ComputerError::SystemPrompt { .. })),
            "{error:?}"
        );
        assert_eq!(form.text("name"), "");
    }
}
