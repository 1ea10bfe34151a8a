use std::path::Path;
use std::process::Command;

use pretty_assertions::assert_eq;

use crate::support::House;

const CANARY: &str = "canary3Lk9Mn2Bv7Cx4Zq1We8Rt6Yu5Io0";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<String> {
    let listed = Command::new("find")
        .arg(folder)
        .args(["-type", "f"])
        .output()
        .unwrap();
    let text = String::from_utf8(listed.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn mode(path: &Path) -> String {
    let told = Command::new("stat").args(["-c", "%a"]).arg(path).output();
    String::from_utf8(told.unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn the_version_is_told_without_touching_a_file() {
    let house = House::new();
    let output = house.command(&[]).arg("--version").output().unwrap();
    assert!(output.status.success());
    assert_eq!(files(&house.path("")), Vec::<String>::new());
}

#[test]
fn the_log_tells_what_happened_and_not_what_was_said() {
    let house = House::new();
    let output = house
        .command(&["-y", "--verbose", "--api_key", CANARY])
        .arg("run python: print('ca' + 'shew')")
        .env("OPENAI_API_KEY", format!("{CANARY}-env"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let log = house.path("data/logs/interpreter.log");
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(
        text.contains(" INFO ") && text.contains("run over"),
        "{text}"
    );
    assert!(text.contains("[the terminal "), "{text}");
    assert!(!text.contains("shew") && !text.contains(CANARY), "{text}");
    assert_eq!(mode(&log), "600");
    assert_eq!(mode(&house.path("data/logs")), "700");
}
