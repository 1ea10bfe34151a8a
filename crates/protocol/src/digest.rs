//! What an approval is bound to.

use sha2::{Digest, Sha256};

/// Digest of a block of code in a language: hex SHA-256 over both.
pub fn of_code(language: &str, code: &str) -> String {
    of_parts(&["code", language, code])
}

/// Digest of a screen action or a tool call: name and arguments as JSON text.
pub fn of_call(name: &str, arguments: &serde_json::Value) -> String {
    of_parts(&["call", name, &arguments.to_string()])
}

/// Hex SHA-256 of bytes.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn of_parts(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length first, so that no two lists of parts give the same bytes.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
