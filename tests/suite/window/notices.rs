//! Notifications of the system: when, what they say, and what choosing does.

use std::process::Stdio;

use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::desk::{self, MAIN};
use super::{RUN, open, say, turn_is_over, with_model};
use crate::house::PATIENCE;
use crate::webdriver::Browser;

/// The desktop's notification service. Ends with the value.
struct Service {
    _process: Child,
    orders: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Service {
    async fn start(desktop: &Desktop) -> Self {
        let mut command = Command::new("/usr/bin/python3");
        command
            .arg("-c")
            .arg(include_str!("notifications.py"))
            .envs(desktop.envs())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = command.spawn().unwrap();
        let orders = process.stdin.take().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut service = Self {
            _process: process,
            orders,
            lines,
        };
        assert_eq!(service.next().await["event"], "ready");
        service
    }

    async fn next(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line());
        let line = line.await.expect("no notification came").unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// The next notification: its number and everything else of it.
    async fn shown(&mut self) -> (u64, Value) {
        let mut shown = self.next().await;
        let id = shown["id"].take().as_u64().unwrap();
        let rest = json!({
            "summary": shown["summary"], "body": shown["body"], "actions": shown["actions"],
        });
        (id, rest)
    }

    /// Chooses one of its buttons.
    async fn choose(&mut self, id: u64, action: &str) {
        let order = format!("{}\n", json!([id, action]));
        self.orders.write_all(order.as_bytes()).await.unwrap();
    }
}

/// A model that asks for these runs, one a turn, and says what came out.
fn runs(codes: &[&str]) -> Script {
    let mut script = Script::new();
    for code in codes {
        script = script
            .reply(Reply::execute("python", code))
            .turn(|request| {
                let printed = request.results().last().map(|result| result.text.clone());
                Reply::text(format!("Came out: {}.", printed.unwrap_or_default().trim()))
            });
    }
    script
}

fn question(code: &str) -> Value {
    json!({
        "summary": "Waiting for you",
        "body": format!("Run this?\n{code}"),
        "actions": ["default", "allow"],
    })
}

async fn notifications(window: &Browser, on: bool) {
    let op = json!({
        "op": "configure", "scope": { "scope": "global" }, "values": { "notifications": on },
    });
    window.invoke("submit", json!({ "op": op })).await.unwrap();
}

#[tokio::test]
async fn a_question_is_told_elsewhere_and_its_buttons_open_and_allow() {
    let model = ModelServer::start(runs(&["print('first')", "print(6 * 7)"]));
    let desktop = Desktop::with_size(1920, 1080);
    let mut service = Service::start(&desktop).await;
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    window.find("#composer").await;
    desk::main_shown(&desktop).await;
    let _form = Fixture::form(&desktop, "Elsewhere").await;
    desk::active(&desktop, "Form").await;
    say(&window, "one").await;
    let (id, shown) = service.shown().await;
    assert_eq!(shown, question("print('first')"));
    assert!(!desk::is_active(&desktop, MAIN));
    // It opens the window at the conversation, and runs nothing.
    window.click("[data-action=new]").await;
    window
        .until("document.querySelectorAll('[data-card]').length === 0")
        .await;
    service.choose(id, "default").await;
    desk::active(&desktop, MAIN).await;
    window.find("[data-card][data-state=awaiting]").await;
    assert_eq!(model.requests().len(), 1, "nothing ran");
    window.click(RUN).await;
    window.find_text("Came out: first.").await;
    turn_is_over(&window).await;

    let _other = Fixture::text(&desktop).await;
    desk::until("another window has the focus", || {
        (!desk::is_active(&desktop, MAIN)).then_some(())
    })
    .await;
    say(&window, "two").await;
    let (id, shown) = service.shown().await;
    assert_eq!(shown, question("print(6 * 7)"));
    service.choose(id, "allow").await;
    window.find_text("Came out: 42.").await;
    turn_is_over(&window).await;
    assert!(!desk::is_active(&desktop, MAIN), "the window stays behind");
    window.close().await;
    let requests = model.finish();
    let calls: Vec<Value> = requests[3]
        .calls()
        .into_iter()
        .map(|call| call.arguments["code"].clone())
        .collect();
    assert_eq!(json!(calls), json!(["print('first')", "print(6 * 7)"]));
}

#[tokio::test]
async fn nothing_is_told_to_who_looks_or_wants_no_notifications() {
    let codes = ["print('seen')", "print('unwanted')", "print('told')"];
    let model = ModelServer::start(runs(&codes));
    let desktop = Desktop::with_size(1920, 1080);
    let mut service = Service::start(&desktop).await;
    let house = with_model(&desktop, &model);
    let window = open(&house).await;
    window.find("#composer").await;
    desk::active(&desktop, MAIN).await;
    say(&window, "while it has the focus").await;
    window.click(RUN).await;
    window.find_text("Came out: seen.").await;
    turn_is_over(&window).await;

    let _form = Fixture::form(&desktop, "Elsewhere").await;
    desk::active(&desktop, "Form").await;
    notifications(&window, false).await;
    say(&window, "while they are off").await;
    window.click(RUN).await;
    window.find_text("Came out: unwanted.").await;
    turn_is_over(&window).await;

    notifications(&window, true).await;
    say(&window, "now").await;
    // The first that comes at all is this one.
    let (_, shown) = service.shown().await;
    assert_eq!(shown, question("print('told')"));
    window.click(RUN).await;
    window.find_text("Came out: told.").await;
    window.close().await;
    model.finish();
}
