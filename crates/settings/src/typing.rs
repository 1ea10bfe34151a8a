//! Secrets that may be typed by their names: `typing.json` says which there are and
//! where they may go, the values lie where keys lie, under names no key can have.

use std::path::PathBuf;

use interpreter_protocol::TypingSecret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Paths, Secret, Secrets, file};

/// Stands before the names of values: no key of a model is looked for with a blank in it.
const PREFIX: &str = "typed: ";
/// Shorter values stand in texts by chance, so they could not be taken out of them.
const SHORTEST: usize = 4;
const LONGEST_NAME: usize = 60;
const MOST_APPS: usize = 20;

/// What `typing.json` holds. Entries this version does not know stay in it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    #[serde(default)]
    secrets: Vec<Value>,
}

/// The secrets that may be typed. Reads the file each time, so that what another
/// program took back holds at once.
#[derive(Debug)]
pub struct Typing {
    path: PathBuf,
}

impl Typing {
    /// Touches nothing yet.
    pub fn open(paths: &Paths) -> Self {
        Self {
            path: paths.config.join("typing.json"),
        }
    }

    /// All, by name. A file that cannot be read gives none.
    pub fn list(&self) -> Vec<TypingSecret> {
        let content: Content = file::read(&self.path, "").unwrap_or_default();
        let mut list: Vec<TypingSecret> = content
            .secrets
            .into_iter()
            .filter_map(|one| serde_json::from_value(one).ok())
            .collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    }

    /// The one of this name.
    pub fn find(&self, name: &str) -> Option<TypingSecret> {
        self.list().into_iter().find(|one| one.name == name)
    }

    /// Its value.
    pub fn value(&self, secrets: &Secrets, name: &str) -> Option<Secret> {
        secrets.get(&key(name))
    }

    /// Keeps one, with its value where that is new. Errors: [`Error::BadTypingSecret`],
    /// [`Error::CannotSave`].
    pub fn save(
        &self,
        secrets: &Secrets,
        secret: &TypingSecret,
        value: Option<&str>,
    ) -> Result<(), Error> {
        let secret = tidy(secret)?;
        let bad = |reason: &str| Error::BadTypingSecret {
            name: secret.name.clone(),
            reason: reason.to_owned(),
        };
        match value {
            Some(value) if value.trim().chars().count() < SHORTEST => {
                return Err(bad(
                    "Its value is too short: it could not be kept out of what a model reads.",
                ));
            }
            Some(value) => secrets.set(&key(&secret.name), value)?,
            None if self.value(secrets, &secret.name).is_none() => {
                return Err(bad("Its value is missing."));
            }
            None => {}
        }
        let entry = serde_json::to_value(&secret)
            .map_err(|reason| Error::save(&self.path, &reason, "Nothing was changed."))?;
        self.change(|list| {
            list.retain(|old| name(old) != Some(&secret.name));
            list.push(entry);
        })
    }

    /// Removes one with its value; false where there was none. Errors: [`Error::CannotSave`].
    pub fn delete(&self, secrets: &Secrets, wanted: &str) -> Result<bool, Error> {
        let known = self.find(wanted).is_some();
        if known {
            self.change(|list| list.retain(|old| name(old) != Some(wanted)))?;
        }
        secrets.delete(&key(wanted))?;
        Ok(known)
    }

    fn change(&self, act: impl FnOnce(&mut Vec<Value>)) -> Result<(), Error> {
        file::change(
            &self.path,
            |content: &mut Content| act(&mut content.secrets),
        )
        .map(|_| ())
    }
}

/// Under which name a value lies.
fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

fn name(entry: &Value) -> Option<&str> {
    entry.get("name").and_then(Value::as_str)
}

