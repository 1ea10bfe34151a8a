use interpreter_protocol::ErrorCode;
use interpreter_settings::Values;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Map, json};

use crate::Fixture;

#[test]
fn a_broken_file_is_named_with_its_line_and_the_app_opens() {
    let fixture = Fixture::new().profile("default.yaml", "model: a\nllm:\n  x: [1, 2\nos: true\n");
    std::fs::write(
        fixture.paths.settings_file(),
        "{\n  \"global\": {\n    oops\n",
    )
    .unwrap();
    std::fs::write(fixture.paths.config.join("grants.json"), "{").unwrap();
    let (settings, problems) = fixture.try_load();
    assert_eq!(settings.values(&Map::new()), Values::default());
    let problems: Vec<_> = problems
        .into_iter()
        .map(interpreter_protocol::Error::from)
        .collect();
    let named: Vec<(ErrorCode, &str, u64)> = problems
        .iter()
        .map(|problem| {
            let path = problem.params["path"].as_str().unwrap();
            let name = path.rsplit(['/', '\\']).next().unwrap();
            (problem.code, name, problem.params["line"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(named[1], (ErrorCode::SettingsBroken, "settings.json", 3));
    assert_eq!(
        (named[0].0, named[0].1),
        (ErrorCode::SettingsBroken, "default.yaml")
    );
    assert!((3..=4).contains(&named[0].2), "{named:?}");
    assert_eq!(named[2].1, "grants.json");
    let path = fixture.paths.settings_file();
    assert_eq!(
        problems[1].message,
        format!(
            "{}, line 3, column 5: key must be a string. What the app saved was skipped; the \
             built-in settings hold in its place.",
            path.display()
        )
    );
    for problem in &problems {
        assert!(problem.remedy.is_some());
    }
}

#[test]
fn single_values_that_cannot_be_are_named_with_their_line() {
    let fixture = Fixture::new().profile(
        "default.yaml",
        "llm:\n  model: a\n  temperature: warm\nos: true\n",
    );
    let (settings, problems) = fixture.try_load();
    let path = fixture.paths.profiles().join("default.yaml");
    let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [format!(
            "`temperature` cannot be \"warm\" (in {}, line 3): it must be a number from 0 to 2, \
             and was skipped.",
            path.display()
        )]
    );
    let expected = Values {
        model: Some("a".to_owned()),
        os: true,
        ..Values::default()
    };
    assert_eq!(settings.values(&Map::new()), expected);
}

#[test]
fn a_broken_file_is_moved_aside_and_never_overwritten() {
    let fixture = Fixture::new();
    std::fs::write(
        fixture.paths.settings_file(),
        "{\"global\": {\"model\": \"precious\"",
    )
    .unwrap();
    let (mut settings, problems) = fixture.try_load();
    assert_eq!(problems.len(), 1);
    let values = json!({"os": true});
    settings
        .save(
            &interpreter_protocol::Scope::Global,
            values.as_object().unwrap(),
        )
        .unwrap();
    let aside: Vec<_> = std::fs::read_dir(&fixture.paths.config)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("settings.json.broken-"))
        .collect();
    assert_eq!(aside.len(), 1);
    assert_eq!(
        std::fs::read_to_string(&aside[0]).unwrap(),
        "{\"global\": {\"model\": \"precious\""
    );
    assert_eq!(
        settings.notices(),
        [format!(
            "{} could not be understood, so it was moved to {} and begun anew.",
            fixture.paths.settings_file().display(),
            aside[0].display()
        )]
    );
    assert!(fixture.load().values(&Map::new()).os);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn no_file_brings_the_app_down(
        yaml in "(model|llm|os|auto_run|:|\n|  |- |\\{|\\[|'|\"|&a|\\*a|\t|é|[ -~]){0,24}",
        json in "[\\[\\]{}\":,a-z0-9 ]{0,40}",
    ) {
        let fixture = Fixture::new().profile("default.yaml", &yaml);
        std::fs::write(fixture.paths.settings_file(), &json).unwrap();
        let (settings, problems) = fixture.try_load();
        settings.values(&Map::new());
        for problem in problems {
            prop_assert!(!problem.to_string().contains('\n'), "{}", problem);
        }
    }
}
