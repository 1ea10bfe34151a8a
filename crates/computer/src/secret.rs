//! Values the model never sees: typed by name, and taken out of every text that
//! is returned afterwards.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

use crate::{ComputerError, Element, SessionKey, Target};

/// A value that is never shown: not by `Debug`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the keyboard alone.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = std::mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        std::hint::black_box(&bytes);
    }
}

/// A wish to type a secret, for whoever keeps them: they know what is granted.
#[derive(Debug, Clone, Copy)]
pub struct SecretWanted<'a> {
    /// The name the model gave.
    pub name: &'a str,
    /// Who acts.
    pub session: &'a SessionKey,
    /// Where it would be typed: the app, its kind, its window, the focused field.
    pub target: &'a Target,
}

/// Gives the value of a secret for a target, or none: unknown, or not granted there.
pub type SecretResolver = dyn Fn(&SecretWanted<'_>) -> Option<Secret> + Send + Sync;

/// What stands in the place of a secret.
const MASK: &str = "[secret]";
/// Shorter values than this are not looked for: they stand in every text by chance.
const SHORTEST: usize = 4;

/// Who resolves names, and what was typed since the start.
#[derive(Default)]
pub(crate) struct Secrets {
    resolver: OnceLock<Arc<SecretResolver>>,
    typed: Mutex<Vec<Secret>>,
    /// Fields that hold one, or a part of it.
    fields: Mutex<HashSet<(String, String)>>,
}

impl Secrets {
    pub(crate) fn resolve_with(&self, resolver: Arc<SecretResolver>) -> bool {
        self.resolver.set(resolver).is_ok()
    }

    fn typed(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.typed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value for a target; from now on it is taken out of what is returned.
    pub(crate) fn take(&self, wanted: &SecretWanted<'_>) -> Result<Secret, ComputerError> {
        let name = wanted.name;
        let secret = self.resolver.get().and_then(|resolve| resolve(wanted));
        let Some(secret) = secret.filter(|secret| !secret.0.is_empty()) else {
            return Err(ComputerError::NoSecret {
                message: format!("There is no secret {name:?} that may be typed there."),
                remedy: "Ask the person to save it, and to allow it for this app.".into(),
            });
        };
        let mut typed = self.typed();
        if !typed.contains(&secret) {
            typed.push(secret.clone());
            // "Correct horse" before "horse".
            typed.sort_by_key(|secret| std::cmp::Reverse(secret.0.len()));
        }
        Ok(secret)
    }

    /// From now on that field's text is told to nobody, whatever becomes of it.
    pub(crate) fn hide(&self, field: &Element) {
        if let Some(key) = field.key.clone() {
            self.fields().insert(key);
        }
    }

    fn fields(&self) -> MutexGuard<'_, HashSet<(String, String)>> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An element without what was typed.
    pub(crate) fn redact_element(&self, mut element: Element) -> Element {
        let hidden = element
            .key
            .as_ref()
            .is_some_and(|key| self.fields().contains(key));
        element.name = self.redact(&element.name);
        element.value = element
            .value
            .filter(|_| !hidden)
            .map(|value| self.redact(&value));
        element
    }

    /// A text without what was typed.
    pub(crate) fn redact(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in self.typed().iter() {
            let quoted = format!("{:?}", secret.0);
            let quoted = quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or_default();
            for form in [secret.0.as_str(), secret.0.trim(), quoted] {
                if form.chars().count() >= SHORTEST && text.contains(form) {
                    text = text.replace(form, MASK);
                }
            }
            // Read from the picture, a text falls into its words.
            for word in secret.0.split_whitespace() {
                if word != secret.0 && word.chars().count() >= SHORTEST && text.trim() == word {
                    text = MASK.to_owned();
                }
            }
        }
        text
    }

    /// A value without what was typed, in every text of it.
    pub(crate) fn redact_value(&self, value: &mut Value) {
        if self.typed().is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.redact(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.redact_value(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.redact_value(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The same for an error.
    pub(crate) fn redact_error(&self, error: ComputerError) -> ComputerError {
        if self.typed().is_empty() {
            return error;
        }
        error.map_texts(|text| self.redact(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    fn secrets(value: &'static str) -> Secrets {
        let secrets = Secrets::default();
        secrets.resolve_with(Arc::new(move |wanted| {
            (wanted.name == "known").then(|| Secret::new(value))
        }));
        let wanted = SecretWanted {
            name: "known",
            session: &SessionKey::from("test"),
            target: &Target::default(),
        };
        assert_eq!(secrets.take(&wanted), Ok(Secret::new(value)));
        secrets
    }

    #[test]
    fn a_secret_is_never_shown() {
        assert_eq!(format!("{:?}", Secret::new("hunter22")), "Secret");
    }

    #[test]
    fn what_was_typed_is_taken_out() {
        let check = |value: &'static str, text: &str, expected: &str| {
            assert_eq!(secrets(value).redact(text), expected, "{text}");
        };
        check("hunter22", "it is hunter22.", "it is [secret].");
        check("hunter22", "hunter2", "hunter2");
        check(
            "with \"quotes\"",
            r#"holds "with \"quotes\"""#,
            r#"holds "[secret]""#,
        );
        check("correct horse", "correct horse battery", "[secret] battery");
        check("correct horse", "horse", "[secret]");
        check("correct horse", "a horse", "a horse");
        check(" spaced ", "(spaced)", "([secret])");
        check("ab", "about", "about");
        let mut value = json!({"words": [["x", "hunter22", 7]], "n": 1});
        secrets("hunter22").redact_value(&mut value);
        assert_eq!(value, json!({"words": [["x", "[secret]", 7]], "n": 1}));
        let error = ComputerError::failed("no hunter22");
        let error = secrets("hunter22").redact_error(error);
        assert_eq!(error, ComputerError::failed("no [secret]"));
    }

    #[test]
    fn unknown_names_are_refused() {
        let wanted = SecretWanted {
            name: "other",
            session: &SessionKey::from("test"),
            target: &Target::default(),
        };
        let error = secrets("hunter22").take(&wanted).unwrap_err();
        assert_eq!(
            error.to_string(),
            "There is no secret \"other\" that may be typed there."
        );
        assert!(Secrets::default().take(&wanted).is_err());
    }
}
