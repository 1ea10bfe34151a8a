//! Answers in the format of Gemini.

use serde_json::{Map, Value, json};

use super::reply::{Piece, Reply, Step, deltas};
use super::seen::{SeenRequest, blocks};

/// Whether the vendor's own computer tool was offered.
fn is_native(request: &SeenRequest) -> bool {
    blocks(&request.body["tools"]).any(|tool| tool.get("computerUse").is_some())
}

/// The calls of a reply as parts. The first has a signature, which must come back.
pub(super) fn calls(request: &SeenRequest, reply: &Reply) -> Vec<Value> {
    let number = request.number;
    let mut calls: Vec<Value> = Vec::new();
    for step in &reply.steps {
        let at = calls.len();
        let (id, name, args) = match step {
            Step::Call {
                id,
                name,
                arguments,
            } => (
                id.clone(),
                name.clone(),
                serde_json::from_str(arguments).unwrap_or_default(),
            ),
            Step::Computer(action) if is_native(request) => {
                let (name, args) = written(request, action);
                (None, name, args)
            }
            Step::Computer(action) => (None, "computer".to_owned(), action.clone()),
            _ => continue,
        };
        let id = id.unwrap_or_else(|| format!("fc-{number}-{at}"));
        let mut part = json!({"functionCall": {"id": id, "name": name, "args": args}});
        if at == 0 {
            part["thoughtSignature"] = format!("c2ln{number}x{at}==").into();
        }
        calls.push(part);
    }
    calls
}

/// A screen action in the vendor's words: whole numbers from 0 to 999 over the picture.
fn written(request: &SeenRequest, action: &Value) -> (String, Value) {
    let size = request.last_image().and_then(|image| image.size());
    let cell = |at: &Value, size: u32| {
        let pixel = at.as_f64().unwrap_or_default() + 0.5;
        ((pixel * 1000.0 / f64::from(size.max(1))) as i64).clamp(0, 999)
    };
    let mut args = Map::new();
    let place = |args: &mut Map<String, Value>, from: &str, x: &str, y: &str| {
        if let (Some((width, height)), Some(_)) = (size, action[from].as_array()) {
            args.insert(x.to_owned(), cell(&action[from][0], width).into());
            args.insert(y.to_owned(), cell(&action[from][1], height).into());
        }
    };
    let name = match action["action"].as_str().unwrap_or_default() {
        "screenshot" => "take_screenshot",
        "left_click" => "click",
        "mouse_move" => "move",
        "left_click_drag" => {
            place(&mut args, "start_coordinate", "start_x", "start_y");
            place(&mut args, "coordinate", "end_x", "end_y");
            "drag_and_drop"
        }
        "key" => {
            let keys = action["text"].as_str().unwrap_or_default().split('+');
            args.insert("keys".to_owned(), keys.collect::<Vec<_>>().into());
            "hotkey"
        }
        "type" => {
            args.insert("text".to_owned(), action["text"].clone());
            "type"
        }
        "scroll" => {
            let by = action["scroll_amount"].as_i64().unwrap_or(3) * 100;
            args.insert("direction".to_owned(), action["scroll_direction"].clone());
            args.insert("magnitude_in_pixels".to_owned(), by.into());
            "scroll"
        }
        "wait" => {
            args.insert("seconds".to_owned(), action["duration"].clone());
            "wait"
        }
        other => other,
    };
    if name != "drag_and_drop" {
        place(&mut args, "coordinate", "x", "y");
    }
    if let Some(why) = action["confirm"].as_str() {
        let decision = json!({"decision": "require_confirmation", "explanation": why});
        args.insert("safety_decision".to_owned(), decision);
    }
    (name.to_owned(), Value::Object(args))
}

fn finish_reason(reply: &Reply) -> String {
    reply.finish.clone().unwrap_or_else(|| "STOP".to_owned())
}

fn usage(reply: &Reply) -> Value {
    let (input, output, cached) = reply.usage;
    json!({"promptTokenCount": input, "candidatesTokenCount": output,
        "cachedContentTokenCount": cached, "totalTokenCount": input + output})
}

fn chunk(request: &SeenRequest, parts: Vec<Value>) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}],
        "modelVersion": request.model(), "responseId": format!("r{}", request.number)})
}

pub(super) fn pieces(request: &SeenRequest, reply: &Reply) -> Vec<Piece> {
    let event = |chunk: Value| Piece::Bytes(format!("data: {chunk}\r\n\r\n").into_bytes());
    let mut pieces = Vec::new();
    let mut calls = calls(request, reply).into_iter();
    for step in &reply.steps {
        match step {
            Step::Text(words) => pieces.extend(
                deltas(words, reply.delta)
                    .into_iter()
                    .map(|part| event(chunk(request, vec![json!({"text": part})]))),
            ),
            Step::Reasoning(words) => {
                pieces.extend(deltas(words, reply.delta).into_iter().map(|part| {
                    event(chunk(request, vec![json!({"text": part, "thought": true})]))
                }))
            }
            Step::Call { .. } | Step::Computer(_) => {
                pieces.extend(calls.next().map(|call| event(chunk(request, vec![call]))));
            }
            Step::Wait(gate) => pieces.push(Piece::Wait(gate.clone())),
            Step::Pause(time) => pieces.push(Piece::Pause(*time)),
            Step::Hang => pieces.push(Piece::Hang),
            Step::Cut => pieces.push(Piece::Cut),
            Step::Raw(bytes) => pieces.push(Piece::Bytes(bytes.clone())),
        }
    }
    let mut last = chunk(request, vec![json!({"text": ""})]);
    last["candidates"][0]["finishReason"] = finish_reason(reply).into();
    last["usageMetadata"] = usage(reply);
    pieces.push(event(last));
    pieces
}

pub(super) fn whole(request: &SeenRequest, reply: &Reply) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    for step in &reply.steps {
        match step {
            Step::Text(words) => parts.push(json!({"text": words})),
            Step::Reasoning(words) => parts.push(json!({"text": words, "thought": true})),
            _ => {}
        }
    }
    parts.extend(calls(request, reply));
    let mut made = chunk(request, parts);
    made["candidates"][0]["finishReason"] = finish_reason(reply).into();
    made["usageMetadata"] = usage(reply);
    made
}
