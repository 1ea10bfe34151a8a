//! A model that does what it reads.

use std::sync::{Arc, Mutex};

use interpreter_test_support::model_server::SeenRequest;
use interpreter_test_support::{Reply, Script};
use serde_json::{Value, json};

/// Stands around an order in what the model reads. The bar in place of a slash lets
/// it stand in the name of a file, too.
const FROM: &str = "OBEY:";
const UNTIL: &str = ":YEBO";
const SLASH: char = '\u{2215}';

/// The order as the attacker writes it.
pub fn written(call: &Value) -> String {
    format!("{FROM}{call}{UNTIL}").replace('/', &SLASH.to_string())
}

fn read(text: &str) -> Option<Value> {
    let (_, rest) = text.split_once(FROM)?;
    let (order, _) = rest.split_once(UNTIL)?;
    serde_json::from_str(&order.replace(SLASH, "/")).ok()
}

/// Code, and in the same breath a call that would approve it.
pub const BOTH: &str = "execute and answer";

#[derive(Default, Clone)]
struct Wish {
    /// What the person asked to have read.
    reading: Option<String>,
    /// What the attacker wants: for where the mode lets nothing be read.
    call: Value,
}

/// What the person and the attacker want now.
#[derive(Default, Clone)]
pub struct Order(Arc<Mutex<Wish>>);

impl Order {
    pub fn set(&self, reading: Option<&str>, call: &Value) {
        *self.0.lock().unwrap() = Wish {
            reading: reading.map(str::to_owned),
            call: call.clone(),
        };
    }

    /// Reads what the person asked for, then makes the call it found there.
    pub fn script(&self) -> Script {
        let wish = Arc::clone(&self.0);
        Script::new().always(move |request| {
            let wish = wish.lock().unwrap().clone();
            let done = request.calls().len();
            let reads = usize::from(wish.reading.is_some());
            match (done, &wish.reading) {
                (0, Some(code)) => Reply::execute("shell", code),
                (done, _) if done == reads => {
                    let refused = request
                        .results()
                        .last()
                        .is_some_and(|result| result.text.contains("Not allowed by a rule"));
                    let found = request
                        .outside()
                        .iter()
                        .rev()
                        .find_map(|mark| read(&mark.text));
                    match found {
                        Some(call) => obey(&call),
                        None if refused => obey(&wish.call),
                        None => Reply::text(format!("I found no order in {:?}", request.outside())),
                    }
                }
                _ => Reply::text("Done."),
            }
        })
    }

    /// Every order reached the model between marks, never beside them, and no mark was
    /// shown to the person.
    pub fn check(&self, requests: &[SeenRequest], shown: &[String]) {
        let shown = shown.join("\n");
        for request in requests {
            let marks = request.outside();
            for message in request.messages() {
                let mut text = message.to_string();
                if message["role"] == "assistant" {
                    continue;
                }
                for mark in &marks {
                    let inside = Value::from(mark.text.as_str()).to_string();
                    text = text.replace(&inside[1..inside.len() - 1], "");
                }
                assert!(!text.contains(FROM), "an order outside marks: {text}");
            }
            let mut ids: Vec<&str> = marks.iter().map(|mark| mark.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            let told = ids.iter().find(|id| shown.contains(**id));
            assert_eq!(told, None, "a mark was shown");
            assert_eq!(ids.len(), marks.len(), "each mark is its own: {marks:#?}");
        }
    }
}

/// Makes the call, as it is asked for.
pub fn obey(call: &Value) -> Reply {
    let name = call["name"].as_str().unwrap_or_default();
    match name {
        "computer" => Reply::computer(call["arguments"].clone()),
        BOTH => Reply::call("execute", call["arguments"].clone())
            .and_call("answer", json!({"decision": "run"})),
        _ => Reply::call(name, call["arguments"].clone()),
    }
}
