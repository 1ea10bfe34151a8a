use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use interpreter_protocol::{Op, Query, TestResult, UserPart};
use interpreter_settings::Paths;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::{Delivery, EngineConfig};

const CANARY: &str = "sk-canary-1234567890A1B2";

fn engine(home: &Path, env: &[(&str, String)]) -> Engine {
    let mut env: BTreeMap<String, String> = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    // Whatever listens on this machine is none of the test's business.
    env.entry("INTERPRETER_LOCAL_PORTS".to_owned())
        .or_insert_with(|| "1=1".to_owned());
    Engine::open(EngineConfig {
        paths: Paths::below(home),
        env: Arc::new(move |name| env.get(name).cloned()),
        command_line: Map::new(),
        api_key: None,
        folder: home.to_owned(),
        own_pids: Vec::new(),
        front: "a test",
        clear_screen: None,
    })
    .unwrap()
}

fn secret(name: &str, value: Option<&str>) -> Op {
    Op::SetSecret {
        name: name.to_owned(),
        value: value.map(|value| SecretText(value.to_owned())),
    }
}

async fn provider(engine: &Engine, name: &str) -> ProviderSummary {
    let Ok(Answer::Providers { providers }) = engine.query(Query::Providers).await else {
        panic!("no providers")
    };
    let found = providers.into_iter().find(|one| one.name == name);
    found.unwrap()
}

#[test]
fn only_names_that_somebody_looks_for_are_taken() {
    let check = |name: &str, expected: bool| assert_eq!(may_be_kept(name), expected, "{name}");
    check("OPENAI_API_KEY", true);
    check("HF_TOKEN", true);
    check("AWS_BEARER_TOKEN_BEDROCK", true);
    check("MY_OWN_2_API_KEY", true);
    check("INTERPRETER_SECRET_JIRA", true);
    check("INTERPRETER_SECRET_", false);
    check("INTERPRETER_API_KEY", false);
    check("_API_KEY", false);
    check("openai_api_key", false);
    check("PATH", false);
    check("LD_PRELOAD", false);
    check("X API_KEY", false);
    check("", false);
    check(&format!("{}_API_KEY", "X".repeat(100)), false);
}

#[tokio::test]
async fn a_key_is_kept_told_by_its_end_and_removed() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path(), &[("GROQ_API_KEY", "gsk_short".to_owned())]);
    let before = provider(&engine, "openai").await;
    assert_eq!((before.key_place, before.key_end), (None, None));
    engine
        .submit(secret("OPENAI_API_KEY", Some(&format!(" {CANARY}\n"))))
        .await
        .unwrap();
    let file = Paths::below(home.path()).config.join("secrets.json");
    assert_eq!(
        provider(&engine, "openai").await,
        ProviderSummary {
            name: "openai".to_owned(),
            title: "OpenAI".to_owned(),
            base: Some("https://api.openai.com/v1".to_owned()),
            local: false,
            key_name: Some("OPENAI_API_KEY".to_owned()),
            key_prefixes: ["sk-svcacct-", "sk-admin-", "sk-proj-", "sk-"]
                .map(str::to_owned)
                .to_vec(),
            key_page: Some("https://platform.openai.com/api-keys".to_owned()),
            key_place: Some(file.display().to_string()),
            key_end: Some("A1B2".to_owned()),
            model: Some("openai/gpt-6.1-terra".to_owned()),
        }
    );
    let groq = provider(&engine, "groq").await;
    assert_eq!(
        (groq.key_place.as_deref(), groq.key_end),
        (Some("GROQ_API_KEY"), None)
    );
    let Ok(Answer::Providers { providers }) = engine.query(Query::Providers).await else {
        panic!("no providers")
    };
    let names: Vec<&str> = providers.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names[..3], ["groq", "openai", "ai21"]);
    assert_eq!(provider(&engine, "ollama").await.key_name, None);
    for (name, value) in [
        ("PATH", "x"),
        ("OPENAI_API_KEY", " "),
        ("A_API_KEY", "a\nb"),
    ] {
        let error = engine.submit(secret(name, Some(value))).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::BadInput, "{name}");
        assert!(error.remedy.is_some(), "{name}");
    }
    engine.submit(secret("OPENAI_API_KEY", None)).await.unwrap();
    assert_eq!(provider(&engine, "openai").await.key_place, None);
}

async fn ask(engine: &Engine, step: TestStep, base: &str, key: Option<&str>) -> TestResult {
    let query = Query::Test {
        step,
        model: "openai/scripted".to_owned(),
        base: Some(base.to_owned()),
        key: key.map(|key| SecretText(key.to_owned())),
    };
    let Ok(Answer::Test(result)) = engine.query(query).await else {
        panic!("no result")
    };
    result
}

/// Everything below a folder that holds a text.
fn holding(folder: &Path, text: &[u8], found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, text, found);
        } else if std::fs::read(&path)
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text))
        {
            found.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
}

