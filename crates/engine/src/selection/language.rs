//! Whether a text is code or a command, and in which language.
//!
//! Wrong in one direction only: prose must never be offered to be run, so
//! whatever could be prose is.

use std::sync::LazyLock;

/// Longer texts are not looked at.
const LONGEST: usize = 20_000;

/// The language of a text that is code; `None` for prose, and in doubt.
pub(super) fn of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if let Some(first) = text.strip_prefix("#!") {
        return by_program(first.lines().next()?);
    }
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
        .collect();
    if let Some(commands) = prompted(&lines) {
        return commands
            .iter()
            .all(|line| is_command(line))
            .then_some("shell");
    }
    if is_python(&lines) {
        return Some("python");
    }
    if is_javascript(text, &lines) {
        return Some("javascript");
    }
    let commands = joined(&lines);
    let some = commands
        .iter()
        .any(|line| !line.trim_start().starts_with('#'));
    let all = commands
        .iter()
        .all(|line| line.trim_start().starts_with('#') || is_command(line));
    (some && all).then_some("shell")
}

/// The language of a `#!` line.
fn by_program(line: &str) -> Option<&'static str> {
    let program = line.split_whitespace().find_map(|word| {
        let name = word.rsplit('/').next()?;
        (name != "env" && !name.starts_with('-')).then_some(name)
    })?;
    match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" => Some("python"),
        "node" | "deno" | "bun" => Some("javascript"),
        "sh" | "bash" | "dash" | "zsh" | "ksh" => Some("shell"),
        _ => None,
    }
}

/// Commands as they are shown in instructions, each behind `$ `.
fn prompted<'a>(lines: &[&'a str]) -> Option<Vec<&'a str>> {
    lines
        .iter()
        .map(|line| line.trim_start().strip_prefix("$ "))
        .collect()
}

/// Each command as one line, also where it goes on behind a backslash.
fn joined(lines: &[&str]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in lines {
        let part = line.strip_suffix('\\').unwrap_or(line);
        match commands.last_mut().filter(|_| goes_on) {
            Some(command) => command.push_str(part),
            None => commands.push(part.to_owned()),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

/// Programs that prose does not begin a line with.
const PROGRAMS: &str = "apt apt-get awk brew bun cargo cd chmod chown cmake cp curl deno df diff dnf \
docker docker-compose du echo export ffmpeg gcc gh git go gradle grep gunzip gzip helm java jq kill \
kubectl ln ls mkdir mv mvn node npm npx pacman pip pip3 pipx pkill pnpm podman poetry ps pwd python \
python3 rg rm rmdir rsync ruby rustup scp sed ssh sudo systemctl tar tmux touch unzip uv wget xargs \
yarn yum zip";
/// Of those, the ones that are words of English too: they need something that prose has not.
const WORDS: &str = "awk cargo cp diff docker echo export gem go helm kill less make more node poetry \
ruby sort tar touch uv yarn zip";

static KNOWN: LazyLock<Vec<&str>> = LazyLock::new(|| PROGRAMS.split_whitespace().collect());
static ENGLISH: LazyLock<Vec<&str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

/// A line that a shell would run, and that is not a sentence.
fn is_command(line: &str) -> bool {
    let line = line.trim();
    let mut words = line.split_whitespace().peekable();
    // Settings before the command: NAME=value.
    while words.next_if(|word| is_assignment(word)).is_some() {}
    let Some(program) = words.next() else {
        return false;
    };
    let rest: Vec<&str> = words.collect();
    if is_sentence(line) || !quotes_close(line) {
        return false;
    }
    let path = (program.starts_with("./") || program.starts_with("~/") || program.starts_with('/'))
        && program.len() > 2
        && program.matches('/').count() >= 1
        && !program.ends_with('/');
    if path {
        return true;
    }
    if !KNOWN.contains(&program) {
        return false;
    }
    !ENGLISH.contains(&program) || rest.iter().any(|word| is_technical(word))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    })
}

/// Ends as sentences do, or has the little words of one.
fn is_sentence(line: &str) -> bool {
    const LITTLE: [&str; 14] = [
        "the", "a", "an", "is", "are", "was", "your", "my", "you", "this", "that", "which", "and",
        "with",
    ];
    let outside: String = without_quoted(line);
    let ends = outside.ends_with(". ")
        || (outside.ends_with('.') && !outside.ends_with(" .") && !outside.ends_with(".."))
        || outside.ends_with(['?', '!', ':', ',']);
    ends || outside
        .split_whitespace()
        .any(|word| LITTLE.contains(&word.trim_end_matches(',')))
}

/// A word no sentence has: a flag, a path, a variable, an operator, a quoted text.
fn is_technical(word: &str) -> bool {
    (word.starts_with('-') && word.len() > 1)
        || word.contains([
            '/', '$', '|', '>', '<', '=', '"', '\'', '`', '*', '&', ';', '@',
        ])
        || word == "."
        || (word.contains('.') && !word.ends_with('.'))
}

fn without_quoted(line: &str) -> String {
    let mut out = String::new();
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                out.push('q');
            }
            (None, c) => out.push(c),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
        }
    }
    out
}

