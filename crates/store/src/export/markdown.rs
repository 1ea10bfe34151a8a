//! For reading, in any program that knows Markdown.

use interpreter_protocol::{Item, Role, kind};

use super::{Picture, Source, action, call, date, error, fate, plain, speaker};

pub(super) fn text(source: &Source<'_>) -> String {
    let meta = &source.recorded.transcript.meta;
    let mut out = format!("# {}\n\n", one_line(&source.title()));
    let mut about = vec![date(source.recorded.created)];
    if !meta.model.is_empty() {
        about.push(format!("`{}`", meta.model.replace('`', "")));
    }
    about.retain(|part| !part.is_empty());
    out.push_str(&format!("*{}*\n", about.join(" · ")));
    let mut last = None;
    for item in source.items() {
        let who = speaker(item.role);
        let text = part(source, item);
        if text.is_empty() {
            continue;
        }
        // A failure is told, but nobody says it.
        if item.role != Role::Server && last != Some(who) {
            out.push_str(&format!("\n## {who}\n"));
            last = Some(who);
        }
        out.push('\n');
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

fn part(source: &Source<'_>, item: &Item) -> String {
    match item.kind.as_str() {
        kind::MESSAGE => closed(item.text()),
        kind::REASONING if item.text().trim().is_empty() => String::new(),
        kind::REASONING => format!(
            "<details><summary>Reasoning</summary>\n\n{}\n\n</details>",
            fenced("text", item.text())
        ),
        kind::CODE => {
            let language = item.format.as_deref().unwrap_or_default();
            let mut text = fenced(language, item.code());
            if let Some(fate) = fate(item) {
                text.push_str(&format!("\n\n*{fate}*"));
            }
            text
        }
        kind::CONSOLE if item.text().trim().is_empty() => String::new(),
        kind::CONSOLE => format!(
            "Output:\n\n{}",
            fenced("text", &without_escapes(item.text()))
        ),
        kind::IMAGE => picture(source, item),
        kind::FILE => format!("*Attached file:* {}", inline(item.text())),
        kind::ACTION => format!("*Screen action:* {}", inline(&action(item))),
        kind::CALL => {
            let (name, arguments) = call(item);
            format!(
                "Call of {}:\n\n{}",
                inline(&name),
                fenced("json", &arguments)
            )
        }
        kind::RESULT => format!("Result:\n\n{}", fenced("text", &plain(&item.content))),
        kind::ERROR => {
            let quoted: Vec<String> = error(item).lines().map(escaped).collect();
            format!("> **Not done:** {}", quoted.join("\n> "))
        }
        _ => String::new(),
    }
}

fn picture(source: &Source<'_>, item: &Item) -> String {
    match source.picture(item) {
        Picture::Data { media_type, base64 } if source.screenshots => {
            format!("![Picture](data:{media_type};base64,{base64})")
        }
        Picture::Data { .. } => {
            let size = |key: &str| item.extra.get(key).and_then(serde_json::Value::as_u64);
            match (size("width"), size("height")) {
                (Some(width), Some(height)) => format!("*\\[A picture, {width} × {height}\\]*"),
                _ => "*\\[A picture\\]*".to_owned(),
            }
        }
        Picture::LeftOut => "*\\[A screenshot, not exported\\]*".to_owned(),
        Picture::Gone => "*\\[A picture that is no longer kept.\\]*".to_owned(),
        Picture::Words(words) => format!("*A picture:* {}", inline(&words)),
    }
}

/// A block of code that no line in it can end.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text
        .lines()
        .map(|line| {
            let line = line.trim_start();
            line.len() - line.trim_start_matches('`').len()
        })
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language: String = language
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '+' | '-' | '_' | '#'))
        .collect();
    let end = if text.ends_with('\n') || text.is_empty() {
        ""
    } else {
        "\n"
    };
    format!("{fence}{language}\n{text}{end}{fence}")
}

/// Text as code in a line.
fn inline(text: &str) -> String {
    let text = one_line(text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let mark = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{mark}{space}{text}{space}{mark}")
}

/// A message as it was written, but so that whatever is left open in it (a
/// block of code, an HTML block) ends with it.
pub(super) fn closed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<(char, usize)> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start_matches(' ');
        let indent = line.len() - trimmed.len();
        let mark = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'));
        let run = mark.map_or(0, |mark| trimmed.chars().take_while(|c| *c == mark).count());
        let rest = &trimmed[run..];
        match open {
            Some((mark_open, length)) => {
                if indent <= 3 && mark == Some(mark_open) && run >= length && rest.trim().is_empty()
                {
                    open = None;
                }
                out.push_str(line);
            }
            None => {
                if let Some(mark) = mark
                    && indent <= 3
                    && run >= 3
                    && (mark == '~' || !rest.contains('`'))
                {
                    open = Some((mark, run));
                }
                if let Some(rest) = trimmed.strip_prefix('<') {
                    out.push_str(&line[..indent]);
                    out.push_str("&lt;");
                    out.push_str(rest);
                } else {
                    out.push_str(line);
                }
            }
        }
    }
    if let Some((mark, length)) = open {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n(mark, length));
        out.push('\n');
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plain text, in which nothing is Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Without the escape sequences that colour a terminal.
pub(super) fn without_escapes(text: &str) -> String {
    if !text.contains('\u{1b}') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            Some(']') => {
                while let Some(c) = chars.next() {
                    if c == '\u{7}' {
                        break;
                    }
                    if c == '\u{1b}' {
                        chars.next_if_eq(&'\\');
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn no_line_ends_a_block_early() {
        let check = |text: &str, expected: &str| assert_eq!(fenced("python", text), expected);
        check("x = 1", "```python\nx = 1\n```");
        check("s = '''\n```\n'''\n", "````python\ns = '''\n```\n'''\n````");
        check("  `````", "``````python\n  `````\n``````");
        check("", "```python\n```");
        assert_eq!(fenced("py\nthon` x", "1"), "```pythonx\n1\n```");
    }

    #[test]
    fn what_is_left_open_ends_with_the_message() {
        let check = |text: &str, expected: &str| assert_eq!(closed(text), expected);
        check("a\n```py\nx", "a\n```py\nx\n```\n");
        check("~~~~\n~~~\n```", "~~~~\n~~~\n```\n~~~~\n");
        check("```\nx\n```\nb", "```\nx\n```\nb");
        check("``` `not a fence` ```", "``` `not a fence` ```");
        check("<pre>\nx", "&lt;pre>\nx");
        check("```\n<pre>\n```", "```\n<pre>\n```");
        check("a < b and <i>", "a < b and <i>");
    }

    #[test]
    fn code_in_a_line() {
        let check = |text: &str, expected: &str| assert_eq!(inline(text), expected);
        check("a b", "`a b`");
        check("a `` b", "```a `` b```");
        check("`x\ny`", "`` `x y` ``");
    }

    #[test]
    fn colours_are_dropped() {
        let check = |text: &str, expected: &str| assert_eq!(without_escapes(text), expected);
        check("\u{1b}[31mred\u{1b}[0m", "red");
        check("\u{1b}]0;title\u{7}text", "text");
        check("\u{1b}]8;;x\u{1b}\\link", "link");
        check("\u{1b}", "");
    }
}
