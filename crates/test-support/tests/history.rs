//! What was said once must come back as it was.

use interpreter_test_support::model_server::History;
use interpreter_test_support::{ModelServer, Reply, Script};
use serde_json::{Value, json};

use crate::checks::{chat, check, of_anthropic, violations};
use crate::client::{ANTHROPIC, OPENAI, anthropic, magenta};

#[test]
fn a_failed_action_of_a_batch_decides_what_the_later_ones_get() {
    let action = |id: &str| json!({"type": "tool_use", "id": id, "name": "left_click", "input": {"coordinate": [1, 2]}, "toolset_name": "computer"});
    let result = |id: &str, error: bool, text: &str| json!({"type": "tool_result", "tool_use_id": id, "toolset_name": "computer", "is_error": error, "content": [{"type": "text", "text": text}]});
    let never = "Not executed: an earlier computer action in this turn failed.";
    for (last, expected) in [
        (result("b", true, never), ""),
        (result("b", false, "OK"), "after a failed action"),
        (result("b", true, "no"), "after a failed action"),
    ] {
        let mut body = anthropic(json!([
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": [action("a"), action("b")]},
            {"role": "user", "content": [result("a", true, "lost focus"), last]}]));
        body["tools"] = json!([{"type": "computer_toolset_20260801"}]);
        check(&of_anthropic(&[body]), expected, expected);
    }
}

#[test]
fn history_must_not_change() {
    let user = |text: &str| json!({"role": "user", "content": text});
    let model = |text: &str| json!({"role": "assistant", "content": text});
    let first = chat(json!([user("a")]));
    let second = chat(json!([user("a"), model("x"), user("b")]));
    let edited = chat(json!([
        user("a"),
        model("X"),
        user("b"),
        model("y"),
        user("c")
    ]));
    let undone = chat(json!([user("a"), model("x"), user("other")]));
    let front_cut = chat(json!([user("b"), model("y"), user("c")]));
    let mut other_system = chat(json!([
        user("a"),
        model("x"),
        user("b"),
        model("y"),
        user("c")
    ]));
    let mut other_tools = other_system.clone();
    other_system["messages"][0]["content"] = "You were.".into();
    other_tools["tools"][0]["function"]["description"] = "Changed.".into();
    let of = |bodies: &[&Value], rule: History| {
        let bodies: Vec<Value> = bodies.iter().map(|body| (*body).clone()).collect();
        violations("/v1/chat/completions", OPENAI, &bodies, rule)
    };
    use History::{Free, Frozen, MayRewind};
    let cases: Vec<(Vec<&Value>, History, &str)> = vec![
        (vec![&first, &second], Frozen, ""),
        (vec![&first, &first, &second, &second], Frozen, ""),
        (vec![&first, &second, &first], Frozen, ""),
        (
            vec![&second, &edited],
            Frozen,
            "message 2 of the history changed",
        ),
        (vec![&second, &edited], Free, ""),
        (
            vec![&second, &undone],
            Frozen,
            "message 3 of the history changed",
        ),
        (vec![&second, &undone], MayRewind, ""),
        (vec![&second, &front_cut], Frozen, "none of the 1 known"),
        (
            vec![&second, &other_system],
            Frozen,
            "message 0 of the history changed",
        ),
        (vec![&second, &other_tools], Frozen, "the tools changed"),
    ];
    for (at, (bodies, rule, expected)) in cases.into_iter().enumerate() {
        check(&of(&bodies, rule), expected, &format!("case {at}"));
    }
}

#[test]
fn cache_marks_may_move_and_old_images_go_only_where_allowed() {
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": magenta(8, 8, 0, 0, 2)}});
    let mark = json!({"type": "ephemeral"});
    let part = |text: &str| json!({"type": "text", "text": text});
    let marked = |text: &str| json!({"type": "text", "text": text, "cache_control": mark});
    let ask = |blocks: Value| json!({"role": "user", "content": blocks});
    let said = json!({"role": "assistant", "content": [{"type": "text", "text": "x"}]});
    let first = anthropic(json!([ask(json!([image, marked("a")]))]));
    let second = anthropic(json!([
        ask(json!([image, part("a")])),
        said,
        ask(json!([marked("b")]))
    ]));
    let pruned = anthropic(json!([
        ask(json!([part("[Image Omitted]"), part("a")])),
        said,
        ask(json!([part("b")])),
        said,
        ask(json!([marked("c")]))
    ]));
    let both = [first, second.clone()];
    check(&of_anthropic(&both), "", "a moved mark");
    let found = violations(
        "/v1/messages",
        ANTHROPIC,
        &[second.clone(), pruned.clone()],
        History::Frozen,
    );
    check(&found, "of the history changed", "an image gone");
    let found = violations(
        "/v1/messages",
        ANTHROPIC,
        &[second, pruned],
        History::ImagesMayGo,
    );
    check(&found, "", "an image gone where it may");
}

#[test]
fn thinking_must_come_back_as_it_was() {
    for (thinking, expected) in [("I think.", ""), ("I thought.", "came back changed")] {
        let server = ModelServer::start(
            Script::new()
                .reply(Reply::new().reasoning("I think.").say("x"))
                .reply(Reply::text("y")),
        );
        let ask = json!({"role": "user", "content": "a"});
        crate::client::messages(&server, &anthropic(json!([ask])));
        let block = json!({"type": "thinking", "thinking": thinking, "signature": "c2ln1x0=="});
        let said = json!({"role": "assistant", "content": [block, {"type": "text", "text": "x"}]});
        crate::client::messages(
            &server,
            &anthropic(json!([ask, said, {"role": "user", "content": "b"}])),
        );
        let (_, found) = server.finish_unchecked();
        let found: Vec<String> = found.into_iter().map(|violation| violation.what).collect();
        check(&found, expected, thinking);
    }
}
