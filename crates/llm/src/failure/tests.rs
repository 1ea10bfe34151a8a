use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Failure {
    let header = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    };
    from_answer(status, &header, body.as_bytes(), Timestamp::UNIX_EPOCH)
}

#[test]
fn waits_are_read_in_every_form() {
    let check = |headers: &[(&str, &str)], expected: Option<u64>| {
        let failure = answer(429, headers, "");
        assert_eq!(
            failure.wait,
            expected.map(Duration::from_millis),
            "{headers:?}"
        );
    };
    check(&[("retry-after", "3")], Some(3000));
    check(&[("retry-after", "0.5")], Some(500));
    check(
        &[("retry-after-ms", "1500"), ("retry-after", "9")],
        Some(1500),
    );
    check(
        &[("retry-after-ms", "soon"), ("retry-after", "9")],
        Some(9000),
    );
    let date = ("date", "Fri, 06 Nov 2026 10:00:00 GMT");
    check(
        &[date, ("retry-after", "Fri, 06 Nov 2026 10:00:30 GMT")],
        Some(30_000),
    );
    check(
        &[date, ("retry-after", "Fri, 06 Nov 2026 09:00:30 GMT")],
        Some(0),
    );
    check(&[("retry-after", "86400")], Some(86_400_000));
    check(&[("retry-after", "-3")], None);
    check(&[("retry-after", "nonsense")], None);
    check(&[], None);
}

#[test]
fn google_hides_the_wait_in_the_body() {
    let body = r#"{"error":{"code":429,"message":"Busy","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"17s"}]}}"#;
    assert_eq!(answer(429, &[], body).wait, Some(Duration::from_secs(17)));
}

#[test]
fn refused_parameters_are_recognised_in_prose() {
    let check = |body: &str, expected: &str| {
        let error = answer(400, &[], body).error;
        let param = match &error {
            ProviderError::UnsupportedParameter { param, .. } => param.as_deref(),
            _ => None,
        };
        assert_eq!(param, Some(expected), "{error:?}");
    };
    check(
        r#"{"error":{"message":"Unrecognized request argument supplied: stream_options"}}"#,
        "stream_options",
    );
    check(
        r#"{"error":{"message":"registry.ollama.ai/library/gemma3 does not support tools"}}"#,
        "tools",
    );
    check(
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"temperature: Extra inputs are not permitted"}}"#,
        "temperature",
    );
    check(
        r#"{"error":{"message":"'messages[0].role' does not support 'developer' with this model.","param":"messages[0].role","code":"unsupported_value"}}"#,
        "developer",
    );
    check(
        r#"{"error":{"message":"Unexpected value(s) `context-management-2025-06-27` for the `anthropic-beta` header"}}"#,
        "context_management",
    );
    check(
        r#"{"detail":"max_completion_tokens: unknown field"}"#,
        "max_completion_tokens",
    );
}

#[test]
fn odd_bodies_fall_back_to_status_and_text() {
    let check = |status, body: &str, expected: ProviderError| {
        assert_eq!(answer(status, &[], body).error, expected, "{body}");
    };
    check(
        500,
        "",
        ProviderError::Server {
            message: "The server answered with status 500.".to_owned(),
        },
    );
    check(
        400,
        "no\x1b[31m way",
        ProviderError::BadRequest {
            message: "no [31m way".to_owned(),
        },
    );
    check(
        403,
        "<html><b>Not</b> here</html>",
        ProviderError::Forbidden {
            key_end: None,
            message: "Not here".to_owned(),
        },
    );
    check(
        400,
        r#"{"error":"plain"}"#,
        ProviderError::BadRequest {
            message: "plain".to_owned(),
        },
    );
    check(
        502,
        r#"{"error":{"code":502,"message":null}}"#,
        ProviderError::Server {
            message: r#"{"code":502,"message":null}"#.to_owned(),
        },
    );
    check(
        429,
        r#"{"error":{"message":"x","code":"insufficient_quota"}}"#,
        ProviderError::Billing {
            message: "x".to_owned(),
        },
    );
}

#[test]
fn an_overflow_tells_how_much_was_too_much() {
    let check = |body: &str, expected: (Option<u64>, Option<u64>)| {
        let ProviderError::ContextOverflow {
            context, tokens, ..
        } = answer(400, &[], body).error
        else {
            panic!("{body}")
        };
        assert_eq!((tokens, context), expected, "{body}");
    };
    check(
        r#"{"error":{"message":"This model's maximum context length is 272000 tokens, but the messages took 281022.","code":"context_length_exceeded"}}"#,
        (Some(281_022), Some(272_000)),
    );
    check(
        r#"{"error":{"code":400,"message":"request (9120 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9120,"n_ctx":8192}}"#,
        (Some(9120), Some(8192)),
    );
    check(
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 1002133 tokens > 1000000 maximum"}}"#,
        (Some(1_002_133), Some(1_000_000)),
    );
    check(
        r#"{"error":{"message":"Context size has been exceeded."}}"#,
        (None, None),
    );
}

#[test]
fn a_model_that_a_key_may_not_use_is_another_matter_than_a_forbidden_key() {
    let check = |body: &str, expected: ProviderError| {
        assert_eq!(answer(403, &[], body).error, expected, "{body}");
    };
    let message = "Project `p` does not have access to model `gpt-9`.".to_owned();
    check(
        &serde_json::json!({"error": {"message": message, "code": "model_not_found"}}).to_string(),
        ProviderError::NotFound { message },
    );
    check(
        r#"{"error":{"message":"Country not supported."}}"#,
        ProviderError::Forbidden {
            message: "Country not supported.".to_owned(),
            key_end: None,
        },
    );
}

#[test]
fn a_model_without_room_in_memory_is_not_tried_again() {
    let body =
        r#"{"error":"model requires more system memory (12.0 GiB) than is available (7.5 GiB)"}"#;
    let failure = answer(500, &[], body);
    assert!(!failure.retry, "{failure:?}");
}

#[test]
fn only_the_end_of_a_long_key_is_told() {
    assert_eq!(key_end("sk-proj-1234567890A1B2").as_deref(), Some("A1B2"));
    assert_eq!(key_end("short-key-12345"), None);
}