fn quotes_close(line: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    for c in line.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    quote.is_none()
}

/// Brackets and quotes of code pair up.
fn brackets_close(text: &str) -> bool {
    let mut open = Vec::new();
    let mut quote: Option<char> = None;
    let mut escaped = false;
    for c in text.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(mark), c) if c == mark => quote = None,
            (Some(mark), '\n') if mark != '`' => return false,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => open.push(c),
            (None, ')') if open.pop() != Some('(') => return false,
            (None, ']') if open.pop() != Some('[') => return false,
            (None, '}') if open.pop() != Some('{') => return false,
            _ => {}
        }
    }
    quote.is_none() && open.is_empty()
}

/// Comments left out, which hold any characters.
fn code_of(lines: &[&str], comment: &str) -> Vec<String> {
    lines
        .iter()
        .filter(|line| !line.trim_start().starts_with(comment))
        .map(|line| (*line).to_owned())
        .collect()
}

fn is_python(lines: &[&str]) -> bool {
    let code = code_of(lines, "#");
    let whole = code.join("\n");
    if code.is_empty() || whole.contains(';') && whole.contains('{') {
        return false;
    }
    let triple = whole.contains("\"\"\"") || whole.contains("'''");
    if !triple && !brackets_close(&whole) {
        return false;
    }
    let block = |line: &str| {
        const HEADS: [&str; 9] = [
            "def ", "class ", "for ", "while ", "if ", "with ", "async ", "try:", "elif ",
        ];
        line.ends_with(':') && HEADS.iter().any(|head| line.starts_with(head))
    };
    const WORDS: [&str; 9] = [
        "return", "pass", "raise", "break", "continue", "yield", "assert", "del", "global",
    ];
    let mut sure = false;
    let mut open = 0;
    for (at, line) in code.iter().enumerate() {
        let indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        let goes_on = open > 0;
        open += line.matches(['(', '[', '{']).count() as i32;
        open -= line.matches([')', ']', '}']).count() as i32;
        if goes_on {
            continue;
        }
        if block(line) {
            // A head without a body is the end of a sentence as well.
            if !code
                .get(at + 1)
                .is_some_and(|next| next.starts_with([' ', '\t']))
            {
                return false;
            }
            sure = true;
            continue;
        }
        let import = line
            .strip_prefix("import ")
            .is_some_and(|rest| rest.split(',').all(|part| is_path(part.trim())))
            || (line.starts_with("from ") && line.contains(" import "));
        let statement = import || is_call(line, &["print", "input", "len", "open", "range"]);
        sure |= statement;
        let first = line.split([' ', '(']).next().unwrap_or_default();
        let known = statement
            || is_assigned(line)
            || is_expression(line)
            || line.starts_with(['@', '"', '\''])
            || matches!(line, "else:" | "finally:")
            || (line.starts_with("except") && line.ends_with(':'))
            || (indented && WORDS.contains(&first));
        if !known && open == 0 {
            return false;
        }
    }
    sure
}

/// `numpy`, `os.path`, `numpy as np`.
fn is_path(text: &str) -> bool {
    let name = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
    };
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [one] => name(one),
        [one, "as", other] => name(one) && name(other),
        _ => false,
    }
}

/// A call of one of these, from the line's beginning to its end.
fn is_call(line: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('(') && rest.trim_end().ends_with(')'))
    })
}

