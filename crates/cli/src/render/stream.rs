//! Markdown while it is being written.
//!
//! Lines once given are never taken back: a terminal scrolls, and what has
//! scrolled away cannot be changed. So text is cut into blocks; of the block
//! being written all lines but the last are given, and only the last may still
//! change. A table is held back until it is complete, since its columns depend
//! on every row.

use super::markdown::{first_word, render};
use super::{CodeBlock, Line, Span, Style};

/// A paragraph longer than this, in bytes, is given as it is: rendering it
/// again for every word would take ever longer.
const LONGEST_BLOCK: usize = 4 * 1024;

/// A message that grows at its end.
#[derive(Default)]
pub(crate) struct Markdown {
    /// Complete source lines of the present block.
    block: String,
    /// Lines of the present block that were given.
    given: usize,
    /// The source line without an end.
    tail: String,
    fence: Option<Fence>,
    /// A blank line is due before the next block.
    gap: bool,
    /// A blank line came inside the present list.
    loose: bool,
}

/// What an unfinished line is to the block before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Continues,
    Begins,
    /// The next characters will tell.
    Unclear,
}

struct Fence {
    mark: char,
    length: usize,
    indent: usize,
    code: CodeBlock,
}

impl Markdown {
    /// Appends text; returns the lines that are final now.
    pub(crate) fn push(&mut self, text: &str, columns: usize) -> Vec<Line> {
        let mut out = Vec::new();
        let mut parts = text.split('\n');
        self.tail.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let line = std::mem::replace(&mut self.tail, part.to_owned());
            self.line(&line, columns, &mut out);
        }
        if self.fence.is_none() {
            let tail = self.tail.clone();
            if self.tail_kind() == Tail::Begins {
                self.separate(&tail, columns, &mut out);
            }
            self.give_all_but_last(columns, &mut out);
        }
        out
    }

    /// The line that may still change, to be drawn below the final ones.
    pub(crate) fn live(&self, columns: usize) -> Option<Line> {
        if let Some(fence) = &self.fence {
            let tail = self.tail.trim_end();
            let gutter = Span::new("  ", Style::DIM);
            return (!tail.is_empty() && fence.closed_by(tail).is_none())
                .then(|| vec![gutter, Span::plain(super::safe_text(tail))]);
        }
        let source = self.source();
        if source.trim().is_empty() {
            return None;
        }
        if is_table(&source) {
            let rows = source.lines().count().saturating_sub(2);
            return Some(vec![Span::new(format!("table, {rows} rows…"), Style::DIM)]);
        }
        let lines = render(&source, columns);
        (lines.len() > self.given)
            .then(|| lines.into_iter().next_back())
            .flatten()
    }

    /// No more comes: everything that is left.
    pub(crate) fn finish(&mut self, columns: usize) -> Vec<Line> {
        let mut out = Vec::new();
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.line(&tail, columns, &mut out);
        }
        if let Some(mut fence) = self.fence.take() {
            out.extend(fence.code.finish(columns));
        }
        self.end_block(columns, &mut out);
        out
    }

    /// The present block, with the unfinished line where it surely belongs to it.
    fn source(&self) -> String {
        let mut source = self.block.clone();
        if self.tail_kind() == Tail::Continues {
            source.push_str(&self.tail);
        }
        source
    }

    /// What the unfinished line is to the present block.
    fn tail_kind(&self) -> Tail {
        let text = self.tail.trim_start_matches(' ');
        let indent = self.tail.len() - text.len();
        let in_list = is_item(&self.block);
        if self.block.is_empty() || self.tail.is_empty() {
            return Tail::Continues;
        }
        if in_list && has_open_fence(&self.block) {
            return Tail::Continues;
        }
        if text.is_empty() {
            return Tail::Unclear;
        }
        if in_list && indent >= 2 {
            return Tail::Continues;
        }
        if self.is_separate(&self.tail) {
            return Tail::Begins;
        }
        // Marks without what follows them: a list, a fence, a heading, a rule?
        let marks = text.trim_end_matches(' ');
        let only = |allowed: &str| marks.chars().all(|c| allowed.contains(c));
        let digits = marks.trim_end_matches(['.', ')']);
        let number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
        if number
            || ["#", "`", "~", "-", "*", "+", "=", "_"]
                .iter()
                .any(|mark| only(mark))
        {
            return Tail::Unclear;
        }
        Tail::Continues
    }

    /// Whether a line that begins like `text` is no part of the present block.
    fn is_separate(&self, text: &str) -> bool {
        let indent = text.len() - text.trim_start_matches(' ').len();
        if self.block.is_empty() || indent >= 4 {
            return false;
        }
        let in_list = is_item(&self.block);
        if in_list && indent >= 2 {
            return false;
        }
        let quote = |text: &str| text.trim_start().starts_with('>');
        is_item(text)
            || is_heading(text) && text.contains(' ')
            || fence_start(text).is_some()
            || quote(text) && !quote(&self.block)
            || in_list && self.loose && !could_become_item(text)
    }

    /// Ends the present block where `text` begins another.
    fn separate(&mut self, text: &str, columns: usize, out: &mut Vec<Line>) {
        if !self.is_separate(text) {
            return;
        }
        // Items of one list follow each other without a gap.
        let same_list = is_item(&self.block) && is_item(text);
        let loose = self.loose;
        self.end_block(columns, out);
        self.gap = loose || !same_list;
    }

    /// Takes in one complete source line.
    fn line(&mut self, line: &str, columns: usize, out: &mut Vec<Line>) {
        let line = line.trim_end_matches('\r');
        if let Some(fence) = &mut self.fence {
            if fence.closed_by(line).is_some() {
                out.extend(fence.code.finish(columns));
                self.fence = None;
                self.gap = true;
            } else {
                let text = strip_indent(line, fence.indent);
                out.extend(fence.code.push(&format!("{text}\n"), columns));
            }
            return;
        }
        let in_list = is_item(&self.block);
        if line.trim().is_empty() {
            if in_list {
                self.loose |= !has_open_fence(&self.block);
                self.block.push('\n');
            } else if !self.block.is_empty() {
                self.end_block(columns, out);
            }
            return;
        }
        if in_list && has_open_fence(&self.block) {
            self.add(line);
            return;
        }
        self.separate(line, columns, out);
        // What could still have become an item did not: `5` is a paragraph.
        if could_become_item(line) && self.is_separate("x") {
            self.end_block(columns, out);
        }
        let indent = line.len() - line.trim_start().len();
        if indent < 4
            && !(is_item(&self.block) && indent >= 2)
            && let Some((mark, length, info)) = fence_start(line)
        {
            self.end_block(columns, out);
            self.blank(out);
            let code = CodeBlock::new(first_word(info), false);
            self.fence = Some(Fence {
                mark,
                length,
                indent,
                code,
            });
            return;
        }
        if is_heading(line) {
            self.end_block(columns, out);
            self.add(line);
            self.end_block(columns, out);
            return;
        }
        self.add(line);
    }

    fn add(&mut self, line: &str) {
        self.block.push_str(line);
        self.block.push('\n');
    }

    /// The blank line between two blocks.
    fn blank(&mut self, out: &mut Vec<Line>) {
        if std::mem::take(&mut self.gap) {
            out.push(Line::new());
        }
    }

    fn give_all_but_last(&mut self, columns: usize, out: &mut Vec<Line>) {
        let source = self.source();
        if source.trim().is_empty() || could_be_table(&source) {
            return;
        }
        if source.len() > LONGEST_BLOCK && !is_item(&source) {
            let tail = std::mem::take(&mut self.tail);
            self.block.push_str(&tail);
            self.end_block(columns, out);
            // The text goes on without a gap.
            self.gap = false;
            return;
        }
        let lines = render(&source, columns);
        let ready = lines.len().saturating_sub(1);
        if ready > self.given {
            if self.given == 0 {
                self.blank(out);
            }
            out.extend(lines.into_iter().take(ready).skip(self.given));
            self.given = ready;
        }
    }

    fn end_block(&mut self, columns: usize, out: &mut Vec<Line>) {
        let block = std::mem::take(&mut self.block);
        let given = std::mem::take(&mut self.given);
        self.loose = false;
        if block.trim().is_empty() {
            return;
        }
        if given == 0 {
            self.blank(out);
        }
        out.extend(render(&block, columns).into_iter().skip(given));
        self.gap = true;
    }
}

