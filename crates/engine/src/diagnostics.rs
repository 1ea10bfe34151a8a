//! What a person can send along with a question: plain text, without secrets,
//! and without a word of their conversations.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::PoisonError;

use interpreter_computer::SessionKey;
use interpreter_llm::Lookup as _;
use interpreter_protocol::{Answer, Error, Origin, Query, SettingValue};
use serde_json::{Map, Value, json};

use crate::computer_socket::call;
use crate::{Engine, log};

/// Lines of the log that go along.
const LINES: usize = 200;
/// A longer value of a setting is somebody's own text, of which only the length is told.
const LONGEST: usize = 80;

impl Engine {
    /// Versions, systems, abilities, the end of the log.
    pub(crate) async fn diagnostics(&self) -> Result<Answer, Error> {
        let mut text = String::new();
        section(&mut text, "Interpreter", self.versions());
        section(&mut text, "Display", self.display().await);
        section(&mut text, "Abilities", self.abilities().await);
        section(&mut text, "Languages", self.languages_found().await);
        section(&mut text, "Providers with a key", self.keys().await);
        section(&mut text, "Settings that were changed", self.changed());
        let problems = self.problems().into_iter().map(|problem| problem.message);
        section(&mut text, "Problems with settings", problems.collect());
        let logs = self.inner.paths.logs();
        let reports = log::reports(&logs);
        let reports = reports.iter().map(|path| path.display().to_string());
        section(&mut text, "Reports of faults", reports.collect());
        section(&mut text, "End of the log", log::tail(&logs, LINES));
        let text = without_home(&log::redact(&text), self.home().as_deref());
        Ok(Answer::Diagnostics { text })
    }

    fn env(&self, name: &str) -> Option<String> {
        self.inner.host.env(name)
    }

    fn home(&self) -> Option<String> {
        self.env("HOME").or_else(|| self.env("USERPROFILE"))
    }

    fn versions(&self) -> Vec<String> {
        let paths = &self.inner.paths;
        let os = std::env::consts::OS;
        let mut lines = vec![
            format!("version {}", env!("CARGO_PKG_VERSION")),
            format!(
                "system {} ({os} {})",
                system_name().unwrap_or_else(|| os.to_owned()),
                std::env::consts::ARCH
            ),
            format!("data {}", paths.data.display()),
            format!("settings {}", paths.config.display()),
            format!("secrets {}", self.inner.host.secrets.place()),
        ];
        for name in ["LANG", "SHELL"] {
            lines.extend(self.env(name).map(|value| format!("{name} {value}")));
        }
        lines
    }

    async fn display(&self) -> Vec<String> {
        let session = match self.env("XDG_SESSION_TYPE") {
            Some(kind) => kind,
            None if self.env("WAYLAND_DISPLAY").is_some() => "wayland".to_owned(),
            None if self.env("DISPLAY").is_some() => "x11".to_owned(),
            None => "unknown".to_owned(),
        };
        let mut lines = vec![format!("session {session}")];
        for name in ["XDG_CURRENT_DESKTOP", "DISPLAY", "WAYLAND_DISPLAY"] {
            lines.extend(self.env(name).map(|value| format!("{name} {value}")));
        }
        let key = SessionKey::from("diagnostics");
        match call(&self.inner.computer, &key, "display.info", json!({})).await {
            Ok(Value::Array(monitors)) => lines.extend(monitors.iter().map(monitor)),
            Ok(_) => {}
            Err(error) => lines.push(error.message),
        }
        lines
    }

    /// What works on this machine, by trying it.
    pub(crate) async fn doctor(&self) -> Vec<interpreter_protocol::Ability> {
        let computer = &self.inner.computer;
        match self.setting("summon_hotkey").as_str() {
            Some(hotkey) if !hotkey.is_empty() => computer.doctor_with(hotkey.to_owned()).await,
            _ => computer.doctor().await,
        }
    }

    async fn abilities(&self) -> Vec<String> {
        let abilities = self.doctor().await;
        let line = |ability: interpreter_protocol::Ability| {
            let mark = if ability.works { "yes" } else { "no" };
            format!("{}: {mark}. {}", ability.name, ability.detail)
        };
        abilities.into_iter().map(line).collect()
    }

    async fn languages_found(&self) -> Vec<String> {
        // Boxed: a query that asks queries would be a type without end.
        let Ok(Answer::Languages { languages }) = Box::pin(self.query(Query::Languages)).await
        else {
            return Vec::new();
        };
        languages
            .into_iter()
            .map(|language| {
                let found = language.found.unwrap_or_else(|| "not found".to_owned());
                format!("{}: {found}", language.name)
            })
            .collect()
    }

    async fn keys(&self) -> Vec<String> {
        let Ok(Answer::Providers { providers }) = Box::pin(self.query(Query::Providers)).await
        else {
            return Vec::new();
        };
        providers
            .into_iter()
            .filter_map(|provider| {
                // The place may be a variable or a path, and is never the key.
                Some(format!("{}: yes, {}", provider.name, provider.key_place?))
            })
            .collect()
    }

