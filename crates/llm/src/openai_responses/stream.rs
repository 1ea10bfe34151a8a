//! Streamed answers of Responses.

use std::collections::BTreeMap;

use interpreter_protocol::Usage;
use serde_json::{Value, json};

use crate::answer::{Mapper, Out, malformed};
use crate::batch;
use crate::failure::from_event;
use crate::json::{number, text};
use crate::{Call, ComputerTool, Finish, ModelEvent, ProviderError, Raw};

/// The state of one answer.
pub(crate) struct StreamMapper {
    family: String,
    computer: ComputerTool,
    items: BTreeMap<u64, Open>,
    /// The call that is shown while it comes; others wait for their end.
    live: Option<u64>,
    refusal: String,
    produced: bool,
    calls: bool,
    broken: Option<String>,
    usage: Option<Usage>,
}

/// What was shown of one output item.
#[derive(Debug, Default)]
struct Open {
    /// Bytes of its text.
    said: usize,
    /// Parts of its reasoning.
    parts: u64,
    /// Its arguments so far.
    arguments: String,
    done: bool,
}

impl StreamMapper {
    pub(crate) fn new(family: String, computer: ComputerTool) -> Self {
        Self {
            family,
            computer,
            items: BTreeMap::new(),
            live: None,
            refusal: String::new(),
            produced: false,
            calls: false,
            broken: None,
            usage: None,
        }
    }

    fn open(&mut self, index: u64) -> &mut Open {
        self.items.entry(index).or_default()
    }

    fn added(&mut self, index: u64, item: &Value, out: &mut Out) {
        self.open(index);
        let kind = text(item, "type").unwrap_or_default();
        if kind == "function_call"
            && self.live.is_none()
            && let (Some(id), Some(name)) = (text(item, "call_id"), text(item, "name"))
        {
            self.live = Some(index);
            out.push(Ok(ModelEvent::CallStart {
                id: id.to_owned(),
                name: name.to_owned(),
            }));
        }
    }

    fn said(&mut self, index: u64, words: &str, out: &mut Out) {
        self.produced = true;
        self.open(index).said += words.len();
        out.push(Ok(ModelEvent::Text(words.to_owned())));
    }

    fn reasoned(&mut self, index: u64, part: u64, words: &str, out: &mut Out) {
        let open = self.open(index);
        // Parts are paragraphs of their own.
        let gap = if open.parts > 0 && part + 1 > open.parts {
            "\n\n"
        } else {
            ""
        };
        open.parts = open.parts.max(part + 1);
        open.said += words.len();
        out.push(Ok(ModelEvent::Reasoning(format!("{gap}{words}"))));
    }

    fn arguments(&mut self, index: u64, more: &str, out: &mut Out) {
        self.open(index).arguments.push_str(more);
        if self.live == Some(index) {
            out.push(Ok(ModelEvent::CallDelta(more.to_owned())));
        }
    }

    /// An item is whole.
    fn done(&mut self, index: u64, item: &Value, out: &mut Out) {
        if std::mem::replace(&mut self.open(index).done, true) {
            return;
        }
        match text(item, "type").unwrap_or_default() {
            "message" => self.message(index, item, out),
            "reasoning" => self.reasoning(index, item, out),
            "function_call" => self.function(index, item, out),
            "computer_call" => {
                let id = text(item, "call_id").or_else(|| text(item, "id"));
                let id = id.map_or_else(batch::made_up_id, str::to_owned);
                let asked = self.computer.read("computer", item);
                self.calls = true;
                batch::give(&id, kept(item), asked, &self.family, out);
            }
            _ => {}
        }
    }

    fn message(&mut self, index: u64, item: &Value, out: &mut Out) {
        let parts = item.get("content").and_then(Value::as_array);
        let mut words = String::new();
        for part in parts.into_iter().flatten() {
            match text(part, "type") {
                Some("output_text") => words.push_str(text(part, "text").unwrap_or_default()),
                Some("refusal") if self.refusal.is_empty() => {
                    text(part, "refusal")
                        .unwrap_or_default()
                        .clone_into(&mut self.refusal);
                }
                _ => {}
            }
        }
        // What did not come in pieces.
        let shown = self.open(index).said;
        if let Some(rest) = words.get(shown..).filter(|rest| !rest.is_empty()) {
            self.said(index, rest, out);
        }
    }

    fn reasoning(&mut self, index: u64, item: &Value, out: &mut Out) {
        if self.open(index).said == 0 {
            let summary = item.get("summary").and_then(Value::as_array);
            for (part, words) in summary.into_iter().flatten().enumerate() {
                if let Some(words) = text(words, "text") {
                    self.reasoned(index, part as u64, words, out);
                }
            }
        }
        // Without its encrypted content it is worth nothing to a service that keeps nothing.
        let raw = text(item, "encrypted_content").map(|_| Raw {
            name: self.family.clone(),
            raw: kept(item),
        });
        if raw.is_some() || self.open(index).said > 0 {
            out.push(Ok(ModelEvent::ReasoningEnd { raw }));
        }
    }

