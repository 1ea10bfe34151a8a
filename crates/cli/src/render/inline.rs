//! Widths, wrapping, and what may be let through to a terminal.

use unicode_width::UnicodeWidthChar as _;

use super::{Line, Span, Style};

/// Columns a text takes.
pub(crate) fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The longest beginning of `text` that fits into `columns`, and the rest. At
/// least one character is taken, so that a loop ends.
pub(crate) fn take_width(text: &str, columns: usize) -> (&str, &str) {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns && at > 0 {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// Text from outside without anything that moves the cursor, hides or reorders
/// text: what stands on the screen is what the text says. Tabs become spaces.
pub(crate) fn safe_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push(c),
            '\t' => out.push_str("    "),
            '\r' => {}
            c if is_treacherous(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Controls, and characters that change how others are read without being seen.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Wraps spans at spaces into lines of at most `columns`. A longer word is cut.
pub(crate) fn wrap(spans: &[Span], columns: usize) -> Vec<Line> {
    let columns = columns.max(1);
    let mut wrapped = Wrapped {
        lines: vec![Line::new()],
        used: 0,
        columns,
    };
    for span in spans {
        for (index, part) in span.text.split('\n').enumerate() {
            if index > 0 {
                wrapped.new_line();
            }
            for word in words(part) {
                wrapped.word(word, span.style);
            }
        }
    }
    for line in &mut wrapped.lines {
        trim_end(line);
    }
    wrapped.lines
}

struct Wrapped {
    lines: Vec<Line>,
    used: usize,
    columns: usize,
}

impl Wrapped {
    fn new_line(&mut self) {
        self.lines.push(Line::new());
        self.used = 0;
    }

    fn word(&mut self, word: &str, style: Style) {
        let is_space = word.starts_with(' ');
        let width = width_of(word);
        if self.used + width > self.columns {
            if is_space {
                // The space that would begin the next line is the break itself.
                if self.used > 0 {
                    self.new_line();
                }
                return;
            }
            if self.used > 0 && self.can_break() {
                self.carry_over();
            }
        }
        if is_space && self.used == 0 && self.lines.len() > 1 {
            return;
        }
        let mut rest = word;
        while self.used + width_of(rest) > self.columns {
            let room = self.columns - self.used;
            if room == 0
                || (self.used > 0
                    && rest.chars().next().and_then(|c| c.width()).unwrap_or(0) > room)
            {
                self.new_line();
                continue;
            }
            let (part, tail) = take_width(rest, room);
            self.push(part, style);
            if tail.is_empty() {
                return;
            }
            rest = tail;
            self.new_line();
        }
        self.push(rest, style);
    }

    /// Whether the present line has a place to break at.
    fn can_break(&self) -> bool {
        self.lines
            .last()
            .is_some_and(|line| line.iter().any(|span| span.text.contains(' ')))
            || self.used >= self.columns
    }

    /// Begins a new line, taking along what is glued to the word that follows:
    /// spans of different looks may share one word.
    fn carry_over(&mut self) {
        let mut carried = Line::new();
        if let Some(line) = self.lines.last_mut() {
            while let Some(span) = line.pop() {
                match span.text.rfind(' ') {
                    Some(at) => {
                        let (kept, glued) = span.text.split_at(at + 1);
                        if !glued.is_empty() {
                            carried.insert(0, Span::new(glued, span.style));
                        }
                        line.push(Span::new(kept, span.style));
                        break;
                    }
                    None => carried.insert(0, span),
                }
            }
        }
        let carried_width = carried.iter().map(|span| width_of(&span.text)).sum();
        self.lines.push(carried);
        self.used = carried_width;
    }

    fn push(&mut self, text: &str, style: Style) {
        self.used += width_of(text);
        let Some(line) = self.lines.last_mut() else {
            return;
        };
        match line.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => line.push(Span::new(text, style)),
        }
    }
}

/// Cuts into runs of spaces and runs of anything else.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let space = rest.chars().next()? == ' ';
        let end = rest.find(|c| (c == ' ') != space).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(end);
        rest = tail;
        Some(word)
    })
}

fn trim_end(line: &mut Line) {
    while let Some(last) = line.last_mut() {
        let length = last.text.trim_end_matches(' ').len();
        last.text.truncate(length);
        if !last.text.is_empty() {
            return;
        }
        line.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(lines: &[Line]) -> Vec<String> {
        lines
            .iter()
            .map(|line| line.iter().map(|span| span.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn wrapping() {
        let check = |text: &str, columns: usize, expected: &[&str]| {
            assert_eq!(
                texts(&wrap(&[Span::plain(text)], columns)),
                expected,
                "{text:?} {columns}"
            );
        };
        check("", 10, &[""]);
        check("one two three", 7, &["one two", "three"]);
        check("one two three", 100, &["one two three"]);
        check("abcdefgh", 3, &["abc", "def", "gh"]);
        check("a abcdefgh", 4, &["a", "abcd", "efgh"]);
        check("a\nb", 10, &["a", "b"]);
        check("日本語の文", 4, &["日本", "語の", "文"]);
        check("x   y", 10, &["x   y"]);
        check("😀😀", 1, &["😀", "😀"]);
    }

    #[test]
    fn a_word_of_two_looks_is_not_torn() {
        let spans = [
            Span::plain("aa bb"),
            Span::new("cc", Style::BOLD),
            Span::plain(", dd"),
        ];
        assert_eq!(texts(&wrap(&spans, 6)), ["aa", "bbcc,", "dd"]);
    }

    #[test]
    fn nothing_treacherous_reaches_the_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(safe_text(text), expected);
        check("plain é 日本 😀\n", "plain é 日本 😀\n");
        check("a\tb\r\n", "a    b\n");
        check("\x1b[2J", "\\u{1b}[2J");
        check("a\u{202e}b", "a\\u{202e}b");
        check("\u{9b}31m", "\\u{9b}31m");
        check("zero\u{200b}width", "zero\\u{200b}width");
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide_and_no_letter_is_lost(text in "[a-z 日é]{0,40}", columns in 2usize..12) {
            let lines = wrap(&[Span::plain(text.as_str())], columns);
            let texts = texts(&lines);
            for line in &texts {
                prop_assert!(width_of(line) <= columns, "{line:?}");
            }
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&texts.concat()), letters(&text));
        }
    }
}
