//! Profiles: settings that people write, in YAML or JSON, and how they are read.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::{Error, Paths, builtin, keys, names};

/// The profile that always holds.
pub(crate) const DEFAULT: &str = "default";

/// What a profile says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Profile {
    pub(crate) path: Option<PathBuf>,
    /// For people: its `description`, or its first comment.
    pub(crate) description: Option<String>,
    pub(crate) values: Map<String, Value>,
    pub(crate) problems: Vec<Error>,
    pub(crate) notice: Option<String>,
}

/// Loads a profile by name or path. One that cannot be had says nothing but why.
pub(crate) fn load(paths: &Paths, name: &str) -> Profile {
    match find(paths, name) {
        Ok(Some(path)) => read(&path),
        // Nobody has to have a default profile.
        Ok(None) => Profile::default(),
        Err(problem) => match builtin::find(name) {
            Some(text) => of_text(None, text, ""),
            None => not_there(problem),
        },
    }
}

fn not_there(problem: Error) -> Profile {
    Profile {
        problems: vec![problem],
        ..Profile::default()
    }
}

fn find(paths: &Paths, name: &str) -> Result<Option<PathBuf>, Error> {
    let no = |reason: &str, remedy: String| {
        Err(Error::NoProfile {
            name: name.to_owned(),
            reason: reason.to_owned(),
            remedy,
        })
    };
    if name.contains("://") {
        let remedy = "Download it, read it, and put it into the profiles folder.".to_owned();
        return no("is on the internet, and profiles are not fetched", remedy);
    }
    if name.ends_with(".py") {
        let remedy = "Write its settings into a YAML profile.".to_owned();
        return no("is a Python program, which is not run", remedy);
    }
    let stem = [".yaml", ".yml", ".json"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    let mut candidates = Vec::new();
    if stem.is_some() {
        candidates.push(name.to_owned());
    }
    let bare = stem.unwrap_or(name);
    candidates.extend([".yaml", ".yml", ".json"].map(|end| format!("{bare}{end}")));
    let folder = paths.profiles();
    // Joining keeps an absolute path as it is.
    let mut places: Vec<PathBuf> = candidates.iter().map(|file| folder.join(file)).collect();
    if name.contains(['/', '\\']) {
        places.extend(candidates.iter().map(PathBuf::from));
    }
    if let Some(found) = places.into_iter().find(|place| place.is_file()) {
        return Ok(Some(found));
    }
    if bare == DEFAULT {
        return Ok(None);
    }
    let mut known = known(&folder);
    known.extend(builtin::BUILTIN.iter().map(|(name, _)| (*name).to_owned()));
    known.sort();
    known.retain(|name| name != DEFAULT);
    known.insert(0, DEFAULT.to_owned());
    known.dedup();
    let remedy = format!("Profiles in {}: {}.", folder.display(), known.join(", "));
    no("does not exist", remedy)
}

pub(crate) fn known(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut names: Vec<String> = files
        .filter(|path| {
            let end = path.extension().and_then(|end| end.to_str());
            matches!(end, Some("yaml" | "yml" | "json"))
        })
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    names
}

fn read(path: &Path) -> Profile {
    let kept = "The profile was skipped and left as it is; the other settings hold.";
    match fs::read(path) {
        // A note of another age must not make the rest unreadable.
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            of_text(Some(path.to_owned()), &text, kept)
        }
        Err(reason) => Profile {
            path: Some(path.to_owned()),
            problems: vec![broken(path, (0, 0), reason.to_string(), kept)],
            ..Profile::default()
        },
    }
}

fn broken(path: &Path, (line, column): (u64, u64), reason: String, kept: &str) -> Error {
    Error::Broken {
        path: path.to_owned(),
        line,
        column,
        reason,
        kept: kept.to_owned(),
        remedy: "Correct the file; it is read again when the profiles are listed, and at the \
                 next start."
            .to_owned(),
    }
}

