//! One complete piece of Markdown as lines.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::table::Table;
use super::{CodeBlock, Colour, Line, Span, Style, safe_text, wrap};

/// Renders Markdown in at most `columns`.
pub(crate) fn render(source: &str, columns: usize) -> Vec<Line> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page {
        columns: columns.max(8),
        ..Page::default()
    };
    for event in Parser::new_ext(source, options) {
        page.take(event);
    }
    page.flush();
    page.lines
}

#[derive(Default)]
struct Page {
    lines: Vec<Line>,
    columns: usize,
    /// Text of the paragraph being read.
    text: Vec<Span>,
    style: Vec<Style>,
    /// What stands before each line: marks of quotes and lists.
    margins: Vec<Margin>,
    lists: Vec<Option<u64>>,
    /// A blank line is due before the next block.
    gap: bool,
    link: Option<(String, usize)>,
    code: Option<(CodeBlock, Vec<Line>)>,
    table: Option<Table>,
}

struct Margin {
    /// On the first line only.
    first: Option<Span>,
    /// On the lines after it.
    rest: Span,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.take_text(&text),
            Event::Code(text) => {
                let style = Style {
                    colour: Some(Colour::Cyan),
                    ..self.look()
                };
                self.text.push(Span::new(safe_text(&text), style));
            }
            Event::Html(text) | Event::InlineHtml(text) => {
                let text = safe_text(&text);
                self.push(text.trim_end_matches('\n'), Style::DIM);
            }
            Event::SoftBreak => self.push(" ", self.look()),
            Event::HardBreak => self.push("\n", self.look()),
            Event::Rule => {
                self.flush();
                self.begin_block();
                let width = self.room().min(40);
                self.emit(vec![Span::new("─".repeat(width), Style::DIM)]);
                self.gap = true;
            }
            Event::TaskListMarker(done) => {
                self.push(if done { "☑ " } else { "☐ " }, Style::PLAIN);
            }
            Event::FootnoteReference(name) => self.push(&format!("[{name}]"), Style::DIM),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.take_text(&text),
        }
    }

    fn take_text(&mut self, text: &str) {
        if let Some((block, lines)) = &mut self.code {
            let room = room(self.columns, &self.margins);
            lines.extend(block.push(text, room));
            return;
        }
        self.push(&safe_text(text), self.look());
    }

    fn push(&mut self, text: &str, style: Style) {
        match self.text.last_mut() {
            Some(last) if last.style == style => last.text.push_str(text),
            _ => self.text.push(Span::new(text, style)),
        }
    }

    fn look(&self) -> Style {
        self.style.last().copied().unwrap_or_default()
    }

    fn with(&mut self, change: impl FnOnce(&mut Style)) {
        let mut style = self.look();
        change(&mut style);
        self.style.push(style);
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                self.flush();
                self.begin_block();
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.begin_block();
                self.with(|style| {
                    style.bold = true;
                    style.underline = level == HeadingLevel::H1;
                });
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.begin_block();
                let mark = Span::new("│ ", Style::DIM);
                self.margins.push(Margin {
                    first: None,
                    rest: mark,
                });
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                self.begin_block();
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => first_word(info),
                    CodeBlockKind::Indented => "",
                };
                self.code = Some((CodeBlock::new(language, false), Vec::new()));
            }
            Tag::List(start) => {
                self.flush();
                if self.lists.is_empty() {
                    self.begin_block();
                }
                self.gap = false;
                self.lists.push(start);
            }
            Tag::Item => {
                self.flush();
                if self.gap {
                    self.begin_block();
                }
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number += 1;
                        mark
                    }
                    _ => "• ".to_owned(),
                };
                let indent = " ".repeat(mark.chars().count());
                self.margins.push(Margin {
                    first: Some(Span::new(mark, Style::colour(Colour::Cyan))),
                    rest: Span::plain(indent),
                });
            }
            Tag::Emphasis => self.with(|style| style.italic = true),
            Tag::Strong => self.with(|style| style.bold = true),
            Tag::Strikethrough => self.with(|style| style.strike = true),
            Tag::Link { dest_url, .. } => {
                self.link = Some((safe_text(&dest_url), self.text.len()));
                // Its own span, so that it can be told from the address.
                self.with(|style| style.underline = true);
            }
            Tag::Image { dest_url, .. } => {
                self.push("[image: ", Style::DIM);
                self.link = Some((safe_text(&dest_url), self.text.len()));
                self.with(|style| style.italic = true);
            }
            Tag::Table(_) => {
                self.flush();
                self.begin_block();
                self.table = Some(Table::default());
            }
            Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            Tag::HtmlBlock => {
                self.flush();
                self.begin_block();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush();
                self.gap = true;
            }
            TagEnd::Heading(_) => {
                self.flush();
                self.style.pop();
                self.gap = true;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.margins.pop();
                self.gap = true;
            }
            TagEnd::CodeBlock => {
                if let Some((mut block, mut lines)) = self.code.take() {
                    lines.extend(block.finish(self.room()));
                    for line in lines {
                        self.emit(line);
                    }
                }
                self.gap = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.gap = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.flush();
                // An empty item still has its mark.
                if self
                    .margins
                    .last()
                    .is_some_and(|margin| margin.first.is_some())
                {
                    self.emit(Line::new());
                }
                self.margins.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.style.pop();
            }
            TagEnd::Link => {
                self.style.pop();
                self.end_link(" (", ")");
            }
            TagEnd::Image => {
                self.style.pop();
                self.end_link("] (", ")");
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(table) = &mut self.table {
                    match table.rows.last_mut() {
                        Some(row) => row.push(cell),
                        None => table.head.push(cell),
                    }
                }
            }
            TagEnd::Table => {
                let room = self.room();
                if let Some(table) = self.table.take() {
                    for line in table.lines(room) {
                        self.emit(line);
                    }
                }
                self.gap = true;
            }
            _ => {}
        }
    }

    /// The address behind a link's text, unless the text is the address.
    fn end_link(&mut self, before: &str, after: &str) {
        let Some((address, from)) = self.link.take() else {
            return;
        };
        let shown: String = self
            .text
            .iter()
            .skip(from)
            .map(|span| span.text.as_str())
            .collect();
        let bare = address.trim_start_matches("mailto:");
        if !address.is_empty() && (shown != bare || before.starts_with(']')) {
            self.text
                .push(Span::new(format!("{before}{address}{after}"), Style::DIM));
        } else if before.starts_with(']') {
            self.push("]", Style::DIM);
        }
    }

    /// The blank line between blocks.
    fn begin_block(&mut self) {
        if self.gap && !self.lines.is_empty() {
            let margin: Line = self
                .margins
                .iter()
                .filter(|margin| margin.first.is_none())
                .map(|margin| margin.rest.clone())
                .collect();
            self.lines
                .push(if margin.iter().all(|span| span.text.trim().is_empty()) {
                    Line::new()
                } else {
                    margin
                });
        }
        self.gap = false;
    }

    fn room(&self) -> usize {
        room(self.columns, &self.margins)
    }

    /// Ends the paragraph being read.
    fn flush(&mut self) {
        if self.table.is_some() || self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        for line in wrap(&text, self.room()) {
            self.emit(line);
        }
    }

    fn emit(&mut self, line: Line) {
        let mut whole = Line::new();
        for margin in &mut self.margins {
            whole.push(margin.first.take().unwrap_or_else(|| margin.rest.clone()));
        }
        whole.extend(line);
        self.lines.push(whole);
    }
}

