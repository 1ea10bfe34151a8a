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
        for choice in value.get("choices").and_then(Value::as_array).into_iter().flatten() {
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
        let fragments = delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
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
            a.get("index").is_some() && a.get("index") == b.get("index") && a.get("type") == b.get("type")
        };
        let (Some(last), Some(more)) = (
            self.details.last_mut().filter(|last| same(last, detail)).and_then(Value::as_object_mut),
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
        let raw = raw.map(|raw| Raw { name: self.family.clone(), raw });
        out.push(Ok(ModelEvent::ReasoningEnd { raw }));
    }

    fn usage(&mut self, value: Option<&Value>, out: &mut Out) {
        let Some(value) = value.filter(|value| value.is_object()) else { return };
        let at = |path: &str| value.pointer(path).and_then(number).unwrap_or(0);
        let reasoning_tokens = at("/completion_tokens_details/reasoning_tokens");
        let beside = if self.quirks.reasoning_beside_output { reasoning_tokens } else { 0 };
        let usage = Usage {
            input_tokens: at("/prompt_tokens"),
            output_tokens: at("/completion_tokens") + beside,
            cached_tokens: at("/prompt_tokens_details/cached_tokens").max(at("/prompt_cache_hit_tokens")),
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
        out.push(Ok(ModelEvent::Finish(finish)));
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
mod tests {
    use super::*;
    use crate::Call;

    fn run_with(quirks: Quirks, events: &[Value]) -> Out {
        let mut mapper = StreamMapper::new("f".to_owned(), quirks);
        let mut out = Out::new();
        for event in events {
            mapper.event(Ok(event.clone()), &mut out);
        }
        mapper.event(Err("[DONE]"), &mut out);
        out
    }

    fn delta(delta: Value) -> Value {
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
    }

    fn calls(fragments: &[Value]) -> Vec<(String, Value)> {
        let events: Vec<Value> = fragments.iter().map(|f| delta(json!({"tool_calls": [f]}))).collect();
        let mut found: Vec<Call> = Vec::new();
        for item in run_with(Quirks::default(), &events) {
            if let Ok(ModelEvent::CallEnd(call)) = item {
                found.push(call);
            }
        }
        found.into_iter().map(|call| (call.name, call.arguments)).collect()
    }

    #[test]
    fn fragments_of_calls_are_put_together_whatever_is_missing() {
        let check = |fragments: &[Value], expected: &[(&str, Value)]| {
            let expected: Vec<(String, Value)> =
                expected.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            assert_eq!(calls(fragments), expected, "{fragments:?}");
        };
        // Interleaved by index.
        check(
            &[
                json!({"index":0,"id":"a","function":{"name":"x","arguments":"{\"a\""}}),
                json!({"index":1,"id":"b","function":{"name":"y","arguments":"{\"b\""}}),
                json!({"index":0,"function":{"arguments":":1}"}}),
                json!({"index":1,"function":{"arguments":":2}"}}),
            ],
            &[("x", json!({"a":1})), ("y", json!({"b":2}))],
        );
        // Neither index nor id; the second begins where the first is whole.
        check(
            &[
                json!({"function":{"name":"x","arguments":"{\"a\":"}}),
                json!({"id":null,"function":{"arguments":"1}"}}),
                json!({"id":"null","function":{"name":"y","arguments":null}}),
                json!({"function":{"arguments":"{}"}}),
            ],
            &[("x", json!({"a":1})), ("y", json!({}))],
        );
        // The same name again with arguments is another call; without, it is an echo.
        check(
            &[
                json!({"index":0,"function":{"name":"x","arguments":"{}"}}),
                json!({"index":0,"function":{"name":"x","arguments":""}}),
                json!({"index":0,"function":{"name":"x","arguments":"{\"a\":1}"}}),
            ],
            &[("x", json!({})), ("x", json!({"a":1}))],
        );
        // An object replaces what came.
        check(
            &[json!({"index":0,"id":"a","function":{"name":"x","arguments":{"a":1}}})],
            &[("x", json!({"a":1}))],
        );
        // No arguments at all.
        check(&[json!({"index":0,"id":"a","function":{"name":"x"}})], &[("x", json!({}))]);
        // A language named as the tool.
        check(
            &[json!({"index":0,"id":"a","function":{"name":"python","arguments":"print(1)"}})],
            &[("execute", json!({"language":"python","code":"print(1)"}))],
        );
    }

    #[test]
    fn arguments_that_are_not_json_fail_the_answer() {
        let out = run_with(Quirks::default(), &[
            delta(json!({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{\"a\":"}}]})),
        ]);
        assert!(matches!(out.last(), Some(Err(ProviderError::Malformed { .. }))), "{out:?}");
    }

    #[test]
    fn reasoning_goes_back_as_the_server_wants_it() {
        let check = |key: &str, deltas: &[Value], expected: Option<Value>| {
            let quirks = Quirks { reasoning_back: (!key.is_empty()).then(|| key.to_owned()), ..Quirks::default() };
            let mut events: Vec<Value> = deltas.iter().cloned().map(delta).collect();
            events.push(delta(json!({"content": "ok"})));
            let raw = run_with(quirks, &events).into_iter().find_map(|item| match item {
                Ok(ModelEvent::ReasoningEnd { raw }) => Some(raw.map(|raw| raw.raw)),
                _ => None,
            });
            assert_eq!(raw, Some(expected));
        };
        let plain = [json!({"reasoning_content":"a"}), json!({"reasoning_content":"b"})];
        check("", &plain, None);
        check("reasoning_content", &plain, Some(json!({"reasoning_content":"ab"})));
        let details = [
            json!({"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a"}]}),
            json!({"reasoning":"b","reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"s"}]}),
            json!({"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"x"}]}),
        ];
        check("reasoning_details", &details, Some(json!({"reasoning_details":[
            {"type":"reasoning.text","index":0,"text":"ab","signature":"s"},
            {"type":"reasoning.encrypted","index":1,"data":"x"}]})));
    }

    #[test]
    fn content_may_be_a_list_and_reasoning_part_of_it() {
        let out = run_with(Quirks::default(), &[
            delta(json!({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]})),
            delta(json!({"content":[{"type":"text","text":"yes"}]})),
        ]);
        assert_eq!(out, [
            Ok(ModelEvent::Reasoning("hm".to_owned())),
            Ok(ModelEvent::ReasoningEnd { raw: None }),
            Ok(ModelEvent::Text("yes".to_owned())),
            Ok(ModelEvent::Finish(Finish::Stop)),
        ]);
    }

    #[test]
    fn reasoning_beside_the_output_is_added_where_the_server_leaves_it_out() {
        let usage = json!({"choices":[],"usage":{"prompt_tokens":"140","completion_tokens":22.0,"completion_tokens_details":{"reasoning_tokens":240}}});
        let quirks = Quirks { reasoning_beside_output: true, ..Quirks::default() };
        let out = run_with(quirks, &[delta(json!({"content":"a"})), usage]);
        let expected = Usage { input_tokens: 140, output_tokens: 262, reasoning_tokens: 240, ..Usage::default() };
        assert!(out.contains(&Ok(ModelEvent::Usage(expected))), "{out:?}");
    }

    #[test]
    fn a_hundred_thousand_deltas_are_no_trouble() {
        let mut mapper = StreamMapper::new("f".to_owned(), Quirks::default());
        let mut out = Out::new();
        for _ in 0..100_000 {
            mapper.event(Ok(delta(json!({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":" "}}]}))), &mut out);
            out.clear();
        }
        mapper.event(Err("[DONE]"), &mut out);
        assert_eq!(out.last(), Some(&Ok(ModelEvent::Finish(Finish::Stop))));
    }
}
