//! A real server on loopback: retries, redirects, odd answers, cancelling.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use interpreter_llm::{
    Call, Finish, HttpProvider, Limits, Model, ModelEvent, ModelRequest, NativeTool, Provider,
    ProviderError, ToolSpec, Wish, resolve_default,
};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::support::{Keys, execute, model_at, request};

type Item = Result<ModelEvent, ProviderError>;

/// Answers one connection after the other, and keeps what it was sent.
pub struct Server {
    pub base: String,
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(answers: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                kept.lock().unwrap().push(request);
                socket.write_all(&answer).await.unwrap();
                socket.shutdown().await.unwrap();
            }
        });
        Self {
            base: format!("http://127.0.0.1:{port}/v1"),
            port,
            seen,
            task,
        }
    }

    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    pub fn body(&self, at: usize) -> Value {
        let seen = self.seen();
        serde_json::from_str(seen[at].split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")
                    .map(str::to_owned)
            });
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        let count = socket.read(&mut buffer).await.unwrap();
        if count == 0 {
            return text;
        }
        bytes.extend_from_slice(&buffer[..count]);
    }
}

pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}\r\n{body}").into_bytes()
}

fn hello() -> Vec<u8> {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"hello\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    answer(200, "content-type: text/event-stream\r\n", body)
}

pub fn quick(model: Model) -> HttpProvider {
    HttpProvider::new(model).limits(Limits {
        back_off: Duration::from_millis(1),
        ..Limits::default()
    })
}

pub async fn all(provider: &HttpProvider, request: ModelRequest) -> Vec<Item> {
    provider.stream(request).collect().await
}

fn said(text: &str) -> Vec<Item> {
    vec![
        Ok(ModelEvent::Text(text.to_owned())),
        Ok(ModelEvent::Finish(Finish::Stop)),
    ]
}

#[tokio::test]
async fn what_passes_is_tried_again_and_said() {
    let busy = r#"{"error":{"message":"Slow down.","code":"rate_limit_exceeded"}}"#;
    let server = Server::start(vec![
        answer(500, "", ""),
        answer(429, "retry-after-ms: 7\r\n", busy),
        hello(),
    ])
    .await;
    let items = all(&quick(model_at("retry", &server.base)), request("hi")).await;
    let Ok(ModelEvent::Retry {
        attempt: 1, reason, ..
    }) = &items[0]
    else {
        panic!("{items:?}")
    };
    assert!(reason.contains("500"), "{reason}");
    assert_eq!(
        items[1],
        Ok(ModelEvent::Retry {
            wait_ms: 7,
            attempt: 2,
            reason: "Slow down.".to_owned()
        })
    );
    assert_eq!(items[2..], said("hello"));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    let check = async |name: &str, status: u16, headers: &str, body: &str| {
        let server = Server::start(vec![answer(status, headers, body), hello()]).await;
        let items = all(&quick(model_at(name, &server.base)), request("hi")).await;
        assert_eq!((items.len(), server.seen().len()), (1, 1), "{items:?}");
        items.into_iter().next().unwrap().unwrap_err()
    };
    let error = check("never-a", 429, "retry-after: 86400\r\n", "").await;
    assert!(
        matches!(error, ProviderError::RateLimit { wait: Some(wait), .. } if wait.as_secs() == 86_400)
    );
    check("never-b", 500, "x-should-retry: false\r\n", "").await;
    check("never-c", 400, "", "{\"error\":\"no\"}").await;
    let broke = r#"{"error":{"message":"Empty.","code":"insufficient_quota"}}"#;
    let error = check("never-d", 429, "retry-after: 0\r\n", broke).await;
    assert_eq!(
        error,
        ProviderError::Billing {
            message: "Empty.".to_owned()
        }
    );
}

#[tokio::test]
async fn a_server_that_keeps_failing_is_given_up() {
    let server = Server::start(vec![
        answer(503, "", ""),
        answer(503, "", ""),
        answer(503, "", ""),
        hello(),
    ])
    .await;
    let items = all(&quick(model_at("given-up", &server.base)), request("hi")).await;
    assert_eq!(items.len(), 3, "{items:?}");
    assert!(matches!(items[2], Err(ProviderError::Overloaded { .. })));
}

