//! Copies and branches: the same items, shared blobs, outputs of their own.

use std::collections::HashMap;

use interpreter_protocol::{Chunk, ConversationId, Item, Role, RunState, kind};
use interpreter_store::Error;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::listing::{failure, run, usage};
use crate::{Fixture, code, complete, message, record};

/// A conversation with a little of everything.
pub fn rich(fixture: &Fixture) -> ConversationId {
    let mut writer = fixture.conversation("Draw a sine");
    let store = &fixture.store;
    let plot = store.put_blob(b"\x89PNG\r\n\x1a\nplot").unwrap();
    let seen = store.put_blob(b"\x89PNG\r\n\x1a\nscreen").unwrap();
    let chunk = |role, kind: &str| Chunk::new(role, kind);
    let console = |content: Value, format: &str| {
        let chunk = chunk(Role::Computer, kind::CONSOLE).format(format);
        record("out", chunk.content(content))
    };
    let picture = |item: &str, parent: &str, hash: &str, frame: bool| {
        let image = chunk(Role::Computer, kind::IMAGE).format("blob");
        let mut start = image.clone().start().with("parent", parent).with("at", 7);
        if frame {
            start = start.with("frame", json!({"display": "d"}));
        }
        vec![
            record(item, start),
            record(item, image.clone().content(hash)),
            record(item, image.end()),
        ]
    };
    writer
        .append(&message("u1", Role::User, "Draw a sine, please"))
        .unwrap();
    let thought = chunk(Role::Assistant, kind::REASONING);
    writer
        .append(&[
            record("r", thought.clone().start()),
            record("r", thought.clone().content("Let me")),
            record("r", thought.clone().content(" think.")),
            record("r", thought.end()),
        ])
        .unwrap();
    writer.append(&code("c1", "python", "plot(sin)")).unwrap();
    writer
        .append(&[
            crate::Record {
                item: None,
                chunk: chunk(Role::Server, kind::EDITED)
                    .content(json!({"item": "c1", "content": "plot(sin(x))"})),
            },
            run("c1", RunState::Running),
            record(
                "out",
                chunk(Role::Computer, kind::CONSOLE)
                    .start()
                    .with("parent", "c1"),
            ),
            console(json!(1), "active_line"),
            console("drawn\n".into(), "output"),
            console(Value::Null, "active_line"),
            record("out", chunk(Role::Computer, kind::CONSOLE).end()),
        ])
        .unwrap();
    writer.append(&picture("p", "c1", &plot, false)).unwrap();
    writer
        .append(&[run("c1", RunState::Done), usage(Some(0.5))])
        .unwrap();
    let action = chunk(Role::Assistant, kind::ACTION).format("computer");
    writer
        .append(&[
            record("a", action.clone().start()),
            record(
                "a",
                action
                    .clone()
                    .content(json!({"action": "left_click", "coordinate": [1, 2]})),
            ),
            record("a", action.end()),
            record(
                "a",
                chunk(Role::Computer, kind::EFFECT)
                    .content(json!({"outcome": "confirmed", "detail": "A window opened"})),
            ),
            run("a", RunState::Done),
        ])
        .unwrap();
    writer.append(&picture("s", "a", &seen, true)).unwrap();
    writer
        .append(&message("m", Role::Assistant, "There it is."))
        .unwrap();
    writer
        .append(&message("u2", Role::User, "And a cosine"))
        .unwrap();
    writer.append(&[failure("e"), complete()]).unwrap();
    writer
        .provider(
            &"c1".into(),
            &json!({"reply": 1, "raw": {"signature": "vendor-data"}}),
        )
        .unwrap();
    writer.provider(&"m".into(), &json!({"reply": 2})).unwrap();
    let own = json!({"model": "openai/gpt", "api_key": "sk-own-key"});
    writer.overrides(own.as_object().unwrap()).unwrap();
    store
        .spool(writer.id(), &"c1".into())
        .unwrap()
        .write("drawn\n")
        .unwrap();
    writer.id().clone()
}

