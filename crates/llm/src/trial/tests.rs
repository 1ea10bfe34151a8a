use std::net::TcpListener;

use interpreter_test_support::model_server::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use super::*;

struct Nothing;

impl Lookup for Nothing {
    fn secret(&self, _name: &str) -> Option<String> {
        None
    }
    fn env(&self, _name: &str) -> Option<String> {
        None
    }
    fn last_model(&self) -> Option<String> {
        None
    }
}

const KEY: &str = "sk-canary-1234567890A1B2";
const STEPS: [TestStep; 6] = [
    TestStep::Reach,
    TestStep::Key,
    TestStep::Models,
    TestStep::Answer,
    TestStep::Tools,
    TestStep::Images,
];

fn wish(model: &str, base: &str) -> Wish {
    Wish {
        model: Some(model.to_owned()),
        api_base: Some(base.to_owned()),
        api_key: Some(KEY.to_owned()),
        ..Wish::default()
    }
}

/// A model that does what it is asked.
fn obliging() -> Script {
    Script::new()
        .history(interpreter_test_support::model_server::History::Free)
        .tools_may_change()
        .key(KEY)
        .models(&["scripted", "other"])
        .always(|request| {
            if request.last_user_text().contains("Call the tool") {
                Reply::call("report", json!({"number": 7}))
            } else if let Some(image) = request.images().first() {
                let pixel = image.pixels().get_pixel(3, 3).0;
                Reply::text(if pixel == [220, 20, 20] {
                    "Red."
                } else {
                    "Grey."
                })
            } else {
                Reply::text("ok")
            }
        })
}

async fn all(wish: &Wish) -> Vec<(TestStep, Option<bool>, String)> {
    let mut lines = Vec::new();
    for step in STEPS {
        let result = test_model(step, wish, &Nothing).await;
        assert_eq!(result.step, step);
        assert_eq!(result.error.is_some(), result.works == Some(false));
        let told = serde_json::to_string(&result).unwrap();
        assert!(!told.contains("canary"), "{told}");
        lines.push((result.step, result.works, result.detail));
    }
    lines
}

#[tokio::test]
async fn each_step_really_does_it_in_both_formats() {
    let server = ModelServer::start(obliging());
    let host = server.address();
    let expected: Vec<(TestStep, Option<bool>, String)> = [
        format!("{host} answers."),
        "The key ending in A1B2 is accepted.".to_owned(),
        "2 models.".to_owned(),
        "It said \u{201c}ok\u{201d}.".to_owned(),
        "It called the tool with {\"number\":7}.".to_owned(),
        "It saw a red picture: \u{201c}Red.\u{201d}.".to_owned(),
    ]
    .into_iter()
    .zip(STEPS)
    .map(|(detail, step)| (step, Some(true), detail))
    .collect();
    let openai = all(&wish("openai/scripted", &server.openai_base())).await;
    assert_eq!(openai, expected);
    let anthropic = all(&wish("anthropic/scripted", &server.url())).await;
    assert_eq!(anthropic, expected);
    let seen = server.finish();
    // Key, answer, tools, images: four calls a format, each tried once.
    assert_eq!(seen.len(), 8);
}

#[tokio::test]
async fn the_embedded_commands_need_no_test() {
    let wish = Wish {
        model: Some("builtin/commands".to_owned()),
        ..Wish::default()
    };
    for step in STEPS {
        let result = test_model(step, &wish, &Nothing).await;
        assert_eq!((result.works, result.error), (None, None), "{step:?}");
    }
}

#[tokio::test]
async fn a_local_server_without_a_key_skips_that_step() {
    let server = ModelServer::start(Script::new());
    let wish = Wish {
        api_key: None,
        ..wish("vllm/scripted", &server.openai_base())
    };
    let result = test_model(TestStep::Key, &wish, &Nothing).await;
    assert_eq!(
        (result.works, result.detail.as_str()),
        (None, "No key is needed.")
    );
    server.finish();
}

#[tokio::test]
async fn a_local_server_that_wants_a_key_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = tokio::io::AsyncReadExt::read(&mut socket, &mut buffer).await;
        let answer = b"HTTP/1.1 401 X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        socket.write_all(answer).await.unwrap();
        socket.shutdown().await.unwrap();
    });
    let wish = Wish {
        api_key: None,
        ..wish("jan/x", &base)
    };
    let error = fails(TestStep::Key, &wish).await;
    assert_eq!(
        (error.code, &error.params["key_name"]),
        (ErrorCode::NoKey, &json!("JAN_API_KEY"))
    );
    task.await.unwrap();
}