#[tokio::test]
async fn no_server_is_a_network_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    drop(listener);
    let items = all(&quick(model_at("nobody", &base)), request("hi")).await;
    assert_eq!(items.len(), 3, "{items:?}");
    assert!(
        matches!(&items[2], Err(ProviderError::Network { .. })),
        "{items:?}"
    );
}

#[tokio::test]
async fn a_redirect_to_another_host_does_not_get_the_key() {
    let other = Server::start(vec![hello()]).await;
    let to = format!("location: http://localhost:{}/v1/x\r\n", other.port);
    let server = Server::start(vec![answer(307, &to, "")]).await;
    let items = all(&quick(model_at("redirect", &server.base)), request("hi")).await;
    assert_eq!(items, said("hello"));
    assert!(server.seen()[0].contains("sk-canary"));
    assert!(
        !other.seen()[0].contains("sk-canary"),
        "{}",
        other.seen()[0]
    );
    assert!(other.seen()[0].starts_with("POST /v1/x "));
}

#[tokio::test]
async fn a_redirect_within_the_host_keeps_the_key_and_the_body() {
    let server = Server::start(vec![answer(308, "location: /v2/chat\r\n", ""), hello()]).await;
    let items = all(&quick(model_at("moved", &server.base)), request("hi")).await;
    assert_eq!(items, said("hello"));
    assert!(
        server.seen()[1].starts_with("POST /v2/chat ") && server.seen()[1].contains("sk-canary")
    );
    assert_eq!(server.body(0), server.body(1));
}

#[tokio::test]
async fn odd_answers_are_named_for_what_they_are() {
    let check = async |name: &str, headers: &str, body: &str, expected: Vec<Item>| {
        let server = Server::start(vec![answer(200, headers, body)]).await;
        assert_eq!(
            all(&quick(model_at(name, &server.base)), request("hi")).await,
            expected,
            "{name}"
        );
    };
    let json = "content-type: application/json; charset=utf-8\r\n";
    let whole = r#"{"choices":[{"message":{"content":"hello"},"finish_reason":"stop"}]}"#;
    check("whole", json, whole, said("hello")).await;
    check("nothing", json, "", vec![Err(ProviderError::CutOff)]).await;
    check(
        "done",
        "",
        "data: [DONE]\n\n",
        vec![Err(ProviderError::Empty)],
    )
    .await;
    let page = "<html>Sign in</html>";
    let malformed = ProviderError::Malformed {
        message: page.to_owned(),
    };
    check(
        "page",
        "content-type: text/html\r\n",
        page,
        vec![Err(malformed)],
    )
    .await;
    let error = r#"{"error":{"message":"No.","type":"invalid_request_error"}}"#;
    check(
        "error",
        json,
        error,
        vec![Err(ProviderError::BadRequest {
            message: "No.".to_owned(),
        })],
    )
    .await;
}

#[tokio::test]
async fn a_broken_connection_keeps_what_came_and_says_so() {
    let body = "data: {\"choices\":[{\"delta\":{\"content\":\"hel\"}}]}\n\n";
    let server = Server::start(vec![answer(200, "content-length: 9999\r\n", body), hello()]).await;
    let items = all(&quick(model_at("broken", &server.base)), request("hi")).await;
    assert_eq!(
        items,
        [
            Ok(ModelEvent::Text("hel".to_owned())),
            Err(ProviderError::CutOff)
        ]
    );
    assert_eq!(server.seen().len(), 1);
}

