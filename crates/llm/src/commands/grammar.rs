//! What can be said, and what it means.

use serde_json::{Value, json};

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    /// Point and click.
    Point {
        method: &'static str,
        target: Target,
    },
    /// Type a text where the keyboard is.
    Type { text: String },
    /// Press keys together.
    Press { keys: Vec<String> },
    /// Turn the wheel, positive up.
    Scroll { clicks: i64 },
    /// Open a program, a file or an address.
    Open {
        app: Option<String>,
        target: Option<String>,
    },
    /// Read the text on the screen.
    Read,
    /// Take a picture of the screen.
    Look,
    /// Wait.
    Wait { seconds: f64 },
    /// Run code.
    Run { language: String, code: String },
    /// Tell what can be said.
    Help,
    /// Nothing of the above.
    Unknown(String),
}

/// What is pointed at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Target {
    Text(String),
    Icon(String),
    At(f64, f64),
    /// Where the pointer is.
    Here,
}

impl Target {
    pub(super) fn params(&self) -> Value {
        match self {
            Self::Text(text) => json!({"text": text}),
            Self::Icon(icon) => json!({"icon": icon}),
            Self::At(x, y) => json!({"x": x, "y": y}),
            Self::Here => json!({}),
        }
    }
}

/// Reads a message: fenced blocks are code, the rest is commands between line
/// ends, `;` and `, then`.
///
/// After `run LANGUAGE:` with nothing behind the colon, everything to the end of the
/// message is code. With code behind the colon, the lines below belong to it up to the
/// first that is a command itself; lines that are indented, empty or closing brackets
/// are never taken for one.
pub(super) fn parse(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        rest = after;
        let trimmed = line.trim();
        if let Some(label) = trimmed.strip_prefix("```") {
            let mut code = Vec::new();
            while let Some((line, after)) = next_line(rest) {
                rest = after;
                if line.trim() == "```" {
                    break;
                }
                code.push(line);
            }
            let language = label.trim();
            let language = if language.is_empty() {
                "python"
            } else {
                language
            };
            commands.push(run(language, &code.join("\n")));
            continue;
        }
        if let Some((language, code)) = code_line(trimmed) {
            let below = match code {
                "" => rest.len(),
                _ => belonging(rest),
            };
            let (more, after) = rest.split_at(below);
            rest = after;
            let code = format!("{code}\n{more}");
            if !code.trim().is_empty() {
                commands.push(run(language, code.trim_matches(['\r', '\n']).trim_end()));
                continue;
            }
        }
        commands.extend(split(trimmed).iter().flat_map(|part| command(part)));
    }
    if commands.is_empty() {
        commands.push(Command::Help);
    }
    commands
}

/// The first line, and what follows it.
fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    Some((line.strip_suffix('\r').unwrap_or(line), rest))
}

/// How much of the text below a line of code goes on with it.
fn belonging(text: &str) -> usize {
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        let goes_on = line.starts_with(char::is_whitespace)
            || line.starts_with([')', ']', '}'])
            || line.is_empty();
        if !goes_on && is_command(line.trim()) {
            break;
        }
        rest = after;
    }
    text.len() - rest.len()
}

/// Whether a line says something else than code.
fn is_command(line: &str) -> bool {
    let understood = |part: &String| {
        command(part)
            .iter()
            .all(|command| !matches!(command, Command::Unknown(_)))
    };
    line.starts_with("```") || code_line(line).is_some() || split(line).iter().all(understood)
}

fn run(language: &str, code: &str) -> Command {
    Command::Run {
        language: language.to_lowercase(),
        code: code.to_owned(),
    }
}

/// `run python: 1+1`, `python: 1+1`, `run: ls`, `$ ls`. The code is empty where it
/// stands on the lines below.
fn code_line(line: &str) -> Option<(&str, &str)> {
    if let Some(code) = line.strip_prefix("$ ") {
        return Some(("shell", code.trim()));
    }
    let (head, code) = line.split_once(':')?;
    let code = code.trim();
    let lower = head.trim().to_lowercase();
    let mut words: Vec<&str> = lower.split_whitespace().collect();
    let asked = matches!(words.first(), Some(&("run" | "execute")));
    if asked {
        words.remove(0);
    }
    words.retain(|word| {
        !matches!(
            *word,
            "the" | "this" | "some" | "code" | "command" | "in" | "with"
        )
    });
    // `python:` alone may be the end of a sentence; `run python:` is not.
    if (code.is_empty() && !asked) || code.starts_with("//") || words.len() > 1 {
        return None;
    }
    match words.first() {
        None if asked => Some(("shell", code)),
        Some(word) => LANGUAGES
            .iter()
            .find(|language| *language == word)
            .map(|language| (*language, code)),
        None => None,
    }
}

