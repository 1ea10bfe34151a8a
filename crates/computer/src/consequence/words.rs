//! Words of many languages, and finding them in labels.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::Consequence;

type ByLanguage = HashMap<String, Vec<String>>;

static WORDS: LazyLock<Words> = LazyLock::new(Words::read);

pub(super) fn words() -> &'static Words {
    &WORDS
}

/// A phrase as its words.
type Phrase = Vec<String>;

pub(super) struct Words {
    /// Phrases of one language family each with what they bring about; the whole
    /// label where so marked.
    phrases: Vec<(Consequence, Phrase, bool)>,
    /// Of languages without spaces.
    joined: Vec<(Consequence, String)>,
    before: HashSet<Phrase>,
    after: HashSet<Phrase>,
    joints: HashSet<String>,
    navigation: HashSet<String>,
    generic: HashSet<Phrase>,
    harmless: HashSet<Phrase>,
    not_meant: Vec<Phrase>,
    joined_negations: Vec<String>,
    joined_navigation: Vec<String>,
}

impl Words {
    fn read() -> Self {
        let verbs: HashMap<Consequence, ByLanguage> =
            serde_json::from_str(include_str!("../../data/consequences.json")).unwrap_or_default();
        let mut rest: HashMap<String, ByLanguage> =
            serde_json::from_str(include_str!("../../data/consequence_words.json"))
                .unwrap_or_default();
        let mut take = |name: &str| -> Vec<String> {
            let lists = rest.remove(name).unwrap_or_default();
            lists.into_values().flatten().collect()
        };
        let mut phrases = Vec::new();
        let mut joined = Vec::new();
        for consequence in Consequence::ALL {
            for text in verbs
                .get(&consequence)
                .into_iter()
                .flat_map(HashMap::values)
                .flatten()
            {
                let whole = text.starts_with('=');
                let text = text.trim_start_matches('=');
                if is_joined(text) {
                    joined.push((consequence, simple(text)));
                } else {
                    phrases.push((consequence, tokens(text), whole));
                }
            }
        }
        // The longest first: "cancel subscription" before "subscription".
        phrases.sort_by_key(|(consequence, phrase, _)| {
            (std::cmp::Reverse(phrase.len()), *consequence)
        });
        joined.sort_by_key(|(consequence, text)| {
            (std::cmp::Reverse(text.chars().count()), *consequence)
        });
        let negations = take("negations");
        let navigation = take("navigation");
        let of =
            |list: &[String]| -> HashSet<Phrase> { list.iter().map(|text| tokens(text)).collect() };
        let joined_of = |list: &[String]| -> Vec<String> {
            list.iter()
                .filter(|text| is_joined(text))
                .map(|text| simple(text))
                .collect()
        };
        Self {
            phrases,
            joined,
            before: of(&negations),
            after: of(&take("afterwards")),
            joints: take("joints").into_iter().collect(),
            navigation: navigation.iter().cloned().collect(),
            generic: of(&take("generic")),
            harmless: of(&take("harmless")),
            not_meant: take("not_meant").iter().map(|text| tokens(text)).collect(),
            joined_negations: joined_of(&negations),
            joined_navigation: joined_of(&navigation),
        }
    }

    /// What the words of a label bring about.
    pub(super) fn find(&self, text: &str) -> Option<Consequence> {
        let whole = tokens(text);
        if whole.is_empty() || self.harmless.contains(&whole) {
            return None;
        }
        let simple = simple(text);
        if let Some(found) = self.find_joined(&simple) {
            return Some(found);
        }
        clauses(&simple).find_map(|clause| self.find_in(&tokens(clause), &whole))
    }

    fn find_in(&self, clause: &[String], whole: &[String]) -> Option<Consequence> {
        let mut clause = clause.to_vec();
        for phrase in &self.not_meant {
            while let Some(at) = position(&clause, phrase) {
                clause.drain(at..at + phrase.len());
            }
        }
        for (consequence, phrase, exact) in &self.phrases {
            if *exact {
                if whole == phrase {
                    return Some(*consequence);
                }
                continue;
            }
            let mut from = 0;
            while let Some(at) = clause.get(from..).and_then(|rest| position(rest, phrase)) {
                let (start, end) = (from + at, from + at + phrase.len());
                let leads_on = clause
                    .last()
                    .is_some_and(|last| clause.len() > end && self.navigation.contains(last));
                let only_shown = leads_on
                    && !matches!(
                        consequence,
                        Consequence::Delete | Consequence::Accept | Consequence::End
                    );
                if !only_shown && !self.is_negated(&clause, start, end) {
                    return Some(*consequence);
                }
                from = start + 1;
            }
        }
        None
    }

    /// A negation stands right before, or two or three words before, with nothing
    /// that begins anew in between; or right behind.
    fn is_negated(&self, clause: &[String], start: usize, end: usize) -> bool {
        for back in 1..=3usize.min(start) {
            let at = start - back;
            if clause
                .get(at)
                .is_some_and(|word| self.joints.contains(word))
            {
                break;
            }
            for length in 1..=back.min(3) {
                if clause
                    .get(at..at + length)
                    .is_some_and(|part| self.before.contains(part))
                {
                    return true;
                }
            }
        }
        (1..=2).any(|length| {
            clause
                .get(end..end + length)
                .is_some_and(|part| self.after.contains(part))
        })
    }

