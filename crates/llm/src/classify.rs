//! From a [`ProviderError`] to what a person is told: what happened, what to do.

use std::time::Duration;

use interpreter_protocol::{Error, ErrorCode};

use crate::error::Part;
use crate::failure::out_of_memory;
use crate::{ModelInfo, ProviderError};

fn sentence(what: &str, message: &str) -> String {
    match message.trim() {
        "" => format!("{what}."),
        message => format!("{what}: {message}"),
    }
}

/// The error as fronts show it: a code, a message and a remedy a person can act on.
pub fn classify(cause: &ProviderError, info: &ModelInfo) -> Error {
    let entry = crate::catalogue::provider(&info.provider);
    let title = entry.map_or(info.provider.as_str(), |entry| entry.title.as_str());
    let variable = entry
        .and_then(|entry| entry.key.first())
        .map(String::as_str);
    let key_place = match variable {
        Some(variable) => format!("Put it into the settings as {variable}, or pass --api_key"),
        None => "Pass --api_key".to_owned(),
    };
    let (code, message, remedy) = match cause {
        ProviderError::Auth { missing: true, message, .. } => (
            ErrorCode::NoKey,
            sentence(&format!("There is no key for {title}"), message),
            format!("{key_place}, then send the message again."),
        ),
        ProviderError::Auth { message, .. } => (
            ErrorCode::BadKey,
            sentence(&format!("{title} did not accept the key{}", ending(cause)), message),
            format!("Check that the key is whole and not revoked. {key_place}."),
        ),
        ProviderError::Forbidden { message, .. } => (
            ErrorCode::Forbidden,
            sentence(&format!("{title} does not allow this"), message),
            "Check the account's permissions and region, or choose another model.".to_owned(),
        ),
        ProviderError::Billing { message } => (
            ErrorCode::Billing,
            sentence(&format!("The account at {title} has no credit"), message),
            "Add credit on the provider's billing page, or choose another model.".to_owned(),
        ),
        ProviderError::NotFound { message } => (
            ErrorCode::UnknownModel,
            sentence(&format!("{title} does not know {}", info.id), message),
            not_found(info),
        ),
        ProviderError::ContextOverflow { message, context, .. } => {
            let window = context.or(info.context);
            let size = window.map(|size| format!(" ({size} tokens)")).unwrap_or_default();
            (
                ErrorCode::ContextOverflow,
                sentence(&format!("The conversation is longer than {} can read{size}", info.name), message),
                "Undo the last turns, start a new conversation, or choose a model with a larger window.".to_owned(),
            )
        }
        ProviderError::TooLarge { message } => (
            ErrorCode::BadRequest,
            sentence("The request is too large", message),
            "Send fewer or smaller pictures and files, or start a new conversation.".to_owned(),
        ),
        ProviderError::UnsupportedParameter { message, param } => (
            ErrorCode::BadRequest,
            sentence(&format!("{} does not take {}", info.name, param.as_deref().unwrap_or("a parameter")), message),
            "Remove that setting (temperature and the like), or choose another model.".to_owned(),
        ),
        ProviderError::UnsupportedTool { message } => (
            ErrorCode::BadRequest,
            sentence(&format!("{} does not take the computer tool", info.name), message),
            "Choose another model for OS mode.".to_owned(),
        ),
        ProviderError::RateLimit { message, wait } => (
            ErrorCode::RateLimited,
            sentence(&format!("Too many requests to {title}"), message),
            match wait {
                Some(wait) => format!("Wait {} and send the message again.", span(wait.as_secs())),
                None => "Wait a little and send the message again, or raise the account's limit.".to_owned(),
            },
        ),
        ProviderError::Overloaded { message, .. } => (
            ErrorCode::Unavailable,
            sentence(&format!("{title} is overloaded"), message),
            "Send the message again in a few minutes, or choose another model.".to_owned(),
        ),
        ProviderError::Loading { message } => (
            ErrorCode::Unavailable,
            sentence(&format!("{title} is still loading the model"), message),
            "Send the message again when it is loaded.".to_owned(),
        ),
        ProviderError::Server { message } if out_of_memory(message) => (
            ErrorCode::Unavailable,
            sentence(&format!("{} does not fit into the memory that is free", info.id), message),
            "Choose a smaller model, or close other programs.".to_owned(),
        ),
        ProviderError::Server { message } => (
            ErrorCode::Unavailable,
            sentence(&format!("{title} failed"), message),
            "Send the message again; if it happens again, look at the provider's status page.".to_owned(),
        ),
        ProviderError::Network { message, part, .. } => (
            ErrorCode::NoNetwork,
            sentence(&format!("{title} cannot be reached"), message),
            no_network(info, *part),
        ),
        ProviderError::BadRequest { message } if blind(message) => (
            ErrorCode::BadRequest,
            sentence(&format!("{} does not see pictures", info.name), message),
            "Choose a model that sees pictures.".to_owned(),
        ),
        ProviderError::BadRequest { message } => (
            ErrorCode::BadRequest,
            sentence(&format!("{title} did not understand the request"), message),
            "Send the message again; if it happens again, start a new conversation or choose another model.".to_owned(),
        ),
        ProviderError::Safety { message } => (
            ErrorCode::Refused,
            sentence(&format!("{title} stopped this for safety"), message),
            "Read the explanation, and word the task differently if it was a misunderstanding.".to_owned(),
        ),
        ProviderError::CutOff => (
            ErrorCode::CutOff,
            "The reply ended before it was complete. What came is kept; nothing of it was run.".to_owned(),
            "Send the message again, or say \u{201c}go on\u{201d}.".to_owned(),
        ),
        ProviderError::Empty => (
            ErrorCode::EmptyReply,
            format!("{} sent an empty reply.", info.name),
            if info.local {
                "The conversation is probably longer than the model's context: start a new one, or load the model with a larger context.".to_owned()
            } else {
                "Send the message again, or start a new conversation.".to_owned()
            },
        ),
        ProviderError::Malformed { message } => (
            ErrorCode::Unavailable,
            sentence(&format!("What {title} answered is not what its protocol says"), message),
            "Check the server's address (it usually ends in /v1) and send the message again.".to_owned(),
        ),
    };
    let error = Error::new(code, message)
        .remedy(remedy)
        .param("model", info.name.clone())
        .param("provider", info.provider.clone())
        .param("title", title)
        .param("local", info.local);
    with_params(error, cause, info)
}