#[tokio::test]
async fn a_key_is_nowhere_but_where_it_is_kept() {
    let home = tempfile::tempdir().unwrap();
    // As some servers do, it says the key it was sent.
    let server = ModelServer::start(Script::new().always(|request| {
        let key = request.key().unwrap_or_default();
        let message = format!("Incorrect API key provided: {key}.");
        Reply::error(
            401,
            json!({"error": {"message": message, "code": "invalid_api_key"}}),
        )
    }));
    let base = server.openai_base();
    let engine = engine(home.path(), &[]);
    engine
        .submit(secret("OPENAI_API_KEY", Some(CANARY)))
        .await
        .unwrap();
    let mut said = Vec::new();
    for query in [
        Query::Providers,
        Query::Models,
        Query::Settings { conversation: None },
        Query::Profiles,
    ] {
        said.push(serde_json::to_string(&engine.query(query).await.unwrap()).unwrap());
    }
    for step in [TestStep::Key, TestStep::Answer] {
        let stored = ask(&engine, step, &base, None).await;
        assert_eq!(
            stored.error.as_ref().map(|error| error.code),
            Some(ErrorCode::BadKey)
        );
        said.push(serde_json::to_string(&stored).unwrap());
        // A key that is only tried is not kept either.
        let tried = ask(&engine, step, &base, Some(&format!("{CANARY}Z"))).await;
        said.push(serde_json::to_string(&tried).unwrap());
    }
    let mut events = engine
        .subscribe(interpreter_protocol::Subscribe {
            conversation: None,
            after: None,
        })
        .unwrap();
    let settings = json!({"model": "openai/scripted", "api_base": base});
    engine
        .submit(Op::Submit {
            conversation: None,
            content: vec![UserPart::text("hi")],
            settings: settings.as_object().unwrap().clone(),
        })
        .await
        .unwrap();
    loop {
        match events.next().await {
            Some(Delivery::Event(event)) => {
                said.push(serde_json::to_string(&event).unwrap());
                if event.chunk.kind == "status" && event.chunk.content == Some(json!("complete")) {
                    break;
                }
            }
            Some(Delivery::Lagged) => {}
            None => panic!("the events ended"),
        }
    }
    assert!(
        said.iter().any(|line| line.contains("bad_key")),
        "{said:#?}"
    );
    for line in &said {
        assert!(!line.contains("canary"), "{line}");
    }
    engine.shutdown().await;
    let mut found = Vec::new();
    holding(home.path(), b"canary", &mut found);
    assert_eq!(found, ["secrets.json"]);
}

#[tokio::test]
async fn a_new_key_counts_at_once() {
    let home = tempfile::tempdir().unwrap();
    let server = ModelServer::start(Script::new().key(CANARY).always(|_| Reply::text("ok")));
    let engine = engine(home.path(), &[]);
    let own = json!({"model": "openai/scripted", "api_base": server.openai_base()});
    let own = own.as_object().unwrap();
    engine
        .submit(secret("OPENAI_API_KEY", Some("sk-wrong-1234567890")))
        .await
        .unwrap();
    let host = &engine.inner.host;
    let ask = async || {
        let handle = host.resolve(own).await.unwrap();
        let request = interpreter_llm::ModelRequest {
            system: "Be brief.".to_owned(),
            messages: vec![interpreter_llm::Message {
                speaker: interpreter_llm::Speaker::User,
                parts: vec![interpreter_llm::Part::Text("hi".to_owned())],
            }],
            tools: Vec::new(),
            max_tokens: None,
            temperature: None,
        };
        let mut stream = handle.provider.stream(request);
        let first = std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await;
        first.unwrap().is_ok()
    };
    assert!(!ask().await);
    engine
        .submit(secret("OPENAI_API_KEY", Some(CANARY)))
        .await
        .unwrap();
    assert!(ask().await);
}

#[tokio::test]
async fn the_models_are_told_without_asking_anybody() {
    let home = tempfile::tempdir().unwrap();
    let engine = engine(home.path(), &[]);
    engine
        .submit(secret("OPENAI_API_KEY", Some(CANARY)))
        .await
        .unwrap();
    let values = json!({"model": "ollama/mine:1b", "last_model": "openai/unheard-of"});
    engine
        .submit(Op::Configure {
            scope: interpreter_protocol::Scope::Global,
            values: values.as_object().unwrap().clone(),
        })
        .await
        .unwrap();
    let Ok(Answer::Models { models }) = engine.query(Query::Models).await else {
        panic!("no models")
    };
    assert_eq!(models[0].name, "builtin/commands");
    let ready = |name: &str| {
        models
            .iter()
            .find(|model| model.name == name)
            .map(|model| model.ready)
    };
    assert_eq!(ready("openai/gpt-6.1-terra"), Some(true));
    assert_eq!(ready("anthropic/claude-sonnet-5-5"), Some(false));
    assert_eq!(ready("ollama/mine:1b"), Some(true));
    assert_eq!(ready("openai/unheard-of"), Some(true));
}

#[tokio::test]
async fn local_servers_are_found_and_their_models_listed() {
    let home = tempfile::tempdir().unwrap();
    let server = ModelServer::start(Script::new().models(&["one", "two"]));
    let port = server.address().port();
    let ports = format!("1337={port}");
    let engine = engine(home.path(), &[("INTERPRETER_LOCAL_PORTS", ports)]);
    let answer = engine.query(Query::LocalServers).await.unwrap();
    assert_eq!(
        serde_json::to_value(&answer).unwrap(),
        json!({"answer": "local_servers", "servers": [{"provider": "jan", "title": "Jan",
            "base": format!("http://127.0.0.1:{port}/v1"), "models": ["jan/one", "jan/two"]}]})
    );
    let query = Query::ProviderModels {
        provider: "jan".to_owned(),
        base: None,
    };
    let answer: Value = serde_json::to_value(engine.query(query).await.unwrap()).unwrap();
    assert_eq!(answer["models"], json!(["jan/one", "jan/two"]));
    server.finish();
}
