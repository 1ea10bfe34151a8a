//! `builtin/commands`: the embedded default. No model and no network: a small
//! grammar of plain commands, like a voice control's, turned into the same tool
//! calls every model uses. It says what it is, and what it did not understand.

mod grammar;
mod report;

use futures::StreamExt as _;
use futures::stream;
use serde_json::{Value, json};

use crate::{
    Call, CallResult, Finish, Message, ModelEvent, ModelRequest, ModelStream, Part, Provider,
    Speaker, outside,
};
use grammar::Command;

/// What is told of a call that was not made because its turn had reached the limit for
/// using the screen. It is read only once the person lets the turn go on.
pub const LIMIT_REACHED: &str = "Not done: before this the turn reached the limit that the user set for using the screen. If you are asked to go on, look at the screen first.";

/// How a text begins that tells a model of code the person ran. It is about what was
/// done, so it is no command.
pub const RAN_BY_USER: &str = "The user ran this ";

/// The embedded commands as a provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct Commands;

impl Provider for Commands {
    fn stream(&self, request: ModelRequest) -> ModelStream {
        let mut events: Vec<_> = answer(&request).into_iter().map(Ok).collect();
        events.push(Ok(ModelEvent::Finish(Finish::Stop)));
        stream::iter(events).boxed()
    }
}

/// What was done so far is read from the history: there is no other state.
fn answer(request: &ModelRequest) -> Vec<ModelEvent> {
    let Some((asked, said)) = last_words(&request.messages) else {
        return vec![ModelEvent::Text(report::HELP.to_owned())];
    };
    let mut results: Vec<&CallResult> = request.messages[asked + 1..]
        .iter()
        .flat_map(|message| &message.parts)
        .filter_map(|part| match part {
            Part::Result(result) => Some(result),
            _ => None,
        })
        .collect();
    // The person lets it go on: what the limit kept from being done is done now.
    let goes_on = results.last().is_some_and(|result| is_over_limit(result));
    results.retain(|result| !is_over_limit(result));
    let has = |name: &str| request.tools.iter().any(|tool| tool.name == name);
    let mut text = String::new();
    let mut calls = 0;
    let commands = grammar::parse(&said);
    for (at, command) in commands.iter().enumerate() {
        let Some((name, arguments)) = call_of(command) else {
            // Said once: right after the call before it was answered.
            if calls == results.len() {
                paragraph(&mut text, &report::about(command));
            }
            continue;
        };
        if calls < results.len() {
            calls += 1;
            let result = results[calls - 1];
            let last = calls == results.len();
            // What came of it was said before the limit.
            if last && !goes_on {
                paragraph(&mut text, &report::result(command, result));
                if result.is_error {
                    paragraph(&mut text, &report::left_over(&commands[at + 1..]));
                    break;
                }
            }
            continue;
        }
        if !has(name) {
            paragraph(&mut text, report::missing(name));
            break;
        }
        let mut events = Vec::new();
        if !text.is_empty() {
            events.push(ModelEvent::Text(text));
        }
        let id = format!("call_{}", &uuid::Uuid::new_v4().simple().to_string()[..24]);
        events.push(ModelEvent::CallStart {
            id: id.clone(),
            name: name.to_owned(),
        });
        events.push(ModelEvent::CallDelta(arguments.to_string()));
        let call = Call {
            id,
            name: name.to_owned(),
            arguments,
            raw: None,
        };
        events.push(ModelEvent::CallEnd(call));
        return events;
    }
    if text.is_empty() {
        "Done.".clone_into(&mut text);
    }
    vec![ModelEvent::Text(text)]
}

fn is_over_limit(result: &CallResult) -> bool {
    let is = |part: &Part| matches!(part, Part::Text(text) if text.starts_with(LIMIT_REACHED));
    result.is_error && result.parts.iter().any(is)
}

