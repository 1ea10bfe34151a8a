//! One writer a conversation, among programs and inside one.

use std::path::Path;
use std::process::{Command, Stdio};

use interpreter_protocol::{ErrorCode, Role};
use interpreter_store::{Error, Store};
use pretty_assertions::assert_eq;

use crate::{Fixture, message};

const FOLDER: &str = "STORE_TEST_FOLDER";
const CONVERSATION: &str = "STORE_TEST_CONVERSATION";

/// This test program, run as another process that does one (otherwise ignored) test.
pub struct Helper(Vec<String>, Vec<(&'static str, String)>);

pub fn helper(test: &str, folder: &Path) -> Helper {
    let program = std::env::current_exe().unwrap();
    let words = [
        program.to_str().unwrap(),
        "--exact",
        test,
        "--ignored",
        "--nocapture",
    ];
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    Helper(words, vec![(FOLDER, folder.to_str().unwrap().to_owned())])
}

impl Helper {
    pub fn shell(mut self, script: &str) -> Self {
        let start = ["sh", "-c", script, "sh"].map(str::to_owned);
        self.0.splice(0..0, start);
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.0[0]);
        command
            .args(&self.0[1..])
            .envs(self.1.iter().map(|(key, value)| (key, value)));
        command
    }

    pub fn output(&self) -> String {
        let output = self.command().output().unwrap();
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    }
}

/// In a helper: the store it works on. Absent where somebody runs ignored tests by hand.
pub fn store_of_helper() -> Option<Store> {
    std::env::var(FOLDER)
        .ok()
        .map(|folder| Store::open(Path::new(&folder)).unwrap())
}

#[test]
fn another_process_can_read_but_not_write() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("shared");
    let id = writer.id().clone();
    writer.append(&message("u", Role::User, "hello")).unwrap();
    drop(writer);

    let mut other = helper("locking::hold_until_told", fixture.folder.path());
    other.1.push((CONVERSATION, id.0.clone()));
    let mut child = other
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut output, "held");

    let refused = fixture.store.write(&id).unwrap_err();
    let program = std::env::current_exe().unwrap();
    let program = program.file_stem().unwrap().to_str().unwrap();
    let holder = format!("{program} (process {})", child.id());
    assert_eq!(
        refused,
        Error::Locked {
            conversation: id.clone(),
            holder: holder.clone()
        }
    );
    let refused = interpreter_protocol::Error::from(refused);
    assert_eq!(refused.code, ErrorCode::Locked);
    assert_eq!(
        refused.message,
        format!("The conversation `{id}` is being written by {holder}. It can be read here.")
    );
    let recorded = fixture.store.read(&id).unwrap();
    assert_eq!(recorded.transcript.items[0].text(), "hello");
    assert_eq!(
        recorded.read_only,
        Some(Error::Locked {
            conversation: id.clone(),
            holder
        })
    );
    assert_eq!(fixture.store.list(None).unwrap().len(), 1);
    assert!(matches!(
        fixture.store.delete(&id),
        Err(Error::Locked { .. })
    ));

    // It dies without a farewell: the lock goes, and the note it left misleads nobody.
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fixture.store.read(&id).unwrap().read_only, None);
    drop(fixture.store.write(&id).unwrap());
    assert_eq!(fixture.store.read(&id).unwrap().read_only, None);
}

fn wait_for(output: &mut impl std::io::BufRead, word: &str) {
    let mut line = String::new();
    while output.read_line(&mut line).unwrap() > 0 {
        if line.contains(word) {
            return;
        }
        line.clear();
    }
    panic!("the helper ended without saying {word}");
}

#[test]
#[ignore = "run by another_process_can_read_but_not_write"]
fn hold_until_told() {
    let Some(store) = store_of_helper() else {
        return;
    };
    let id = std::env::var(CONVERSATION).unwrap();
    let _writer = store.write(&id.as_str().into()).unwrap();
    println!("held");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[test]
fn two_writers_in_one_program_exclude_each_other() {
    let fixture = Fixture::new();
    let writer = fixture.conversation("twice");
    let id = writer.id().clone();
    let holder = format!("this program (process {})", std::process::id());
    let locked = Error::Locked {
        conversation: id.clone(),
        holder,
    };
    assert_eq!(fixture.store.write(&id).unwrap_err(), locked);
    assert_eq!(fixture.reopened().write(&id).unwrap_err(), locked);
    drop(writer);
    fixture.reopened().write(&id).unwrap();
}
