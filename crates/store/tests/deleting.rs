//! Deleting takes what only that conversation used.

use interpreter_protocol::{Chunk, Role, kind};
use interpreter_store::Error;
use pretty_assertions::assert_eq;

use crate::{Fixture, message, record};

#[test]
fn a_deleted_conversation_takes_its_own_blobs_and_outputs_along() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let image = |item: &str, hash: &str| {
        let chunk = Chunk::new(Role::Computer, kind::IMAGE)
            .format("blob")
            .content(hash);
        record(item, chunk.end())
    };
    let own = store.put_blob(b"only here").unwrap();
    let shared = store.put_blob(b"in both").unwrap();
    let unrelated = store.put_blob(b"elsewhere").unwrap();
    let mut gone = fixture.conversation("goes away");
    gone.append(&message("u", Role::User, "forget this"))
        .unwrap();
    gone.append(&[image("a", &own), image("b", &shared)])
        .unwrap();
    store
        .spool(gone.id(), &"o".into())
        .unwrap()
        .write("output")
        .unwrap();
    let mut stays = fixture.conversation("stays");
    stays
        .append(&[image("c", &shared), image("d", &unrelated)])
        .unwrap();
    let (gone, stays) = {
        // Their writers end here; the lock of one would refuse its deletion.
        let (gone, stays) = (gone, stays);
        (gone.id().clone(), stays.id().clone())
    };
    assert_eq!(store.list(None).unwrap().len(), 2);

    store.delete(&gone).unwrap();

    assert_eq!(
        store.read(&gone).unwrap_err(),
        Error::UnknownConversation(gone.clone())
    );
    assert_eq!(store.blob(&own).unwrap_err(), Error::UnknownItem(own));
    assert_eq!(store.blob(&shared).unwrap().1, b"in both");
    assert_eq!(store.blob(&unrelated).unwrap().1, b"elsewhere");
    assert_eq!(
        store.output(&gone, &"o".into(), 0, 9).unwrap_err(),
        Error::UnknownItem("o".to_owned())
    );
    assert_eq!(store.search("forget this", 9).unwrap(), []);
    let left: Vec<_> = store
        .list(None)
        .unwrap()
        .into_iter()
        .map(|line| line.id)
        .collect();
    assert_eq!(left, [stays]);
    assert_eq!(
        std::fs::read_dir(fixture.folder.path().join("locks"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_conversation_that_is_written_is_not_deleted() {
    let fixture = Fixture::new();
    let writer = fixture.conversation("busy");
    assert!(matches!(
        fixture.store.delete(writer.id()),
        Err(Error::Locked { .. })
    ));
    assert!(fixture.store.read(writer.id()).is_ok());
}
