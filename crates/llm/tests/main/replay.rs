//! Every recorded stream: whole, byte by byte, and cut at every offset.

use interpreter_llm::{
    AnswerReader, Call, ComputerTool, Finish, Model, ModelEvent, ProviderError, Raw,
};
use interpreter_protocol::Usage;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::{file, manifest, model};

#[derive(Debug, Default, Clone, PartialEq)]
struct Got {
    text: String,
    reasoning: String,
    raws: Vec<Option<Raw>>,
    started: Vec<(String, String, String)>,
    calls: Vec<Call>,
    usage: Option<Usage>,
    finish: Option<Finish>,
    error: Option<ProviderError>,
}

fn read<'a>(model: &Model, pieces: impl Iterator<Item = &'a [u8]>) -> Got {
    let mut reader = AnswerReader::new(model);
    let mut items = Vec::new();
    for piece in pieces {
        items.extend(reader.push(piece));
    }
    items.extend(reader.finish());
    assert!(reader.finish().is_empty(), "something after the end");
    let mut got = Got::default();
    let last = items.len().saturating_sub(1);
    for (at, item) in items.into_iter().enumerate() {
        let ends = matches!(item, Err(_) | Ok(ModelEvent::Finish(_)));
        assert_eq!(ends, at == last, "an end in the middle, or none: {item:?}");
        match item {
            Ok(ModelEvent::Text(text)) => got.text.push_str(&text),
            Ok(ModelEvent::Reasoning(text)) => got.reasoning.push_str(&text),
            Ok(ModelEvent::ReasoningEnd { raw }) => got.raws.push(raw),
            Ok(ModelEvent::CallStart { id, name }) => got.started.push((id, name, String::new())),
            Ok(ModelEvent::CallDelta(more)) => got.started.last_mut().unwrap().2.push_str(&more),
            Ok(ModelEvent::CallEnd(call)) => {
                let (id, name, _) = got.started.last().unwrap();
                assert_eq!((id, name), (&call.id, &call.name), "calls interleave");
                got.calls.push(call);
            }
            Ok(ModelEvent::Usage(usage)) => got.usage = Some(usage),
            Ok(ModelEvent::Finish(finish)) => got.finish = Some(finish),
            Err(error) => got.error = Some(error),
            Ok(other) => panic!("{other:?}"),
        }
    }
    got
}

/// A plain server's model: the recorded expectations know no peculiarities.
fn reader_for(format: &str) -> Model {
    match format {
        "anthropic" => model("anthropic/claude-opus-5-5"),
        "openai-chat" => model("groq/anything"),
        "openai-responses" => model("openai/gpt-6.1-sol"),
        "gemini" => model("gemini/gemini-3.8-flash"),
        other => panic!("{other}"),
    }
}

fn whole(name: &str, format: &str) -> Got {
    let bytes = file(name);
    read(&reader_for(format), std::iter::once(bytes.as_slice()))
}

