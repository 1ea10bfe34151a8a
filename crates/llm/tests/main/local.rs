//! Servers on this computer, told apart by what they answer, and lists of models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use interpreter_llm::{Lookup, Wish, list_models, local_servers, resolve_default};
use interpreter_protocol::{ErrorCode, LocalServer};
use pretty_assertions::assert_eq;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers paths with JSON, and everything else with 404 (or a page).
struct Stand {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Stand {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Routes = &'static [(&'static str, u16, &'static str)];

async fn stand(routes: Routes) -> Stand {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let task = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move {
                let mut head = Vec::new();
                let mut buffer = [0; 4096];
                while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                    match socket.read(&mut buffer).await {
                        Ok(count) if count > 0 => head.extend_from_slice(&buffer[..count]),
                        _ => return,
                    }
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                kept.lock().unwrap().push(head);
                let found = routes
                    .iter()
                    .find(|(known, ..)| *known == path || *known == "*");
                let (status, body) =
                    found.map_or((404, "{}"), |(_, status, body)| (*status, *body));
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    Stand { port, seen, task }
}

/// Variables, and a key for everything.
struct Env(BTreeMap<&'static str, String>);

impl Env {
    fn ports(stands: &[(u16, &Stand)]) -> Self {
        let moved: Vec<String> = stands
            .iter()
            .map(|(from, stand)| format!("{from}={}", stand.port))
            .collect();
        // An empty variable is none, and would ask this computer's real ports.
        let moved = format!("1={},{}", 1, moved.join(","));
        Self(BTreeMap::from([("INTERPRETER_LOCAL_PORTS", moved)]))
    }
}

impl Lookup for Env {
    fn secret(&self, _name: &str) -> Option<String> {
        Some("sk-canary-1234567890".to_owned())
    }
    fn env(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }
    fn last_model(&self) -> Option<String> {
        None
    }
}

const OLLAMA: Routes = &[
    ("/api/version", 200, r#"{"version":"0.12.3"}"#),
    (
        "/v1/models",
        200,
        r#"{"data":[{"id":"qwen3-vl:8b"},{"id":"nomic-embed-text"},{"id":"gemma3:4b"}]}"#,
    ),
    ("/api/tags", 200, r#"{"models":[{"name":"qwen3-vl:8b"}]}"#),
];
const LM_STUDIO: Routes = &[
    ("/api/v0/models", 200, r#"{"data":[]}"#),
    (
        "/v1/models",
        200,
        r#"{"data":[{"id":"openai/gpt-oss-20b"}]}"#,
    ),
];
const LLAMACPP: Routes = &[
    ("/props", 200, r#"{"default_generation_settings":{}}"#),
    ("/v1/models", 200, r#"{"data":[{"id":"qwen.gguf"}]}"#),
];
const LOCALAI: Routes = &[
    ("/.well-known/localai.json", 200, r#"{"version":"3"}"#),
    ("/v1/models", 200, r#"{"data":[{"id":"phi"}]}"#),
];
const KOBOLD: Routes = &[
    (
        "/api/extra/version",
        200,
        r#"{"result":"KoboldCpp","version":"1.99"}"#,
    ),
    ("/v1/models", 200, r#"{"data":[{"id":"koboldcpp/Tiny"}]}"#),
];
const TEXTGEN: Routes = &[
    ("/v1/internal/model/info", 200, r#"{"model_name":"x"}"#),
    ("/v1/models", 200, r#"{"data":[{"id":"x"}]}"#),
];
const VLLM: Routes = &[
    ("/version", 200, r#"{"version":"0.11"}"#),
    (
        "/v1/models",
        200,
        r#"{"data":[{"id":"Qwen/Qwen3","owned_by":"vllm"}]}"#,
    ),
];
const NIM: Routes = &[
    ("/v1/version", 200, r#"{"release":"1.8","api":"1"}"#),
    ("/version", 200, r#"{"version":"0.11"}"#),
    (
        "/v1/models",
        200,
        r#"{"data":[{"id":"meta/llama","owned_by":"vllm"}]}"#,
    ),
];
const DOCKER: Routes = &[(
    "/engines/v1/models",
    200,
    r#"{"data":[{"id":"ai/smollm2","owned_by":"docker"}]}"#,
)];
const LEMONADE: Routes = &[
    ("/api/v1/health", 200, r#"{"status":"ok"}"#),
    (
        "/api/v1/models",
        200,
        r#"{"data":[{"id":"Qwen3-8B-GGUF","owned_by":"lemonade"}]}"#,
    ),
];
const JAN: Routes = &[("/v1/models", 200, r#"{"data":[{"id":"jan-v1"}]}"#)];
const JAN_LOCKED: Routes = &[("/v1/models", 401, r#"{"error":"Missing key"}"#)];
/// A page for every path, as servers of web pages do.
const PAGES: Routes = &[("*", 200, "<!doctype html><title>Interpreter</title>")];
/// JSON for every path, with all words and none of the meaning.
const CHATTY: Routes = &[("*", 200, r#"{"status":"ok","version":"1"}"#)];

async fn found(port: u16, routes: Routes) -> Vec<(String, String, Vec<String>)> {
    let stand = stand(routes).await;
    let servers = local_servers(&Env::ports(&[(port, &stand)])).await;
    for head in stand.seen.lock().unwrap().iter() {
        assert!(!head.contains("canary"), "{head}");
    }
    let here = format!("http://127.0.0.1:{}", stand.port);
    servers
        .into_iter()
        .map(|server| {
            let path = server.base.strip_prefix(&here).unwrap().to_owned();
            (server.provider, path, server.models)
        })
        .collect()
}

#[tokio::test]
async fn each_server_is_told_by_the_shape_of_its_answers() {
    let check = async |port: u16, routes: Routes, expected: Option<(&str, &str, &[&str])>| {
        let expected: Vec<(String, String, Vec<String>)> = expected
            .into_iter()
            .map(|(provider, path, models)| {
                let models = models.iter().map(|model| (*model).to_owned()).collect();
                (provider.to_owned(), path.to_owned(), models)
            })
            .collect();
        assert_eq!(found(port, routes).await, expected, "{port}");
    };
    check(
        11434,
        OLLAMA,
        Some(("ollama", "/v1", &["ollama/qwen3-vl:8b", "ollama/gemma3:4b"])),
    )
    .await;
    let lm_studio = &["lm_studio/openai/gpt-oss-20b"];
    check(1234, LM_STUDIO, Some(("lm_studio", "/v1", lm_studio))).await;
    check(
        8080,
        LLAMACPP,
        Some(("llamacpp", "/v1", &["llamacpp/qwen.gguf"])),
    )
    .await;
    check(8080, LOCALAI, Some(("localai", "/v1", &["localai/phi"]))).await;
    let kobold = &["koboldcpp/koboldcpp/Tiny"];
    check(5000, KOBOLD, Some(("koboldcpp", "/v1", kobold))).await;
    check(5001, KOBOLD, Some(("koboldcpp", "/v1", kobold))).await;
    check(5000, TEXTGEN, Some(("textgen", "/v1", &["textgen/x"]))).await;
    check(8000, VLLM, Some(("vllm", "/v1", &["vllm/Qwen/Qwen3"]))).await;
    check(8000, NIM, Some(("nim", "/v1", &["nim/meta/llama"]))).await;
    let lemonade = &["lemonade/Qwen3-8B-GGUF"];
    check(8000, LEMONADE, Some(("lemonade", "/api/v1", lemonade))).await;
    check(13305, LEMONADE, Some(("lemonade", "/api/v1", lemonade))).await;
    let docker = &["docker/ai/smollm2"];
    check(12434, DOCKER, Some(("docker", "/engines/v1", docker))).await;
    check(1337, JAN, Some(("jan", "/v1", &["jan/jan-v1"]))).await;
    check(1337, JAN_LOCKED, Some(("jan", "/v1", &[]))).await;
    for port in [11434, 1234, 8080, 5000, 8000, 12434, 13305, 1337] {
        check(port, PAGES, None).await;
    }
    for port in [8080, 5000, 8000, 12434, 13305, 1337] {
        check(port, CHATTY, None).await;
    }
}

#[tokio::test]
async fn several_servers_come_in_the_order_they_are_preferred() {
    let (ollama, llamacpp) = (stand(OLLAMA).await, stand(LLAMACPP).await);
    let env = Env::ports(&[(8080, &llamacpp), (11434, &ollama)]);
    let servers = local_servers(&env).await;
    assert_eq!(
        servers,
        [
            LocalServer {
                provider: "ollama".to_owned(),
                title: "Ollama".to_owned(),
                base: format!("http://127.0.0.1:{}/v1", ollama.port),
                models: vec![
                    "ollama/qwen3-vl:8b".to_owned(),
                    "ollama/gemma3:4b".to_owned()
                ],
            },
            LocalServer {
                provider: "llamacpp".to_owned(),
                title: "llama.cpp".to_owned(),
                base: format!("http://127.0.0.1:{}/v1", llamacpp.port),
                models: vec!["llamacpp/qwen.gguf".to_owned()],
            },
        ]
    );
}

#[tokio::test]
async fn nothing_found_is_an_empty_list() {
    assert_eq!(local_servers(&Env::ports(&[])).await, []);
}

#[tokio::test]
async fn a_server_that_never_answers_keeps_nobody_waiting_and_hides_no_other() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = Stand {
        port: listener.local_addr().unwrap().port(),
        seen: Arc::default(),
        task: tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((socket, _)) = listener.accept().await {
                held.push(socket);
            }
        }),
    };
    let ollama = stand(OLLAMA).await;
    let env = Env::ports(&[(1234, &silent), (8080, &silent), (11434, &ollama)]);
    let servers = local_servers(&env).await;
    let found: Vec<&str> = servers.iter().map(|one| one.provider.as_str()).collect();
    assert_eq!(found, ["ollama"]);
}

#[tokio::test]
async fn a_server_is_chosen_by_the_name_it_was_found_under() {
    let check = async |port: u16, routes: Routes| {
        let stand = stand(routes).await;
        let env = Env::ports(&[(port, &stand)]);
        let server = local_servers(&env).await.remove(0);
        let wish = Wish {
            model: Some(server.models[0].clone()),
            ..Wish::default()
        };
        let model = resolve_default(&wish, &env).await.unwrap();
        assert_eq!(
            (model.info.name, model.endpoint.base),
            (server.models[0].clone(), server.base)
        );
    };
    check(11434, OLLAMA).await;
    check(1234, LM_STUDIO).await;
    check(8080, LOCALAI).await;
    check(5000, KOBOLD).await;
    check(5001, KOBOLD).await;
    check(8000, LEMONADE).await;
    check(8000, VLLM).await;
    check(12434, DOCKER).await;
}

#[tokio::test]
async fn a_variable_moves_a_server_and_another_machine_is_not_asked() {
    let ollama = stand(OLLAMA).await;
    let mut env = Env::ports(&[]);
    env.0
        .insert("OLLAMA_HOST", format!("0.0.0.0:{}", ollama.port));
    let servers = local_servers(&env).await;
    assert_eq!(
        servers[0].base,
        format!("http://127.0.0.1:{}/v1", ollama.port)
    );
    env.0.insert("OLLAMA_HOST", "192.0.2.1:11434".to_owned());
    assert_eq!(local_servers(&env).await, []);
}

#[tokio::test]
async fn what_is_meant_for_this_computer_is_not_sent_on() {
    const AWAY: Routes = &[];
    let stand = stand(AWAY).await;
    drop(stand);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await;
        let away =
            "HTTP/1.1 307 X\r\nlocation: http://192.0.2.1/v1/models\r\nconnection: close\r\n\r\n";
        socket.write_all(away.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
    });
    let wish = Wish {
        api_base: Some(base),
        ..Wish::default()
    };
    let error = list_models("openai", &wish, &Env::ports(&[]))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NoNetwork);
    assert!(error.message.contains("away from this computer"), "{error}");
    task.await.unwrap();
}

#[tokio::test]
async fn lists_are_read_in_every_shape() {
    const ANTHROPIC: Routes = &[
        (
            "/v1/models?limit=1000",
            200,
            r#"{"data":[{"id":"claude-b"}],"has_more":true,"last_id":"claude-b"}"#,
        ),
        (
            "/v1/models?limit=1000&after_id=claude-b",
            200,
            r#"{"data":[{"id":"claude-a"}],"has_more":false,"last_id":"claude-a"}"#,
        ),
    ];
    const GEMINI: Routes = &[(
        "/v1/models",
        200,
        r#"{"data":[{"id":"models/gemini-3.8-flash"},{"id":"models/text-embedding-004"}]}"#,
    )];
    const BARE: Routes = &[("/v1/models", 200, r#"[{"id":"b/x"},{"id":"a/x"}]"#)];
    let check = async |provider: &str, path: &str, routes: Routes, expected: &[&str]| {
        let stand = stand(routes).await;
        let wish = Wish {
            api_base: Some(format!("http://127.0.0.1:{}{path}", stand.port)),
            ..Wish::default()
        };
        let models = list_models(provider, &wish, &Env::ports(&[]))
            .await
            .unwrap();
        assert_eq!(models, expected);
        let seen = stand.seen.lock().unwrap().clone();
        assert!(seen[0].contains("canary"), "{seen:?}");
    };
    check("ollama", "/v1", OLLAMA, &["ollama/qwen3-vl:8b"]).await;
    check(
        "anthropic",
        "",
        ANTHROPIC,
        &["anthropic/claude-a", "anthropic/claude-b"],
    )
    .await;
    check("gemini", "/v1", GEMINI, &["gemini/gemini-3.8-flash"]).await;
    check("together", "/v1", BARE, &["together/a/x", "together/b/x"]).await;
}

#[tokio::test]
async fn a_list_that_cannot_be_had_says_why() {
    const WRONG_KEY: Routes = &[(
        "*",
        401,
        r#"{"error":{"message":"Incorrect API key provided: sk-canary-1234567890","code":"invalid_api_key"}}"#,
    )];
    const BUSY: Routes = &[(
        "*",
        503,
        r#"{"error":{"message":"Busy.","code":"server_is_overloaded"}}"#,
    )];
    const NONE: Routes = &[];
    let check = async |routes: Routes, code: ErrorCode| {
        let stand = stand(routes).await;
        let wish = Wish {
            api_base: Some(format!("http://127.0.0.1:{}/v1", stand.port)),
            ..Wish::default()
        };
        let error = list_models("openai", &wish, &Env::ports(&[]))
            .await
            .unwrap_err();
        assert_eq!(error.code, code, "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        assert_eq!(error.params["provider"], "openai");
        assert!(!error.params.contains_key("model"), "{error:?}");
    };
    check(WRONG_KEY, ErrorCode::BadKey).await;
    check(BUSY, ErrorCode::Unavailable).await;
    check(NONE, ErrorCode::Unavailable).await;
    check(PAGES, ErrorCode::Unavailable).await;
    let error = list_models("nonsense", &Wish::default(), &Env::ports(&[]))
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownModel);
}
