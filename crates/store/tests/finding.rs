//! The list and the search, and an index that may be gone, broken or behind.

use interpreter_protocol::{Chunk, Role, Usage, kind};
use interpreter_store::Store;
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::{Fixture, code, complete, message, record};

fn hits(store: &Store, text: &str) -> Vec<(Option<String>, String)> {
    let hits = store.search(text, 20).unwrap();
    hits.into_iter()
        .map(|hit| (hit.item.map(|item| item.0), hit.snippet))
        .collect()
}

fn filled() -> Fixture {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("Weather in Zürich");
    writer
        .append(&message("u1", Role::User, "How is the weather in Zürich?"))
        .unwrap();
    writer
        .append(&code("c1", "python", "print(fetch_forecast('zurich'))"))
        .unwrap();
    let usage = Usage {
        cost_usd: Some(0.25),
        ..Usage::default()
    };
    let usage = serde_json::to_value(usage).unwrap();
    let usage = Chunk::new(Role::Server, kind::USAGE).content(usage);
    writer
        .append(&[
            crate::Record {
                item: None,
                chunk: usage,
            },
            complete(),
        ])
        .unwrap();
    let mut writer = fixture.conversation("ok");
    writer
        .append(&message("u2", Role::User, "日本の天気は? 100% \"sure\""))
        .unwrap();
    fixture
}

/// Whatever happened to the index, the answers are these.
fn check_answers(store: &Store) {
    let list = store.list(None).unwrap();
    let mut titles: Vec<(&str, f64, u32)> = list
        .iter()
        .map(|line| (line.title.as_str(), line.cost, line.items))
        .collect();
    titles.sort_by_key(|line| line.0);
    assert_eq!(titles, [("Weather in Zürich", 0.25, 2), ("ok", 0.0, 1)]);
    let hit = |item: &str, snippet: &str| (Some(item.to_owned()), snippet.to_owned());
    assert_eq!(
        hits(store, "forecast"),
        [hit("c1", "print(fetch_\u{2}forecast\u{3}('zurich'))")]
    );
    assert_eq!(
        hits(store, "weather HOW"),
        [hit(
            "u1",
            "\u{2}How\u{3} is the \u{2}weather\u{3} in Zürich?"
        )]
    );
    assert_eq!(
        hits(store, "天気"),
        [hit("u2", "日本の\u{2}天気\u{3}は? 100% \"sure\"")]
    );
    assert_eq!(
        hits(store, "0%"),
        [hit("u2", "日本の天気は? 10\u{2}0%\u{3} \"sure\"")]
    );
    assert_eq!(
        hits(store, "\"sure\""),
        [hit("u2", "日本の天気は? 100% \"\u{2}sure\u{3}\"")]
    );
    assert_eq!(hits(store, "ok"), [(None, "\u{2}ok\u{3}".to_owned())]);
    assert_eq!(hits(store, "zurich").len(), 3, "accents do not matter");
    assert_eq!(hits(store, &"weather ".repeat(5000)).len(), 2);
    for nothing in [
        "",
        "\0",
        "\0\"\u{2}",
        "NEAR(a b)",
        "text:x OR y",
        "-weather^",
        "  ",
        "absent",
        "\"",
        "*",
        "forecast absent",
        "%",
    ] {
        let expected = usize::from(nothing == "%");
        assert_eq!(hits(store, nothing).len(), expected, "{nothing:?}");
    }
}

#[test]
fn everything_that_was_said_is_found() {
    let fixture = filled();
    check_answers(&fixture.store);
    check_answers(&fixture.reopened());
}

#[test]
fn titles_come_first_where_they_match_best() {
    let fixture = filled();
    let all = hits(&fixture.store, "Weather in Zürich");
    assert_eq!(all[0].0, None, "{all:?}");
}

