//! Streamed answers of Anthropic Messages.

use std::collections::BTreeMap;

use interpreter_protocol::Usage;
use serde_json::{Map, Value, json};

use crate::answer::{Mapper, Out, malformed};
use crate::failure::from_event;
use crate::json::{number, text};
use crate::{Call, Finish, ModelEvent, ProviderError, Raw};

/// The state of one answer.
pub(crate) struct StreamMapper {
    family: String,
    blocks: BTreeMap<u64, Block>,
    /// The call that is shown while it comes; others wait for their end.
    live: Option<u64>,
    usage: Map<String, Value>,
    given: Option<Usage>,
    stop: Option<String>,
    details: Option<Value>,
    broken: Option<String>,
}

#[derive(Debug)]
enum Block {
    Text,
    Thinking {
        text: String,
        signature: String,
    },
    Call {
        id: String,
        name: String,
        input: Value,
        toolset: Option<String>,
        json: String,
    },
    Other,
}

impl StreamMapper {
    pub(crate) fn new(family: String) -> Self {
        Self {
            family,
            blocks: BTreeMap::new(),
            live: None,
            usage: Map::new(),
            given: None,
            stop: None,
            details: None,
            broken: None,
        }
    }

    fn start(&mut self, index: u64, block: &Value, out: &mut Out) {
        let at = |key: &str| text(block, key).unwrap_or_default().to_owned();
        let opened = match block.get("type").and_then(Value::as_str) {
            Some("text") => {
                if let Some(words) = text(block, "text") {
                    out.push(Ok(ModelEvent::Text(words.to_owned())));
                }
                Block::Text
            }
            Some("thinking") => {
                if let Some(words) = text(block, "thinking") {
                    out.push(Ok(ModelEvent::Reasoning(words.to_owned())));
                }
                Block::Thinking {
                    text: at("thinking"),
                    signature: at("signature"),
                }
            }
            Some("redacted_thinking") => {
                let raw = Raw {
                    name: self.family.clone(),
                    raw: block.clone(),
                };
                out.push(Ok(ModelEvent::ReasoningEnd { raw: Some(raw) }));
                Block::Other
            }
            Some("tool_use") => {
                let (id, name) = (at("id"), at("name"));
                let toolset = text(block, "toolset_name").map(str::to_owned);
                // A member's input comes whole, and is shown with its action.
                if self.live.is_none() && toolset.is_none() {
                    self.live = Some(index);
                    out.push(Ok(ModelEvent::CallStart {
                        id: id.clone(),
                        name: name.clone(),
                    }));
                }
                let input = block.get("input").cloned().unwrap_or_default();
                Block::Call {
                    id,
                    name,
                    input,
                    toolset,
                    json: String::new(),
                }
            }
            _ => Block::Other,
        };
        self.blocks.insert(index, opened);
    }

    fn delta(&mut self, index: u64, delta: &Value, out: &mut Out) {
        let live = self.live == Some(index);
        let Some(block) = self.blocks.get_mut(&index) else {
            return;
        };
        let kind = delta
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match (kind, block) {
            ("text_delta", Block::Text) => {
                if let Some(words) = text(delta, "text") {
                    out.push(Ok(ModelEvent::Text(words.to_owned())));
                }
            }
            ("thinking_delta", Block::Thinking { text: held, .. }) => {
                if let Some(words) = text(delta, "thinking") {
                    held.push_str(words);
                    out.push(Ok(ModelEvent::Reasoning(words.to_owned())));
                }
            }
            ("signature_delta", Block::Thinking { signature, .. }) => {
                text(delta, "signature")
                    .unwrap_or_default()
                    .clone_into(signature);
            }
            ("input_json_delta", Block::Call { json, .. }) => {
                if let Some(more) = text(delta, "partial_json") {
                    json.push_str(more);
                    if live {
                        out.push(Ok(ModelEvent::CallDelta(more.to_owned())));
                    }
                }
            }
            _ => {}
        }
    }

