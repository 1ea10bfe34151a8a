//! A block of code, as it is shown before it runs: numbered, highlighted, and
//! with everything invisible made visible.

use super::highlight::Highlighter;
use super::{Line, Span, Style, safe_text, take_width};

/// Columns of the line numbers with their rule.
const GUTTER: usize = 7;

/// A block that grows at its end.
pub(crate) struct CodeBlock {
    highlighter: Highlighter,
    numbers: bool,
    count: u32,
    /// The last line, which has no end yet.
    tail: String,
}

impl CodeBlock {
    /// An empty block; with `numbers` each line has its own.
    pub(crate) fn new(language: &str, numbers: bool) -> Self {
        Self {
            highlighter: Highlighter::new(language),
            numbers,
            count: 0,
            tail: String::new(),
        }
    }

    /// Appends code; returns the lines that are complete now.
    pub(crate) fn push(&mut self, text: &str, columns: usize) -> Vec<Line> {
        let mut done = Vec::new();
        let mut parts = text.split('\n');
        self.tail.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let line = std::mem::replace(&mut self.tail, part.to_owned());
            done.extend(self.line(&line, columns));
        }
        done
    }

    /// The line that is still being written, in plain.
    pub(crate) fn live(&self) -> Option<Line> {
        let tail = safe_text(&self.tail);
        (!tail.is_empty()).then(|| vec![self.gutter(Some(self.count + 1)), Span::plain(tail)])
    }

    /// The last line, where it has no end.
    pub(crate) fn finish(&mut self, columns: usize) -> Vec<Line> {
        let tail = std::mem::take(&mut self.tail);
        if tail.is_empty() {
            Vec::new()
        } else {
            self.line(&tail, columns)
        }
    }

    fn gutter(&self, number: Option<u32>) -> Span {
        let text = match (self.numbers, number) {
            (false, _) => "  ".to_owned(),
            (true, Some(number)) => format!("{number:>4} │ "),
            (true, None) => "     │ ".to_owned(),
        };
        Span::new(text, Style::DIM)
    }

    fn line(&mut self, text: &str, columns: usize) -> Vec<Line> {
        self.count += 1;
        let text = safe_text(text.trim_end_matches('\r'));
        let gutter = if self.numbers { GUTTER } else { 2 };
        let room = columns.saturating_sub(gutter).max(8);
        let mut lines = Vec::new();
        let mut line = vec![self.gutter(Some(self.count))];
        let mut left = room;
        for span in self.highlighter.line(&text) {
            let mut rest = span.text.as_str();
            while !rest.is_empty() {
                if super::width_of(rest) <= left {
                    left -= super::width_of(rest);
                    line.push(Span::new(rest, span.style));
                    break;
                }
                let (part, tail) = if left == 0 {
                    ("", rest)
                } else {
                    take_width(rest, left)
                };
                if !part.is_empty() {
                    line.push(Span::new(part, span.style));
                }
                lines.push(std::mem::replace(&mut line, vec![self.gutter(None)]));
                left = room;
                rest = tail;
            }
        }
        lines.push(line);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines
            .iter()
            .map(|line| line.iter().map(|span| span.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn lines_are_numbered_as_they_come() {
        let mut block = CodeBlock::new("python", true);
        assert_eq!(texts(block.push("x = 1\npri", 40)), ["   1 │ x = 1"]);
        assert_eq!(texts(block.live().into_iter().collect()), ["   2 │ pri"]);
        assert_eq!(
            texts(block.push("nt(x)\n\n", 40)),
            ["   2 │ print(x)", "   3 │ "]
        );
        assert_eq!(block.live(), None);
        assert_eq!(texts(block.finish(40)), Vec::<String>::new());
    }

    #[test]
    fn long_lines_are_cut_and_hidden_characters_shown() {
        let mut block = CodeBlock::new("", true);
        let lines = block.push("0123456789abcdef\n# \u{202e}\x1b[8m\n", 17);
        assert_eq!(
            texts(lines),
            [
                "   1 │ 0123456789",
                "     │ abcdef",
                "   2 │ # \\u{202e}",
                "     │ \\u{1b}[8m"
            ]
        );
    }
}
