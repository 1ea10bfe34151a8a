//! The profiles as people manage them: listed, saved, imported, deleted, shared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use interpreter_protocol::{Origin, ProfileSummary, Scope};
use serde_json::{Map, Value};

use crate::keys::{self, Kind};
use crate::profile::{self, DEFAULT, Profile};
use crate::settings::stem;
use crate::{Error, Settings, builtin, file, leak, platform, yaml};

/// Where deleted profiles go, inside the folder of profiles.
const BIN: &str = ".deleted";
/// Characters of a name, at most.
const LONGEST: usize = 60;
/// What belongs to this computer or this person, and never into a profile.
const OWN: &[&str] = &[
    "announce",
    "close_to_tray",
    "code_font",
    "density",
    "first_run",
    "last_model",
    "motion",
    "notifications",
    "profile",
    "safe_graphics",
    "send_with",
    "shortcuts",
    "single_keys",
    "text_size",
    "theme",
    "updates",
];

impl Settings {
    /// The profiles, read anew: `default` first, then by name.
    pub fn profiles(&mut self) -> Vec<ProfileSummary> {
        self.reload();
        let folder = self.paths().profiles();
        let mut names: BTreeSet<String> = profile::known(&folder).into_iter().collect();
        names.extend(builtin::BUILTIN.iter().map(|(name, _)| (*name).to_owned()));
        names.remove(DEFAULT);
        let names = std::iter::once(DEFAULT.to_owned()).chain(names);
        names.map(|name| self.summary(name)).collect()
    }

    fn summary(&self, name: String) -> ProfileSummary {
        let profile = profile::load(self.paths(), &name);
        let values = self.told(&name, &profile);
        let path = profile.path.as_deref();
        ProfileSummary {
            path: path
                .map(|path| path.display().to_string())
                .unwrap_or_default(),
            description: profile.description,
            values,
            problem: profile.problems.into_iter().next().map(Into::into),
            name,
        }
    }

    /// What a profile sets, with what the app saved for it, and without secrets.
    fn told(&self, name: &str, profile: &Profile) -> Map<String, Value> {
        let mut values = profile.values.clone();
        values.extend(self.saved_for(name).cloned().unwrap_or_default());
        values.retain(|key, value| {
            let secret = keys::find(key).is_some_and(|key| key.kind == Kind::Secret);
            !secret && !leak::looks_secret(&value.to_string())
        });
        values
    }

    /// A profile as a file to share: its name, and what is in it. What is secret
    /// is left out. Errors: [`Error::NoProfile`].
    pub fn profile_file(&self, name: &str) -> Result<(String, String), Error> {
        let name = stem(name);
        let profile = profile::load(self.paths(), &name);
        if let (None, Some(problem)) = (&profile.path, profile.problems.first()) {
            return Err(problem.clone());
        }
        let text = match &profile.path {
            Some(path) => fs::read(path)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default(),
            None => builtin::find(&name).unwrap_or_default().to_owned(),
        };
        let parsed = profile::parse(&text);
        // What cannot be read cannot be searched for secrets.
        let safe = matches!(&parsed, Ok(parsed) if leak::first_secret(parsed, &text).is_none());
        let as_it_is = safe && self.saved_for(&name).is_none() && !text.is_empty();
        let text = if as_it_is {
            text
        } else {
            let mut header = vec![
                profile.description.clone().unwrap_or_else(|| name.clone()),
                "A profile of Interpreter. Put it into the folder of profiles, or import it."
                    .to_owned(),
            ];
            header.retain(|line| !leak::looks_secret(line));
            if !safe {
                header
                    .push("Secrets were left out; what depends on them must be added.".to_owned());
            }
            yaml::write(&header, &self.told(&name, &profile))
        };
        let file = Path::new(&name).file_name();
        let file = file.map_or(name.clone(), |file| file.to_string_lossy().into_owned());
        Ok((format!("{file}.yaml"), text))
    }

    /// Writes a profile: the settings in force that differ from what is built
    /// in, or exactly the given file. Nothing is overwritten: a name that is
    /// taken gets a number. Gives the name. Errors: [`Error::BadName`],
    /// [`Error::SecretInProfile`], [`Error::Broken`], [`Error::BadSetting`],
    /// [`Error::CannotSave`].
    pub fn save_profile(
        &mut self,
        name: &str,
        content: Option<&str>,
        conversation: &Map<String, Value>,
    ) -> Result<String, Error> {
        let wanted = clean(name).ok_or_else(|| Error::BadName {
            name: name.to_owned(),
        })?;
        let text = match content {
            Some(content) => imported(&wanted, content)?,
            None => self.written(conversation)?,
        };
        let name = self.free(&wanted);
        let path = self.paths().profiles().join(format!("{name}.yaml"));
        file::create(&path, text.as_bytes())?;
        self.reload();
        Ok(name)
    }

    fn written(&self, conversation: &Map<String, Value>) -> Result<String, Error> {
        let all = self.all(conversation).into_iter();
        let differ = all.filter(|setting| {
            let key = keys::find(&setting.key);
            setting.origin != Origin::Builtin
                && !OWN.contains(&setting.key.as_str())
                && key.is_some_and(|key| key.kind != Kind::Secret && key.default() != setting.value)
        });
        let mut values = Map::new();
        for setting in differ {
            if leak::looks_secret(&setting.value.to_string()) {
                return Err(Error::SecretInProfile { key: setting.key });
            }
            values.insert(setting.key, setting.value);
        }
        let date = jiff::Zoned::now().strftime("%-d %B %Y").to_string();
        let header = [
            format!("Settings saved on {date}."),
            String::new(),
            "Only what differs from the built-in settings stands here. Edit it as you like:"
                .to_owned(),
            "one setting a line, and lines that begin with # are for people. Keys of model"
                .to_owned(),
            "providers do not belong here; they are kept in the keychain.".to_owned(),
        ];
        Ok(yaml::write(&header, &values))
    }

