use std::sync::Arc;

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::answer::{Mapper as _, Out};
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Finish, Image, Message, ModelEvent, ModelRequest, NativeTool,
    Part, ProviderError, Raw, Speaker, ToolSpec,
};

const FAMILY: &str = "openai/gpt-6.1-sol";

fn run(events: &[Value]) -> Out {
    let mut mapper = StreamMapper::new(FAMILY.to_owned(), ComputerTool::Openai);
    let mut out = Out::new();
    for event in events {
        mapper.event(Ok(event.clone()), &mut out);
    }
    out
}

fn image(bytes: &[u8]) -> Part {
    Part::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: Arc::from(bytes),
        width: 1280,
        height: 800,
    })
}

fn text(words: &str) -> Part {
    Part::Text(words.to_owned())
}

fn raw(raw: Value) -> Option<Raw> {
    Some(Raw {
        name: FAMILY.to_owned(),
        raw,
    })
}

fn call(id: &str, arguments: Value, raw: Option<Raw>) -> Part {
    Part::Call(Call {
        id: id.to_owned(),
        name: "computer".to_owned(),
        arguments,
        raw,
    })
}

fn result(id: &str, parts: Vec<Part>, is_error: bool) -> Part {
    Part::Result(CallResult {
        call: id.to_owned(),
        parts,
        is_error,
    })
}

fn tools() -> Vec<ToolSpec> {
    vec![
        ToolSpec {
            name: "computer".to_owned(),
            description: String::new(),
            schema: json!({}),
            native: Some(NativeTool::Computer {
                width: 1280,
                height: 800,
            }),
        },
        ToolSpec {
            name: "execute".to_owned(),
            description: "Runs code.".to_owned(),
            schema: json!({"type": "object"}),
            native: None,
        },
    ]
}

fn request(messages: Vec<Message>) -> ModelRequest {
    ModelRequest {
        system: "You control a desktop.".to_owned(),
        messages,
        tools: tools(),
        max_tokens: Some(900),
        temperature: None,
    }
}

fn turn(speaker: Speaker, parts: Vec<Part>) -> Message {
    Message { speaker, parts }
}

fn item(checks: Value) -> Value {
    json!({
        "type": "computer_call", "id": "cu_1", "call_id": "call_1", "status": "completed",
        "actions": [{"type": "click", "button": "left", "x": 4, "y": 5}, {"type": "type", "text": "a"}],
        "pending_safety_checks": checks,
    })
}

/// A reply with a batch of two actions, and what came of them.
fn history(checks: Value, failed: bool) -> Vec<Message> {
    let first = json!({"action": "left_click", "coordinate": [4, 5]});
    let reasoning =
        json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x="});
    vec![
        turn(Speaker::User, vec![text("Go on."), image(b"one")]),
        turn(
            Speaker::Assistant,
            vec![
                Part::Reasoning {
                    text: String::new(),
                    raw: raw(reasoning),
                },
                text("I click."),
                call("call_1", first, raw(json!({"item": item(checks)}))),
                call(
                    "call_1_1",
                    json!({"action": "type", "text": "a"}),
                    raw(json!({"of": "call_1"})),
                ),
            ],
        ),
        turn(
            Speaker::User,
            vec![
                result("call_1", vec![text("Done."), image(b"two")], failed),
                result(
                    "call_1_1",
                    vec![text("Nothing changed."), image(b"three")],
                    failed,
                ),
            ],
        ),
    ]
}

