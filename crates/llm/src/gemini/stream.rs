//! Streamed answers of Gemini. There is no end mark: an answer is whole when some
//! part of it named its finish and the input is over.

use interpreter_protocol::Usage;
use serde_json::{Value, json};

use crate::actions::is_gemini_action;
use crate::answer::{Mapper, Out, malformed};
use crate::batch;
use crate::failure::from_event;
use crate::json::{number, text};
use crate::{ComputerTool, Finish, ModelEvent, ProviderError, Raw};

/// The state of one answer.
pub(crate) struct StreamMapper {
    family: String,
    computer: ComputerTool,
    finish: Option<(String, Option<String>)>,
    thinking: bool,
    blocked: bool,
    usage: Option<Usage>,
}

impl StreamMapper {
    pub(crate) fn new(family: String, computer: ComputerTool) -> Self {
        Self {
            family,
            computer,
            finish: None,
            thinking: false,
            blocked: false,
            usage: None,
        }
    }

    fn chunk(&mut self, value: &Value, out: &mut Out) {
        let candidate = value.pointer("/candidates/0");
        let parts = candidate.and_then(|candidate| candidate.pointer("/content/parts"));
        for part in parts.and_then(Value::as_array).into_iter().flatten() {
            self.part(part, out);
        }
        if let Some(candidate) = candidate
            && let Some(reason) = text(candidate, "finishReason")
        {
            let message = text(candidate, "finishMessage").map(str::to_owned);
            self.finish = Some((reason.to_owned(), message));
        }
        self.usage(value.get("usageMetadata"), out);
        if let Some(reason) = value
            .pointer("/promptFeedback/blockReason")
            .and_then(Value::as_str)
        {
            self.blocked = true;
            out.push(Err(ProviderError::Safety {
                message: format!("Gemini refused what it was sent ({reason})."),
            }));
        }
    }

    fn part(&mut self, part: &Value, out: &mut Out) {
        let signature = text(part, "thoughtSignature");
        if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
            self.end_thinking(out);
            return self.call(part, call, out);
        }
        let thought = part.get("thought").and_then(Value::as_bool) == Some(true);
        match text(part, "text") {
            Some(words) if thought => {
                self.thinking = true;
                out.push(Ok(ModelEvent::Reasoning(words.to_owned())));
            }
            Some(words) => {
                self.end_thinking(out);
                out.push(Ok(ModelEvent::Text(words.to_owned())));
            }
            // A signature of its own goes back in its own part.
            None if signature.is_some() => {
                let raw = Raw {
                    name: self.family.clone(),
                    raw: json!({"text": "", "thoughtSignature": signature}),
                };
                self.thinking = false;
                out.push(Ok(ModelEvent::ReasoningEnd { raw: Some(raw) }));
            }
            None => {}
        }
    }

    fn call(&mut self, part: &Value, call: &Value, out: &mut Out) {
        let name = text(call, "name").unwrap_or_default();
        let id = text(call, "id").map_or_else(batch::made_up_id, str::to_owned);
        let arguments = match call.get("args") {
            Some(args @ Value::Object(_)) => args.clone(),
            _ => json!({}),
        };
        let native = matches!(
            self.computer,
            ComputerTool::Gemini | ComputerTool::GeminiBrowser
        );
        if native && is_gemini_action(name) {
            let asked = self.computer.read(name, &arguments);
            return batch::give(&id, part.clone(), asked, &self.family, out);
        }
        let raw = Raw {
            name: self.family.clone(),
            raw: json!({ "item": part }),
        };
        batch::whole(id, name, arguments, Some(raw), out);
    }

    fn end_thinking(&mut self, out: &mut Out) {
        if std::mem::take(&mut self.thinking) {
            // Summaries are not wanted back.
            out.push(Ok(ModelEvent::ReasoningEnd { raw: None }));
        }
    }

    fn usage(&mut self, value: Option<&Value>, out: &mut Out) {
        let Some(value) = value.filter(|value| value.is_object()) else {
            return;
        };
        let at = |key: &str| value.get(key).and_then(number).unwrap_or(0);
        let images = value.get("promptTokensDetails").and_then(Value::as_array);
        let images = images
            .into_iter()
            .flatten()
            .filter(|detail| text(detail, "modality").is_some_and(|modality| modality == "IMAGE"));
        let usage = Usage {
            input_tokens: at("promptTokenCount"),
            output_tokens: at("candidatesTokenCount") + at("thoughtsTokenCount"),
            cached_tokens: at("cachedContentTokenCount"),
            cache_write_tokens: 0,
            reasoning_tokens: at("thoughtsTokenCount"),
            image_tokens: images
                .filter_map(|detail| detail.get("tokenCount").and_then(number))
                .sum(),
            cost_usd: None,
        };
        if self.usage != Some(usage) {
            self.usage = Some(usage);
            out.push(Ok(ModelEvent::Usage(usage)));
        }
    }

    fn complete(&mut self, out: &mut Out) {
        self.end_thinking(out);
        let Some((reason, message)) = self.finish.take() else {
            return out.push(Err(ProviderError::CutOff));
        };
        out.push(match reason.as_str() {
            "MAX_TOKENS" => Ok(ModelEvent::Finish(Finish::Length)),
            "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
            | "MODEL_ARMOR" => Ok(ModelEvent::Finish(Finish::ContentFilter)),
            image if image.starts_with("IMAGE_") || image == "NO_IMAGE" => {
                Ok(ModelEvent::Finish(Finish::ContentFilter))
            }
            broken
                if broken.starts_with("MALFORMED")
                    || broken.ends_with("_TOOL_CALL")
                    || broken.ends_with("_TOOL_CALLS")
                    || broken == "MISSING_THOUGHT_SIGNATURE" =>
            {
                let message = message.unwrap_or_else(|| {
                    format!("The model made a call that cannot be read ({broken}).")
                });
                Err(ProviderError::Malformed { message })
            }
            _ => Ok(ModelEvent::Finish(Finish::Stop)),
        });
    }
}

impl Mapper for StreamMapper {
    fn event(&mut self, value: Result<Value, &str>, out: &mut Out) {
        match value {
            Ok(value) if value.get("error").is_some_and(|error| !error.is_null()) => {
                out.push(Err(from_event(&value)));
            }
            Ok(value) => self.chunk(&value, out),
            // Not of this protocol, and harmless.
            Err(text) if text.trim() == "[DONE]" => {}
            Err(text) => out.push(Err(malformed(text))),
        }
    }

    fn whole(&mut self, value: Value, out: &mut Out) {
        // Without `alt=sse` the pieces come in one list.
        let pieces = match &value {
            Value::Array(pieces) => pieces.as_slice(),
            one => std::slice::from_ref(one),
        };
        if !pieces.iter().any(|piece| piece.is_object()) {
            return out.push(Err(malformed(&value.to_string())));
        }
        for piece in pieces {
            self.chunk(piece, out);
            if self.blocked {
                return;
            }
        }
        self.complete(out);
    }

    fn end(&mut self, out: &mut Out) {
        self.complete(out);
    }
}
