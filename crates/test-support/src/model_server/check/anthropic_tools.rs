//! Rules of Anthropic's tools: the toolset, the older computer tools, beta
//! headers, and what a model allows.

use serde_json::Value;

use super::{Findings, names, schema, unknown_keys};
use crate::model_server::seen::{SeenRequest, blocks};

const MEMBERS: &[&str] = &[
    "screenshot",
    "cursor_position",
    "left_mouse_down",
    "left_mouse_up",
    "zoom",
    "left_click",
    "right_click",
    "middle_click",
    "double_click",
    "triple_click",
    "left_click_drag",
    "mouse_move",
    "scroll",
    "type",
    "key",
    "hold_key",
    "wait",
];

const BETAS: &[&str] = &[
    "computer-use-2024-10-22",
    "computer-use-2025-01-24",
    "computer-use-2025-11-24",
    "context-management-2025-06-27",
    "interleaved-thinking-2025-05-14",
    "thinking-display-updates-2026-08-18",
    "structured-outputs-2025-11-13",
    "extended-cache-ttl-2025-04-11",
    "fast-mode-2026-02-01",
    "files-api-2025-04-14",
    "context-1m-2025-08-07",
    "mid-conversation-tool-changes-2026-07-01",
    "thinking-binding-controls-2026-08-01",
    "compact-2026-01-12",
    "compact-2026-09-04",
    "fine-grained-tool-streaming-2025-05-14",
];

/// Models that think always, take only the toolset, and no sampling fields.
const NEWEST: &[&str] = &[
    "opus-5-5",
    "sonnet-5-5",
    "fable-5-1",
    "fable-5-2",
    "mythos-5-2",
];
const ONLY_TOOLSET: &[&str] = &[
    "opus-5-5",
    "sonnet-5-5",
    "haiku-5-5",
    "fable-5-2",
    "mythos-5-2",
];
const NO_TOOLSET: &[&str] = &[
    "3-7", "sonnet-4", "haiku-4", "opus-4-0", "opus-4-1", "opus-4-5", "opus-4-6", "opus-4-7",
];

pub(super) fn check(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    let betas: Vec<&str> = request
        .header("anthropic-beta")
        .map(|list| list.split(',').map(str::trim).collect())
        .unwrap_or_default();
    for beta in &betas {
        found.must(BETAS.contains(beta), || format!("unknown beta {beta}"));
    }
    if body.get("context_management").is_some() {
        found.must(betas.contains(&"context-management-2025-06-27"), || {
            "context_management without its beta header".to_owned()
        });
    }
    model_rules(request, found);
    let tools: Vec<&Value> = blocks(&body["tools"]).collect();
    found.must(body.get("tools").is_none() || !tools.is_empty(), || {
        "tools is empty".to_owned()
    });
    names(tools.iter().filter_map(|tool| tool["name"].as_str()), found);
    let is_toolset = |tool: &&&Value| {
        tool["type"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("computer_toolset_"))
    };
    let toolset = tools.iter().find(is_toolset).copied();
    for (index, tool) in tools.iter().enumerate() {
        self::tool(tool, &format!("tools[{index}]"), &betas, found);
    }
    if toolset.is_some() {
        let clash = tools.iter().any(|tool| tool["name"] == "computer");
        found.must(!clash, || {
            "a tool named computer beside the toolset".to_owned()
        });
        found.must(
            !betas.contains(&"fine-grained-tool-streaming-2025-05-14"),
            || "the toolset with fine-grained tool streaming".to_owned(),
        );
    }
    choice(request, toolset.is_some(), found);
}

