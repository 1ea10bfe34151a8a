//! A text among words that were read, slips of the reader forgiven.

use crate::{TextHit, Word};

/// Hits below this similarity are left out.
const LEAST: f32 = 0.75;

/// Where `text` stands among words: exact matches (but for case) first, then by
/// falling similarity, then from top to bottom. Boxes are narrowed to the match.
pub fn find_in(words: &[Word], text: &str) -> Vec<TextHit> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut hits: Vec<TextHit> = Vec::new();
    for line in words.chunk_by(|a, b| a.line == b.line) {
        hits.extend(in_line(line, &wanted));
    }
    hits.sort_by(|a, b| {
        b.similarity
            .total_cmp(&a.similarity)
            .then((a.y, a.x).cmp(&(b.y, b.x)))
    });
    hits
}

/// A letter of a line: as read, folded, and the part of the picture it takes.
struct Letter {
    folded: char,
    word: usize,
    /// Left and right edge, pixels.
    span: (f32, f32),
}

fn in_line(line: &[Word], wanted: &[char]) -> Vec<TextHit> {
    let mut letters: Vec<Letter> = Vec::new();
    for (at, word) in line.iter().enumerate() {
        let count = word.text.chars().count().max(1) as f32;
        let (from, width) = (word.x as f32, word.w as f32 / count);
        if at > 0 {
            letters.push(Letter {
                folded: ' ',
                word: at,
                span: (from, from),
            });
        }
        for (index, letter) in word.text.chars().enumerate() {
            let span = (
                from + width * index as f32,
                from + width * (index + 1) as f32,
            );
            for folded in plain(letter) {
                letters.push(Letter {
                    folded,
                    word: at,
                    span,
                });
            }
        }
    }
    let mut hits = exact(&letters, wanted);
    if hits.is_empty() {
        hits = similar(&letters, wanted);
    }
    hits.into_iter()
        .filter_map(|(from, to, similarity)| hit(line, &letters[from..to], similarity))
        .collect()
}

fn exact(letters: &[Letter], wanted: &[char]) -> Vec<(usize, usize, f32)> {
    let mut hits = Vec::new();
    let mut at = 0;
    while at + wanted.len() <= letters.len() {
        let here = &letters[at..at + wanted.len()];
        if here
            .iter()
            .zip(wanted)
            .all(|(letter, wanted)| letter.folded == *wanted)
        {
            hits.push((at, at + wanted.len(), 1.0));
            at += wanted.len();
        } else {
            at += 1;
        }
    }
    hits
}

/// The best part of a line by edit distance, where it begins and ends with words.
fn similar(letters: &[Letter], wanted: &[char]) -> Vec<(usize, usize, f32)> {
    // A slip in a short text makes it another text.
    if wanted.len() < 4 {
        return Vec::new();
    }
    let starts = (0..letters.len()).filter(|at| *at == 0 || letters[at - 1].folded == ' ');
    let mut best: Option<(usize, usize, f32)> = None;
    for start in starts {
        let longest = (wanted.len() + wanted.len() / 3 + 2).min(letters.len() - start);
        let row = distances(&letters[start..start + longest], wanted);
        for (length, distance) in row.into_iter().enumerate() {
            let end = start + length;
            let ends_a_word = end == letters.len() || letters[end].folded == ' ';
            if length == 0 || !ends_a_word {
                continue;
            }
            let similarity = 1.0 - distance / wanted.len().max(length) as f32;
            if similarity >= LEAST && best.is_none_or(|(.., known)| similarity > known) {
                best = Some((start, end, similarity));
            }
        }
    }
    // A slip is never as good as the text itself.
    best.map(|(from, to, similarity)| (from, to, similarity.min(0.99)))
        .into_iter()
        .collect()
}

/// Edit distance between `wanted` and each beginning of `letters`, by length.
fn distances(letters: &[Letter], wanted: &[char]) -> Vec<f32> {
    let mut row: Vec<f32> = (0..=wanted.len()).map(|at| at as f32).collect();
    let mut ends = vec![row[wanted.len()]];
    for (index, letter) in letters.iter().enumerate() {
        let mut corner = row[0];
        row[0] = (index + 1) as f32;
        for (at, wanted) in wanted.iter().enumerate() {
            let change = corner + slip(letter.folded, *wanted);
            corner = row[at + 1];
            // A lost or invented blank is the reader's most frequent slip.
            let drop = if letter.folded == ' ' { 0.4 } else { 1.0 };
            let add = if *wanted == ' ' { 0.4 } else { 1.0 };
            row[at + 1] = change.min(row[at + 1] + drop).min(row[at] + add);
        }
        ends.push(row[wanted.len()]);
    }
    ends
}

