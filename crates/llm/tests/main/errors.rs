//! Every recorded error answer.

use std::time::Duration;

use interpreter_llm::{ProviderError, classify, from_answer};
use serde_json::Value;

use crate::support::{file, model};

fn kind(error: &ProviderError) -> &'static str {
    match error {
        ProviderError::Auth { .. } => "auth",
        ProviderError::Forbidden { .. } => "forbidden",
        ProviderError::Billing { .. } => "billing",
        ProviderError::NotFound { .. } => "not_found",
        ProviderError::ContextOverflow { .. } => "context_overflow",
        ProviderError::TooLarge { .. } => "too_large",
        ProviderError::UnsupportedParameter { .. } => "unsupported_parameter",
        ProviderError::UnsupportedTool { .. } => "unsupported_tool",
        ProviderError::RateLimit { .. } => "rate_limit",
        ProviderError::Overloaded { .. } => "overloaded",
        ProviderError::Loading { .. } => "loading",
        ProviderError::Server { .. } => "server",
        ProviderError::BadRequest { .. } => "bad_request",
        _ => "other",
    }
}

#[test]
fn every_recorded_answer_is_an_error_a_person_can_act_on() {
    let answers: Vec<Value> = serde_json::from_slice(&file("http-errors.json")).unwrap();
    assert!(answers.len() >= 31);
    for answer in answers {
        let name = answer["name"].as_str().unwrap();
        let header = |key: &str| answer["headers"][key].as_str().map(str::to_owned);
        let failure = from_answer(
            u16::try_from(answer["status"].as_u64().unwrap()).unwrap(),
            &header,
            answer["body"].as_str().unwrap().as_bytes(),
            Default::default(),
        );
        let expect = &answer["expect"];
        assert_eq!(
            kind(&failure.error),
            expect["kind"].as_str().unwrap(),
            "{name}: {failure:?}"
        );
        assert_eq!(failure.retry, expect["retry"].as_bool().unwrap(), "{name}");
        let wait = expect["wait_ms"]
            .as_u64()
            .or(expect["wait_ms_at_date"].as_u64());
        assert_eq!(failure.wait, wait.map(Duration::from_millis), "{name}");
        if let (Some(param), ProviderError::UnsupportedParameter { param: found, .. }) =
            (expect["param"].as_str(), &failure.error)
        {
            assert_eq!(found.as_deref(), Some(param), "{name}");
        }
        if let (Some(size), ProviderError::ContextOverflow { context, .. }) =
            (expect["context"].as_u64(), &failure.error)
        {
            assert_eq!(*context, Some(size), "{name}");
        }
        let named = expect["model"].as_str().unwrap_or("ollama/qwen3-vl:8b");
        let shown = classify(&failure.error, &model(named).info);
        if let Some(code) = expect["code"].as_str() {
            assert_eq!(shown.code.as_str(), code, "{name}: {shown}");
        }
        for (key, value) in expect["params"].as_object().into_iter().flatten() {
            assert_eq!(shown.params.get(key), Some(value), "{name}: {shown:?}");
        }
        assert_eq!(
            shown.params.contains_key("retry_at"),
            failure.wait.is_some(),
            "{name}"
        );
        assert!(
            shown.remedy.is_some_and(|remedy| remedy.len() > 10),
            "{name}"
        );
        if expect["offer_pull"].as_bool() == Some(true) {
            let shown = classify(&failure.error, &model("ollama/qwen3-vl:8b").info).to_string();
            assert!(shown.contains("ollama pull qwen3-vl:8b"), "{shown}");
        }
    }
}