fn tool(tool: &Value, at: &str, betas: &[&str], found: &mut Findings) {
    match tool["type"].as_str() {
        None | Some("custom") => {
            unknown_keys(
                tool,
                &[
                    "type",
                    "name",
                    "description",
                    "input_schema",
                    "strict",
                    "cache_control",
                    "eager_input_streaming",
                    "defer_loading",
                    "input_examples",
                ],
                at,
                found,
            );
            found.must(tool["name"].is_string(), || format!("{at}: no name"));
            schema(&tool["input_schema"], tool["strict"] == true, at, found);
        }
        Some("computer_toolset_20260801") => {
            unknown_keys(tool, &["type", "configs", "cache_control"], at, found);
            let mut off = 0;
            for (member, config) in tool["configs"].as_object().into_iter().flatten() {
                found.must(MEMBERS.contains(&member.as_str()), || {
                    format!("{at}: no member {member}")
                });
                unknown_keys(config, &["enabled", "defer_loading"], at, found);
                off += usize::from(config["enabled"] == false);
            }
            found.must(off < MEMBERS.len(), || {
                format!("{at}: every member is disabled")
            });
        }
        Some(kind) if kind.starts_with("computer_20") => {
            let beta = match kind {
                "computer_20251124" => "computer-use-2025-11-24",
                "computer_20250124" => "computer-use-2025-01-24",
                "computer_20241022" => "computer-use-2024-10-22",
                _ => {
                    found.say(format!("{at}: no tool type {kind}"));
                    return;
                }
            };
            found.must(betas.contains(&beta), || {
                format!("{at}: {kind} without the beta {beta}")
            });
            unknown_keys(
                tool,
                &[
                    "type",
                    "name",
                    "display_width_px",
                    "display_height_px",
                    "display_number",
                    "enable_zoom",
                    "cache_control",
                ],
                at,
                found,
            );
            found.must(tool["name"] == "computer", || {
                format!("{at}: name {}", tool["name"])
            });
            for side in ["display_width_px", "display_height_px"] {
                found.must(tool[side].as_u64().is_some_and(|size| size > 0), || {
                    format!("{at}: {side}")
                });
            }
        }
        Some(kind) if kind.starts_with("bash_") || kind.starts_with("text_editor_") => {}
        Some(kind) => found.say(format!("{at}: no tool type {kind}")),
    }
}

fn choice(request: &SeenRequest, toolset: bool, found: &mut Findings) {
    let Some(choice) = request.body.get("tool_choice") else {
        return;
    };
    unknown_keys(
        choice,
        &["type", "name", "disable_parallel_tool_use"],
        "tool_choice",
        found,
    );
    let kind = choice["type"].as_str().unwrap_or_default();
    found.must(matches!(kind, "auto" | "any" | "none" | "tool"), || {
        format!("tool_choice {choice}")
    });
    let member = choice["name"]
        .as_str()
        .is_some_and(|name| MEMBERS.contains(&name));
    found.must(!(toolset && kind == "tool" && member), || {
        "tool_choice names a member of the toolset".to_owned()
    });
    found.must(
        !(is(request, NEWEST) && matches!(kind, "any" | "tool")),
        || format!("{} takes no forced tool_choice", request.model()),
    );
}

fn is(request: &SeenRequest, models: &[&str]) -> bool {
    models.iter().any(|model| request.model().contains(model))
}

fn model_rules(request: &SeenRequest, found: &mut Findings) {
    let body = &request.body;
    let model = request.model();
    for tool in blocks(&body["tools"]) {
        let kind = tool["type"].as_str().unwrap_or_default();
        found.must(
            !(kind.starts_with("computer_20") && is(request, ONLY_TOOLSET)),
            || format!("{model} does not support tool types: {kind}"),
        );
        found.must(
            !(kind.starts_with("computer_toolset_") && is(request, NO_TOOLSET)),
            || format!("{model} does not support tool types: {kind}"),
        );
    }
    if is(request, NEWEST) {
        for key in ["temperature", "top_p", "top_k"] {
            found.must(body.get(key).is_none(), || {
                format!("{model} does not take {key}")
            });
        }
    }
    let thinking = &body["thinking"];
    match thinking["type"].as_str() {
        None => found.must(body.get("thinking").is_none(), || {
            "thinking without a type".to_owned()
        }),
        Some("adaptive" | "between_tools") => {}
        Some("enabled") => {
            let budget = thinking["budget_tokens"].as_u64().unwrap_or(0);
            let most = body["max_tokens"].as_u64().unwrap_or(0);
            found.must(budget >= 1024 && budget < most, || {
                format!("budget_tokens {budget} of {most}")
            });
            found.must(!is(request, NEWEST), || {
                format!("{model} does not take thinking enabled")
            });
        }
        Some("disabled") => {
            found.must(!is(request, NEWEST), || {
                format!("{model} does not take thinking disabled")
            });
        }
        Some(other) => found.say(format!("thinking of type {other}")),
    }
}