fn room(columns: usize, margins: &[Margin]) -> usize {
    let used: usize = margins
        .iter()
        .map(|margin| super::width_of(&margin.rest.text))
        .sum();
    columns.saturating_sub(used).max(8)
}

/// The language in a fence's info line.
pub(crate) fn first_word(info: &str) -> &str {
    info.trim()
        .split([' ', ',', '{', '\t'])
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn shown(source: &str, columns: usize) -> String {
        let text = |line: &Line| {
            line.iter()
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        render(source, columns)
            .iter()
            .map(text)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn blocks() {
        let check = |source: &str, expected: &str| assert_eq!(shown(source, 30), expected);
        check("", "");
        check("one\ntwo", "one two");
        check("one\n\ntwo", "one\n\ntwo");
        check("# Title\ntext", "Title\n\ntext");
        check("- a\n- b\n  - c\n- d", "• a\n• b\n  • c\n• d");
        check("3. a\n4. b", "3. a\n4. b");
        check("- a\n\n- b", "• a\n\n• b");
        check("- [x] done\n- [ ] open", "• ☑ done\n• ☐ open");
        check("> quoted\n> text\n\nafter", "│ quoted text\n\nafter");
        check("a **b** `c` *d* ~~e~~", "a b c d e");
        check("[here](http://x)", "here (http://x)");
        check("<http://x>", "http://x");
        check("![cat](cat.png)", "[image: cat] (cat.png)");
        check("```py\nx\n```", "  x");
        check("a\n\n---\n\nb", &format!("a\n\n{}\n\nb", "─".repeat(30)));
        check("-", "• ");
        check("a<br>b", "a<br>b");
        check(
            "a paragraph that is longer than thirty columns",
            "a paragraph that is longer\nthan thirty columns",
        );
        check(
            "- an item that is longer than thirty columns",
            "• an item that is longer than\n  thirty columns",
        );
    }

    #[test]
    fn tables() {
        let check = |source: &str, columns: usize, expected: &str| {
            assert_eq!(shown(source, columns), expected);
        };
        check(
            "| a | long head |\n|---|---|\n| 1 | 2 |\n| 日本 | x |",
            40,
            "a    │ long head\n─────┼──────────\n1    │ 2\n日本 │ x",
        );
        check(
            "| a | b |\n|---|---|\n| one | several words here |",
            16,
            "a   │ b\n────┼───────────\none │ several\n    │ words here",
        );
    }

    #[test]
    fn styles() {
        let bold = Style::BOLD;
        assert_eq!(
            render("a **b *c***", 30),
            vec![vec![
                Span::plain("a "),
                Span::new("b ", bold),
                Span::new(
                    "c",
                    Style {
                        italic: true,
                        ..bold
                    }
                ),
            ]]
        );
    }
}
