//! From an answer's bytes to events, whatever shape the answer has: a stream, one JSON
//! object although a stream was asked for, or a proxy's page.

use serde_json::Value;

use crate::endpoint::Format;
use crate::failure::from_event;
use crate::sse::{SseEvent, SseReader};
use crate::{Model, ModelEvent, ProviderError};

/// What a mapper gives out.
pub(crate) type Out = Vec<Result<ModelEvent, ProviderError>>;

/// A wire format's stream, as a pure machine. After an error or a finish it is
/// done, and gives out nothing more.
pub(crate) trait Mapper: Send {
    /// The JSON of one event, or its text where it is not JSON.
    fn event(&mut self, value: Result<Value, &str>, out: &mut Out);
    /// One answer that was not streamed.
    fn whole(&mut self, value: Value, out: &mut Out);
    /// The input is over.
    fn end(&mut self, out: &mut Out);
}

/// Largest answer that is not streamed, in bytes.
const LIMIT: usize = 64 * 1024 * 1024;

enum Shape {
    /// Nothing but blanks came.
    Unknown(Vec<u8>),
    Events(SseReader),
    /// Not events: JSON or something else, decided at the end.
    Whole(Vec<u8>),
}

/// Reads one answer. Bytes may come in any pieces.
pub struct AnswerReader {
    shape: Shape,
    mapper: Box<dyn Mapper>,
    done: bool,
}

impl AnswerReader {
    /// A reader for answers of this model.
    pub fn new(model: &Model) -> Self {
        let family = model.info.family.clone();
        let mapper: Box<dyn Mapper> = match model.endpoint.format {
            Format::Anthropic => Box::new(crate::anthropic::StreamMapper::new(family)),
            Format::OpenaiResponses => Box::new(crate::openai_responses::StreamMapper::new(
                family,
                model.info.computer,
            )),
            Format::Gemini => Box::new(crate::gemini::StreamMapper::new(
                family,
                model.info.computer,
            )),
            _ => Box::new(crate::openai_chat::StreamMapper::new(
                family,
                model.endpoint.quirks.clone(),
            )),
        };
        Self {
            shape: Shape::Unknown(Vec::new()),
            mapper,
            done: false,
        }
    }

    /// Everything was said: what still comes does not matter.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Takes in bytes, gives out the events they complete. An error is the last item.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Result<ModelEvent, ProviderError>> {
        let mut out = Out::new();
        if self.done {
            return out;
        }
        if let Shape::Unknown(held) = &mut self.shape {
            held.extend_from_slice(bytes);
            let start = held.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(held);
            // A field name never begins so, JSON and pages always do.
            let shape = match start.trim_ascii_start().first() {
                None => return out,
                Some(b'\xEF') if start.len() < 3 => return out,
                Some(b'{' | b'[' | b'<') => Shape::Whole(Vec::new()),
                Some(_) => Shape::Events(SseReader::default()),
            };
            let held = std::mem::take(held);
            self.shape = shape;
            self.feed(&held, &mut out);
        } else {
            self.feed(bytes, &mut out);
        }
        self.close(out)
    }

    /// The input is over.
    pub fn finish(&mut self) -> Vec<Result<ModelEvent, ProviderError>> {
        let mut out = Out::new();
        if self.done {
            return out;
        }
        match std::mem::replace(&mut self.shape, Shape::Unknown(Vec::new())) {
            Shape::Unknown(_) => self.mapper.end(&mut out),
            Shape::Events(reader) => {
                if let Some(event) = reader.finish() {
                    self.event(&event, &mut out);
                }
                if !is_over(&out) {
                    self.mapper.end(&mut out);
                }
            }
            Shape::Whole(bytes) => self.whole(&bytes, &mut out),
        }
        let out = self.close(out);
        self.done = true;
        out
    }

    fn feed(&mut self, bytes: &[u8], out: &mut Out) {
        match &mut self.shape {
            Shape::Unknown(_) => {}
            Shape::Whole(held) => {
                held.extend_from_slice(bytes);
                if held.len() > LIMIT {
                    out.push(Err(malformed("an answer without end")));
                }
            }
            Shape::Events(reader) => {
                let mut events = Vec::new();
                let result = reader.push(bytes, &mut events);
                for event in events {
                    self.event(&event, out);
                    if is_over(out) {
                        return;
                    }
                }
                if result.is_err() {
                    out.push(Err(malformed("an event without end")));
                }
            }
        }
    }

    fn event(&mut self, event: &SseEvent, out: &mut Out) {
        let value = crate::json::parse(&event.data);
        if event.is_error {
            let value = value.unwrap_or_else(|| Value::String(event.data.clone()));
            // The field holds the error itself, or an object around it.
            let value = match value.get("error") {
                Some(_) => value,
                None => serde_json::json!({ "error": value }),
            };
            out.push(Err(from_event(&value)));
            return;
        }
        self.mapper.event(value.ok_or(event.data.as_str()), out);
    }

    fn whole(&mut self, bytes: &[u8], out: &mut Out) {
        let text = String::from_utf8_lossy(bytes);
        match crate::json::parse(text.trim_start_matches('\u{feff}')) {
            Some(value) => {
                let first = value.get(0).unwrap_or(&value);
                if first.get("error").is_some_and(|error| !error.is_null()) {
                    out.push(Err(from_event(&value)));
                } else {
                    self.mapper.whole(value, out);
                }
            }
            None if text.trim_start().starts_with(['{', '[']) => {
                out.push(Err(ProviderError::CutOff))
            }
            None => out.push(Err(malformed(&text))),
        }
    }

    /// Nothing follows an error or a finish.
    fn close(&mut self, mut out: Out) -> Out {
        if let Some(last) = out.iter().position(is_last) {
            out.truncate(last + 1);
            self.done = true;
        }
        out
    }
}

fn is_last(item: &Result<ModelEvent, ProviderError>) -> bool {
    matches!(item, Err(_) | Ok(ModelEvent::Finish(_)))
}

fn is_over(out: &Out) -> bool {
    out.iter().any(is_last)
}

/// What came is not what the format says; with its beginning, to recognise it by.
pub(crate) fn malformed(text: &str) -> ProviderError {
    let start: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect();
    ProviderError::Malformed {
        message: start.trim().to_owned(),
    }
}