#[test]
fn a_whole_request_with_a_batch() {
    let info = crate::catalogue::info("openai", "gpt-6.1-sol", false);
    let checks = json!([{"id": "sc_1", "message": "Sure?"}]);
    let built = body(
        &request(history(checks.clone(), false)),
        &info,
        &Learned::default(),
    );
    let expected = json!({
        "model": "gpt-6.1-sol",
        "stream": true,
        "store": false,
        "include": ["reasoning.encrypted_content"],
        "reasoning": {"summary": "auto"},
        "instructions": "You control a desktop.",
        "max_output_tokens": 900,
        "tools": [
            {"type": "computer"},
            {"type": "function", "name": "execute", "description": "Runs code.",
                "parameters": {"type": "object"}, "strict": false},
        ],
        "input": [
            {"role": "user", "content": [
                {"type": "input_text", "text": "Go on."},
                {"type": "input_image", "image_url": "data:image/png;base64,b25l"},
            ]},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "x="},
            {"type": "message", "role": "assistant", "phase": "commentary",
                "content": [{"type": "output_text", "text": "I click."}]},
            item(checks.clone()),
            {"type": "computer_call_output", "call_id": "call_1",
                "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,dGhyZWU="},
                "acknowledged_safety_checks": checks},
            {"role": "user", "content": [{"type": "input_text", "text": "Nothing changed."}]},
        ],
    });
    assert_eq!(built, expected);
}

#[test]
fn what_the_person_did_not_agree_to_is_not_acknowledged() {
    let info = crate::catalogue::info("openai", "gpt-6.1-sol", false);
    let checks = json!([{"id": "sc_1", "message": "Sure?"}]);
    let built = body(&request(history(checks, true)), &info, &Learned::default());
    let kinds: Vec<&str> = built["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["type"].as_str().unwrap_or("user"))
        .collect();
    assert_eq!(kinds, ["user", "message", "message", "user"]);
    assert!(!built.to_string().contains("sc_1"));
}

#[test]
fn an_action_whose_picture_is_gone_still_has_one() {
    let info = crate::catalogue::info("openai", "gpt-6.1-sol", false);
    let mut messages = history(json!([]), false);
    messages[2].parts = vec![
        result(
            "call_1",
            vec![text("Done."), text("[Image omitted]")],
            false,
        ),
        result("call_1_1", vec![text("Done.")], false),
    ];
    let built = body(&request(messages), &info, &Learned::default());
    let output = &built["input"][4]["output"]["image_url"];
    assert!(
        output
            .as_str()
            .unwrap()
            .starts_with("data:image/png;base64,iVBOR")
    );
}

#[test]
fn another_models_actions_are_plain_calls() {
    let info = crate::catalogue::info("openai", "gpt-5.4", false);
    let built = body(
        &request(history(json!([]), false)),
        &info,
        &Learned::default(),
    );
    let input = built["input"].as_array().unwrap();
    let kinds: Vec<&str> = input
        .iter()
        .map(|item| item["type"].as_str().unwrap_or("user"))
        .collect();
    assert_eq!(
        kinds,
        [
            "user",
            "message",
            "function_call",
            "function_call",
            "function_call_output",
            "function_call_output"
        ]
    );
    assert_eq!(input[5]["output"][1]["type"], "input_image");
}

#[test]
fn what_was_refused_is_left_out_and_the_tool_falls_back() {
    let info = crate::catalogue::info("openai", "gpt-6.1-sol", false);
    let mut learned = Learned::refusing(&["phase", "reasoning.summary", "include"]);
    learned.computer = Some(ComputerTool::Function);
    let built = body(&request(history(json!([]), false)), &info, &learned);
    assert!(!built.to_string().contains("phase"));
    assert_eq!((built.get("reasoning"), built.get("include")), (None, None));
    assert_eq!(built["tools"][0]["name"], "computer");
    learned.computer = Some(ComputerTool::OpenaiPreview);
    let built = body(&request(Vec::new()), &info, &learned);
    assert_eq!(
        (&built["tools"][0], &built["truncation"]),
        (
            &json!({"type": "computer_use_preview", "display_width": 1280, "display_height": 800, "environment": "linux"}),
            &json!("auto")
        )
    );
}

#[test]
fn items_that_only_stand_at_the_end_are_not_lost() {
    let out = run(&[
        json!({"type": "response.completed", "response": {"status": "completed", "output": [
            {"type": "message", "content": [{"type": "output_text", "text": "Hi"}]},
            {"type": "function_call", "call_id": "c", "name": "x", "arguments": "{\"a\":1}"},
            {"type": "later"},
        ]}}),
    ]);
    let call = Call {
        id: "c".to_owned(),
        name: "x".to_owned(),
        arguments: json!({"a": 1}),
        raw: None,
    };
    assert_eq!(
        out,
        [
            Ok(ModelEvent::Text("Hi".to_owned())),
            Ok(ModelEvent::CallStart {
                id: "c".to_owned(),
                name: "x".to_owned()
            }),
            Ok(ModelEvent::CallDelta("{\"a\":1}".to_owned())),
            Ok(ModelEvent::CallEnd(call)),
            Ok(ModelEvent::Finish(Finish::Stop)),
        ]
    );
}

#[test]
fn cut_refused_and_broken_answers_end_as_what_they_are() {
    let check = |events: &[Value], expected: Result<Finish, &str>| {
        let last = run(events).pop().unwrap();
        match (last, expected) {
            (Ok(ModelEvent::Finish(finish)), Ok(expected)) => assert_eq!(finish, expected),
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            other => panic!("{other:?}"),
        }
    };
    let over = |kind: &str, response: Value| json!({"type": format!("response.{kind}"), "response": response});
    let half = json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": "function_call", "call_id": "c", "name": "x", "arguments": "{\"a"}});
    let cut = |reason: &str| {
        over(
            "incomplete",
            json!({"status": "incomplete", "incomplete_details": {"reason": reason}}),
        )
    };
    check(
        &[half.clone(), cut("max_output_tokens")],
        Ok(Finish::Length),
    );
    check(&[cut("content_filter")], Ok(Finish::ContentFilter));
    check(
        &[half, over("completed", json!({"status": "completed"}))],
        Err("x with arguments"),
    );
    check(
        &[
            json!({"type": "response.refusal.delta", "delta": "No."}),
            over("completed", json!({"status": "completed", "output": [{}]})),
        ],
        Ok(Finish::Refusal(Some("No.".to_owned()))),
    );
    check(
        &[json!({"type": "error", "code": "server_error", "message": "Broke."})],
        Err("Broke."),
    );
    check(
        &[over(
            "completed",
            json!({"status": "completed", "output": []}),
        )],
        Err("empty"),
    );
    check(
        &[over("failed", json!({"status": "failed"}))],
        Err("failed"),
    );
}

