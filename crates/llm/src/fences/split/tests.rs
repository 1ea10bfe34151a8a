use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone, PartialEq)]
enum Got {
    Said(String),
    Ran(String, Value),
}

fn tools() -> Vec<ToolSpec> {
    let tool = |name: &str, schema: Value| ToolSpec {
        name: name.to_owned(),
        description: String::new(),
        schema,
        native: None,
    };
    vec![
        tool(
            "execute",
            json!({"properties":{"language":{"enum":["python","shell","javascript"]}}}),
        ),
        tool("computer", json!({})),
    ]
}

fn run(pieces: &[&str], whole: bool) -> Vec<Got> {
    let mut split = Split::new(&tools());
    let mut out = Vec::new();
    for piece in pieces {
        split.push(piece, &mut out);
    }
    split.finish(whole, &mut out);
    let mut got: Vec<Got> = Vec::new();
    let mut live = String::new();
    for event in out {
        match event {
            ModelEvent::Text(text) => match got.last_mut() {
                Some(Got::Said(held)) => held.push_str(&text),
                _ => got.push(Got::Said(text)),
            },
            ModelEvent::CallStart { .. } => live.clear(),
            ModelEvent::CallDelta(more) => live.push_str(&more),
            ModelEvent::CallEnd(call) => {
                // What was shown while it came is JSON, too.
                assert!(crate::json::parse(&live).is_some(), "{live}");
                got.push(Got::Ran(call.name, call.arguments));
            }
            other => panic!("{other:?}"),
        }
    }
    got
}

fn said(text: &str) -> Got {
    Got::Said(text.to_owned())
}

fn ran(language: &str, code: &str) -> Got {
    Got::Ran(
        "execute".to_owned(),
        json!({"language": language, "code": code}),
    )
}

#[test]
fn blocks_and_calls_written_as_text_are_found() {
    let check = |text: &str, expected: &[Got]| {
        assert_eq!(run(&[text], true), expected, "{text}");
        let chars: Vec<String> = text.chars().map(String::from).collect();
        let chars: Vec<&str> = chars.iter().map(String::as_str).collect();
        assert_eq!(run(&chars, true), expected, "by character: {text}");
    };
    check("Just text.", &[said("Just text.")]);
    check(
        "Hi\n```python\nprint(1)\n```\nBye",
        &[said("Hi\n"), ran("python", "print(1)"), said("Bye")],
    );
    check("```py\na\n\nb\n```", &[ran("python", "a\n\nb")]);
    check("```\nls\n```", &[ran("python", "ls")]);
    check(
        "Sure: ```bash\nls\n```",
        &[said("Sure: "), ran("shell", "ls")],
    );
    check(
        "```python\na\n```\n```shell\nb\n```\n",
        &[ran("python", "a"), ran("shell", "b")],
    );
    check("~~~js\n1\n~~~", &[ran("javascript", "1")]);
    check(
        "````python\ns = '''\n```\n'''\n````",
        &[ran("python", "s = '''\n```\n'''")],
    );
    check(
        "```python\nforgot the end",
        &[ran("python", "forgot the end")],
    );
    check("```text\nnote\n```\n", &[said("```text\nnote\n```\n")]);
    check(
        "```rust\nfn x() {}\n```\n",
        &[said("```rust\nfn x() {}\n```\n")],
    );
    check("use ```x``` here", &[said("use ```x``` here")]);
    check("a `b` c\n", &[said("a `b` c\n")]);
    check(
        "```python\npython = \"```\"\n```\n",
        &[ran("python", "python = \"```\"")],
    );
    check(
        "```python\n`\nprint(1)\n```\n",
        &[ran("python", "print(1)")],
    );
    check(
        "```python\nprint(1)executeexecute\n```\n",
        &[ran("python", "print(1)")],
    );
    check(
        "```json\n{\"a\": 1}\n```\n",
        &[said("```json\n{\"a\": 1}\n```\n")],
    );
    check(
        "```json\n{\"name\": \"execute\", \"arguments\": {\"language\":\"shell\",\"code\":\"ls\"}}\n```\n",
        &[ran("shell", "ls")],
    );
    check(
        "```tool\n{\"name\":\"computer\",\"arguments\":{\"action\":\"screenshot\"}}\n```\n",
        &[Got::Ran(
            "computer".to_owned(),
            json!({"action":"screenshot"}),
        )],
    );
    check(
        "{\"language\": \"python\", \"code\": \"print(1)\"}",
        &[ran("python", "print(1)")],
    );
    check(
        "{language: \"python\", code: \"print(1)\"}",
        &[ran("python", "print(1)")],
    );
    check(
        "functions.execute({\"language\":\"python\",\"code\":\"print(1)\"})",
        &[ran("python", "print(1)")],
    );
    check(
        "Ok.\n{\"name\":\"execute\",\"arguments\":{\"language\":\"python\",\"code\":\"1\"}}",
        &[said("Ok.\n"), ran("python", "1")],
    );
    check(
        "I press.\n<tool_call>\n{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", \"coordinate\": [500, 62]}}\n</tool_call>",
        &[
            said("I press.\n"),
            Got::Ran(
                "computer".to_owned(),
                json!({"action":"left_click","coordinate":[500,62]}),
            ),
        ],
    );
    check(
        "Focus.\n<tool_call>\n<function=computer_use>\n<parameter=action>\nleft_click\n</parameter>\n<parameter=coordinate>\n[500, 62]\n</parameter>\n</function>\n</tool_call>",
        &[
            said("Focus.\n"),
            Got::Ran(
                "computer".to_owned(),
                json!({"action":"left_click","coordinate":[500,62]}),
            ),
        ],
    );
    check(
        "{\"name\": \"a person\", \"age\": 3}",
        &[said("{\"name\": \"a person\", \"age\": 3}")],
    );
}

#[test]
fn a_reply_that_was_cut_runs_nothing() {
    let check = |text: &str| {
        let got = run(&[text], false);
        assert!(got.iter().all(|got| matches!(got, Got::Said(_))), "{got:?}");
    };
    check("```python\nrm(");
    check("{\"language\": \"python\", \"code\": \"rm");
    check("<tool_call>{\"name\":\"computer\"}");
}

proptest! {
    #[test]
    fn any_cut_gives_the_same(
        text in "(```|~~~|`|python|\n|\n|\\{\"name\":|\\}|<tool_call>|</tool_call>|a| |é){0,14}",
        at in 0usize..80,
    ) {
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        prop_assert_eq!(run(&[&text[..at], &text[at..]], true), run(&[&text], true));
    }
}