/// Starts a call, waits until the server has said `part`, drops it; true when
/// the server then sees the connection end.
async fn dropped(name: &str, part: &'static [u8]) -> bool {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (arrived, has_arrived) = oneshot::channel();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        read_request(&mut socket).await;
        socket.write_all(part).await.unwrap();
        arrived.send(()).unwrap();
        matches!(socket.read(&mut [0; 16]).await, Ok(0) | Err(_))
    });
    let mut stream = quick(model_at(name, &base)).stream(request("hi"));
    if part.is_empty() {
        tokio::select! {
            item = stream.next() => panic!("{item:?}"),
            _ = has_arrived => {}
        }
    } else {
        assert_eq!(
            stream.next().await,
            Some(Ok(ModelEvent::Text("hel".to_owned())))
        );
    }
    drop(stream);
    tokio::time::timeout(Duration::from_secs(20), task)
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn dropping_the_stream_closes_the_connection() {
    assert!(dropped("cancel-head", b"").await);
    let part = b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"hel\"}}]}\n\n";
    assert!(dropped("cancel-body", part).await);
}

#[tokio::test]
async fn silence_ends_the_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (done, is_done) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        read_request(&mut socket).await;
        socket
            .write_all(b"HTTP/1.1 200 OK\r\n\r\n: ping\n\n")
            .await
            .unwrap();
        let _ = is_done.await;
    });
    let provider = HttpProvider::new(model_at("silent", &base)).limits(Limits {
        idle: Duration::from_millis(50),
        ..Limits::default()
    });
    assert_eq!(
        all(&provider, request("hi")).await,
        [Err(ProviderError::CutOff)]
    );
    done.send(()).unwrap();
    task.await.unwrap();
}

/// A compressed stream, flushed after its first event.
const FIRST: &[u8] = &[
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4a, 0x49, 0x2c, 0x49, 0xb4, 0x52,
    0xa8, 0x56, 0x4a, 0xce, 0xc8, 0xcf, 0x4c, 0x4e, 0x2d, 0x56, 0xb2, 0x8a, 0xae, 0x56, 0x4a, 0x49,
    0xcd, 0x29, 0x49, 0x54, 0xb2, 0x02, 0x0a, 0xe6, 0xe7, 0x95, 0xa4, 0xe6, 0x95, 0x28, 0x59, 0x29,
    0xa5, 0x65, 0x16, 0x15, 0x97, 0x28, 0xd5, 0xd6, 0xc6, 0xd6, 0x72, 0x71, 0x01, 0x00, 0x00, 0x00,
    0xff, 0xff,
];
const REST: &[u8] = &[
    0x4b, 0xc1, 0xa3, 0xa5, 0x56, 0x07, 0xa8, 0x34, 0x2f, 0xb3, 0x38, 0x23, 0xbe, 0x28, 0x35, 0xb1,
    0x38, 0x3f, 0x0f, 0xa8, 0xb5, 0xb8, 0x24, 0xbf, 0x40, 0x09, 0x49, 0x63, 0xb4, 0x8b, 0xbf, 0x9f,
    0x6b, 0x2c, 0x17, 0x17, 0x00, 0x24, 0x01, 0xc8, 0x7c, 0x7a, 0x00, 0x00, 0x00,
];

#[tokio::test]
async fn a_compressed_stream_is_read_event_by_event() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await.to_lowercase();
        assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
        let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-encoding: gzip\r\n\r\n";
        socket.write_all(head).await.unwrap();
        socket.write_all(FIRST).await.unwrap();
        may_go_on.await.unwrap();
        socket.write_all(REST).await.unwrap();
        socket.shutdown().await.unwrap();
    });
    let mut stream = quick(model_at("gzip", &base)).stream(request("hi"));
    assert_eq!(
        stream.next().await,
        Some(Ok(ModelEvent::Text("first".to_owned())))
    );
    go_on.send(()).unwrap();
    assert_eq!(
        stream.next().await,
        Some(Ok(ModelEvent::Finish(Finish::Stop)))
    );
    assert_eq!(stream.next().await, None);
    task.await.unwrap();
}

#[tokio::test]
async fn a_refused_parameter_is_left_out_and_remembered() {
    let no = r#"{"error":{"message":"Unrecognized request argument supplied: stream_options"}}"#;
    let server = Server::start(vec![answer(400, "", no), hello(), hello()]).await;
    let provider = quick(model_at("learns", &server.base));
    assert_eq!(all(&provider, request("hi")).await, said("hello"));
    assert_eq!(all(&provider, request("hi")).await, said("hello"));
    let sent: Vec<bool> = (0..3)
        .map(|at| server.body(at).get("stream_options").is_some())
        .collect();
    assert_eq!(sent, [true, false, false]);
}

