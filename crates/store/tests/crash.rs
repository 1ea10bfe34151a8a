//! A file may end anywhere: what is before the break is read, and the next writer goes on.

use interpreter_protocol::{Chunk, Event, Role, Transcript, kind};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::{Fixture, code, complete, message, record};

#[test]
fn a_file_cut_at_any_byte_gives_a_prefix_and_can_be_continued() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("cut me");
    let id = writer.id().clone();
    let mut events = Vec::new();
    events.extend(
        writer
            .append(&message("u", Role::User, "Größe von 日本?"))
            .unwrap(),
    );
    let delta = || Chunk::new(Role::Assistant, kind::MESSAGE);
    events.extend(writer.append(&[record("a", delta().start())]).unwrap());
    for piece in ["It ", "is \"large\"", "\n😀"] {
        events.extend(
            writer
                .append(&[record("a", delta().content(piece))])
                .unwrap(),
        );
    }
    writer
        .provider(&"a".into(), &json!({"signature": "x"}))
        .unwrap();
    events.extend(writer.append(&[record("a", delta().end())]).unwrap());
    events.extend(writer.append(&code("c", "python", "1+1")).unwrap());
    writer
        .overrides(json!({"model": "m"}).as_object().unwrap())
        .unwrap();
    events.extend(writer.append(&[complete()]).unwrap());
    let meta = writer.recorded().transcript.meta.clone();
    drop(writer);
    let path = fixture
        .folder
        .path()
        .join("conversations")
        .join(format!("{id}.jsonl"));
    let whole = std::fs::read(&path).unwrap();
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;

    for cut in 0..=whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let read = fixture.store.events(&id, 0).unwrap();
        assert_eq!(read, events[..read.len()], "cut at byte {cut}");
        let lines = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
        let expected_lines = whole[header..cut.max(header)]
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n") && line.starts_with(b"{\"seq\""))
            .count();
        assert_eq!(
            read.len(),
            expected_lines,
            "cut at byte {cut}, after {lines} lines"
        );

        let mut expected = Transcript::default();
        if cut >= header {
            expected.meta = meta.clone();
        }
        read.iter().for_each(|event| expected.apply(event));
        let recorded = fixture.store.read(&id).unwrap();
        assert_eq!(recorded.transcript, expected, "cut at byte {cut}");
        assert_eq!(recorded.damaged, 0);

        let mut writer = fixture.store.write(&id).unwrap();
        assert_eq!(writer.recorded().transcript, expected);
        let more = writer.append(&message("n", Role::User, "go on")).unwrap();
        drop(writer);
        let all: Vec<Event> = read.into_iter().chain(more).collect();
        assert_eq!(
            fixture.store.events(&id, 0).unwrap(),
            all,
            "continued after byte {cut}"
        );
        assert_eq!(fixture.store.read(&id).unwrap().damaged, 0);
    }
}

#[test]
fn damaged_and_unknown_lines_are_skipped_and_kept() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("damage");
    let id = writer.id().clone();
    writer.append(&message("u", Role::User, "one")).unwrap();
    drop(writer);
    let path = fixture
        .folder
        .path()
        .join("conversations")
        .join(format!("{id}.jsonl"));
    let mut text = std::fs::read(&path).unwrap();
    text.extend(b"{\"seq\":4,\"item\":\"x\",\"chu\xff\n");
    text.extend(b"{\"bookmark\":{\"item\":\"u\"}}\n");
    std::fs::write(&path, &text).unwrap();

    let mut writer = fixture.store.write(&id).unwrap();
    assert_eq!(writer.recorded().damaged, 1);
    writer.append(&message("v", Role::User, "two")).unwrap();
    drop(writer);
    let recorded = fixture.store.read(&id).unwrap();
    let texts: Vec<&str> = recorded
        .transcript
        .items
        .iter()
        .map(|item| item.text())
        .collect();
    assert_eq!(texts, ["one", "two"]);
    assert_eq!(recorded.damaged, 1);
    assert!(std::fs::read(&path).unwrap().starts_with(&text));
}

#[test]
fn a_full_disk_keeps_whole_groups_and_says_so() {
    // A limit on the size of files stands in for a full disk.
    let fixture = Fixture::new();
    let output =
        crate::locking::helper("crash::write_until_the_disk_is_full", fixture.folder.path())
            .shell("trap '' XFSZ; ulimit -f 64; exec \"$@\"")
            .output();
    assert!(output.contains("refused and kept"), "{output}");
    let listed = fixture.store.list(None).unwrap();
    assert_eq!(listed.len(), 1);
    let recorded = fixture.store.read(&listed[0].id).unwrap();
    assert_eq!(recorded.damaged, 0);
    assert!(recorded.transcript.items.iter().all(|item| item.complete));
    assert!(!recorded.transcript.items.is_empty());
}

#[test]
#[ignore = "run by a_full_disk_keeps_whole_groups_and_says_so"]
fn write_until_the_disk_is_full() {
    let Some(store) = crate::locking::store_of_helper() else {
        return;
    };
    let mut writer = store.create("fill", &Default::default()).unwrap();
    let text = "x".repeat(1000);
    let mut last = writer.recorded().transcript.clone();
    for number in 0..100_000 {
        match writer.append(&message(&format!("i{number}"), Role::User, &text)) {
            Ok(_) => last = writer.recorded().transcript.clone(),
            Err(interpreter_store::Error::CannotSave { path, .. }) => {
                assert!(path.ends_with(format!("{}.jsonl", writer.id())));
                assert_eq!(writer.recorded().transcript, last);
                assert_eq!(store.read(writer.id()).unwrap().transcript, last);
                println!("refused and kept");
                return;
            }
            Err(other) => panic!("{other}"),
        }
    }
    panic!("the disk was never full");
}
