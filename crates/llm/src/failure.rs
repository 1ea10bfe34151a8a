//! From what a server answers to a [`ProviderError`], whatever it speaks.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::ProviderError;
use crate::json::{number, text};

/// A failed attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What happened.
    pub error: ProviderError,
    /// Sending it again may help.
    pub retry: bool,
    /// How long the server asked to wait.
    pub wait: Option<Duration>,
}

/// Longest wait that is kept; beyond it the person decides.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// An answer that is not a success, before any stream began. `header` gives a
/// header by its lower-case name; `now` stands in where the answer has no date.
pub fn from_answer(
    status: u16,
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
    now: Timestamp,
) -> Failure {
    let body = String::from_utf8_lossy(body);
    let value = crate::json::parse(&body);
    let wait = wait(header, value.as_ref(), now);
    let told = match value {
        Some(value) => Told::from(&value),
        None => Told {
            message: plain(&body),
            ..Told::default()
        },
    };
    let error = told.error(Some(status), wait);
    let may = matches!(status, 408 | 409 | 429 | 500..=599)
        && !matches!(
            error,
            ProviderError::Billing { .. } | ProviderError::Safety { .. }
        );
    let retry = match header("x-should-retry").as_deref() {
        Some("true") => !matches!(error, ProviderError::Billing { .. }),
        Some("false") => false,
        _ => may,
    };
    Failure { error, retry, wait }
}

/// An error object in the middle of a stream, under HTTP 200.
pub(crate) fn from_event(value: &Value) -> ProviderError {
    Told::from(value).error(None, None)
}

/// Sending again may help, where nothing came yet.
pub(crate) fn is_passing(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::RateLimit { .. }
            | ProviderError::Overloaded { .. }
            | ProviderError::Loading { .. }
            | ProviderError::Server { .. }
    )
}

/// What the body says, in one shape for all vendors.
#[derive(Debug, Default)]
struct Told {
    message: String,
    /// `type`, `code`, `status` and `reason`, in lower case, between blanks.
    words: String,
    param: Option<String>,
    context: Option<u64>,
    number: Option<u16>,
}

impl From<&Value> for Told {
    fn from(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let inner = value
            .get("error")
            .filter(|error| !error.is_null())
            .unwrap_or(value);
        if let Some(message) = inner.as_str() {
            return Self {
                message: message.to_owned(),
                ..Self::default()
            };
        }
        let mut words = String::from(" ");
        for key in ["type", "code", "status"] {
            if let Some(word) = inner.get(key).and_then(Value::as_str) {
                words.push_str(&word.to_lowercase());
                words.push(' ');
            }
        }
        for detail in inner
            .get("details")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(reason) = text(detail, "reason") {
                words.push_str(&reason.to_lowercase());
                words.push(' ');
            }
        }
        let message = text(inner, "message")
            .or_else(|| text(inner, "detail"))
            .or_else(|| text(value, "message"))
            .map(str::to_owned)
            .or_else(|| {
                inner
                    .pointer("/metadata/raw")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            })
            .unwrap_or_else(|| plain(&inner.to_string()));
        // A safety stop explains itself further down.
        let message = match inner
            .pointer("/misalignment/detailed_explanation")
            .and_then(Value::as_str)
        {
            Some(more) => format!("{message} {more}"),
            None => message,
        };
        Self {
            message: plain(&message),
            words,
            param: text(inner, "param").map(str::to_owned),
            context: inner.get("n_ctx").and_then(number),
            number: inner
                .get("code")
                .and_then(number)
                .and_then(|code| u16::try_from(code).ok())
                .filter(|code| (400..600).contains(code)),
        }
    }
}

