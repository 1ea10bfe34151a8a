use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use interpreter_protocol::{Grant, Origin, Scope, SettingValue};
use serde_json::{Map, Value};

use crate::grants::Grants;
use crate::keys::{self, KEYS, Kind};
use crate::profile::{self, Profile};
use crate::saved::Saved;
use crate::{Error, Paths, Values, file, names};

/// All layers of settings. From weak to strong: built-in, the default profile,
/// saved for everything, the chosen profile, saved for that profile,
/// environment, command line, conversation.
#[derive(Debug)]
pub struct Settings {
    paths: Paths,
    default_profile: Profile,
    saved: Saved,
    environment: Map<String, Value>,
    command_line: Map<String, Value>,
    grants: Grants,
    notices: Vec<String>,
    /// Read when first asked for: a conversation may choose its own.
    profiles: Mutex<HashMap<String, Arc<Profile>>>,
}

/// The layers as one conversation sees them, from weak to strong.
struct Layers<'a>(Vec<Layer<'a>>);

struct Layer<'a> {
    origin: Origin,
    place: Option<String>,
    values: &'a Map<String, Value>,
}

impl Settings {
    /// Reads every layer. What could not be read or is not allowed was skipped,
    /// and is named in the second part; the settings are usable all the same.
    /// `command_line` has flags by their long names.
    pub fn load(
        paths: &Paths,
        env: &dyn Fn(&str) -> Option<String>,
        command_line: Map<String, Value>,
    ) -> (Self, Vec<Error>) {
        let mut problems = Vec::new();
        let mut notices = Vec::new();
        let default_profile = profile::load(paths, profile::DEFAULT);
        problems.extend(default_profile.problems.iter().cloned());
        notices.extend(default_profile.notice.clone());
        let settings_file = paths.settings_file();
        let kept = "What the app saved was skipped; the built-in settings hold in its place.";
        let mut saved = file::read::<Saved>(&settings_file, kept).unwrap_or_else(|problem| {
            problems.push(problem);
            Saved::default()
        });
        let place = settings_file.display().to_string();
        saved.global = allowed(&saved.global, &place, &mut problems);
        for values in saved.profiles.values_mut() {
            *values = allowed(values, &place, &mut problems);
        }
        let environment = environment(env, &mut problems);
        let command_line = allowed(&command_line, "the command line", &mut problems);
        let grants = Grants::load(paths).unwrap_or_else(|problem| {
            problems.push(problem);
            Grants::default()
        });
        let settings = Self {
            paths: paths.clone(),
            default_profile,
            saved,
            environment,
            command_line,
            grants,
            notices,
            profiles: Mutex::default(),
        };
        let name = settings.profile_name(&Map::new());
        if name != profile::DEFAULT {
            problems.extend(settings.profile(&name).problems.iter().cloned());
        }
        (settings, problems)
    }

    /// The settings in force in a conversation that set these itself.
    pub fn values(&self, conversation: &Map<String, Value>) -> Values {
        let conversation = own(conversation);
        let name = self.profile_name(&conversation);
        let profile = self.profile(&name);
        let layers = self.layers(&name, &profile, &conversation);
        let all = KEYS
            .iter()
            .map(|key| (key.name.to_owned(), layers.get(key).0));
        Values::new(&all.collect())
    }

    /// Every setting with where it comes from, by key. Of secrets only whether they are set.
    pub fn all(&self, conversation: &Map<String, Value>) -> Vec<SettingValue> {
        let conversation = own(conversation);
        let name = self.profile_name(&conversation);
        let profile = self.profile(&name);
        let layers = self.layers(&name, &profile, &conversation);
        let shown = KEYS.iter().map(|key| {
            let (value, origin, place) = layers.get(key);
            let value = match value {
                Value::String(_) if key.kind == Kind::Secret => "set".into(),
                value => value,
            };
            SettingValue {
                key: key.name.to_owned(),
                value,
                origin,
                place,
            }
        });
        shown.collect()
    }

    /// Whether these may be set. Errors name the first key that may not, and
    /// what is allowed. Null is always allowed: it removes a value.
    pub fn check(values: &Map<String, Value>) -> Result<(), Error> {
        checked(values).map(|_| ())
    }

