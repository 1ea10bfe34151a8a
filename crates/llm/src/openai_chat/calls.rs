//! Fragments of calls, as servers really send them, put together.

use serde_json::{Value, json};

use crate::answer::{Out, malformed};
use crate::{Call, ModelEvent, ProviderError, Raw};

/// Calls of one answer. They are given out one after the other, the first one
/// while it still comes.
#[derive(Debug)]
pub(crate) struct Calls {
    family: String,
    calls: Vec<OpenCall>,
    /// Calls before this one are over.
    first: usize,
}

#[derive(Debug, Default)]
struct OpenCall {
    id: Option<String>,
    /// What it is called outside, where the server gave no id.
    shown: String,
    index: Option<u64>,
    name: String,
    arguments: String,
    /// Bytes of `arguments` that were given out.
    given: usize,
    started: bool,
    extra: Option<Value>,
}

impl OpenCall {
    fn is_whole(&self) -> bool {
        !self.arguments.is_empty() && crate::json::arguments(&self.arguments).is_some()
    }
}

impl Calls {
    pub(crate) fn new(family: String) -> Self {
        Self {
            family,
            calls: Vec::new(),
            first: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Takes in one fragment and gives out what may already be shown.
    pub(crate) fn push(&mut self, fragment: &Value, out: &mut Out) {
        let function = fragment.get("function").unwrap_or(fragment);
        let name = crate::json::text(function, "name").unwrap_or_default();
        let arguments = function.get("arguments").unwrap_or(&Value::Null);
        let at = self.find(fragment, name, arguments);
        let call = &mut self.calls[at];
        if call.name.is_empty() {
            name.clone_into(&mut call.name);
        }
        match arguments {
            Value::String(text) => call.arguments.push_str(text),
            Value::Null => {}
            // Wrongly whole: it is all there is.
            other => call.arguments = other.to_string(),
        }
        if let Some(extra) = fragment
            .get("extra_content")
            .filter(|extra| !extra.is_null())
        {
            call.extra = Some(extra.clone());
        }
        self.show(out);
    }

    fn find(&mut self, fragment: &Value, name: &str, arguments: &Value) -> usize {
        let id = crate::json::text(fragment, "id").filter(|id| *id != "null");
        let index = fragment.get("index").and_then(crate::json::number);
        if let Some(id) = id {
            let known = self
                .calls
                .iter()
                .position(|call| call.id.as_deref() == Some(id));
            return known.unwrap_or_else(|| self.open(Some(id), index));
        }
        let same = match index {
            Some(_) => self.calls.iter().rposition(|call| call.index == index),
            None => self.calls.len().checked_sub(1),
        };
        let brings = match arguments {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        };
        match same {
            Some(at) => {
                let call = &self.calls[at];
                let another = !name.is_empty() && call.is_whole() && (name != call.name || brings);
                if another { self.open(None, index) } else { at }
            }
            None if name.is_empty() && !self.calls.is_empty() => self.calls.len() - 1,
            None => self.open(None, index),
        }
    }

    fn open(&mut self, id: Option<&str>, index: Option<u64>) -> usize {
        let shown = match id {
            Some(id) => id.to_owned(),
            None => format!("call_{}", &uuid::Uuid::new_v4().simple().to_string()[..24]),
        };
        self.calls.push(OpenCall {
            id: id.map(str::to_owned),
            shown,
            index,
            ..OpenCall::default()
        });
        self.calls.len() - 1
    }

    /// Gives out the first open call as far as it came, and the ones after it
    /// once it is whole.
    fn show(&mut self, out: &mut Out) {
        let count = self.calls.len();
        while let Some(call) = self.calls.get_mut(self.first) {
            if !call.name.is_empty() {
                start_and_delta(call, out);
            }
            let last = self.first + 1 == count;
            if last || call.name.is_empty() || !call.is_whole() {
                return;
            }
            if let Some(ended) = ended(call, &self.family) {
                out.push(Ok(ModelEvent::CallEnd(ended)));
            }
            self.first += 1;
        }
    }

    /// The answer is over. Calls that do not parse are left out where it was cut
    /// on purpose (`cut`), else they are an error.
    pub(crate) fn finish(&mut self, cut: bool, out: &mut Out) {
        let first = self.first;
        for call in self.calls.iter_mut().skip(first) {
            if call.name.is_empty() {
                if !cut {
                    out.push(Err(malformed("a call without a name")));
                    return;
                }
                continue;
            }
            start_and_delta(call, out);
            match ended(call, &self.family) {
                Some(call) => out.push(Ok(ModelEvent::CallEnd(call))),
                None if cut => {}
                None => {
                    out.push(Err(ProviderError::Malformed {
                        message: format!(
                            "The model called {} with arguments that are not JSON.",
                            call.name
                        ),
                    }));
                    return;
                }
            }
        }
        self.first = self.calls.len();
    }
}

fn start_and_delta(call: &mut OpenCall, out: &mut Out) {
    if !std::mem::replace(&mut call.started, true) {
        out.push(Ok(ModelEvent::CallStart {
            id: call.shown.clone(),
            name: call.name.clone(),
        }));
    }
    if let Some(more) = call
        .arguments
        .get(call.given..)
        .filter(|more| !more.is_empty())
    {
        out.push(Ok(ModelEvent::CallDelta(more.to_owned())));
        call.given = call.arguments.len();
    }
}

fn ended(call: &OpenCall, family: &str) -> Option<Call> {
    let raw = call.extra.as_ref().map(|extra| Raw {
        name: family.to_owned(),
        raw: json!({ "extra_content": extra }),
    });
    let (name, arguments) = match crate::json::arguments(&call.arguments) {
        Some(arguments) => (call.name.clone(), arguments),
        // Models that were trained with other tools name the language and send bare code.
        None if matches!(call.name.as_str(), "python" | "functions") => (
            "execute".to_owned(),
            json!({ "language": "python", "code": call.arguments }),
        ),
        None => return None,
    };
    Some(Call {
        id: call.shown.clone(),
        name,
        arguments,
        raw,
    })
}
