//! Conversations that Open Interpreter saved.

use interpreter_protocol::{ConversationId, Role};
use interpreter_store::Error;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{Fixture, message};

const NAME: &str = "Add_subtitles_to_all__October_23_2024_10-15-00";
/// One black pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

fn place(fixture: &Fixture, messages: &Value) -> ConversationId {
    let folder = fixture.folder.path().join("conversations");
    std::fs::write(folder.join(format!("{NAME}.json")), messages.to_string()).unwrap();
    NAME.into()
}

type Line = (Role, String, Option<String>, Value, Option<String>);

fn items(fixture: &Fixture, id: &ConversationId) -> Vec<Line> {
    let recorded = fixture.store.read(id).unwrap();
    assert!(recorded.transcript.items.iter().all(|item| item.complete));
    assert!(!recorded.transcript.responding);
    let line = |item: interpreter_protocol::Item| {
        (
            item.role,
            item.kind,
            item.format,
            item.content,
            item.recipient,
        )
    };
    recorded.transcript.items.into_iter().map(line).collect()
}

fn line(role: Role, kind: &str, format: Option<&str>, content: impl Into<Value>) -> Line {
    (
        role,
        kind.to_owned(),
        format.map(str::to_owned),
        content.into(),
        None,
    )
}

#[test]
fn lmc_messages_are_read_and_continued() {
    let fixture = Fixture::new();
    let id = place(
        &fixture,
        &json!([
            {"role": "user", "type": "message", "content": "Add subtitles to all videos"},
            {"role": "assistant", "type": "code", "format": "python", "content": "print(34)"},
            {"role": "computer", "type": "console", "format": "output", "content": "34\n"},
            {"role": "computer", "type": "image", "format": "base64.png", "content": PNG},
            {"role": "computer", "type": "console", "format": "output", "content": "x", "recipient": "assistant"},
            {"role": "server", "type": "error", "content": "ignored"},
            {"role": "assistant", "type": "message", "content": "Done."},
        ]),
    );
    let listed = fixture.store.list(None).unwrap();
    assert_eq!(
        (&listed[0].id, listed[0].title.as_str()),
        (&id, "Add subtitles to all")
    );
    assert_eq!(
        fixture.store.search("subtitles videos", 5).unwrap().len(),
        1
    );

    let before = items(&fixture, &id);
    let image = before[3].3.as_str().unwrap().to_owned();
    let mut only_model = line(Role::Computer, "console", Some("output"), "x");
    only_model.4 = Some("assistant".to_owned());
    assert_eq!(
        before,
        [
            line(Role::User, "message", None, "Add subtitles to all videos"),
            line(Role::Assistant, "code", Some("python"), "print(34)"),
            line(Role::Computer, "console", Some("output"), "34\n"),
            line(Role::Computer, "image", Some("blob"), image.clone()),
            only_model,
            line(Role::Assistant, "message", None, "Done."),
        ]
    );
    assert_eq!(fixture.store.blob(&image).unwrap().0, "image/png");
    let events = fixture.store.events(&id, 0).unwrap();

    let mut writer = fixture.store.write(&id).unwrap();
    assert_eq!(writer.id(), &id);
    writer
        .append(&message("n", Role::User, "and now?"))
        .unwrap();
    drop(writer);
    let after = items_open(&fixture, &id);
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.last().unwrap().3, "and now?");
    assert_eq!(
        fixture.store.events(&id, 0).unwrap()[..events.len()],
        events
    );
    // The old file stays as it is, and is not listed twice.
    assert_eq!(fixture.store.list(None).unwrap().len(), 1);
    let folder = fixture.folder.path().join("conversations");
    assert!(folder.join(format!("{NAME}.json")).exists());
    fixture.store.delete(&id).unwrap();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert_eq!(
        fixture.store.blob(&image).unwrap_err(),
        Error::UnknownItem(image)
    );
}

/// As [`items`], of a conversation whose last message has no answer yet.
fn items_open(fixture: &Fixture, id: &ConversationId) -> Vec<Line> {
    let recorded = fixture.store.read(id).unwrap();
    let line = |item: interpreter_protocol::Item| {
        (
            item.role,
            item.kind,
            item.format,
            item.content,
            item.recipient,
        )
    };
    recorded.transcript.items.into_iter().map(line).collect()
}

#[test]
fn the_dialects_before_lmc_are_read() {
    let fixture = Fixture::new();
    let id = place(
        &fixture,
        &json!([
            {"role": "system", "content": "You are ..."},
            {"role": "user", "message": "What is 34/24?"},
            {"role": "assistant", "message": "Let me see.", "language": "python", "code": "34/24", "output": "1.41"},
            {"role": "user", "content": "as OpenAI had it"},
            {"role": "assistant", "content": null, "function_call":
                {"name": "run_code", "arguments": "{\"language\":\"shell\",\"code\":\"ls\"}"}},
            {"role": "function", "name": "run_code", "content": "a.txt"},
            "nonsense",
            {"no": "role"},
        ]),
    );
    assert_eq!(
        items(&fixture, &id),
        [
            line(Role::User, "message", None, "What is 34/24?"),
            line(Role::Assistant, "message", None, "Let me see."),
            line(Role::Assistant, "code", Some("python"), "34/24"),
            line(Role::Computer, "console", Some("output"), "1.41"),
            line(Role::User, "message", None, "as OpenAI had it"),
            line(Role::Assistant, "code", Some("shell"), "ls"),
            line(Role::Computer, "console", Some("output"), "a.txt"),
        ]
    );
}

#[test]
fn a_file_that_is_no_conversation_is_named_and_left() {
    let fixture = Fixture::new();
    let id = place(&fixture, &json!({"not": "a list"}));
    let path = fixture
        .folder
        .path()
        .join("conversations")
        .join(format!("{NAME}.json"));
    for error in [
        fixture.store.read(&id).unwrap_err(),
        fixture.store.write(&id).unwrap_err(),
    ] {
        assert!(matches!(&error, Error::CannotRead { path: named, .. } if *named == path));
    }
    assert_eq!(fixture.store.list(None).unwrap().len(), 1);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "{\"not\":\"a list\"}"
    );
}
