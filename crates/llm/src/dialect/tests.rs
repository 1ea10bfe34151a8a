use std::sync::{Arc, Mutex};

use futures::StreamExt as _;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::{CallResult, Image, Message, Speaker};

/// Answers with these events, and keeps what it was asked.
#[derive(Clone)]
struct Canned {
    answer: Vec<ModelEvent>,
    seen: Arc<Mutex<Vec<ModelRequest>>>,
}

impl Provider for Canned {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        self.seen.lock().unwrap().push(request);
        stream::iter(self.answer.clone().into_iter().map(Ok)).boxed()
    }
}

fn computer() -> ToolSpec {
    ToolSpec {
        name: "computer".to_owned(),
        description: String::new(),
        schema: json!({}),
        native: Some(NativeTool::Computer {
            width: 1288,
            height: 812,
        }),
    }
}

fn picture(name: &str) -> Part {
    Part::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: Arc::from(name.as_bytes()),
        width: 1288,
        height: 812,
    })
}

fn text(words: &str) -> Part {
    Part::Text(words.to_owned())
}

fn user(parts: Vec<Part>) -> Message {
    Message {
        speaker: Speaker::User,
        parts,
    }
}

/// Sends it and gives the events, ids left out, and the request that came through.
fn ask(
    model: &str,
    answer: Vec<ModelEvent>,
    messages: Vec<Message>,
) -> (Vec<ModelEvent>, ModelRequest) {
    let info = crate::catalogue::info("ollama", model, true);
    let canned = Canned {
        answer,
        seen: Arc::default(),
    };
    let dialect = Dialect::new(Arc::new(canned.clone()), info);
    let request = ModelRequest {
        system: "Be brief.".to_owned(),
        messages,
        tools: vec![computer()],
        max_tokens: None,
        temperature: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let events = runtime.block_on(dialect.stream(request).collect::<Vec<_>>());
    let events = events
        .into_iter()
        .map(Result::unwrap)
        .map(|event| match event {
            ModelEvent::CallStart { name, .. } => ModelEvent::CallStart {
                id: String::new(),
                name,
            },
            ModelEvent::CallEnd(call) => ModelEvent::CallEnd(Call {
                id: String::new(),
                ..call
            }),
            other => other,
        });
    let seen = canned.seen.lock().unwrap().remove(0);
    (events.collect(), seen)
}

fn pieces(text: &str) -> Vec<ModelEvent> {
    let all: Vec<char> = text.chars().collect();
    let mut events: Vec<ModelEvent> = all
        .chunks(3)
        .map(|piece| ModelEvent::Text(piece.iter().collect()))
        .collect();
    events.push(ModelEvent::Finish(Finish::Stop));
    events
}

/// Texts and thoughts joined, calls by their arguments.
fn told(events: &[ModelEvent]) -> (String, String, Vec<Value>) {
    let (mut text, mut thought, mut calls) = (String::new(), String::new(), Vec::new());
    for event in events {
        match event {
            ModelEvent::Text(more) => text.push_str(more),
            ModelEvent::Reasoning(more) => thought.push_str(more),
            ModelEvent::CallEnd(call) => calls.push(call.arguments.clone()),
            _ => {}
        }
    }
    (text, thought, calls)
}

#[test]
fn ui_tars_thinks_acts_and_gets_back_what_it_wrote() {
    let answer = "Thought: The Save button.\nI click it.\nAction: click(start_box='<|box_start|>(1003,52)<|box_end|>')";
    let (events, request) = ask(
        "ui-tars-1.5-7b",
        pieces(answer),
        vec![user(vec![text("Save it."), picture("one")])],
    );
    let (said, thought, calls) = told(&events);
    assert_eq!(
        (said.as_str(), thought.as_str()),
        ("", "The Save button.\nI click it.\n")
    );
    assert_eq!(
        calls,
        [json!({"action": "left_click", "coordinate": [1003, 52]})]
    );
    assert!(request.tools.is_empty());
    assert!(
        request.system.contains("finished(content='...')")
            && request.system.ends_with("\n\nBe brief.")
    );

    let mut parts = Vec::new();
    for event in events {
        match event {
            ModelEvent::ReasoningEnd { raw } => parts.push(Part::Reasoning {
                text: String::new(),
                raw,
            }),
            ModelEvent::CallEnd(call) => parts.push(Part::Call(call)),
            _ => {}
        }
    }
    let result = CallResult {
        call: String::new(),
        parts: vec![text("Done."), picture("two")],
        is_error: false,
    };
    let said = Message {
        speaker: Speaker::Assistant,
        parts,
    };
    let (_, request) = ask(
        "ui-tars-1.5-7b",
        pieces("x"),
        vec![
            user(vec![text("Save it.")]),
            said,
            user(vec![Part::Result(result)]),
        ],
    );
    let expected = [
        user(vec![text("Save it.")]),
        Message {
            speaker: Speaker::Assistant,
            parts: vec![text(answer)],
        },
        user(vec![picture("two")]),
    ];
    assert_eq!(request.messages, expected);
}

#[test]
fn words_are_shown_while_they_come() {
    let check = |model: &str, answer: &str, expected: &[&str]| {
        let (events, _) = ask(model, pieces(answer), Vec::new());
        let shown: Vec<&str> = events
            .iter()
            .filter_map(|event| match event {
                ModelEvent::Text(text) | ModelEvent::Reasoning(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(shown, expected);
    };
    check(
        "qwen3-vl:8b",
        "a long line <too",
        &["a l", "ong", " li", "ne ", "<too"],
    );
    check(
        "ui-tars-1.5-7b",
        "Thought: It is.\nAction: wait()",
        &["", "It ", "is."],
    );
}

#[test]
fn an_end_is_said_and_not_called() {
    let check = |answer: &str, expected: &str| {
        let (events, _) = ask("ui-tars-1.5-7b", pieces(answer), Vec::new());
        let (said, _, calls) = told(&events);
        assert_eq!((said.as_str(), calls.len()), (expected, 0), "{answer}");
        assert_eq!(events.last(), Some(&ModelEvent::Finish(Finish::Stop)));
    };
    check(
        "Thought: All done.\nAction: finished(content='Saved.')",
        "Saved.",
    );
    check(
        "Thought: A captcha.\nAction: call_user()",
        "I need your help to go on.",
    );
    check("It is Tuesday.", "It is Tuesday.");
}

#[test]
fn a_cut_answer_runs_nothing() {
    let mut answer = pieces("Thought: a.\nAction: click(start_box='(1,2)')");
    *answer.last_mut().unwrap() = ModelEvent::Finish(Finish::Length);
    let (events, _) = ask("ui-tars-1.5-7b", answer, Vec::new());
    assert_eq!(told(&events).2, Vec::<Value>::new());
}

#[test]
fn opencuas_code_is_not_taken_for_code_to_run() {
    let answer = "# Step 1:\n## Thought:\nI click.\n## Action:\nClick.\n## Code:\n```python\npyautogui.click(x=10, y=20)\n```";
    let (events, _) = ask("opencua-7b", pieces(answer), Vec::new());
    let (_, thought, calls) = told(&events);
    assert!(thought.contains("I click."));
    assert_eq!(
        calls,
        [json!({"action": "left_click", "coordinate": [10, 20]})]
    );
}

#[test]
fn glm_gets_one_message_with_its_memory() {
    let said = "I see it.\n<|begin_of_box|>left_click(start_box='[5,6]')<|end_of_box|>\nMemory:\n[\"one\"]";
    let (events, _) = ask("glm-4.5v", pieces(said), vec![user(vec![text("Do it.")])]);
    let calls = told(&events).2;
    assert_eq!(
        calls,
        [json!({"action": "left_click", "coordinate": [5, 6]})]
    );
    let mut parts = vec![text(&told(&events).0)];
    for event in events {
        if let ModelEvent::CallEnd(call) = event {
            parts.push(Part::Call(call));
        }
    }
    let result = Part::Result(CallResult {
        call: String::new(),
        parts: vec![text("Nothing changed."), picture("two")],
        is_error: false,
    });
    let history = vec![
        user(vec![text("Do it."), picture("one")]),
        Message {
            speaker: Speaker::Assistant,
            parts,
        },
        user(vec![result]),
    ];
    let (_, request) = ask("glm-4.5v", pieces("x"), history);
    let expected = "Task:\nDo it.\n\nSteps so far:\nstep 1: I see it.\n<|begin_of_box|>left_click(start_box='[5,6]')<|end_of_box|>\nresult: Nothing changed.\n\nMemory:\n[\"one\"]\n\nThe screen now:";
    assert_eq!(
        request.messages,
        [user(vec![text(expected), picture("two")])]
    );
}

#[test]
fn qwens_function_has_its_own_name_both_ways() {
    let arguments = json!({"action": "scroll", "pixels": -500, "coordinate": [500, 62]});
    let own = Call {
        id: "c".to_owned(),
        name: NAME.to_owned(),
        arguments: arguments.clone(),
        raw: None,
    };
    let answer = vec![
        ModelEvent::Text("Down.".to_owned()),
        ModelEvent::CallStart {
            id: "c".to_owned(),
            name: NAME.to_owned(),
        },
        ModelEvent::CallDelta(arguments.to_string()),
        ModelEvent::CallEnd(own),
        ModelEvent::Finish(Finish::Stop),
    ];
    let (events, request) = ask("qwen3-vl:8b", answer.clone(), Vec::new());
    let neutral = json!({"action": "scroll", "coordinate": [500, 62], "scroll_direction": "down", "scroll_amount": 5});
    let call = Call {
        id: String::new(),
        name: "computer".to_owned(),
        arguments: neutral.clone(),
        raw: Some(Raw {
            name: "ollama/qwen3-vl:8b".to_owned(),
            raw: json!({ "arguments": arguments }),
        }),
    };
    let expected = vec![
        ModelEvent::Text("Down.".to_owned()),
        ModelEvent::CallStart {
            id: String::new(),
            name: "computer".to_owned(),
        },
        ModelEvent::CallDelta(neutral.to_string()),
        ModelEvent::CallEnd(call.clone()),
        ModelEvent::Finish(Finish::Stop),
    ];
    assert_eq!(events, expected);
    assert_eq!(
        (request.tools[0].name.as_str(), request.tools[0].native),
        (NAME, None)
    );
    assert!(request.tools[0].description.contains("from 0 to 1000"));

    let foreign = Call {
        raw: None,
        ..call.clone()
    };
    let said = Message {
        speaker: Speaker::Assistant,
        parts: vec![Part::Call(call), Part::Call(foreign)],
    };
    let (_, request) = ask("qwen3-vl:8b", answer, vec![said]);
    for part in &request.messages[0].parts {
        let Part::Call(call) = part else {
            panic!("{part:?}")
        };
        assert_eq!((call.name.as_str(), &call.arguments), (NAME, &arguments));
    }
}

#[test]
fn qwens_calls_that_no_server_parsed_are_calls_all_the_same() {
    let click = json!({"action": "left_click", "coordinate": [500, 62]});
    let check = |answer: &str, said: &str, expected: &[Value]| {
        let (events, _) = ask("qwen3-vl:8b", pieces(answer), Vec::new());
        let (text, _, calls) = told(&events);
        assert_eq!(
            (text.trim_end(), calls.as_slice()),
            (said, expected),
            "{answer}"
        );
    };
    let json = "{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", \"coordinate\": [500, 62]}}";
    check(
        &format!("I press it.\n<tool_call>\n{json}\n</tool_call>"),
        "I press it.",
        std::slice::from_ref(&click),
    );
    check(
        "Focus.\n<tool_call>\n<function=computer_use>\n<parameter=action>\nleft_click\n</parameter>\n<parameter=coordinate>\n[500, 62]\n</parameter>\n</function>\n</tool_call>",
        "Focus.",
        &[click],
    );
    check(
        "<tool_call>{\"name\": \"unheard\"}</tool_call>",
        "<tool_call>{\"name\": \"unheard\"}</tool_call>",
        &[],
    );
    check("It is 4.", "It is 4.", &[]);
}