const LANGUAGES: &[&str] = &[
    "python",
    "py",
    "shell",
    "bash",
    "sh",
    "zsh",
    "javascript",
    "js",
    "node",
    "ruby",
    "r",
    "powershell",
    "applescript",
    "java",
];

/// Between `;` and `, then`, quoted text apart.
fn split(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote: Option<char> = None;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if quote.is_none() {
            let begins = |word: &str| {
                rest.get(..word.len())
                    .is_some_and(|head| head.eq_ignore_ascii_case(word))
            };
            let word = [", then ", ", and then ", " and then ", " then ", ";"]
                .iter()
                .find(|word| begins(word));
            if let Some(word) = word {
                parts.push(String::new());
                rest = rest.get(word.len()..).unwrap_or_default();
                continue;
            }
        }
        match quote {
            Some(end) if c == end => quote = None,
            None => quote = closing(c),
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn closing(open: char) -> Option<char> {
    match open {
        '"' => Some('"'),
        '\u{201c}' => Some('\u{201d}'),
        '\u{ab}' => Some('\u{bb}'),
        '`' => Some('`'),
        _ => None,
    }
}

fn command(text: &str) -> Vec<Command> {
    let said = text.trim();
    let text = said.trim_end_matches(['.', '!']).trim_end();
    let text = strip_word(text, "please").unwrap_or(text);
    for (words, method) in CLICKS {
        if let Some(rest) = strip_words(text, words) {
            if let Some(target) = target(rest) {
                return vec![Command::Point { method, target }];
            }
            return vec![Command::Unknown(said.to_owned())];
        }
    }
    for verb in ["type in", "type", "write", "enter"] {
        if let Some(rest) = strip_words(text, verb) {
            return typing(rest).unwrap_or_else(|| vec![Command::Unknown(said.to_owned())]);
        }
    }
    let one = simple(text).unwrap_or_else(|| Command::Unknown(said.to_owned()));
    vec![one]
}

const CLICKS: &[(&str, &str)] = &[
    ("double-click", "mouse.double_click"),
    ("double click", "mouse.double_click"),
    ("doubleclick", "mouse.double_click"),
    ("triple-click", "mouse.triple_click"),
    ("triple click", "mouse.triple_click"),
    ("right-click", "mouse.right_click"),
    ("right click", "mouse.right_click"),
    ("left-click", "mouse.click"),
    ("left click", "mouse.click"),
    ("click", "mouse.click"),
    ("tap", "mouse.click"),
    ("move the mouse to", "mouse.move"),
    ("move to", "mouse.move"),
    ("point at", "mouse.move"),
    ("hover over", "mouse.move"),
    ("hover", "mouse.move"),
];

fn simple(text: &str) -> Option<Command> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    match words.as_slice() {
        [] | ["help" | "?"] | ["what", "can", "you", "do" | "do?"] => return Some(Command::Help),
        ["read"] | ["read", .., "screen" | "aloud"] | ["what", .., "screen" | "screen?"] => {
            return Some(Command::Read);
        }
        ["screenshot" | "look"] | ["take", "a", "screenshot"] | ["look", .., "screen"] => {
            return Some(Command::Look);
        }
        _ => {}
    }
    if let Some(rest) = strip_words(text, "wait") {
        let number: String = rest
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let seconds = if number.is_empty() {
            1.0
        } else {
            number.parse().ok()?
        };
        return Some(Command::Wait {
            seconds: f64::min(seconds, 300.0),
        });
    }
    if let Some(rest) = strip_words(text, "scroll") {
        return scroll(&rest.to_lowercase());
    }
    for verb in ["press", "hit"] {
        if let Some(rest) = strip_words(text, verb) {
            return press(rest);
        }
    }
    for verb in ["open", "launch", "start", "go to"] {
        if let Some(rest) = strip_words(text, verb) {
            return open(rest);
        }
    }
    None
}

/// `"OK"`, `the gear icon`, `at 10, 20`, `OK`, `the OK button`, nothing.
fn target(rest: &str) -> Option<Target> {
    let rest = ["on", "at", "the"].iter().fold(rest.trim(), |rest, word| {
        strip_word(rest, word).unwrap_or(rest)
    });
    if rest.is_empty() || rest.eq_ignore_ascii_case("here") {
        return Some(Target::Here);
    }
    if let Some((text, _)) = quoted(rest) {
        return (!text.is_empty()).then_some(Target::Text(text));
    }
    if let Some((x, y)) = point(rest) {
        return Some(Target::At(x, y));
    }
    if let Some(icon) = strip_last(rest, &["icon", "symbol"]) {
        return Some(Target::Icon(icon.to_owned()));
    }
    let text =
        strip_last(rest, &["button", "link", "tab", "menu", "field", "entry"]).unwrap_or(rest);
    // What stands on a button is short; a long sentence is something else.
    (text.split_whitespace().count() <= 4).then(|| Target::Text(text.to_owned()))
}

fn point(text: &str) -> Option<(f64, f64)> {
    let plain = text
        .trim_matches(['(', ')', '[', ']'])
        .replace(['x', 'y', '='], " ");
    let mut numbers = plain.split([',', ' ']).filter(|part| !part.is_empty());
    let (x, y) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    numbers.next().is_none().then_some((x, y))
}

/// `"..." [into "label"]`
fn typing(rest: &str) -> Option<Vec<Command>> {
    let (text, after) = quoted(rest)?;
    let write = Command::Type { text };
    let after = after.trim();
    if after.is_empty() {
        return Some(vec![write]);
    }
    let place = ["into", "in", "to"]
        .iter()
        .find_map(|word| strip_word(after, word))?;
    let click = Command::Point {
        method: "mouse.click",
        target: target(place)?,
    };
    Some(vec![click, write])
}

fn press(rest: &str) -> Option<Command> {
    let rest = ["the", "key", "keys"]
        .iter()
        .fold(rest.trim(), |rest, word| {
            strip_word(rest, word).unwrap_or(rest)
        });
    let text = match quoted(rest) {
        Some((text, _)) => text,
        None => strip_last(rest, &["key"]).unwrap_or(rest).to_owned(),
    };
    let keys: Vec<String> = match text.trim() {
        "+" => vec!["+".to_owned()],
        text => text
            .split('+')
            .map(|key| key.trim().to_lowercase().replace(' ', "_"))
            .collect(),
    };
    let fine = keys.iter().all(|key| !key.is_empty() && key.len() <= 16) && keys.len() <= 5;
    fine.then_some(Command::Press { keys })
}

fn scroll(rest: &str) -> Option<Command> {
    let mut sign = -1;
    let mut clicks = 3;
    for word in rest.split_whitespace() {
        match word {
            "up" => sign = 1,
            "down" => sign = -1,
            "by" | "times" | "steps" | "clicks" | "a" | "bit" | "the" | "page" => {}
            number => clicks = number.parse::<u32>().ok()?.min(1000).into(),
        }
    }
    Some(Command::Scroll {
        clicks: sign * clicks,
    })
}

fn open(rest: &str) -> Option<Command> {
    let rest = strip_word(rest, "the").unwrap_or(rest).trim();
    let (what, with) = match rest
        .to_lowercase()
        .find(" with ")
        .or_else(|| rest.to_lowercase().find(" in "))
    {
        Some(at) if rest.is_char_boundary(at) => {
            let (what, with) = rest.split_at(at);
            (
                what.trim(),
                with.trim_start().split_once(' ').map(|(_, app)| app.trim()),
            )
        }
        _ => (rest, None),
    };
    let plain = |text: &str| quoted(text).map_or_else(|| text.to_owned(), |(text, _)| text);
    let what = plain(what);
    if what.is_empty() || what.split_whitespace().count() > 4 {
        return None;
    }
    let is_place = what.contains("://")
        || what.contains('/')
        || what.starts_with("www.")
        || what.starts_with('~')
        || what.rsplit_once('.').is_some_and(|(name, ending)| {
            !name.is_empty()
                && (2..=5).contains(&ending.len())
                && ending.chars().all(char::is_alphanumeric)
        });
    Some(match (is_place, with) {
        (_, Some(app)) => Command::Open {
            app: Some(plain(app)),
            target: Some(what),
        },
        (true, None) => Command::Open {
            app: None,
            target: Some(what),
        },
        (false, None) => Command::Open {
            app: Some(what),
            target: None,
        },
    })
}

/// The quoted text at the beginning, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start();
    let open = text.chars().next()?;
    let close = closing(open)?;
    let inner = &text[open.len_utf8()..];
    let end = inner.find(close)?;
    Some((inner[..end].to_owned(), &inner[end + close.len_utf8()..]))
}

/// What follows a word, letter case aside.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    strip_words(text, word).filter(|rest| !rest.is_empty())
}

fn strip_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    if !head.eq_ignore_ascii_case(words) {
        return None;
    }
    let rest = &text[words.len()..];
    let ends = rest
        .chars()
        .next()
        .is_none_or(|c| c.is_whitespace() || c == ':' || closing(c).is_some());
    ends.then(|| rest.trim_start_matches(':').trim_start())
}

fn strip_last<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let (head, last) = text.rsplit_once(char::is_whitespace)?;
    words
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word))
        .then(|| head.trim_end())
}

#[cfg(test)]
mod tests;
