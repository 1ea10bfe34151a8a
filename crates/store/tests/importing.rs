//! Files that people bring along.

use interpreter_protocol::{ConversationId, ExportFormat, Role, RunState, kind};
use interpreter_store::Error;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::Fixture;
use crate::copies::rich;

/// One black pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";

fn json_of(fixture: &Fixture, id: &ConversationId, screenshots: bool) -> String {
    let plain = |text: &str| text.to_owned();
    let file = fixture
        .store
        .export(id, ExportFormat::Json, screenshots, &plain)
        .unwrap();
    assert_eq!(file.media_type, "application/json");
    file.text
}

#[test]
fn what_was_exported_comes_back_as_it_was() {
    let here = Fixture::new();
    let id = rich(&here);
    let text = json_of(&here, &id, true);
    // On another computer.
    let there = Fixture::new();
    let made = there.store.import("sine.json", &text).unwrap();
    let (old, new) = (
        here.store.read(&id).unwrap(),
        there.store.read(&made).unwrap(),
    );
    assert_eq!(new.transcript.items, old.transcript.items);
    assert_eq!(new.transcript.meta.title, "Draw a sine");
    assert_eq!(new.created, old.created);
    for item in &new.transcript.items {
        if item.kind == kind::IMAGE {
            let hash = item.text();
            assert_eq!(there.store.blob(hash), here.store.blob(hash));
        }
    }
    // Neither what vendors want back nor settings, least of all secrets.
    assert!(new.provider.is_empty() && new.overrides.is_empty());
    assert!(!text.contains("vendor-data") && !text.contains("sk-own-key"));
    assert_eq!(json_of(&there, &made, true), text);
    // The same once more is another conversation.
    assert_ne!(there.store.import("sine.json", &text).unwrap(), made);
}

#[test]
fn screenshots_are_in_it_where_asked_for() {
    let fixture = Fixture::new();
    let id = rich(&fixture);
    let blobs = |screenshots| {
        let text = json_of(&fixture, &id, screenshots);
        let value: Value = serde_json::from_str(&text).unwrap();
        value["blobs"].as_object().unwrap().len()
    };
    assert_eq!((blobs(true), blobs(false)), (2, 1));
}

#[test]
fn what_open_interpreter_saved_is_understood() {
    let fixture = Fixture::new();
    let check = |name: &str, content: Value, title: &str, kinds: &[(Role, &str)]| {
        let id = fixture.store.import(name, &content.to_string()).unwrap();
        let read = fixture.store.read(&id).unwrap();
        assert_eq!(read.transcript.meta.title, title);
        let found: Vec<(Role, &str)> = read
            .transcript
            .items
            .iter()
            .map(|item| (item.role, item.kind.as_str()))
            .collect();
        assert_eq!(found, kinds, "{name}");
        assert!(read.transcript.items.iter().all(|item| item.complete));
    };
    let lmc = json!([
        {"role": "user", "type": "message", "content": "Plot it\nnow"},
        {"role": "assistant", "type": "code", "format": "python", "content": "1+1"},
        {"role": "computer", "type": "console", "format": "output", "content": "2"},
        {"role": "computer", "type": "image", "format": "base64.png", "content": PNG},
    ]);
    let lmc_kinds = [
        (Role::User, "message"),
        (Role::Assistant, "code"),
        (Role::Computer, "console"),
        (Role::Computer, "image"),
    ];
    check(
        "Plot_it__October_23_2024_10-15-00.json",
        lmc.clone(),
        "Plot it",
        &lmc_kinds,
    );
    check("chat.json", lmc.clone(), "Plot it", &lmc_kinds);
    check("chat.json", json!({"messages": lmc}), "Plot it", &lmc_kinds);
    let before_lmc = json!([
        {"role": "user", "message": "add 1 and 1"},
        {"role": "assistant", "message": "I will.", "language": "python", "code": "1+1", "output": "2"},
    ]);
    check(
        "old.json",
        before_lmc,
        "add 1 and 1",
        &[
            (Role::User, "message"),
            (Role::Assistant, "message"),
            (Role::Assistant, "code"),
            (Role::Computer, "console"),
        ],
    );
}

#[test]
fn what_is_no_conversation_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let check = |name: &str, content: &str, expected: &str| {
        let reason = match fixture.store.import(name, content) {
            Err(Error::CannotImport { reason, .. }) => reason,
            other => panic!("{name}: {other:?}"),
        };
        assert!(reason.contains(expected), "{name}: {reason}");
    };
    check("notes.md", "# Notes", "a Markdown file is for reading");
    check("page.html", "<html>", "an HTML file is for reading");
    check("a.json", "[\n  {\"role\": }\n]", "line 2, column 12");
    check("a.json", "", "line 1, column 0");
    check("a.json", "[1, \"x\", {}]", "no message that is understood");
    check("a.json", "[]", "no message that is understood");
    check("a.json", "{\"a\": 1}", "no list of messages");
    check("a.json", "7", "no list of messages");
    check("a.ipynb", "{\"nbformat\": 4, \"cells\": []}", "notebook");
    check(
        "a.json",
        "{\"interpreter_conversation\": 99, \"title\": \"\", \"messages\": []}",
        "newer version",
    );
    check(
        "a.json",
        "{\"interpreter_conversation\": 1, \"title\": 5, \"messages\": []}",
        "not as it should be",
    );
    check(
        "a.json",
        &" ".repeat(50 * 1024 * 1024 + 1),
        "the largest has 50",
    );
    assert_eq!(fixture.store.list(None).unwrap(), []);
    let told = interpreter_protocol::Error::from(fixture.store.import("n.md", "#").unwrap_err());
    assert_eq!(told.code, interpreter_protocol::ErrorCode::BadInput);
    assert!(told.message.starts_with("n.md was not imported: "));
}

#[test]
fn a_made_up_export_gets_no_rights_and_breaks_nothing() {
    let fixture = Fixture::new();
    let content = json!({
        "interpreter_conversation": 1,
        "title": "x",
        "mode": "full_access",
        "overrides": {"mode": "full_access"},
        "messages": [
            {"id": "../../x", "role": "user", "type": "message", "content": "a", "complete": true},
            {"id": "same", "role": "assistant", "type": "code", "format": "python", "content": "b",
             "complete": true, "run": {"item": "else", "state": "running", "mode": "full_access"}},
            {"id": "same", "role": "assistant", "type": "message", "content": "c", "complete": true},
            {"id": "", "role": "server", "type": "status", "content": "complete", "complete": true},
        ],
        "blobs": {"sha256:wrong": PNG, "rubbish": "!"},
    });
    let id = fixture
        .store
        .import("x.json", &content.to_string())
        .unwrap();
    let read = fixture.store.read(&id).unwrap();
    assert!(read.overrides.is_empty());
    assert_eq!(read.transcript.meta.mode, Default::default());
    let items = &read.transcript.items;
    let texts: Vec<&str> = items.iter().map(|item| item.text()).collect();
    assert_eq!(texts, ["a", "b", "c"]);
    assert_ne!(items[1].id, items[2].id);
    let run = items[1].run.as_ref().unwrap();
    assert_eq!((run.state, &run.item), (RunState::Stopped, &items[1].id));
    assert!(read.transcript.pending.is_empty());
}
