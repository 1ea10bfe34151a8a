use std::os::unix::fs::{PermissionsExt, symlink};

use interpreter_protocol::Scope;
use interpreter_settings::{Paths, Secrets};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::{Fixture, object};

#[test]
fn files_and_folders_are_for_their_owner_only() {
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let fixture = Fixture::new();
    let mut settings = fixture.load();
    settings
        .save(&Scope::Global, &object(&json!({"os": true})))
        .unwrap();
    settings.add_grant(crate::saving::grant("a", None)).unwrap();
    let paths = &fixture.paths;
    for file in [paths.settings_file(), paths.config.join("grants.json")] {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    for folder in [
        &paths.data,
        &paths.config,
        &paths.cache,
        &paths.runtime,
        &paths.blobs(),
    ] {
        assert_eq!(mode(folder), 0o700, "{}", folder.display());
    }
    // People keep settings elsewhere and link to them.
    let elsewhere = fixture.folder.path().join("dotfiles.json");
    std::fs::rename(paths.settings_file(), &elsewhere).unwrap();
    symlink(&elsewhere, paths.settings_file()).unwrap();
    settings
        .save(&Scope::Global, &object(&json!({"model": "a"})))
        .unwrap();
    assert!(paths.settings_file().is_symlink());
    assert!(
        std::fs::read_to_string(&elsewhere)
            .unwrap()
            .contains("\"model\"")
    );
}

#[test]
fn a_file_of_secrets_is_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    Secrets::open(&paths).set("A", "one").unwrap();
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&paths.config.join("secrets.json")), 0o600);
    assert_eq!(mode(&paths.config), 0o700);
}
