//! Whole requests, as they go out.

use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::request::build;
use crate::learned::Learned;
use crate::{
    Call, CallResult, ComputerTool, Image, Message, ModelRequest, NativeTool, Part, Raw, Speaker,
    ToolSpec,
};

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn image() -> Part {
    Part::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: Arc::from(b"png".as_slice()),
        width: 2,
        height: 1,
    })
}

fn act(id: &str, arguments: Value) -> Part {
    Part::Call(Call {
        id: id.to_owned(),
        name: "computer".to_owned(),
        arguments,
        raw: None,
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
    let thinking = json!({"type": "thinking", "thinking": "", "signature": "SIG=="});
    ModelRequest {
        system: "You control a desktop.".to_owned(),
        messages: vec![
            Message {
                speaker: Speaker::User,
                parts: vec![text("Save it.")],
            },
            Message {
                speaker: Speaker::Assistant,
                parts: vec![
                    Part::Reasoning {
                        text: String::new(),
                        raw: Some(Raw {
                            name: "anthropic/claude-opus-5-5".to_owned(),
                            raw: thinking,
                        }),
                    },
                    act("c1", json!({"action": "left_click", "coordinate": [5, 6]})),
                    act("c2", json!({"action": "key", "text": "ctrl+s"})),
                    act("c3", json!({"action": "screenshot"})),
                ],
            },
            Message {
                speaker: Speaker::User,
                parts: vec![
                    result("c1", vec![text("OK"), image()], false),
                    result(
                        "c2",
                        vec![text("The window lost the focus."), image()],
                        true,
                    ),
                    result("c3", vec![text("skipped")], true),
                ],
            },
        ],
        tools: vec![
            ToolSpec {
                name: "execute".to_owned(),
                description: "Runs code.".to_owned(),
                schema: json!({"type": "object"}),
                native: None,
            },
            ToolSpec {
                name: "computer".to_owned(),
                description: String::new(),
                schema: json!({}),
                native: Some(NativeTool::Computer {
                    width: 1280,
                    height: 800,
                }),
            },
        ],
        max_tokens: None,
        temperature: Some(0.5),
    }
}

#[test]
fn a_whole_request_with_the_toolset() {
    let info = crate::catalogue::info("anthropic", "claude-opus-5-5", false);
    let built = build(&request(), &info, None, &Learned::default());
    let mark = json!({"type": "ephemeral"});
    let source = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "cG5n"}});
    let said = |text: &str| json!({"type": "text", "text": text});
    let expected = json!({
        "model": "claude-opus-5-5",
        "stream": true,
        "max_tokens": 32_000,
        "system": [{"type": "text", "text": "You control a desktop.", "cache_control": mark}],
        "thinking": {"type": "adaptive", "display": "summarized"},
        "tools": [
            {"name": "execute", "description": "Runs code.", "input_schema": {"type": "object"}},
            {"type": "computer_toolset_20260801"},
        ],
        "context_management": {"edits": [{
            "type": "clear_tool_uses_20250919",
            "trigger": {"type": "input_tokens", "value": 5 * 1334},
            "keep": {"type": "tool_uses", "value": 3},
            "clear_at_least": {"type": "input_tokens", "value": 2 * 1334},
            "exclude_tools": ["execute"],
        }]},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Save it.", "cache_control": mark}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "", "signature": "SIG=="},
                {"type": "tool_use", "id": "c1", "name": "left_click", "toolset_name": "computer", "input": {"coordinate": [5, 6]}},
                {"type": "tool_use", "id": "c2", "name": "key", "toolset_name": "computer", "input": {"text": "ctrl+s"}},
                {"type": "tool_use", "id": "c3", "name": "screenshot", "toolset_name": "computer", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "c1", "toolset_name": "computer", "content": [said("OK"), source]},
                {"type": "tool_result", "tool_use_id": "c2", "toolset_name": "computer", "is_error": true,
                    "content": [said("The window lost the focus.")]},
                {"type": "tool_result", "tool_use_id": "c3", "toolset_name": "computer", "is_error": true,
                    "content": [said("Not executed: an earlier computer action in this turn failed.")],
                    "cache_control": mark},
                source,
            ]},
        ],
    });
    assert_eq!(built.body, expected);
    assert_eq!(
        built.headers,
        [
            ("anthropic-version", "2023-06-01".to_owned()),
            ("anthropic-beta", "context-management-2025-06-27".to_owned()),
        ]
    );
}

