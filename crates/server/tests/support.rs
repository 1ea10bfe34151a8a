//! A house with a server, in a folder that goes away.

use std::path::PathBuf;
use std::sync::Arc;

use interpreter_engine::{Engine, EngineConfig, Paths};
use interpreter_server::{ServerConfig, Serving, serve};
use serde_json::{Map, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const TOKEN: &str = "t0ken";

pub fn engine() -> (Engine, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().display().to_string();
    let env = move |name: &str| (name == "INTERPRETER_HOME").then(|| home.clone());
    let mut command_line = Map::new();
    command_line.insert("model".to_owned(), json!("builtin/commands"));
    let engine = Engine::open(EngineConfig {
        paths: Paths::resolve(&env).unwrap(),
        env: Arc::new(env),
        command_line,
        api_key: None,
        folder: folder.path().to_owned(),
        own_pids: Vec::new(),
        front: "a test",
        clear_screen: None,
    })
    .unwrap();
    (engine, folder)
}

pub struct House {
    pub engine: Engine,
    pub serving: Serving,
    _folder: TempDir,
}

impl House {
    pub async fn open(ui: Option<PathBuf>) -> Self {
        let (engine, folder) = engine();
        let config = ServerConfig {
            host: "127.0.0.1".to_owned(),
            port: 0,
            token: TOKEN.to_owned(),
            ui,
        };
        let serving = serve(engine.clone(), config).await.unwrap();
        Self {
            engine,
            serving,
            _folder: folder,
        }
    }

    pub fn port(&self) -> u16 {
        self.serving.addr.port()
    }

    pub async fn close(self) {
        self.serving.stop().await;
        self.engine.shutdown().await;
    }

    /// Sends one request as it is and reads the whole answer: status, head, body.
    pub async fn request(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.serving.addr).await.unwrap();
        let mut text = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            text.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port()));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let end = answer
            .windows(4)
            .position(|part| part == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8(answer[..end].to_vec())
            .unwrap()
            .to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }
}