    /// Saves settings for everything or for one profile; null removes. Errors:
    /// as [`Settings::check`], and [`Error::CannotSave`]; then nothing changed.
    /// What a conversation sets is kept with the conversation, not here.
    pub fn save(&mut self, scope: &Scope, values: &Map<String, Value>) -> Result<(), Error> {
        let values = checked(values)?;
        if values.contains_key("api_key") {
            return Err(Error::BadSetting {
                key: "api_key".to_owned(),
                given: "saved".to_owned(),
                allowed: "keys are kept in the keychain, one for each provider".to_owned(),
                place: String::new(),
            });
        }
        if matches!(scope, Scope::Conversation { .. }) {
            return Err(Error::OfConversation);
        }
        // A profile that is not there would take every setting of it away.
        if let (Scope::Global, Some(name)) = (scope, values.get("profile").and_then(Value::as_str))
        {
            let chosen = profile::load(&self.paths, &stem(name));
            if let Some(problem @ Error::NoProfile { .. }) = chosen.problems.first() {
                return Err(problem.clone());
            }
        }
        let path = self.paths.settings_file();
        let (saved, aside) = file::change(&path, |saved: &mut Saved| {
            let target = match scope {
                Scope::Profile { name } => saved.profiles.entry(stem(name)).or_default(),
                _ => &mut saved.global,
            };
            for (key, value) in values {
                if value.is_null() {
                    target.remove(&key);
                } else {
                    target.insert(key, value);
                }
            }
            saved.profiles.retain(|_, values| !values.is_empty());
        })?;
        self.saved = saved;
        let place = path.display().to_string();
        // What another program wrote meanwhile is looked at like what was there at the start.
        self.saved.global = allowed(&self.saved.global, &place, &mut Vec::new());
        self.notices.extend(aside.map(|aside| moved(&path, &aside)));
        Ok(())
    }

    /// The permissions that hold now.
    pub fn grants(&self) -> Vec<Grant> {
        self.grants.in_force()
    }

    /// Keeps a permission; one without an id gets one. Errors: [`Error::CannotSave`].
    pub fn add_grant(&mut self, grant: Grant) -> Result<(), Error> {
        let notice = self.grants.add(&self.paths, grant)?;
        self.notices.extend(notice);
        Ok(())
    }

    /// Takes a permission back; false where there is none of that id.
    pub fn remove_grant(&mut self, id: &str) -> Result<bool, Error> {
        let (found, notice) = self.grants.remove(&self.paths, id)?;
        self.notices.extend(notice);
        Ok(found)
    }

    /// What should be mentioned once, quietly: old names, keys that mean
    /// nothing here, a broken file that was moved aside.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = self.notices.clone();
        let profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        notices.extend(
            profiles
                .values()
                .filter_map(|profile| profile.notice.clone()),
        );
        notices
    }

    /// What is wrong with a profile that a conversation chose.
    pub fn profile_problems(&self, name: &str) -> Vec<Error> {
        self.profile(&stem(name)).problems.clone()
    }

    /// Profiles are read anew when they are next asked for.
    pub(crate) fn reload(&mut self) {
        self.default_profile = profile::load(&self.paths, profile::DEFAULT);
        let profiles = self.profiles.get_mut();
        profiles.unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    /// What the app saved for one profile.
    pub(crate) fn saved_for(&self, profile: &str) -> Option<&Map<String, Value>> {
        self.saved.profiles.get(profile)
    }

    /// The profile that was chosen for everything.
    pub(crate) fn saved_choice(&self) -> Option<&str> {
        self.saved.global.get("profile").and_then(Value::as_str)
    }

    fn layers<'a>(
        &'a self,
        name: &str,
        profile: &'a Profile,
        conversation: &'a Map<String, Value>,
    ) -> Layers<'a> {
        let path = |path: &Path| Some(path.display().to_string());
        let settings_file = path(&self.paths.settings_file());
        let layer = |origin, place, values| Layer {
            origin,
            place,
            values,
        };
        let default = &self.default_profile;
        let mut layers = vec![
            layer(
                Origin::DefaultProfile,
                default.path.as_deref().and_then(path),
                &default.values,
            ),
            layer(Origin::App, settings_file.clone(), &self.saved.global),
            layer(
                Origin::Profile,
                profile.path.as_deref().and_then(path),
                &profile.values,
            ),
        ];
        if let Some(values) = self.saved.profiles.get(name) {
            layers.push(layer(Origin::AppProfile, settings_file, values));
        }
        layers.push(layer(Origin::Environment, None, &self.environment));
        layers.push(layer(Origin::CommandLine, None, &self.command_line));
        layers.push(layer(Origin::Conversation, None, conversation));
        Layers(layers)
    }

    /// The profile that is chosen: only layers that do not come out of a profile can say so.
    fn profile_name(&self, conversation: &Map<String, Value>) -> String {
        let say = [
            conversation,
            &self.command_line,
            &self.environment,
            &self.saved.global,
        ];
        let name = say
            .iter()
            .find_map(|layer| layer.get("profile").and_then(Value::as_str));
        stem(name.unwrap_or(profile::DEFAULT))
    }

    fn profile(&self, name: &str) -> Arc<Profile> {
        if name == profile::DEFAULT {
            // It holds below what the app saved, and is not said twice.
            return Arc::default();
        }
        let mut profiles = self.profiles.lock().unwrap_or_else(PoisonError::into_inner);
        let load = || Arc::new(profile::load(&self.paths, name));
        Arc::clone(profiles.entry(name.to_owned()).or_insert_with(load))
    }
}

