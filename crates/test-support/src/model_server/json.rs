//! Scripts as JSON, for tests in other languages and for trials by hand.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{History, Reply, Script, Step};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    #[serde(default)]
    turns: Vec<Turn>,
    /// The answer when no turn is left; absent: an error.
    always: Option<Turn>,
    key: Option<String>,
    models: Option<Vec<String>>,
    #[serde(default)]
    history: Rule,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Rule {
    #[default]
    Frozen,
    MayRewind,
    ImagesMayGo,
    Free,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Turn {
    Error {
        status: u16,
        #[serde(default)]
        body: Value,
        #[serde(default)]
        headers: Map<String, Value>,
    },
    Steps {
        steps: Vec<Value>,
        /// Only for requests whose newest user text contains this.
        when: Option<String>,
        finish: Option<String>,
        usage: Option<(u64, u64, u64)>,
    },
}

/// Reads a script:
///
/// ```json
/// {"turns": [
///   {"steps": [{"reasoning": "Hm."}, {"text": "Running it."},
///              {"call": {"name": "execute", "arguments": {"language": "python", "code": "1+1"}}}]},
///   {"steps": [{"computer": {"action": "screenshot"}}]},
///   {"steps": [{"click": "magenta"}, {"pause_ms": 50}, {"hang": true}, {"cut": true}]},
///   {"when": "hello", "steps": [{"echo": "You said: "}], "finish": "length", "usage": [100, 20, 0]},
///   {"status": 429, "headers": {"retry-after": "1"}, "body": {"error": {"message": "slow down"}}}],
///  "always": {"steps": [{"text": "Done."}]}, "key": "sk-test", "models": ["scripted"], "history": "frozen"}
/// ```
///
/// # Errors
/// Says what is wrong with the script.
pub fn parse(text: &str) -> Result<Script, String> {
    let wire: Wire = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut script = Script::new().history(match wire.history {
        Rule::Frozen => History::Frozen,
        Rule::MayRewind => History::MayRewind,
        Rule::ImagesMayGo => History::ImagesMayGo,
        Rule::Free => History::Free,
    });
    if let Some(key) = &wire.key {
        script = script.key(key);
    }
    if let Some(models) = &wire.models {
        script = script.models(&models.iter().map(String::as_str).collect::<Vec<_>>());
    }
    for turn in wire.turns {
        check(&turn)?;
        let when = match &turn {
            Turn::Steps { when, .. } => when.clone(),
            Turn::Error { .. } => None,
        };
        script = script.turn(move |request| answer(&turn, request));
        if let (Some(text), Some(last)) = (when, script.turns.back_mut()) {
            last.when = Some(Box::new(move |request| {
                request.last_user_text().contains(&text)
            }));
        }
    }
    if let Some(turn) = wire.always {
        check(&turn)?;
        script = script.always(move |request| answer(&turn, request));
    }
    Ok(script)
}

const STEPS: &[&str] = &[
    "text",
    "echo",
    "reasoning",
    "call",
    "computer",
    "click",
    "pause_ms",
    "hang",
    "cut",
];

fn check(turn: &Turn) -> Result<(), String> {
    let Turn::Steps { steps, .. } = turn else {
        return Ok(());
    };
    for step in steps {
        let keys: Vec<&String> = step.as_object().into_iter().flat_map(Map::keys).collect();
        match keys.as_slice() {
            [key] if STEPS.contains(&key.as_str()) => {}
            _ => {
                return Err(format!(
                    "a step is an object with one key of {STEPS:?}, not {step}"
                ));
            }
        }
    }
    Ok(())
}

fn answer(turn: &Turn, request: &super::SeenRequest) -> Reply {
    let (steps, finish, usage) = match turn {
        Turn::Error {
            status,
            body,
            headers,
        } => {
            let reply = Reply::error(*status, body.clone());
            return headers.iter().fold(reply, |reply, (name, value)| {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                reply.header(name, &text)
            });
        }
        Turn::Steps {
            steps,
            finish,
            usage,
            ..
        } => (steps, finish, usage),
    };
    let mut reply = Reply::new();
    for step in steps {
        let text = |key: &str| step[key].as_str().unwrap_or_default();
        let Some(key) = step.as_object().and_then(|map| map.keys().next()) else {
            continue;
        };
        reply = match key.as_str() {
            "text" => reply.say(text("text")),
            "echo" => reply.say(format!("{}{}", text("echo"), request.last_text())),
            "reasoning" => reply.reasoning(text("reasoning")),
            "call" => {
                let call = &step["call"];
                let none = json!({});
                let arguments = call.get("arguments").unwrap_or(&none);
                reply.and_call(call["name"].as_str().unwrap_or_default(), arguments.clone())
            }
            "computer" => reply.and_computer(step["computer"].clone()),
            "click" => Reply {
                steps: [reply.steps.clone(), Reply::click_magenta(request).steps].concat(),
                ..reply
            },
            "pause_ms" => reply.step(Step::Pause(Duration::from_millis(
                step["pause_ms"].as_u64().unwrap_or(0),
            ))),
            "hang" => reply.hang(),
            "cut" => reply.cut(),
            _ => reply,
        };
    }
    if let Some(reason) = finish {
        reply = reply.finish(reason);
    }
    if let Some((input, output, cached)) = usage {
        reply = reply.usage(*input, *output, *cached);
    }
    reply
}
