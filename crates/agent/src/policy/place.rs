//! Where code works and what it reaches: folders and hosts, in parsed commands.
//!
//! A rule that denies is about everything that may have to do with a place. One
//! that allows is about little: only what cannot lead elsewhere.

use super::shell::{self, Command};

/// Whether code has to do with a folder: it begins there, or names something in it.
pub(super) fn touches_folder(path: &str, folder: &str, language: &str, code: &str) -> bool {
    if within(&normal(folder), &normal(path)) {
        return true;
    }
    let named = shell::commands(language, code).iter().any(|command| {
        command
            .words
            .iter()
            .flat_map(|word| paths(word))
            .any(|word| within(&absolute(folder, word), &normal(path)))
    });
    named || language != "shell" && code.contains(path.trim_end_matches(['/', '\\']))
}

/// Whether shell code goes into a folder first, and neither leaves it nor names
/// anything outside. Where a shell is before that cannot be known: it may have
/// been led elsewhere by what ran earlier.
pub(super) fn stays_in(path: &str, code: &str) -> bool {
    let commands = shell::parse(code);
    let Some((first, rest)) = commands.split_first() else {
        return false;
    };
    let [cd, start] = first.words.as_slice() else {
        return false;
    };
    let folder = normal(path);
    let stays = |command: &Command| {
        command.is_plain()
            && !MOVES.contains(&command.words[0].as_str())
            && command
                .words
                .iter()
                .skip(1)
                .all(|word| !is_unclear(word) && inside(&folder, start, word))
            && shell::is_simple(command)
    };
    cd == "cd"
        && first.is_plain()
        && is_rooted(start)
        && within(&normal(start), &folder)
        && !rest.is_empty()
        // Where going there fails, nothing else may run.
        && commands.iter().rev().skip(1).all(|command| command.ended == "&&")
        && rest.iter().all(stays)
}

/// What leads elsewhere, or runs what cannot be read here.
const MOVES: &[&str] = &[
    "cd", "pushd", "popd", "chroot", "ssh", "eval", "source", ".",
];

fn inside(folder: &[&str], start: &str, word: &str) -> bool {
    paths(word).all(|path| {
        let there = absolute(start, path);
        there.starts_with(folder)
    })
}

/// A word of which the meaning is not known until it runs.
fn is_unclear(word: &str) -> bool {
    word.contains(['~', '$', '`', '*', '?']) || word.contains("://")
}

/// Whether code names a host, or one below it.
pub(super) fn touches_host(host: &str, language: &str, code: &str) -> bool {
    let host = plain_host(host);
    if host.is_empty() {
        return false;
    }
    if language == "shell" {
        // Words without their quotes and escapes.
        let commands = shell::parse(code);
        let mut words = commands.iter().flat_map(|command| &command.words);
        return words.any(|word| names_host(word, &host)) || names_host(code, &host);
    }
    names_host(code, &host)
}

/// Whether shell code does nothing but read from this very host.
pub(super) fn only_reads_from(host: &str, code: &str) -> bool {
    let commands = shell::parse(code);
    !commands.is_empty() && commands.iter().all(|command| reads_from(host, command))
}

/// Flags of curl that send nothing, write nothing and follow nowhere.
const QUIET: &[&str] = &[
    "-s",
    "-S",
    "-sS",
    "-f",
    "-fsS",
    "-I",
    "-i",
    "--silent",
    "--show-error",
    "--fail",
    "--head",
    "--include",
];

fn reads_from(host: &str, command: &Command) -> bool {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    let addresses: Vec<&str> = match words.as_slice() {
        ["curl", rest @ ..] => {
            let known = |word: &&&str| !QUIET.contains(*word);
            rest.iter().filter(known).copied().collect()
        }
        ["git", "ls-remote", address] => vec![*address],
        _ => return false,
    };
    command.is_plain()
        && !addresses.is_empty()
        && addresses
            .iter()
            .all(|address| host_of(address).is_some_and(|named| named == plain_host(host)))
}

/// The host of an address that is written in full; none where it is anything else.
fn host_of(address: &str) -> Option<String> {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let clear = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let is_host = !host.is_empty() && host.chars().all(clear);
    let plain = rest.chars().all(|c| !matches!(c, '{' | '[' | '\\'));
    (is_host && plain && port.chars().all(|c| c.is_ascii_digit())).then(|| plain_host(host))
}

fn plain_host(host: &str) -> String {
    let host = host.trim().trim_end_matches('.').to_lowercase();
    host.strip_prefix("*.").unwrap_or(&host).to_owned()
}

/// Whether a text names this host, or one below it.
fn names_host(text: &str, host: &str) -> bool {
    let text = text.to_lowercase();
    let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(host).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + host.len()..].chars();
        let ends = match after.next() {
            Some('.') => !after.next().is_some_and(part),
            next => !next.is_some_and(part),
        };
        ends && !before.is_some_and(part)
    })
}

/// What a word may name: itself, and what stands behind a `=` or a `:`.
fn paths(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(word);
    std::iter::from_fn(move || {
        let now = rest?;
        rest = now.split_once(['=', ':']).map(|(_, behind)| behind);
        Some(now)
    })
    .filter(|path| !path.is_empty())
    // What is joined to a flag: `-o/etc/x`.
    .flat_map(|path| {
        let joined = path
            .strip_prefix('-')
            .and_then(|flag| flag.find('/').map(|at| &flag[at..]));
        [Some(path).filter(|path| !path.starts_with('-')), joined]
    })
    .flatten()
}

fn is_rooted(path: &str) -> bool {
    path.starts_with('/') || path.starts_with('\\') || path.get(1..2) == Some(":")
}

fn absolute<'a>(folder: &'a str, path: &'a str) -> Vec<&'a str> {
    if is_rooted(path) {
        return normal(path);
    }
    let mut parts = normal(folder);
    walk(&mut parts, path);
    parts
}

/// The parts of a path, without `.` and `..`.
fn normal(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    walk(&mut parts, path);
    parts
}

fn walk<'a>(parts: &mut Vec<&'a str>, path: &'a str) {
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
}

fn within(path: &[&str], folder: &[&str]) -> bool {
    path.starts_with(folder)
}
