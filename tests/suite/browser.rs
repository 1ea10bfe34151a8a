//! The page in a browser, against a live server: one test for each file of flows
//! in `ui/e2e`, with an engine, a screen and, where `NAME.model.json` lies beside
//! it, a scripted model of its own.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use interpreter_test_support::model_server::parse_script;
use interpreter_test_support::{Desktop, ModelServer};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::house::{House, PATIENCE};

/// How long the flows of one file together may take.
const ALL: Duration = Duration::from_secs(240);

/// These begin where nobody was before; the page itself is told of the model.
const FIRST: &str = "start";

#[tokio::test]
async fn the_first_way_through() {
    flows("main").await;
}

#[tokio::test]
async fn control() {
    flows("control").await;
}

#[tokio::test]
async fn popup() {
    flows("popup").await;
}

#[tokio::test]
async fn history() {
    flows("history").await;
}

#[tokio::test]
async fn transcript() {
    flows("transcript").await;
}

#[tokio::test]
async fn start() {
    flows(FIRST).await;
}

#[tokio::test]
async fn settings() {
    flows("settings").await;
}

async fn flows(name: &str) {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
    let built = ui.join("dist/assets");
    assert!(
        built.is_dir(),
        "the UI is not built; `cargo xtask test` builds it before the tests"
    );
    let desktop = Desktop::start();
    let script = std::fs::read_to_string(ui.join(format!("e2e/{name}.model.json")));
    let model = script.ok().map(|script| {
        let script = parse_script(&script).expect("the script of the model can be read");
        ModelServer::start(script)
    });
    let mut house = House::new()
        .on(&desktop)
        .env("INTERPRETER_PORT", "0")
        .env("INTERPRETER_UI", &ui.join("dist").to_string_lossy());
    if let (FIRST, Some(model)) = (name, &model) {
        // The scripted model is what answers on this machine, and nothing else.
        let ports = format!("1337={}", model.address().port());
        house = house.untouched().env("INTERPRETER_LOCAL_PORTS", &ports);
    } else if let Some(model) = &model {
        house = house
            .env("INTERPRETER_MODEL", "openai/scripted")
            .env("INTERPRETER_API_BASE", &model.openai_base())
            .env("OPENAI_API_KEY", "sk-scripted-0123456789");
    }
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
        .arg(format!("e2e/{name}.mjs"))
        .arg(&url)
        .current_dir(&ui)
        // The gate's own display, for the person who moves the mouse.
        .envs(desktop.envs())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    if let Some(model) = &model {
        tests.env("INTERPRETER_E2E_MODEL", model.url());
    }
    let output = tokio::time::timeout(ALL, tests.output())
        .await
        .expect("the page's tests never ended")
        .expect("node does not start; `cargo xtask setup` installs it");
    server.kill().await.unwrap();
    rest.await.unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}\n{errors}");
    if let Some(model) = model {
        // What was asked of it was valid in every way it checks.
        model.finish();
    }
}