#[test]
fn another_model_gets_its_own_tool_and_none_of_the_thinking() {
    let check = |id: &str, tool: Value, beta: &str| {
        let info = crate::catalogue::info("anthropic", id, false);
        let built = build(&request(), &info, None, &Learned::default());
        assert_eq!(built.body["tools"][1], tool);
        assert_eq!(built.headers[1], ("anthropic-beta", beta.to_owned()));
        assert_eq!(built.body["messages"][1]["content"][0]["name"], "computer");
        assert_eq!(
            built.body["messages"][1]["content"][0]["input"]["action"],
            "left_click"
        );
        assert_eq!(
            built.body["messages"][2]["content"][0].get("toolset_name"),
            None
        );
        assert!(!built.body.to_string().contains("SIG=="));
    };
    check(
        "claude-opus-4-7",
        json!({
            "type": "computer_20251124", "name": "computer", "display_width_px": 1280,
            "display_height_px": 800, "display_number": 1, "enable_zoom": true,
        }),
        "computer-use-2025-11-24",
    );
    check(
        "claude-haiku-4-5",
        json!({
            "type": "computer_20250124", "name": "computer", "display_width_px": 1280,
            "display_height_px": 800, "display_number": 1,
        }),
        "computer-use-2025-01-24",
    );
}

#[test]
fn sampling_is_sent_only_where_version_and_model_take_it() {
    let check = |id: &str, version: Option<&str>, learned: &Learned, expected: Option<f64>| {
        let info = crate::catalogue::info("anthropic", id, false);
        let built = build(&request(), &info, version, learned);
        assert_eq!(
            built.body.get("temperature").and_then(Value::as_f64),
            expected,
            "{id} {version:?}"
        );
        assert_eq!(built.headers[0].1, version.unwrap_or("2023-06-01"));
    };
    let none = Learned::default();
    check("claude-sonnet-4-6", None, &none, Some(0.5));
    check("claude-sonnet-4-6", Some("2026-10-21"), &none, None);
    check("claude-opus-4-7", None, &none, None);
    check("claude-opus-5-5", None, &none, None);
    check(
        "claude-sonnet-4-6",
        None,
        &Learned::refusing(&["temperature"]),
        None,
    );
}

#[test]
fn what_was_refused_is_left_out() {
    let info = crate::catalogue::info("anthropic", "claude-opus-5-5", false);
    let mut learned = Learned::refusing(&["thinking", "context_management", "cache_control"]);
    learned.computer = Some(ComputerTool::Function);
    let built = build(&request(), &info, None, &learned);
    assert_eq!(
        (
            built.body.get("thinking"),
            built.body.get("context_management")
        ),
        (None, None)
    );
    assert!(!built.body.to_string().contains("cache_control"));
    assert_eq!(built.body["tools"][1]["name"], "computer");
    assert_eq!(built.headers.len(), 1);
}

#[test]
fn marks_stand_at_the_end_and_where_omitted_pictures_end() {
    let step = |at: usize| {
        let id = format!("c{at}");
        let shown = if at < 3 {
            text(crate::OMITTED_IMAGE)
        } else {
            image()
        };
        [
            Message {
                speaker: Speaker::Assistant,
                parts: vec![act(&id, json!({"action": "screenshot"}))],
            },
            Message {
                speaker: Speaker::User,
                parts: vec![result(&id, vec![text("Done."), shown], false)],
            },
        ]
    };
    let mut request = request();
    request.messages = (0..7).flat_map(step).collect();
    let info = crate::catalogue::info("anthropic", "claude-sonnet-4-5", false);
    let built = build(&request, &info, None, &Learned::default());
    let marked: Vec<usize> = built.body["messages"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(_, message)| message.to_string().contains("cache_control"))
        .map(|(at, _)| at)
        .collect();
    assert_eq!(marked, [5, 11, 13]);
    // With the system text's: four, and more are not taken.
    assert_eq!(built.body.to_string().matches("cache_control").count(), 4);
}

#[test]
fn a_member_goes_back_as_the_model_called_it_and_anothers_as_what_is_nearest() {
    let back = |arguments: Value, raw: Option<Value>| {
        let raw = raw.map(|raw| Raw {
            name: "anthropic/claude-opus-5-5".to_owned(),
            raw,
        });
        let call = Call {
            id: "c1".to_owned(),
            name: "computer".to_owned(),
            arguments,
            raw,
        };
        let mut request = request();
        request.messages = vec![Message {
            speaker: Speaker::Assistant,
            parts: vec![Part::Call(call)],
        }];
        let info = crate::catalogue::info("anthropic", "claude-opus-5-5", false);
        let built = build(&request, &info, None, &Learned::default());
        let block = &built.body["messages"][0]["content"][0];
        assert_eq!(block["toolset_name"], "computer");
        (block["name"].clone(), block["input"].clone())
    };
    let later = json!({"toolset_name": "computer", "name": "later_member"});
    assert_eq!(
        back(json!({"action": "later_member", "x": 1}), Some(later)),
        (json!("later_member"), json!({"x": 1}))
    );
    assert_eq!(
        back(json!({"action": "key_down", "text": "shift"}), None),
        (json!("key"), json!({"text": "shift"}))
    );
}
