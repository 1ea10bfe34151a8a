//! Answers in the format of OpenAI Responses.

use serde_json::{Value, json};

use super::reply::{Piece, Reply, Step, deltas};
use super::seen::{SeenRequest, blocks};

/// Whether the vendor's own computer tool was offered.
fn is_native(request: &SeenRequest) -> bool {
    blocks(&request.body["tools"]).any(|tool| tool["type"] == "computer")
}

/// The output items of a reply, as they are when they are done. Actions that follow
/// each other are one batch.
pub(super) fn items(request: &SeenRequest, reply: &Reply) -> Vec<Value> {
    let number = request.number;
    let mut items: Vec<Value> = Vec::new();
    for step in &reply.steps {
        let at = items.len();
        let item = match step {
            Step::Text(words) => json!({"type": "message", "id": format!("msg_{number}_{at}"),
                "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": words, "annotations": []}]}),
            Step::Reasoning(words) => json!({"type": "reasoning",
                "id": format!("rs_{number}_{at}"),
                "summary": [{"type": "summary_text", "text": words}],
                "encrypted_content": format!("gAAAA{number}x{at}=")}),
            Step::Call {
                id,
                name,
                arguments,
            } => function(number, at, id.as_deref(), name, arguments),
            Step::Computer(action) if !is_native(request) => {
                function(number, at, None, "computer", &action.to_string())
            }
            Step::Computer(action) => {
                if let Some(last) = items.last_mut()
                    && last["type"] == "computer_call"
                    && let Some(batch) = last["actions"].as_array_mut()
                {
                    batch.push(written(action));
                    continue;
                }
                let checks = match action["confirm"].as_str() {
                    Some(why) => json!([{"id": format!("sc_{number}"),
                        "code": "malicious_instructions", "message": why}]),
                    None => json!([]),
                };
                json!({"type": "computer_call", "id": format!("cu_{number}_{at}"),
                    "call_id": format!("call_{number}_{at}"), "status": "completed",
                    "pending_safety_checks": checks, "actions": [written(action)]})
            }
            _ => continue,
        };
        items.push(item);
    }
    items
}

fn function(number: usize, at: usize, id: Option<&str>, name: &str, arguments: &str) -> Value {
    let call = id.map_or_else(|| format!("call_{number}_{at}"), str::to_owned);
    json!({"type": "function_call", "id": format!("fc_{number}_{at}"), "call_id": call,
        "name": name, "arguments": arguments, "status": "completed"})
}

/// A screen action in the vendor's words.
fn written(action: &Value) -> Value {
    let spot = |key: &str| (&action[key][0], &action[key][1]);
    let (x, y) = spot("coordinate");
    let click = |button: &str| json!({"type": "click", "button": button, "x": x, "y": y});
    match action["action"].as_str().unwrap_or_default() {
        "left_click" => click("left"),
        "right_click" => click("right"),
        "middle_click" => click("wheel"),
        "double_click" => json!({"type": "double_click", "x": x, "y": y}),
        "mouse_move" => json!({"type": "move", "x": x, "y": y}),
        "left_click_drag" => {
            let (from, to) = (spot("start_coordinate"), (x, y));
            json!({"type": "drag",
                "path": [{"x": from.0, "y": from.1}, {"x": to.0, "y": to.1}]})
        }
        "scroll" => {
            let by = action["scroll_amount"].as_i64().unwrap_or(3) * 100;
            let (dx, dy) = match action["scroll_direction"].as_str().unwrap_or_default() {
                "up" => (0, -by),
                "left" => (-by, 0),
                "right" => (by, 0),
                _ => (0, by),
            };
            json!({"type": "scroll", "x": x, "y": y, "scroll_x": dx, "scroll_y": dy})
        }
        "type" => json!({"type": "type", "text": action["text"]}),
        "key" => {
            let keys = action["text"].as_str().unwrap_or_default().split('+');
            let keys: Vec<String> = keys.map(str::to_uppercase).collect();
            json!({"type": "keypress", "keys": keys})
        }
        other => json!({"type": other}),
    }
}

fn usage(reply: &Reply) -> Value {
    let (input, output, cached) = reply.usage;
    json!({"input_tokens": input, "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": output, "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": input + output})
}

/// The whole answer, at its beginning or its end.
fn response(request: &SeenRequest, reply: &Reply, output: Vec<Value>, status: &str) -> Value {
    let mut made = json!({"id": format!("resp_{}", request.number), "object": "response",
        "created_at": 1_793_923_200, "status": status, "model": request.model(),
        "output": output, "error": null, "incomplete_details": null});
    if status != "in_progress" {
        made["usage"] = usage(reply);
    }
    if status == "incomplete" {
        let reason = reply.finish.as_deref().unwrap_or("max_output_tokens");
        made["incomplete_details"] = json!({"reason": reason});
    }
    made
}

