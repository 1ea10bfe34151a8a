//! What a person types into the search field, and slips in it.

/// A whole page pasted into the search field asks for its first words.
const MOST_WORDS: usize = 32;
const MOST_CHARACTERS: usize = 2000;
/// In shorter words a slip makes another word.
const SHORTEST_WITH_SLIP: usize = 4;

/// Something that must stand in a text as it is, but for case and accents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// It stood between quotation marks.
    pub(super) phrase: bool,
}

/// The words of a text; what stands between quotation marks is one. A mark
/// inside a word (`print("x")`) is a character like any other.
pub(super) fn of(text: &str) -> Vec<Word> {
    let cleaned: String = text
        .chars()
        .take(MOST_CHARACTERS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let mut words = Vec::new();
    let mut rest = cleaned.trim_start();
    while !rest.is_empty() && words.len() < MOST_WORDS {
        let (word, phrase, after) = match rest.strip_prefix(['"', '“', '„']) {
            Some(inside) => {
                // A phrase that is still being typed goes to the end.
                let end = inside.find(['"', '”']).unwrap_or(inside.len());
                let after = inside[end..].trim_start_matches(['"', '”']);
                (&inside[..end], true, after)
            }
            None => {
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                (&rest[..end], false, &rest[end..])
            }
        };
        let text = word.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() {
            words.push(Word { text, phrase });
        }
        rest = after.trim_start();
    }
    words
}

/// Words that are looked for with one slip each.
pub(super) struct Slips {
    wanted: Vec<Vec<char>>,
    possible: bool,
}

impl Slips {
    pub(super) fn new(words: &[Word]) -> Self {
        let long = |word: &Word| word.text.chars().count() >= SHORTEST_WITH_SLIP;
        Self {
            wanted: words.iter().map(|word| lower(&word.text)).collect(),
            // Who quotes means it as it is.
            possible: words.iter().all(|word| !word.phrase) && words.iter().any(long),
        }
    }

    /// Whether there is a word in which a slip can be seen.
    pub(super) fn are_possible(&self) -> bool {
        self.possible
    }

    /// The title with what was found marked, if every word stands in it and at
    /// least one of them with a slip. The last word may be the beginning of one.
    pub(super) fn in_title(&self, title: &str) -> Option<String> {
        let theirs: Vec<(usize, usize, Vec<char>)> = words_of(title);
        let mut marks = Vec::new();
        let mut slipped = false;
        for (number, wanted) in self.wanted.iter().enumerate() {
            let is_last = number + 1 == self.wanted.len();
            let exact = theirs.iter().find(|(_, _, word)| contains(word, wanted));
            let found = match exact {
                Some(found) => found,
                None if wanted.len() < SHORTEST_WITH_SLIP => return None,
                None => {
                    slipped = true;
                    theirs
                        .iter()
                        .find(|(_, _, word)| is_near(word, wanted, is_last))?
                }
            };
            marks.push((found.0, found.1));
        }
        if !slipped {
            return None;
        }
        marks.sort_unstable();
        marks.dedup();
        Some(marked(title, &marks))
    }
}

fn marked(title: &str, marks: &[(usize, usize)]) -> String {
    let mut text = String::with_capacity(title.len() + 4);
    let mut at = 0;
    for (start, end) in marks {
        text.push_str(&title[at..*start]);
        text.push('\u{2}');
        text.push_str(&title[*start..*end]);
        text.push('\u{3}');
        at = *end;
    }
    text.push_str(&title[at..]);
    text
}

fn lower(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The words of a title with their places in it.
fn words_of(title: &str) -> Vec<(usize, usize, Vec<char>)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in title.char_indices().chain([(title.len(), ' ')]) {
        match (c.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at, lower(&title[from..at])));
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn contains(word: &[char], wanted: &[char]) -> bool {
    word.windows(wanted.len().max(1)).any(|part| part == wanted)
}

/// One letter too many, too few, wrong, or two exchanged.
fn is_near(word: &[char], wanted: &[char], or_beginning: bool) -> bool {
    if one_slip(word, wanted) {
        return true;
    }
    let lengths = wanted.len() - 1..=wanted.len() + 1;
    or_beginning
        && lengths
            .filter(|length| *length < word.len())
            .any(|length| one_slip(&word[..length], wanted))
}

fn one_slip(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().abs_diff(b.len()) {
        0 => {
            let wrong = a.get(1..) == b.get(1..);
            let exchanged = a.len() >= 2 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
            wrong || exchanged
        }
        1 if a.len() > b.len() => a[1..] == *b,
        1 => *a == b[1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn words_and_phrases() {
        let check = |text: &str, expected: &[(&str, bool)]| {
            let words = of(text);
            let words: Vec<_> = words
                .iter()
                .map(|word| (word.text.as_str(), word.phrase))
                .collect();
            assert_eq!(words, expected, "{text:?}");
        };
        check("plot  sine\n", &[("plot", false), ("sine", false)]);
        check(
            "a \"two  words\" b",
            &[("a", false), ("two words", true), ("b", false)],
        );
        check("\"still typ", &[("still typ", true)]);
        check("print(\"x y\")", &[("print(\"x", false), ("y\")", false)]);
        check("\"\" \"", &[]);
        check("“typeset marks”", &[("typeset marks", true)]);
        check("\0\u{2}", &[]);
        check("", &[]);
        assert_eq!(of(&"w ".repeat(5000)).len(), MOST_WORDS);
    }

    #[test]
    fn one_slip_in_a_title() {
        let check = |text: &str, title: &str, expected: Option<&str>| {
            let words = of(text);
            let slips = Slips::new(&words);
            let found = slips
                .are_possible()
                .then(|| slips.in_title(title))
                .flatten()
                .map(|found| found.replace(['\u{2}', '\u{3}'], "|"));
            assert_eq!(found.as_deref(), expected, "{text} in {title}");
        };
        let title = "Weather in Zürich";
        check("wether", title, Some("|Weather| in Zürich"));
        check("waether", title, Some("|Weather| in Zürich"));
        check("weatherr", title, Some("|Weather| in Zürich"));
        check("wexther", title, Some("|Weather| in Zürich"));
        check("WETHER zürich", title, Some("|Weather| in |Zürich|"));
        check("zurich", title, Some("Weather in |Zürich|"));
        check("weather zuri", title, Some("|Weather| in |Zürich|"));
        check("zuri weather", title, None);
        check("wexthxr", title, None);
        check("weather", title, None);
        check("im", title, None);
        check("\"wether\"", title, None);
        check("wether \"in\"", title, None);
    }
}
