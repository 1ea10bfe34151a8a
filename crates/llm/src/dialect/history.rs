//! What was said and done, as such a model is told of it.

use std::fmt::Write as _;

use crate::{Call, Message, ModelInfo, Part, Speaker};

/// As a dialogue: its answers as it wrote them, then what came of them.
pub(super) fn dialogue(messages: &[Message], info: &ModelInfo) -> Vec<Message> {
    let turns = messages.iter().map(|message| {
        let parts = match message.speaker {
            Speaker::Assistant => {
                let said = said(message, info);
                (!said.trim().is_empty()).then_some(Part::Text(said))
            }
            .into_iter()
            .collect(),
            Speaker::User => heard(message),
        };
        Message {
            speaker: message.speaker,
            parts,
        }
    });
    turns.filter(|message| !message.parts.is_empty()).collect()
}

/// As one message: the task, the steps so far, what it wanted to remember, and
/// the screen as it is now.
pub(super) fn one_message(messages: &[Message], info: &ModelInfo) -> Vec<Message> {
    let mut task = String::new();
    let mut steps = String::new();
    let mut memory = String::from("[]");
    let mut picture = None;
    let mut number = 0;
    for message in messages {
        match message.speaker {
            Speaker::Assistant => {
                let said = said(message, info);
                let (words, kept) = match said.rsplit_once("Memory:") {
                    Some((words, kept)) => (words, Some(kept.trim())),
                    None => (said.as_str(), None),
                };
                if let Some(kept) = kept.filter(|kept| !kept.is_empty()) {
                    kept.clone_into(&mut memory);
                }
                number += 1;
                let _ = writeln!(steps, "step {number}: {}", words.trim());
            }
            Speaker::User => {
                let mut answered = false;
                for part in &message.parts {
                    match part {
                        Part::Result(result) => {
                            answered = true;
                            for part in &result.parts {
                                match part {
                                    Part::Text(text) if text != "Done." => {
                                        let _ = writeln!(steps, "result: {text}");
                                    }
                                    Part::Image(image) => picture = Some(image.clone()),
                                    _ => {}
                                }
                            }
                        }
                        Part::Text(text) if number > 0 && answered => {
                            let _ = writeln!(steps, "result: {text}");
                        }
                        Part::Text(text) => {
                            let _ = writeln!(task, "{text}");
                        }
                        Part::Image(image) => picture = Some(image.clone()),
                        _ => {}
                    }
                }
            }
        }
    }
    let steps = match steps.is_empty() {
        true => "none\n".to_owned(),
        false => steps,
    };
    let text =
        format!("Task:\n{task}\nSteps so far:\n{steps}\nMemory:\n{memory}\n\nThe screen now:");
    let parts = [Part::Text(text)].into_iter();
    vec![Message {
        speaker: Speaker::User,
        parts: parts.chain(picture.map(Part::Image)).collect(),
    }]
}

/// An answer as the model wrote it; another's in this one's words.
fn said(message: &Message, info: &ModelInfo) -> String {
    let mut text = String::new();
    for part in &message.parts {
        match part {
            Part::Text(words) => join(&mut text, words),
            Part::Reasoning { raw: Some(raw), .. } if raw.name == info.family => {
                let own = raw.raw.get("said").and_then(|said| said.as_str());
                join(&mut text, own.unwrap_or_default());
            }
            Part::Call(call) => join(&mut text, &call_text(call, info)),
            _ => {}
        }
    }
    text
}

fn call_text(call: &Call, info: &ModelInfo) -> String {
    let own = call.raw.as_ref().filter(|raw| raw.name == info.family);
    if let Some(said) = own.and_then(|raw| raw.raw.get("said")?.as_str()) {
        return said.to_owned();
    }
    let known = (call.name == "computer")
        .then(|| info.computer.write_text(&call.arguments))
        .flatten();
    known.unwrap_or_else(|| format!("({}: {})", call.name, call.arguments))
}

/// What came: texts, and of several pictures only the last, which shows how it is now.
fn heard(message: &Message) -> Vec<Part> {
    let mut texts = Vec::new();
    let mut pictures = Vec::new();
    let mut results = None;
    for part in &message.parts {
        match part {
            Part::Result(result) => {
                for part in &result.parts {
                    match part {
                        // Done is what it takes for granted.
                        Part::Text(text) if text == "Done." => {}
                        Part::Image(image) => results = Some(Part::Image(image.clone())),
                        other => texts.push(other.clone()),
                    }
                }
            }
            Part::Image(_) => pictures.push(part.clone()),
            other => texts.push(other.clone()),
        }
    }
    texts.extend(pictures);
    texts.extend(results);
    texts
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !text.ends_with('\n') && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}
