//! What is appended is what is read, whatever it is.

use interpreter_protocol::{Chunk, Event, ItemId, Role, Transcript, kind};
use interpreter_store::Record;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Fixture, message};

fn contents() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => ".{0,12}".prop_map(Value::from),
        1 => any::<Option<u32>>().prop_map(|line| json!(line)),
        1 => (-1e9f64..1e9).prop_map(|cost| json!({"cost_usd": cost, "input_tokens": 1, "output_tokens": 2})),
        1 => "[a-c]".prop_map(|item| json!({"item": item, "content": "edited", "items": [item]})),
    ]
}

fn chunks() -> impl Strategy<Value = Chunk> {
    let role = prop_oneof![
        Just(Role::User),
        Just(Role::Assistant),
        Just(Role::Computer),
        Just(Role::Server)
    ];
    let kinds = prop::sample::select(vec![
        kind::MESSAGE,
        kind::CODE,
        kind::CONSOLE,
        kind::RUN,
        kind::USAGE,
        kind::EDITED,
        kind::REMOVED,
        kind::CONFIRMATION,
        kind::STATUS,
        "a type of tomorrow",
    ]);
    let format = prop::option::of(prop::sample::select(vec![
        "python",
        "output",
        "active_line",
    ]));
    let recipient = prop::option::of(prop::sample::select(vec!["user", "assistant"]));
    (
        role,
        kinds,
        format,
        recipient,
        0..4,
        contents(),
        prop::option::of("[a-z]{1,3}"),
    )
        .prop_map(|(role, kind, format, recipient, part, content, parent)| {
            let mut chunk = Chunk::new(role, kind);
            chunk.format = format.map(str::to_owned);
            chunk.recipient = recipient.map(str::to_owned);
            if let Some(parent) = parent {
                chunk = chunk.with("parent", parent);
            }
            match part {
                0 => chunk.start(),
                1 => chunk.end(),
                _ => chunk.content(content),
            }
        })
}

fn groups() -> impl Strategy<Value = Vec<Vec<Record>>> {
    let record =
        (prop::option::weighted(0.9, "[a-c]"), chunks()).prop_map(|(item, chunk)| Record {
            item: item.map(ItemId),
            chunk,
        });
    prop::collection::vec(prop::collection::vec(record, 0..5), 0..8)
}

/// How `null` content comes back from JSON, which is what reading compares with.
fn folded(events: &[Event], start: &Transcript) -> Transcript {
    let mut transcript = start.clone();
    events.iter().for_each(|event| transcript.apply(event));
    transcript
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn reading_gives_what_was_appended(groups in groups(), reopen in any::<bool>()) {
        let fixture = Fixture::new();
        let mut writer = fixture.conversation("roundtrip");
        let id = writer.id().clone();
        let start = writer.recorded().transcript.clone();
        let mut events = Vec::new();
        for group in &groups {
            let new = writer.append(group).unwrap();
            prop_assert_eq!(new.len(), group.len());
            events.extend(new);
            if reopen {
                drop(writer);
                writer = fixture.store.write(&id).unwrap();
            }
        }
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        prop_assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
        prop_assert_eq!(&writer.recorded().transcript, &folded(&events, &start));
        let recorded = fixture.store.read(&id).unwrap();
        prop_assert_eq!(&recorded.transcript, &folded(&events, &start));
        prop_assert_eq!(recorded.damaged, 0);
        for after in [0, events.len() / 2, events.len()] {
            let read = fixture.store.events(&id, after as u64).unwrap();
            prop_assert_eq!(&read, &events[after..]);
        }
    }
}

#[test]
fn ten_thousand_pieces_come_back() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("long");
    let id = writer.id().clone();
    let chunk = || Chunk::new(Role::Assistant, kind::MESSAGE);
    let item = || Some(ItemId::from("a"));
    writer
        .append(&message("u", Role::User, "tell me a story"))
        .unwrap();
    writer
        .append(&[Record {
            item: item(),
            chunk: chunk().start(),
        }])
        .unwrap();
    let piece = "a few words of it ";
    let began = std::time::Instant::now();
    for _ in 0..10_000 {
        writer
            .append(&[Record {
                item: item(),
                chunk: chunk().content(piece),
            }])
            .unwrap();
    }
    // For the eye of who reads the log; a bench is where it is held to a number.
    println!("{:?} an append", began.elapsed() / 10_000);
    writer
        .append(&[Record {
            item: item(),
            chunk: chunk().end(),
        }])
        .unwrap();
    drop(writer);
    let began = std::time::Instant::now();
    let recorded = fixture.store.read(&id).unwrap();
    println!("{:?} to read", began.elapsed());
    assert_eq!(recorded.transcript.items[1].text(), piece.repeat(10_000));
    assert_eq!(recorded.transcript.seq, 10_005);
}

#[test]
fn a_very_large_message_comes_back() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("paste");
    let text = "0123456789é\n".repeat(800_000);
    writer.append(&message("u", Role::User, &text)).unwrap();
    let recorded = fixture.store.read(writer.id()).unwrap();
    assert!(recorded.transcript.items[0].text() == text);
}
