//! Profiles as people manage them: listed, saved, imported, deleted, shared, chosen.

use interpreter_protocol::{ProfileSummary, Scope};
use interpreter_settings::{Error, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::{Fixture, object, shown};

const OLD: &str = "### OPEN INTERPRETER CONFIGURATION FILE\n\nllm:\n  model: gpt-4o\n  temperature: 0\n\nauto_run: on\nversion: 0.2.5\n";

fn line(profiles: &[ProfileSummary], name: &str) -> ProfileSummary {
    let found = profiles.iter().find(|profile| profile.name == name);
    found
        .unwrap_or_else(|| panic!("{name}: {profiles:?}"))
        .clone()
}

fn read(fixture: &Fixture, file: &str) -> String {
    std::fs::read_to_string(fixture.paths.profiles().join(file)).unwrap()
}

#[test]
fn every_profile_is_listed_with_what_it_sets() {
    let fixture = Fixture::new()
        .profile(
            "work.yaml",
            "# For the office.\nmodel: gpt-4o\napi_key: sk-canary\n",
        )
        .profile("old.yml", OLD)
        .profile("broken.yaml", "# Oh.\nmodel: [\n")
        .profile(
            "half.json",
            r#"{"mode": "yolo", "os": true, "description": "Half of it."}"#,
        )
        .profile("notes.txt", "no profile");
    let mut settings = fixture.load();
    settings
        .save(
            &Scope::Profile {
                name: "work".to_owned(),
            },
            &object(&json!({"max_budget": 2})),
        )
        .unwrap();
    let profiles = settings.profiles();
    let names: Vec<&str> = profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "default", "broken", "careful", "chat", "fast", "half", "local", "old", "os", "vision",
            "work"
        ]
    );
    let path = |file: &str| fixture.paths.profiles().join(file).display().to_string();
    assert_eq!(
        line(&profiles, "work"),
        ProfileSummary {
            name: "work".to_owned(),
            path: path("work.yaml"),
            description: Some("For the office.".to_owned()),
            values: object(&json!({"max_budget": 2.0, "model": "gpt-4o"})),
            problem: None,
        }
    );
    assert_eq!(
        line(&profiles, "old"),
        ProfileSummary {
            name: "old".to_owned(),
            path: path("old.yml"),
            description: Some("OPEN INTERPRETER CONFIGURATION FILE".to_owned()),
            values: object(&json!({"mode": "full_access", "model": "gpt-4o", "temperature": 0.0})),
            problem: None,
        }
    );
    assert_eq!(
        line(&profiles, "chat"),
        ProfileSummary {
            name: "chat".to_owned(),
            path: String::new(),
            description: Some("Only talk: nothing runs, nothing is clicked.".to_owned()),
            values: object(&json!({"mode": "chat_only"})),
            problem: None,
        }
    );
    let broken = line(&profiles, "broken");
    assert_eq!(broken.values, Map::new());
    assert_eq!(broken.problem.unwrap().params["line"], 2);
    let half = line(&profiles, "half");
    assert_eq!(half.description.as_deref(), Some("Half of it."));
    assert_eq!(half.values, object(&json!({"os": true})));
    assert_eq!(half.problem.unwrap().params["key"], "mode");
}

#[test]
fn built_in_profiles_have_nothing_wrong_with_them() {
    let mut settings = Fixture::new().load();
    for profile in settings.profiles() {
        assert_eq!(profile.problem, None, "{}", profile.name);
        if profile.name != "default" {
            assert!(!profile.values.is_empty(), "{}", profile.name);
            assert!(profile.description.is_some(), "{}", profile.name);
        }
        let (file, text) = settings.profile_file(&profile.name).unwrap();
        assert_eq!(file, format!("{}.yaml", profile.name));
        assert!(text.starts_with("# "), "{text}");
    }
}

#[test]
fn a_profile_is_chosen_for_everything_or_for_one_conversation() {
    let fixture = Fixture::new().profile("work.yaml", "model: gpt-4o\n");
    let mut settings = fixture.load();
    let path = fixture
        .paths
        .profiles()
        .join("work.yaml")
        .display()
        .to_string();
    let here = json!({"profile": "work"});
    assert_eq!(
        shown(&settings, &here, "model"),
        (json!("gpt-4o"), "profile".to_owned(), Some(path.clone()))
    );
    assert_eq!(
        shown(&settings, &here, "profile"),
        (json!("work"), "conversation".to_owned(), None)
    );
    assert_eq!(
        shown(&settings, &json!({}), "model"),
        (Value::Null, "builtin".to_owned(), None)
    );
    settings
        .save(&Scope::Global, &object(&json!({"profile": "work"})))
        .unwrap();
    assert_eq!(
        shown(&settings, &json!({}), "model"),
        (json!("gpt-4o"), "profile".to_owned(), Some(path))
    );
    assert_eq!(shown(&settings, &json!({}), "profile").1, "app".to_owned());
    // One built in, over it, in a conversation.
    let chat = json!({"profile": "chat"});
    assert_eq!(
        shown(&settings, &chat, "mode"),
        (json!("chat_only"), "profile".to_owned(), None)
    );
    assert_eq!(shown(&settings, &chat, "model").1, "builtin");
}

