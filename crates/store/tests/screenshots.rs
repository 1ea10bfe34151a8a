//! Screenshots go after a while, and nothing else does.

use interpreter_protocol::{Chunk, Role, kind};
use interpreter_store::{Error, Record};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::{Fixture, message, record};

/// A picture of an item, taken at a moment.
fn picture(item: &str, role: Role, hash: &str, frame: bool, at: u64) -> Vec<Record> {
    let image = Chunk::new(role, kind::IMAGE).format("blob");
    let mut start = image.clone().start().with("at", at);
    if frame {
        start = start.with("frame", json!({"display": "d"}));
    }
    vec![
        record(item, start),
        record(item, image.clone().content(hash)),
        record(item, image.end()),
    ]
}

#[test]
fn only_old_screenshots_go() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let blob = |text: &str| store.put_blob(text.as_bytes()).unwrap();
    let [old, new, plot, own, both, undone, zoomed] =
        ["old", "new", "plot", "own", "both", "undone", "zoomed"].map(blob);
    let mut writer = fixture.conversation("on the screen");
    writer.append(&message("u", Role::User, "go")).unwrap();
    let action = Chunk::new(Role::Assistant, kind::ACTION).format("computer");
    writer
        .append(&[
            record("a", action.clone().start()),
            record("a", action.clone().content(json!({"action": "zoom"}))),
            record("a", action.end()),
        ])
        .unwrap();
    let mut zoom = picture("z", Role::Computer, &zoomed, false, 1000);
    zoom[0].chunk = zoom[0].chunk.clone().with("parent", "a");
    writer.append(&zoom).unwrap();
    let screen = |item: &str, hash: &str, at| picture(item, Role::Computer, hash, true, at);
    writer.append(&screen("s1", &old, 1000)).unwrap();
    writer.append(&screen("s2", &undone, 1000)).unwrap();
    writer.append(&screen("s3", &new, 3000)).unwrap();
    writer.append(&screen("s4", &both, 1000)).unwrap();
    writer
        .append(&picture("p", Role::Computer, &plot, false, 1000))
        .unwrap();
    writer
        .append(&picture("o", Role::User, &own, false, 1000))
        .unwrap();
    let gone = Chunk::new(Role::Server, kind::REMOVED).content(json!({"items": ["s2"]}));
    writer
        .append(&[Record {
            item: None,
            chunk: gone,
        }])
        .unwrap();
    let mut other = fixture.conversation("attached there");
    other
        .append(&picture("b", Role::User, &both, false, 1000))
        .unwrap();
    let kept = || {
        let all = [&old, &undone, &zoomed, &new, &plot, &own, &both];
        all.map(|hash| store.blob(hash).is_ok())
    };
    assert_eq!(store.prune_screenshots(500, u64::MAX).unwrap(), 0);
    assert_eq!(kept(), [true; 7]);
    // From the files, as from what the writers told.
    store.reindex().unwrap();
    assert_eq!(store.prune_screenshots(2000, u64::MAX).unwrap(), 3);
    assert_eq!(kept(), [false, false, false, true, true, true, true]);
    assert_eq!(store.prune_screenshots(2000, u64::MAX).unwrap(), 0);
    assert_eq!(store.prune_screenshots(0, 0).unwrap(), 1);
    assert_eq!(kept(), [false, false, false, false, true, true, true]);
}

#[test]
fn the_oldest_go_where_there_are_too_many() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let mut writer = fixture.conversation("many");
    let hashes: Vec<String> = (0u8..5)
        .map(|number| {
            let hash = store.put_blob(&[number; 100]).unwrap();
            let item = format!("s{number}");
            let at = 1000 + u64::from(number);
            writer
                .append(&picture(&item, Role::Computer, &hash, true, at))
                .unwrap();
            hash
        })
        .collect();
    assert_eq!(store.prune_screenshots(0, 250).unwrap(), 3);
    let kept: Vec<bool> = hashes.iter().map(|hash| store.blob(hash).is_ok()).collect();
    assert_eq!(kept, [false, false, false, true, true]);
}

#[test]
fn what_is_held_never_reaches_the_disk() {
    let fixture = Fixture::new();
    let hash = fixture.store.hold_blob(b"\x89PNG\r\n\x1a\nsecret");
    let (media_type, bytes) = fixture.store.blob(&hash).unwrap();
    assert_eq!(media_type, "image/png");
    assert_eq!(bytes, b"\x89PNG\r\n\x1a\nsecret");
    let blobs = fixture.folder.path().join("blobs");
    assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 0);
    assert_eq!(
        fixture.reopened().blob(&hash),
        Err(Error::UnknownItem(hash))
    );
}

#[test]
fn sizes_are_those_of_the_files() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let empty = store.sizes().unwrap();
    assert_eq!(
        (empty.conversations, empty.bytes, empty.pictures),
        (0, 0, 0)
    );
    store.put_blob(&[7; 1000]).unwrap();
    let mut writer = fixture.conversation("big");
    writer.append(&message("u", Role::User, "hello")).unwrap();
    store
        .spool(writer.id(), &"c".into())
        .unwrap()
        .write(&"x".repeat(500))
        .unwrap();
    let sizes = store.sizes().unwrap();
    assert_eq!((sizes.conversations, sizes.pictures), (1, 1000));
    let path = fixture.folder.path().join("conversations");
    let path = path.join(format!("{}.jsonl", writer.id()));
    let file = std::fs::metadata(path).unwrap().len();
    assert_eq!(sizes.bytes, 500 + file);
}
