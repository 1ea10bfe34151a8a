//! What looks like a secret, by its name or by itself: it must not get into a
//! file that people share.

use serde_json::Value;

/// What keys and tokens of well-known services begin with.
const MARKS: &[&str] = &[
    "sk-",
    "sk_",
    "gsk_",
    "xai-",
    "hf_",
    "pplx-",
    "nvapi-",
    "AIza",
    "csk-",
    "fw_",
    "tgp_v1_",
    "r8_",
    "vck_",
    "cpk_",
    "flp_",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "AKIA",
    "ABSK",
    "eyJhbGci",
];
/// Characters behind the mark that make it more than a word.
const LEAST: usize = 16;

/// A text in which a key or a password stands.
pub(crate) fn looks_secret(text: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split(|c| !inside(c)).any(is_key) || has_password(text)
}

fn is_key(word: &str) -> bool {
    MARKS.iter().any(|mark| {
        word.strip_prefix(mark)
            .is_some_and(|rest| rest.len() >= LEAST && rest.chars().any(|c| c.is_ascii_digit()))
    })
}

/// `https://somebody:password@host`
fn has_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let authority = rest
            .split(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\''))
            .next()
            .unwrap_or_default();
        let who = authority.rsplit_once('@').map(|(who, _)| who);
        who.and_then(|who| who.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

/// A name under which secrets are kept.
pub(crate) fn names_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace('-', "_");
    let last = name.rsplit('.').next().unwrap_or(&name);
    [
        "api_key",
        "apikey",
        "secret",
        "password",
        "passwd",
        "access_token",
        "auth_token",
        "private_key",
    ]
    .iter()
    .any(|word| last.contains(word))
        || matches!(last, "key" | "token")
}

/// The first secret in a file, by the name it stands under; `""` for one that
/// stands under none, in a comment say.
pub(crate) fn first_secret(parsed: &Value, text: &str) -> Option<String> {
    named("", parsed).or_else(|| looks_secret(text).then(String::new))
}

fn named(before: &str, value: &Value) -> Option<String> {
    match value {
        Value::Object(items) => items.iter().find_map(|(name, value)| {
            let path = match before {
                "" => name.clone(),
                before => format!("{before}.{name}"),
            };
            let says = match value {
                Value::String(text) => !text.trim().is_empty(),
                Value::Number(_) => true,
                _ => false,
            };
            if says && names_secret(name) {
                return Some(path);
            }
            named(&path, value)
        }),
        Value::Array(items) => items.iter().find_map(|item| named(before, item)),
        Value::String(text) => looks_secret(text).then(|| before.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    #[test]
    fn secrets_are_known_by_their_looks() {
        let check = |text: &str, expected: bool| {
            assert_eq!(looks_secret(text), expected, "{text}");
        };
        check("sk-ant-api03-abcdefgh12345678", true);
        check("Use (sk-proj-AbCdEfGh1234567890), please.", true);
        check("AIzaSyA1234567890abcdefghij", true);
        check("https://me:hunter2@example.com/v1", true);
        check("https://me@example.com/v1", false);
        check("https://example.com:8080/v1?a=b@c:d", false);
        check("Write risk-free code, sk-learn style.", false);
        check("sk-learn-is-a-python-library", false);
        check("", false);
    }

    #[test]
    fn secrets_are_known_by_their_names() {
        let check = |file: Value, expected: Option<&str>| {
            let found = first_secret(&file, "");
            assert_eq!(found.as_deref(), expected, "{file}");
        };
        check(json!({"llm": {"api_key": "x"}}), Some("llm.api_key"));
        check(json!({"llm": {"api_key": null}}), None);
        check(json!({"llm": {"api_key": ""}}), None);
        check(json!({"max_tokens": 4096, "model": "x"}), None);
        check(
            json!({"wtf": {"OPENAI-API-KEY": "x"}}),
            Some("wtf.OPENAI-API-KEY"),
        );
        check(json!({"token": "x"}), Some("token"));
        check(json!({"env": ["a", "sk-1234567890123456789"]}), Some("env"));
    }
}