    fn stop(&mut self, index: u64, out: &mut Out) {
        let live = self.live == Some(index);
        if live {
            self.live = None;
        }
        match self.blocks.remove(&index) {
            Some(Block::Thinking { text, signature }) => {
                let raw = (!signature.is_empty()).then(|| Raw {
                    name: self.family.clone(),
                    raw: json!({"type": "thinking", "thinking": text, "signature": signature}),
                });
                out.push(Ok(ModelEvent::ReasoningEnd { raw }));
            }
            Some(Block::Call {
                id,
                name,
                input,
                toolset,
                json,
            }) => {
                self.end_call(live, (id, name, toolset), &input, &json, out);
            }
            _ => {}
        }
    }

    fn end_call(
        &mut self,
        live: bool,
        (id, name, toolset): (String, String, Option<String>),
        input: &Value,
        json: &str,
        out: &mut Out,
    ) {
        let parsed = match (json.is_empty(), input) {
            (true, Value::Object(_)) => Some(input.clone()),
            _ => crate::json::arguments(json),
        };
        let shown = if toolset.is_some() { "computer" } else { &name };
        if !live {
            out.push(Ok(ModelEvent::CallStart {
                id: id.clone(),
                name: shown.to_owned(),
            }));
        }
        let Some(mut arguments) = parsed else {
            if !live && !json.is_empty() {
                out.push(Ok(ModelEvent::CallDelta(json.to_owned())));
            }
            self.broken = Some(name);
            return;
        };
        let mut raw = None;
        if let Some(toolset) = toolset {
            if let Some(fields) = arguments.as_object_mut() {
                fields.insert("action".to_owned(), json!(name));
            }
            raw = Some(Raw {
                name: self.family.clone(),
                raw: json!({"toolset_name": toolset, "name": name}),
            });
        }
        if !live {
            out.push(Ok(ModelEvent::CallDelta(arguments.to_string())));
        }
        let name = shown.to_owned();
        out.push(Ok(ModelEvent::CallEnd(Call {
            id,
            name,
            arguments,
            raw,
        })));
    }

    /// Totals replace what was known, key by key.
    fn usage(&mut self, value: Option<&Value>, out: &mut Out) {
        let Some(fields) = value.and_then(Value::as_object) else {
            return;
        };
        for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
            self.usage.insert(key.clone(), value.clone());
        }
        let at = |key: &str| self.usage.get(key).and_then(number).unwrap_or(0);
        let (cached, written) = (
            at("cache_read_input_tokens"),
            at("cache_creation_input_tokens"),
        );
        let thinking = self
            .usage
            .get("output_tokens_details")
            .and_then(|d| d.get("thinking_tokens"));
        let usage = Usage {
            input_tokens: at("input_tokens") + cached + written,
            output_tokens: at("output_tokens"),
            cached_tokens: cached,
            cache_write_tokens: written,
            reasoning_tokens: thinking.and_then(number).unwrap_or(0),
            image_tokens: 0,
            cost_usd: None,
        };
        if self.given != Some(usage) {
            self.given = Some(usage);
            out.push(Ok(ModelEvent::Usage(usage)));
        }
    }

    fn complete(&mut self, out: &mut Out) {
        let open: Vec<u64> = self.blocks.keys().copied().collect();
        open.into_iter().for_each(|index| self.stop(index, out));
        let finish = match self.stop.as_deref() {
            Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
            Some("pause_turn") => Finish::Pause,
            Some("refusal") => {
                let details = self.details.as_ref();
                let why =
                    details.and_then(|d| text(d, "explanation").or_else(|| text(d, "category")));
                Finish::Refusal(why.map(str::to_owned))
            }
            _ => Finish::Stop,
        };
        if let (Some(name), Finish::Stop) = (&self.broken, &finish) {
            out.push(Err(ProviderError::Malformed {
                message: format!("The model called {name} with arguments that are not JSON."),
            }));
            return;
        }
        out.push(Ok(ModelEvent::Finish(finish)));
    }

    fn ending(&mut self, delta: &Value) {
        if let Some(reason) = text(delta, "stop_reason") {
            self.stop = Some(reason.to_owned());
        }
        if let Some(details) = delta
            .get("stop_details")
            .filter(|details| details.is_object())
        {
            self.details = Some(details.clone());
        }
    }
}

