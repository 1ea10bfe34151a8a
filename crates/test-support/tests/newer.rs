//! OpenAI Responses and Gemini: each rule broken once, and what is streamed.

use interpreter_test_support::model_server::History;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::checks::{check, violations};
use crate::client::{magenta, open, read};

const RESPONSES: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("authorization", "Bearer sk-test"),
];
const GEMINI: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("x-goog-api-key", "sk-test"),
];
const STREAM: &str = "/v1beta/models/scripted:streamGenerateContent?alt=sse";

fn responses(input: Value) -> Value {
    json!({"model": "scripted", "stream": true, "store": false, "instructions": "You are.",
        "include": ["reasoning.encrypted_content"], "tools": [{"type": "computer"}],
        "input": input})
}

fn gemini(contents: Value) -> Value {
    json!({"systemInstruction": {"parts": [{"text": "You are."}]}, "contents": contents,
        "tools": [{"computerUse": {"environment": "ENVIRONMENT_DESKTOP"}}]})
}

#[test]
fn rules_of_responses() {
    let user = || json!({"role": "user", "content": [{"type": "input_text", "text": "hello"}]});
    let shot = format!("data:image/png;base64,{}", magenta(32, 32, 4, 4, 4));
    let call = json!({"type": "computer_call", "call_id": "c1", "pending_safety_checks": [],
        "actions": [{"type": "screenshot"}]});
    let output = |checks: Value| {
        json!({"type": "computer_call_output", "call_id": "c1", "acknowledged_safety_checks": checks,
            "output": {"type": "computer_screenshot", "image_url": shot}})
    };
    let told = json!({"type": "function_call_output", "call_id": "c1", "output": "done"});
    let thought = json!({"type": "reasoning", "summary": [], "encrypted_content": "x"});
    let case = |input: Value, expected: &str| {
        let found = violations(
            "/v1/responses",
            RESPONSES,
            &[responses(input.clone())],
            History::Frozen,
        );
        check(&found, expected, &input.to_string());
    };
    case(json!([user()]), "");
    case(json!([user(), thought, call, output(json!([]))]), "");
    case(json!([user(), call]), "calls without an output: c1");
    case(
        json!([user(), call, user()]),
        "calls without an output before it",
    );
    case(
        json!([user(), call, told]),
        "for a call that wants computer_call_output",
    );
    case(
        json!([user(), call, output(json!([{"id": "s"}]))]),
        "acknowledges",
    );
    case(json!([user(), output(json!([]))]), "which is no open call");
    case(
        json!([user(), thought, user()]),
        "reasoning without the item that followed it",
    );
    case(json!([]), "input is empty");
    let twice = [
        responses(json!([user()])),
        responses(json!([
            {"role": "user", "content": [{"type": "input_text", "text": "hullo"}]},
            call, output(json!([]))
        ])),
    ];
    let found = violations("/v1/responses", RESPONSES, &twice, History::Frozen);
    check(
        &found,
        "the history begins with a message",
        "changed history",
    );
}

#[test]
fn rules_of_gemini() {
    let user = || json!({"role": "user", "parts": [{"text": "hello"}]});
    let call = |signed: bool| {
        let mut part = json!({"functionCall": {"id": "f1", "name": "click", "args": {"x": 1}}});
        if signed {
            part["thoughtSignature"] = "c2ln".into();
        }
        json!({"role": "model", "parts": [part]})
    };
    let told = |id: &str| {
        json!({"role": "user", "parts": [{"functionResponse": {"id": id, "name": "click",
            "response": {"output": "ok"},
            "parts": [{"inlineData": {"mimeType": "image/png", "data": magenta(32, 32, 4, 4, 4)}}]}}]})
    };
    let case = |contents: Value, expected: &str| {
        let bodies = [gemini(contents.clone())];
        let found = violations(STREAM, GEMINI, &bodies, History::Frozen);
        check(&found, expected, &contents.to_string());
    };
    case(json!([user()]), "");
    case(json!([user(), call(true), told("f1")]), "");
    case(
        json!([user(), call(false), told("f1")]),
        "missing a thought_signature",
    );
    case(json!([user(), call(true), told("f2")]), "and next was");
    case(
        json!([user(), call(true), user()]),
        "calls without a response",
    );
    case(json!([user(), user()]), "two neighbours of the role user");
    case(
        json!([user(), call(true)]),
        "the last content is not the user's",
    );
}

#[test]
fn a_batch_is_streamed_as_one_call_and_numbers_in_the_vendors_steps() {
    let click = json!({"action": "left_click", "coordinate": [31, 15]});
    let reply = || {
        Reply::text("So.")
            .and_computer(click.clone())
            .and_computer(json!({"action": "type", "text": "a"}))
    };
    let server = ModelServer::start(Script::new().reply(reply()).reply(reply()));
    let body = responses(json!([{"role": "user", "content": "hello"}]));
    let answer = read(open(&server, "/v1/responses", RESPONSES, &body));
    let events = answer.events();
    let numbers: Vec<u64> = events
        .iter()
        .map(|event| event["sequence_number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (0..events.len() as u64).collect::<Vec<_>>());
    let last = events.last().unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_eq!(
        last["response"]["output"][1]["actions"],
        json!([
            {"type": "click", "button": "left", "x": 31, "y": 15},
            {"type": "type", "text": "a"}
        ])
    );
    let image =
        json!({"inlineData": {"mimeType": "image/png", "data": magenta(64, 32, 30, 14, 3)}});
    let body = gemini(json!([{"role": "user", "parts": [{"text": "hello"}, image]}]));
    let answer = read(open(&server, STREAM, GEMINI, &body));
    let parts: Vec<Value> = answer
        .events()
        .iter()
        .map(|event| event["candidates"][0]["content"]["parts"][0].clone())
        .filter(|part| part.get("functionCall").is_some())
        .collect();
    assert_eq!(
        parts,
        [
            json!({"functionCall": {"id": "fc-2-0", "name": "click", "args": {"x": 492, "y": 484}},
                "thoughtSignature": "c2ln2x0=="}),
            json!({"functionCall": {"id": "fc-2-1", "name": "type", "args": {"text": "a"}}}),
        ]
    );
    for request in server.finish() {
        assert_eq!(
            (request.model(), request.key()),
            ("scripted", Some("sk-test"))
        );
        assert_eq!(
            (request.system().as_str(), request.last_user_text().as_str()),
            ("You are.", "hello")
        );
    }
}
