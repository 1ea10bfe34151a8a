use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::{Zeroize, Zeroizing};

use crate::keychain::{Keychain, System};
use crate::{Error, Paths, file};

/// How long an answer of the keychain holds: asking it for forty providers takes a while.
const FRESH: Duration = Duration::from_secs(60);

/// Bytes of a secret, at most; the keychain of Windows takes no more.
const LONGEST: usize = 2500;

/// A key or token. Wiped from memory when dropped, and never printed.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Keys and tokens by name (`OPENAI_API_KEY`), in the system's keychain; with
/// `INTERPRETER_HOME`, or where there is no keychain, in `secrets.json`, which
/// only its owner can read. Nothing is touched before a secret is asked for.
#[derive(Debug)]
pub struct Secrets {
    path: PathBuf,
    keychain: Option<Box<dyn Keychain>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    chosen: Option<Place>,
    known: HashMap<String, (Instant, Option<(Secret, Kept)>)>,
}

/// Where one secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// In the keychain of the system.
    Keychain,
    /// In this file.
    File(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Keychain,
    /// Why there is no keychain.
    File(String),
}

/// The content of `secrets.json`; wiped when dropped.
#[derive(Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Content(BTreeMap<String, String>);

impl Drop for Content {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Secrets {
    /// Touches nothing yet.
    pub fn open(paths: &Paths) -> Self {
        let keychain: Option<Box<dyn Keychain>> = if paths.home_override() {
            None
        } else {
            Some(Box::new(System))
        };
        Self::with(paths, keychain)
    }

    fn with(paths: &Paths, keychain: Option<Box<dyn Keychain>>) -> Self {
        let mut state = State::default();
        if keychain.is_none() {
            state.chosen = Some(Place::File("INTERPRETER_HOME is set".to_owned()));
        }
        Self {
            path: paths.config.join("secrets.json"),
            keychain,
            state: Mutex::new(state),
        }
    }

    /// The secret of this name. May wait until the person has unlocked the keychain.
    pub fn get(&self, name: &str) -> Option<Secret> {
        self.find(name).map(|(secret, _)| secret)
    }

    /// As [`Secrets::get`], and where it lies.
    pub fn find(&self, name: &str) -> Option<(Secret, Kept)> {
        let mut state = self.state();
        if let Some((since, known)) = state.known.get(name)
            && since.elapsed() < FRESH
        {
            return known.clone();
        }
        let kept = self
            .keychain_for(&mut state, |keychain| keychain.read(name))
            .flatten();
        // It may have been saved while there was no keychain.
        let found = kept.map(|secret| (secret, Kept::Keychain)).or_else(|| {
            let secret = self.read_file().0.get(name).cloned().map(Secret::new)?;
            Some((secret, Kept::File(self.path.clone())))
        });
        state
            .known
            .insert(name.to_owned(), (Instant::now(), found.clone()));
        found
    }

    /// Keeps a secret, without the blanks that come with copying. Errors:
    /// [`Error::BadSecret`], [`Error::CannotSave`].
    pub fn set(&self, name: &str, value: &str) -> Result<(), Error> {
        let value = value.trim();
        let bad = |reason: &str| Error::BadSecret {
            name: name.to_owned(),
            reason: reason.to_owned(),
        };
        if value.is_empty() {
            return Err(bad("The key is empty."));
        }
        if value.len() > LONGEST || value.chars().any(char::is_control) {
            return Err(bad("That is no key: it is too long, or has several lines."));
        }
        let mut state = self.state();
        state.known.remove(name);
        // A real read first: that a keychain can be named does not mean that it is there.
        let kept = self.keychain_for(&mut state, |keychain| {
            keychain.read(name)?;
            keychain.write(name, value)
        });
        if kept.is_some() {
            return self.change_file(name, None);
        }
        self.change_file(name, Some(value))
    }

    /// Forgets a secret, wherever it is. Errors: [`Error::CannotSave`].
    pub fn delete(&self, name: &str) -> Result<(), Error> {
        let mut state = self.state();
        state.known.remove(name);
        self.keychain_for(&mut state, |keychain| keychain.delete(name));
        self.change_file(name, None)
    }

    /// Where secrets are kept, in words. Touches nothing: before the first
    /// secret was asked for, it says what will be tried.
    pub fn place(&self) -> String {
        let file = self.path.display();
        match &self.state().chosen {
            Some(Place::Keychain) => "the keychain of this system".to_owned(),
            Some(Place::File(reason)) => {
                format!("{file}, which only you can read (no keychain is used: {reason})")
            }
            None => format!("the keychain of this system, or {file} where there is none"),
        }
    }

    /// Does something with the keychain, unless there is none. The first try decides.
    fn keychain_for<T>(
        &self,
        state: &mut State,
        act: impl FnOnce(&dyn Keychain) -> Result<T, crate::keychain::Unavailable>,
    ) -> Option<T> {
        let keychain = self.keychain.as_deref()?;
        if matches!(state.chosen, Some(Place::File(_))) {
            return None;
        }
        match act(keychain) {
            Ok(done) => {
                state.chosen = Some(Place::Keychain);
                Some(done)
            }
            Err(reason) => {
                state.chosen = Some(Place::File(reason.0));
                None
            }
        }
    }

    fn read_file(&self) -> Content {
        file::read(&self.path, "").unwrap_or_default()
    }

    fn change_file(&self, name: &str, value: Option<&str>) -> Result<(), Error> {
        // Nothing to forget: no file appears just for that.
        if value.is_none() && !self.read_file().0.contains_key(name) {
            return Ok(());
        }
        file::change(&self.path, |content: &mut Content| {
            match value {
                Some(value) => content.0.insert(name.to_owned(), value.to_owned()),
                None => content.0.remove(name),
            };
        })
        .map(|_| ())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