impl Mapper for StreamMapper {
    fn event(&mut self, value: Result<Value, &str>, out: &mut Out) {
        let value = match value {
            Ok(value) => value,
            // Not of this protocol, and harmless.
            Err(text) if text.trim() == "[DONE]" => return,
            Err(text) => return out.push(Err(malformed(text))),
        };
        let index = value.get("index").and_then(number).unwrap_or(0);
        let null = Value::Null;
        match value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "message_start" => self.usage(value.pointer("/message/usage"), out),
            "content_block_start" => {
                self.start(index, value.get("content_block").unwrap_or(&null), out);
            }
            "content_block_delta" => self.delta(index, value.get("delta").unwrap_or(&null), out),
            "content_block_stop" => self.stop(index, out),
            "message_delta" => {
                self.ending(value.get("delta").unwrap_or(&null));
                self.usage(value.get("usage"), out);
            }
            "message_stop" => self.complete(out),
            "error" => out.push(Err(from_event(&value))),
            _ => {}
        }
    }

    fn whole(&mut self, value: Value, out: &mut Out) {
        let Some(content) = value.get("content").and_then(Value::as_array) else {
            return out.push(Err(malformed(&value.to_string())));
        };
        for (index, block) in content.iter().enumerate() {
            self.start(index as u64, block, out);
            self.stop(index as u64, out);
        }
        self.ending(&value);
        self.usage(value.get("usage"), out);
        self.complete(out);
    }

    fn end(&mut self, out: &mut Out) {
        out.push(Err(ProviderError::CutOff));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(events: &[Value]) -> Out {
        let mut mapper = StreamMapper::new("f".to_owned());
        let mut out = Out::new();
        events
            .iter()
            .for_each(|event| mapper.event(Ok(event.clone()), &mut out));
        out
    }

    #[test]
    fn unknown_kinds_are_passed_over() {
        let out = run(&[
            json!({"type":"later"}),
            json!({"type":"content_block_start","index":0,"content_block":{"type":"later"}}),
            json!({"type":"content_block_delta","index":0,"delta":{"type":"later_delta"}}),
            json!({"type":"content_block_delta","index":7,"delta":null}),
            json!({"type":"content_block_stop","index":0}),
            json!({"type":"message_stop"}),
        ]);
        assert_eq!(out, [Ok(ModelEvent::Finish(Finish::Stop))]);
    }

    #[test]
    fn a_refusal_gives_the_vendors_words() {
        let out = run(&[
            json!({"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"cyber","explanation":"No."}}}),
            json!({"type":"message_stop"}),
        ]);
        assert_eq!(
            out,
            [Ok(ModelEvent::Finish(Finish::Refusal(Some(
                "No.".to_owned()
            ))))]
        );
    }

    #[test]
    fn hidden_thinking_goes_back_as_it_came() {
        let block = json!({"type":"redacted_thinking","data":"abc="});
        let out = run(&[json!({"type":"content_block_start","index":0,"content_block":block})]);
        let raw = Raw {
            name: "f".to_owned(),
            raw: block,
        };
        assert_eq!(out, [Ok(ModelEvent::ReasoningEnd { raw: Some(raw) })]);
    }

    #[test]
    fn pausing_is_told() {
        let out = run(&[
            json!({"type":"message_delta","delta":{"stop_reason":"pause_turn"}}),
            json!({"type":"message_stop"}),
        ]);
        assert_eq!(out, [Ok(ModelEvent::Finish(Finish::Pause))]);
    }
}
