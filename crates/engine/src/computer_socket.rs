//! The Computer API for running code: a loopback port with a token per conversation.
//!
//! JSON lines. The first must be `{"token": ...}`, so that nothing a browser can
//! send is ever understood. Then `{"id","method","params"}`, each answered by one line.

use std::sync::Arc;

use base64::Engine as _;
use interpreter_computer::{Computer, SessionKey};
use interpreter_protocol::Error;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Longest request line, in bytes: a picture may be among the parameters.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;

/// An open port; closed when dropped.
pub(crate) struct ComputerSocket {
    address: String,
    token: String,
    _close: DropGuard,
}

impl ComputerSocket {
    /// Opens a port for one conversation.
    pub async fn open(computer: Computer, session: SessionKey) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("tcp:{}", listener.local_addr()?);
        let token = uuid::Uuid::new_v4().simple().to_string();
        let close = CancellationToken::new();
        let served = Served {
            computer,
            session,
            token: token.clone().into(),
        };
        tokio::spawn(serve(listener, served, close.clone()));
        Ok(Self {
            address,
            token,
            _close: close.drop_guard(),
        })
    }

    /// What a child needs to find it.
    pub fn env(&self) -> Vec<(String, String)> {
        vec![
            ("INTERPRETER_COMPUTER".to_owned(), self.address.clone()),
            ("INTERPRETER_COMPUTER_TOKEN".to_owned(), self.token.clone()),
        ]
    }
}

#[derive(Clone)]
struct Served {
    computer: Computer,
    session: SessionKey,
    token: Arc<str>,
}

async fn serve(listener: TcpListener, served: Served, close: CancellationToken) {
    loop {
        tokio::select! {
            () = close.cancelled() => return,
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    let served = served.clone();
                    let close = close.clone();
                    tokio::spawn(async move {
                        tokio::select! {
                            () = close.cancelled() => {}
                            _ = talk(stream, served) => {}
                        }
                    });
                }
            }
        }
    }
}

async fn talk(stream: TcpStream, served: Served) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(tokio::io::AsyncReadExt::take(reader, LONGEST_LINE)).lines();
    let hello = lines.next_line().await?.unwrap_or_default();
    let given = serde_json::from_str::<Value>(&hello).unwrap_or_default();
    if given.get("token").and_then(Value::as_str) != Some(&served.token) {
        return Ok(());
    }
    while let Some(line) = lines.next_line().await? {
        let reader = lines.get_mut().get_mut();
        reader.set_limit(LONGEST_LINE);
        let answer = answer(&served, &line).await;
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
    }
    Ok(())
}

async fn answer(served: &Served, line: &str) -> Value {
    let request: Value = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => {
            return json!({"id": null, "error": {"code": "bad_input", "message": error.to_string()}});
        }
    };
    let id = request.get("id").cloned().unwrap_or_default();
    let method = request
        .get("method")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let params = request.get("params").cloned().unwrap_or_else(|| json!({}));
    match call(&served.computer, &served.session, method, params).await {
        Ok(result) => json!({ "id": id, "result": result }),
        Err(error) => json!({ "id": id, "error": error }),
    }
}

/// Calls a method for code or for a person at the terminal. What acts opens the
/// gate first, so that there is a way to stop it.
pub(crate) async fn call(
    computer: &Computer,
    session: &SessionKey,
    method: &str,
    params: Value,
) -> Result<Value, Error> {
    if Computer::methods()
        .iter()
        .any(|known| known.name == method && known.acts)
    {
        computer.enter(session).await?;
    }
    Ok(computer.call(session, method, params).await?)
}

/// Decodes base64, as pictures travel in it.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .ok()
}

/// Encodes base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
