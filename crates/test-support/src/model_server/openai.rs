//! Answers in the Chat Completions format.

use serde_json::{Value, json};

use super::reply::{Piece, Reply, Step, deltas};
use super::seen::SeenRequest;

/// The calls of a reply as they are sent: id, name, arguments.
pub(super) fn calls(request: &SeenRequest, reply: &Reply) -> Vec<(String, String, String)> {
    let mut calls = Vec::new();
    for step in &reply.steps {
        let (id, name, arguments) = match step {
            Step::Call {
                id,
                name,
                arguments,
            } => (id.clone(), name.clone(), arguments.clone()),
            Step::Computer(action) => (None, "computer".to_owned(), action.to_string()),
            _ => continue,
        };
        let id = id.unwrap_or_else(|| format!("call_{}_{}", request.number, calls.len()));
        calls.push((id, name, arguments));
    }
    calls
}

fn finish_reason(reply: &Reply) -> String {
    let usual = if reply.has_calls() {
        "tool_calls"
    } else {
        "stop"
    };
    reply.finish.clone().unwrap_or_else(|| usual.to_owned())
}

fn usage(reply: &Reply) -> Value {
    let (input, output, cached) = reply.usage;
    json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": 0}})
}

pub(super) fn pieces(request: &SeenRequest, reply: &Reply) -> Vec<Piece> {
    let with_usage = request.body["stream_options"]["include_usage"] == true;
    let event = |choices: Value, usage: Value| {
        let mut chunk = json!({"id": format!("chatcmpl-{}", request.number),
            "object": "chat.completion.chunk", "created": 1_793_923_200, "model": request.model(),
            "choices": choices});
        if with_usage {
            chunk["usage"] = usage;
        }
        Piece::Bytes(format!("data: {chunk}\n\n").into_bytes())
    };
    let delta = |delta: Value| {
        event(
            json!([{"index": 0, "delta": delta, "finish_reason": null}]),
            Value::Null,
        )
    };
    let mut pieces = vec![delta(json!({"role": "assistant", "content": ""}))];
    let mut named = calls(request, reply).into_iter().enumerate();
    for step in &reply.steps {
        match step {
            Step::Text(text) => {
                for part in deltas(text, reply.delta) {
                    pieces.push(delta(json!({"content": part})));
                }
            }
            Step::Reasoning(text) => {
                for part in deltas(text, reply.delta) {
                    pieces.push(delta(json!({"reasoning_content": part})));
                }
            }
            Step::Call { .. } | Step::Computer(_) => {
                let Some((index, (id, name, arguments))) = named.next() else {
                    continue;
                };
                pieces.push(delta(json!({"tool_calls": [{"index": index, "id": id,
                    "type": "function", "function": {"name": name, "arguments": ""}}]})));
                for part in deltas(&arguments, reply.delta * 2) {
                    pieces.push(delta(json!({"tool_calls":
                        [{"index": index, "function": {"arguments": part}}]})));
                }
            }
            Step::Wait(gate) => pieces.push(Piece::Wait(gate.clone())),
            Step::Pause(time) => pieces.push(Piece::Pause(*time)),
            Step::Hang => pieces.push(Piece::Hang),
            Step::Cut => pieces.push(Piece::Cut),
            Step::Raw(bytes) => pieces.push(Piece::Bytes(bytes.clone())),
        }
    }
    pieces.push(event(
        json!([{"index": 0, "delta": {}, "finish_reason": finish_reason(reply)}]),
        Value::Null,
    ));
    if with_usage {
        pieces.push(event(json!([]), usage(reply)));
    }
    pieces.push(Piece::Bytes(b"data: [DONE]\n\n".to_vec()));
    pieces
}

pub(super) fn whole(request: &SeenRequest, reply: &Reply) -> Value {
    let text: String = reply
        .steps
        .iter()
        .filter_map(|step| {
            if let Step::Text(text) = step {
                Some(text.as_str())
            } else {
                None
            }
        })
        .collect();
    let calls: Vec<Value> = calls(request, reply)
        .into_iter()
        .map(|(id, name, arguments)| {
            json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
        })
        .collect();
    let mut message = json!({"role": "assistant", "content": text});
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    json!({"id": format!("chatcmpl-{}", request.number), "object": "chat.completion",
        "created": 1_793_923_200, "model": request.model(), "usage": usage(reply),
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason(reply)}]})
}
