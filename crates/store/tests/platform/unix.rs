use std::os::unix::fs::PermissionsExt;

use interpreter_protocol::Role;
use pretty_assertions::assert_eq;

use crate::{Fixture, message};

#[test]
fn files_are_for_their_owner_only() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("private");
    writer
        .append(&message("u", Role::User, "secret words"))
        .unwrap();
    let blob = fixture.store.put_blob(b"secret picture").unwrap();
    fixture
        .store
        .spool(writer.id(), &"o".into())
        .unwrap()
        .write("secret output")
        .unwrap();
    fixture.store.search("secret", 9).unwrap();
    let data = fixture.folder.path();
    for path in [
        data.join("conversations")
            .join(format!("{}.jsonl", writer.id())),
        data.join("blobs").join(blob.trim_start_matches("sha256:")),
        data.join("outputs")
            .join(writer.id().as_str())
            .join("o.txt"),
        data.join("index.sqlite"),
        data.join("index.sqlite-wal"),
    ] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}
