use std::sync::Arc;

use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::answer::{Mapper as _, Out};
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Finish, Image, Message, ModelEvent, ModelRequest, NativeTool,
    Part, Raw, Speaker, ToolSpec,
};

const FAMILY: &str = "gemini/gemini-3.8-flash";

fn run(chunks: &[Value]) -> Out {
    let mut mapper = StreamMapper::new(FAMILY.to_owned(), ComputerTool::Gemini);
    let mut out = Out::new();
    for chunk in chunks {
        mapper.event(Ok(chunk.clone()), &mut out);
    }
    mapper.end(&mut out);
    out
}

fn parts(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}]})
}

fn raw(raw: Value) -> Option<Raw> {
    Some(Raw {
        name: FAMILY.to_owned(),
        raw,
    })
}

fn call(id: &str, name: &str, arguments: Value, raw: Option<Raw>) -> Part {
    Part::Call(Call {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments,
        raw,
    })
}

fn result(id: &str, words: &str, picture: bool, is_error: bool) -> Part {
    let mut parts = vec![Part::Text(words.to_owned())];
    if picture {
        parts.push(Part::Image(Image {
            media_type: "image/png".to_owned(),
            bytes: Arc::from(&b"png"[..]),
            width: 1440,
            height: 900,
        }));
    }
    Part::Result(CallResult {
        call: id.to_owned(),
        parts,
        is_error,
    })
}

fn typed(asks: bool) -> Value {
    let mut part = json!({"functionCall": {"id": "fc-1", "name": "type_text_at", "args": {"x": 1, "y": 2, "text": "a"}}, "thoughtSignature": "c2ln"});
    if asks {
        part["functionCall"]["args"]["safety_decision"] =
            json!({"decision": "require_confirmation", "explanation": "Sure?"});
    }
    part
}

fn request(asks: bool, is_error: bool) -> ModelRequest {
    let own = |of: Value| raw(of);
    ModelRequest {
        system: "You control a desktop.".to_owned(),
        messages: vec![
            Message {
                speaker: Speaker::User,
                parts: vec![Part::Text("Go on.".to_owned())],
            },
            Message {
                speaker: Speaker::Assistant,
                parts: vec![
                    Part::Text("I type.".to_owned()),
                    call(
                        "fc-1",
                        "computer",
                        json!({"action": "left_click"}),
                        own(json!({"item": typed(asks)})),
                    ),
                    call(
                        "fc-1_1",
                        "computer",
                        json!({"action": "type"}),
                        own(json!({"of": "fc-1"})),
                    ),
                    call(
                        "fc-2",
                        "execute",
                        json!({"code": "1"}),
                        own(
                            json!({"item": {"functionCall": {"name": "execute", "args": {"code": "1"}}}}),
                        ),
                    ),
                ],
            },
            Message {
                speaker: Speaker::User,
                parts: vec![
                    result("fc-1", "Done.", true, is_error),
                    result("fc-1_1", "Nothing changed.", true, is_error),
                    result("fc-2", "1", false, false),
                ],
            },
        ],
        tools: vec![
            ToolSpec {
                name: "computer".to_owned(),
                description: String::new(),
                schema: json!({}),
                native: Some(NativeTool::Computer {
                    width: 1440,
                    height: 900,
                }),
            },
            ToolSpec {
                name: "execute".to_owned(),
                description: "Runs code.".to_owned(),
                schema: json!({"type": "object"}),
                native: None,
            },
        ],
        max_tokens: Some(900),
        temperature: Some(0.5),
    }
}

#[test]
fn a_whole_request_with_a_call_of_several_actions() {
    let info = crate::catalogue::info("gemini", "gemini-3.8-flash", false);
    let built = body(&request(true, false), &info, &Learned::default());
    let expected = json!({
        "systemInstruction": {"parts": [{"text": "You control a desktop."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Go on."}]},
            {"role": "model", "parts": [
                {"text": "I type."},
                typed(true),
                {"functionCall": {"name": "execute", "args": {"code": "1"}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"id": "fc-1", "name": "type_text_at",
                    "response": {"output": "Done.\nNothing changed.", "safety_acknowledgement": "true"},
                    "parts": [{"inlineData": {"mimeType": "image/png", "data": "cG5n"}}]}},
                {"functionResponse": {"name": "execute", "response": {"output": "1"}}},
            ]},
        ],
        "tools": [
            {"computerUse": {"environment": "ENVIRONMENT_DESKTOP", "enablePromptInjectionDetection": true}},
            {"functionDeclarations": [{"name": "execute", "description": "Runs code.", "parametersJsonSchema": {"type": "object"}}]},
        ],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true}, "maxOutputTokens": 900, "temperature": 0.5},
    });
    assert_eq!(built, expected);
}

#[test]
fn what_failed_is_not_acknowledged() {
    let info = crate::catalogue::info("gemini", "gemini-3.8-flash", false);
    let built = body(&request(true, true), &info, &Learned::default());
    let response = &built["contents"][2]["parts"][0]["functionResponse"]["response"];
    assert_eq!(*response, json!({"error": "Done.\nNothing changed."}));
}

