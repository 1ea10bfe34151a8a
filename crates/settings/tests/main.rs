//! Settings from the outside: layers, profiles, what is broken, what is saved.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod broken;
mod layers;
mod managing;
mod platform;
mod profiles;
mod saving;

use interpreter_settings::{Error, Paths, Settings};
use serde_json::{Map, Value};

/// Folders of their own, which go with it, and an environment.
struct Fixture {
    folder: tempfile::TempDir,
    paths: Paths,
    environment: Vec<(String, String)>,
    command_line: Map<String, Value>,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        paths.create().unwrap();
        Self {
            folder,
            paths,
            environment: Vec::new(),
            command_line: Map::new(),
        }
    }

    fn profile(self, name: &str, text: &str) -> Self {
        std::fs::write(self.paths.profiles().join(name), text).unwrap();
        self
    }

    fn saved(self, value: &Value) -> Self {
        std::fs::write(self.paths.settings_file(), value.to_string()).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn flags(mut self, value: &Value) -> Self {
        self.command_line = object(value);
        self
    }

    fn try_load(&self) -> (Settings, Vec<Error>) {
        let env = |name: &str| {
            self.environment
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        };
        Settings::load(&self.paths, &env, self.command_line.clone())
    }

    /// Loads what has nothing wrong with it.
    fn load(&self) -> Settings {
        let (settings, problems) = self.try_load();
        assert_eq!(problems, []);
        settings
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Value, origin and place of one setting.
fn shown(settings: &Settings, conversation: &Value, key: &str) -> (Value, String, Option<String>) {
    let all = settings.all(&object(conversation));
    let line = all.into_iter().find(|line| line.key == key).unwrap();
    let origin = serde_json::to_value(line.origin).unwrap();
    (line.value, origin.as_str().unwrap().to_owned(), line.place)
}
