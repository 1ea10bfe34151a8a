//! `grants.json`: the permissions the person gave.

use std::time::{SystemTime, UNIX_EPOCH};

use interpreter_protocol::{Grant, ItemId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Paths, file};

#[derive(Debug, Default, Serialize, Deserialize)]
struct Content {
    #[serde(default)]
    grants: Vec<Value>,
}

/// Grants as they were last read or written.
#[derive(Debug, Default)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    pub(crate) fn load(paths: &Paths) -> Result<Self, Error> {
        let kept = "No permission is in force until then; everything is asked.";
        file::read::<Content>(&path(paths), kept).map(|content| Self(known(&content)))
    }

    /// Those that hold now.
    pub(crate) fn in_force(&self) -> Vec<Grant> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_millis() as u64);
        let holds = |grant: &&Grant| grant.until.is_none_or(|until| until > now);
        self.0.iter().filter(holds).cloned().collect()
    }

    /// Adds one, in the place of one with the same id.
    pub(crate) fn add(&mut self, paths: &Paths, mut grant: Grant) -> Result<Option<String>, Error> {
        if grant.id.is_empty() {
            grant.id = ItemId::new().0;
        }
        let value = serde_json::to_value(&grant)
            .map_err(|reason| Error::save(&path(paths), &reason, "Nothing was changed."))?;
        self.change(paths, |content| {
            content.grants.retain(|old| id(old) != Some(&grant.id));
            content.grants.push(value);
        })
    }

    /// Removes one. Whether there was one, and the notice about a broken file.
    pub(crate) fn remove(
        &mut self,
        paths: &Paths,
        wanted: &str,
    ) -> Result<(bool, Option<String>), Error> {
        let mut found = false;
        let notice = self.change(paths, |content| {
            let before = content.grants.len();
            content.grants.retain(|old| id(old) != Some(wanted));
            found = content.grants.len() < before;
        })?;
        Ok((found, notice))
    }

    fn change(
        &mut self,
        paths: &Paths,
        act: impl FnOnce(&mut Content),
    ) -> Result<Option<String>, Error> {
        let path = path(paths);
        let (content, aside) = file::change(&path, act)?;
        self.0 = known(&content);
        Ok(aside.map(|aside| crate::settings::moved(&path, &aside)))
    }
}

/// Grants of a kind this version does not know give nothing, and stay in the file.
fn known(content: &Content) -> Vec<Grant> {
    let grants = content.grants.iter();
    grants
        .filter_map(|grant| serde_json::from_value(grant.clone()).ok())
        .collect()
}

fn id(grant: &Value) -> Option<&str> {
    grant.get("id").and_then(Value::as_str)
}

fn path(paths: &Paths) -> std::path::PathBuf {
    paths.config.join("grants.json")
}
