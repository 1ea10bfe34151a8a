use super::*;
use pretty_assertions::assert_eq;

#[test]
fn keys_are_sorted_and_their_defaults_allowed() {
    for pair in KEYS.windows(2) {
        assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
    }
    for key in KEYS {
        assert_eq!(
            accept(key.kind, &key.default()),
            Ok(key.default()),
            "{}",
            key.name
        );
    }
    for name in MODES {
        assert_eq!(serde_json::to_value(mode(name)).unwrap(), json!(name));
    }
}

#[test]
fn values_are_brought_into_form_or_refused() {
    let check = |name: &str, given: Value, expected: Result<Value, &str>| {
        let key = find(name).unwrap();
        let expected = expected.map_err(str::to_owned);
        assert_eq!(accept(key.kind, &given), expected, "{name} = {given}");
    };
    check("os", json!("on"), Ok(json!(true)));
    check("os", json!("No"), Ok(json!(false)));
    check("os", json!(1), Ok(json!(true)));
    check("os", json!("maybe"), Err("true or false"));
    check("model", json!("x"), Ok(json!("x")));
    check("model", json!(3.5), Ok(json!("3.5")));
    check("model", json!(["x"]), Err("a text"));
    check("model", Value::Null, Ok(Value::Null));
    check("max_tokens", json!("4_096"), Ok(json!(4096)));
    check("max_tokens", json!(4096.0), Ok(json!(4096)));
    check(
        "max_tokens",
        json!(0),
        Err("a whole number from 1 to 4294967295"),
    );
    check(
        "max_tokens",
        json!(-1),
        Err("a whole number from 1 to 4294967295"),
    );
    check(
        "max_tokens",
        json!(1.5),
        Err("a whole number from 1 to 4294967295"),
    );
    check("temperature", json!("0.5"), Ok(json!(0.5)));
    check("temperature", json!(3), Err("a number from 0 to 2"));
    check("max_budget", json!("-1"), Err("a number of at least 0"));
    check("max_budget", json!("NaN"), Err("a number of at least 0"));
    check("mode", json!("Full access"), Ok(json!("full_access")));
    check(
        "mode",
        json!("ask-only-when-blocked"),
        Ok(json!("ask_when_blocked")),
    );
    check(
        "mode",
        json!("yolo"),
        Err("one of ask_every_time, ask_before_changes, ask_when_blocked, full_access, chat_only"),
    );
    check("safe_mode", json!(false), Ok(json!("off")));
    check("safe_mode", json!(true), Ok(json!("ask")));
    check(
        "forbidden_commands",
        json!(["a", "b c"]),
        Ok(json!(["a", "b c"])),
    );
    check("forbidden_commands", json!("[\"a\"]"), Ok(json!(["a"])));
    check(
        "forbidden_commands",
        json!("rm -rf x"),
        Ok(json!(["rm -rf x"])),
    );
    check("forbidden_commands", json!([1]), Err("a list of texts"));
    check("updates", json!(false), Ok(json!("off")));
    check("text_size", json!("120"), Ok(json!(120)));
    check("text_size", json!(70), Err("a whole number from 80 to 200"));
    check("summon_hotkey", json!(""), Ok(json!("")));
}

#[test]
fn objects_have_exactly_their_fields() {
    let check = |name: &str, given: Value, taken: bool| {
        let key = find(name).unwrap();
        let expected = taken.then(|| match &given {
            Value::String(text) => serde_json::from_str(text).unwrap(),
            given => given.clone(),
        });
        assert_eq!(accept(key.kind, &given).ok(), expected, "{name} = {given}");
    };
    check("shortcuts", json!({"new": "Ctrl+N", "find": null}), true);
    check("shortcuts", json!(r#"{"new": "Ctrl+N"}"#), true);
    check("shortcuts", json!({"new": 1}), false);
    check("shortcuts", json!(["Ctrl+N"]), false);
    check("shortcuts", json!("Ctrl+N"), false);
    let action =
        json!({"id": "a", "name": "Shorten", "prompt": "Shorten this.", "output": "replace"});
    let with = |key: &str, value: Value| {
        let mut action = action.clone();
        action[key] = value;
        json!([action])
    };
    check("selection_actions", json!([]), true);
    check("selection_actions", json!([action, action]), true);
    check(
        "selection_actions",
        json!(json!([action]).to_string()),
        true,
    );
    check("selection_actions", action.clone(), false);
    check("selection_actions", with("output", json!("run")), false);
    check("selection_actions", with("name", json!(" ")), false);
    check("selection_actions", with("prompt", json!(1)), false);
    check("selection_actions", with("hotkey", json!("F5")), false);
    check("selection_actions", json!([{"id": "a"}]), false);
    assert_eq!(
        accept(Kind::Objects(ACTION), &json!([1])),
        Err(
            "a list of objects with exactly these fields: id (a text), name (a text), \
             prompt (a text), output (show or replace or chat)"
                .to_owned()
        )
    );
}

#[test]
fn a_misspelt_key_is_recognised() {
    let check = |given: &str, expected: Option<&str>| {
        assert_eq!(nearest(given).as_deref(), expected, "{given}");
    };
    check("modle", Some("model"));
    check("temprature", Some("temperature"));
    check("max_token", Some("max_tokens"));
    check("colour_of_the_sky", None);
}
