//! What looks like a secret, whoever made it.

use std::ops::Range;

/// Beginnings of keys and tokens, and how many letters must follow at least.
const PREFIXES: &[(&str, usize)] = &[
    ("sk-", 12),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("AIza", 20),
    ("ya29.", 16),
    ("ghp_", 16),
    ("gho_", 16),
    ("ghu_", 16),
    ("ghs_", 16),
    ("ghr_", 16),
    ("github_pat_", 16),
    ("glpat-", 12),
    ("xoxa-", 8),
    ("xoxb-", 8),
    ("xoxe-", 8),
    ("xoxe.", 8),
    ("xoxp-", 8),
    ("xoxr-", 8),
    ("xoxs-", 8),
    ("xapp-", 8),
    ("AKIA", 12),
    ("ASIA", 12),
    ("hf_", 16),
    ("gsk_", 16),
    ("xai-", 16),
    ("pplx-", 16),
    ("nvapi-", 16),
    ("r8_", 16),
    ("npm_", 16),
    ("pypi-", 16),
];

/// Names whose value is a secret, as they end.
const NAMES: &[&str] = &[
    "api_key",
    "api-key",
    "apikey",
    "access_key",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "private_key",
];

/// Names whose value is a secret up to the end of the line.
const HEADERS: &[&str] = &["authorization", "cookie"];

/// Schemes of the header `Authorization`.
const SCHEMES: &[&str] = &["bearer ", "basic ", "token "];

/// Values that say that there is none.
const NOTHING: &[&str] = &["none", "null", "nil", "true", "false", "some", "\"\"", "''"];

/// Where such things stand. Ranges may overlap.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    // Only ASCII letters change, so that places stay the same.
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for at in 0..text.len() {
        if !text.is_char_boundary(at) {
            continue;
        }
        let rest = &text.as_bytes()[at..];
        if begins_word(text, at) {
            prefixed(rest, at, &mut found);
            web_token(rest, at, &mut found);
            scheme(&lower, at, &mut found);
            header(&lower, at, &mut found);
        }
        match rest.first() {
            Some(b':' | b'=') => named(text, &lower, at, &mut found),
            Some(b'-') => private_key(text, at, &mut found),
            _ => {}
        }
    }
    found
}

fn begins_word(text: &str, at: usize) -> bool {
    at == 0 || !is_word(text.as_bytes()[at - 1])
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Letters that keys and tokens are made of.
fn is_key(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn run(bytes: &[u8], part: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| part(**byte)).count()
}

fn prefixed(rest: &[u8], at: usize, found: &mut Vec<Range<usize>>) {
    for (prefix, least) in PREFIXES {
        if rest.starts_with(prefix.as_bytes()) {
            let length = run(&rest[prefix.len()..], |byte| is_key(byte) || byte == b'.');
            if length >= *least {
                found.push(at..at + prefix.len() + length);
            }
        }
    }
}

/// A JSON web token: three parts with dots between, the first of which begins
/// with `{"` in base64.
fn web_token(rest: &[u8], at: usize, found: &mut Vec<Range<usize>>) {
    if !rest.starts_with(b"eyJ") {
        return;
    }
    let length = run(rest, |byte| is_key(byte) || byte == b'.' || byte == b'=');
    if length >= 20 && rest[..length].contains(&b'.') {
        found.push(at..at + length);
    }
}

/// `Bearer …`.
fn scheme(lower: &str, at: usize, found: &mut Vec<Range<usize>>) {
    for scheme in SCHEMES {
        if let Some(rest) = lower[at..].strip_prefix(scheme) {
            let length = run(rest.as_bytes(), |byte| {
                is_key(byte) || b"./+=~".contains(&byte)
            });
            // Words follow words; what is as long as this is none.
            let least = if *scheme == "bearer " { 6 } else { 16 };
            if length >= least {
                let begin = at + scheme.len();
                found.push(begin..begin + length);
            }
        }
    }
}

/// `Authorization: …` up to the end of the line or of the text in quotes.
fn header(lower: &str, at: usize, found: &mut Vec<Range<usize>>) {
    for name in HEADERS {
        let Some(rest) = lower[at..].strip_prefix(name) else {
            continue;
        };
        let between = run(rest.as_bytes(), |byte| b"\"'\\:= ".contains(&byte));
        let gap = &rest[..between];
        if !gap.contains([':', '=']) {
            continue;
        }
        let value = &rest[between..];
        let end = value.find(['\n', '\r', '"', '\'']).unwrap_or(value.len());
        let begin = at + name.len() + between;
        found.push(begin..begin + end);
    }
}

/// A value behind the separator at `at`, whose name says that it is a secret.
fn named(text: &str, lower: &str, at: usize, found: &mut Vec<Range<usize>>) {
    let before = lower[..at].trim_end_matches([' ', '"', '\'', '\\']);
    let web_parameter = before.ends_with("?key") || before.ends_with("&key");
    if web_parameter || NAMES.iter().any(|name| before.ends_with(name)) {
        value(text, at + 1, found);
    }
    // `https://person:secret@host`
    if text[at..].starts_with("://") {
        let begin = at + 3;
        let place = &text[begin..];
        let end = place
            .find(['/', '?', '#', '"', '\'', ' ', '\n'])
            .unwrap_or(place.len());
        if let Some(length) = place[..end].rfind('@')
            && place[..length].contains(':')
        {
            found.push(begin..begin + length);
        }
    }
}

fn value(text: &str, from: usize, found: &mut Vec<Range<usize>>) {
    let mut rest = text[from..].trim_start_matches(['>', ' ']);
    if let Some(inner) = rest.strip_prefix("Some(") {
        rest = inner;
    }
    let unescaped = rest.trim_start_matches('\\');
    let (begin, length) = match unescaped.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => {
            let inner = &unescaped[1..];
            (inner, quoted(inner.as_bytes(), *quote))
        }
        _ => (
            rest,
            rest.find(|letter: char| letter.is_whitespace() || ",;&)}]\"'<>\\".contains(letter))
                .unwrap_or(rest.len()),
        ),
    };
    let value = begin[..length].to_ascii_lowercase();
    if !value.is_empty() && !NOTHING.contains(&value.as_str()) {
        let begin = text.len() - begin.len();
        found.push(begin..begin + length);
    }
}

/// Bytes before the quote that ends a text; all where it has no end.
fn quoted(inner: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while at < inner.len() {
        match inner[at] {
            // An escaped quote inside an escaped text ends it as well.
            b'\\' if inner.get(at + 1) == Some(&quote) => return at,
            b'\\' => at += 2,
            byte if byte == quote => return at,
            _ => at += 1,
        }
    }
    inner.len()
}

/// `-----BEGIN … PRIVATE KEY-----` and what follows, also without its end.
fn private_key(text: &str, at: usize, found: &mut Vec<Range<usize>>) {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    let Some(rest) = text[at..].strip_prefix(BEGIN) else {
        return;
    };
    let Some(head) = rest.find("PRIVATE KEY-----") else {
        return;
    };
    if head > 30 {
        return;
    }
    let begin = at + BEGIN.len() + head + "PRIVATE KEY-----".len();
    let end = text[begin..]
        .find(END)
        .map_or(text.len(), |length| begin + length);
    found.push(begin..end);
}