#[test]
fn the_end_of_the_input_is_a_cut() {
    let mut mapper = StreamMapper::new(FAMILY.to_owned(), ComputerTool::Openai);
    let mut out = Out::new();
    mapper.end(&mut out);
    assert_eq!(out, [Err(ProviderError::CutOff)]);
}

fn events() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        "response.output_item.added",
        "response.output_item.done",
        "response.output_text.delta",
        "response.function_call_arguments.delta",
        "response.reasoning_summary_text.delta",
        "response.refusal.delta",
        "response.completed",
        "response.incomplete",
        "error",
        "",
    ]);
    let item = prop::sample::select(vec![
        json!(null),
        json!({"type": "message", "content": "x"}),
        json!({"type": "message", "content": [{"type": "output_text", "text": "é"}]}),
        json!({"type": "reasoning", "summary": [{"text": "é"}], "encrypted_content": "a"}),
        json!({"type": "function_call", "name": "x", "arguments": "{"}),
        json!({"type": "function_call", "call_id": "a", "name": "x", "arguments": "{\"é\":1}"}),
        json!({"type": "computer_call", "actions": [1, {"type": "click"}]}),
        json!({"type": "computer_call", "action": null, "pending_safety_checks": [1]}),
    ]);
    (kind, item, "[é{}\"a]{0,4}", 0u64..3).prop_map(|(kind, item, delta, index)| {
        let response = json!({"output": [item], "usage": {"input_tokens": "7"}});
        json!({"type": kind, "item": item, "delta": delta, "output_index": index, "response": response})
    })
}

proptest! {
    #[test]
    fn no_events_break_the_reader(events in prop::collection::vec(events(), 0..12), end: bool) {
        let mut mapper = StreamMapper::new(FAMILY.to_owned(), ComputerTool::Openai);
        let mut out = Out::new();
        for event in &events {
            mapper.event(Ok(event.clone()), &mut out);
        }
        if end {
            mapper.end(&mut out);
        }
        mapper.whole(serde_json::Value::Array(events), &mut out);
    }
}
