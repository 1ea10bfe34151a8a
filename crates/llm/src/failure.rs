//! From what a server answers to a [`ProviderError`], whatever it speaks.
//!
//! What [`crate::classify`] makes of it carries these params, so that a front can
//! word it in another language and offer the one way on:
//!
//! | param | of which codes | what |
//! |---|---|---|
//! | `model`, `provider`, `title` | all | `provider/model`; the provider's name, and as people name it |
//! | `local` | all | true: it runs on this computer |
//! | `said` | all that a server explained | its own words |
//! | `key_name`, `key_page` | `no_key`, `bad_key`, `forbidden` | under which name a key is kept, and where one is had |
//! | `key_end` | `bad_key`, `forbidden` | the last four characters of the key that was sent |
//! | `billing_page` | `billing` | where credit is bought |
//! | `near` | `unknown_model` | names like it |
//! | `command` | `unknown_model`, `no_network` | what to type in a terminal |
//! | `retry_at`, `wait_s` | `rate_limited`, `unavailable` | when the server wants to be asked again: milliseconds since 1970; seconds |
//! | `reason` | `unavailable` | `loading`, `memory`, `overloaded`, `broken` |
//! | `needed`, `free` | `unavailable` for `memory` | how much, as the server wrote it |
//! | `host`, `part` | `no_network` | `host:port`; `name`, `connection`, `certificate`, `proxy`, `answer` |
//! | `tokens`, `limit` | `context_overflow` | tokens sent, where told; tokens it can read |
//! | `lacks` | `bad_request` | `tools`, `vision` or `computer`: what the model cannot do |
//! | `setting` | `bad_request` | the parameter that is refused |

mod words;

use std::time::Duration;

use jiff::Timestamp;
use reqwest::Response;
use serde_json::Value;

use crate::ProviderError;
use crate::http::without_key;
use crate::json::{number, text};

pub(crate) use words::out_of_memory;
use words::{BILLING, DROPPABLE, OVERFLOW, REFUSING, plain, told_limit, told_tokens};

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
            ProviderError::Billing { .. }
                | ProviderError::Safety { .. }
                | ProviderError::BadRequest { .. }
        )
        && !out_of_memory(&error.to_string());
    let retry = match header("x-should-retry").as_deref() {
        Some("true") => !matches!(error, ProviderError::Billing { .. }),
        Some("false") => false,
        _ => may,
    };
    Failure { error, retry, wait }
}

/// An answer that is not a success, read to its end. The key is nowhere in it.
pub(crate) async fn refused(
    mut response: Response,
    secret: Option<&(&'static str, String)>,
    idle: Duration,
) -> Failure {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let mut body = Vec::new();
    // An error page without end, or one that never comes, says nothing more.
    while let Ok(Ok(Some(more))) = tokio::time::timeout(idle, response.chunk()).await {
        body.extend_from_slice(&more);
        if body.len() > 256 * 1024 {
            break;
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    let body = without_key(body, secret);
    let mut failure = from_answer(status, &header, body.as_bytes(), Timestamp::now());
    match &mut failure.error {
        ProviderError::Auth {
            missing, key_end, ..
        } => {
            *missing = secret.is_none();
            *key_end = end(secret);
        }
        ProviderError::Forbidden { key_end, .. } => *key_end = end(secret),
        _ => {}
    }
    if let Some(id) = header("x-request-id").or_else(|| header("request-id")) {
        tracing::debug!(status, id, "the model's server refused");
    }
    failure
}

fn end(secret: Option<&(&'static str, String)>) -> Option<String> {
    let (_, value) = secret?;
    key_end(value.strip_prefix("Bearer ").unwrap_or(value))
}

/// The last four characters of a key that is long enough to tell them.
pub fn key_end(key: &str) -> Option<String> {
    let count = key.chars().count();
    (count >= 16).then(|| key.chars().skip(count - 4).collect())
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
    tokens: Option<u64>,
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
            tokens: inner.get("n_prompt_tokens").and_then(number),
            number: inner
                .get("code")
                .and_then(number)
                .and_then(|code| u16::try_from(code).ok())
                .filter(|code| (400..600).contains(code)),
        }
    }
}

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
            let tokens = self.tokens.or_else(|| told_tokens(&lower));
            return ProviderError::ContextOverflow {
                message,
                context,
                tokens,
            };
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
                key_end: None,
            };
        }
        if lower.contains("does not support tool types")
            || (lower.contains("anthropic-beta") && lower.contains("computer-use"))
            || (lower.contains("computer")
                && lower.contains("tool")
                && lower.contains("not supported"))
        {
            return ProviderError::UnsupportedTool { message };
        }
        if matches!(status, 0 | 400 | 422)
            && let Some(param) = self.refused_param(&lower)
        {
            return ProviderError::UnsupportedParameter { message, param };
        }
        // Some say it with 404 or 500, which would be tried again.
        if crate::classify::blind(&message) {
            return ProviderError::BadRequest { message };
        }
        match status {
            // The model is there, but not for this key: another one helps.
            403 if has(&[" model_not_found "])
                || lower.contains("access to model")
                || lower.contains("access to the model") =>
            {
                return ProviderError::NotFound { message };
            }
            403 => {
                return ProviderError::Forbidden {
                    message,
                    key_end: None,
                };
            }
            404 => return ProviderError::NotFound { message },
            413 => return ProviderError::TooLarge { message },
            _ => {}
        }
        if has(&[" permission_error "]) {
            return ProviderError::Forbidden {
                message,
                key_end: None,
            };
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