#[test]
fn another_models_history_gets_the_vendors_placeholder() {
    let info = crate::catalogue::info("gemini", "gemini-4-argon", false);
    let built = body(&request(false, false), &info, &Learned::default());
    let said = built["contents"][1]["parts"].as_array().unwrap();
    assert_eq!(
        said[1]["thoughtSignature"],
        "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="
    );
    assert_eq!(said[2].get("thoughtSignature"), None);
    // A click without a place has no word here and stays what it was.
    assert_eq!(said[1]["functionCall"]["name"], "computer");
    assert_eq!(built["contents"][2]["parts"].as_array().unwrap().len(), 3);
}

#[test]
fn refused_tools_fall_back() {
    let info = crate::catalogue::info("gemini", "gemini-3-flash-preview", false);
    let mut learned = Learned::refusing(&["enablePromptInjectionDetection", "thinking"]);
    let built = body(&request(false, false), &info, &learned);
    assert_eq!(
        built["tools"][0],
        json!({"computerUse": {"environment": "ENVIRONMENT_BROWSER", "excludedPredefinedFunctions": ["search"]}})
    );
    assert_eq!(built["generationConfig"].get("thinkingConfig"), None);
    learned.computer = Some(ComputerTool::Function);
    let built = body(&request(false, false), &info, &learned);
    assert_eq!(
        built["tools"][0]["functionDeclarations"][0]["name"],
        "computer"
    );
}

#[test]
fn one_call_of_several_actions_is_several_calls() {
    let out = run(&[parts(json!([typed(true)]))]);
    let calls: Vec<(String, Value, Value)> = out
        .into_iter()
        .filter_map(|event| match event {
            Ok(ModelEvent::CallEnd(call)) => Some((call.id, call.arguments, call.raw?.raw)),
            _ => None,
        })
        .collect();
    let expected: Vec<(String, Value, Value)> = [
        (
            "fc-1",
            json!({"action": "left_click", "coordinate": [1, 2], "confirm": "Sure?"}),
            json!({"item": typed(true)}),
        ),
        (
            "fc-1_1",
            json!({"action": "key", "text": "ctrl+a"}),
            json!({"of": "fc-1"}),
        ),
        (
            "fc-1_2",
            json!({"action": "key", "text": "backspace"}),
            json!({"of": "fc-1"}),
        ),
        (
            "fc-1_3",
            json!({"action": "type", "text": "a\n"}),
            json!({"of": "fc-1"}),
        ),
    ]
    .map(|(id, arguments, raw)| (id.to_owned(), arguments, raw))
    .into();
    assert_eq!(calls, expected);
}

#[test]
fn thoughts_end_and_a_lone_signature_goes_back() {
    let out = run(&[parts(json!([
        {"text": "Hm.", "thought": true}, {"text": "Yes."}, {"text": "", "thoughtSignature": "c2ln"}, {"later": 1},
    ]))]);
    assert_eq!(
        out,
        [
            Ok(ModelEvent::Reasoning("Hm.".to_owned())),
            Ok(ModelEvent::ReasoningEnd { raw: None }),
            Ok(ModelEvent::Text("Yes.".to_owned())),
            Ok(ModelEvent::ReasoningEnd {
                raw: raw(json!({"text": "", "thoughtSignature": "c2ln"}))
            }),
            Ok(ModelEvent::Finish(Finish::Stop)),
        ]
    );
}

#[test]
fn answers_end_as_what_they_are() {
    let check = |reason: &str, expected: Option<Finish>| {
        let out = run(&[json!({"candidates": [{"finishReason": reason}]})]);
        let finish = match out.last() {
            Some(Ok(ModelEvent::Finish(finish))) => Some(finish.clone()),
            _ => None,
        };
        assert_eq!(finish, expected, "{reason} {out:?}");
    };
    check("STOP", Some(Finish::Stop));
    check("MAX_TOKENS", Some(Finish::Length));
    check("SAFETY", Some(Finish::ContentFilter));
    check("IMAGE_SAFETY", Some(Finish::ContentFilter));
    check("MALFORMED_FUNCTION_CALL", None);
    check("MISSING_THOUGHT_SIGNATURE", None);
    check("LATER", Some(Finish::Stop));
}

fn events() -> impl Strategy<Value = Value> {
    let part = prop::sample::select(vec![
        json!(null),
        json!({"text": "é", "thought": true}),
        json!({"text": "", "thoughtSignature": 7}),
        json!({"functionCall": {"name": "click", "args": [1]}}),
        json!({"functionCall": {"name": "x", "id": 5, "args": {"a": 1}}}),
        json!({"functionCall": null}),
    ]);
    let finish = prop::sample::select(vec![
        json!(null),
        json!("STOP"),
        json!(3),
        json!("MAX_TOKENS"),
    ]);
    (prop::collection::vec(part, 0..3), finish, any::<bool>()).prop_map(|(parts, finish, blocked)| {
        let mut event = json!({"candidates": [{"content": {"parts": parts}, "finishReason": finish}], "usageMetadata": {"promptTokenCount": "5"}});
        if blocked {
            event["promptFeedback"] = json!({"blockReason": "OTHER"});
        }
        event
    })
}

proptest! {
    #[test]
    fn no_events_break_the_reader(events in prop::collection::vec(events(), 0..12), end: bool) {
        let mut mapper = StreamMapper::new(FAMILY.to_owned(), ComputerTool::Gemini);
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
