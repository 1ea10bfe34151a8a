//! From a [`ProviderError`] to what a person is told: what happened, what to do.

use interpreter_protocol::{Error, ErrorCode};

use crate::{ModelInfo, ProviderError};

/// The error as fronts show it: a code, a message and a remedy a person can act on.
pub fn classify(error: &ProviderError, info: &ModelInfo) -> Error {
    let said = |what: &str, message: &str| match message.trim() {
        "" => format!("{what}."),
        message => format!("{what}: {message}"),
    };
    let entry = crate::catalogue::provider(&info.provider);
    let title = entry.map_or(info.provider.as_str(), |entry| entry.title.as_str());
    let variable = entry
        .and_then(|entry| entry.key.first())
        .map(String::as_str);
    let key_place = match variable {
        Some(variable) => format!("Set {variable} or pass --api_key"),
        None => "Pass --api_key".to_owned(),
    };
    let (code, message, remedy) = match error {
        ProviderError::Auth { missing: true, message } => (
            ErrorCode::NoKey,
            said(&format!("There is no key for {title}"), message),
            format!("{key_place}, then send the message again."),
        ),
        ProviderError::Auth { message, .. } => (
            ErrorCode::BadKey,
            said(&format!("{title} did not accept the key"), message),
            format!("Check that the key is whole and not revoked. {key_place}."),
        ),
        ProviderError::Forbidden { message } => (
            ErrorCode::Forbidden,
            said(&format!("{title} does not allow this"), message),
            "Check the account's permissions and region, or choose another model.".to_owned(),
        ),
        ProviderError::Billing { message } => (
            ErrorCode::Billing,
            said(&format!("The account at {title} has no credit"), message),
            "Add credit on the provider's billing page, or choose another model.".to_owned(),
        ),
        ProviderError::NotFound { message } => (
            ErrorCode::UnknownModel,
            said(&format!("{title} does not know {}", info.id), message),
            not_found(info),
        ),
        ProviderError::ContextOverflow { message, context } => {
            let window = context.or(info.context);
            let size = window.map(|size| format!(" ({size} tokens)")).unwrap_or_default();
            (
                ErrorCode::ContextOverflow,
                said(&format!("The conversation is longer than {} can read{size}", info.name), message),
                "Undo the last turns, start a new conversation, or choose a model with a larger window.".to_owned(),
            )
        }
        ProviderError::TooLarge { message } => (
            ErrorCode::BadRequest,
            said("The request is too large", message),
            "Send fewer or smaller pictures and files, or start a new conversation.".to_owned(),
        ),
        ProviderError::UnsupportedParameter { message, param } => (
            ErrorCode::BadRequest,
            said(&format!("{} does not take {}", info.name, param.as_deref().unwrap_or("a parameter")), message),
            "Remove that setting (temperature and the like), or choose another model.".to_owned(),
        ),
        ProviderError::UnsupportedTool { message } => (
            ErrorCode::BadRequest,
            said(&format!("{} does not take the computer tool", info.name), message),
            "Choose another model for OS mode.".to_owned(),
        ),
        ProviderError::RateLimit { message, wait } => (
            ErrorCode::RateLimited,
            said(&format!("Too many requests to {title}"), message),
            match wait {
                Some(wait) => format!("Wait {} and send the message again.", span(wait.as_secs())),
                None => "Wait a little and send the message again, or raise the account's limit.".to_owned(),
            },
        ),
        ProviderError::Overloaded { message, .. } => (
            ErrorCode::Unavailable,
            said(&format!("{title} is overloaded"), message),
            "Send the message again in a few minutes, or choose another model.".to_owned(),
        ),
        ProviderError::Loading { message } => (
            ErrorCode::Unavailable,
            said(&format!("{title} is still loading the model"), message),
            "Send the message again when it is loaded.".to_owned(),
        ),
        ProviderError::Server { message } => (
            ErrorCode::Unavailable,
            said(&format!("{title} failed"), message),
            "Send the message again; if it happens again, look at the provider's status page.".to_owned(),
        ),
        ProviderError::Network { message } => (
            ErrorCode::NoNetwork,
            said(&format!("{title} cannot be reached"), message),
            no_network(info),
        ),
        ProviderError::BadRequest { message } => (
            ErrorCode::BadRequest,
            said(&format!("{title} did not understand the request"), message),
            "Send the message again; if it happens again, start a new conversation or choose another model.".to_owned(),
        ),
        ProviderError::Safety { message } => (
            ErrorCode::Refused,
            said(&format!("{title} stopped this for safety"), message),
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
            said(&format!("What {title} answered is not what its protocol says"), message),
            "Check the server's address (it usually ends in /v1) and send the message again.".to_owned(),
        ),
    };
    Error::new(code, message)
        .remedy(remedy)
        .param("model", info.name.clone())
        .param("provider", info.provider.clone())
}

