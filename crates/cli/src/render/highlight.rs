//! Colours for code, by what a word is rather than by a theme, so that they
//! follow the terminal's own palette.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::{Colour, Line, Span, Style};

/// A line longer than this stays plain: it is data, and slow to parse.
const LONGEST_LINE: usize = 2_000;

/// After this many lines code stays plain.
const MOST_LINES: usize = 5_000;

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(SyntaxSet::load_defaults_newlines)
}

/// Loads the grammars, so that the first block of code need not wait.
pub(crate) fn warm_up() {
    syntaxes();
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let token = match language.trim().to_ascii_lowercase().as_str() {
        "" | "text" | "plain" | "output" => return None,
        "shell" | "console" | "zsh" | "sh" => "bash".to_owned(),
        "typescript" | "ts" | "jsx" | "tsx" | "node" => "js".to_owned(),
        other => other.to_owned(),
    };
    syntaxes().find_syntax_by_token(&token)
}

/// Highlights one text, line after line.
pub(crate) struct Highlighter {
    state: Option<(ParseState, ScopeStack)>,
    lines: usize,
}

impl Highlighter {
    /// For a language by any of its names; unknown ones stay plain.
    pub(crate) fn new(language: &str) -> Self {
        let state = syntax(language).map(|syntax| (ParseState::new(syntax), ScopeStack::new()));
        Self { state, lines: 0 }
    }

    /// The next line, without its end.
    pub(crate) fn line(&mut self, text: &str) -> Line {
        self.lines += 1;
        if text.len() > LONGEST_LINE || self.lines > MOST_LINES {
            // What follows could be inside a string that began here: plain it is.
            self.state = None;
        }
        let mut line = Line::new();
        let Some((parser, stack)) = &mut self.state else {
            push(&mut line, text, Style::PLAIN);
            return line;
        };
        let whole = format!("{text}\n");
        let Ok(changes) = parser.parse_line(&whole, syntaxes()) else {
            self.state = None;
            push(&mut line, text, Style::PLAIN);
            return line;
        };
        let mut at = 0;
        for (end, change) in changes {
            push(
                &mut line,
                &text[at.min(text.len())..end.min(text.len())],
                look(stack),
            );
            at = end;
            if stack.apply(&change).is_err() {
                self.state = None;
                break;
            }
        }
        let rest = &text[at.min(text.len())..];
        let style = self
            .state
            .as_ref()
            .map_or(Style::PLAIN, |(_, stack)| look(stack));
        push(&mut line, rest, style);
        line
    }
}

fn push(line: &mut Line, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    match line.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ => line.push(Span::new(text, style)),
    }
}

/// Scopes that mean something to us, and their look. The innermost that
/// matches decides; within one scope the first line does.
fn look(stack: &ScopeStack) -> Style {
    static LOOKS: OnceLock<Vec<(Scope, Style)>> = OnceLock::new();
    let looks = LOOKS.get_or_init(|| {
        let table = [
            ("comment", Style::DIM),
            ("string", Style::colour(Colour::Green)),
            ("constant.character.escape", Style::colour(Colour::Yellow)),
            ("constant", Style::colour(Colour::Cyan)),
            ("keyword.operator", Style::PLAIN),
            ("keyword", Style::colour(Colour::Magenta)),
            ("storage", Style::colour(Colour::Magenta)),
            ("entity.name", Style::colour(Colour::Blue)),
            ("support", Style::colour(Colour::Blue)),
            ("entity.other.attribute-name", Style::colour(Colour::Yellow)),
            ("markup.inserted", Style::colour(Colour::Green)),
            ("markup.deleted", Style::colour(Colour::Red)),
        ];
        table
            .iter()
            .filter_map(|(name, style)| Some((Scope::new(name).ok()?, *style)))
            .collect()
    });
    stack
        .as_slice()
        .iter()
        .rev()
        .find_map(|scope| {
            looks
                .iter()
                .find(|(known, _)| known.is_prefix_of(*scope))
                .map(|(_, style)| *style)
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn words_look_like_what_they_are() {
        let check = |language: &str, text: &str, expected: Line| {
            assert_eq!(
                Highlighter::new(language).line(text),
                expected,
                "{language}: {text}"
            );
        };
        check(
            "python",
            "def f(): # hi",
            vec![
                Span::new("def", Style::colour(Colour::Magenta)),
                Span::plain(" "),
                Span::new("f", Style::colour(Colour::Blue)),
                Span::plain("(): "),
                Span::new("# hi", Style::DIM),
            ],
        );
        check(
            "python",
            "'é' ",
            vec![
                Span::new("'é'", Style::colour(Colour::Green)),
                Span::plain(" "),
            ],
        );
        check("no such language", "def f()", vec![Span::plain("def f()")]);
        check("", "", vec![]);
    }

    #[test]
    fn strings_over_several_lines_stay_strings() {
        let mut highlighter = Highlighter::new("python");
        highlighter.line("x = '''one");
        let green = Style::colour(Colour::Green);
        assert_eq!(highlighter.line("two"), vec![Span::new("two", green)]);
    }
}
