//! Addresses as people write them, and as they are used.

use super::ResolveError;
use crate::endpoint::{Format, is_loopback};

/// An address as it is used: with a scheme, without a slash or the format's path at its end.
pub(super) fn clean_base(base: &str, local: bool, format: Format) -> Result<String, ResolveError> {
    let bad = || ResolveError::BadBase {
        base: base.to_owned(),
    };
    let mut text = base.trim().trim_end_matches('/').to_owned();
    if !text.contains("://") {
        text = if is_loopback(&text) {
            format!("http://{text}")
        } else {
            format!("https://{text}")
        };
    }
    let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let printable = rest.chars().all(|c| !c.is_whitespace() && !c.is_control());
    if !matches!(scheme, "http" | "https") || host.is_empty() || !printable {
        return Err(bad());
    }
    let bare = !rest.contains('/');
    for path in ["/chat/completions", "/v1/messages"] {
        if let Some(shorter) = text.strip_suffix(path) {
            text = shorter.to_owned();
        }
    }
    // Every local server listens below /v1; some listen nowhere else.
    if local && format == Format::OpenaiChat && is_loopback(&text) && bare {
        text.push_str("/v1");
    }
    Ok(text)
}

/// `OLLAMA_HOST` and addresses people give: with or without scheme, port and `/v1`.
pub(super) fn ollama_base(base: &str) -> Result<String, ResolveError> {
    let text = base.trim().trim_end_matches('/');
    let text = text.strip_suffix("/v1").unwrap_or(text);
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let rest = rest.replacen("0.0.0.0", "127.0.0.1", 1);
    let (host, path) = rest.split_once('/').unwrap_or((&rest, ""));
    let port = host
        .rsplit(']')
        .next()
        .is_some_and(|tail| tail.contains(':'));
    let port = if port || scheme == "https" {
        ""
    } else {
        ":11434"
    };
    let host = if host.is_empty() { "127.0.0.1" } else { host };
    let path = if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    };
    clean_base(
        &format!("{scheme}://{host}{port}{path}/v1"),
        true,
        Format::OpenaiChat,
    )
}
