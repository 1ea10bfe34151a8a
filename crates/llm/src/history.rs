//! A history made fit for every vendor: each call has exactly one result, right
//! after it; nothing is empty; a reply is one message.

use std::collections::HashSet;

use crate::{CallResult, Message, Part, Speaker};

/// What stands where an old screenshot was.
pub const OMITTED_IMAGE: &str = "[Image omitted]";

/// What stands for a result that was never written.
const INTERRUPTED: &str = "Interrupted by the user.";

/// Brings a history into the form both mappers build on. What was said before
/// comes out as before, so that caches hold.
pub(crate) fn tidy(messages: &[Message]) -> Vec<Message> {
    let mut out: Vec<Message> = Vec::with_capacity(messages.len());
    let mut open: Vec<String> = Vec::new();
    let mut rest = messages.iter().peekable();
    while let Some(message) = rest.next() {
        let mut parts: Vec<Part> = message
            .parts
            .iter()
            .filter(|part| !is_empty(part))
            .cloned()
            .collect();
        if message.speaker == Speaker::Assistant {
            // The items of one reply may come as several messages.
            while let Some(next) = rest.next_if(|next| next.speaker == Speaker::Assistant) {
                parts.extend(next.parts.iter().filter(|part| !is_empty(part)).cloned());
            }
            open = parts
                .iter()
                .filter_map(|part| match part {
                    Part::Call(call) => Some(call.id.clone()),
                    _ => None,
                })
                .collect();
        } else {
            // Results of one reply may come as several messages, too.
            while holds_result(&parts) && !answers_all(&parts, &open) {
                let Some(next) =
                    rest.next_if(|next| next.speaker == Speaker::User && holds_result(&next.parts))
                else {
                    break;
                };
                parts.extend(next.parts.iter().filter(|part| !is_empty(part)).cloned());
            }
            parts = with_results(parts, &std::mem::take(&mut open));
        }
        if !parts.is_empty() {
            out.push(Message {
                speaker: message.speaker,
                parts,
            });
        }
        let answered = rest
            .peek()
            .is_some_and(|next| next.speaker == Speaker::User);
        if !open.is_empty() && !answered && message.speaker == Speaker::Assistant {
            let parts = with_results(Vec::new(), &std::mem::take(&mut open));
            out.push(Message {
                speaker: Speaker::User,
                parts,
            });
        }
    }
    out
}

fn is_empty(part: &Part) -> bool {
    match part {
        Part::Text(text) => text.trim().is_empty(),
        Part::Reasoning { raw, .. } => raw.is_none(),
        _ => false,
    }
}

fn holds_result(parts: &[Part]) -> bool {
    parts.iter().any(|part| matches!(part, Part::Result(_)))
}

fn answers_all(parts: &[Part], open: &[String]) -> bool {
    let answered: HashSet<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Result(result) => Some(result.call.as_str()),
            _ => None,
        })
        .collect();
    open.iter().all(|id| answered.contains(id.as_str()))
}

/// Results first, in the order of the calls, one for each; then the rest.
fn with_results(parts: Vec<Part>, open: &[String]) -> Vec<Part> {
    let mut results: Vec<CallResult> = Vec::new();
    let mut others = Vec::new();
    for part in parts {
        match part {
            Part::Result(result) if open.contains(&result.call) => {
                if results.iter().all(|known| known.call != result.call) {
                    results.push(result);
                }
            }
            // A result without its call would be refused; what it says is kept.
            Part::Result(result) => {
                others.extend(result.parts.into_iter().filter(|part| !is_empty(part)));
            }
            other => others.push(other),
        }
    }
    let mut out: Vec<Part> = open
        .iter()
        .map(|id| {
            let known = results.iter().find(|result| result.call == *id).cloned();
            Part::Result(known.unwrap_or_else(|| CallResult {
                call: id.clone(),
                parts: vec![Part::Text(INTERRUPTED.to_owned())],
                is_error: true,
            }))
        })
        .collect();
    out.append(&mut others);
    out
}

/// An id of letters, digits, `_` and `-`, as all vendors take it.
pub(crate) fn plain_id(id: &str) -> String {
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(is_plain) {
        return id.to_owned();
    }
    format!("call_{}", short_id(id))
}

/// Nine letters or digits, always the same for the same id.
pub(crate) fn short_id(id: &str) -> String {
    if id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return id.to_owned();
    }
    // FNV-1a: the same in every version, unlike the standard library's hash.
    let mut hash = id.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (0..9)
        .map(|_| {
            let digit = (hash % 36) as u32;
            hash /= 36;
            char::from_digit(digit, 36).unwrap_or('0')
        })
        .collect()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Call;

    fn call(id: &str) -> Part {
        Part::Call(Call {
            id: id.to_owned(),
            name: "x".to_owned(),
            arguments: json!({}),
            raw: None,
        })
    }

    fn result(id: &str, text: &str) -> Part {
        let is_error = text == INTERRUPTED;
        Part::Result(CallResult {
            call: id.to_owned(),
            parts: vec![Part::Text(text.to_owned())],
            is_error,
        })
    }

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn user(parts: Vec<Part>) -> Message {
        Message {
            speaker: Speaker::User,
            parts,
        }
    }

    fn assistant(parts: Vec<Part>) -> Message {
        Message {
            speaker: Speaker::Assistant,
            parts,
        }
    }

    #[test]
    fn every_call_gets_one_result_in_order() {
        let check = |input: &[Message], expected: &[Message]| assert_eq!(tidy(input), expected);
        check(
            &[
                assistant(vec![text("a"), call("1")]),
                assistant(vec![call("2")]),
                user(vec![result("2", "b")]),
                user(vec![result("1", "a")]),
            ],
            &[
                assistant(vec![text("a"), call("1"), call("2")]),
                user(vec![result("1", "a"), result("2", "b")]),
            ],
        );
        check(
            &[assistant(vec![call("1")]), user(vec![text("stop")])],
            &[
                assistant(vec![call("1")]),
                user(vec![result("1", INTERRUPTED), text("stop")]),
            ],
        );
        check(
            &[assistant(vec![call("1")])],
            &[
                assistant(vec![call("1")]),
                user(vec![result("1", INTERRUPTED)]),
            ],
        );
        check(
            &[user(vec![text(" "), result("9", "lost")]), user(vec![])],
            &[user(vec![text("lost")])],
        );
    }

    #[test]
    fn ids_fit_every_vendor() {
        assert_eq!(plain_id("toolu_01A"), "toolu_01A");
        assert_eq!(plain_id("a b"), plain_id("a b"));
        assert!(plain_id("a b").bytes().all(is_plain));
        assert_eq!(short_id("abcdef123"), "abcdef123");
        assert_eq!(short_id("call_1").len(), 9);
        assert_ne!(short_id("call_1"), short_id("call_2"));
    }
}
