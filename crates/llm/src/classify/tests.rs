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
    let network = || ProviderError::Network {
        message: m(),
        host: None,
        part: Part::Connection,
    };
    check(
        ProviderError::Auth {
            message: m(),
            missing: true,
            key_end: None,
        },
        &openai,
        ErrorCode::NoKey,
        "OPENAI_API_KEY",
    );
    check(
        ProviderError::Auth {
            message: m(),
            missing: false,
            key_end: Some("A1B2".to_owned()),
        },
        &openai,
        ErrorCode::BadKey,
        "the key ending in A1B2",
    );
    check(
        ProviderError::NotFound { message: m() },
        &ollama,
        ErrorCode::UnknownModel,
        "ollama pull qwen3-vl:8b",
    );
    check(network(), &ollama, ErrorCode::NoNetwork, "ollama serve");
    check(
        network(),
        &openai,
        ErrorCode::NoNetwork,
        "internet connection",
    );
    check(
        ProviderError::ContextOverflow {
            message: m(),
            context: Some(8192),
            tokens: None,
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

#[test]
fn params_say_everything_a_front_words_anew() {
    use serde_json::{Value, json};

    let openai = crate::catalogue::info("openai", "gpt-4o", false);
    let ollama = crate::catalogue::info("ollama", "qwen3-vl:8b", true);
    let check = |cause: ProviderError, info: &ModelInfo, expected: Value| {
        let mut params = Value::Object(classify(&cause, info).params);
        for (key, value) in [
            ("model", json!(info.name)),
            ("provider", json!(info.provider)),
            ("local", json!(info.local)),
        ] {
            assert_eq!(params[key], value, "{cause:?}");
            params.as_object_mut().unwrap().remove(key);
        }
        assert!(params.as_object_mut().unwrap().remove("title").is_some());
        if let Some(at) = params.as_object_mut().unwrap().remove("retry_at") {
            // Later than the day this was written.
            assert!(at.as_u64().unwrap() > 1_760_000_000_000, "{at}");
        }
        assert_eq!(params, expected, "{cause:?}");
    };
    let m = || "x".to_owned();
    let page = "https://platform.openai.com/api-keys";
    check(
        ProviderError::Auth {
            message: m(),
            missing: false,
            key_end: Some("A1B2".to_owned()),
        },
        &openai,
        json!({"said": "x", "key_name": "OPENAI_API_KEY", "key_page": page, "key_end": "A1B2"}),
    );
    check(
        ProviderError::Forbidden {
            message: m(),
            key_end: None,
        },
        &openai,
        json!({"said": "x", "key_name": "OPENAI_API_KEY", "key_page": page}),
    );
    check(
        ProviderError::Billing { message: m() },
        &openai,
        json!({"said": "x",
            "billing_page": "https://platform.openai.com/settings/organization/billing"}),
    );
    check(
        ProviderError::NotFound { message: m() },
        &ollama,
        json!({"said": "x", "command": "ollama pull qwen3-vl:8b"}),
    );
    check(
        ProviderError::ContextOverflow {
            message: m(),
            context: Some(8192),
            tokens: Some(9120),
        },
        &ollama,
        json!({"said": "x", "limit": 8192, "tokens": 9120}),
    );
    check(
        ProviderError::RateLimit {
            message: m(),
            wait: Some(Duration::from_secs(30)),
        },
        &openai,
        json!({"said": "x", "wait_s": 30.0}),
    );
    check(
        ProviderError::Overloaded {
            message: m(),
            wait: None,
        },
        &openai,
        json!({"said": "x", "reason": "overloaded"}),
    );
    let memory = "model requires more system memory (12.0 GiB) than is available (7.5 GiB)";
    check(
        ProviderError::Server {
            message: memory.to_owned(),
        },
        &ollama,
        json!({"said": memory, "reason": "memory", "needed": "12.0 GiB", "free": "7.5 GiB"}),
    );
    check(
        ProviderError::Network {
            message: m(),
            host: Some("127.0.0.1:11434".to_owned()),
            part: Part::Connection,
        },
        &ollama,
        json!({"said": "x", "host": "127.0.0.1:11434", "part": "connection",
            "command": "ollama serve"}),
    );
    let blind = "this model does not support image input";
    check(
        ProviderError::BadRequest {
            message: blind.to_owned(),
        },
        &openai,
        json!({"said": blind, "lacks": "vision"}),
    );
    check(
        ProviderError::UnsupportedParameter {
            message: m(),
            param: Some("tools".to_owned()),
        },
        &openai,
        json!({"said": "x", "lacks": "tools"}),
    );
    check(
        ProviderError::UnsupportedParameter {
            message: m(),
            param: Some("temperature".to_owned()),
        },
        &openai,
        json!({"said": "x", "setting": "temperature"}),
    );
    check(ProviderError::CutOff, &openai, json!({}));
}
