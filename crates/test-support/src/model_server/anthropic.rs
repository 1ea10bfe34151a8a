//! Answers in the Anthropic Messages format.

use serde_json::{Map, Value, json};

use super::reply::{Piece, Reply, Step, deltas};
use super::seen::{SeenRequest, blocks};

/// A block of an answer as it is sent.
pub(super) enum Block {
    Text(String),
    Thinking {
        text: String,
        signature: String,
    },
    Call {
        id: String,
        name: String,
        arguments: String,
        toolset: bool,
    },
}

fn has_toolset(request: &SeenRequest) -> bool {
    blocks(&request.body["tools"])
        .filter_map(|tool| tool["type"].as_str())
        .any(|kind| kind.starts_with("computer_toolset_"))
}

/// The block of a step, where it has one. `at` counts the blocks before it.
pub(super) fn block(request: &SeenRequest, at: usize, step: &Step) -> Option<Block> {
    let number = request.number;
    Some(match step {
        Step::Text(text) => Block::Text(text.clone()),
        Step::Reasoning(text) => Block::Thinking {
            text: text.clone(),
            signature: format!("c2ln{number}x{at}=="),
        },
        Step::Call {
            id,
            name,
            arguments,
        } => Block::Call {
            id: id.clone().unwrap_or_else(|| format!("toolu_{number}_{at}")),
            name: name.clone(),
            arguments: arguments.clone(),
            toolset: false,
        },
        Step::Computer(action) => {
            let toolset = has_toolset(request);
            let mut input = action.as_object().cloned().unwrap_or_default();
            let name = if toolset {
                let name = input.remove("action").unwrap_or_default();
                name.as_str().unwrap_or_default().to_owned()
            } else {
                "computer".to_owned()
            };
            Block::Call {
                id: format!("toolu_{number}_{at}"),
                name,
                arguments: Value::Object(input).to_string(),
                toolset,
            }
        }
        _ => return None,
    })
}

impl Block {
    fn empty(&self) -> Value {
        match self {
            Self::Text(_) => json!({"type": "text", "text": ""}),
            Self::Thinking { .. } => json!({"type": "thinking", "thinking": "", "signature": ""}),
            Self::Call {
                id, name, toolset, ..
            } => {
                let mut block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                if *toolset {
                    block["toolset_name"] = "computer".into();
                }
                block
            }
        }
    }

    fn full(&self) -> Value {
        let mut block = self.empty();
        match self {
            Self::Text(text) => block["text"] = text.as_str().into(),
            Self::Thinking { text, signature } => {
                block["thinking"] = text.as_str().into();
                block["signature"] = signature.as_str().into();
            }
            Self::Call { arguments, .. } => {
                block["input"] =
                    serde_json::from_str(arguments).unwrap_or(Value::Object(Map::new()));
            }
        }
        block
    }

    fn deltas(&self, size: usize) -> Vec<Value> {
        let each = |text: &str, size: usize, kind: &str, key: &str| -> Vec<Value> {
            deltas(text, size)
                .into_iter()
                .map(|part| json!({"type": kind, key: part}))
                .collect()
        };
        match self {
            Self::Text(text) => each(text, size, "text_delta", "text"),
            Self::Thinking { text, signature } => {
                let mut list = each(text, size, "thinking_delta", "thinking");
                list.push(json!({"type": "signature_delta", "signature": signature}));
                list
            }
            // Members of the toolset come in one piece.
            Self::Call {
                arguments,
                toolset: true,
                ..
            } => each(arguments, usize::MAX, "input_json_delta", "partial_json"),
            Self::Call { arguments, .. } => {
                let mut list = vec![json!({"type": "input_json_delta", "partial_json": ""})];
                list.extend(each(
                    arguments,
                    size * 2,
                    "input_json_delta",
                    "partial_json",
                ));
                list
            }
        }
    }
}

fn stop_reason(reply: &Reply) -> String {
    let usual = if reply.has_calls() {
        "tool_use"
    } else {
        "end_turn"
    };
    reply.finish.clone().unwrap_or_else(|| usual.to_owned())
}

fn usage(reply: &Reply) -> Value {
    let (input, output, cached) = reply.usage;
    json!({"input_tokens": input.saturating_sub(cached), "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached, "output_tokens": output})
}

fn event(value: Value) -> Piece {
    let name = value["type"].as_str().unwrap_or_default();
    Piece::Bytes(format!("event: {name}\ndata: {value}\n\n").into_bytes())
}

fn message(request: &SeenRequest, content: Vec<Value>, stop: Value, usage: Value) -> Value {
    json!({"id": format!("msg_{}", request.number), "type": "message", "role": "assistant",
        "model": request.model(), "content": content, "stop_reason": stop, "stop_sequence": null,
        "usage": usage})
}

pub(super) fn pieces(request: &SeenRequest, reply: &Reply) -> Vec<Piece> {
    let mut first = usage(reply);
    first["output_tokens"] = 1.into();
    let start = message(request, Vec::new(), Value::Null, first);
    let mut pieces = vec![
        event(json!({"type": "message_start", "message": start})),
        event(json!({"type": "ping"})),
    ];
    let mut index = 0;
    for step in &reply.steps {
        if let Some(block) = block(request, index, step) {
            pieces.push(event(json!({"type": "content_block_start", "index": index,
                "content_block": block.empty()})));
            for delta in block.deltas(reply.delta) {
                pieces.push(event(
                    json!({"type": "content_block_delta", "index": index, "delta": delta}),
                ));
            }
            pieces.push(event(json!({"type": "content_block_stop", "index": index})));
            index += 1;
            continue;
        }
        match step {
            Step::Wait(gate) => pieces.push(Piece::Wait(gate.clone())),
            Step::Pause(time) => pieces.push(Piece::Pause(*time)),
            Step::Hang => pieces.push(Piece::Hang),
            Step::Cut => pieces.push(Piece::Cut),
            Step::Raw(bytes) => pieces.push(Piece::Bytes(bytes.clone())),
            _ => {}
        }
    }
    pieces.push(event(json!({"type": "message_delta",
        "delta": {"stop_reason": stop_reason(reply), "stop_sequence": null},
        "usage": usage(reply)})));
    pieces.push(event(json!({"type": "message_stop"})));
    pieces
}

pub(super) fn whole(request: &SeenRequest, reply: &Reply) -> Value {
    let mut content = Vec::new();
    for step in &reply.steps {
        if let Some(block) = block(request, content.len(), step) {
            content.push(block.full());
        }
    }
    message(request, content, stop_reason(reply).into(), usage(reply))
}
