//! Models without tools: what they can do is told in the system text, what they
//! want is read from Markdown fences (and from calls written as text), and what
//! came of it goes back as the person's words. Outside, it looks like any
//! model that calls tools.

mod shapes;
mod split;

use std::sync::Arc;

use futures::stream::{self, StreamExt as _};
use serde_json::Value;

use crate::{
    Call, Coordinates, Finish, Message, ModelEvent, ModelRequest, ModelStream, NativeTool, Part,
    Provider, Speaker, ToolSpec,
};
use split::Split;

/// Gives a model without tools the looks of one that has them.
pub struct Fences {
    inner: Arc<dyn Provider>,
    coordinates: Coordinates,
}

impl Fences {
    /// Wraps a model that only writes text.
    pub fn new(inner: Arc<dyn Provider>) -> Self {
        Self {
            inner,
            coordinates: Coordinates::Pixels,
        }
    }

    /// What the model's coordinates count, where they are not pixels.
    #[must_use]
    pub fn coordinates(mut self, coordinates: Coordinates) -> Self {
        self.coordinates = coordinates;
        self
    }
}

impl Provider for Fences {
    fn stream(&self, mut request: ModelRequest) -> ModelStream {
        let tools = std::mem::take(&mut request.tools);
        if tools.is_empty() {
            return self.inner.stream(request);
        }
        if !request.system.is_empty() {
            request.system.push_str("\n\n");
        }
        request
            .system
            .push_str(&instructions(&tools, self.coordinates));
        request.messages = request.messages.iter().map(as_text).collect();
        let mut split = Split::new(&tools);
        let inner = self.inner.stream(request);
        inner
            .flat_map(move |item| {
                let mut out = Vec::new();
                match item {
                    Ok(ModelEvent::Text(text)) => split.push(&text, &mut out),
                    Ok(ModelEvent::Finish(finish)) => {
                        split.finish(finish == Finish::Stop, &mut out);
                        out.push(ModelEvent::Finish(finish));
                    }
                    Ok(other) => {
                        out.push(other);
                    }
                    Err(error) => {
                        split.finish(false, &mut out);
                        let events: Vec<_> = out.into_iter().map(Ok).chain([Err(error)]).collect();
                        return stream::iter(events);
                    }
                }
                stream::iter(out.into_iter().map(Ok).collect::<Vec<_>>())
            })
            .boxed()
    }
}

/// What the model is told instead of a list of tools. The same for the same
/// tools, so that caches hold.
fn instructions(tools: &[ToolSpec], coordinates: Coordinates) -> String {
    let mut text = String::new();
    if tools.iter().any(|tool| tool.name == "execute") {
        text.push_str(
            "To run code on this computer, write it in a Markdown code block that names its language, like this:\n\n```python\nprint(1 + 1)\n```\n\nThe block is run, and its output comes in the next message. Write one block, wait for its output, then go on. Do not write outputs yourself.",
        );
        let languages = shapes::languages(tools);
        if !languages.is_empty() {
            text.push_str(" Languages: ");
            text.push_str(&languages.join(", "));
            text.push('.');
        }
    }
    let others: Vec<&ToolSpec> = tools.iter().filter(|tool| tool.name != "execute").collect();
    if !others.is_empty() {
        text.push_str("\n\nThere are further tools. To use one, write a block named `tool` that holds one JSON object:\n\n```tool\n{\"name\": \"NAME\", \"arguments\": {}}\n```\n");
        for tool in others {
            let (description, schema) = match tool.native {
                Some(NativeTool::Computer { width, height }) => (
                    crate::computer::description(width, height, coordinates),
                    crate::computer::schema(),
                ),
                None => (tool.description.clone(), tool.schema.clone()),
            };
            text.push_str(&format!(
                "\n- {}: {description} Arguments: {schema}",
                tool.name
            ));
        }
    }
    text
}

/// Calls and results as text; everything else stays.
fn as_text(message: &Message) -> Message {
    let parts = message.parts.iter().flat_map(|part| match part {
        Part::Call(call) => vec![Part::Text(call_text(call))],
        Part::Result(result) => {
            let mut text = String::new();
            let mut pictures = Vec::new();
            for part in &result.parts {
                match part {
                    Part::Text(more) => {
                        text.push_str(more);
                        text.push('\n');
                    }
                    picture => pictures.push(picture.clone()),
                }
            }
            let text = text.trim_end();
            let lead = if result.is_error {
                "It failed"
            } else {
                "The output"
            };
            let text = match text.is_empty() {
                true => "It was run and printed nothing.".to_owned(),
                false => format!("{lead}:\n\n{0}output\n{text}\n{0}", shapes::fence_for(text)),
            };
            let mut parts = vec![Part::Text(text)];
            parts.append(&mut pictures);
            parts
        }
        other => vec![other.clone()],
    });
    let mut merged: Vec<Part> = Vec::new();
    for part in parts {
        // "Sure." and its block were one text, and are one again.
        match (merged.last_mut(), part) {
            (Some(Part::Text(held)), Part::Text(more)) if message.speaker == Speaker::Assistant => {
                held.push('\n');
                held.push_str(&more);
            }
            (_, part) => merged.push(part),
        }
    }
    Message {
        speaker: message.speaker,
        parts: merged,
    }
}

fn call_text(call: &Call) -> String {
    let at = |key: &str| call.arguments.get(key).and_then(Value::as_str);
    match (call.name.as_str(), at("language"), at("code")) {
        ("execute", Some(language), Some(code)) => {
            let fence = shapes::fence_for(code);
            format!("{fence}{language}\n{code}\n{fence}")
        }
        _ => format!(
            "```tool\n{}\n```",
            serde_json::json!({"name": call.name, "arguments": call.arguments})
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::CallResult;

    #[test]
    fn calls_and_results_go_back_as_text() {
        let call = Part::Call(Call {
            id: "1".to_owned(),
            name: "execute".to_owned(),
            arguments: json!({"language": "python", "code": "print(1)"}),
            raw: None,
        });
        let said = Message {
            speaker: Speaker::Assistant,
            parts: vec![Part::Text("Sure.".to_owned()), call],
        };
        assert_eq!(
            as_text(&said).parts,
            [Part::Text("Sure.\n```python\nprint(1)\n```".to_owned())]
        );
        let result = |text: &str| Message {
            speaker: Speaker::User,
            parts: vec![Part::Result(CallResult {
                call: "1".to_owned(),
                parts: vec![Part::Text(text.to_owned())],
                is_error: false,
            })],
        };
        assert_eq!(
            as_text(&result("1")).parts,
            [Part::Text("The output:\n\n```output\n1\n```".to_owned())]
        );
        assert_eq!(
            as_text(&result("```")).parts,
            [Part::Text(
                "The output:\n\n````output\n```\n````".to_owned()
            )]
        );
    }
}