    fn changed(&self) -> Vec<String> {
        let settings = self.inner.host.settings.read();
        let settings = settings.unwrap_or_else(PoisonError::into_inner);
        settings
            .all(&Map::new())
            .iter()
            .filter(|setting| setting.origin != Origin::Builtin)
            .map(changed_line)
            .collect()
    }
}

fn section(text: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    // Writing to a text cannot fail.
    let _ = writeln!(text, "{title}");
    for line in lines {
        let _ = writeln!(text, "  {}", line.replace('\n', "\n  "));
    }
    text.push('\n');
}

fn monitor(monitor: &Value) -> String {
    let field = |name: &str| monitor.get(name).map(Value::to_string).unwrap_or_default();
    format!(
        "monitor {}: {}×{} at ({}, {}), scale {}, primary {}",
        field("name"),
        field("width"),
        field("height"),
        field("x"),
        field("y"),
        field("scale"),
        field("primary"),
    )
}

fn changed_line(setting: &SettingValue) -> String {
    let origin = serde_json::to_value(setting.origin).unwrap_or_default();
    let origin = origin.as_str().unwrap_or_default().replace('_', " ");
    let value = setting.value.to_string();
    // Own words, lists of apps and the like are nobody else's business.
    let value = match setting.key.as_str() {
        "custom_instructions" | "system_message" => own_words(&value),
        _ if value.chars().count() > LONGEST => own_words(&value),
        _ => value,
    };
    format!("{}: {value} ({origin})", setting.key)
}

fn own_words(value: &str) -> String {
    format!("{} characters", value.chars().count())
}

/// The system as its people call it, where it says so in a file.
fn system_name() -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    Some(format!("{} {}", name.trim_matches('"'), kernel.trim()))
}

/// Without the name of the person in paths.
fn without_home(text: &str, home: Option<&str>) -> String {
    match home {
        Some(home) if Path::new(home).parent().is_some() => text.replace(home, "~"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use interpreter_settings::Paths;
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::EngineConfig;

    const CANARY: &str = "canary9Zx8Cv7Bn6Mq5We4Rt3Yu2Io1Pa0";

    #[tokio::test(flavor = "multi_thread")]
    async fn everything_is_told_but_no_secret_and_no_own_words() {
        let home = tempfile::tempdir().unwrap();
        let paths = Paths::below(home.path());
        paths.create().unwrap();
        std::fs::write(
            paths.profiles().join("default.yaml"),
            format!(
                "api_key: {CANARY}yaml\ncustom_instructions: I am Ada\nmax_budget: 0.25\n\
                 api_base: https://me:{CANARY}@example.org/v1\n"
            ),
        )
        .unwrap();
        std::fs::write(
            paths.config.join("secrets.json"),
            format!(r#"{{"GROQ_API_KEY":"{CANARY}file"}}"#),
        )
        .unwrap();
        std::fs::write(
            paths.logs().join("interpreter.log"),
            format!("old line token={CANARY}log\nsk-ant-api03-{CANARY}\nlast line\n"),
        )
        .unwrap();
        std::fs::write(paths.logs().join("report-1-1.txt"), "").unwrap();
        let folder = home.path().to_owned();
        let person = folder.display().to_string();
        let config = EngineConfig {
            paths,
            env: Arc::new(move |name| match name {
                "HOME" => Some(person.clone()),
                "OPENAI_API_KEY" => Some(format!("sk-{CANARY}")),
                "XDG_SESSION_TYPE" => Some("x11".to_owned()),
                _ => None,
            }),
            command_line: Map::new(),
            api_key: Some(format!("{CANARY}flag")),
            folder,
            own_pids: Vec::new(),
            front: "the test",
            clear_screen: None,
        };
        let engine = Engine::open(config).unwrap();
        let answer = engine.query(Query::Diagnostics).await;
        engine.shutdown().await;
        let Ok(Answer::Diagnostics { text }) = answer else {
            panic!("{answer:?}");
        };
        assert!(!text.contains("canary"), "{text}");
        assert!(!text.contains("I am Ada"), "{text}");
        assert!(!text.contains(&home.path().display().to_string()), "{text}");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for expected in [
            concat!("version ", env!("CARGO_PKG_VERSION")),
            "data ~/data",
            "session x11",
            "custom_instructions: 10 characters (default profile)",
            "max_budget: 0.25 (default profile)",
            "~/data/logs/report-1-1.txt",
            "old line token=[redacted]",
            "[redacted]",
            "last line",
        ] {
            assert!(lines.contains(&expected), "{expected}\n{text}");
        }
        let shell = |line: &&&str| line.starts_with("shell: ");
        assert_eq!(lines.iter().filter(shell).count(), 1, "{text}");
    }
}
