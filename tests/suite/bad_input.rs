//! What can be wrong is said clearly, nothing is lost, and nothing panics.

use interpreter_protocol::ErrorCode;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Wire};

/// Runs the command once and wants this status and these words on standard error.
async fn check(house: &House, arguments: &[&str], input: &[u8], status: i32, words: &[&str]) {
    let ran = house.run_with_input(arguments, input).await;
    assert_eq!(ran.status, Some(status), "{arguments:?}: {}", ran.stderr);
    for word in words {
        assert!(
            ran.stderr.contains(word),
            "{arguments:?}: no {word:?} in {}",
            ran.stderr
        );
    }
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[tokio::test]
async fn keys_names_and_networks() {
    let key = ["--model", "openai/gpt-5.4", "hello"];
    check(&House::new(), &key, b"", 1, &["OPENAI_API_KEY"]).await;
    let unknown = ["--model", "no-such-vendor-model-9", "hello"];
    check(&House::new(), &unknown, b"", 1, &["no-such-vendor-model-9"]).await;
    let model = ModelServer::start(Script::new().key("right").reply(Reply::text("never")));
    let house = House::with_model(&model, Wire::Anthropic);
    check(&house, &["hello"], b"", 1, &["key"]).await;
    let (_, violations) = model.finish_unchecked();
    assert_eq!(violations, []);
    let nowhere = [
        "--model",
        "openai/x",
        "--api_base",
        "http://127.0.0.1:9/v1",
        "--api_key",
        "secret-key",
        "hello",
    ];
    let ran = House::new().run(&nowhere).await;
    assert_eq!(ran.status, Some(1));
    assert!(
        ran.stderr.contains("127.0.0.1:9") && !ran.stderr.contains("secret-key"),
        "{}",
        ran.stderr
    );
    let missing = Reply::error(
        404,
        json!({"error": {"message": "The model `scripted` does not exist.", "type": "invalid_request_error", "code": "model_not_found"}}),
    );
    let model = ModelServer::start(Script::new().reply(missing));
    check(
        &House::with_model(&model, Wire::OpenAi),
        &["hello"],
        b"",
        1,
        &["scripted"],
    )
    .await;
    model.finish();
}

#[tokio::test]
async fn unknown_languages_and_flags() {
    check(
        &House::new(),
        &["--no_such_flag", "x"],
        b"",
        2,
        &["no_such_flag"],
    )
    .await;
    let script = Script::new()
        .reply(Reply::execute("cobol", "DISPLAY 'HI'."))
        .turn(|request| Reply::text(request.results().last().unwrap().text.clone()));
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::OpenAi).flag(&["-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("hi").await;
    pipe.over().await;
    assert_eq!(
        pipe.rows()[1..3],
        [
            "assistant/code cobol: DISPLAY 'HI'. [failed]".to_owned(),
            "computer/console output: `cobol` disabled or not supported. The languages are: python, shell, javascript.".to_owned(),
        ]
    );
    pipe.close().await;
    model.finish();
}

#[tokio::test]
async fn binary_and_huge_input() {
    let house = House::new().flag(&["--model", "builtin/commands"]);
    check(&house, &["--stdin"], b"\xff\xfe\x00binary", 1, &["UTF-8"]).await;
    let mut paste = b"read this: ".to_vec();
    paste.resize(60 * 1024 * 1024, b'x');
    let ran = house.run_with_input(&["--stdin"], &paste).await;
    assert!(
        matches!(ran.status, Some(0 | 1)),
        "{:?} {}",
        ran.status,
        ran.stderr
    );
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[tokio::test]
async fn broken_settings_are_named_with_their_line_and_the_app_opens() {
    let house = House::new().flag(&["--model", "builtin/commands"]);
    let profiles = house.home.path().join("config/profiles");
    std::fs::create_dir_all(&profiles).unwrap();
    std::fs::write(
        profiles.join("default.yaml"),
        "llm:\n  model: x\n temperature: [\n",
    )
    .unwrap();
    let ran = house.run(&["help"]).await;
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("default.yaml") && ran.stderr.contains('3'),
        "{}",
        ran.stderr
    );
}

#[tokio::test]
async fn no_display_and_no_python() {
    let house = House::new().flag(&["--model", "builtin/commands"]);
    check(&house, &["computer", "display.size"], b"", 1, &["DISPLAY"]).await;
    let house = house
        .env("INTERPRETER_PYTHON", "/nowhere/python3")
        .flag(&["-y"]);
    let mut pipe = house.pipe().await;
    pipe.say("run python: 1+1").await;
    pipe.over().await;
    let rows = pipe.rows();
    assert!(
        rows.iter()
            .any(|row| row.contains("[no_kernel]") || row.contains("/nowhere/python3")),
        "{rows:#?}"
    );
    pipe.close().await;
}

#[tokio::test]
async fn a_second_program_on_the_same_conversation() {
    let house = House::new().flag(&["--model", "builtin/commands"]);
    let mut first = house.pipe().await;
    first.say("help").await;
    first.over().await;
    let mut second = house.pipe().await;
    let snapshot = second.resume(&first.id()).await;
    assert_eq!(
        snapshot.items, first.transcript.items,
        "it may be read at any time"
    );
    let op = interpreter_protocol::Op::Submit {
        conversation: Some(first.id()),
        content: vec![interpreter_protocol::UserPart::text("me too")],
        settings: serde_json::Map::new(),
    };
    let refused = second.submit(op).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Locked);
    assert!(
        refused.message.contains(&first.pid().to_string()),
        "{refused}"
    );
    second.close().await;
    first.close().await;
}