/// The same without blanks around, or why it cannot be kept.
fn tidy(secret: &TypingSecret) -> Result<TypingSecret, Error> {
    let name = secret.name.trim().to_owned();
    let bad = |reason: &str| {
        Err(Error::BadTypingSecret {
            name: name.clone(),
            reason: reason.to_owned(),
        })
    };
    let clean = |text: &str| !text.chars().any(|c| c.is_control() || "<>\"“”".contains(c));
    if name.is_empty() || name.chars().count() > LONGEST_NAME || !clean(&name) {
        return bad("Its name must be a short text on one line, without quotes.");
    }
    if name.ends_with("_API_KEY") {
        return bad("Keys of models are never typed; choose another name.");
    }
    let mut apps: Vec<String> = Vec::new();
    for app in secret.apps.iter().map(|app| app.trim()) {
        let same = |known: &String| known.to_lowercase() == app.to_lowercase();
        if !app.is_empty() && !apps.iter().any(same) {
            apps.push(app.to_owned());
        }
    }
    if apps.is_empty() || apps.len() > MOST_APPS || !apps.iter().all(|app| clean(app)) {
        return bad("Name the apps it may be typed in.");
    }
    let window = secret.window.as_deref().map(str::trim);
    let window = window.filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(TypingSecret { name, apps, window })
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn home() -> (tempfile::TempDir, Typing, Secrets) {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().to_string_lossy().into_owned();
        let paths = Paths::resolve(&|name| (name == "INTERPRETER_HOME").then(|| folder.clone()));
        let paths = paths.unwrap();
        (home, Typing::open(&paths), Secrets::open(&paths))
    }

    fn secret(name: &str, apps: &[&str]) -> TypingSecret {
        TypingSecret {
            name: name.to_owned(),
            apps: apps.iter().map(|app| (*app).to_owned()).collect(),
            window: None,
        }
    }

    #[test]
    fn a_secret_lies_where_keys_lie_and_no_key_is_typed() {
        let (home, typing, secrets) = home();
        secrets.set("OPENAI_API_KEY", "sk-key").unwrap();
        typing
            .save(
                &secrets,
                &secret(" mail ", &["Mail", "mail", " "]),
                Some("hunter22"),
            )
            .unwrap();
        assert_eq!(typing.list(), [secret("mail", &["Mail"])]);
        let value = typing.value(&secrets, "mail");
        assert_eq!(value.as_ref().map(Secret::expose), Some("hunter22"));
        assert_eq!(typing.value(&secrets, "OPENAI_API_KEY"), None);
        assert_eq!(secrets.get("mail"), None);
        let file = std::fs::read_to_string(home.path().join("config/typing.json")).unwrap();
        assert!(!file.contains("hunter22"), "{file}");
        // Where it may go changes without its value.
        let moved = TypingSecret {
            window: Some("bank.example".to_owned()),
            ..secret("mail", &["Firefox"])
        };
        typing.save(&secrets, &moved, None).unwrap();
        assert_eq!(typing.find("mail"), Some(moved));
        assert_eq!(typing.delete(&secrets, "mail"), Ok(true));
        assert_eq!(typing.delete(&secrets, "mail"), Ok(false));
        assert_eq!(typing.value(&secrets, "mail"), None);
        assert_eq!(typing.list(), []);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let (_home, typing, secrets) = home();
        let check = |one: TypingSecret, value: Option<&str>, expected: &str| {
            let error = typing.save(&secrets, &one, value).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert_eq!(typing.list(), []);
        };
        check(
            secret("mail", &["Mail"]),
            None,
            "The secret `mail` was not saved. Its value is missing.",
        );
        check(
            secret("mail", &["Mail"]),
            Some("abc"),
            "The secret `mail` was not saved. Its value is too short: it could not be kept out of what a model reads.",
        );
        check(
            secret("mail", &[" "]),
            Some("hunter22"),
            "The secret `mail` was not saved. Name the apps it may be typed in.",
        );
        check(
            secret("OPENAI_API_KEY", &["Mail"]),
            Some("hunter22"),
            "The secret `OPENAI_API_KEY` was not saved. Keys of models are never typed; choose another name.",
        );
        check(
            secret("a\nb", &["Mail"]),
            Some("hunter22"),
            "The secret `a\nb` was not saved. Its name must be a short text on one line, without quotes.",
        );
    }
}
