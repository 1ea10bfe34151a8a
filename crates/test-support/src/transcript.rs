//! Short tables of what happened, to compare with a few lines in a test.

use interpreter_protocol::{Event, Item, Transcript};
use serde_json::Value;

/// Folds events into a transcript.
pub fn fold(events: &[Event]) -> Transcript {
    let mut transcript = Transcript::default();
    for event in events {
        transcript.apply(event);
    }
    transcript
}

/// One line for each item: `role/type format: content`, with `[state]` of a
/// code card, `=> outcome` of an action, and `…` where the item is incomplete.
/// Long contents and images are shortened; line ends are written `⏎`.
pub fn lines(transcript: &Transcript) -> Vec<String> {
    transcript.items.iter().map(line).collect()
}

fn line(item: &Item) -> String {
    let role = word(&item.role);
    let format = item
        .format
        .as_deref()
        .map(|format| format!(" {format}"))
        .unwrap_or_default();
    let mut line = format!("{role}/{}{format}: {}", item.kind, brief(item));
    if let Some(run) = &item.run {
        line.push_str(&format!(" [{}]", word(&run.state)));
    }
    if let Some(effect) = &item.effect {
        line.push_str(&format!(" => {}", word(&effect.outcome)));
    }
    if !item.complete {
        line.push('…');
    }
    line
}

fn brief(item: &Item) -> String {
    if item.kind == interpreter_protocol::kind::IMAGE {
        let side = |key: &str| item.extra.get(key).and_then(Value::as_u64).unwrap_or(0);
        return format!("{}x{}", side("width"), side("height"));
    }
    let text = match &item.content {
        Value::String(_) => item.code().to_owned(),
        other => other.to_string(),
    };
    let text = text.replace('\n', "⏎");
    if text.chars().count() > 120 {
        format!(
            "{}… ({} characters)",
            text.chars().take(120).collect::<String>(),
            text.chars().count()
        )
    } else {
        text
    }
}

fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => "?".to_owned(),
    }
}

/// Compares a transcript with a table of its lines. Blank lines and blanks at
/// either end of a line of the table do not count; a line `*` stands for any
/// number of items.
///
/// # Panics
/// When they differ, with both in full.
pub fn assert_lines(transcript: &Transcript, table: &str) {
    let got = lines(transcript);
    let want: Vec<&str> = table
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let got_brief: Vec<&str> = got.iter().map(|line| line.trim()).collect();
    assert!(
        fits(&want, &got_brief),
        "the transcript differs\n  wanted:\n    {}\n  got:\n    {}",
        want.join("\n    "),
        got_brief.join("\n    ")
    );
}

fn fits(want: &[&str], got: &[&str]) -> bool {
    match want.split_first() {
        None => got.is_empty(),
        Some((&"*", rest)) => (0..=got.len()).any(|skip| fits(rest, &got[skip..])),
        Some((first, rest)) => got.first() == Some(first) && fits(rest, &got[1..]),
    }
}

/// Checks what holds for every stream of events of one conversation: numbers
/// rise by one, an item's chunks keep their type, nothing follows an item's end,
/// no chunk has a key `id`.
///
/// # Panics
/// With the first event that breaks a rule.
pub fn assert_well_formed(events: &[Event]) {
    use interpreter_protocol::{Role, kind};
    let mut last: Option<u64> = None;
    let mut items: std::collections::HashMap<String, (Role, String, bool)> = Default::default();
    for event in events {
        if let Some(last) = last {
            assert_eq!(
                event.seq,
                last + 1,
                "the numbers do not rise by one: {event:?}"
            );
        }
        last = Some(event.seq);
        let chunk = &event.chunk;
        assert!(
            !chunk.extra.contains_key("id"),
            "a chunk with a key `id`: {event:?}"
        );
        let single = chunk.role == Role::Server
            || matches!(
                chunk.kind.as_str(),
                kind::CONFIRMATION | kind::INPUT_REQUEST | kind::EFFECT
            );
        let Some(id) = event.item.as_ref().filter(|_| !single) else {
            continue;
        };
        let entry = items
            .entry(id.to_string())
            .or_insert_with(|| (chunk.role, chunk.kind.clone(), false));
        assert_eq!(
            (entry.0, &entry.1),
            (chunk.role, &chunk.kind),
            "another kind: {event:?}"
        );
        assert!(!entry.2, "a chunk behind the item's end: {event:?}");
        entry.2 = chunk.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interpreter_protocol::{Chunk, ConversationId, ItemId, Role, kind};
    use serde_json::json;

    fn events() -> Vec<Event> {
        let chunk = |role, kind: &str| Chunk::new(role, kind);
        let list = [
            ("u", chunk(Role::User, kind::MESSAGE).start()),
            ("u", chunk(Role::User, kind::MESSAGE).content("hello")),
            ("u", chunk(Role::User, kind::MESSAGE).end()),
            (
                "c",
                chunk(Role::Assistant, kind::CODE).format("python").start(),
            ),
            (
                "c",
                chunk(Role::Assistant, kind::CODE)
                    .format("python")
                    .content("print(1)\n"),
            ),
            (
                "c",
                chunk(Role::Assistant, kind::CODE).format("python").end(),
            ),
            (
                "",
                chunk(Role::Server, kind::RUN)
                    .content(json!({"item": "c", "state": "done", "mode": "full_access"})),
            ),
            (
                "o",
                chunk(Role::Computer, kind::CONSOLE)
                    .format("output")
                    .start(),
            ),
            (
                "o",
                chunk(Role::Computer, kind::CONSOLE)
                    .format("output")
                    .content("1\n"),
            ),
        ];
        let conversation = ConversationId::from("x");
        list.into_iter()
            .enumerate()
            .map(|(at, (item, chunk))| Event {
                conversation: conversation.clone(),
                seq: at as u64 + 1,
                item: (!item.is_empty()).then(|| ItemId::from(item)),
                chunk,
            })
            .collect()
    }

    #[test]
    fn a_transcript_reads_as_a_table() {
        let events = events();
        assert_well_formed(&events);
        let transcript = fold(&events);
        assert_lines(
            &transcript,
            "user/message: hello
             assistant/code python: print(1)⏎ [done]
             computer/console output: 1⏎…",
        );
        assert_lines(&transcript, "user/message: hello\n*");
    }

    #[test]
    #[should_panic(expected = "the transcript differs")]
    fn a_wrong_table_fails() {
        assert_lines(&fold(&events()), "user/message: hello");
    }

    #[test]
    #[should_panic(expected = "rise by one")]
    fn a_gap_fails() {
        let mut events = events();
        events.remove(3);
        assert_well_formed(&events);
    }
}