/// What a text says; `kept` tells what holds where it cannot be understood.
pub(crate) fn of_text(path: Option<PathBuf>, text: &str, kept: &str) -> Profile {
    let place = path.clone().unwrap_or_default();
    let mut profile = Profile {
        description: first_comment(text),
        path,
        ..Profile::default()
    };
    let given = match parse(text) {
        Ok(Value::Object(given)) => given,
        Ok(Value::Null) => return profile,
        Ok(_) => {
            let reason = "it is no list of `key: value` lines".to_owned();
            profile.problems.push(broken(&place, (1, 0), reason, kept));
            return profile;
        }
        Err((line, column, reason)) => {
            let at = (line, column);
            profile.problems.push(broken(&place, at, reason, kept));
            return profile;
        }
    };
    if let Some(Value::String(description)) = given.get("description") {
        profile.description = Some(description.trim().to_owned());
    }
    let named = names::todays(&given);
    for (name, value) in named.values {
        let Some(key) = keys::find(&name) else {
            continue;
        };
        match keys::accept(key.kind, &value) {
            // A key without a value says nothing.
            Ok(Value::Null) => {}
            Ok(value) => {
                profile.values.insert(name, value);
            }
            Err(allowed) => {
                let given_as = named.old.iter().find(|(_, today)| *today == name);
                let line = line_of(text, given_as.map_or(name.as_str(), |(old, _)| old));
                let stands = match line {
                    Some(line) => format!("{}, line {line}", place.display()),
                    None => place.display().to_string(),
                };
                profile.problems.push(Error::BadSetting {
                    key: name,
                    given: value.to_string(),
                    allowed: format!("it must be {allowed}, and was skipped"),
                    place: stands,
                });
            }
        }
    }
    profile.notice = notice(&place, &named.old, &named.unknown);
    profile
}

pub(crate) fn parse(text: &str) -> Result<Value, (u64, u64, String)> {
    // An empty document, or one of comments only.
    let is_empty = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if text.lines().all(is_empty) {
        return Ok(Value::Null);
    }
    let options = serde_saphyr::options! {
        // As the reader of old profiles had it: the last one counts.
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|reason| {
        let at = reason.location();
        let text = reason.to_string();
        let first = text.lines().next().unwrap_or_default();
        let first = first.split(" at line ").next().unwrap_or(first);
        (
            at.map_or(0, |at| at.line()),
            at.map_or(0, |at| at.column()),
            first.to_owned(),
        )
    })
}

/// The first comment above the settings, without its marks.
fn first_comment(text: &str) -> Option<String> {
    let lines = text.lines().map(str::trim);
    let mut comments = lines
        .take_while(|line| line.is_empty() || line.starts_with('#') || *line == "---")
        .map(|line| line.trim_matches(['#', '-', ' ']));
    comments.find(|line| !line.is_empty()).map(str::to_owned)
}

/// The line a key stands in, from 1.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_here = |line: &str| {
        let key = line
            .trim_start()
            .split(':')
            .next()
            .unwrap_or_default()
            .trim();
        let key = key.trim_matches(['"', '\'']);
        key == name || key.rsplit('.').next() == Some(last)
    };
    text.lines().position(is_here).map(|line| line + 1)
}

/// One quiet sentence about what was understood differently or not at all.
fn notice(path: &Path, old: &[(String, String)], unknown: &[String]) -> Option<String> {
    let mut parts = Vec::new();
    if !old.is_empty() {
        let names: Vec<String> = old
            .iter()
            .map(|(old, today)| format!("`{old}` (now `{today}`)"))
            .collect();
        parts.push(format!("old names were understood: {}", names.join(", ")));
    }
    if !unknown.is_empty() {
        let names: Vec<String> = unknown.iter().map(|name| format!("`{name}`")).collect();
        parts.push(format!(
            "left alone, because they mean nothing here: {}",
            names.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| format!("{}: {}.", path.display(), parts.join("; ")))
}
