use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::support::House;

fn chunks(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

fn printed(chunks: &[Value]) -> String {
    chunks
        .iter()
        .filter(|chunk| chunk["type"] == "console" && chunk["format"] == "output")
        .filter_map(|chunk| chunk["content"].as_str())
        .collect()
}

#[test]
fn the_version_is_told() {
    let ran = House::new().run(&["--version"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.starts_with("Interpreter "), "{ran:?}");
}

#[test]
fn usage_is_status_two_on_standard_error() {
    for arguments in [
        &["--no_such_flag"] as &[&str],
        &["--max_tokens", "many", "hi"],
    ] {
        let ran = House::new().run(arguments, b"");
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (2, ""),
            "{arguments:?} {ran:?}"
        );
        assert!(!ran.err.is_empty());
    }
    let ran = House::new().run(&["--help"], b"");
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("--auto_run"), "{ran:?}");
}

#[test]
fn a_message_is_answered_once() {
    let ran = House::new().run(&["help"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("click"), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn a_message_on_standard_input_is_answered_once() {
    for arguments in [&["--stdin"] as &[&str], &[]] {
        let ran = House::new().run(arguments, b"help\n");
        assert_eq!(ran.status, 0, "{arguments:?} {ran:?}");
        assert!(ran.out.contains("click"), "{ran:?}");
    }
}

#[test]
fn what_is_no_text_on_standard_input_is_named() {
    let house = House::new();
    let check = |input: &[u8], expected: &str| {
        let ran = house.run(&["--stdin"], input);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    };
    check(b"\x7fELF\xff", "byte 0xff at offset 4");
    check(b"a\0b", "a zero byte at offset 1");
    check(b"", "empty");
}

#[test]
fn code_runs_without_asking_with_auto_run() {
    let ran = House::new().run(&["-y", "--json", "run python: print(6*7)"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let chunks = chunks(&ran.out);
    assert!(printed(&chunks).contains("42"), "{ran:?}");
    assert!(
        !chunks.iter().any(|chunk| chunk["type"] == "confirmation"),
        "{ran:?}"
    );
    assert_eq!(chunks.last().unwrap()["content"], "complete", "{ran:?}");
}

#[test]
fn nothing_runs_where_nobody_can_approve() {
    for json in [true, false] {
        let house = House::new();
        let mut arguments = vec!["run shell: echo > ran.txt"];
        if json {
            arguments.insert(0, "--json");
        }
        let ran = house.run(&arguments, b"y\ny\n");
        assert_eq!(ran.status, 3, "{ran:?}");
        assert!(ran.err.contains("--auto_run"), "{ran:?}");
        assert!(!house.path("ran.txt").exists(), "{ran:?}");
        if json {
            let chunks = chunks(&ran.out);
            let asked: Vec<&Value> = chunks
                .iter()
                .filter(|chunk| chunk["type"] == "confirmation")
                .collect();
            assert_eq!(asked.len(), 1, "{ran:?}");
            assert_eq!(asked[0]["format"], "execution");
            assert_eq!(asked[0]["content"]["type"], "code");
            assert_eq!(printed(&chunks), "", "{ran:?}");
        }
    }
}

#[test]
fn pictures_are_whole_in_json() {
    let code = "```python\nimport base64\nclass P:\n def _repr_png_(self): return base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==')\nP()\n```";
    let ran = House::new().run(&["-y", "--json", code], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let chunks = chunks(&ran.out);
    let picture = chunks
        .iter()
        .find(|chunk| chunk["type"] == "image" && chunk["content"].is_string())
        .unwrap_or_else(|| panic!("no picture: {ran:?}"));
    assert_eq!(picture["format"], "base64.png");
    assert!(
        picture["content"]
            .as_str()
            .unwrap()
            .starts_with("iVBORw0KGgo")
    );
}

#[test]
fn a_failure_says_what_to_do() {
    let house = House::new();
    let ran = house.run(&["--conversation", "no such conversation", "help"], b"");
    assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("no such conversation"), "{ran:?}");
}

#[test]
fn old_spellings_are_told_of_quietly() {
    let ran = House::new().run(&["--yes", "help"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("--yes is now --auto_run."), "{ran:?}");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let house = House::new();
    let mut child = house
        .command(&[
            "-y",
            "--json",
            "run python: for i in range(200): print('x' * 2000, flush=True)",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn lines_of_computer_calls_are_answered_one_by_one() {
    let ran = House::new().run(
        &["computer", "-"],
        b"nonsense\n{\"id\":4,\"method\":\"no.such\"}\n",
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    let answers = chunks(&ran.out);
    assert_eq!(answers.len(), 2, "{ran:?}");
    assert_eq!(answers[0]["error"]["code"], "bad_input");
    assert_eq!(answers[1]["id"], 4);
    assert!(answers[1]["error"]["message"].is_string(), "{ran:?}");
}

#[test]
fn settings_tell_where_they_come_from() {
    let ran = House::new().run(&["--json", "-xo", "77", "settings"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let settings: Value = serde_json::from_str(&ran.out).unwrap();
    let found = settings
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["key"] == "max_output")
        .unwrap();
    assert_eq!(
        (&found["value"], &found["origin"]),
        (&77.into(), &"command_line".into())
    );
}

#[test]
fn a_broken_settings_file_is_named_and_the_answer_comes_all_the_same() {
    let house = House::new();
    std::fs::create_dir_all(house.path("config")).unwrap();
    std::fs::write(house.path("config/settings.json"), "{\n  nonsense\n}").unwrap();
    let ran = house.run(&["help"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.err.contains("settings.json"), "{ran:?}");
    assert!(ran.out.contains("click"), "{ran:?}");
}

#[test]
fn the_index_is_built_anew() {
    let house = House::new();
    assert_eq!(house.run(&["help"], b"").status, 0);
    let ran = house.run(&["reindex"], b"");
    assert_eq!(
        (ran.status, ran.out.trim()),
        (0, "Conversations in the index: 1."),
        "{ran:?}"
    );
}

#[test]
fn a_conversation_goes_on() {
    let house = House::new();
    assert_eq!(house.run(&["help"], b"").status, 0);
    let folder = std::fs::read_dir(house.path("data/conversations")).unwrap();
    let names: Vec<String> = folder
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let [name] = names.as_slice() else {
        panic!("{names:?}")
    };
    let ran = house.run(&["--conversation", name, "--json", "help"], b"");
    assert_eq!(ran.status, 0, "{ran:?}");
    let complete = house.conversations().matches("\"complete\"").count();
    assert_eq!(complete, 2, "{}", house.conversations());
}
