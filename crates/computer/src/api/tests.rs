use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

const CLICK: Method = <mouse::Click as Spec>::METHOD;

#[test]
fn names_are_unique_and_documented() {
    let mut names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    assert_eq!(ENTRIES.len(), METHODS.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), METHODS.len());
    for method in METHODS {
        assert!(!method.doc.is_empty(), "{}", method.name);
        for param in method.params {
            assert!(!param.doc.is_empty(), "{} {}", method.name, param.name);
        }
    }
}

#[test]
fn one_line_a_method() {
    let text = describe();
    assert_eq!(text.lines().count(), METHODS.len());
    assert!(text.contains(
        "computer.mouse.click(text=None, x=None, y=None, icon=None, screenshot=None, \
         button=\"left\", clicks=1, interval=0.1, hold=None)  # Clicks a text"
    ));
    assert!(text.contains("computer.keyboard.hotkey(*keys, interval=0.0)"));
    assert!(text.contains("computer.mouse.scroll(clicks, x=None, y=None)"));
    let reference = reference();
    assert!(METHODS.iter().all(|method| reference.contains(method.name)));
}

#[test]
fn positional_arguments_get_their_names() {
    let check = |method: &Method, params: Value, expected: Value| {
        assert_eq!(named(method, params), Ok(expected));
    };
    check(&CLICK, json!({"args": ["OK"]}), json!({"text": "OK"}));
    check(
        &CLICK,
        json!({"args": [null, 3, 4], "button": "right"}),
        json!({"x": 3, "y": 4, "button": "right"}),
    );
    check(&CLICK, json!({"args": [], "text": null}), json!({}));
    check(&CLICK, Value::Null, json!({}));
    let hotkey = <keyboard::Hotkey as Spec>::METHOD;
    check(
        &hotkey,
        json!({"args": ["ctrl", "c"]}),
        json!({"keys": ["ctrl", "c"]}),
    );
    check(
        &hotkey,
        json!({"args": [["ctrl", "c"]], "interval": 0}),
        json!({"keys": ["ctrl", "c"], "interval": 0}),
    );
    check(
        &hotkey,
        json!({"keys": ["ctrl"]}),
        json!({"keys": ["ctrl"]}),
    );
    let wrong = |params: Value| named(&CLICK, params).unwrap_err().to_string();
    assert_eq!(wrong(json!([1])), "mouse.click takes an object, not [1].");
    assert_eq!(
        wrong(json!({"args": ["a"], "text": "b"})),
        "mouse.click got text twice."
    );
    assert_eq!(
        wrong(json!({"args": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]})),
        "mouse.click takes at most 9 arguments, not 10."
    );
}

#[tokio::test]
async fn wrong_calls_are_told_what_is_right() {
    let desk = crate::desk::Desk::new(|| {
        Err(crate::platform::PlatformError::NoDisplay {
            message: "No display.".into(),
            fix: "Set DISPLAY.".into(),
        })
    });
    let computer = Computer::with_desk(crate::ComputerConfig::default(), desk);
    let session = SessionKey::from("test");
    let call = async |method: &str, params: Value| {
        computer.call(&session, method, params).await.unwrap_err()
    };
    let error = call("mouse.clik", json!({})).await;
    assert_eq!(error.to_string(), "There is no method \"mouse.clik\".");
    assert_eq!(error.remedy(), "Did you mean mouse.click?");
    let error = call("mouse.click", json!({"txt": "OK"})).await;
    assert!(error.to_string().contains("unknown field `txt`"), "{error}");
    assert!(
        error.remedy().contains("computer.mouse.click(text=None"),
        "{}",
        error.remedy()
    );
    let error = call("display.view", json!({})).await;
    assert_eq!(
        error.to_protocol(),
        interpreter_protocol::Error::new(
            interpreter_protocol::ErrorCode::NoDisplay,
            "There is no screen to look at: No display."
        )
        .remedy("Set DISPLAY.")
    );
    let error = call("mouse.click", json!({"icon": "gear"})).await;
    assert_eq!(error.code(), interpreter_protocol::ErrorCode::NotInstalled);
    let error = call("display.find", json!({"args": ["gear icon"]})).await;
    assert_eq!(error.code(), interpreter_protocol::ErrorCode::NotInstalled);
}
