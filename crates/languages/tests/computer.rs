use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixListener;

use interpreter_languages::RunStatus;
use serde_json::{Value, json};

use crate::support::bench_with;

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Answers like the host does: echoes calls, shows a picture, refuses one.
fn serve(mut stream: std::os::unix::net::UnixStream) {
    {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(first, json!({"token": "t0"}));
        for line in lines {
            let Ok(line) = line else { break };
            let call: Value = serde_json::from_str(&line).unwrap();
            let mut answer = json!({"id": call["id"]});
            match call["method"].as_str().unwrap() {
                "display.view" => {
                    answer["result"] = json!({"image": {"base64": PNG, "media_type": "image/png", "width": 1, "height": 1}});
                }
                "mouse.nowhere" => {
                    answer["error"] = json!({"code": "not_found", "message": "Nothing there.", "remedy": "Look first."});
                }
                method => answer["result"] = json!([method, call["params"]]),
            }
            writeln!(stream, "{answer}").unwrap();
        }
    }
}

#[tokio::test]
async fn the_computer_api_in_python_and_javascript() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("api");
    let listener = UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(move || serve(stream.unwrap()));
        }
    });
    let bench = bench_with(|config| {
        config.env = vec![
            (
                "INTERPRETER_COMPUTER".to_owned(),
                format!("unix:{}", socket.display()),
            ),
            ("INTERPRETER_COMPUTER_TOKEN".to_owned(), "t0".to_owned()),
        ];
    });
    let python = bench
        .run(
            "python",
            "print(computer.mouse.click('OK', button='left'))\ncomputer.clipboard.view()",
        )
        .await;
    assert_eq!(
        python.output,
        "['mouse.click', {'args': ['OK'], 'button': 'left'}]\n['clipboard.view', {}]\n"
    );
    let python = bench
        .run("python", "v = computer.display.view()\nprint(v.width, len(v.png))\nq = computer.display.view(show=False)\nimport os; os.environ.get('INTERPRETER_COMPUTER_TOKEN')")
        .await;
    assert_eq!(python.images, [("image/png".to_owned(), Some(1), Some(1))]);
    assert_eq!(python.output, "1 70\n");
    let python = bench.run("python", "computer.mouse.nowhere()").await;
    assert_eq!(python.status(), RunStatus::Error);
    assert!(
        python
            .output
            .ends_with("ComputerError: Nothing there. Look first.\n"),
        "{python:?}"
    );
    assert!(!python.output.contains("screen.py"), "{python:?}");
    let script = bench
        .run("js", "console.log(JSON.stringify(await computer.mouse.click('OK', {button: 'left'}))); const v = await computer.display.view(); v.width")
        .await;
    assert_eq!(
        script.output,
        "[\"mouse.click\",{\"args\":[\"OK\"],\"button\":\"left\"}]\n1\n"
    );
    assert_eq!(script.images.len(), 1);
    let script = bench.run("js", "await computer.mouse.nowhere()").await;
    assert!(
        script
            .output
            .contains("ComputerError: Nothing there. Look first."),
        "{script:?}"
    );
    let plain = crate::support::bench().run("python", "computer").await;
    assert!(plain.message().starts_with("NameError"), "{plain:?}");
}
