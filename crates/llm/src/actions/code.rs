//! Calls as they stand in Python: `click(x=1, y=2)`. Read, never run.

use super::neutral::{Point, numbers_in, point_of};

/// One call.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Said {
    /// With its dots: `pyautogui.click`.
    pub(super) name: String,
    /// Name and value; the name is empty where the value stands by its place.
    pub(super) args: Vec<(String, Arg)>,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Arg {
    Text(String),
    Number(f64),
    List(Vec<Self>),
    /// `True`, a name, an expression.
    Other(String),
}

impl Said {
    /// The value of this name, else the one at this place among those without a name.
    pub(super) fn get(&self, name: &str, place: usize) -> Option<&Arg> {
        let named = self.args.iter().find(|(own, _)| own == name);
        let mut bare = self.args.iter().filter(|(own, _)| own.is_empty());
        named.or_else(|| bare.nth(place)).map(|(_, arg)| arg)
    }

    /// Only by name, under the first of several.
    pub(super) fn named(&self, names: &[&str]) -> Option<&Arg> {
        names
            .iter()
            .find_map(|name| self.args.iter().find(|(own, _)| own == name))
            .map(|(_, arg)| arg)
    }

    pub(super) fn number(&self, name: &str, place: usize) -> Option<f64> {
        self.get(name, place)?.number()
    }

    pub(super) fn text(&self, name: &str, place: usize) -> Option<String> {
        self.get(name, place)?.text()
    }
}

impl Arg {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) | Self::Other(text) => {
                text.trim().parse().ok().filter(|n: &f64| n.is_finite())
            }
            Self::List(_) => None,
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Other(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::List(_) => None,
        }
    }

    /// Two numbers, or the centre of a box, in any writing.
    pub(super) fn point(&self) -> Option<Point> {
        match self {
            Self::Text(text) | Self::Other(text) => point_of(&numbers_in(text)),
            Self::List(list) => match list.as_slice() {
                [one @ (Self::List(_) | Self::Text(_))] => one.point(),
                list => point_of(
                    &list
                        .iter()
                        .map(Self::number)
                        .collect::<Option<Vec<f64>>>()?,
                ),
            },
            Self::Number(_) => None,
        }
    }

    /// Texts of a list, or the one text.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(list) => list.iter().filter_map(Self::text).collect(),
            one => one.text().into_iter().collect(),
        }
    }
}

/// The first call in a text whose name is accepted, and where it begins and ends.
pub(super) fn find(text: &str, accept: impl Fn(&str) -> bool) -> Option<(Said, usize, usize)> {
    let mut from = 0;
    while let Some(open) = text[from..].find('(').map(|at| from + at) {
        let name = name_before(&text[..open]);
        if !name.is_empty() && accept(name) {
            let mut reader = Reader {
                rest: &text[open + 1..],
            };
            let args = reader.args();
            let end = text.len() - reader.rest.len();
            let name = name.to_owned();
            return Some((
                Said { name, args },
                open - name_before(&text[..open]).len(),
                end,
            ));
        }
        from = open + 1;
    }
    None
}

fn name_before(text: &str) -> &str {
    let text = text.trim_end_matches(' ');
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .map_or(0, |at| {
            at + text[at..].chars().next().map_or(1, char::len_utf8)
        });
    &text[start..]
}

/// What is left of a call's arguments.
struct Reader<'a> {
    rest: &'a str,
}

/// Lists in lists beyond this are not read.
const DEPTH: u32 = 4;

impl Reader<'_> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Up to and with the closing bracket, or the end of the text.
    fn args(&mut self) -> Vec<(String, Arg)> {
        let mut args = Vec::new();
        loop {
            self.blanks();
            if self.rest.is_empty() || self.eat(')') {
                return args;
            }
            if self.eat(',') {
                continue;
            }
            let name = self.name();
            let before = self.rest.len();
            let arg = self.value(DEPTH);
            args.push((name, arg));
            if self.rest.len() == before {
                // Something nobody writes there: over it.
                let step = self.rest.chars().next().map_or(0, char::len_utf8);
                self.rest = &self.rest[step..];
            }
        }
    }

    /// `name =`, where it stands.
    fn name(&mut self) -> String {
        let length = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at(length);
        let after = after.trim_start();
        match after.strip_prefix('=') {
            Some(value) if !name.is_empty() && !value.starts_with('=') => {
                let name = name.to_owned();
                self.rest = value;
                self.blanks();
                name
            }
            _ => String::new(),
        }
    }

    fn value(&mut self, depth: u32) -> Arg {
        self.blanks();
        let raw = ["r'", "r\"", "R'", "R\""]
            .iter()
            .any(|p| self.rest.starts_with(p));
        let mark = &self.rest[usize::from(raw || self.prefixed())..];
        if let Some(quote) = mark.chars().next().filter(|c| matches!(c, '\'' | '"')) {
            self.rest = mark;
            return Arg::Text(self.text(quote, raw));
        }
        for (open, close) in [('[', ']'), ('(', ')')] {
            if depth > 0 && self.rest.starts_with(open) {
                self.rest = &self.rest[1..];
                return Arg::List(self.list(close, depth - 1));
            }
        }
        let end = self
            .rest
            .find([',', ')', ']', '\n'])
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let word = word.trim();
        match word.parse::<f64>() {
            Ok(number) if number.is_finite() => Arg::Number(number),
            _ => Arg::Other(word.to_owned()),
        }
    }

    /// `f'…'`, `b"…"`, `u'…'`.
    fn prefixed(&self) -> bool {
        let mut chars = self.rest.chars();
        matches!(chars.next(), Some('f' | 'b' | 'u' | 'F' | 'B' | 'U'))
            && matches!(chars.next(), Some('\'' | '"'))
    }

    fn list(&mut self, close: char, depth: u32) -> Vec<Arg> {
        let mut list = Vec::new();
        loop {
            self.blanks();
            if self.rest.is_empty() || self.eat(close) {
                return list;
            }
            if self.eat(',') {
                continue;
            }
            let before = self.rest.len();
            let value = self.value(depth);
            list.push(value);
            if self.rest.len() == before {
                let step = self.rest.chars().next().map_or(0, char::len_utf8);
                self.rest = &self.rest[step..];
            }
        }
    }

    /// A quoted text. A quote ends it only where something can follow, because
    /// models forget to escape those inside.
    fn text(&mut self, quote: char, raw: bool) -> String {
        let triple: String = [quote; 3].iter().collect();
        let (mark, long) = match self.rest.starts_with(&triple) {
            true => (triple, true),
            false => (quote.to_string(), false),
        };
        let body = &self.rest[mark.len()..];
        let mut text = String::new();
        let mut chars = body.char_indices();
        while let Some((at, c)) = chars.next() {
            if c == '\\' {
                match chars.next() {
                    Some((_, next)) if !raw => unescape(next, &mut text),
                    Some((_, next)) => text.extend([c, next]),
                    None => text.push(c),
                }
                continue;
            }
            if body[at..].starts_with(&mark) {
                let after = &body[at + mark.len()..];
                let next = after.trim_start_matches([' ', '\t']).chars().next();
                if long || matches!(next, None | Some(',' | ')' | ']' | '\n' | '\r')) {
                    self.rest = after;
                    return text;
                }
            }
            text.push(c);
        }
        self.rest = "";
        text
    }
}

/// A character after a backslash.
pub(super) fn unescape(c: char, text: &mut String) {
    match c {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        '\'' | '"' | '\\' => text.push(c),
        other => text.extend(['\\', other]),
    }
}

/// A text in quotes, as these models write it.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\'' | '\\' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}