#[test]
fn a_missing_broken_or_strange_index_is_made_anew() {
    let fixture = filled();
    let path = fixture.folder.path().join("index.sqlite");
    let damage: [(&str, &dyn Fn()); 5] = [
        ("missing", &|| std::fs::remove_file(&path).unwrap()),
        ("not a database", &|| {
            std::fs::write(&path, "x".repeat(100_000)).unwrap()
        }),
        ("empty", &|| std::fs::write(&path, "").unwrap()),
        ("cut", &|| {
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("overwritten inside", &|| {
            let mut bytes = std::fs::read(&path).unwrap();
            let length = bytes.len();
            bytes[4096..length].fill(0xa5);
            std::fs::write(&path, &bytes).unwrap();
        }),
    ];
    for (what, do_damage) in damage {
        // Closed, so that all of it is in the one file.
        let store = fixture.reopened();
        check_answers(&store);
        drop(store);
        do_damage();
        println!("{what}");
        check_answers(&fixture.reopened());
    }
}

#[test]
fn an_index_of_another_version_is_made_anew() {
    let fixture = filled();
    check_answers(&fixture.reopened());
    let path = fixture.folder.path().join("index.sqlite");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    database
        .execute_batch("DROP TABLE conversation; CREATE TABLE later (x);")
        .unwrap();
    drop(database);
    check_answers(&fixture.reopened());
}

#[test]
fn an_index_that_cannot_be_a_file_does_not_matter() {
    let fixture = filled();
    let path = fixture.folder.path().join("index.sqlite");
    // A folder in its place that cannot be removed as a file.
    drop(fixture.reopened());
    let _ = std::fs::remove_file(&path);
    std::fs::create_dir(&path).unwrap();
    let store = fixture.reopened();
    check_answers(&store);
    let mut writer = store.create("more", &Default::default()).unwrap();
    writer
        .append(&message("m", Role::User, "still written"))
        .unwrap();
    assert_eq!(hits(&store, "still written").len(), 1);
}

#[test]
fn an_index_that_another_program_holds_does_not_block() {
    let fixture = filled();
    check_answers(&fixture.store);
    let path = fixture.folder.path().join("index.sqlite");
    let database = rusqlite::Connection::open(&path).unwrap();
    database.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let mut writer = fixture.conversation("while it is held");
    writer
        .append(&message("h", Role::User, "said meanwhile"))
        .unwrap();
    assert_eq!(hits(&fixture.store, "said meanwhile").len(), 1);
    database.execute_batch("COMMIT").unwrap();
    writer
        .append(&message("h2", Role::User, "and afterwards"))
        .unwrap();
    assert_eq!(hits(&fixture.store, "said meanwhile").len(), 1);
    assert_eq!(hits(&fixture.store, "and afterwards").len(), 1);
}

#[test]
fn what_another_program_wrote_is_found() {
    let fixture = filled();
    let other = fixture.reopened();
    check_answers(&other);
    let mut writer = fixture.conversation("from the other");
    writer
        .append(&message("o", Role::User, "written over there"))
        .unwrap();
    // Still open there; asking there makes sure that the news have been written.
    fixture.store.list(None).unwrap();
    assert_eq!(hits(&other, "over there").len(), 1);
    writer
        .append(&message("p", Role::User, "and once more"))
        .unwrap();
    fixture.store.list(None).unwrap();
    assert_eq!(hits(&other, "once more").len(), 1);
    drop(writer);
    assert_eq!(hits(&other, "once more").len(), 1);
}

#[test]
fn edits_renames_and_removals_are_followed() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("first title");
    writer
        .append(&message("u", Role::User, "please compute"))
        .unwrap();
    writer
        .append(&code("c", "python", "original_code()"))
        .unwrap();
    assert_eq!(hits(&fixture.store, "original_code").len(), 1);
    let server = |kind: &str, content: serde_json::Value| crate::Record {
        item: None,
        chunk: Chunk::new(Role::Server, kind).content(content),
    };
    writer
        .append(&[server(
            kind::EDITED,
            json!({"item": "c", "content": "edited_code()"}),
        )])
        .unwrap();
    assert_eq!(hits(&fixture.store, "original_code").len(), 0);
    assert_eq!(hits(&fixture.store, "edited_code").len(), 1);
    let meta = json!({"title": "second heading"});
    writer.append(&[server(kind::CONVERSATION, meta)]).unwrap();
    assert_eq!(hits(&fixture.store, "first title").len(), 0);
    assert_eq!(
        hits(&fixture.store, "second heading"),
        [(None, "\u{2}second heading\u{3}".into())].map(|(item, _): (Option<String>, String)| (
            item,
            "\u{2}second\u{3} \u{2}heading\u{3}".into()
        ))
    );
    writer
        .append(&[server(kind::REMOVED, json!({"items": ["u", "c"]}))])
        .unwrap();
    assert_eq!(hits(&fixture.store, "compute").len(), 0);
    assert_eq!(hits(&fixture.store, "edited_code").len(), 0);
    assert_eq!(fixture.store.list(None).unwrap()[0].items, 0);
    assert_eq!(fixture.store.list(None).unwrap()[0].title, "second heading");
}

#[test]
fn an_unfinished_item_is_found_once_its_writer_is_gone() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("cut off");
    let chunk = || Chunk::new(Role::Assistant, kind::MESSAGE);
    writer
        .append(&[
            record("a", chunk().start()),
            record("a", chunk().content("half a sentence")),
        ])
        .unwrap();
    drop(writer);
    assert_eq!(hits(&fixture.store, "half a sen").len(), 1);
    assert_eq!(fixture.store.reindex().unwrap(), 1);
    assert_eq!(hits(&fixture.store, "half a sen").len(), 1);
}