fn not_found(info: &ModelInfo) -> String {
    if info.provider == "ollama" {
        return format!(
            "Get it with `ollama pull {}`, or choose another model.",
            info.id
        );
    }
    let near = near(info);
    if near.is_empty() {
        "Check the model's name, or choose another one.".to_owned()
    } else {
        format!("Check the model's name. Near it: {}.", near.join(", "))
    }
}

fn near(info: &ModelInfo) -> Vec<String> {
    let near = crate::catalogue::near(&info.id);
    near.into_iter().filter(|name| *name != info.name).collect()
}

fn no_network(info: &ModelInfo, part: Part) -> String {
    match (info.provider.as_str(), part) {
        (_, Part::Proxy) => {
            "Check the proxy in HTTPS_PROXY, or take the server out of it with NO_PROXY.".to_owned()
        }
        ("ollama", Part::Connection) => {
            "Start it with `ollama serve`, or choose another model.".to_owned()
        }
        (_, Part::Certificate) => {
            "Check that the address begins with https:// only where the server speaks it, that the clock is right, and that no program looks into the connection.".to_owned()
        }
        (_, Part::Name) => {
            "Check the spelling of the address and the internet connection. `builtin/commands` and local models work without.".to_owned()
        }
        _ if info.local => {
            "Start the server and check its address, or choose another model.".to_owned()
        }
        _ => "Check the internet connection and the proxy settings. `builtin/commands` and local models work without.".to_owned(),
    }
}

/// The server takes no pictures for this model.
pub(crate) fn blind(message: &str) -> bool {
    let lower = message.to_lowercase();
    let picture = ["image", "vision", "multimodal", "mmproj"];
    let refused = [
        "not support",
        "only supported by",
        "does not accept",
        "not a multimodal",
        "no endpoints found",
        "must provide --mmproj",
        "text-only",
        "invalid content type",
    ];
    picture.iter().any(|word| lower.contains(word))
        && refused.iter().any(|word| lower.contains(word))
}

/// `, the one ending in A1B2,`
fn ending(cause: &ProviderError) -> String {
    match cause {
        ProviderError::Auth {
            key_end: Some(end), ..
        } => format!(" ending in {end}"),
        _ => String::new(),
    }
}

