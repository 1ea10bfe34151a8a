use interpreter_protocol::{Grant, Rule, RuleMatch, Scope, Verdict};
use interpreter_settings::{Error, Paths};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::{Fixture, object, shown};

fn file(fixture: &Fixture) -> Value {
    serde_json::from_slice(&std::fs::read(fixture.paths.settings_file()).unwrap()).unwrap()
}

#[test]
fn what_is_saved_comes_back() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    let profile = Scope::Profile {
        name: "fast.yaml".to_owned(),
    };
    let mut save = |scope: &Scope, values: Value| settings.save(scope, &object(&values)).unwrap();
    save(
        &Scope::Global,
        json!({"model": "a", "llm.temperature": "0.5", "auto_run": true}),
    );
    save(&profile, json!({"model": "b"}));
    save(&Scope::Global, json!({"temperature": null}));
    assert_eq!(
        file(&fixture),
        json!({
            "format": 1,
            "global": {"model": "a", "mode": "full_access"},
            "profiles": {"fast": {"model": "b"}},
        })
    );
    let place = Some(fixture.paths.settings_file().display().to_string());
    for settings in [&settings, &fixture.load()] {
        assert_eq!(
            shown(settings, &json!({}), "model"),
            (json!("a"), "app".to_owned(), place.clone())
        );
    }
    settings
        .save(&profile, &object(&json!({"model": null})))
        .unwrap();
    assert_eq!(file(&fixture)["profiles"], json!({}));
}

#[test]
fn what_another_program_saved_meanwhile_is_kept() {
    let fixture = Fixture::new();
    let (mut one, mut other) = (fixture.load(), fixture.load());
    one.save(&Scope::Global, &object(&json!({"model": "a"})))
        .unwrap();
    other
        .save(&Scope::Global, &object(&json!({"os": true})))
        .unwrap();
    assert_eq!(file(&fixture)["global"], json!({"model": "a", "os": true}));
    assert_eq!(other.values(&Map::new()).model, Some("a".to_owned()));
}

#[test]
fn keys_of_a_newer_version_stay_in_the_file() {
    let fixture = Fixture::new()
        .saved(&json!({"format": 2, "global": {"model": "a", "later": 1}, "theme": {"x": 1}}));
    let mut settings = fixture.load();
    settings
        .save(&Scope::Global, &object(&json!({"os": true})))
        .unwrap();
    assert_eq!(
        file(&fixture),
        json!({
            "format": 2,
            "global": {"model": "a", "later": 1, "os": true},
            "profiles": {},
            "theme": {"x": 1},
        })
    );
}

#[test]
fn what_may_not_be_is_refused_and_nothing_is_saved() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    let conversation = Scope::Conversation {
        conversation: "c".into(),
    };
    let mut refused =
        |scope: &Scope, values: Value| settings.save(scope, &object(&values)).unwrap_err();
    assert!(matches!(
        refused(&Scope::Global, json!({"os": true, "mode": "sometimes"})),
        Error::BadSetting { key, .. } if key == "mode"
    ));
    assert!(matches!(
        refused(&Scope::Global, json!({"nonsense": 1})),
        Error::UnknownSetting { .. }
    ));
    assert!(matches!(
        refused(&Scope::Global, json!({"api_key": "sk-canary"})),
        Error::BadSetting { key, .. } if key == "api_key"
    ));
    assert_eq!(
        refused(&conversation, json!({"os": true})),
        Error::OfConversation
    );
    assert!(!fixture.paths.settings_file().exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    std::fs::remove_dir_all(&fixture.paths.config).unwrap();
    std::fs::write(&fixture.paths.config, "in the way").unwrap();
    let error = settings
        .save(&Scope::Global, &object(&json!({"os": true})))
        .unwrap_err();
    let path = fixture.paths.settings_file();
    assert!(matches!(&error, Error::CannotSave { path: named, .. } if *named == path));
    assert!(!settings.values(&Map::new()).os, "nothing changed");
}

pub fn grant(id: &str, until: Option<u64>) -> Grant {
    let words = vec!["git".to_owned(), "status".to_owned()];
    let rule = Rule {
        verdict: Verdict::Allow,
        matches: RuleMatch::Command { words },
    };
    Grant {
        id: id.to_owned(),
        rule,
        conversation: None,
        profile: None,
        until,
        turn: false,
    }
}

#[test]
fn grants_hold_until_they_are_revoked_or_over() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    settings.add_grant(grant("a", None)).unwrap();
    settings.add_grant(grant("b", Some(1))).unwrap();
    settings.add_grant(grant("c", Some(u64::MAX))).unwrap();
    settings.add_grant(grant("a", Some(u64::MAX))).unwrap();
    settings.add_grant(grant("", None)).unwrap();
    let ids = |grants: Vec<Grant>| grants.into_iter().map(|grant| grant.id).collect::<Vec<_>>();
    let now = ids(settings.grants());
    assert_eq!(now[..2], ["c", "a"]);
    assert!(now.len() == 3 && now[2].len() == 32, "{now:?}");
    assert_eq!(ids(fixture.load().grants()), now);
    assert_eq!(settings.remove_grant("c"), Ok(true));
    assert_eq!(settings.remove_grant("c"), Ok(false));
    assert_eq!(ids(fixture.load().grants()), now[1..]);
}

#[test]
fn a_folder_in_a_place_that_is_none_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(
        Paths::below(&file).create(),
        Err(Error::CannotSave { .. })
    ));
}
