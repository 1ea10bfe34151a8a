//! Driving the window's page as its user would: WebDriver, the few commands the tests need.
//!
//! Looking for an element waits for it, so no test has to sleep.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::house::{House, PATIENCE};

/// The name of an element's id in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running app, and the driver that started it. Both end with the value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    app: Option<u32>,
}

/// An element of the page.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Browser {
    /// Starts the app in this home, driven by WebKit's driver.
    pub async fn open(house: &House, app: &Path) -> Self {
        Self::open_with(house, app, &[]).await
    }

    /// Starts the app with these arguments.
    pub async fn open_with(house: &House, app: &Path, arguments: &[&str]) -> Self {
        let (driver, port) = start_driver(house).await;
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
            app: None,
        };
        let options = json!({ "binary": app, "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let session = browser.call("POST", "/session", Some(wanted)).await;
        browser.session = session["sessionId"].as_str().unwrap().to_owned();
        browser.app = browser.driver.id().and_then(child_of);
        assert!(
            browser.app.is_some(),
            "the driver tells of an app that does not run"
        );
        let waits = PATIENCE.as_millis() as u64;
        browser
            .post("/timeouts", json!({ "implicit": waits, "script": waits }))
            .await;
        browser
    }

    /// Waits for the first element that a CSS selector finds.
    pub async fn find(&self, css: &str) -> Element {
        self.look("css selector", css).await
    }

    /// Waits for an element whose own text holds these words.
    pub async fn find_text(&self, words: &str) -> Element {
        assert!(!words.contains('"'), "XPath has no escape for a quote");
        self.look("xpath", &format!("//*[text()[contains(., \"{words}\")]]"))
            .await
    }

    async fn look(&self, using: &str, value: &str) -> Element {
        let found = self
            .try_post("/element", json!({ "using": using, "value": value }))
            .await;
        match found {
            Ok(found) => Element(found[ELEMENT].as_str().unwrap().to_owned()),
            Err(error) => {
                let page = self.text("body").await;
                panic!("{value} never appeared ({error}). The page says:\n{page}");
            }
        }
    }

    /// Presses a mouse button on the middle of an element, as it is shown.
    pub async fn click(&self, css: &str) {
        let Element(id) = self.find(css).await;
        self.post(&format!("/element/{id}/click"), json!({})).await;
    }

    /// Types into an element; `\u{e007}` is the Enter key.
    pub async fn type_into(&self, css: &str, text: &str) {
        let Element(id) = self.find(css).await;
        self.post(&format!("/element/{id}/value"), json!({ "text": text }))
            .await;
    }

    /// Clicks an entry of the menu that is open, by its words.
    pub async fn choose(&self, words: &str) {
        let entry = format!("//*[@role='menuitem'][contains(., \"{words}\")]");
        let Element(id) = self.look("xpath", &entry).await;
        self.post(&format!("/element/{id}/click"), json!({})).await;
    }

    /// Writes over what a field holds.
    pub async fn write_over(&self, css: &str, text: &str) {
        self.find(css).await;
        let script =
            "const field = document.querySelector(arguments[0]); field.focus(); field.select();";
        self.post("/execute/sync", json!({ "script": script, "args": [css] }))
            .await;
        self.type_into(css, text).await;
    }

    /// Waits until an expression holds that no element tells of: a size, what is in view.
    pub async fn measured(&self, expression: &str) {
        let holds = async {
            while self.evaluate(expression).await != true {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, holds)
            .await
            .unwrap_or_else(|_| panic!("it never held that {expression}"));
    }

    /// What an expression in JavaScript gives.
    pub async fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression}");
        self.post("/execute/sync", json!({ "script": script, "args": [] }))
            .await
    }

    /// What an element shows.
    pub async fn text(&self, css: &str) -> String {
        let script = "return document.querySelector(arguments[0]).innerText";
        let text = self
            .post("/execute/sync", json!({ "script": script, "args": [css] }))
            .await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a JavaScript expression holds.
    pub async fn until(&self, expression: &str) {
        // The page tells when it changes; nothing is asked again and again.
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const holds = () => {{ if (!({expression})) return false; done(true); return true; }};
             if (holds()) return;
             const watch = new MutationObserver(() => holds() && watch.disconnect());
             watch.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});"
        );
        let answer = self
            .try_post("/execute/async", json!({ "script": script, "args": [] }))
            .await;
        if let Err(error) = answer {
            let page = self.text("body").await;
            panic!("it never held that {expression} ({error}). The page says:\n{page}");
        }
    }

    /// Calls a command of the app, as its pages do.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "const [command, given, done] = arguments;
             window.__TAURI_INTERNALS__.invoke(command, given).then(
               (value) => done({ value }), (error) => done({ error }));";
        let body = json!({ "script": script, "args": [command, arguments] });
        let mut answer = self.post("/execute/async", body).await;
        match answer.get_mut("error") {
            Some(error) => Err(error.take()),
            None => Ok(answer["value"].take()),
        }
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.post("/refresh", json!({})).await;
    }

    /// The app's process.
    pub fn pid(&self) -> u32 {
        self.app.unwrap()
    }

    /// Ends the app, and waits until it is gone: while one runs, another start
    /// would only bring its window to the front.
    pub async fn close(self) {
        let path = format!("/session/{}", self.session);
        self.call("DELETE", &path, None).await;
        // The driver ends it too, but after its answer, and not if it is killed meanwhile.
        end(self.pid());
        self.ended().await;
    }

    /// Waits until the app has ended by itself.
    pub async fn ended(mut self) {
        let app = self.app.take().unwrap();
        gone(app).await;
        self.driver.kill().await.unwrap();
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, body)
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    async fn try_post(&self, path: &str, body: Value) -> Result<Value, Value> {
        self.request(
            "POST",
            &format!("/session/{}{path}", self.session),
            Some(body),
        )
        .await
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.request(method, path, body).await;
        answer.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    async fn request(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Value> {
        // Longer than anything the driver itself waits for.
        let answer = tokio::time::timeout(2 * PATIENCE, exchange(self.port, method, path, body));
        let (status, mut value) = answer
            .await
            .unwrap_or_else(|_| panic!("{method} {path}: no answer"))
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let value = value["value"].take();
        if status == 200 { Ok(value) } else { Err(value) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(app) = self.app {
            end(app);
        }
    }
}

/// The process that a process has started.
fn child_of(parent: u32) -> Option<u32> {
    children(parent).first().copied()
}

/// The processes that a process has started and that still run.
pub fn children(parent: u32) -> Vec<u32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{parent}/task")) else {
        return Vec::new();
    };
    let lists = threads
        .flatten()
        .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| {
            let ids = list.split_whitespace().map(str::parse);
            ids.flatten().collect::<Vec<u32>>()
        })
        .collect()
}