#[test]
fn a_profile_that_is_not_there_cannot_be_chosen() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    let error = settings
        .save(&Scope::Global, &object(&json!({"profile": "gone"})))
        .unwrap_err();
    assert!(matches!(error, Error::NoProfile { .. }), "{error:?}");
    assert!(!fixture.paths.settings_file().exists());
}

fn save(settings: &mut Settings, name: &str, content: Option<&str>) -> Result<String, Error> {
    settings.save_profile(name, content, &Map::new())
}

#[test]
fn what_differs_is_saved_for_people_and_loads_again() {
    let fixture = Fixture::new().profile("base.yaml", "temperature: 0.5\napi_key: sk-canary\n");
    let mut settings = fixture.load();
    let global = json!({"profile": "base", "model": "anthropic/claude-sonnet-5-5",
        "theme": "dark", "last_model": "openai/x", "max_output": 2800, "os": true,
        "forbidden_commands": ["rm -rf /"], "custom_instructions": "Be brief.\nReally.\n"});
    settings.save(&Scope::Global, &object(&global)).unwrap();
    let own = object(&json!({"mode": "chat_only"}));
    assert_eq!(
        settings.save_profile("Mine: 1", None, &own),
        Ok("Mine 1".to_owned())
    );
    let text = read(&fixture, "Mine 1.yaml");
    let (head, body) = text.split_once("\n\n").unwrap();
    assert!(head.starts_with("# Settings saved on "), "{head}");
    assert!(head.lines().all(|line| line.starts_with('#')), "{head}");
    assert_eq!(
        body,
        "custom_instructions: |\n  Be brief.\n  Really.\n\nforbidden_commands:\n  - rm -rf /\n\n\
         mode: chat_only\n\nmodel: anthropic/claude-sonnet-5-5\n\nos: true\n\ntemperature: 0.5\n"
    );
    let summary = line(&settings.profiles(), "Mine 1");
    assert_eq!(
        Value::Object(summary.values),
        json!({"custom_instructions": "Be brief.\nReally.\n", "forbidden_commands": ["rm -rf /"],
            "mode": "chat_only", "model": "anthropic/claude-sonnet-5-5", "os": true,
            "temperature": 0.5})
    );
    assert_eq!(summary.problem, None);
}

#[test]
fn nothing_is_overwritten() {
    let fixture = Fixture::new().profile("Work.yaml", "# Mine\nos: true\n");
    let mut settings = fixture.load();
    let content = Some("os: false\n");
    assert_eq!(
        save(&mut settings, "work", content),
        Ok("work 2".to_owned())
    );
    assert_eq!(
        save(&mut settings, "work", content),
        Ok("work 3".to_owned())
    );
    assert_eq!(
        save(&mut settings, "fast", content),
        Ok("fast 2".to_owned())
    );
    assert_eq!(read(&fixture, "Work.yaml"), "# Mine\nos: true\n");
    assert_eq!(read(&fixture, "work 2.yaml"), "os: false\n");
    // The one that always holds has no file yet, and counts from now on.
    assert_eq!(
        save(&mut settings, "default", content),
        Ok("default".to_owned())
    );
    assert_eq!(shown(&settings, &json!({}), "os").1, "default_profile");
    assert_eq!(
        save(&mut settings, "default", content),
        Ok("default 2".to_owned())
    );
}

