//! Takes secrets out of text. Secrets are kept as keyed hashes, never as text.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use super::shapes;

/// What stands where a secret stood.
const MARK: &str = "[redacted]";
/// Shorter texts are words, not secrets.
const SHORTEST: usize = 6;
/// A longer secret is also found in parts of this many bytes: split over two
/// fields, broken over two lines, cut off.
const PART: usize = 12;

/// Knows secrets and takes them out.
pub(crate) struct Redactor {
    hasher: RandomState,
    /// By length: the hashes of texts of that length that must not be shown.
    known: RwLock<HashMap<usize, HashSet<u64>>>,
}

impl Redactor {
    pub(crate) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            known: RwLock::new(HashMap::new()),
        }
    }

    /// Never shows this text.
    pub(crate) fn know(&self, secret: &str) {
        let secret = secret.trim().as_bytes();
        if secret.len() < SHORTEST {
            return;
        }
        let length = match secret.len() {
            long if long >= 2 * PART => PART,
            short => short,
        };
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let of_length = known.entry(length).or_default();
        for part in secret.windows(length) {
            of_length.insert(self.hasher.hash_one(part));
        }
    }

    /// The text with a mark in the place of each secret.
    pub(crate) fn redact(&self, text: &str) -> String {
        let bytes = text.as_bytes();
        let mut hidden = vec![false; bytes.len()];
        for range in shapes::find(text) {
            hidden[range].fill(true);
        }
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        for (length, hashes) in known.iter() {
            for (at, part) in bytes.windows(*length).enumerate() {
                if hashes.contains(&self.hasher.hash_one(part)) {
                    hidden[at..at + length].fill(true);
                }
            }
        }
        if !hidden.contains(&true) {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        let mut within = false;
        for (at, letter) in text.char_indices() {
            // Part of a letter may match by chance; it goes as a whole.
            let hide = hidden[at..at + letter.len_utf8()].contains(&true);
            match (hide, within) {
                (true, false) => out.push_str(MARK),
                (true, true) => {}
                (false, _) => out.push(letter),
            }
            within = hide;
        }
        out
    }
}

/// Whether an environment variable of this name holds a secret.
pub(super) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_ACCESS_KEY"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// Some such variables name a file instead; its path is no secret.
pub(super) fn is_a_path(value: &str) -> bool {
    let path = Path::new(value);
    path.is_absolute() && path.exists()
}
