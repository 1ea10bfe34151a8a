//! What running code prints, line by line.

use std::mem;

use crate::render::{Line, Span, safe_text};

/// What stands before each line.
const MARGIN: &str = "  ";

/// Output that grows at its end. Escape sequences are left out: they could
/// draw over what was shown, a question included. A bare carriage return
/// begins the line again, as progress bars want it.
#[derive(Default)]
pub(crate) struct Output {
    tail: String,
    /// The next character begins the line again.
    again: bool,
    escape: Escape,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Escape {
    #[default]
    None,
    /// After the escape character.
    Begun,
    /// Inside a sequence that ends with a letter.
    Control,
    /// Inside a text that ends with a bell or an escape and a backslash.
    Text,
    TextEnd,
}

impl Output {
    /// Appends output; returns the lines that are complete now.
    pub(crate) fn push(&mut self, text: &str) -> Vec<Line> {
        let mut done = Vec::new();
        for c in text.chars() {
            if self.in_escape(c) {
                continue;
            }
            match c {
                '\n' => {
                    self.again = false;
                    done.push(shown(&mem::take(&mut self.tail)));
                }
                '\r' => self.again = true,
                '\u{8}' => {
                    self.tail.pop();
                }
                '\u{7}' => {}
                c => {
                    if mem::take(&mut self.again) {
                        self.tail.clear();
                    }
                    self.tail.push(c);
                }
            }
        }
        done
    }

    /// The line without an end.
    pub(crate) fn live(&self) -> Option<Line> {
        (!self.tail.is_empty()).then(|| shown(&self.tail))
    }

    /// Forgets the line without an end, where it is `text`.
    pub(crate) fn take_back(&mut self, text: &str) {
        if self.tail == text {
            self.tail.clear();
        }
    }

    /// The last line, where it has no end.
    pub(crate) fn finish(&mut self) -> Option<Line> {
        let tail = mem::take(&mut self.tail);
        (!tail.is_empty()).then(|| shown(&tail))
    }

    /// Whether the character is part of an escape sequence.
    fn in_escape(&mut self, c: char) -> bool {
        let (next, inside) = match (self.escape, c) {
            (Escape::None, '\u{1b}') => (Escape::Begun, true),
            (Escape::None, '\u{9b}') => (Escape::Control, true),
            (Escape::None, _) => (Escape::None, false),
            (Escape::Begun, '[') => (Escape::Control, true),
            (Escape::Begun, ']' | 'P' | '^' | '_' | 'X') => (Escape::Text, true),
            (Escape::Begun, '(' | ')' | '#' | ' ') => (Escape::Begun, true),
            (Escape::Begun, '\n') => (Escape::None, false),
            (Escape::Begun, _) => (Escape::None, true),
            (Escape::Control, '@'..='~') => (Escape::None, true),
            (Escape::Control, '\n') => (Escape::None, false),
            (Escape::Control, _) => (Escape::Control, true),
            (Escape::Text, '\u{7}') => (Escape::None, true),
            (Escape::Text, '\u{1b}') => (Escape::TextEnd, true),
            // A sequence that never ends must not swallow all output.
            (Escape::Text, '\n') => (Escape::None, false),
            (Escape::Text, _) => (Escape::Text, true),
            (Escape::TextEnd, _) => (Escape::None, true),
        };
        self.escape = next;
        inside
    }
}

fn shown(text: &str) -> Line {
    vec![Span::plain(format!("{MARGIN}{}", safe_text(text)))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn texts(output: &mut Output, text: &str) -> Vec<String> {
        let text_of = |line: Line| {
            line.iter()
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        let mut lines: Vec<String> = output.push(text).into_iter().map(text_of).collect();
        lines.extend(output.finish().map(text_of));
        lines
    }

    #[test]
    fn what_reaches_the_terminal() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(texts(&mut Output::default(), text), expected, "{text:?}");
        };
        check("", &[]);
        check("a\nb", &["  a", "  b"]);
        check("\n", &["  "]);
        check("a\r\nb\r\n", &["  a", "  b"]);
        check("10%\r20%\r\n", &["  20%"]);
        check("\x1b[31mred\x1b[0m", &["  red"]);
        check("\x1b[2J\x1b[HRun this code? y", &["  Run this code? y"]);
        check("\x1b]0;title\x07after", &["  after"]);
        check("\x1b]8;;http://x\x1b\\link", &["  link"]);
        check("\x1b]never ended\nnext", &["  ", "  next"]);
        check("ab\u{8}c", &["  ac"]);
        check("\x1b(Bx", &["  x"]);
        check("\u{9b}1mx", &["  x"]);
    }

    proptest! {
        #[test]
        fn no_control_character_is_let_through(text in "\\PC{0,20}|[\x00-\x1f\\[\\]a-z0-9;]{0,40}") {
            for line in texts(&mut Output::default(), &text) {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
