//! Names, headers, formats, streaming text, outputs.

use interpreter_protocol::{Chunk, ConversationMeta, ErrorCode, Mode, Role, kind};
use interpreter_store::{Error, Store};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{Fixture, complete, message, record};

#[test]
fn the_file_says_what_was_said() {
    let fixture = Fixture::new();
    let meta = ConversationMeta {
        model: "openai/x".to_owned(),
        mode: Mode::FullAccess,
        ..ConversationMeta::default()
    };
    let mut writer = fixture.store.create("Plot the data please", &meta).unwrap();
    let console = || Chunk::new(Role::Computer, kind::CONSOLE);
    let output = || console().format("output");
    writer
        .append(&[
            record("o", console().start().with("parent", "c")),
            record("o", output().content("a\n")),
            record("o", console().format("active_line").content(3)),
            record("o", output().content("b\n")),
            record("o", output().content("c\n")),
            record("o", console().format("active_line").content(Value::Null)),
            record("o", console().end()),
            complete(),
        ])
        .unwrap();
    let id = writer.id().clone();
    assert!(id.as_str().starts_with("Plot_the_data__"), "{id}");
    let path = fixture
        .folder
        .path()
        .join("conversations")
        .join(format!("{id}.jsonl"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let created = writer.recorded().created;
    let meta = ConversationMeta {
        title: "Plot the data please".to_owned(),
        ..meta
    };
    assert_eq!(
        lines,
        [
            json!({"format": 1, "name": id, "created": created, "meta": meta}),
            json!({"seq": 1, "item": "o", "chunk":
                {"role": "computer", "type": "console", "start": true, "parent": "c"}}),
            json!({"seq": 2, "item": "o", "chunk":
                {"role": "computer", "type": "console", "format": "output", "content": "a\n"}}),
            json!({"seq": 3, "item": "o", "chunk":
                {"role": "computer", "type": "console", "format": "active_line", "content": 3}}),
            json!({"seq": 4, "item": "o", "append": "b\n"}),
            json!({"seq": 5, "item": "o", "append": "c\n"}),
            json!({"seq": 6, "item": "o", "chunk":
                {"role": "computer", "type": "console", "format": "active_line", "content": null}}),
            json!({"seq": 7, "item": "o", "chunk":
                {"role": "computer", "type": "console", "end": true}}),
            json!({"seq": 8, "chunk":
                {"role": "server", "type": "status", "content": "complete"}}),
        ]
    );
    let after: Vec<u64> = fixture
        .store
        .events(&id, 4)
        .unwrap()
        .iter()
        .map(|event| event.seq)
        .collect();
    assert_eq!(after, [5, 6, 7, 8]);
    assert_eq!(fixture.store.read(&id).unwrap().transcript.meta, meta);
}

#[test]
fn same_words_in_the_same_second_get_names_of_their_own() {
    let fixture = Fixture::new();
    let writers: Vec<_> = (0..4).map(|_| fixture.conversation("again")).collect();
    let mut names: Vec<String> = writers.iter().map(|writer| writer.id().0.clone()).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 4);
}

#[test]
fn overrides_and_vendor_data_come_back() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("keep");
    let id = writer.id().clone();
    let set = |value: Value| value.as_object().unwrap().clone();
    writer
        .overrides(&set(json!({"model": "a", "temperature": 0.1})))
        .unwrap();
    writer
        .overrides(&set(json!({"model": null, "os": true})))
        .unwrap();
    writer
        .provider(&"i".into(), &json!({"name": "v", "raw": 1}))
        .unwrap();
    writer
        .provider(&"i".into(), &json!({"name": "v", "raw": 2}))
        .unwrap();
    let expected = writer.recorded().clone();
    assert_eq!(
        expected.overrides,
        set(json!({"temperature": 0.1, "os": true}))
    );
    assert_eq!(
        expected.provider.get(&"i".into()),
        Some(&json!({"name": "v", "raw": 2}))
    );
    assert_eq!(writer.seq(), 0);
    drop(writer);
    assert_eq!(fixture.store.read(&id).unwrap(), expected);
}

#[test]
fn a_newer_format_is_read_and_not_written() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("future");
    let id = writer.id().clone();
    writer.append(&message("u", Role::User, "hi")).unwrap();
    drop(writer);
    let path = fixture
        .folder
        .path()
        .join("conversations")
        .join(format!("{id}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replacen("\"format\":1", "\"format\":2", 1);
    std::fs::write(&path, &text).unwrap();
    let newer = Error::NewerFormat {
        conversation: id.clone(),
        format: 2,
    };
    assert_eq!(fixture.store.write(&id).unwrap_err(), newer);
    let recorded = fixture.store.read(&id).unwrap();
    assert_eq!(recorded.read_only, Some(newer.clone()));
    assert_eq!(recorded.transcript.items[0].text(), "hi");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    assert_eq!(
        interpreter_protocol::Error::from(newer).code,
        ErrorCode::NewerFormat
    );
}

#[test]
fn names_that_lead_elsewhere_are_unknown() {
    let fixture = Fixture::new();
    for name in [
        "", ".", "..", "../index", "a/b", "a\\b", "C:x", "none", "\0",
    ] {
        let id = name.into();
        let unknown = Error::UnknownConversation(name.into());
        assert_eq!(fixture.store.read(&id).unwrap_err(), unknown);
        assert_eq!(fixture.store.write(&id).unwrap_err(), unknown);
        assert_eq!(fixture.store.delete(&id).unwrap_err(), unknown);
    }
    assert!(fixture.store.spool(&"../x".into(), &"i".into()).is_err());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("file");
    std::fs::write(&data, "in the way").unwrap();
    let error = Store::open(&data).unwrap_err();
    assert!(matches!(&error, Error::CannotSave { path, .. } if path.starts_with(&data)));
    assert_eq!(
        interpreter_protocol::Error::from(error).code,
        ErrorCode::CannotSave
    );
}

#[test]
fn the_output_of_a_run_can_be_paged() {
    let fixture = Fixture::new();
    let (id, item) = ("c".into(), "../odd id".into());
    let mut spool = fixture.store.spool(&id, &item).unwrap();
    spool.write("héllo ").unwrap();
    let read = |offset, limit| fixture.store.output(&id, &item, offset, limit).unwrap();
    assert_eq!(read(0, 100), ("héllo ".to_owned(), 7, 7));
    spool.write("wörld").unwrap();
    assert_eq!(spool.total(), 13);
    assert_eq!(read(7, 2), ("wör".to_owned(), 11, 13));
    assert_eq!(read(11, 100), ("ld".to_owned(), 13, 13));
    assert_eq!(read(99, 100), (String::new(), 13, 13));
    assert_eq!(
        fixture
            .store
            .output(&id, &"other".into(), 0, 1)
            .unwrap_err(),
        Error::UnknownItem("other".to_owned())
    );
}
