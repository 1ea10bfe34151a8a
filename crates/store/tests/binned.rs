//! Deleted, and back again.

use interpreter_protocol::{ConversationId, Role};
use interpreter_store::{Error, Store};
use pretty_assertions::assert_eq;

use crate::copies::rich;
use crate::{Fixture, message};

fn names(store: &Store) -> Vec<ConversationId> {
    let list = store.list(None).unwrap();
    list.into_iter().map(|line| line.id).collect()
}

fn files(fixture: &Fixture, folder: &str) -> usize {
    let folder = fixture.folder.path().join(folder);
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn what_was_deleted_comes_back_whole() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let id = rich(&fixture);
    let before = store.read(&id).unwrap();
    let line = store.list(None).unwrap();
    store.discard(&id).unwrap();
    assert_eq!(names(store), []);
    assert_eq!(store.search("sine", 9).unwrap(), []);
    let unknown = Error::UnknownConversation(id.clone());
    assert_eq!(store.read(&id).unwrap_err(), unknown);
    assert_eq!(store.discard(&id).unwrap_err(), unknown);
    // Another program sees the same, and can bring it back as well.
    let other = fixture.reopened();
    assert_eq!(names(&other), []);
    other.restore(&id).unwrap();
    assert_eq!(store.read(&id).unwrap(), before);
    assert_eq!(store.list(None).unwrap().len(), 1);
    assert_eq!(store.list(None).unwrap()[0].items, line[0].items);
    assert_eq!(store.search("cosine", 9).unwrap().len(), 1);
    assert_eq!(store.output(&id, &"c1".into(), 0, 99).unwrap().0, "drawn\n");
    assert_eq!(store.restore(&id).unwrap_err(), unknown);
}

#[test]
fn the_bin_is_emptied_by_time_and_by_name() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let first = rich(&fixture);
    let second = store.copy(&first, None).unwrap();
    let third = fixture.conversation("third").id().clone();
    for id in [&first, &second, &third] {
        store.discard(id).unwrap();
    }
    assert_eq!(files(&fixture, "bin"), 3);
    store.purge(1, None).unwrap();
    assert_eq!(files(&fixture, "bin"), 3);
    store
        .purge(u64::MAX, Some(std::slice::from_ref(&first)))
        .unwrap();
    assert_eq!(files(&fixture, "bin"), 2);
    // The copy may still come back, so its pictures stay.
    assert_eq!(
        (files(&fixture, "blobs"), files(&fixture, "outputs")),
        (2, 1)
    );
    store.restore(&second).unwrap();
    assert_eq!(names(store), std::slice::from_ref(&second));
    store.discard(&second).unwrap();
    assert_eq!(store.binned().len(), 2);
    store.purge(u64::MAX, None).unwrap();
    assert!(store.binned().is_empty());
    assert_eq!(
        (files(&fixture, "blobs"), files(&fixture, "outputs")),
        (0, 0)
    );
    assert!(store.restore(&second).is_err());
}

#[test]
fn a_name_in_the_bin_is_not_given_again() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let id = fixture.conversation("the same words").id().clone();
    store.discard(&id).unwrap();
    let mut writer = fixture.conversation("the same words");
    assert_ne!(*writer.id(), id);
    writer.append(&message("u", Role::User, "new")).unwrap();
    store.restore(&id).unwrap();
    assert_eq!(names(store).len(), 2);
}

#[test]
fn what_another_program_writes_is_not_deleted() {
    let fixture = Fixture::new();
    let busy = fixture.conversation("busy");
    let idle = fixture.conversation("idle").id().clone();
    let other = fixture.reopened();
    assert!(matches!(
        other.discard(busy.id()),
        Err(Error::Locked { .. })
    ));
    let all = [busy.id().clone(), "unknown".into(), idle];
    assert_eq!(other.delete_all(&all).unwrap(), 1);
    assert_eq!(names(&other), [busy.id().clone()]);
    assert_eq!(files(&fixture, "bin"), 0);
}

#[test]
fn an_old_file_comes_back_with_what_was_made_of_it() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let folder = fixture.folder.path().join("conversations");
    let text = r#"[{"role": "user", "type": "message", "content": "from before"}]"#;
    std::fs::write(folder.join("Before.json"), text).unwrap();
    let id = ConversationId::from("Before");
    store
        .write(&id)
        .unwrap()
        .append(&message("n", Role::User, "and now"))
        .unwrap();
    assert_eq!(files(&fixture, "conversations"), 2);
    store.discard(&id).unwrap();
    assert_eq!(names(store), []);
    assert_eq!(files(&fixture, "conversations"), 0);
    store.restore(&id).unwrap();
    assert_eq!(files(&fixture, "conversations"), 2);
    assert_eq!(store.read(&id).unwrap().transcript.items.len(), 2);
}

#[test]
fn a_crash_in_the_middle_loses_nothing() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let folder = fixture.folder.path();
    let text = r#"[{"role": "user", "type": "message", "content": "from before"}]"#;
    let old = folder.join("conversations/Before.json");
    std::fs::write(&old, text).unwrap();
    let id = ConversationId::from("Before");
    drop(store.write(&id).unwrap());
    // Deleting got as far as the old file: the conversation is there, whole.
    std::fs::create_dir_all(folder.join("bin")).unwrap();
    std::fs::rename(&old, folder.join("bin/5 Before.json")).unwrap();
    assert_eq!(store.read(&id).unwrap().transcript.items.len(), 1);
    store.purge(u64::MAX, None).unwrap();
    assert_eq!(store.read(&id).unwrap().transcript.items.len(), 1);
    // Strange files in the bin are nobody's.
    std::fs::write(folder.join("bin/no time.jsonl"), "x").unwrap();
    std::fs::write(folder.join("bin/.hidden"), "x").unwrap();
    assert!(store.binned().is_empty());
}
