use std::sync::Arc;

use pretty_assertions::assert_eq;

use super::*;
use crate::keychain::Unavailable;

/// A keychain that is a table, and counts how often it was asked.
#[derive(Debug, Default, Clone)]
struct Table(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    secrets: BTreeMap<String, String>,
    asked: u32,
    broken: bool,
}

impl Table {
    fn asked(&self) -> u32 {
        self.0.lock().unwrap().asked
    }

    fn break_down(&self) {
        self.0.lock().unwrap().broken = true;
    }

    fn act<T>(
        &self,
        act: impl FnOnce(&mut BTreeMap<String, String>) -> T,
    ) -> Result<T, Unavailable> {
        let mut table = self.0.lock().unwrap();
        table.asked += 1;
        if table.broken {
            Err(Unavailable("it broke".to_owned()))
        } else {
            Ok(act(&mut table.secrets))
        }
    }
}

impl Keychain for Table {
    fn read(&self, name: &str) -> Result<Option<Secret>, Unavailable> {
        self.act(|table| table.get(name).cloned().map(Secret::new))
    }

    fn write(&self, name: &str, value: &str) -> Result<(), Unavailable> {
        self.act(|table| drop(table.insert(name.to_owned(), value.to_owned())))
    }

    fn delete(&self, name: &str) -> Result<(), Unavailable> {
        self.act(|table| drop(table.remove(name)))
    }
}

fn exposed(secret: Option<Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}

#[test]
fn the_keychain_keeps_secrets_and_no_file_appears() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let table = Table::default();
    let secrets = Secrets::with(&paths, Some(Box::new(table.clone())));
    let file = paths.config.join("secrets.json");
    assert_eq!(
        secrets.place(),
        format!(
            "the keychain of this system, or {} where there is none",
            file.display()
        )
    );
    assert_eq!(
        table.asked(),
        0,
        "nothing is touched before a secret is asked for"
    );
    assert_eq!(secrets.get("A"), None);
    secrets.set("A", "one").unwrap();
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    let asked = table.asked();
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    assert_eq!(table.asked(), asked, "an answer holds for a while");
    assert_eq!(secrets.place(), "the keychain of this system");
    secrets.delete("A").unwrap();
    assert_eq!(secrets.get("A"), None);
    assert!(!file.exists());
}

#[test]
fn without_a_keychain_a_private_file_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let table = Table::default();
    table.break_down();
    let secrets = Secrets::with(&paths, Some(Box::new(table.clone())));
    secrets.set("A", "one").unwrap();
    assert_eq!(
        table.asked(),
        1,
        "a keychain that is not there is asked once"
    );
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    let file = paths.config.join("secrets.json");
    assert_eq!(
        secrets.place(),
        format!(
            "{}, which only you can read (no keychain is used: it broke)",
            file.display()
        )
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "{\n  \"A\": \"one\"\n}\n"
    );

    // Once there is one, what the file holds is found, and moves at the next change.
    let secrets = Secrets::with(&paths, Some(Box::<Table>::default()));
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    secrets.set("A", "two").unwrap();
    assert_eq!(exposed(secrets.get("A")), Some("two".to_owned()));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}\n");
}

#[test]
fn a_moved_home_never_uses_the_keychain() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let secrets = Secrets::open(&paths);
    assert!(secrets.place().contains("INTERPRETER_HOME is set"));
    secrets.set("A", "one").unwrap();
    assert_eq!(
        exposed(Secrets::open(&paths).get("A")),
        Some("one".to_owned())
    );
    secrets.delete("A").unwrap();
    assert_eq!(Secrets::open(&paths).get("A"), None);
}

#[test]
fn a_broken_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    std::fs::create_dir_all(&paths.config).unwrap();
    std::fs::write(paths.config.join("secrets.json"), "{\"A\": \"half").unwrap();
    let secrets = Secrets::open(&paths);
    assert_eq!(secrets.get("A"), None);
    secrets.set("B", "two").unwrap();
    assert_eq!(exposed(secrets.get("B")), Some("two".to_owned()));
    let texts: Vec<String> = std::fs::read_dir(&paths.config)
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(texts.contains(&"{\"A\": \"half".to_owned()), "{texts:?}");
}

#[test]
fn secrets_are_never_printed() {
    let secret = Secret::new("sk-canary");
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "*** Some(***)");
}

/// The real keychain of a system that has none: a bus that nobody listens on.
#[test]
fn a_dead_bus_means_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "secrets::tests::use_the_real_keychain",
            "--ignored",
            "--nocapture",
        ])
        .env("SETTINGS_TEST_FOLDER", folder.path())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("came back from the file"), "{text}");
}

#[test]
#[ignore = "run by a_dead_bus_means_the_file"]
fn use_the_real_keychain() {
    let Ok(folder) = std::env::var("SETTINGS_TEST_FOLDER") else {
        return;
    };
    let paths = Paths::below(std::path::Path::new(&folder));
    let secrets = Secrets::with(&paths, Some(Box::new(System)));
    secrets.set("A", "one").unwrap();
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    assert!(
        secrets
            .place()
            .starts_with(&paths.config.join("secrets.json").display().to_string())
    );
    println!("came back from the file: {}", secrets.place());
}

#[test]
fn what_comes_with_copying_is_left_out_and_what_is_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = Secrets::with(&Paths::below(folder.path()), None);
    secrets.set("A", " \t one\n").unwrap();
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
    let long = "x".repeat(LONGEST + 1);
    for value in ["", " \n", "canary\ncanary", long.as_str()] {
        let error = secrets.set("A", value).unwrap_err();
        assert!(matches!(error, Error::BadSecret { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    assert_eq!(exposed(secrets.get("A")), Some("one".to_owned()));
}

#[test]
fn each_secret_tells_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::below(folder.path());
    let file = paths.config.join("secrets.json");
    let secrets = Secrets::with(&paths, None);
    secrets.set("A", "one").unwrap();
    let place = |secrets: &Secrets, name: &str| secrets.find(name).map(|(_, kept)| kept);
    assert_eq!(place(&secrets, "A"), Some(Kept::File(file.clone())));
    assert_eq!(place(&secrets, "B"), None);
    let secrets = Secrets::with(&paths, Some(Box::new(Table::default())));
    secrets.set("B", "two").unwrap();
    assert_eq!(place(&secrets, "B"), Some(Kept::Keychain));
    assert_eq!(place(&secrets, "A"), Some(Kept::File(file)));
}
