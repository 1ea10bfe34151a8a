use super::*;
use crate::Call;

fn run_with(quirks: Quirks, events: &[Value]) -> Out {
    let mut mapper = StreamMapper::new("f".to_owned(), quirks);
    let mut out = Out::new();
    for event in events {
        mapper.event(Ok(event.clone()), &mut out);
    }
    mapper.event(Err("[DONE]"), &mut out);
    out
}

fn delta(delta: Value) -> Value {
    json!({"choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

fn calls(fragments: &[Value]) -> Vec<(String, Value)> {
    let events: Vec<Value> = fragments
        .iter()
        .map(|f| delta(json!({"tool_calls": [f]})))
        .collect();
    let mut found: Vec<Call> = Vec::new();
    for item in run_with(Quirks::default(), &events) {
        if let Ok(ModelEvent::CallEnd(call)) = item {
            found.push(call);
        }
    }
    found
        .into_iter()
        .map(|call| (call.name, call.arguments))
        .collect()
}

#[test]
fn fragments_of_calls_are_put_together_whatever_is_missing() {
    let check = |fragments: &[Value], expected: &[(&str, Value)]| {
        let expected: Vec<(String, Value)> = expected
            .iter()
            .map(|(n, v)| ((*n).to_owned(), v.clone()))
            .collect();
        assert_eq!(calls(fragments), expected, "{fragments:?}");
    };
    // Interleaved by index.
    check(
        &[
            json!({"index":0,"id":"a","function":{"name":"x","arguments":"{\"a\""}}),
            json!({"index":1,"id":"b","function":{"name":"y","arguments":"{\"b\""}}),
            json!({"index":0,"function":{"arguments":":1}"}}),
            json!({"index":1,"function":{"arguments":":2}"}}),
        ],
        &[("x", json!({"a":1})), ("y", json!({"b":2}))],
    );
    // Neither index nor id; the second begins where the first is whole.
    check(
        &[
            json!({"function":{"name":"x","arguments":"{\"a\":"}}),
            json!({"id":null,"function":{"arguments":"1}"}}),
            json!({"id":"null","function":{"name":"y","arguments":null}}),
            json!({"function":{"arguments":"{}"}}),
        ],
        &[("x", json!({"a":1})), ("y", json!({}))],
    );
    // The same name again with arguments is another call; without, it is an echo.
    check(
        &[
            json!({"index":0,"function":{"name":"x","arguments":"{}"}}),
            json!({"index":0,"function":{"name":"x","arguments":""}}),
            json!({"index":0,"function":{"name":"x","arguments":"{\"a\":1}"}}),
        ],
        &[("x", json!({})), ("x", json!({"a":1}))],
    );
    // An object replaces what came.
    check(
        &[json!({"index":0,"id":"a","function":{"name":"x","arguments":{"a":1}}})],
        &[("x", json!({"a":1}))],
    );
    // No arguments at all.
    check(
        &[json!({"index":0,"id":"a","function":{"name":"x"}})],
        &[("x", json!({}))],
    );
    // A language named as the tool.
    check(
        &[json!({"index":0,"id":"a","function":{"name":"python","arguments":"print(1)"}})],
        &[("execute", json!({"language":"python","code":"print(1)"}))],
    );
}

#[test]
fn arguments_that_are_not_json_fail_the_answer() {
    let out = run_with(
        Quirks::default(),
        &[delta(
            json!({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":"{\"a\":"}}]}),
        )],
    );
    assert!(
        matches!(out.last(), Some(Err(ProviderError::Malformed { .. }))),
        "{out:?}"
    );
}

#[test]
fn reasoning_goes_back_as_the_server_wants_it() {
    let check = |key: &str, deltas: &[Value], expected: Option<Value>| {
        let quirks = Quirks {
            reasoning_back: (!key.is_empty()).then(|| key.to_owned()),
            ..Quirks::default()
        };
        let mut events: Vec<Value> = deltas.iter().cloned().map(delta).collect();
        events.push(delta(json!({"content": "ok"})));
        let raw = run_with(quirks, &events)
            .into_iter()
            .find_map(|item| match item {
                Ok(ModelEvent::ReasoningEnd { raw }) => Some(raw.map(|raw| raw.raw)),
                _ => None,
            });
        assert_eq!(raw, Some(expected));
    };
    let plain = [
        json!({"reasoning_content":"a"}),
        json!({"reasoning_content":"b"}),
    ];
    check("", &plain, None);
    check(
        "reasoning_content",
        &plain,
        Some(json!({"reasoning_content":"ab"})),
    );
    let details = [
        json!({"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a"}]}),
        json!({"reasoning":"b","reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"s"}]}),
        json!({"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"x"}]}),
    ];
    check(
        "reasoning_details",
        &details,
        Some(json!({"reasoning_details":[
        {"type":"reasoning.text","index":0,"text":"ab","signature":"s"},
        {"type":"reasoning.encrypted","index":1,"data":"x"}]})),
    );
}

#[test]
fn content_may_be_a_list_and_reasoning_part_of_it() {
    let out = run_with(
        Quirks::default(),
        &[
            delta(
                json!({"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}),
            ),
            delta(json!({"content":[{"type":"text","text":"yes"}]})),
        ],
    );
    assert_eq!(
        out,
        [
            Ok(ModelEvent::Reasoning("hm".to_owned())),
            Ok(ModelEvent::ReasoningEnd { raw: None }),
            Ok(ModelEvent::Text("yes".to_owned())),
            Ok(ModelEvent::Finish(Finish::Stop)),
        ]
    );
}

#[test]
fn reasoning_beside_the_output_is_added_where_the_server_leaves_it_out() {
    let usage = json!({"choices":[],"usage":{"prompt_tokens":"140","completion_tokens":22.0,"completion_tokens_details":{"reasoning_tokens":240}}});
    let quirks = Quirks {
        reasoning_beside_output: true,
        ..Quirks::default()
    };
    let out = run_with(quirks, &[delta(json!({"content":"a"})), usage]);
    let expected = Usage {
        input_tokens: 140,
        output_tokens: 262,
        reasoning_tokens: 240,
        ..Usage::default()
    };
    assert!(out.contains(&Ok(ModelEvent::Usage(expected))), "{out:?}");
}

#[test]
fn a_hundred_thousand_deltas_are_no_trouble() {
    let mut mapper = StreamMapper::new("f".to_owned(), Quirks::default());
    let mut out = Out::new();
    for _ in 0..100_000 {
        mapper.event(Ok(delta(json!({"tool_calls":[{"index":0,"id":"a","function":{"name":"x","arguments":" "}}]}))), &mut out);
        out.clear();
    }
    mapper.event(Err("[DONE]"), &mut out);
    assert_eq!(out.last(), Some(&Ok(ModelEvent::Finish(Finish::Stop))));
}
