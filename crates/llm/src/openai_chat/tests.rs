//! Whole requests, as they go out.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::request::body;
use crate::endpoint::Quirks;
use crate::learned::Learned;
use crate::{
    Call, CallResult, Image, Message, ModelRequest, NativeTool, Part, Raw, Speaker, ToolSpec,
};

fn image() -> Part {
    Part::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: Arc::from(b"png".as_slice()),
        width: 2,
        height: 1,
    })
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn call(id: &str) -> Part {
    Part::Call(Call {
        id: id.to_owned(),
        name: "execute".to_owned(),
        arguments: json!({"code": "ls"}),
        raw: Some(Raw {
            name: "openai/gpt-4o".to_owned(),
            raw: json!({"extra_content": {"google": 1}}),
        }),
    })
}

fn result(id: &str, parts: Vec<Part>, is_error: bool) -> Part {
    Part::Result(CallResult {
        call: id.to_owned(),
        parts,
        is_error,
    })
}

fn request() -> ModelRequest {
    ModelRequest {
        system: "Be brief.".to_owned(),
        messages: vec![
            Message {
                speaker: Speaker::User,
                parts: vec![text("Look."), image()],
            },
            Message {
                speaker: Speaker::Assistant,
                parts: vec![
                    Part::Reasoning {
                        text: "hm".to_owned(),
                        raw: Some(Raw {
                            name: "openai/gpt-4o".to_owned(),
                            raw: json!({"reasoning_content": "hm"}),
                        }),
                    },
                    call("call_1"),
                    call("call_2"),
                ],
            },
            Message {
                speaker: Speaker::User,
                parts: vec![
                    result("call_1", vec![text("a.txt"), image()], false),
                    result("call_2", vec![text("no")], true),
                    text("Go on."),
                ],
            },
        ],
        tools: vec![ToolSpec {
            name: "execute".to_owned(),
            description: "Runs code.".to_owned(),
            schema: json!({"$schema": "x", "type": "object"}),
            native: None,
        }],
        max_tokens: Some(100),
        temperature: Some(0.5),
    }
}

fn made(model: &str, quirks: &Quirks, learned: &Learned) -> Value {
    let (provider, id) = model.split_once('/').unwrap();
    body(
        &request(),
        &crate::catalogue::info(provider, id, false),
        quirks,
        learned,
    )
}

const PICTURE: &str = "data:image/png;base64,cG5n";

#[test]
fn a_whole_request() {
    let function = |id: &str| json!({"id": id, "type": "function", "function": {"name": "execute", "arguments": "{\"code\":\"ls\"}"}});
    let expected = json!({
        "model": "gpt-4o",
        "stream": true,
        "stream_options": {"include_usage": true},
        "max_tokens": 100,
        "temperature": 0.5,
        "tools": [{"type": "function", "function": {
            "name": "execute", "description": "Runs code.",
            "parameters": {"$schema": "x", "type": "object"},
        }}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "Look."},
                {"type": "image_url", "image_url": {"url": PICTURE}},
            ]},
            {"role": "assistant", "tool_calls": [function("call_1"), function("call_2")]},
            {"role": "tool", "tool_call_id": "call_1", "content": "a.txt\nThe screenshot is in the next message."},
            {"role": "tool", "tool_call_id": "call_2", "content": "Error: no"},
            {"role": "user", "content": [
                {"type": "text", "text": "The screenshot of the result above:"},
                {"type": "image_url", "image_url": {"url": PICTURE}},
            ]},
            {"role": "user", "content": "Go on."},
        ],
    });
    assert_eq!(
        made("openai/gpt-4o", &Quirks::default(), &Learned::default()),
        expected
    );
}

