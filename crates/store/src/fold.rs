//! Text in which upper and lower case are the same, with the way back to the
//! text it was made of.

/// A text with its case folded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folded {
    text: String,
    /// Characters that became longer, shorter or several, in order.
    changed: Vec<Changed>,
}

/// A character that is not one of the same length when it is folded: its bytes in the
/// folded text and in the original.
#[derive(Debug, Clone)]
struct Changed {
    folded: (usize, usize),
    original: (usize, usize),
}

impl Folded {
    /// Folds a text.
    pub(crate) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self {
                text: text.to_ascii_lowercase(),
                changed: Vec::new(),
            };
        }
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            changed: Vec::new(),
        };
        for (at, c) in text.char_indices() {
            let from = folded.text.len();
            push(&mut folded.text, c);
            let pushed = folded.text.len() - from;
            if pushed != c.len_utf8() || folded.text[from..].chars().nth(1).is_some() {
                folded.changed.push(Changed {
                    folded: (from, folded.text.len()),
                    original: (at, at + c.len_utf8()),
                });
            }
        }
        folded
    }

    /// The folded text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where another folded text stands in the original, in order, as ranges of
    /// bytes that do not overlap.
    pub(crate) fn occurrences<'a>(
        &'a self,
        wanted: &'a Self,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let mut last_end = 0;
        let wanted = wanted.as_str();
        // An empty text stands everywhere, which is of no use to anybody.
        let text = if wanted.is_empty() { "" } else { self.as_str() };
        text.match_indices(wanted)
            .filter(|_| !wanted.is_empty())
            .map(|(at, found)| (self.start(at), self.end(at + found.len())))
            .filter(move |(start, end)| {
                // Two halves of one character (ß is folded to ss) are one place.
                let new = *start >= last_end && start < end;
                if new {
                    last_end = *end;
                }
                new
            })
    }

    /// A place in the original where something begins.
    fn start(&self, at: usize) -> usize {
        let next = self.changed.partition_point(|c| c.folded.0 <= at);
        match next.checked_sub(1).map(|last| &self.changed[last]) {
            None => at,
            Some(last) if at < last.folded.1 => last.original.0,
            Some(last) => last.original.1 + (at - last.folded.1),
        }
    }

    /// A place in the original where something ends.
    fn end(&self, at: usize) -> usize {
        let next = self.changed.partition_point(|c| c.folded.0 < at);
        match next.checked_sub(1).map(|last| &self.changed[last]) {
            None => at,
            Some(last) if at < last.folded.1 => last.original.1,
            Some(last) => last.original.1 + (at - last.folded.1),
        }
    }
}

fn push(text: &mut String, c: char) {
    match c {
        'ς' => text.push('σ'),
        'ß' | 'ẞ' => text.push_str("ss"),
        'ſ' => text.push('s'),
        // The dot above is no letter of its own.
        'İ' => text.push('i'),
        _ => text.extend(c.to_lowercase()),
    }
}

/// The text around a place, one line, with the place between U+0002 and U+0003.
pub(crate) fn snippet(text: &str, (start, end): (usize, usize), around: usize) -> String {
    let before = &text[..start];
    let after = &text[end..];
    let from = before
        .char_indices()
        .rev()
        .nth(around)
        .map(|(at, c)| at + c.len_utf8());
    let to = after.char_indices().nth(around).map(|(at, _)| at);
    format!(
        "{}{}\u{2}{}\u{3}{}{}",
        if from.is_some() { "…" } else { "" },
        plain(&before[from.unwrap_or(0)..]),
        plain(&text[start..end]),
        plain(&after[..to.unwrap_or(after.len())]),
        if to.is_some() { "…" } else { "" },
    )
}

/// One line, without the marks of a snippet.
fn plain(text: &str) -> String {
    text.replace(['\u{2}', '\u{3}', '\n', '\r', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn found<'a>(text: &'a str, wanted: &str) -> Vec<&'a str> {
        let (folded, wanted) = (Folded::new(text), Folded::new(wanted));
        let places: Vec<_> = folded.occurrences(&wanted).collect();
        places.into_iter().map(|(a, b)| &text[a..b]).collect()
    }

    #[test]
    fn case_does_not_matter() {
        let check = |text: &str, wanted: &str, expected: &[&str]| {
            assert_eq!(found(text, wanted), expected, "{wanted} in {text}");
        };
        check("Hello hello HELLO", "hello", &["Hello", "hello", "HELLO"]);
        check("Straße und STRASSE", "strasse", &["Straße", "STRASSE"]);
        check("ΟΔΟΣ οδος", "οδός", &[]);
        check("ΟΔΟΣ οδος", "οδοσ", &["ΟΔΟΣ", "οδος"]);
        check("İstanbul istanbul", "istanbul", &["İstanbul", "istanbul"]);
        check("groß S", "s", &["ß", "S"]);
        check("ÄÖÜ äöü", "öü", &["ÖÜ", "öü"]);
        check("日本語 日本", "日本", &["日本", "日本"]);
        check("aaaa", "aa", &["aa", "aa"]);
        check("abc", "", &[]);
        check("", "a", &[]);
    }

    #[test]
    fn a_snippet_shows_what_is_around() {
        let check = |text: &str, place, expected: &str| {
            assert_eq!(snippet(text, place, 3), expected);
        };
        check("say OK now", (4, 6), "…ay \u{2}OK\u{3} no…");
        check("日本語", (3, 6), "日\u{2}本\u{3}語");
        check("a\nx\tb", (2, 3), "a \u{2}x\u{3} b");
    }

    proptest! {
        #[test]
        fn every_place_is_where_it_was_put(
            before in "[a-cßİéA-C ]{0,6}", wanted in "[x-zßéX-Zς]{1,4}", after in "[a-c ]{0,6}"
        ) {
            let text = format!("{before}{wanted}{after}");
            let places = found(&text, &wanted);
            prop_assert!(places.iter().any(|place| wanted.contains(*place) || place.contains(&wanted)), "{places:?}");
            let upper = found(&text, &wanted.to_lowercase());
            prop_assert!(!upper.is_empty());
        }
    }
}