    fn function(&mut self, index: u64, item: &Value, out: &mut Out) {
        let live = self.live == Some(index);
        if live {
            self.live = None;
        }
        self.calls = true;
        let id = text(item, "call_id").map_or_else(batch::made_up_id, str::to_owned);
        let name = text(item, "name").unwrap_or_default().to_owned();
        let streamed = std::mem::take(&mut self.open(index).arguments);
        let whole = text(item, "arguments").unwrap_or(&streamed);
        let rest = if live {
            whole.get(streamed.len()..).unwrap_or_default()
        } else {
            out.push(Ok(ModelEvent::CallStart {
                id: id.clone(),
                name: name.clone(),
            }));
            whole
        };
        if !rest.is_empty() {
            out.push(Ok(ModelEvent::CallDelta(rest.to_owned())));
        }
        match crate::json::arguments(whole) {
            Some(arguments) => out.push(Ok(ModelEvent::CallEnd(Call {
                id,
                name,
                arguments,
                raw: None,
            }))),
            None => self.broken = Some(name),
        }
    }

    fn usage(&mut self, value: Option<&Value>, out: &mut Out) {
        let Some(value) = value.filter(|value| value.is_object()) else {
            return;
        };
        let at = |path: &str| value.pointer(path).and_then(number).unwrap_or(0);
        let usage = Usage {
            input_tokens: at("/input_tokens"),
            output_tokens: at("/output_tokens"),
            cached_tokens: at("/input_tokens_details/cached_tokens"),
            cache_write_tokens: at("/input_tokens_details/cache_write_tokens"),
            reasoning_tokens: at("/output_tokens_details/reasoning_tokens"),
            image_tokens: at("/input_tokens_details/image_tokens"),
            cost_usd: None,
        };
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(Ok(ModelEvent::Usage(usage)));
        }
    }

    /// The response is over, well or not.
    fn over(&mut self, response: &Value, out: &mut Out) {
        let output = response.get("output").and_then(Value::as_array);
        let status = text(response, "status").unwrap_or("completed");
        // Items that came in no event of their own.
        if status == "completed" {
            for (index, item) in output.into_iter().flatten().enumerate() {
                self.done(index as u64, item, out);
            }
        }
        self.usage(response.get("usage"), out);
        let error = response.get("error").filter(|error| !error.is_null());
        if let Some(error) = error {
            return out.push(Err(from_event(&json!({ "error": error }))));
        }
        let reason = response
            .pointer("/incomplete_details/reason")
            .and_then(Value::as_str);
        let finish = match (status, reason) {
            ("failed" | "cancelled", _) => {
                let message = format!("The model's server ended the answer ({status}).");
                return out.push(Err(ProviderError::Server { message }));
            }
            ("incomplete", Some("content_filter")) => Finish::ContentFilter,
            ("incomplete", _) => Finish::Length,
            _ if !self.refusal.is_empty() && !self.calls => {
                Finish::Refusal(Some(std::mem::take(&mut self.refusal)))
            }
            _ => Finish::Stop,
        };
        match (&self.broken, &finish) {
            (Some(name), Finish::Stop) => out.push(Err(ProviderError::Malformed {
                message: format!("The model called {name} with arguments that are not JSON."),
            })),
            (None, Finish::Stop) if !self.produced && !self.calls && self.items.is_empty() => {
                out.push(Err(ProviderError::Empty));
            }
            _ => out.push(Ok(ModelEvent::Finish(finish))),
        }
    }
}

/// An item as it goes back: without what only answers hold.
fn kept(item: &Value) -> Value {
    let mut kept = item.clone();
    if let Some(fields) = kept.as_object_mut() {
        fields.remove("created_by");
        fields.retain(|_, value| !value.is_null());
    }
    kept
}

impl Mapper for StreamMapper {
    fn event(&mut self, value: Result<Value, &str>, out: &mut Out) {
        let value = match value {
            Ok(value) => value,
            // Not of this protocol, and harmless.
            Err(text) if text.trim() == "[DONE]" => return,
            Err(text) => return out.push(Err(malformed(text))),
        };
        let at = |key: &str| value.get(key).and_then(number).unwrap_or(0);
        let index = at("output_index");
        let null = Value::Null;
        let item = value.get("item").unwrap_or(&null);
        let delta = text(&value, "delta");
        match text(&value, "type").unwrap_or_default() {
            "response.output_item.added" => self.added(index, item, out),
            "response.output_item.done" => self.done(index, item, out),
            "response.output_text.delta" => {
                if let Some(words) = delta {
                    self.said(index, words, out);
                }
            }
            "response.refusal.delta" => self.refusal.push_str(delta.unwrap_or_default()),
            "response.reasoning_summary_text.delta" => {
                if let Some(words) = delta {
                    self.reasoned(index, at("summary_index"), words, out);
                }
            }
            "response.reasoning_text.delta" => {
                if let Some(words) = delta {
                    self.reasoned(index, at("content_index"), words, out);
                }
            }
            "response.function_call_arguments.delta" => {
                if let Some(more) = delta {
                    self.arguments(index, more, out);
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.over(value.get("response").unwrap_or(&null), out);
            }
            "error" => out.push(Err(from_event(&value))),
            "" if value.get("error").is_some_and(|error| !error.is_null()) => {
                out.push(Err(from_event(&value)));
            }
            _ => {}
        }
    }

    fn whole(&mut self, value: Value, out: &mut Out) {
        if !value.get("output").is_some_and(Value::is_array) {
            return out.push(Err(malformed(&value.to_string())));
        }
        self.over(&value, out);
    }

    fn end(&mut self, out: &mut Out) {
        out.push(Err(ProviderError::CutOff));
    }
}
