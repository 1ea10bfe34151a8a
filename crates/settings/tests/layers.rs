use interpreter_protocol::Mode;
use interpreter_settings::{SafeMode, Settings, Updates, Values};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::{Fixture, object, shown};

#[test]
fn each_layer_is_stronger_than_the_one_before() {
    let path = |fixture: &Fixture, name: &str| {
        Some(fixture.paths.profiles().join(name).display().to_string())
    };
    let settings_path =
        |fixture: &Fixture| Some(fixture.paths.settings_file().display().to_string());
    let check = |fixture: &Fixture, conversation: Value, value: &str, origin: &str, place| {
        let expected = (json!(value), origin.to_owned(), place);
        assert_eq!(shown(&fixture.load(), &conversation, "model"), expected);
    };
    let fixture = Fixture::new();
    let settings = fixture.load();
    let nothing = (Value::Null, "builtin".to_owned(), None);
    assert_eq!(shown(&settings, &json!({}), "model"), nothing);

    let fixture = fixture.profile("default.yaml", "model: of-default");
    check(
        &fixture,
        json!({}),
        "of-default",
        "default_profile",
        path(&fixture, "default.yaml"),
    );

    let fixture = fixture.saved(&json!({"global": {"model": "of-app", "profile": "fast"}}));
    let fixture = fixture.profile("fast.yaml", "temperature: 1");
    check(
        &fixture,
        json!({}),
        "of-app",
        "app",
        settings_path(&fixture),
    );

    let fixture = fixture.profile("fast.yaml", "model: of-profile");
    check(
        &fixture,
        json!({}),
        "of-profile",
        "profile",
        path(&fixture, "fast.yaml"),
    );

    let fixture = fixture.saved(&json!({
        "global": {"model": "of-app", "profile": "fast"},
        "profiles": {"fast": {"model": "of-app-profile"}, "other": {"model": "no"}},
    }));
    check(
        &fixture,
        json!({}),
        "of-app-profile",
        "app_profile",
        settings_path(&fixture),
    );

    let fixture = fixture.variable("INTERPRETER_MODEL", "of-environment");
    let variable = Some("INTERPRETER_MODEL".to_owned());
    check(
        &fixture,
        json!({}),
        "of-environment",
        "environment",
        variable,
    );

    let fixture = fixture.flags(&json!({"model": "of-flag"}));
    check(
        &fixture,
        json!({}),
        "of-flag",
        "command_line",
        Some("--model".to_owned()),
    );

    check(
        &fixture,
        json!({"model": "of-conversation"}),
        "of-conversation",
        "conversation",
        None,
    );
}

#[test]
fn every_setting_is_shown_and_secrets_are_not() {
    let fixture = Fixture::new().profile("default.yaml", "llm:\n  api_key: sk-canary\n");
    let settings = fixture.load();
    let all = settings.all(&Map::new());
    let keys: Vec<&str> = all.iter().map(|line| line.key.as_str()).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(keys, sorted);
    assert!(keys.len() > 25);
    assert_eq!(shown(&settings, &json!({}), "api_key").0, json!("set"));
    assert!(!serde_json::to_string(&all).unwrap().contains("canary"));
    let values = settings.values(&Map::new());
    assert_eq!(
        values.api_key.as_ref().map(|key| key.expose()),
        Some("sk-canary")
    );
    assert!(!format!("{values:?}").contains("canary"));
}

#[test]
fn the_token_of_the_server_is_no_key_of_a_model() {
    let fixture = Fixture::new().variable("INTERPRETER_API_KEY", "token");
    assert_eq!(fixture.load().values(&Map::new()).api_key, None);
}

#[test]
fn variables_are_texts_and_become_what_they_mean() {
    let fixture = Fixture::new()
        .variable("INTERPRETER_TEMPERATURE", "0.5")
        .variable("INTERPRETER_MAX_TOKENS", "1000")
        .variable("INTERPRETER_OS", "on")
        .variable("INTERPRETER_LOOP", "0")
        .variable("INTERPRETER_MODE", "ask-before-changes")
        .variable("INTERPRETER_CUSTOM_INSTRUCTIONS", "")
        .variable("INTERPRETER_FORBIDDEN_COMMANDS", "[\"rm\", \"dd\"]");
    let expected = Values {
        temperature: Some(0.5),
        max_tokens: Some(1000),
        os: true,
        mode: Mode::AskBeforeChanges,
        forbidden_commands: vec!["rm".to_owned(), "dd".to_owned()],
        ..Values::default()
    };
    assert_eq!(fixture.load().values(&Map::new()), expected);
}

#[test]
fn a_variable_that_cannot_be_is_named_and_skipped() {
    let fixture = Fixture::new().variable("INTERPRETER_TEMPERATURE", "hot");
    let (settings, problems) = fixture.try_load();
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "`temperature` cannot be \"hot\" (in INTERPRETER_TEMPERATURE): \
          it must be a number from 0 to 2, and was skipped."
        ]
    );
    assert_eq!(settings.values(&Map::new()), Values::default());
}