async fn fails(step: TestStep, wish: &Wish) -> Error {
    let result = test_model(step, wish, &Nothing).await;
    assert_eq!(result.works, Some(false), "{result:?}");
    let error = result.error.unwrap();
    assert!(error.remedy.is_some(), "{error:?}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    error
}

#[tokio::test]
async fn a_wrong_key_and_a_forbidden_one_are_told_apart() {
    let server = ModelServer::start(obliging());
    let wrong = Wish {
        api_key: Some("sk-canary-0000000000ZZZZ".to_owned()),
        ..wish("openai/scripted", &server.openai_base())
    };
    for step in [TestStep::Key, TestStep::Answer] {
        let error = fails(step, &wrong).await;
        assert_eq!(
            (error.code, &error.params["key_end"]),
            (ErrorCode::BadKey, &json!("ZZZZ"))
        );
    }
    server.finish();
    let body = json!({"error": {"message": "Country not supported."}});
    let server = ModelServer::start(Script::new().reply(Reply::error(403, body)));
    let error = fails(TestStep::Key, &wish("openai/x", &server.openai_base())).await;
    assert_eq!(
        (error.code, &error.params["key_end"]),
        (ErrorCode::Forbidden, &json!("A1B2"))
    );
    server.finish();
}

#[tokio::test]
async fn without_a_key_only_the_way_can_be_tested() {
    let wish = Wish {
        model: Some("openai/gpt-6.1-terra".to_owned()),
        ..Wish::default()
    };
    let model = address(&wish, &Nothing).await.unwrap();
    assert_eq!(
        (model.endpoint.base.as_str(), &model.endpoint.key),
        ("https://api.openai.com/v1", &None)
    );
    for step in &STEPS[1..] {
        let error = fails(*step, &wish).await;
        assert_eq!(
            (error.code, &error.params["key_name"]),
            (ErrorCode::NoKey, &json!("OPENAI_API_KEY"))
        );
    }
}

#[tokio::test]
async fn an_empty_account_has_a_good_key() {
    let body = json!({"error": {"message": "No credit.", "code": "insufficient_quota"}});
    let script = Script::new()
        .reply(Reply::error(429, body.clone()))
        .reply(Reply::error(429, body));
    let server = ModelServer::start(script);
    let wish = wish("openai/x", &server.openai_base());
    let result = test_model(TestStep::Key, &wish, &Nothing).await;
    assert_eq!(result.works, Some(true), "{result:?}");
    let error = fails(TestStep::Answer, &wish).await;
    assert_eq!(error.code, ErrorCode::Billing);
    assert!(error.params.contains_key("billing_page"), "{error:?}");
    server.finish();
}

#[tokio::test]
async fn what_passes_is_not_tried_for_minutes() {
    let body = json!({"error": {"message": "Slow down.", "code": "rate_limit_exceeded"}});
    let reply = Reply::error(429, body).header("retry-after", "30");
    let server = ModelServer::start(Script::new().reply(reply));
    let error = fails(TestStep::Answer, &wish("openai/x", &server.openai_base())).await;
    assert_eq!(
        (error.code, &error.params["wait_s"]),
        (ErrorCode::RateLimited, &json!(30.0))
    );
    assert_eq!(server.finish().len(), 1);
}

#[tokio::test]
async fn an_unknown_model_is_said() {
    let body = json!({"error": {"message": "The model `gpt-9` does not exist.",
        "code": "model_not_found"}});
    let server = ModelServer::start(Script::new().reply(Reply::error(404, body)));
    let wish = wish("openai/gpt-9", &server.openai_base());
    let result = test_model(TestStep::Models, &wish, &Nothing).await;
    assert_eq!(result.detail, "1 model; gpt-9 is not among them.");
    let error = fails(TestStep::Answer, &wish).await;
    assert_eq!(error.code, ErrorCode::UnknownModel);
    assert!(error.params["near"].is_array(), "{error:?}");
    server.finish();
}

#[tokio::test]
async fn a_model_without_tools_is_said_however_it_says_so() {
    let body = json!({"error": {"message": "registry/gemma does not support tools"}});
    let script = Script::new()
        .history(interpreter_test_support::model_server::History::Free)
        .tools_may_change()
        .reply(Reply::error(400, body))
        .reply(Reply::text("report(7)"));
    let server = ModelServer::start(script);
    let base = server.openai_base();
    let error = fails(TestStep::Tools, &wish("openai/refuses", &base)).await;
    assert_eq!(
        (error.code, &error.params["lacks"]),
        (ErrorCode::BadRequest, &json!("tools"))
    );
    server.finish();
    let server = ModelServer::start(Script::new().reply(Reply::text("I report 7.")));
    let error = fails(
        TestStep::Tools,
        &wish("openai/talks", &server.openai_base()),
    )
    .await;
    assert_eq!(error.params["lacks"], "tools");
    assert!(error.message.contains("I report 7."), "{error}");
    server.finish();
}

#[tokio::test]
async fn a_model_that_does_not_see_is_said() {
    let body = json!({"error": {"message": "This model does not support image input."}});
    let server = ModelServer::start(Script::new().reply(Reply::error(400, body)));
    let error = fails(TestStep::Images, &wish("openai/x", &server.openai_base())).await;
    assert_eq!(error.params["lacks"], "vision");
    server.finish();
}

#[tokio::test]
async fn the_part_of_the_way_that_fails_is_named() {
    let check = async |base: &str, part: &str, host: &str| {
        let error = fails(TestStep::Reach, &wish("openai/x", base)).await;
        assert_eq!(
            (
                error.code,
                error.params["part"].as_str(),
                error.params["host"].as_str()
            ),
            (ErrorCode::NoNetwork, Some(part), Some(host)),
            "{error}"
        );
        assert!(error.message.contains(host), "{error}");
    };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_at = closed.local_addr().unwrap();
    drop(closed);
    check(
        &format!("http://{closed_at}/v1"),
        "connection",
        &closed_at.to_string(),
    )
    .await;
    // It is there, and speaks no TLS.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap().to_string();
    let talks = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    check(&format!("https://{plain}/v1"), "certificate", &plain).await;
    talks.abort();
    check("http://nobody.invalid/v1", "name", "nobody.invalid").await;
}

#[tokio::test]
async fn a_silent_server_ends_the_step() {
    let server = ModelServer::start(Script::new().reply(Reply::new().hang()));
    let result = within(
        Duration::from_millis(200),
        TestStep::Answer,
        &wish("openai/x", &server.openai_base()),
        &Nothing,
    )
    .await;
    assert_eq!(result.works, Some(false), "{result:?}");
    server.finish();
}
