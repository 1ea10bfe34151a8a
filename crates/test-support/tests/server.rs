use std::io::Read as _;

use interpreter_test_support::model_server::History;
use interpreter_test_support::{Gate, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::client::{ANTHROPIC, OPENAI, anthropic, chat, magenta, messages, open, openai, read};

fn hello() -> Value {
    json!([{"role": "system", "content": "You are."}, {"role": "user", "content": "hello"}])
}

fn joined(events: &[Value], pointer: &str) -> String {
    events
        .iter()
        .filter_map(|event| event.pointer(pointer).and_then(Value::as_str))
        .collect()
}

#[test]
fn chat_completions_stream_text_reasoning_calls_and_usage() {
    let reply = Reply::new()
        .reasoning("I think.")
        .say("Größe: 日本")
        .and_call(
            "execute",
            json!({"language": "python", "code": "print('é')"}),
        )
        .usage(50, 7, 30);
    let server = ModelServer::start(Script::new().reply(reply).chop(3));
    let answer = chat(&server, &openai(hello()));
    assert_eq!((answer.status, answer.whole), (200, true));
    assert!(answer.head.contains("content-type: text/event-stream"));
    assert!(answer.text().ends_with("data: [DONE]\n\n"));
    let events = answer.events();
    assert_eq!(joined(&events, "/choices/0/delta/content"), "Größe: 日本");
    assert_eq!(
        joined(&events, "/choices/0/delta/reasoning_content"),
        "I think."
    );
    let arguments = joined(&events, "/choices/0/delta/tool_calls/0/function/arguments");
    assert_eq!(
        serde_json::from_str::<Value>(&arguments).unwrap(),
        json!({"language": "python", "code": "print('é')"})
    );
    assert_eq!(joined(&events, "/choices/0/finish_reason"), "tool_calls");
    let usage = &events.last().unwrap()["usage"];
    assert_eq!(
        (&usage["prompt_tokens"], &usage["completion_tokens"]),
        (&json!(50), &json!(7))
    );
    let seen = server.finish();
    assert_eq!(seen[0].key(), Some("sk-test"));
    assert_eq!(seen[0].system(), "You are.");
    assert_eq!(seen[0].last_user_text(), "hello");
    assert_eq!(seen[0].tools(), ["execute"]);
}

#[test]
fn anthropic_messages_stream_blocks_and_usage() {
    let reply = Reply::new()
        .reasoning("I think.")
        .say("Hello.")
        .and_call("execute", json!({"code": "1+1"}))
        .usage(50, 7, 30);
    let server = ModelServer::start(Script::new().reply(reply));
    let answer = messages(
        &server,
        &anthropic(json!([{"role": "user", "content": "hello"}])),
    );
    let events = answer.events();
    assert_eq!(joined(&events, "/delta/thinking"), "I think.");
    assert_eq!(joined(&events, "/delta/signature"), "c2ln1x0==");
    assert_eq!(joined(&events, "/delta/text"), "Hello.");
    assert_eq!(joined(&events, "/delta/partial_json"), r#"{"code":"1+1"}"#);
    let kinds: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    let count = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
    assert_eq!(
        (count("content_block_start"), count("content_block_stop")),
        (3, 3)
    );
    assert_eq!(
        (kinds[0], *kinds.last().unwrap()),
        ("message_start", "message_stop")
    );
    let delta = events
        .iter()
        .find(|event| event["type"] == "message_delta")
        .unwrap();
    assert_eq!(delta["delta"]["stop_reason"], "tool_use");
    assert_eq!(
        delta["usage"],
        json!({"input_tokens": 20, "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 30, "output_tokens": 7})
    );
    for (name, line) in answer
        .text()
        .split("\n\n")
        .filter(|event| !event.is_empty())
        .map(|event| {
            let (name, data) = event.split_once('\n').unwrap();
            (name.to_owned(), data.to_owned())
        })
    {
        let kind = serde_json::from_str::<Value>(line.trim_start_matches("data: ")).unwrap();
        assert_eq!(name, format!("event: {}", kind["type"].as_str().unwrap()));
    }
    server.finish();
}

#[test]
fn a_turn_that_looks_clicks_what_it_sees_in_either_format() {
    let script = Script::new()
        .turn(Reply::click_magenta)
        .turn(Reply::click_magenta);
    let server = ModelServer::start(script.turn(Reply::click_magenta));
    let url = format!("data:image/png;base64,{}", magenta(320, 200, 100, 60, 11));
    let answer = chat(
        &server,
        &openai(
            json!([{"role": "system", "content": "You are."}, {"role": "user", "content": [
            {"type": "text", "text": "Click it."},
            {"type": "image_url", "image_url": {"url": url}}]}]),
        ),
    );
    let arguments = joined(
        &answer.events(),
        "/choices/0/delta/tool_calls/0/function/arguments",
    );
    let click = json!({"action": "left_click", "coordinate": [105, 65]});
    assert_eq!(serde_json::from_str::<Value>(&arguments).unwrap(), click);

    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png",
        "data": magenta(320, 200, 20, 30, 40)}});
    let ask = json!([{"role": "user", "content": [{"type": "text", "text": "Click it."}, image]}]);
    let mut body = anthropic(ask.clone());
    body["tools"] = json!([{"type": "computer_toolset_20260801"}]);
    let answer = messages(&server, &body);
    let start = answer
        .events()
        .into_iter()
        .find(|event| event["type"] == "content_block_start");
    assert_eq!(
        start.unwrap()["content_block"],
        json!({"type": "tool_use", "id": "toolu_2_0", "name": "left_click", "input": {},
            "toolset_name": "computer"})
    );
    assert_eq!(
        joined(&answer.events(), "/delta/partial_json"),
        r#"{"coordinate":[40,50]}"#
    );

    // The older native tool, in a conversation of its own.
    let mut body = anthropic(ask);
    body["tools"] = json!([{"type": "computer_20250124", "name": "computer",
        "display_width_px": 320, "display_height_px": 200}]);
    let beta = [ANTHROPIC, &[("anthropic-beta", "computer-use-2025-01-24")]].concat();
    let answer = read(open(&server, "/v1/messages", &beta, &body));
    let pieces = joined(&answer.events(), "/delta/partial_json");
    assert_eq!(
        serde_json::from_str::<Value>(&pieces).unwrap()["action"],
        "left_click"
    );
    server.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_holds_the_answer_until_the_test_opens_it() {
    let gate = Gate::new();
    let server =
        ModelServer::start(Script::new().reply(Reply::text("before").wait(&gate).say("after")));
    let stream = open(&server, "/v1/chat/completions", OPENAI, &openai(hello()));
    let reading = tokio::task::spawn_blocking(move || read(stream));
    gate.reached().await;
    assert_eq!(server.request(1).await.last_user_text(), "hello");
    gate.open();
    let answer = reading.await.unwrap();
    assert_eq!(
        joined(&answer.events(), "/choices/0/delta/content"),
        "beforeafter"
    );
    server.answered(1).await;
    server.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_a_hanging_answer_is_noticed() {
    let server = ModelServer::start(Script::new().reply(Reply::text("wait").hang()));
    let mut stream = open(
        &server,
        "/v1/messages",
        ANTHROPIC,
        &anthropic(json!([{"role": "user", "content": "hello"}])),
    );
    let mut buffer = [0; 16];
    stream.read_exact(&mut buffer).unwrap();
    drop(stream);
    server.abandoned(1).await;
    server.finish();
}

#[test]
fn an_answer_can_be_cut_fail_be_whole_or_be_raw() {
    let script = Script::new()
        .reply(Reply::text("half").cut())
        .reply(Reply::error(529, json!({"error": {"message": "busy"}})).header("retry-after", "2"))
        .reply(Reply::call("execute", json!({"code": "1"})).whole())
        .reply(Reply::raw("data: {\"x\":1}\r\n\r\n"))
        .always(|request| Reply::text(format!("{} was it", request.number)));
    let server = ModelServer::start(script);
    let cut = chat(&server, &openai(hello()));
    assert_eq!((cut.status, cut.whole), (200, false));
    assert_eq!(joined(&cut.events(), "/choices/0/delta/content"), "half");
    let busy = chat(&server, &openai(hello()));
    assert_eq!(
        (busy.status, busy.json()),
        (529, json!({"error": {"message": "busy"}}))
    );
    assert!(busy.head.contains("retry-after: 2\r\n"));
    let whole = chat(&server, &openai(hello())).json();
    assert_eq!(
        whole["choices"][0]["message"]["tool_calls"][0]["function"]["name"],
        "execute"
    );
    assert_eq!(
        chat(&server, &openai(hello())).text(),
        "data: {\"x\":1}\r\n\r\n"
    );
    let last = chat(&server, &openai(hello()));
    assert_eq!(
        joined(&last.events(), "/choices/0/delta/content"),
        "5 was it"
    );
    server.finish();
}

#[test]
fn a_wrong_key_is_refused_in_the_words_of_the_format() {
    let server = ModelServer::start(Script::new().key("sk-right").history(History::Free));
    let answer = chat(&server, &openai(hello()));
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (401, &json!("invalid_api_key"))
    );
    let answer = messages(
        &server,
        &anthropic(json!([{"role": "user", "content": "hello"}])),
    );
    assert_eq!(
        (answer.status, &answer.json()["error"]["type"]),
        (401, &json!("authentication_error"))
    );
    server.finish();
}

#[test]
fn turns_go_to_the_conversation_they_are_for() {
    let script = Script::new()
        .when("one", Reply::text("first"))
        .when("two", Reply::text("second"));
    let server = ModelServer::start(script);
    let ask = |text: &str| {
        let list =
            json!([{"role": "system", "content": "You are."}, {"role": "user", "content": text}]);
        joined(
            &chat(&server, &openai(list)).events(),
            "/choices/0/delta/content",
        )
    };
    assert_eq!(
        (ask("two"), ask("one")),
        ("second".to_owned(), "first".to_owned())
    );
    server.finish();
}

#[test]
#[should_panic(expected = "1 turns of the script were never asked for")]
fn a_turn_nobody_asked_for_fails_the_test() {
    ModelServer::start(Script::new().reply(Reply::text("never"))).finish();
}

#[test]
#[should_panic(expected = "no turn left")]
fn a_request_beyond_the_script_fails_the_test() {
    let server = ModelServer::start(Script::new());
    chat(&server, &openai(hello()));
    server.finish();
}