/// What a front needs to word it anew; the table stands in `failure`.
fn with_params(error: Error, cause: &ProviderError, info: &ModelInfo) -> Error {
    let entry = crate::catalogue::provider(&info.provider);
    let key_name = entry.and_then(|entry| entry.key.first());
    let key_page = entry.and_then(|entry| entry.key_page.as_ref());
    let some = |error: Error, key: &str, value: Option<&String>| match value {
        Some(value) => error.param(key, value.clone()),
        None => error,
    };
    let error = match said(cause) {
        "" => error,
        said => error.param("said", said),
    };
    let keyed = |error: Error, end: Option<&String>| {
        let error = some(error, "key_name", key_name);
        some(some(error, "key_page", key_page), "key_end", end)
    };
    match cause {
        ProviderError::Auth { key_end, .. } | ProviderError::Forbidden { key_end, .. } => {
            keyed(error, key_end.as_ref())
        }
        ProviderError::Billing { .. } => {
            let page = entry.and_then(|entry| entry.billing_page.as_ref());
            some(error, "billing_page", page.or(key_page))
        }
        ProviderError::NotFound { .. } if info.provider == "ollama" => {
            error.param("command", format!("ollama pull {}", info.id))
        }
        ProviderError::NotFound { .. } => error.param("near", near(info)),
        ProviderError::ContextOverflow {
            context, tokens, ..
        } => {
            let number = |error: Error, key: &str, value: Option<u64>| match value {
                Some(value) => error.param(key, value),
                None => error,
            };
            number(
                number(error, "limit", context.or(info.context)),
                "tokens",
                *tokens,
            )
        }
        ProviderError::UnsupportedParameter { param, message } => match param.as_deref() {
            Some("tools") => error.param("lacks", "tools"),
            _ if blind(message) => error.param("lacks", "vision"),
            _ => some(error, "setting", param.as_ref()),
        },
        ProviderError::UnsupportedTool { .. } => error.param("lacks", "computer"),
        ProviderError::BadRequest { message } if blind(message) => error.param("lacks", "vision"),
        ProviderError::RateLimit { wait, .. } => retry_at(error, *wait),
        ProviderError::Overloaded { wait, .. } => {
            retry_at(error.param("reason", "overloaded"), *wait)
        }
        ProviderError::Loading { .. } => error.param("reason", "loading"),
        ProviderError::Server { message } if out_of_memory(message) => {
            let (needed, free) = sizes(message);
            let error = error.param("reason", "memory");
            some(
                some(error, "needed", needed.as_ref()),
                "free",
                free.as_ref(),
            )
        }
        ProviderError::Server { .. } | ProviderError::Malformed { .. } => {
            error.param("reason", "broken")
        }
        ProviderError::Network { host, part, .. } => {
            let error = some(error, "host", host.as_ref()).param("part", part.as_str());
            match (info.provider.as_str(), part) {
                ("ollama", Part::Connection) => error.param("command", "ollama serve"),
                _ => error,
            }
        }
        _ => error,
    }
}

/// The server's own words.
fn said(cause: &ProviderError) -> &str {
    match cause {
        ProviderError::Auth { message, .. }
        | ProviderError::Forbidden { message, .. }
        | ProviderError::Billing { message }
        | ProviderError::NotFound { message }
        | ProviderError::ContextOverflow { message, .. }
        | ProviderError::TooLarge { message }
        | ProviderError::UnsupportedParameter { message, .. }
        | ProviderError::UnsupportedTool { message }
        | ProviderError::RateLimit { message, .. }
        | ProviderError::Overloaded { message, .. }
        | ProviderError::Loading { message }
        | ProviderError::Server { message }
        | ProviderError::Network { message, .. }
        | ProviderError::BadRequest { message }
        | ProviderError::Safety { message }
        | ProviderError::Malformed { message } => message.trim(),
        ProviderError::CutOff | ProviderError::Empty => "",
    }
}

fn retry_at(error: Error, wait: Option<Duration>) -> Error {
    let Some(wait) = wait else { return error };
    let now = jiff::Timestamp::now().as_millisecond().unsigned_abs();
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    error
        .param("retry_at", now.saturating_add(wait_ms))
        .param("wait_s", wait.as_secs_f64())
}

/// Two amounts of memory in a text, such as `12.0 GiB`: needed, then free.
fn sizes(message: &str) -> (Option<String>, Option<String>) {
    let words: Vec<&str> = message.split_whitespace().collect();
    let mut found = words.windows(2).filter_map(|pair| {
        let number = pair[0].trim_start_matches('(');
        let unit: String = pair[1]
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        let is_size = number.parse::<f64>().is_ok()
            && matches!(unit.as_str(), "KiB" | "MiB" | "GiB" | "TiB" | "MB" | "GB");
        is_size.then(|| format!("{number} {unit}"))
    });
    (found.next(), found.next())
}

fn span(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{} seconds", seconds.max(1)),
        91..=5400 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests;
