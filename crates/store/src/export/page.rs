//! Markdown as HTML in which nothing acts: no HTML of the text's own, no
//! address but of the web and of mail, nothing that is loaded.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A text in which nothing is HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// An address that may stand in a link.
fn is_safe(address: &str) -> bool {
    let lower = address.trim_start().to_ascii_lowercase();
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| lower.starts_with(start))
}

pub(super) fn html(markdown: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut page = Page::default();
    for event in Parser::new_ext(markdown, options) {
        page.event(event);
    }
    page.out
}

#[derive(Default)]
struct Page {
    out: String,
    in_head: bool,
    columns: Vec<Alignment>,
    column: usize,
    /// Of the open links and pictures: where they lead, if they may.
    links: Vec<Option<String>>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.out.push_str(&escaped(&text)),
            Event::Code(text) => self.wrap("code", &text),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskListMarker(done) => self.out.push_str(if done { "☑ " } else { "☐ " }),
        }
    }

    fn wrap(&mut self, tag: &str, text: &str) {
        self.out
            .push_str(&format!("<{tag}>{}</{tag}>", escaped(text)));
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => self.out.push_str("<p>"),
            Tag::Heading { level, .. } => {
                self.out.push_str(&format!("<h{}>", level_of(level as u8)))
            }
            Tag::BlockQuote(_) => self.out.push_str("<blockquote>\n"),
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) if !language.is_empty() => {
                self.out.push_str(&format!(
                    "<pre data-language=\"{}\"><code>",
                    escaped(&language)
                ));
            }
            Tag::CodeBlock(_) => self.out.push_str("<pre><code>"),
            Tag::HtmlBlock => self.out.push_str("<p>"),
            Tag::List(Some(1)) => self.out.push_str("<ol>\n"),
            Tag::List(Some(first)) => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            Tag::List(None) => self.out.push_str("<ul>\n"),
            Tag::Item => self.out.push_str("<li>"),
            Tag::Table(columns) => {
                self.columns = columns;
                self.out.push_str("<table>\n");
            }
            Tag::TableHead => {
                self.in_head = true;
                self.column = 0;
                self.out.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.column = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableCell => {
                let cell = if self.in_head { "th" } else { "td" };
                let side = match self.columns.get(self.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    Some(Alignment::Center) => " class=\"centre\"",
                    _ => "",
                };
                self.column += 1;
                self.out.push_str(&format!("<{cell}{side}>"));
            }
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<del>"),
            Tag::Link { dest_url, .. } => {
                let address = is_safe(&dest_url).then(|| dest_url.to_string());
                if let Some(address) = &address {
                    self.out.push_str(&format!(
                        "<a href=\"{}\" rel=\"noopener noreferrer\">",
                        escaped(address)
                    ));
                }
                self.links.push(address);
            }
            // A picture from elsewhere would be a connection nobody asked for.
            Tag::Image { dest_url, .. } => {
                self.out.push_str("<span class=\"picture\">[Picture: ");
                self.links.push(Some(dest_url.to_string()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self
                .out
                .push_str(&format!("</h{}>\n", level_of(level as u8))),
            TagEnd::BlockQuote(_) => self.out.push_str("</blockquote>\n"),
            TagEnd::CodeBlock => self.out.push_str("</code></pre>\n"),
            TagEnd::List(true) => self.out.push_str("</ol>\n"),
            TagEnd::List(false) => self.out.push_str("</ul>\n"),
            TagEnd::Item => self.out.push_str("</li>\n"),
            TagEnd::Table => self.out.push_str("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.push_str("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => self
                .out
                .push_str(if self.in_head { "</th>" } else { "</td>" }),
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Strikethrough => self.out.push_str("</del>"),
            TagEnd::Link => {
                if let Some(Some(_)) = self.links.pop() {
                    self.out.push_str("</a>");
                }
            }
            TagEnd::Image => {
                let address = self.links.pop().flatten().unwrap_or_default();
                self.out
                    .push_str(&format!(" {}]</span>", escaped(&address)));
            }
            _ => {}
        }
    }
}

/// Headings of messages stand below those of the page.
fn level_of(level: u8) -> u8 {
    (level + 2).min(6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn markdown_is_shown_and_html_is_text() {
        let check = |markdown: &str, expected: &str| assert_eq!(html(markdown).trim(), expected);
        check(
            "**a** `b<c`",
            "<p><strong>a</strong> <code>b&lt;c</code></p>",
        );
        check(
            "<script>alert(1)</script>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        );
        check(
            "x <img src=x onerror=alert(1)>",
            "<p>x &lt;img src=x onerror=alert(1)&gt;</p>",
        );
        check("[a](javascript:alert(1))", "<p>a</p>");
        check(
            "[a](https://x.y/?\"q)",
            "<p><a href=\"https://x.y/?&quot;q\" rel=\"noopener noreferrer\">a</a></p>",
        );
        check(
            "![alt](https://x.y/z.png)",
            "<p><span class=\"picture\">[Picture: alt https://x.y/z.png]</span></p>",
        );
        check(
            "```a\"onx\n<b>\n```",
            "<pre data-language=\"a&quot;onx\"><code>&lt;b&gt;\n</code></pre>",
        );
        check("# A", "<h3>A</h3>");
        check(
            "|a|\n|-:|\n|1|",
            "<table>\n<thead><tr><th class=\"right\">a</th></tr></thead><tbody>\n<tr><td class=\"right\">1</td></tr>\n</tbody></table>",
        );
    }
}
