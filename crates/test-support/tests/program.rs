//! The server as a program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use interpreter_test_support::model_server::parse_script;

#[test]
fn the_program_serves_a_script_and_tells_what_it_saw() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.json");
    std::fs::write(
        &script,
        r#"{"turns": [{"steps": [{"echo": "You said: "}]}], "models": ["m"]}"#,
    )
    .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_scripted-model"))
        .arg("--with-parent")
        .arg(&script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    let address = url.trim().strip_prefix("http://").unwrap().to_owned();
    let ask = |request: String| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).ok();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    };
    let get = |path: &str| ask(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert!(get("/v1/models").contains(r#""id":"m""#));
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    let answer = ask(format!(
        "POST /v1/chat/completions HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    // The client closed its side at once, so the answer may be cut short; the
    // request is recorded in any case.
    drop(answer);
    let seen = get("/_seen");
    assert!(
        seen.contains("not the system text") && seen.contains(r#""turns_left":0"#),
        "{seen}"
    );
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("request 1: "));
}

#[test]
fn a_wrong_script_is_refused() {
    let cases = [
        ("{", "EOF"),
        (r#"{"turn": []}"#, "unknown field"),
        (
            r#"{"turns": [{"steps": [{"txt": "x"}]}]}"#,
            "a step is an object with one key",
        ),
    ];
    for (script, expected) in cases {
        let Err(error) = parse_script(script) else {
            panic!("{script} was taken")
        };
        assert!(error.contains(expected), "{error}");
    }
}