#[test]
fn the_list_is_newest_first_and_limited() {
    let fixture = Fixture::new();
    let names: Vec<_> = ["one", "two", "three"]
        .iter()
        .enumerate()
        .map(|(number, words)| {
            let writer = fixture.conversation(words);
            let id = writer.id().clone();
            drop(writer);
            let path = fixture
                .folder
                .path()
                .join("conversations")
                .join(format!("{id}.jsonl"));
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1000 + number as u64);
            std::fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
            id
        })
        .collect();
    assert_eq!(fixture.store.reindex().unwrap(), 3);
    let ids = |limit| -> Vec<_> {
        fixture
            .store
            .list(limit)
            .unwrap()
            .into_iter()
            .map(|line| line.id)
            .collect()
    };
    assert_eq!(
        ids(None),
        [names[2].clone(), names[1].clone(), names[0].clone()]
    );
    assert_eq!(ids(Some(1)), [names[2].clone()]);
    assert_eq!(fixture.store.list(Some(1)).unwrap()[0].updated, 1_002_000);
}

/// As if the folders had been quiet for long.
fn quiet(fixture: &Fixture) {
    for folder in ["conversations", "locks"] {
        let hour = std::time::Duration::from_secs(3600);
        let folder = std::fs::File::open(fixture.folder.path().join(folder)).unwrap();
        folder
            .set_modified(std::time::SystemTime::now() - hour)
            .unwrap();
    }
}

// A folder can only be opened like a file where there is this system's kind of files.
#[test]
fn what_changes_after_a_quiet_time_is_seen() {
    if std::fs::File::open(".").is_err() {
        return;
    }
    let fixture = filled();
    let store = &fixture.store;
    let folder = fixture.folder.path().join("conversations");
    let count = || store.list(None).unwrap().len();
    quiet(&fixture);
    assert_eq!((count(), count()), (2, 2));
    let old = r#"[{"role": "user", "type": "message", "content": "brought along"}]"#;
    std::fs::write(folder.join("old.json"), old).unwrap();
    assert_eq!(count(), 3);
    assert_eq!(hits(store, "brought along").len(), 1);
    quiet(&fixture);
    assert_eq!((count(), count()), (3, 3));
    std::fs::remove_file(folder.join("old.json")).unwrap();
    assert_eq!(count(), 2);
    quiet(&fixture);
    assert_eq!((count(), count()), (2, 2));
    let mut writer = fixture.conversation("of our own");
    writer
        .append(&message("m", Role::User, "said here"))
        .unwrap();
    quiet(&fixture);
    assert_eq!(hits(store, "said here").len(), 1);
    writer
        .append(&message("n", Role::User, "said later"))
        .unwrap();
    assert_eq!(hits(store, "said later").len(), 1);
    drop(writer);
    quiet(&fixture);
    check_answers_after(store);
    assert_eq!(store.reindex().unwrap(), 3);
    check_answers_after(store);
}

fn check_answers_after(store: &Store) {
    for _ in 0..2 {
        assert_eq!(hits(store, "forecast").len(), 1);
        assert_eq!(hits(store, "said").len(), 2);
    }
}