fn not_found(info: &ModelInfo) -> String {
    if info.provider == "ollama" {
        return format!(
            "Get it with `ollama pull {}`, or choose another model.",
            info.id
        );
    }
    let near = crate::catalogue::near(&info.id);
    let near: Vec<String> = near.into_iter().filter(|name| *name != info.name).collect();
    if near.is_empty() {
        "Check the model's name, or choose another one.".to_owned()
    } else {
        format!("Check the model's name. Near it: {}.", near.join(", "))
    }
}

fn no_network(info: &ModelInfo) -> String {
    match info.provider.as_str() {
        "ollama" => "Start it with `ollama serve`, or choose another model.".to_owned(),
        _ if info.local => "Start the server and check its address, or choose another model.".to_owned(),
        _ => "Check the internet connection and the proxy settings. `builtin/commands` and local models work without.".to_owned(),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{} seconds", seconds.max(1)),
        91..=5400 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_error_says_what_to_do() {
        let openai = crate::catalogue::info("openai", "gpt-4o", false);
        let ollama = crate::catalogue::info("ollama", "qwen3-vl:8b", true);
        let check = |error: ProviderError, info: &ModelInfo, code: ErrorCode, words: &str| {
            let shown = classify(&error, info);
            assert_eq!(shown.code, code);
            assert!(shown.to_string().contains(words), "{shown}");
            assert!(shown.remedy.is_some());
        };
        let m = || "x".to_owned();
        check(
            ProviderError::Auth {
                message: m(),
                missing: true,
            },
            &openai,
            ErrorCode::NoKey,
            "OPENAI_API_KEY",
        );
        check(
            ProviderError::Auth {
                message: m(),
                missing: false,
            },
            &openai,
            ErrorCode::BadKey,
            "OPENAI_API_KEY",
        );
        check(
            ProviderError::NotFound { message: m() },
            &ollama,
            ErrorCode::UnknownModel,
            "ollama pull qwen3-vl:8b",
        );
        check(
            ProviderError::Network { message: m() },
            &ollama,
            ErrorCode::NoNetwork,
            "ollama serve",
        );
        check(
            ProviderError::Network { message: m() },
            &openai,
            ErrorCode::NoNetwork,
            "internet connection",
        );
        check(
            ProviderError::ContextOverflow {
                message: m(),
                context: Some(8192),
            },
            &ollama,
            ErrorCode::ContextOverflow,
            "8192",
        );
        check(
            ProviderError::RateLimit {
                message: m(),
                wait: Some(Duration::from_secs(86_400)),
            },
            &openai,
            ErrorCode::RateLimited,
            "24 hours",
        );
        check(
            ProviderError::CutOff,
            &openai,
            ErrorCode::CutOff,
            "nothing of it was run",
        );
        check(
            ProviderError::Empty,
            &ollama,
            ErrorCode::EmptyReply,
            "context",
        );
        check(
            ProviderError::Billing { message: m() },
            &openai,
            ErrorCode::Billing,
            "credit",
        );
    }
}