#[tokio::test]
async fn a_model_that_turns_out_to_have_no_tools_gets_fences() {
    let no = r#"{"error":{"message":"this model does not support tools"}}"#;
    let code = "data: {\"choices\":[{\"delta\":{\"content\":\"Ok.\\n```python\\n1+1\\n```\"},\"finish_reason\":\"stop\"}]}\n\n";
    let server = Server::start(vec![answer(400, "", no), answer(200, "", code)]).await;
    let mut request = request("hi");
    request.tools = vec![execute()];
    let items = all(&quick(model_at("toolless", &server.base)), request).await;
    let calls: Vec<(&str, &Value)> = items
        .iter()
        .filter_map(|item| match item {
            Ok(ModelEvent::CallEnd(Call {
                name, arguments, ..
            })) => Some((name.as_str(), arguments)),
            _ => None,
        })
        .collect();
    assert_eq!(
        calls,
        [("execute", &json!({"language": "python", "code": "1+1"}))]
    );
    assert_eq!(items.last(), Some(&Ok(ModelEvent::Finish(Finish::Stop))));
    assert!(server.body(0).get("tools").is_some() && server.body(1).get("tools").is_none());
    let system = server.body(1)["messages"][0]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        system.starts_with("Be brief.") && system.contains("```python"),
        "{system}"
    );
}

#[tokio::test]
async fn a_refused_computer_tool_falls_back_along_the_table() {
    let no = r#"{"type":"error","error":{"type":"invalid_request_error","message":"'claude-opus-5' does not support tool types: computer_toolset_20260801."}}"#;
    let done = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let server = Server::start(vec![answer(400, "", no), answer(200, "", done)]).await;
    let mut request = request("hi");
    request.tools = vec![ToolSpec {
        name: "computer".to_owned(),
        native: Some(NativeTool::Computer {
            width: 1280,
            height: 800,
        }),
        ..execute()
    }];
    let provider = quick(model_at("anthropic/claude-opus-5", &server.base));
    assert_eq!(
        all(&provider, request).await,
        [Ok(ModelEvent::Finish(Finish::Stop))]
    );
    assert_eq!(
        server.body(0)["tools"][0]["type"],
        "computer_toolset_20260801"
    );
    assert_eq!(server.body(1)["tools"][0]["type"], "computer_20251124");
    assert!(server.seen()[1].contains("anthropic-beta: computer-use-2025-11-24"));
    assert!(server.seen()[0].contains("x-api-key: sk-canary"));
}

#[tokio::test]
async fn no_error_tells_the_key() {
    let body = r#"{"error":{"message":"Incorrect API key provided: sk-canary-1234567890."}}"#;
    let server = Server::start(vec![answer(401, "", body)]).await;
    let items = all(&quick(model_at("secret", &server.base)), request("hi")).await;
    let message = "Incorrect API key provided: ***.".to_owned();
    assert_eq!(
        items,
        [Err(ProviderError::Auth {
            message,
            missing: false,
            key_end: Some("7890".to_owned()),
        })]
    );
}

#[tokio::test]
async fn an_address_alone_is_asked_for_its_models() {
    let list = r#"{"data":[{"id":"text-embed"},{"id":"qwen3-vl:8b"}]}"#;
    let server = Server::start(vec![answer(200, "", list)]).await;
    let wish = Wish {
        api_base: Some(server.base.clone()),
        ..Wish::default()
    };
    let model = resolve_default(&wish, &Keys).await.unwrap();
    assert_eq!(
        (model.info.name.as_str(), model.info.vision),
        ("custom/qwen3-vl:8b", true)
    );
    assert!(server.seen()[0].starts_with("GET /v1/models "));
    assert!(!server.seen()[0].contains("sk-canary"));
}