const OVERFLOW: &[&str] = &[
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

const BILLING: &[&str] = &[
    " insufficient_quota ",
    " credit_balance_exhausted ",
    " billing_error ",
    " billing_not_active ",
    " billing_hard_limit_reached ",
];

/// Parameters that can be left out, most telling first, with other names they go by.
const DROPPABLE: &[(&str, &[&str])] = &[
    (
        "context_management",
        &["context_management", "context-management"],
    ),
    ("stream_options", &["stream_options"]),
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

const REFUSING: &[&str] = &[
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

impl Told {
    fn error(self, status: Option<u16>, wait: Option<Duration>) -> ProviderError {
        let in_stream = status.is_none();
        let status = status.or(self.number).unwrap_or(0);
        let lower = self.message.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| self.words.contains(word));
        let message = if self.message.trim().is_empty() {
            format!("The server answered with status {status}.")
        } else {
            self.message.clone()
        };
        if status == 402 || has(BILLING) || lower.contains("credit balance is too low") {
            return ProviderError::Billing { message };
        }
        if has(&[
            " misalignment_policy_violation ",
            " content_policy_violation ",
        ]) {
            return ProviderError::Safety { message };
        }
        let long = OVERFLOW
            .iter()
            .any(|text| lower.contains(text) || self.words.contains(text))
            || (lower.contains("current length is") && lower.contains("while limit is"));
        if long {
            let context = self.context.or_else(|| told_limit(&lower));
            return ProviderError::ContextOverflow { message, context };
        }
        if status == 401
            || has(&[
                " authentication_error ",
                " invalid_api_key ",
                " api_key_invalid ",
            ])
            || lower.contains("api key not valid")
            || lower.contains("incorrect api key")
        {
            return ProviderError::Auth {
                message,
                missing: false,
            };
        }
        if lower.contains("does not support tool types")
            || (lower.contains("anthropic-beta") && lower.contains("computer-use"))
        {
            return ProviderError::UnsupportedTool { message };
        }
        if matches!(status, 0 | 400 | 422)
            && let Some(param) = self.refused_param(&lower)
        {
            return ProviderError::UnsupportedParameter { message, param };
        }
        match status {
            403 => return ProviderError::Forbidden { message },
            404 => return ProviderError::NotFound { message },
            413 => return ProviderError::TooLarge { message },
            _ => {}
        }
        if has(&[" permission_error "]) {
            return ProviderError::Forbidden { message };
        }
        if has(&[" model_not_found ", " not_found_error "]) {
            return ProviderError::NotFound { message };
        }
        if has(&[" request_too_large "]) {
            return ProviderError::TooLarge { message };
        }
        if status == 429 || has(&[" rate_limit_error ", " rate_limit_exceeded "]) {
            return ProviderError::RateLimit { message, wait };
        }
        if status == 503 && lower.contains("loading model") {
            return ProviderError::Loading { message };
        }
        if matches!(status, 503 | 529)
            || has(&[
                " overloaded_error ",
                " server_is_overloaded ",
                " unavailable ",
            ])
        {
            return ProviderError::Overloaded { message, wait };
        }
        let broken = matches!(status, 408 | 409 | 500..=599)
            || has(&[" server_error ", " api_error ", " timeout_error "]);
        let our_fault = has(&[" invalid_request_error ", " invalid_argument "]);
        if broken || (in_stream && !our_fault) {
            return ProviderError::Server { message };
        }
        ProviderError::BadRequest { message }
    }

    /// `Some(None)`: a parameter is refused, but which one is not told.
    fn refused_param(&self, lower: &str) -> Option<Option<String>> {
        let named = self.words.contains(" unsupported_parameter ")
            || self.words.contains(" unsupported_value ");
        if let (true, Some(param)) = (named, &self.param) {
            // `messages[0].role`: the value `developer`.
            let param = if param.ends_with(".role") {
                "developer"
            } else {
                param.as_str()
            };
            return Some(Some(param.to_owned()));
        }
        if !named && !REFUSING.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let found = DROPPABLE
            .iter()
            .find(|(_, names)| names.iter().any(|name| lower.contains(name)))
            .map(|(param, _)| (*param).to_owned());
        (named || found.is_some()).then_some(found)
    }
}

/// The window's size, where the text tells it: `maximum context length is N`, `> N maximum`.
fn told_limit(lower: &str) -> Option<u64> {
    let digits = |text: &str| -> Option<u64> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let rest = &text[start..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    ["maximum context length", " > ", "available context size"]
        .iter()
        .find_map(|mark| digits(&lower[lower.find(mark)? + mark.len()..]))
}

/// Text of an answer that is not in the vendor's shape: no tags, at most 500 characters.
fn plain(body: &str) -> String {
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

/// How long the server asked to wait.
fn wait(
    header: &dyn Fn(&str) -> Option<String>,
    body: Option<&Value>,
    now: Timestamp,
) -> Option<Duration> {
    let seconds = |value: f64| {
        (value.is_finite() && value >= 0.0).then(|| Duration::from_secs_f64(value.min(1e9)))
    };
    if let Some(wait) = header("retry-after-ms")
        .and_then(|text| text.trim().parse::<f64>().ok())
        .and_then(|ms| seconds(ms / 1000.0))
    {
        return Some(wait);
    }
    if let Some(after) = header("retry-after") {
        if let Ok(value) = after.trim().parse::<f64>() {
            return seconds(value);
        }
        if let Some(until) = date(&after) {
            let from = header("date").and_then(|text| date(&text)).unwrap_or(now);
            // A date in the past: at once.
            return seconds((until.as_second() - from.as_second()).max(0) as f64);
        }
    }
    let body = body.map(|value| value.get(0).unwrap_or(value))?;
    let details = body.pointer("/error/details")?.as_array()?;
    let delay = details
        .iter()
        .find_map(|detail| text(detail, "retryDelay"))?;
    seconds(delay.trim_end_matches('s').parse().ok()?)
}

fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace("GMT", "+0000");
    jiff::fmt::rfc2822::parse(&text)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests;