fn items(fixture: &Fixture, id: &ConversationId) -> Vec<Item> {
    fixture.store.read(id).unwrap().transcript.items
}

#[test]
fn a_copy_has_the_same_items_and_what_is_kept_beside_them() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let id = rich(&fixture);
    let copy = store.copy(&id, None).unwrap();
    assert_ne!(copy, id);
    let (old, new) = (store.read(&id).unwrap(), store.read(&copy).unwrap());
    assert_eq!(new.transcript.items, old.transcript.items);
    assert_eq!(new.provider, old.provider);
    assert_eq!(new.overrides, old.overrides);
    assert_eq!((new.damaged, new.read_only), (0, None));
    assert!(!new.transcript.responding);
    // What it cost was spent once.
    assert_eq!(new.transcript.meta.cost, 0.0);
    assert_eq!(store.spent(0).unwrap().usd, 0.5);
    let titles = |store: &interpreter_store::Store| {
        let mut titles: Vec<String> = store
            .list(None)
            .unwrap()
            .into_iter()
            .map(|line| line.title)
            .collect();
        titles.sort();
        titles
    };
    store.copy(&id, None).unwrap();
    assert_eq!(
        titles(store),
        ["Draw a sine", "Draw a sine (copy 2)", "Draw a sine (copy)"]
    );
    // It can be gone on with, and its output is there.
    let mut writer = store.write(&copy).unwrap();
    writer.append(&message("n", Role::User, "more")).unwrap();
    assert_eq!(
        store.output(&copy, &"c1".into(), 0, 99).unwrap().0,
        "drawn\n"
    );
}

#[test]
fn a_branch_ends_before_its_item() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let id = rich(&fixture);
    let branch = store.copy(&id, Some(&"m".into())).unwrap();
    let read = store.read(&branch).unwrap();
    let names: Vec<&str> = read
        .transcript
        .items
        .iter()
        .map(|item| item.id.as_str())
        .collect();
    assert_eq!(names, ["u1", "r", "c1", "out", "p", "a", "s"]);
    assert_eq!(read.transcript.meta.title, "Draw a sine (branch)");
    let old = store.read(&id).unwrap();
    let kept: HashMap<_, _> = [("c1".into(), old.provider[&"c1".into()].clone())].into();
    assert_eq!(read.provider, kept);
    assert_eq!(
        store.copy(&id, Some(&"nobody".into())),
        Err(Error::UnknownItem("nobody".to_owned()))
    );
    let whole = store.copy(&id, Some(&"u1".into())).unwrap();
    assert_eq!(items(&fixture, &whole), []);
    assert_eq!(
        store.copy(&"absent".into(), None),
        Err(Error::UnknownConversation("absent".into()))
    );
}

#[test]
fn what_is_under_way_is_over_in_the_copy() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("busy");
    writer.append(&message("u", Role::User, "go")).unwrap();
    writer.append(&code("c", "python", "wait()")).unwrap();
    writer.append(&[run("c", RunState::Running)]).unwrap();
    let copy = fixture.store.copy(writer.id(), None).unwrap();
    let run = items(&fixture, &copy)[1].run.clone().unwrap();
    assert_eq!(run.state, RunState::Stopped);
    assert_eq!(
        run.note.as_deref(),
        Some("This was under way when the copy was made.")
    );
}

#[test]
fn one_does_not_need_the_other() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let id = rich(&fixture);
    let copy = store.copy(&id, None).unwrap();
    let pictures: Vec<String> = items(&fixture, &id)
        .iter()
        .filter(|item| item.kind == kind::IMAGE)
        .map(|item| item.text().to_owned())
        .collect();
    assert_eq!(pictures.len(), 2);
    store.delete(&id).unwrap();
    for picture in &pictures {
        assert!(store.blob(picture).is_ok());
    }
    assert_eq!(
        store.output(&copy, &"c1".into(), 0, 99).unwrap().0,
        "drawn\n"
    );
    store.delete(&copy).unwrap();
    for picture in &pictures {
        assert_eq!(
            store.blob(picture),
            Err(Error::UnknownItem(picture.clone()))
        );
    }
}
