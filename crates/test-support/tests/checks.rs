//! Each rule is broken once, and must be named.

use interpreter_test_support::model_server::History;
use interpreter_test_support::{ModelServer, Reply, Script};
use serde_json::{Value, json};

use crate::client::{ANTHROPIC, OPENAI, anthropic, magenta, open, openai, read};

pub fn violations(
    path: &str,
    headers: &[(&str, &str)],
    bodies: &[Value],
    rule: History,
) -> Vec<String> {
    let server = ModelServer::start(Script::new().always(|_| Reply::text("x")).history(rule));
    for body in bodies {
        read(open(&server, path, headers, body));
    }
    let (_, violations) = server.finish_unchecked();
    violations
        .into_iter()
        .map(|violation| violation.what)
        .collect()
}

fn of_openai(bodies: &[Value]) -> Vec<String> {
    violations("/v1/chat/completions", OPENAI, bodies, History::Frozen)
}

pub fn of_anthropic(bodies: &[Value]) -> Vec<String> {
    violations("/v1/messages", ANTHROPIC, bodies, History::Frozen)
}

/// An empty `expected` means: nothing is wrong.
pub fn check(found: &[String], expected: &str, case: &str) {
    if expected.is_empty() {
        assert_eq!(found, [] as [String; 0], "{case}");
    } else {
        assert!(
            found.iter().any(|what| what.contains(expected)),
            "{case}: {expected:?} is not in {found:#?}"
        );
    }
}

pub fn chat(rest: Value) -> Value {
    let mut list = vec![json!({"role": "system", "content": "You are."})];
    list.extend(rest.as_array().unwrap().clone());
    openai(list.into())
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "execute", "arguments": "{}"}})
}

#[test]
fn rules_of_chat_completions() {
    let user = json!({"role": "user", "content": "hello"});
    let calls = |calls: Value| json!({"role": "assistant", "content": null, "tool_calls": calls});
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "1"});
    let image = |media: &str, data: &str| {
        json!([{"role": "user", "content": [{"type": "text", "text": "look"},
            {"type": "image_url", "image_url": {"url": format!("data:{media};base64,{data}")}}]}])
    };
    let png = magenta(20, 20, 5, 5, 5);
    let cases = [
        (json!([user]), ""),
        (
            json!([
                user,
                calls(json!([call("a"), call("b")])),
                result("a"),
                result("b")
            ]),
            "",
        ),
        (
            json!([
                user,
                calls(json!([call("a"), call("b")])),
                result("b"),
                result("a"),
                user
            ]),
            "",
        ),
        (
            json!([user, calls(json!([call("a")])), user]),
            "calls without a result before it: a",
        ),
        (
            json!([user, calls(json!([call("a"), call("b")])), result("a")]),
            "calls without a result: b",
        ),
        (
            json!([user, calls(json!([call("a")])), result("a"), result("a")]),
            "no open call",
        ),
        (
            json!([
                user,
                calls(json!([call("a")])),
                result("a"),
                calls(json!([call("a")])),
                result("a")
            ]),
            "used twice",
        ),
        (json!([user, result("z")]), "no open call"),
        (json!([user, calls(json!([])), user]), "tool_calls is empty"),
        (
            json!([user, {"role": "assistant", "content": null}, user]),
            "neither text nor calls",
        ),
        (
            json!([user, {"role": "assistant", "content": "x"}]),
            "the last message is neither",
        ),
        (json!([{"role": "user", "content": ""}]), "empty text"),
        (
            json!([{"role": "user", "content": [{"type": "text", "text": ""}]}]),
            "empty text",
        ),
        (
            json!([{"role": "user", "content": "x", "name": null}]),
            "is null",
        ),
        (
            json!([{"role": "user", "content": "x", "id": "7"}]),
            "unknown key id",
        ),
        (
            json!([user, {"role": "system", "content": "late"}, user]),
            "not the first message",
        ),
        (json!([]), "no message but"),
        (image("image/png", &png), ""),
        (image("image/jpeg", &png), "says image/jpeg, is image/png"),
        (image("image/bmp", &png), "media type"),
        (image("image/png", "!!"), "not base64"),
        (image("image/png", "iVBORw0KGgo="), "does not decode"),
        (
            json!([user, calls(json!([call("a")])), {"role": "tool", "tool_call_id": "a", "content":
            [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}]),
            "a part of type \"image_url\"",
        ),
    ];
    for (list, expected) in cases {
        check(
            &of_openai(&[chat(list.clone())]),
            expected,
            &list.to_string(),
        );
    }
    let tools = |tools: Value| {
        let mut body = chat(json!([user]));
        body["tools"] = tools;
        body
    };
    let function = |name: &str, parameters: Value, strict: bool| json!({"type": "function", "function": {"name": name, "parameters": parameters, "strict": strict}});
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let cases = [
        (tools(json!([])), "tools is empty"),
        (
            tools(json!([{"type": "computer_use_preview"}])),
            "not a function",
        ),
        (
            tools(json!([function("a.b", object.clone(), false)])),
            "not allowed",
        ),
        (
            tools(json!([
                function("a", object.clone(), false),
                function("a", object.clone(), false)
            ])),
            "two tools are named a",
        ),
        (
            tools(json!([function("a", json!({"type": "string"}), false)])),
            "not an object schema",
        ),
        (
            tools(json!([function("a", object, true)])),
            "without additionalProperties",
        ),
    ];
    for (body, expected) in cases {
        check(
            &of_openai(std::slice::from_ref(&body)),
            expected,
            &body.to_string(),
        );
    }
    let mut body = chat(json!([user]));
    body["max_completion_tokens"] = 5.into();
    check(
        &of_openai(std::slice::from_ref(&body)),
        "both max_tokens",
        "two limits",
    );
    let headers = [("Authorization", "sk-test"), ("Content-Type", "text/plain")];
    body["messages"] = json!([user]);
    let found = violations("/v1/chat/completions", &headers, &[body], History::Frozen);
    for expected in ["content-type", "Bearer", "not the system text"] {
        check(&found, expected, "headers");
    }
}