/// The recorded files of the formats that are spoken here.
fn files() -> Vec<(String, Value)> {
    let mut files: Vec<(String, Value)> = manifest()
        .into_iter()
        .filter(|(_, entry)| {
            let format = entry["format"].as_str();
            matches!(
                format,
                Some("openai-chat" | "anthropic" | "openai-responses" | "gemini")
            )
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(files.len() >= 55, "{}", files.len());
    files
}

fn check(name: &str, entry: &Value) {
    let format = entry["format"].as_str().unwrap();
    let got = whole(name, format);
    let expect = &entry["expect"];
    if let Some(text) = expect["text"].as_str() {
        assert_eq!(got.text, text, "{name}");
    }
    if let Some(reasoning) = expect["reasoning"].as_str() {
        assert_eq!(got.reasoning, reasoning, "{name}");
    }
    if let Some(signature) = expect["signature"].as_str() {
        let raw = got.raws[0].as_ref().unwrap();
        assert_eq!(raw.raw["signature"], signature, "{name}");
    }
    if let Some(batches) = expect["computer_calls"].as_array() {
        check_batches(name, &got, batches);
    } else if format == "gemini" {
        let calls = expect["tool_calls"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        check_parts(name, &got, calls);
    } else if let Some(calls) = expect["tool_calls"].as_array() {
        check_calls(name, &got, calls);
    } else {
        assert_eq!(got.calls, [], "{name}");
    }
    if let Some(raw) = expect["tool_calls_raw"].as_array() {
        let expected: Vec<(String, String, String)> = raw
            .iter()
            .map(|call| {
                let at = |key: &str| call[key].as_str().unwrap().to_owned();
                (at("id"), at("name"), at("arguments_raw"))
            })
            .collect();
        assert_eq!(got.started, expected, "{name}");
        assert_eq!(got.finish, Some(Finish::Length), "{name}");
    }
    check_usage(name, format, &got, expect);
    check_end(name, &got, expect);
}

fn check_calls(name: &str, got: &Got, calls: &[Value]) {
    let expected: Vec<(String, String, Value, Option<Value>)> = calls
        .iter()
        .map(|call| {
            let id = call["id"].as_str().unwrap().to_owned();
            let member = call["name"].as_str().unwrap().to_owned();
            let mut arguments = call["arguments"].clone();
            match call["toolset_name"].as_str() {
                Some(toolset) => {
                    arguments["action"] = json!(member);
                    let raw = json!({"toolset_name": toolset, "name": member});
                    (id, "computer".to_owned(), arguments, Some(raw))
                }
                None => (id, member, arguments, None),
            }
        })
        .collect();
    let found: Vec<(String, String, Value, Option<Value>)> = got
        .calls
        .iter()
        .cloned()
        .map(|call| {
            (
                call.id,
                call.name,
                call.arguments,
                call.raw.map(|raw| raw.raw),
            )
        })
        .collect();
    assert_eq!(found, expected, "{name}");
}

/// OpenAI's batches: each item goes back as it came, and is read action by action.
fn check_batches(name: &str, got: &Got, batches: &[Value]) {
    let mut calls = got.calls.iter();
    for batch in batches {
        let asked = ComputerTool::Openai.read("computer", batch);
        for (at, action) in asked.actions.iter().enumerate() {
            let call = calls.next().unwrap();
            let mut expected = action.clone();
            if let (0, Some(why)) = (at, &asked.confirm) {
                expected["confirm"] = json!(why);
            }
            assert_eq!(
                (call.name.as_str(), &call.arguments),
                ("computer", &expected),
                "{name}"
            );
            let raw = &call.raw.as_ref().unwrap().raw;
            if at == 0 {
                assert_eq!(json!(call.id), batch["call_id"], "{name}");
                let said = |item: &Value| item.get("actions").or(item.get("action")).cloned();
                let item = &raw["item"];
                let whole =
                    said(item).map(|said| if said.is_array() { said } else { json!([said]) });
                assert_eq!(whole, said(batch), "{name}");
                assert_eq!(
                    item["pending_safety_checks"], batch["pending_safety_checks"],
                    "{name}"
                );
            } else {
                assert_eq!(*raw, json!({"of": batch["call_id"]}), "{name}");
            }
        }
    }
    assert_eq!(calls.next(), None, "{name}");
}

/// Gemini's calls: each goes back in the part it came in, with its signature.
fn check_parts(name: &str, got: &Got, calls: &[Value]) {
    let firsts: Vec<&Call> = got
        .calls
        .iter()
        .filter(|call| call.raw.as_ref().unwrap().raw.get("item").is_some())
        .collect();
    assert_eq!(firsts.len(), calls.len(), "{name}");
    for (call, expected) in firsts.iter().zip(calls) {
        let item = &call.raw.as_ref().unwrap().raw["item"];
        let made = &item["functionCall"];
        assert_eq!(
            (&made["name"], &made["args"], item.get("thoughtSignature")),
            (
                &expected["name"],
                &expected["arguments"],
                expected.get("signature")
            ),
            "{name}"
        );
        if expected["id"].is_string() {
            assert_eq!(json!(call.id), expected["id"], "{name}");
        }
        let asked =
            ComputerTool::Gemini.read(expected["name"].as_str().unwrap(), &expected["arguments"]);
        if call.name == "computer" {
            let mut action = asked.actions[0].clone();
            if let Some(why) = asked.confirm {
                action["confirm"] = json!(why);
            }
            assert_eq!(call.arguments, action, "{name}");
        } else {
            assert_eq!(
                (json!(call.name), &call.arguments),
                (expected["name"].clone(), &expected["arguments"]),
                "{name}"
            );
        }
    }
}

fn check_usage(name: &str, format: &str, got: &Got, expect: &Value) {
    let Some(expected) = expect["usage"].as_object() else {
        return;
    };
    let usage = got.usage.unwrap();
    for (key, value) in expected {
        let found = match key.as_str() {
            // There, the input is what was neither read from nor written to a cache.
            "input" if format == "anthropic" => {
                usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens
            }
            "input" => usage.input_tokens,
            // There, thoughts are counted beside.
            "output" if format == "gemini" => usage.output_tokens - usage.reasoning_tokens,
            "output" => usage.output_tokens,
            "cached" => usage.cached_tokens,
            "cache_write" => usage.cache_write_tokens,
            "reasoning" => usage.reasoning_tokens,
            other => panic!("{name}: {other}"),
        };
        assert_eq!(json!(found), *value, "{name}: {key}");
    }
}

fn check_end(name: &str, got: &Got, expect: &Value) {
    let is = |key: &str| expect[key].as_bool() == Some(true);
    if is("truncated") {
        return assert_eq!(got.error, Some(ProviderError::CutOff), "{name}");
    }
    if is("empty") {
        return assert_eq!(got.error, Some(ProviderError::Empty), "{name}");
    }
    if is("protocol_error") {
        return assert!(
            matches!(got.error, Some(ProviderError::Malformed { .. })),
            "{name}: {got:?}"
        );
    }
    if expect["block_reason"].is_string() || expect["retryable"].as_bool() == Some(false) {
        return assert!(
            matches!(got.error, Some(ProviderError::Safety { .. })),
            "{name}: {got:?}"
        );
    }
    if expect["error"]["status"] == "UNAVAILABLE" {
        return assert!(
            matches!(got.error, Some(ProviderError::Overloaded { .. })),
            "{name}: {got:?}"
        );
    }
    if let Some(message) = expect["error"]["message"].as_str() {
        let error = got.error.as_ref().unwrap().to_string();
        return assert_eq!(error, message, "{name}");
    }
    let finish = match expect["treat_as"].as_str().or(expect["finish"].as_str()) {
        _ if expect["refusal"].is_string() => {
            Finish::Refusal(expect["refusal"].as_str().map(str::to_owned))
        }
        Some("length" | "max_tokens") => Finish::Length,
        Some("content_filter") => Finish::ContentFilter,
        Some("stop" | "tool_calls" | "end_turn" | "tool_use" | "completed" | "STOP") => {
            Finish::Stop
        }
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!((&got.finish, &got.error), (&Some(finish), &None), "{name}");
}

#[test]
fn every_recorded_stream_ends_as_its_manifest_says() {
    for (name, entry) in files() {
        check(&name, &entry);
    }
}

#[test]
fn byte_by_byte_gives_the_same() {
    for (name, entry) in files() {
        let format = entry["format"].as_str().unwrap();
        let bytes = file(&name);
        let mut expected = whole(&name, format);
        let mut got = read(&reader_for(format), bytes.chunks(1));
        // Ids that the server did not give are made up anew each time.
        for call in expected.calls.iter_mut().chain(&mut got.calls) {
            call.id.truncate(5);
            if call
                .raw
                .as_ref()
                .is_some_and(|raw| raw.raw.get("of").is_some())
            {
                call.raw = None;
            }
        }
        expected.started.clear();
        got.started.clear();
        assert_eq!(got, expected, "{name}");
    }
}

#[test]
fn cut_at_every_offset_runs_nothing_and_invents_nothing() {
    for (name, entry) in files() {
        let format = entry["format"].as_str().unwrap();
        let bytes = file(&name);
        let expected = whole(&name, format);
        for end in 0..bytes.len() {
            let got = read(&reader_for(format), std::iter::once(&bytes[..end]));
            assert!(
                expected.text.starts_with(&got.text),
                "{name} at {end}: {:?}",
                got.text
            );
            assert!(
                expected.reasoning.starts_with(&got.reasoning),
                "{name} at {end}"
            );
            let complete = got.finish.is_some();
            assert_eq!(got.error.is_none(), complete, "{name} at {end}: {got:?}");
            if complete {
                assert_eq!(got.text, expected.text, "{name} at {end}");
                assert_eq!(got.calls.len(), expected.calls.len(), "{name} at {end}");
            }
        }
    }
}

#[test]
fn the_kinds_of_errors_in_a_stream() {
    let check = |name: &str, format: &str, expected: ProviderError| {
        assert_eq!(whole(name, format).error, Some(expected), "{name}");
    };
    check(
        "anthropic.error.sse",
        "anthropic",
        ProviderError::Overloaded {
            message: "Overloaded".to_owned(),
            wait: None,
        },
    );
    check(
        "compat-llamacpp.error_field.sse",
        "openai-chat",
        ProviderError::ContextOverflow {
            message: "Context size has been exceeded.".to_owned(),
            context: None,
            tokens: None,
        },
    );
    check(
        "openai-chat.error.sse",
        "openai-chat",
        ProviderError::Server {
            message: "Upstream worker stopped before the answer was complete.".to_owned(),
        },
    );
}

#[test]
fn a_whole_answer_is_read_although_a_stream_was_asked_for() {
    let check = |name: &str, body: Value, text: &str, calls: usize, finish: Finish| {
        let bytes = body.to_string();
        let got = read(&model(name), bytes.as_bytes().chunks(7));
        assert_eq!(
            (got.text.as_str(), got.calls.len(), got.finish),
            (text, calls, Some(finish))
        );
    };
    check(
        "groq/x",
        json!({
            "object": "chat.completion",
            "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": "Hi",
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "x", "arguments": "{}"}}]}}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2},
        }),
        "Hi",
        1,
        Finish::Stop,
    );
    check(
        "anthropic/claude-opus-5-5",
        json!({
            "type": "message", "stop_reason": "max_tokens", "usage": {"input_tokens": 1, "output_tokens": 2},
            "content": [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "a", "name": "x", "input": {}}],
        }),
        "Hi",
        1,
        Finish::Length,
    );
}

#[test]
fn a_stream_of_many_small_deltas_and_one_huge_event_are_read() {
    let mut bytes = Vec::new();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n");
    }
    let huge = "b".repeat(4 * 1024 * 1024);
    let event = json!({"choices": [{"delta": {"content": huge}, "finish_reason": "stop"}]});
    bytes.extend_from_slice(format!("data: {event}\n\ndata: [DONE]\n\n").as_bytes());
    let got = read(&model("groq/x"), bytes.chunks(1400));
    assert_eq!(got.text.len(), 100_000 + huge.len());
    assert_eq!(got.finish, Some(Finish::Stop));
}