#[test]
fn peculiar_servers_get_what_they_read() {
    let quirks = Quirks {
        short_ids: true,
        plain_schema: true,
        assistant_after_tool: true,
        no_stream_options: true,
        ..Quirks::default()
    };
    let body = made("mistral/mistral-medium-3-5", &quirks, &Learned::default());
    assert_eq!(body["stream_options"], Value::Null);
    assert_eq!(
        body["tools"][0]["function"]["parameters"],
        json!({"type": "object"})
    );
    let id = body["messages"][2]["tool_calls"][0]["id"].as_str().unwrap();
    assert!(
        id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "{id}"
    );
    assert_eq!(body["messages"][3]["tool_call_id"], id);
    assert_eq!(
        body["messages"][5],
        json!({"role": "assistant", "content": "OK."})
    );

    let quirks = Quirks {
        developer: true,
        max_completion_tokens: true,
        reasoning_back: Some("reasoning_content".to_owned()),
        extra_content: true,
        ..Quirks::default()
    };
    let body = made("openai/gpt-4o", &quirks, &Learned::default());
    assert_eq!(body["messages"][0]["role"], "developer");
    assert_eq!(
        (&body["max_tokens"], &body["max_completion_tokens"]),
        (&Value::Null, &json!(100))
    );
    assert_eq!(body["messages"][2]["reasoning_content"], "hm");
    assert_eq!(
        body["messages"][2]["tool_calls"][0]["extra_content"],
        json!({"google": 1})
    );
}

#[test]
fn what_was_refused_is_left_out() {
    let refused = [
        "stream_options",
        "tools",
        "temperature",
        "max_tokens",
        "developer",
    ];
    let quirks = Quirks {
        developer: true,
        ..Quirks::default()
    };
    let body = made("openai/gpt-4o", &quirks, &Learned::refusing(&refused));
    let keys: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut keys = keys;
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["max_completion_tokens", "messages", "model", "stream"]
    );
    assert_eq!(body["messages"][0]["role"], "system");
}

#[test]
fn a_model_that_sees_nothing_gets_words() {
    let body = made(
        "deepseek/deepseek-v4-pro",
        &Quirks::default(),
        &Learned::default(),
    );
    assert_eq!(
        body["messages"][1]["content"],
        "Look.\n(A picture of 2x1 pixels, which this model cannot see.)"
    );
    assert!(!body.to_string().contains("image_url"));
}

#[test]
fn a_model_that_refuses_sampling_gets_no_temperature() {
    let body = made(
        "openai/gpt-6.1-terra",
        &Quirks::default(),
        &Learned::default(),
    );
    assert_eq!(body.get("temperature"), None);
}

#[test]
fn the_computer_is_a_function_with_the_models_own_coordinates() {
    let mut request = request();
    request.tools[0].name = "computer".to_owned();
    request.tools[0].native = Some(NativeTool::Computer {
        width: 1280,
        height: 800,
    });
    let told = |model: &str| {
        let (provider, id) = model.split_once('/').unwrap();
        let info = crate::catalogue::info(provider, id, false);
        let body = body(&request, &info, &Quirks::default(), &Learned::default());
        body["tools"][0]["function"]["description"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(told("openai/gpt-4o").contains("1280x800"));
    assert!(told("ollama/qwen3-vl:8b").contains("0 to 1000"));
}

#[test]
fn what_was_sent_is_sent_again_unchanged() {
    let mut longer = request();
    let first = body(
        &longer,
        &crate::catalogue::info("openai", "gpt-4o", false),
        &Quirks::default(),
        &Learned::default(),
    );
    longer.messages.push(Message {
        speaker: Speaker::Assistant,
        parts: vec![text("Done.")],
    });
    longer.messages.push(Message {
        speaker: Speaker::User,
        parts: vec![text("Thanks.")],
    });
    let second = body(
        &longer,
        &crate::catalogue::info("openai", "gpt-4o", false),
        &Quirks::default(),
        &Learned::default(),
    );
    let (first, second) = (
        first["messages"].as_array().unwrap(),
        second["messages"].as_array().unwrap(),
    );
    assert_eq!(first[..], second[..first.len()]);
}
