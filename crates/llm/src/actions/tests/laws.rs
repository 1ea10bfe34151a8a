//! What holds for every vocabulary.

use proptest::prelude::*;
use serde_json::json;

use crate::actions::*;

const ALL: [ComputerTool; 14] = [
    ComputerTool::None,
    ComputerTool::Function,
    ComputerTool::AnthropicToolset,
    ComputerTool::Anthropic20251124,
    ComputerTool::Anthropic20250124,
    ComputerTool::Anthropic20241022,
    ComputerTool::Openai,
    ComputerTool::OpenaiPreview,
    ComputerTool::Gemini,
    ComputerTool::GeminiBrowser,
    ComputerTool::Qwen,
    ComputerTool::UiTars,
    ComputerTool::Glm,
    ComputerTool::Opencua,
];

/// Neutral actions that every vocabulary has words for, in the numbers it keeps.
fn actions() -> impl Strategy<Value = Value> {
    let point = || (0u32..1000, 0u32..1000).prop_map(|(x, y)| json!([x, y]));
    let click = prop::sample::select(vec![
        "left_click",
        "double_click",
        "right_click",
        "mouse_move",
    ]);
    let text = "[a-zé' (),\"\\\\\n]{0,12}[a-z]";
    let keys = prop::sample::select(vec!["ctrl+s", "enter", "ctrl+shift+t", "pagedown", "a"]);
    prop_oneof![
        (click, point()).prop_map(|(action, at)| json!({"action": action, "coordinate": at})),
        text.prop_map(|text| json!({"action": "type", "text": text})),
        keys.prop_map(|keys| json!({"action": "key", "text": keys})),
        (point(), point()).prop_map(|(a, b)| json!({"action": "left_click_drag", "start_coordinate": a, "coordinate": b})),
        (point(), prop::sample::select(vec!["up", "down"])).prop_map(|(at, direction)| {
            json!({"action": "scroll", "coordinate": at, "scroll_direction": direction, "scroll_amount": 5})
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(action in actions()) {
        for tool in ALL {
            if let Some((name, input)) = tool.write(&action) {
                // What the vendor's format wraps around it.
                let input = match tool {
                    ComputerTool::Openai | ComputerTool::OpenaiPreview => json!({"actions": [input]}),
                    _ => input,
                };
                prop_assert_eq!(tool.read(&name, &input).actions, std::slice::from_ref(&action), "{:?} {}", tool, input);
            }
            if let Some(text) = tool.write_text(&action) {
                let read = tool.read_text(&format!("Thought: a.\n{text}"));
                let mut expected = action.clone();
                // Code scrolls where the pointer is.
                if let (ComputerTool::Opencua, Some(fields)) = (tool, expected.as_object_mut())
                    && fields["action"] == "scroll"
                {
                    fields.remove("coordinate");
                }
                prop_assert_eq!(read.actions, [expected], "{:?} {}", tool, text);
            }
        }
    }

    #[test]
    fn no_text_breaks_a_parser(
        text in "(Action:|click|drag|type|pyautogui\\.|computer\\.|<tool_call>|<function=|<parameter=|\\{\"name\"|<\\|begin_of_box\\|>|\\(|\\)|\\[|\\]|'|\"|\\\\|=|,|é|\n|content=|start_box=|1|-|\\.| ){0,40}"
    ) {
        for tool in ALL {
            let _ = tool.read_text(&text);
            let _ = tool.read(&text, &json!(text));
        }
    }

    #[test]
    fn no_json_breaks_a_parser(
        name in "[a-z_]{0,12}",
        key in prop::sample::select(vec!["action", "coordinate", "x", "y", "text", "keys", "key", "path", "actions", "pixels", "scroll_x", "direction", "time", "duration", "safety_decision", "pending_safety_checks", "type", "region", "magnitude"]),
        value in prop_oneof![
            Just(json!(null)), Just(json!(1e308)), Just(json!(-1e308)), Just(json!([])), Just(json!({})),
            Just(json!([[1, 2], "x", null])), Just(json!("\u{fffd}")), Just(json!("1, 2, 3, 4")), Just(json!(true)),
        ],
        kind in prop::sample::select(vec!["click", "scroll", "drag", "key", "type", "left_click_drag", "left_click", "wait", "hotkey", "drag_and_drop"]),
    ) {
        for tool in ALL {
            for input in [
                json!({"action": kind, key: value}),
                json!({"type": kind, key: value}),
                json!({"actions": [{"type": kind, key: value}], key: value}),
                value.clone(),
            ] {
                let asked = tool.read(&name, &input);
                let _ = tool.read(kind, &input);
                for action in asked.actions {
                    let _ = tool.write(&action);
                    let _ = tool.write_text(&action);
                }
                let _ = tool.write(&input);
                let _ = tool.write_text(&input);
            }
        }
    }
}