/// Waits until a process is gone.
pub async fn gone(process: u32) {
    let path = Path::new("/proc").join(process.to_string());
    let waiting = async {
        while path.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("process {process} never ended"));
}

/// Asks a process to end.
pub fn end(process: u32) {
    // It may have ended by itself; then there is nothing to say.
    let _ = std::process::Command::new("kill")
        .arg(process.to_string())
        .stderr(Stdio::null())
        .status();
}

/// One request over a connection of its own.
async fn exchange(
    port: u16,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> std::io::Result<(u16, Value)> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let mut stream = BufReader::new(stream);
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    let mut length = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await?;
    Ok((status, serde_json::from_slice(&bytes)?))
}

/// Starts WebKit's driver. What it starts inherits the home's environment.
async fn start_driver(house: &House) -> (Child, u16) {
    let port = free_port();
    let mut command = Command::new("WebKitWebDriver");
    house.dress(&mut command);
    command
        .arg(format!("--port={port}"))
        .arg("--host=127.0.0.1")
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let mut driver = command.spawn().unwrap_or_else(|error| {
        panic!("WebKitWebDriver does not start ({error}); `cargo xtask setup` installs webkit2gtk-driver")
    });
    // It tells nobody when it listens.
    let listens = async {
        while exchange(port, "GET", "/status", None).await.is_err() {
            assert!(
                driver.try_wait().unwrap().is_none(),
                "WebKitWebDriver ended"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, listens)
        .await
        .expect("WebKitWebDriver never listened");
    (driver, port)
}

/// A port nobody has at this moment; the driver cannot choose one by itself.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
