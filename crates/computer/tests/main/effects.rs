//! What is said of actions, with what programs tell.

use interpreter_protocol::Outcome;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::elements::{Session, element};

#[tokio::test]
async fn what_was_typed_is_read_back() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let typing = |text: &str| json!({"action": "type", "text": text});
    let act = async |action: Value| {
        session
            .desktop
            .act(&computer, &frame, action)
            .await
            .unwrap()
    };
    form.focus("name");
    element(&computer, &typing(""), &frame).await;
    let acted = act(typing("Grüße, 世界")).await;
    assert_eq!(acted.effect.outcome, Outcome::Confirmed);
    let detail = &acted.effect.detail;
    assert!(
        detail.starts_with("The text stands in the text field \"Name\"."),
        "{detail}"
    );
    assert_eq!(acted.changed.text.as_deref(), Some("Grüße, 世界"));
    assert_eq!(form.text("name"), "Grüße, 世界");
    // A field that takes less than it is given.
    form.focus("short");
    let acted = act(typing("12345")).await;
    assert_eq!(acted.effect.outcome, Outcome::Uncertain);
    let detail = &acted.effect.detail;
    let expected = "The text field \"Short\" holds \"123\" now, which is not what was typed.";
    assert!(detail.starts_with(expected), "{detail}");
    let acted = act(typing("6")).await;
    assert_eq!(
        (acted.effect.outcome, acted.effect.detail.as_str()),
        (
            Outcome::NoChange,
            "The text of the text field \"Short\" did not change."
        )
    );
    let acted = act(json!({"action": "key", "text": "BackSpace"})).await;
    let detail = &acted.effect.detail;
    assert!(
        detail.starts_with("The text field \"Short\" holds \"12\" now."),
        "{detail}"
    );
}

#[tokio::test]
async fn what_became_of_the_target_is_told() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let act = async |action: Value| {
        session
            .desktop
            .act(&computer, &frame, action)
            .await
            .unwrap()
    };
    form.focus("name");
    element(&computer, &form.click("agree"), &frame).await;
    let acted = act(form.click("agree")).await;
    assert_eq!(acted.effect.outcome, Outcome::Confirmed);
    let detail = &acted.effect.detail;
    assert!(
        detail.contains("The check box \"I agree\" is ticked now."),
        "{detail}"
    );
    assert_eq!(
        acted.changed.focus.as_deref(),
        Some("the check box \"I agree\"")
    );
    assert!(acted.changed.region.is_some());
    let acted = act(form.click("password")).await;
    assert_eq!(
        acted.changed.focus.as_deref(),
        Some("the password field \"Password\"")
    );
}

#[tokio::test]
async fn three_actions_without_effect_are_told() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let act = async |action: Value| {
        session
            .desktop
            .act(&computer, &frame, action)
            .await
            .unwrap()
    };
    let click = form.click("swallow");
    // The pointer leaves what it was over, which shows.
    act(form.click("agree")).await;
    act(click.clone()).await;
    form.until("clicked", "swallow");
    let mut details = Vec::new();
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let acted = act(click.clone()).await;
        form.until("clicked", "swallow");
        outcomes.push(acted.effect.outcome);
        details.push(acted.effect.detail);
    }
    assert_eq!(outcomes, [Outcome::NoChange; 4]);
    let (x, y) = form.middle("swallow");
    let one = format!("a click at ({x}, {y})");
    let nothing = "Nothing visible changed.";
    let warned = |number: &str| {
        format!(
            "{nothing} {number} actions in a row changed nothing: {one}, then {one}, then {one}. \
             Do not repeat them: look again, and try another target or another way."
        )
    };
    assert_eq!(
        details,
        [
            nothing.to_owned(),
            nothing.to_owned(),
            warned("Three"),
            warned("Four")
        ]
    );
    // What has an effect begins the count anew.
    act(form.click("agree")).await;
    act(click.clone()).await;
    assert_eq!(act(click).await.effect.detail, nothing);
}
