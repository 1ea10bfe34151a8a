//! The page in a browser, against a live server (`ui/e2e`).

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use interpreter_test_support::Desktop;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::house::{House, PATIENCE};

/// How long all of the page's tests together may take.
const ALL: Duration = Duration::from_secs(240);

#[tokio::test]
async fn the_page_in_chromium() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
    let built = ui.join("dist/assets");
    assert!(
        built.is_dir(),
        "the UI is not built; `cargo xtask test` builds it before the tests"
    );
    let desktop = Desktop::start();
    let house = House::new()
        .on(&desktop)
        .env("INTERPRETER_PORT", "0")
        .env("INTERPRETER_UI", &ui.join("dist").to_string_lossy());
    let mut server = house.command(&["--server"]);
    server
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut server = server.spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let url = tokio::time::timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await.unwrap() {
            said.push_str(&line);
            let word = line.split(' ').find(|word| word.starts_with("http://"));
            if let Some(url) = word {
                return url.to_owned();
            }
        }
        panic!("the server ended: {said}");
    })
    .await
    .expect("the server never told its address");
    // Nobody reads on; what it says further goes with the test's own output.
    let rest = tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            println!("server: {line}");
        }
    });

    let mut tests = Command::new("node");
    tests
        .args(["e2e/main.mjs", &url])
        .current_dir(&ui)
        // The gate's own display, for the person who moves the mouse.
        .envs(desktop.envs())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(ALL, tests.output())
        .await
        .expect("the page's tests never ended")
        .expect("node does not start; `cargo xtask setup` installs it");
    server.kill().await.unwrap();
    rest.await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}\n{errors}");
}