impl Layers<'_> {
    fn get(&self, key: &keys::Key) -> (Value, Origin, Option<String>) {
        let strongest = self.0.iter().rev().find_map(|layer| {
            // A profile cannot choose a profile.
            let of_profile = matches!(layer.origin, Origin::DefaultProfile | Origin::Profile);
            if key.name == "profile" && (of_profile || layer.origin == Origin::AppProfile) {
                return None;
            }
            layer.values.get(key.name).map(|value| (layer, value))
        });
        let Some((layer, value)) = strongest else {
            return (key.default(), Origin::Builtin, None);
        };
        let place = match layer.origin {
            Origin::Environment => key.variable(),
            Origin::CommandLine => Some(format!("--{}", key.name)),
            _ => layer.place.clone(),
        };
        (value.clone(), layer.origin, place)
    }
}

/// `fast.yaml` and `fast` are the same profile.
pub(crate) fn stem(name: &str) -> String {
    let end = [".yaml", ".yml", ".json"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    match end {
        // A path is a path.
        Some(stem) if !stem.contains(['/', '\\']) => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// Settings under today's names, each in its own form, or the first that may not be.
fn checked(values: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    let named = names::todays(values);
    if let Some(key) = named.unknown.into_iter().next() {
        return Err(Error::UnknownSetting {
            nearest: keys::nearest(&key),
            key,
        });
    }
    let mut out = Map::new();
    for (name, value) in named.values {
        let Some(key) = keys::find(&name) else {
            continue;
        };
        match keys::accept(key.kind, &value) {
            Ok(value) => out.insert(name, value),
            Err(allowed) => return Err(bad(key, &value, &allowed, "")),
        };
    }
    Ok(out)
}

/// The settings of a layer that are allowed; the others are named.
fn allowed(
    values: &Map<String, Value>,
    place: &str,
    problems: &mut Vec<Error>,
) -> Map<String, Value> {
    let named = names::todays(values);
    let mut out = Map::new();
    for (name, value) in named.values {
        let Some(key) = keys::find(&name) else {
            continue;
        };
        match keys::accept(key.kind, &value) {
            Ok(Value::Null) => {}
            Ok(value) => {
                out.insert(name, value);
            }
            Err(allowed) => problems.push(bad(key, &value, &allowed, place)),
        }
    }
    out
}

/// What a conversation set; it was checked when it was set.
fn own(conversation: &Map<String, Value>) -> Map<String, Value> {
    allowed(conversation, "the conversation", &mut Vec::new())
}

fn environment(
    env: &dyn Fn(&str) -> Option<String>,
    problems: &mut Vec<Error>,
) -> Map<String, Value> {
    let mut found = Map::new();
    let mut take = |name: &str, variable: &str, problems: &mut Vec<Error>| {
        // An empty variable is one that is not set.
        let Some(text) = env(variable).filter(|text| !text.is_empty()) else {
            return;
        };
        let given = Map::from_iter([(name.to_owned(), Value::String(text))]);
        found.append(&mut allowed(&given, variable, problems));
    };
    take("auto_run", "INTERPRETER_AUTO_RUN", problems);
    for key in KEYS {
        if let Some(variable) = key.variable() {
            take(key.name, &variable, problems);
        }
    }
    found
}

fn bad(key: &keys::Key, value: &Value, allowed: &str, place: &str) -> Error {
    let given = match key.kind {
        Kind::Secret => "that".to_owned(),
        _ => value.to_string(),
    };
    let allowed = match place {
        "" => format!("it must be {allowed}"),
        _ => format!("it must be {allowed}, and was skipped"),
    };
    Error::BadSetting {
        key: key.name.to_owned(),
        given,
        allowed,
        place: place.to_owned(),
    }
}

/// The notice about a broken file.
pub(crate) fn moved(path: &Path, aside: &Path) -> String {
    format!(
        "{} could not be understood, so it was moved to {} and begun anew.",
        path.display(),
        aside.display()
    )
}