    /// The name, or the first with a number that no profile has; upper and lower
    /// case are the same on many disks.
    fn free(&self, wanted: &str) -> String {
        let mut taken: BTreeSet<String> = profile::known(&self.paths().profiles())
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        taken.extend(builtin::BUILTIN.iter().map(|(name, _)| (*name).to_owned()));
        let numbered = (2u32..).map(|number| format!("{wanted} {number}"));
        std::iter::once(wanted.to_owned())
            .chain(numbered)
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or_else(|| wanted.to_owned())
    }

    /// Moves a profile to the bin of the folder of profiles, and forgets what
    /// the app saved for it. Where it was chosen for everything, `default` is.
    /// Errors: [`Error::NoProfile`], [`Error::CannotSave`].
    pub fn delete_profile(&mut self, name: &str) -> Result<(), Error> {
        let name = stem(name);
        let folder = self.paths().profiles();
        let found = [".yaml", ".yml", ".json"]
            .map(|end| folder.join(format!("{name}{end}")))
            .into_iter()
            .find(|path| !name.contains(['/', '\\']) && path.is_file());
        let Some(path) = found else {
            let (reason, remedy) = match builtin::find(&name) {
                Some(_) => ("is built in", "It needs no room; choose another one."),
                None => ("does not exist", "Look at the list of profiles again."),
            };
            return Err(Error::NoProfile {
                name,
                reason: reason.to_owned(),
                remedy: remedy.to_owned(),
            });
        };
        let bin = folder.join(BIN);
        let failed =
            |reason: std::io::Error| Error::save(&path, &reason, "The profile is where it was.");
        platform::create_private_folder(&bin).map_err(failed)?;
        fs::rename(&path, unused(&bin, &path)).map_err(failed)?;
        self.forget_profile(&name)?;
        self.reload();
        Ok(())
    }

    /// Removes what the app saved for a profile, and that it is chosen.
    fn forget_profile(&mut self, name: &str) -> Result<(), Error> {
        let kept = self.saved_for(name).cloned().unwrap_or_default();
        if !kept.is_empty() {
            let none = kept.into_iter().map(|(key, _)| (key, Value::Null));
            let scope = Scope::Profile {
                name: name.to_owned(),
            };
            self.save(&scope, &none.collect())?;
        }
        let chosen = self.saved_choice().map(stem);
        if chosen.as_deref() == Some(name) {
            let none = Map::from_iter([("profile".to_owned(), Value::Null)]);
            self.save(&Scope::Global, &none)?;
        }
        Ok(())
    }
}

/// A file as it may lie in the folder of profiles, or why not.
fn imported(name: &str, content: &str) -> Result<String, Error> {
    let place = PathBuf::from(format!("{name}.yaml"));
    let content = content.trim_start_matches('\u{feff}');
    let read = profile::of_text(Some(place), content, "Nothing was saved.");
    if let Ok(parsed) = profile::parse(content)
        && let Some(key) = leak::first_secret(&parsed, content)
    {
        return Err(Error::SecretInProfile { key });
    }
    match read.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => Ok(content.to_owned()),
    }
}

/// A name that is a file name on every system, or none.
fn clean(name: &str) -> Option<String> {
    let kept: String = stem(name.trim())
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => ' ',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    let joined = words.join(" ");
    let bare = joined.trim_matches([' ', '.']);
    let short: String = bare.chars().take(LONGEST).collect();
    let short = short.trim_end_matches([' ', '.']);
    let first = short.split('.').next().unwrap_or_default().to_lowercase();
    let device = matches!(first.as_str(), "con" | "prn" | "aux" | "nul")
        || (first.len() == 4
            && (first.starts_with("com") || first.starts_with("lpt"))
            && first.ends_with(|c: char| c.is_ascii_digit()));
    (!short.is_empty()).then(|| match device {
        true => format!("{short} profile"),
        false => short.to_owned(),
    })
}

/// A path in the bin that nothing has yet.
fn unused(bin: &Path, path: &Path) -> PathBuf {
    let name = |path: Option<&std::ffi::OsStr>| {
        path.map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    };
    let (stem, end) = (name(path.file_stem()), name(path.extension()));
    let numbered = (2u32..).map(|number| format!("{stem} {number}.{end}"));
    std::iter::once(format!("{stem}.{end}"))
        .chain(numbered)
        .map(|name| bin.join(name))
        .find(|place| !place.exists())
        .unwrap_or_else(|| bin.join(stem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_name_is_a_file_name_on_every_system() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(clean(name).as_deref(), expected, "{name}");
        };
        check(" Work ", Some("Work"));
        check("work.yaml", Some("work"));
        check("a/b\\c:d", Some("a b c d"));
        check("../../etc/passwd", Some("etc passwd"));
        check("..", None);
        check("/", None);
        check("", None);
        check("\u{7}\n", None);
        check("con", Some("con profile"));
        check("COM1.x", Some("COM1.x profile"));
        check("Größe 数", Some("Größe 数"));
        check(&"x".repeat(200), Some("x".repeat(60).as_str()));
    }
}