    /// In languages without spaces: a word anywhere, unless it is negated there.
    fn find_joined(&self, text: &str) -> Option<Consequence> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if !is_joined(&text) {
            return None;
        }
        for (consequence, word) in &self.joined {
            let word: String = word.chars().filter(|c| !c.is_whitespace()).collect();
            for (at, _) in text.match_indices(&word) {
                let (before, after) = (&text[..at], &text[at + word.len()..]);
                let after = after
                    .trim_start_matches(['を', 'は', 'の', 'し', 'て'])
                    .trim_start_matches("하기")
                    .trim_start_matches("하지");
                let whole_after = &text[at + word.len()..];
                let negated = self.joined_negations.iter().any(|no| {
                    before.ends_with(no.as_str())
                        || after.starts_with(no.as_str())
                        || whole_after.starts_with(no.as_str())
                });
                let shown = !matches!(
                    consequence,
                    Consequence::Delete | Consequence::Accept | Consequence::End
                ) && self
                    .joined_navigation
                    .iter()
                    .any(|word| !after.is_empty() && text.ends_with(word.as_str()));
                if !negated && !shown {
                    return Some(*consequence);
                }
            }
        }
        None
    }

    /// A label that says only that one goes on.
    pub(super) fn is_generic(&self, text: &str) -> bool {
        self.generic.contains(&tokens(text))
    }

    /// A label that is known to change nothing.
    pub(super) fn is_harmless(&self, text: &str) -> bool {
        let words = tokens(text);
        !words.is_empty()
            && (self.harmless.contains(&words)
                || words.first().is_some_and(|first| {
                    matches!(
                        first.as_str(),
                        "cancel" | "close" | "open" | "search" | "abbrechen"
                    )
                }) && self.find(text).is_none())
    }
}

/// Words in a text; of languages without spaces, a word for every three letters.
pub(super) fn count(text: &str) -> usize {
    if is_joined(text) {
        text.chars().filter(|c| !c.is_whitespace()).count() / 3
    } else {
        tokens(text).len()
    }
}

fn position(words: &[String], phrase: &[String]) -> Option<usize> {
    if phrase.is_empty() {
        return None;
    }
    words.windows(phrase.len()).position(|part| part == phrase)
}

/// Chinese, Japanese or Korean.
fn is_joined(text: &str) -> bool {
    text.chars().any(|c| {
        matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    })
}

/// Small letters, without what cannot be seen and without marks of shortcuts.
fn simple(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut plain = String::with_capacity(text.len());
    for (index, c) in letters.iter().enumerate() {
        let next = letters.get(index + 1);
        match c {
            // Joiners, marks of direction, soft hyphens.
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}' => {}
            '&' | '_' if next.is_some_and(|next| next.is_alphabetic()) => {}
            '’' | 'ʼ' | '`' | '´' => plain.push('\''),
            // Full-width letters.
            '\u{ff01}'..='\u{ff5e}' => {
                let narrow = char::from_u32(u32::from(*c) - 0xfee0).unwrap_or(*c);
                plain.extend(narrow.to_lowercase());
            }
            // Turkish: its small form would be two characters.
            'İ' => plain.push('i'),
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain
}

/// Parts that are judged by themselves.
fn clauses(text: &str) -> impl Iterator<Item = &str> {
    text.split([
        ',', '.', ';', ':', '!', '?', '—', '–', '(', ')', '[', ']', '/', '|', '\n', '\t',
    ])
}

/// The words of a text.
fn tokens(text: &str) -> Phrase {
    let plain = simple(text);
    let mut found: Phrase = Vec::new();
    for word in plain.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-') {
        let word = word.trim_matches(['\'', '-']);
        if !word.is_empty() {
            found.push(unmixed(word));
        }
    }
    // D e l e t e
    if found.len() > 3 && found.iter().all(|word| word.chars().count() == 1) {
        return vec![found.concat()];
    }
    // j'accepte, l'annuler: the part behind counts, too.
    if found.len() == 1
        && let Some((_, behind)) = found[0].split_once('\'')
        && behind.chars().count() > 2
    {
        let behind = behind.to_owned();
        found.push(behind);
    }
    found
}

/// Letters of another alphabet that look like Latin ones, among Latin ones, are
/// there to deceive.
fn unmixed(word: &str) -> String {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    let other = word.chars().any(|c| matches!(c, '\u{370}'..='\u{52f}'));
    if !latin || !other {
        return word.to_owned();
    }
    word.chars()
        .map(|c| match c {
            'а' | 'α' => 'a',
            'с' => 'c',
            'ԁ' => 'd',
            'е' | 'ε' => 'e',
            'һ' => 'h',
            'і' | 'ι' => 'i',
            'ј' => 'j',
            'ӏ' => 'l',
            'м' => 'm',
            'п' => 'n',
            'о' | 'ο' => 'o',
            'р' | 'ρ' => 'p',
            'ѕ' => 's',
            'т' | 'τ' => 't',
            'υ' | 'ц' => 'u',
            'ν' => 'v',
            'х' => 'x',
            'у' => 'y',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_lists_can_be_read() {
        let words = words();
        assert!(words.phrases.len() > 500, "{}", words.phrases.len());
        assert!(words.joined.len() > 150, "{}", words.joined.len());
        assert!(words.before.len() > 80 && words.generic.len() > 60);
        assert!(
            words
                .phrases
                .iter()
                .all(|(_, phrase, _)| !phrase.is_empty())
        );
    }

    #[test]
    fn words_are_found_whatever_is_put_between_their_letters() {
        let check = |text: &str, expected: &[&str]| assert_eq!(tokens(text), expected, "{text}");
        check("Delete all…", &["delete", "all"]);
        check("&Delete\tDel", &["delete", "del"]);
        check("De_lete", &["delete"]);
        check("De\u{ad}le\u{200b}te", &["delete"]);
        check("D e l e t e", &["delete"]);
        check("Dеlеte", &["delete"]);
        check("Don’t send", &["don't", "send"]);
        check("E-sign", &["e-sign"]);
        check("ＳＥＮＤ", &["send"]);
        check(" – ", &[]);
    }
}