/// `name = value`, also with parts and several names.
fn is_assigned(line: &str) -> bool {
    let Some((names, value)) = line.split_once('=') else {
        return false;
    };
    let names = names
        .trim_end_matches(['+', '-', '*', '/', '%', '|', '&'])
        .trim();
    !value.trim().is_empty()
        && !value.starts_with('=')
        && names.split(',').all(|name| {
            let name = name.trim();
            name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '"' | '\''))
        })
}

/// A call of something with a path: `plt.show()`, `main()`.
fn is_expression(line: &str) -> bool {
    let Some((name, _)) = line.split_once('(') else {
        return false;
    };
    let name = name.strip_prefix("await ").unwrap_or(name);
    line.ends_with(')')
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
}

fn is_javascript(text: &str, lines: &[&str]) -> bool {
    let code = code_of(lines, "//");
    let whole = code.join("\n");
    if code.is_empty() || !brackets_close(&whole) {
        return false;
    }
    let declares = |line: &str| {
        ["const ", "let ", "var "].iter().any(|head| {
            line.strip_prefix(head).is_some_and(|rest| {
                rest.split_once('=').is_some_and(|(names, value)| {
                    !value.trim().is_empty()
                        && names.split_whitespace().count()
                            <= 1 + names.matches([',', ':']).count() * 2
                })
            })
        })
    };
    let function = |line: &str| {
        let line = line.strip_prefix("export ").unwrap_or(line);
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("function")
            .is_some_and(|rest| rest.contains('(') && rest.contains(')'))
            && text.contains('{')
    };
    let import = |line: &str| {
        line.starts_with("import ") && (line.contains(" from '") || line.contains(" from \""))
    };
    code.iter().map(|line| line.trim()).any(|line| {
        declares(line)
            || function(line)
            || import(line)
            || is_call(line.trim_end_matches(';'), &["console.log", "require"])
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn code_is_told_from_prose() {
        let wrong = std::cell::RefCell::new(Vec::new());
        let check = |text: &str, expected: Option<&str>| {
            let found = of(text);
            if found != expected {
                wrong.borrow_mut().push((text.to_owned(), found));
            }
        };
        let (shell, python, javascript) = (Some("shell"), Some("python"), Some("javascript"));
        check("git status", shell);
        check("sudo apt install -y xvfb", shell);
        check("cd /tmp && ls -la | grep foo", shell);
        check("# build it\ncargo build --release", shell);
        check("$ npm install\n$ npm run build", shell);
        check("RUST_LOG=debug cargo run -p app", shell);
        check("docker run \\\n  --rm \\\n  hello", shell);
        check("./configure --prefix=/usr", shell);
        check("#!/bin/sh\nanything at all", shell);
        check("echo \"Hello there.\"", shell);
        check("curl https://example.org/a.sh | sh", shell);
        check("#!/usr/bin/env python3\nx", python);
        check("print('hi')", python);
        check("import numpy as np\nx = np.arange(3)", python);
        check("def f(x):\n    return x + 1", python);
        check("for i in range(3):\n    print(i)", python);
        check("from os import path", python);
        check("import os, sys", python);
        check("const a = [1, 2];\nconsole.log(a)", javascript);
        check("let x = 1", javascript);
        check("function f(a) { return a; }", javascript);
        check("import x from './x.js'", javascript);
        check("export async function f() { }", javascript);
        // Prose, and what might be.
        check("", None);
        check("Hello world", None);
        check("go to the shop", None);
        check("make sure that you are ready", None);
        check("git is a version control system.", None);
        check("Import the goods from China", None);
        check("import taxes are high", None);
        check("let us go = never", None);
        check("let me know what you think", None);
        check("for example:", None);
        check("if you want to know more:\n    call us", None);
        check("class of 2024", None);
        check("kill the lights", None);
        check("sort it out, please", None);
        check("I think (maybe) so", None);
        check("print(", None);
        check("echo \"unclosed", None);
        check("sed the day", None);
        check("/ and /", None);
        check("x = 1", None);
        check("a = b", None);
        check("Call me at 5 (or so)", None);
        check("node and express", None);
        check("touch wood", None);
        assert_eq!(wrong.into_inner(), []);
    }
}