#[test]
fn defaults_are_as_documented() {
    let values = Fixture::new().load().values(&Map::new());
    assert_eq!(values, Values::default());
    assert_eq!((values.max_output, values.mode), (2800, Mode::AskEveryTime));
    assert!(values.conversation_history && values.keep_screenshots);
    assert_eq!(values.profile, "default");
    for word in [
        "rm -rf /",
        "mkfs",
        "shutdown",
        ":(){ :|:& };:",
        "dd of=/dev/*",
    ] {
        assert!(
            values
                .forbidden_commands
                .iter()
                .any(|command| command == word),
            "{word}"
        );
    }
}

#[test]
fn a_safe_mode_takes_full_access_away() {
    let check = |settings: Value, expected: Mode| {
        let fixture = Fixture::new().flags(&settings);
        assert_eq!(
            fixture.load().values(&Map::new()).mode,
            expected,
            "{settings}"
        );
    };
    check(json!({"auto_run": true}), Mode::FullAccess);
    check(
        json!({"auto_run": true, "safe_mode": "ask"}),
        Mode::AskEveryTime,
    );
    check(
        json!({"auto_run": true, "safe_mode": "auto"}),
        Mode::AskEveryTime,
    );
    check(
        json!({"auto_run": true, "safe_mode": "off"}),
        Mode::FullAccess,
    );
    check(
        json!({"mode": "chat_only", "safe_mode": "ask"}),
        Mode::ChatOnly,
    );
    let fixture = Fixture::new().flags(&json!({"safe_mode": true}));
    assert_eq!(fixture.load().values(&Map::new()).safe_mode, SafeMode::Ask);
}

#[test]
fn a_conversation_may_choose_a_profile_of_its_own() {
    let fixture = Fixture::new()
        .profile("fast.yaml", "model: fast-model")
        .profile("slow.yml", "model: slow-model")
        .flags(&json!({"profile": "fast.yaml"}));
    let settings = fixture.load();
    let model = |conversation: Value| {
        let values = settings.values(&object(&conversation));
        (values.profile, values.model.unwrap())
    };
    assert_eq!(
        model(json!({})),
        ("fast.yaml".to_owned(), "fast-model".to_owned())
    );
    assert_eq!(
        model(json!({"profile": "slow"})),
        ("slow".to_owned(), "slow-model".to_owned())
    );
    assert_eq!(settings.profile_problems("slow"), []);
    assert_eq!(settings.profile_problems("none").len(), 1);
}

#[test]
fn checking_names_the_key_and_what_is_allowed() {
    let check = |values: Value, expected: Result<(), &str>| {
        let got = Settings::check(&object(&values)).map_err(|error| error.to_string());
        assert_eq!(got, expected.map_err(str::to_owned), "{values}");
    };
    check(json!({}), Ok(()));
    check(
        json!({"model": "x", "temperature": null, "auto_run": true, "llm.max_tokens": 5}),
        Ok(()),
    );
    check(
        json!({"max_tokens": "many"}),
        Err("`max_tokens` cannot be \"many\": it must be a whole number from 1 to 4294967295."),
    );
    check(
        json!({"modle": "x"}),
        Err("There is no setting `modle`. Did you mean `model`?"),
    );
    check(json!({"sky": "blue"}), Err("There is no setting `sky`."));
    check(
        json!({"api_key": ["secret"]}),
        Err("`api_key` cannot be that: it must be a text."),
    );
}

#[test]
fn settings_of_the_window_are_typed() {
    let values = Fixture::new().load().values(&Map::new());
    assert_eq!(values.summon_hotkey.as_deref(), Some("Ctrl+Shift+Space"));
    assert_eq!(
        (values.screenshot_days, values.screenshot_megabytes),
        (7, 1024)
    );
    assert_eq!(
        (values.os_displays, values.os_minutes, values.os_steps),
        (None, Some(15), Some(40))
    );
    assert!(values.notifications && !values.close_to_tray && !values.safe_graphics);
    assert!(
        values
            .selection_blocked_apps
            .contains(&"KeePassXC".to_owned())
    );
    let saved = json!({"global": {"summon_hotkey": "", "toggle_hotkey": "Ctrl+Alt+I",
        "max_budget_day": 2, "max_budget_month": 20.5, "screenshot_days": 0, "updates": "ask",
        "notifications": false, "selection_blocked_apps": [], "quick_model": "ollama/x",
        "close_to_tray": true, "safe_graphics": true, "screenshot_megabytes": 10,
        "os_displays": ["DP-1"], "os_minutes": 0, "os_steps": 9}});
    let values = Fixture::new().saved(&saved).load().values(&Map::new());
    let expected = Values {
        // No text is no hotkey: null would bring the built-in one back.
        summon_hotkey: None,
        toggle_hotkey: Some("Ctrl+Alt+I".to_owned()),
        max_budget_day: Some(2.0),
        max_budget_month: Some(20.5),
        screenshot_days: 0,
        screenshot_megabytes: 10,
        os_displays: Some(vec!["DP-1".to_owned()]),
        os_minutes: None,
        os_steps: Some(9),
        updates: Updates::Ask,
        notifications: false,
        close_to_tray: true,
        safe_graphics: true,
        selection_blocked_apps: Vec::new(),
        quick_model: Some("ollama/x".to_owned()),
        ..Values::default()
    };
    assert_eq!(values, expected);
}