fn tool_use(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "execute", "input": {}})
}

fn result(id: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": "1"})
}

#[test]
fn rules_of_anthropic_messages() {
    let user = json!({"role": "user", "content": "hello"});
    let model = |blocks: Value| json!({"role": "assistant", "content": blocks});
    let person = |blocks: Value| json!({"role": "user", "content": blocks});
    let text = |text: &str| json!({"type": "text", "text": text});
    let png = |data: &str| json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}});
    let both = model(json!([tool_use("a"), tool_use("b")]));
    let wide = magenta(2001, 4, 0, 0, 1);
    let cases = [
        (json!([user]), ""),
        (
            json!([
                user,
                both,
                person(json!([result("a"), result("b"), text("and?")]))
            ]),
            "",
        ),
        (
            json!([
                user,
                both,
                person(json!([result("a")])),
                person(json!([result("b")]))
            ]),
            "",
        ),
        (
            json!([user, both, person(json!([result("b"), result("a")]))]),
            "not in the order",
        ),
        (
            json!([user, both, person(json!([result("a")]))]),
            "the open calls are",
        ),
        (
            json!([
                user,
                both,
                person(json!([result("a"), result("a"), result("b")]))
            ]),
            "the open calls are",
        ),
        (
            json!([
                user,
                both,
                person(json!([text("x"), result("a"), result("b")]))
            ]),
            "behind other content",
        ),
        (json!([user, both]), "calls without results at the end"),
        (
            json!([
                user,
                model(json!([tool_use("a")])),
                person(json!([result("a")])),
                model(json!([tool_use("a")])),
                person(json!([result("a")]))
            ]),
            "used twice",
        ),
        (
            json!([user, person(json!([result("z")]))]),
            "the open calls are",
        ),
        (
            json!([model(json!([text("x")])), user]),
            "the first message is not the user's",
        ),
        (json!([user, model(json!([text("x")]))]), "prefill"),
        (json!([{"role": "user", "content": ""}]), "empty text"),
        (json!([person(json!([text(" ")]))]), "empty text"),
        (json!([person(json!([]))]), "no content"),
        (
            json!([{"role": "system", "content": "x"}, user]),
            "role \"system\"",
        ),
        (
            json!([
                user,
                model(json!([{"type": "thinking", "thinking": "x"}])),
                user
            ]),
            "without its signature",
        ),
        (
            json!([person(
                json!([{"type": "thinking", "thinking": "x", "signature": "y"}])
            )]),
            "a \"thinking\" block of the user",
        ),
        (
            json!([
                user,
                model(json!([tool_use("a")])),
                person(json!([{"type": "tool_result", "tool_use_id": "a", "is_error": true}]))
            ]),
            "an error without text",
        ),
        (
            json!([
                user,
                model(json!([tool_use("a")])),
                person(
                    json!([{"type": "tool_result", "tool_use_id": "a", "toolset_name": "computer", "content": "1"}])
                )
            ]),
            "toolset_name",
        ),
        (json!([person(json!([png(&wide)]))]), ""),
        (
            json!([person(Value::Array(vec![png(&wide); 21]))]),
            "2000 a side are allowed",
        ),
        (
            json!([person(
                json!([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": null}}])
            )]),
            "is null",
        ),
    ];
    for (list, expected) in cases {
        check(
            &of_anthropic(&[anthropic(list.clone())]),
            expected,
            &brief(&list),
        );
    }
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = anthropic(json!([user]));
        change(&mut body);
        body
    };
    let toolset = json!({"type": "computer_toolset_20260801"});
    let marked = json!([{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}]);
    let cases = [
        (with(&|body| body["system"] = marked.clone()), ""),
        (with(&|body| body["system"] = "".into()), "no system text"),
        (
            with(&|body| body["max_tokens"] = Value::Null),
            "max_tokens is missing",
        ),
        (with(&|body| body["top_q"] = 1.into()), "unknown key top_q"),
        (with(&|body| body["tools"] = json!([toolset])), ""),
        (
            with(
                &|body| body["tools"] = json!([{"type": "computer_toolset_20260801", "configs": {"fly": {"enabled": true}}}]),
            ),
            "no member fly",
        ),
        (
            with(&|body| {
                body["tools"] = json!([{"type": "computer_toolset_20260801", "name": "computer"}])
            }),
            "unknown key name",
        ),
        (
            with(&|body| {
                body["tools"] =
                    json!([toolset, {"name": "computer", "input_schema": {"type": "object"}}])
            }),
            "beside the toolset",
        ),
        (
            with(
                &|body| body["tools"] = json!([{"type": "computer_20251124", "name": "computer", "display_width_px": 9, "display_height_px": 9}]),
            ),
            "without the beta",
        ),
        (
            with(&|body| {
                body["model"] = "claude-opus-5-5".into();
                body["temperature"] = 1.0.into();
            }),
            "does not take temperature",
        ),
        (
            with(&|body| {
                body["model"] = "claude-sonnet-4-5".into();
                body["tools"] = json!([toolset]);
            }),
            "does not support tool types",
        ),
        (
            with(&|body| body["thinking"] = json!({"type": "enabled", "budget_tokens": 5})),
            "budget_tokens 5",
        ),
        (
            with(&|body| {
                body["tools"] = json!([toolset]);
                body["tool_choice"] = json!({"type": "tool", "name": "zoom"});
            }),
            "names a member",
        ),
    ];
    for (body, expected) in cases {
        check(
            &of_anthropic(std::slice::from_ref(&body)),
            expected,
            &brief(&body),
        );
    }
    let headers = [
        ("x-api-key", "k"),
        ("authorization", "Bearer k"),
        ("content-type", "application/json"),
        ("anthropic-beta", "new-thing"),
    ];
    let found = violations(
        "/v1/messages",
        &headers,
        &[anthropic(json!([user]))],
        History::Frozen,
    );
    for expected in [
        "anthropic-version",
        "both x-api-key",
        "unknown beta new-thing",
    ] {
        check(&found, expected, "headers");
    }
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(300).collect()
}