#[test]
fn an_imported_profile_is_taken_as_it_is_or_refused_and_nothing_is_written() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    assert_eq!(save(&mut settings, "old", Some(OLD)), Ok("old".to_owned()));
    assert_eq!(read(&fixture, "old.yaml"), OLD);
    let kind = |error: &Error| match error {
        Error::Broken { line, .. } => format!("broken {line}"),
        Error::BadSetting { key, place, .. } => format!("bad {key} {place}"),
        Error::SecretInProfile { key } => format!("secret {key}"),
        Error::BadName { .. } => "name".to_owned(),
        other => format!("{other:?}"),
    };
    let mut check = |name: &str, content: &str, expected: &str| {
        let error = save(&mut settings, name, Some(content)).unwrap_err();
        assert_eq!(kind(&error), expected, "{content}");
        let shown = interpreter_protocol::Error::from(error);
        assert!(shown.remedy.is_some(), "{shown:?}");
        assert!(!format!("{shown:?}").contains("canary"), "{shown:?}");
    };
    check("x", "model: [\n", "broken 1");
    check("x", "just words", "broken 1");
    check("x", "from interpreter import interpreter\n", "broken 1");
    check("x", "os: true\nmode: yolo\n", "bad mode x.yaml, line 2");
    check("x", "llm:\n  api_key: canary\n", "secret llm.api_key");
    check(
        "x",
        "custom_instructions: Use sk-canary1234567890abc\n",
        "secret custom_instructions",
    );
    check("x", "# sk-canary1234567890abc\nos: true\n", "secret ");
    check(
        "x",
        "api_base: https://me:canary@host/v1\n",
        "secret api_base",
    );
    check("/", "os: true\n", "name");
    let files = std::fs::read_dir(fixture.paths.profiles()).unwrap();
    assert_eq!(files.count(), 1);
}

#[test]
fn a_secret_in_force_does_not_get_into_a_profile() {
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    let own = object(&json!({"custom_instructions": "Use sk-canary1234567890abc."}));
    assert_eq!(
        settings.save_profile("x", None, &own),
        Err(Error::SecretInProfile {
            key: "custom_instructions".to_owned()
        })
    );
    assert_eq!(
        std::fs::read_dir(fixture.paths.profiles()).unwrap().count(),
        0
    );
}

#[test]
fn a_shared_profile_holds_no_secret() {
    let fixture = Fixture::new()
        .profile("plain.yaml", "# Plain.\nos: true   # a note\n")
        .profile(
            "open.yaml",
            "# Mine.\n# was sk-canary1234567890abc\nllm:\n  model: gpt-4o\n  api_key: canary\n  api_base: https://me:canary@host/v1\n",
        )
        .profile("broken.yaml", "api_key: canary\nmodel: [\n");
    let mut settings = fixture.load();
    let file = settings.profile_file("plain").unwrap();
    assert_eq!(
        file,
        (
            "plain.yaml".to_owned(),
            "# Plain.\nos: true   # a note\n".to_owned()
        )
    );
    let (_, text) = settings.profile_file("open").unwrap();
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains("Secrets were left out"), "{text}");
    assert!(text.ends_with("\nmodel: gpt-4o\n"), "{text}");
    let (_, text) = settings.profile_file("broken").unwrap();
    assert!(!text.contains("canary"), "{text}");
    // What the app saved for it goes along.
    let scope = Scope::Profile {
        name: "plain".to_owned(),
    };
    settings
        .save(&scope, &object(&json!({"loop": true})))
        .unwrap();
    let (_, text) = settings.profile_file("plain").unwrap();
    assert!(text.ends_with("\nloop: true\n\nos: true\n"), "{text}");
    assert!(matches!(
        settings.profile_file("gone"),
        Err(Error::NoProfile { .. })
    ));
}

#[test]
fn a_deleted_profile_lies_in_the_bin_and_is_chosen_no_more() {
    let fixture = Fixture::new().profile("work.yaml", "os: true\n");
    let mut settings = fixture.load();
    let scope = Scope::Profile {
        name: "work".to_owned(),
    };
    settings
        .save(&scope, &object(&json!({"loop": true})))
        .unwrap();
    settings
        .save(&Scope::Global, &object(&json!({"profile": "work"})))
        .unwrap();
    assert_eq!(settings.delete_profile("work"), Ok(()));
    assert_eq!(read(&fixture, ".deleted/work.yaml"), "os: true\n");
    assert_eq!(shown(&settings, &json!({}), "profile").0, json!("default"));
    assert_eq!(shown(&settings, &json!({}), "os").1, "builtin");
    // A new one of that name begins anew, and does not push the old one out of the bin.
    assert_eq!(
        save(&mut settings, "work", Some("os: false\n")),
        Ok("work".to_owned())
    );
    assert_eq!(
        shown(&settings, &json!({"profile": "work"}), "loop").1,
        "builtin"
    );
    assert_eq!(settings.delete_profile("work"), Ok(()));
    assert_eq!(read(&fixture, ".deleted/work.yaml"), "os: true\n");
    assert_eq!(read(&fixture, ".deleted/work 2.yaml"), "os: false\n");
    for name in ["work", "fast", "../settings", "/etc/passwd", ""] {
        let error = settings.delete_profile(name).unwrap_err();
        assert!(
            matches!(error, Error::NoProfile { .. }),
            "{name}: {error:?}"
        );
    }
    assert!(fixture.paths.settings_file().exists());
}
