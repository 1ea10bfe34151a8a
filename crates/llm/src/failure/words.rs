//! What servers write where they fail: signs of each failure, and the numbers in it.

pub(super) const OVERFLOW: &[&str] = &[
    "maximum context length",
    "context_length_exceeded",
    "exceed context limit",
    "exceed_context_size",
    "exceeds the available context size",
    "exceeds the maximum number of tokens",
    "context size has been exceeded",
    "prompt is too long",
    "input tokens exceed the configured limit",
    "input too long",
    "string_above_max_length",
];

pub(super) const BILLING: &[&str] = &[
    " insufficient_quota ",
    " credit_balance_exhausted ",
    " billing_error ",
    " billing_not_active ",
    " billing_hard_limit_reached ",
];

/// Parameters that can be left out, most telling first, with other names they go by.
pub(super) const DROPPABLE: &[(&str, &[&str])] = &[
    (
        "context_management",
        &["context_management", "context-management"],
    ),
    ("stream_options", &["stream_options"]),
    ("phase", &["phase"]),
    ("reasoning.summary", &["reasoning.summary"]),
    (
        "enablePromptInjectionDetection",
        &["enablepromptinjectiondetection"],
    ),
    ("max_completion_tokens", &["max_completion_tokens"]),
    ("max_tokens", &["max_tokens"]),
    ("parallel_tool_calls", &["parallel_tool_calls"]),
    ("temperature", &["temperature"]),
    ("thinking", &["thinking"]),
    ("cache_control", &["cache_control"]),
    ("developer", &["developer"]),
    (
        "reasoning",
        &["reasoning_content", "reasoning_details", "'reasoning'"],
    ),
    (
        "tools",
        &[
            "tools",
            "tool_choice",
            "tool choice",
            "function calling",
            "--jinja",
            "tool use",
        ],
    ),
];

pub(super) const REFUSING: &[&str] = &[
    "not support",
    "unsupported",
    "unrecognized",
    "unrecognised",
    "not permitted",
    "unknown",
    "unexpected",
    "not allowed",
    "deprecated",
    "no endpoints found",
    "requires",
    "invalid value",
    "not one of",
];

/// The first number in a text.
fn digits(text: &str) -> Option<u64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// The window's size, where the text tells it: `maximum context length is N`, `> N maximum`.
pub(super) fn told_limit(lower: &str) -> Option<u64> {
    [
        "maximum context length",
        " > ",
        "available context size",
        "limit is",
    ]
    .iter()
    .find_map(|mark| digits(&lower[lower.find(mark)? + mark.len()..]))
}

/// What was sent, where the text tells it: `messages took N`, `too long: N tokens`.
pub(super) fn told_tokens(lower: &str) -> Option<u64> {
    [
        "resulted in",
        "messages took",
        "you requested",
        "too long:",
        "request (",
        "current length is",
    ]
    .iter()
    .find_map(|mark| digits(&lower[lower.find(mark)? + mark.len()..]))
}

/// A local server says that the model does not fit into memory.
pub(crate) fn out_of_memory(message: &str) -> bool {
    let lower = message.to_lowercase();
    [
        "more system memory",
        "out of memory",
        "insufficient memory",
        "not enough memory",
        "outofmemory",
    ]
    .iter()
    .any(|sign| lower.contains(sign))
}

/// Text of an answer that is not in the vendor's shape: no tags, at most 500 characters.
pub(super) fn plain(body: &str) -> String {
    let mut out = String::new();
    let mut tag = false;
    let html = body.trim_start().starts_with('<');
    for c in body.chars() {
        match c {
            '<' if html => tag = true,
            '>' if html && tag => {
                tag = false;
                out.push(' ');
            }
            _ if tag => {}
            // Escape sequences of a server do nothing to a terminal.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    words.join(" ").chars().take(500).collect()
}
