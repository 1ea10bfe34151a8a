//! Streamed answers of Chat Completions, with every known deviation.

use interpreter_protocol::Usage;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::think::ThinkSplit;
use crate::answer::{Mapper, Out, malformed};
use crate::endpoint::Quirks;
use crate::failure::from_event;
use crate::json::{number, text};
use crate::{Finish, ModelEvent, ProviderError, Raw};

/// The state of one answer.
pub(crate) struct StreamMapper {
    family: String,
    quirks: Quirks,
    think: ThinkSplit,
    calls: Calls,
    finish: Option<String>,
    seen_choice: bool,
    produced: bool,
    refusal: String,
    usage: Option<Usage>,
    reasoning: String,
    details: Vec<Value>,
    reasoning_open: bool,
}

impl StreamMapper {
    pub(crate) fn new(family: String, quirks: Quirks) -> Self {
        Self {
            calls: Calls::new(family.clone()),
            family,
            quirks,
            think: ThinkSplit::default(),
            finish: None,
            seen_choice: false,
            produced: false,
            refusal: String::new(),
            usage: None,
            reasoning: String::new(),
            details: Vec::new(),
            reasoning_open: false,
        }
    }

    fn chunk(&mut self, value: &Value, delta_key: &str, out: &mut Out) {
        for choice in value
            .get("choices")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.seen_choice = true;
            if choice.get("index").and_then(number).unwrap_or(0) != 0 {
                continue;
            }
            if let Some(delta) = choice.get(delta_key).filter(|delta| delta.is_object()) {
                self.delta(delta, out);
            } else if let Some(plain) = text(choice, "text") {
                self.content(plain, out);
            }
            if let Some(reason) = text(choice, "finish_reason") {
                self.finish = Some(reason.to_owned());
            }
            self.usage(choice.get("usage"), out);
        }
        self.usage(value.pointer("/x_groq/usage"), out);
        self.usage(value.get("usage"), out);
    }

    fn delta(&mut self, delta: &Value, out: &mut Out) {
        if let Some(details) = delta.get("reasoning_details").and_then(Value::as_array) {
            details.iter().for_each(|detail| self.detail(detail));
        }
        // The same words may stand under several names: the first one counts.
        let words = text(delta, "reasoning_content")
            .or_else(|| text(delta, "reasoning"))
            .map(str::to_owned)
            .or_else(|| details_text(delta.get("reasoning_details")));
        if let Some(words) = words {
            self.reason(&words, out);
        }
        match delta.get("content") {
            Some(Value::String(content)) => self.content(content, out),
            Some(Value::Array(parts)) => {
                for part in parts {
                    match part.get("type").and_then(Value::as_str) {
                        Some("thinking") => {
                            if let Some(words) = thinking_text(part.get("thinking")) {
                                self.reason(&words, out);
                            }
                        }
                        _ => {
                            if let Some(words) = text(part, "text") {
                                self.content(words, out);
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        if let Some(words) = text(delta, "refusal") {
            self.produced = true;
            self.refusal.push_str(words);
        }
        let old = delta.get("function_call").filter(|call| call.is_object());
        let fragments = delta
            .get("tool_calls")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for fragment in fragments.chain(old) {
            self.flush_think(out);
            self.end_reasoning(out);
            self.produced = true;
            self.calls.push(fragment, out);
        }
    }

    fn content(&mut self, content: &str, out: &mut Out) {
        for (reasoning, words) in self.think.push(content) {
            self.piece(reasoning, &words, out);
        }
    }

    fn flush_think(&mut self, out: &mut Out) {
        if let Some((reasoning, words)) = self.think.finish() {
            self.piece(reasoning, &words, out);
        }
    }

    fn piece(&mut self, reasoning: bool, words: &str, out: &mut Out) {
        if reasoning {
            self.reason(words, out);
        } else {
            self.end_reasoning(out);
            self.produced = true;
            out.push(Ok(ModelEvent::Text(words.to_owned())));
        }
    }

    fn reason(&mut self, words: &str, out: &mut Out) {
        self.produced = true;
        self.reasoning_open = true;
        self.reasoning.push_str(words);
        out.push(Ok(ModelEvent::Reasoning(words.to_owned())));
    }

    /// Pieces of one detail come one by one; they go back as one.
    fn detail(&mut self, detail: &Value) {
        self.reasoning_open = true;
        let same = |a: &Value, b: &Value| {
            a.get("index").is_some()
                && a.get("index") == b.get("index")
                && a.get("type") == b.get("type")
        };
        let (Some(last), Some(more)) = (
            self.details
                .last_mut()
                .filter(|last| same(last, detail))
                .and_then(Value::as_object_mut),
            detail.as_object(),
        ) else {
            self.details.push(detail.clone());
            return;
        };
        for (key, value) in more {
            match (last.get_mut(key), value) {
                (Some(Value::String(held)), Value::String(more))
                    if matches!(key.as_str(), "text" | "summary" | "data") =>
                {
                    held.push_str(more);
                }
                (_, Value::Null) => {}
                _ => {
                    last.insert(key.clone(), value.clone());
                }
            }
        }
    }

    fn end_reasoning(&mut self, out: &mut Out) {
        if !std::mem::take(&mut self.reasoning_open) {
            return;
        }
        let words = std::mem::take(&mut self.reasoning);
        let details = std::mem::take(&mut self.details);
        let raw = self.quirks.reasoning_back.as_ref().map(|key| {
            let back = match key.as_str() {
                "reasoning_details" if !details.is_empty() => Value::Array(details),
                "reasoning_details" => return json!({ "reasoning": words }),
                _ => Value::String(words),
            };
            Value::Object(Map::from_iter([(key.clone(), back)]))
        });
        let raw = raw.map(|raw| Raw {
            name: self.family.clone(),
            raw,
        });
        out.push(Ok(ModelEvent::ReasoningEnd { raw }));
    }

    fn usage(&mut self, value: Option<&Value>, out: &mut Out) {
        let Some(value) = value.filter(|value| value.is_object()) else {
            return;
        };
        let at = |path: &str| value.pointer(path).and_then(number).unwrap_or(0);
        let reasoning_tokens = at("/completion_tokens_details/reasoning_tokens");
        let beside = if self.quirks.reasoning_beside_output {
            reasoning_tokens
        } else {
            0
        };
        let usage = Usage {
            input_tokens: at("/prompt_tokens"),
            output_tokens: at("/completion_tokens") + beside,
            cached_tokens: at("/prompt_tokens_details/cached_tokens")
                .max(at("/prompt_cache_hit_tokens")),
            cache_write_tokens: at("/prompt_tokens_details/cache_write_tokens"),
            reasoning_tokens,
            image_tokens: at("/prompt_tokens_details/image_tokens"),
            cost_usd: None,
        };
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(Ok(ModelEvent::Usage(usage)));
        }
    }

    /// The answer is whole.
    fn complete(&mut self, out: &mut Out) {
        self.flush_think(out);
        self.end_reasoning(out);
        let reason = self.finish.take();
        if reason.is_none() && !self.produced {
            out.push(Err(ProviderError::Empty));
            return;
        }
        let finish = match reason.as_deref() {
            Some("length" | "max_tokens" | "model_length") => Finish::Length,
            Some("content_filter") => Finish::ContentFilter,
            Some("error") => {
                out.push(Err(ProviderError::Server {
                    message: "The server broke off with an error.".to_owned(),
                }));
                return;
            }
            _ if !self.refusal.is_empty() && self.calls.is_empty() => {
                Finish::Refusal(Some(std::mem::take(&mut self.refusal)))
            }
            _ => Finish::Stop,
        };
        let cut = matches!(finish, Finish::Length | Finish::ContentFilter);
        self.calls.finish(cut, out);
        if !matches!(out.last(), Some(Err(_))) {
            out.push(Ok(ModelEvent::Finish(finish)));
        }
    }
}

impl Mapper for StreamMapper {
    fn event(&mut self, value: Result<Value, &str>, out: &mut Out) {
        let value = match value {
            Ok(value) => value,
            Err(text) if text.trim() == "[DONE]" => return self.complete(out),
            Err(text) => return out.push(Err(malformed(text))),
        };
        // vLLM writes the error itself, without an object around it.
        let bare = value.get("object").and_then(Value::as_str) == Some("error");
        if bare || value.get("error").is_some_and(|error| !error.is_null()) {
            out.push(Err(from_event(&value)));
            return;
        }
        self.chunk(&value, "delta", out);
    }

    fn whole(&mut self, value: Value, out: &mut Out) {
        if !value.get("choices").is_some_and(Value::is_array) {
            return out.push(Err(malformed(&value.to_string())));
        }
        self.chunk(&value, "message", out);
        self.complete(out);
    }

    fn end(&mut self, out: &mut Out) {
        if self.finish.is_some() {
            return self.complete(out);
        }
        self.flush_think(out);
        out.push(Err(ProviderError::CutOff));
    }
}

fn details_text(details: Option<&Value>) -> Option<String> {
    let words: String = details?
        .as_array()?
        .iter()
        .filter_map(|detail| text(detail, "text").or_else(|| text(detail, "summary")))
        .collect();
    (!words.is_empty()).then_some(words)
}

fn thinking_text(thinking: Option<&Value>) -> Option<String> {
    match thinking? {
        Value::String(words) => Some(words.clone()),
        Value::Array(parts) => Some(parts.iter().filter_map(|part| text(part, "text")).collect()),
        _ => None,
    }
    .filter(|words: &String| !words.is_empty())
}

#[cfg(test)]
mod tests;