/// The price of reading `a` for `b`.
fn slip(a: char, b: char) -> f32 {
    const ALIKE: &[&str] = &[
        "0o", "1il|!j", "5s", "8b", "2z", "6g", "9gq", "ce", "vy", "uv", "rn", "tf", ".,", "-~—_",
    ];
    if a == b {
        0.0
    } else if ALIKE.iter().any(|set| set.contains(a) && set.contains(b)) {
        0.4
    } else {
        1.0
    }
}

fn hit(line: &[Word], letters: &[Letter], similarity: f32) -> Option<TextHit> {
    let inked: Vec<&Letter> = letters
        .iter()
        .filter(|letter| letter.folded != ' ')
        .collect();
    let (first, last) = (inked.first()?, inked.last()?);
    let words = &line[first.word..=last.word];
    let top = words.iter().map(|word| word.y).min()?;
    let bottom = words.iter().map(|word| word.y + word.h).max()?;
    let (left, right) = (first.span.0.floor() as u32, last.span.1.ceil() as u32);
    let text = words
        .iter()
        .map(|word| word.text.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    Some(TextHit {
        text,
        x: left,
        y: top,
        w: right.saturating_sub(left).max(1),
        h: bottom.saturating_sub(top).max(1),
        similarity,
    })
}

/// Lower case, plain quotes and dashes, single blanks.
fn fold(text: &str) -> Vec<char> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().flat_map(plain).collect()
}

/// A letter as it is compared: lower case, and signs that look alike as one.
fn plain(letter: char) -> Vec<char> {
    match letter {
        '…' => vec!['.'; 3],
        '‘' | '’' | '´' | '`' => vec!['\''],
        '“' | '”' | '„' => vec!['"'],
        '–' | '—' | '−' => vec!['-'],
        other if other.is_whitespace() => vec![' '],
        other => other.to_lowercase().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of ten pixels a letter; `/` ends a line.
    fn words(text: &str) -> Vec<Word> {
        let mut words = Vec::new();
        for (line, part) in text.split('/').enumerate() {
            let mut x = 0;
            for word in part.split_whitespace() {
                let w = word.chars().count() as u32 * 10;
                let (y, line) = (line as u32 * 100, line as u32);
                words.push(Word {
                    text: word.to_owned(),
                    x,
                    y,
                    w,
                    h: 12,
                    confidence: 90.0,
                    line,
                });
                x += w + 10;
            }
        }
        words
    }

    fn check(read: &str, wanted: &str, expected: &[(&str, u32, u32, u32, bool)]) {
        let hits = find_in(&words(read), wanted);
        let got: Vec<_> = hits
            .iter()
            .map(|hit| {
                (
                    hit.text.as_str(),
                    hit.x,
                    hit.y,
                    hit.w,
                    hit.similarity == 1.0,
                )
            })
            .collect();
        assert_eq!(got, expected, "{wanted:?} in {read:?}");
    }

    #[test]
    fn finds_parts_of_words_phrases_and_slips() {
        check("Save As", "save", &[("Save", 0, 0, 40, true)]);
        check("Save As", "SAVE  as", &[("Save As", 0, 0, 70, true)]);
        check("Save/As", "save as", &[]);
        check("Reopen Closed", "open", &[("Reopen", 20, 0, 40, true)]);
        check(
            "File Open and Reopen",
            "open",
            &[("Open", 50, 0, 40, true), ("Reopen", 160, 0, 40, true)],
        );
        check(
            "Preferenoes",
            "Preferences",
            &[("Preferenoes", 0, 0, 110, false)],
        );
        check(
            "Sett1ngs/Settings",
            "settings",
            &[
                ("Settings", 0, 100, 80, true),
                ("Sett1ngs", 0, 0, 80, false),
            ],
        );
        check("SaveAs", "Save As", &[("SaveAs", 0, 0, 60, false)]);
        check("OX", "OK", &[]);
        check("Cancel", "Concert", &[]);
        check("don’t stop", "don't", &[("don’t", 0, 0, 50, true)]);
        check("anything", "  ", &[]);
        check("", "x", &[]);
    }

    proptest::proptest! {
        #[test]
        fn any_read_word_is_found_again(text in "[a-zA-Z0-9äöüß.,-]{1,12}( [a-zA-Z0-9]{1,8}){0,4}") {
            let words = words(&text);
            for word in &words {
                let hits = find_in(&words, &word.text);
                proptest::prop_assert!(hits.iter().any(|hit| hit.similarity == 1.0));
            }
            let whole = find_in(&words, &text);
            proptest::prop_assert_eq!(whole.first().map(|hit| hit.similarity), Some(1.0));
        }

        #[test]
        fn never_panics(text in ".{0,40}", wanted in ".{0,12}") {
            for hit in find_in(&words(&text), &wanted) {
                proptest::prop_assert!((LEAST..=1.0).contains(&hit.similarity));
            }
        }
    }
}
