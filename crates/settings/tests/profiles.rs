use interpreter_protocol::Mode;
use interpreter_settings::Values;
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use crate::Fixture;

#[test]
fn an_open_interpreter_profile_loads_unchanged() {
    let text = r#"
### OPEN INTERPRETER CONFIGURATION FILE

llm:
  model: "gpt-4o"
  temperature: 0
  # api_key: ...
  api_base: http://localhost:1234/v1   # a comment
  context_window: 123000
  max_tokens: 4096
  max_budget: 2.5
  supports_functions: yes
  supports_vision: off
  execution_instructions: false

computer:
  import_computer_api: True
  languages: [python, shell]

auto_run: on
safe_mode: off
offline: False
custom_instructions: >
  Be brief.
  Really.
system_message:
wtf:
  model: gpt-4o-mini

version: 0.2.5
"#;
    let fixture = Fixture::new().profile("default.yaml", text);
    let settings = fixture.load();
    let expected = Values {
        model: Some("gpt-4o".to_owned()),
        temperature: Some(0.0),
        api_base: Some("http://localhost:1234/v1".to_owned()),
        context_window: Some(123_000),
        max_tokens: Some(4096),
        max_budget: Some(2.5),
        supports_functions: Some(true),
        supports_vision: Some(false),
        mode: Mode::FullAccess,
        custom_instructions: "Be brief. Really.\n".to_owned(),
        ..Values::default()
    };
    assert_eq!(settings.values(&Map::new()), expected);
    let path = fixture.paths.profiles().join("default.yaml");
    assert_eq!(
        settings.notices(),
        [format!(
            "{}: old names were understood: `auto_run` (now `mode`); left alone, because they \
             mean nothing here: `computer.languages`, `llm.execution_instructions`, `wtf`.",
            path.display()
        )]
    );
    assert_eq!(std::fs::read_to_string(path).unwrap(), text);
}

#[test]
fn flat_and_dotted_profiles_of_old_versions_load() {
    let fixture = Fixture::new()
        .profile(
            "flat.yaml",
            "model: gpt-4\nlocal: true\nauto_run: off\nmax_budget: 1\n",
        )
        .profile(
            "dotted.json",
            r#"{"llm.model": "a", "llm.temperature": 0.25}"#,
        )
        .profile("nothing.yaml", "# only\n# comments\n")
        .profile("twice.yaml", "model: first\nmodel: last\n")
        .profile("bom.yaml", "\u{feff}model: marked\n")
        .profile("dos.yaml", "model: dos\r\nos: true\r\n");
    let check = |name: &str, expected: Values| {
        let settings = fixture.load();
        let conversation = json!({"profile": name});
        let got = settings.values(conversation.as_object().unwrap());
        assert_eq!(settings.profile_problems(name), [], "{name}");
        assert_eq!(
            got,
            Values {
                profile: name.to_owned(),
                ..expected
            },
            "{name}"
        );
    };
    let model = |name: &str| Values {
        model: Some(name.to_owned()),
        ..Values::default()
    };
    check(
        "flat",
        Values {
            offline: true,
            max_budget: Some(1.0),
            ..model("gpt-4")
        },
    );
    check(
        "dotted",
        Values {
            temperature: Some(0.25),
            ..model("a")
        },
    );
    check("nothing", Values::default());
    check("twice", model("last"));
    check("bom", model("marked"));
    check(
        "dos",
        Values {
            os: true,
            ..model("dos")
        },
    );
    let elsewhere = fixture.folder.path().join("elsewhere.yaml");
    std::fs::write(&elsewhere, "model: of-a-path").unwrap();
    check(elsewhere.to_str().unwrap(), model("of-a-path"));
}

#[test]
fn a_profile_that_cannot_be_had_is_said() {
    let check = |name: &str, expected: &str, remedy: &str| {
        let fixture = Fixture::new()
            .profile("fast.yaml", "os: true")
            .flags(&json!({"profile": name}));
        let (settings, problems) = fixture.try_load();
        let [problem] = problems.as_slice() else {
            panic!("{problems:?}")
        };
        let problem = interpreter_protocol::Error::from(problem.clone());
        assert_eq!(problem.message, expected);
        let folder = fixture.paths.profiles().display().to_string();
        assert_eq!(problem.remedy.unwrap(), remedy.replace("FOLDER", &folder));
        let expected = Values {
            profile: name.to_owned(),
            ..Values::default()
        };
        assert_eq!(settings.values(&Map::new()), expected);
    };
    check(
        "fats",
        "The profile `fats` does not exist. The other settings hold.",
        "Profiles in FOLDER: default, careful, chat, fast, local, os, vision.",
    );
    check(
        "os.py",
        "The profile `os.py` is a Python program, which is not run. The other settings hold.",
        "Write its settings into a YAML profile.",
    );
    check(
        "https://example.com/x.yaml",
        "The profile `https://example.com/x.yaml` is on the internet, and profiles are not \
         fetched. The other settings hold.",
        "Download it, read it, and put it into the profiles folder.",
    );
}