impl Fence {
    fn closed_by(&self, line: &str) -> Option<()> {
        let line = line.trim();
        let marks = line.chars().take_while(|c| *c == self.mark).count();
        (marks >= self.length && marks == line.chars().count()).then_some(())
    }
}

/// Mark, length and info of an opening fence.
fn fence_start(line: &str) -> Option<(char, usize, &str)> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.chars().take_while(|c| *c == mark).count();
    let info = &line[length..];
    (length >= 3 && !(mark == '`' && info.contains('`'))).then_some((mark, length, info))
}

/// Whether a list item has an opening fence without its end.
fn has_open_fence(block: &str) -> bool {
    let mut open: Option<(char, usize)> = None;
    for line in block.lines() {
        let line = line
            .trim_start()
            .trim_start_matches(['-', '*', '+'])
            .trim_start();
        match (open, fence_start(line)) {
            (None, Some((mark, length, _))) => open = Some((mark, length)),
            (Some((mark, length)), Some((other, longer, info)))
                if mark == other && longer >= length && info.trim().is_empty() =>
            {
                open = None;
            }
            _ => {}
        }
    }
    open.is_some()
}

fn is_heading(line: &str) -> bool {
    let marks = line.chars().take_while(|c| *c == '#').count();
    (1..=6).contains(&marks) && line[marks..].chars().next().is_none_or(|c| c == ' ')
}

/// Whether the text begins with a list's mark.
fn is_item(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    let rest = match text.strip_prefix(['-', '*', '+']) {
        Some(rest) => rest,
        None => {
            let digits = text.chars().take_while(char::is_ascii_digit).count();
            match text[digits..].strip_prefix(['.', ')']) {
                Some(rest) if (1..=9).contains(&digits) => rest,
                _ => return false,
            }
        }
    };
    rest.starts_with(' ') || rest.starts_with('\n')
}

/// Whether more characters could make a list's mark of it.
fn could_become_item(text: &str) -> bool {
    let text = text.trim_start_matches(' ');
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match text.len() - rest.len() {
        0 => matches!(text, "" | "-" | "*" | "+"),
        1..=9 => matches!(rest, "" | "." | ")"),
        _ => false,
    }
}

/// A first line with a bar may turn out to be a table's head.
fn could_be_table(source: &str) -> bool {
    let mut lines = source.lines();
    let first = lines.next().unwrap_or_default();
    if !first.contains('|') {
        return false;
    }
    match lines.next() {
        None => true,
        Some(second) => is_rule(second),
    }
}

fn is_table(source: &str) -> bool {
    source.lines().count() >= 2 && could_be_table(source)
}

/// The line below a table's head, or the beginning of one.
fn is_rule(line: &str) -> bool {
    line.trim()
        .chars()
        .all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn strip_indent(line: &str, indent: usize) -> &str {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    &line[blanks.min(indent)..]
}

#[cfg(test)]
mod tests;