fn status(reply: &Reply) -> &'static str {
    match reply.finish.as_deref() {
        None | Some("completed") => "completed",
        Some(_) => "incomplete",
    }
}

/// Events in their order, with their numbers.
#[derive(Default)]
struct Events {
    pieces: Vec<Piece>,
    number: u64,
}

impl Events {
    fn push(&mut self, kind: &str, mut event: Value) {
        event["type"] = kind.into();
        event["sequence_number"] = self.number.into();
        self.number += 1;
        let bytes = format!("event: {kind}\ndata: {event}\n\n").into_bytes();
        self.pieces.push(Piece::Bytes(bytes));
    }

    fn item(&mut self, index: usize, item: &Value, size: usize) {
        let id = &item["id"];
        let whole = |key: &str| item[key].as_str().unwrap_or_default().to_owned();
        let mut begun = item.clone();
        match item["type"].as_str().unwrap_or_default() {
            "message" => begun["content"] = json!([]),
            "reasoning" => begun["summary"] = json!([]),
            "function_call" => begun["arguments"] = "".into(),
            _ => {}
        }
        begun["status"] = "in_progress".into();
        self.push(
            "response.output_item.added",
            json!({"output_index": index, "item": begun}),
        );
        match item["type"].as_str().unwrap_or_default() {
            "message" => {
                let at = json!({"item_id": id, "output_index": index, "content_index": 0});
                let with = |key: &str, value: Value| {
                    let mut event = at.clone();
                    event[key] = value;
                    event
                };
                let words = item["content"][0]["text"].as_str().unwrap_or_default();
                let empty = json!({"type": "output_text", "text": "", "annotations": []});
                self.push("response.content_part.added", with("part", empty));
                for part in deltas(words, size) {
                    self.push("response.output_text.delta", with("delta", part.into()));
                }
                self.push("response.output_text.done", with("text", words.into()));
                let part = item["content"][0].clone();
                self.push("response.content_part.done", with("part", part));
            }
            "reasoning" => {
                let words = item["summary"][0]["text"].as_str().unwrap_or_default();
                for part in deltas(words, size) {
                    self.push(
                        "response.reasoning_summary_text.delta",
                        json!({"item_id": id, "output_index": index, "summary_index": 0,
                            "delta": part}),
                    );
                }
            }
            "function_call" => {
                for part in deltas(&whole("arguments"), size * 2) {
                    self.push(
                        "response.function_call_arguments.delta",
                        json!({"item_id": id, "output_index": index, "delta": part}),
                    );
                }
                self.push(
                    "response.function_call_arguments.done",
                    json!({"item_id": id, "output_index": index, "arguments": whole("arguments")}),
                );
            }
            _ => {}
        }
        self.push(
            "response.output_item.done",
            json!({"output_index": index, "item": item}),
        );
    }
}

pub(super) fn pieces(request: &SeenRequest, reply: &Reply) -> Vec<Piece> {
    let mut events = Events::default();
    let begun = response(request, reply, Vec::new(), "in_progress");
    events.push("response.created", json!({"response": begun}));
    let items = items(request, reply);
    let mut next = items.iter().enumerate().peekable();
    let mut batched = false;
    for step in &reply.steps {
        // A batch is sent at its first action.
        let goes_on = matches!(step, Step::Computer(_)) && is_native(request);
        match step {
            Step::Computer(_) if goes_on && batched => {}
            Step::Text(_) | Step::Reasoning(_) | Step::Call { .. } | Step::Computer(_) => {
                if let Some((index, item)) = next.next() {
                    events.item(index, item, reply.delta);
                }
            }
            Step::Wait(gate) => events.pieces.push(Piece::Wait(gate.clone())),
            Step::Pause(time) => events.pieces.push(Piece::Pause(*time)),
            Step::Hang => events.pieces.push(Piece::Hang),
            Step::Cut => events.pieces.push(Piece::Cut),
            Step::Raw(bytes) => events.pieces.push(Piece::Bytes(bytes.clone())),
        }
        batched = goes_on;
    }
    let status = status(reply);
    let whole = response(request, reply, items, status);
    events.push(&format!("response.{status}"), json!({"response": whole}));
    events.pieces
}

pub(super) fn whole(request: &SeenRequest, reply: &Reply) -> Value {
    response(request, reply, items(request, reply), status(reply))
}