/// The person's last message, and where it stands.
fn last_words(messages: &[Message]) -> Option<(usize, String)> {
    messages.iter().enumerate().rev().find_map(|(at, message)| {
        // Words beside results are newer than these: what was asked for before is
        // never gone on with against them.
        let mut text = String::new();
        for part in &message.parts {
            if let Part::Text(more) = part
                && !more.starts_with(RAN_BY_USER)
                // What they only point at is no command of theirs.
                && outside::unmarked(more) == *more
            {
                text.push_str(more);
                text.push('\n');
            }
        }
        let said = message.speaker == Speaker::User && !text.trim().is_empty();
        said.then_some((at, text))
    })
}

fn paragraph(text: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(more);
}

/// The tool call a command means; `None` where it is answered in words.
fn call_of(command: &Command) -> Option<(&'static str, Value)> {
    let api = |method: &str, params: Value| {
        Some(("computer_api", json!({"method": method, "params": params})))
    };
    match command {
        Command::Point { method, target } => api(method, target.params()),
        Command::Type { text } => api("keyboard.write", json!({"text": text})),
        Command::Press { keys } if keys.len() == 1 => api("keyboard.press", json!({"keys": keys})),
        Command::Press { keys } => api("keyboard.hotkey", json!({"keys": keys})),
        Command::Scroll { clicks } => api("mouse.scroll", json!({"clicks": clicks})),
        Command::Open { app, target } => {
            let mut params = serde_json::Map::new();
            for (key, value) in [("app", app), ("target", target)] {
                if let Some(value) = value {
                    params.insert(key.to_owned(), json!(value));
                }
            }
            api("os.open", Value::Object(params))
        }
        Command::Read => api("display.get_text_as_list_of_lists", json!({})),
        Command::Look => api("display.view", json!({})),
        Command::Wait { seconds } => {
            Some(("computer", json!({"action": "wait", "duration": seconds})))
        }
        Command::Run { language, code } => {
            Some(("execute", json!({"language": language, "code": code})))
        }
        Command::Help | Command::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ToolSpec;

    fn request(messages: Vec<Message>) -> ModelRequest {
        let tool = |name: &str| ToolSpec {
            name: name.to_owned(),
            description: String::new(),
            schema: json!({}),
            native: None,
        };
        ModelRequest {
            system: String::new(),
            messages,
            tools: vec![tool("execute"), tool("computer"), tool("computer_api")],
            max_tokens: None,
            temperature: None,
        }
    }

    /// Plays a whole turn; `results` answer the calls in order.
    fn turn(said: &str, results: &[(&str, bool)]) -> (Vec<(String, Value)>, Vec<String>) {
        let mut messages = vec![Message {
            speaker: Speaker::User,
            parts: vec![Part::Text(said.to_owned())],
        }];
        let (mut calls, mut texts) = (Vec::new(), Vec::new());
        let mut results = results.iter();
        loop {
            let mut made = None;
            for event in answer(&request(messages.clone())) {
                match event {
                    ModelEvent::Text(text) => texts.push(text),
                    ModelEvent::CallEnd(call) => made = Some(call),
                    _ => {}
                }
            }
            let Some(call) = made else {
                return (calls, texts);
            };
            calls.push((call.name.clone(), call.arguments.clone()));
            let (text, is_error) = results.next().copied().unwrap_or(("", false));
            let result = CallResult {
                call: call.id.clone(),
                parts: vec![Part::Text(text.to_owned())],
                is_error,
            };
            messages.push(Message {
                speaker: Speaker::Assistant,
                parts: vec![Part::Call(call)],
            });
            messages.push(Message {
                speaker: Speaker::User,
                parts: vec![Part::Result(result)],
            });
        }
    }

    fn api(method: &str, params: Value) -> (String, Value) {
        (
            "computer_api".to_owned(),
            json!({"method": method, "params": params}),
        )
    }

    #[test]
    fn code_is_run_and_its_output_told() {
        let (calls, texts) = turn("run python: 1+1", &[("2", false)]);
        assert_eq!(
            calls,
            [(
                "execute".to_owned(),
                json!({"language":"python","code":"1+1"})
            )]
        );
        assert_eq!(texts, ["The output is:\n\n```text\n2\n```"]);
    }

    #[test]
    fn several_commands_are_done_one_after_the_other() {
        let (calls, texts) = turn(
            "click \"OK\", then type \"hi\" into \"Name\"; frobnicate\npress ctrl+s",
            &[],
        );
        assert_eq!(
            calls,
            [
                api("mouse.click", json!({"text": "OK"})),
                api("mouse.click", json!({"text": "Name"})),
                api("keyboard.write", json!({"text": "hi"})),
                api("keyboard.hotkey", json!({"keys": ["ctrl", "s"]})),
            ]
        );
        let all = texts.join("\n");
        assert!(all.contains("Clicked \u{201c}OK\u{201d}."), "{all}");
        assert_eq!(all.matches("frobnicate").count(), 1, "{all}");
    }

    #[test]
    fn what_the_person_ran_is_no_command() {
        let ran = format!("{RAN_BY_USER}python code themselves:\npress a\n\nIts result:\npress b");
        let parts = [&ran, "press c"].map(|text| Part::Text(text.to_owned()));
        let events = answer(&request(vec![Message {
            speaker: Speaker::User,
            parts: parts.to_vec(),
        }]));
        let pressed: Vec<Value> = events
            .iter()
            .filter_map(|event| match event {
                ModelEvent::CallEnd(call) => Some(call.arguments["params"]["keys"].clone()),
                _ => None,
            })
            .collect();
        assert_eq!(pressed, [json!(["c"])]);
    }

    #[test]
    fn a_failure_stops_what_was_to_follow() {
        let (calls, texts) = turn(
            "click \"Go\"; press enter",
            &[("There is no \u{201c}Go\u{201d} on the screen.", true)],
        );
        assert_eq!(calls.len(), 1);
        let all = texts.join("\n");
        assert!(
            all.contains("no \u{201c}Go\u{201d} on the screen") && all.contains("Not done"),
            "{all}"
        );
    }

    #[test]
    fn what_a_limit_kept_from_being_done_is_done_when_it_goes_on() {
        let results = [("", false), (LIMIT_REACHED, true), ("", false)];
        let (calls, texts) = turn("press a; press b", &results);
        let press = |key: &str| api("keyboard.press", json!({"keys": [key]}));
        assert_eq!(calls, [press("a"), press("b"), press("b")]);
        assert_eq!(texts, ["Pressed a.", "Pressed b."]);
    }

    #[test]
    fn what_was_not_done_did_not_fail() {
        let told = "Not done: the user took control in between. Look at the screen.";
        let (_, texts) = turn("press a", &[(told, true)]);
        assert_eq!(texts, ["Not done: you took control in between."]);
    }

    #[test]
    fn it_says_what_it_is_and_what_it_did_not_understand() {
        let (calls, texts) = turn("please write me a poem", &[]);
        assert_eq!(calls, []);
        assert!(
            texts[0].contains("please write me a poem") && texts[0].contains("not an AI"),
            "{texts:?}"
        );
        let (_, texts) = turn("help", &[]);
        assert!(texts[0].contains("click \"OK\""), "{texts:?}");
    }

    #[test]
    fn new_words_end_what_was_asked_for_before() {
        let call = Call {
            id: "1".to_owned(),
            name: "computer_api".to_owned(),
            arguments: json!({}),
            raw: None,
        };
        let stopped = CallResult {
            call: "1".to_owned(),
            parts: Vec::new(),
            is_error: false,
        };
        let events = answer(&request(vec![
            Message {
                speaker: Speaker::User,
                parts: vec![Part::Text("press a; press b".to_owned())],
            },
            Message {
                speaker: Speaker::Assistant,
                parts: vec![Part::Call(call)],
            },
            Message {
                speaker: Speaker::User,
                parts: vec![Part::Result(stopped), Part::Text("no, do not".to_owned())],
            },
        ]));
        assert!(matches!(&events[..], [ModelEvent::Text(_)]), "{events:?}");
    }

    #[test]
    fn without_os_mode_it_says_how_to_switch_it_on() {
        let mut request = request(vec![Message {
            speaker: Speaker::User,
            parts: vec![Part::Text("click \"OK\"".to_owned())],
        }]);
        request.tools.truncate(1);
        let events = answer(&request);
        assert!(
            matches!(&events[..], [ModelEvent::Text(text)] if text.contains("OS mode")),
            "{events:?}"
        );
    }
}
