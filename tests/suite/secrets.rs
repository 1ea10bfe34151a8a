//! A secret is typed by its name into the field the person allowed, and stands nowhere
//! else afterwards.

use interpreter_protocol::{
    Decision, Grant, Mode, Op, Pending, Rule, RuleMatch, RuleScope, SecretText, TypingSecret,
    UserPart, Verdict,
};
use interpreter_test_support::{Desktop, Fixture, ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::house::{House, Pipe, Wire};

const CANARY: &str = "c4nary-Tr0ub4dor";

fn api(method: &str, params: Value) -> Reply {
    Reply::call("computer_api", json!({"method": method, "params": params}))
}

fn typing() -> Reply {
    api("keyboard.write_secret", json!({"name": "mail"}))
}

fn click_entry(form: &Fixture) -> Reply {
    let (x, y) = form.place("entry").middle();
    api("mouse.click", json!({"x": x, "y": y}))
}

async fn save(pipe: &mut Pipe, app: &str) {
    let secret = TypingSecret {
        name: "mail".to_owned(),
        apps: vec![app.to_owned()],
        window: None,
    };
    let value = Some(SecretText(CANARY.to_owned()));
    let op = Op::SaveTypingSecret { secret, value };
    pipe.submit(op).await.unwrap();
}

/// Files below a folder that hold the value.
fn holding(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
                continue;
            }
            let holds = |bytes: Vec<u8>| {
                let mut parts = bytes.windows(CANARY.len());
                parts.any(|part| part == CANARY.as_bytes())
            };
            if std::fs::read(&path).is_ok_and(holds) {
                let name = path.strip_prefix(folder).unwrap();
                found.push(name.display().to_string());
            }
        }
    }
    found
}

/// Answers a question, and waits until it is gone.
async fn answer(pipe: &mut Pipe, pending: Pending, decision: Decision) {
    pipe.answer(&pending, decision).await.unwrap();
    let done = pending.confirmation;
    pipe.until(|t| t.pending.iter().all(|other| other.confirmation != done))
        .await;
}

/// Answers what is asked until a question about a secret comes; gives it.
async fn until_secret(pipe: &mut Pipe) -> Pending {
    loop {
        let pending = pipe.pending().await;
        if pending.content.get("secret").is_some() {
            return pending;
        }
        answer(pipe, pending, Decision::Run).await;
    }
}

#[tokio::test]
async fn a_secret_is_typed_where_it_was_allowed_and_stands_nowhere_else() {
    for wire in [Wire::Anthropic, Wire::Gemini] {
        let desktop = Desktop::start();
        let mut form = Fixture::form(&desktop, "Send report").await;
        let script = Script::new()
            .reply(click_entry(&form))
            .reply(typing())
            // Everything that could read it back.
            .reply(api("display.get_text_as_list_of_lists", json!({})))
            .reply(api("keyboard.write", json!({"text": "!"})))
            .reply(Reply::computer(json!({"action": "screenshot"})))
            .reply(typing())
            .reply(Reply::text("Done."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire).on(&desktop).flag(&["--os"]);
        let mut pipe = house.pipe().await;
        // The app's name is what the first question says.
        pipe.say("log in").await;
        let first = pipe.pending().await;
        let app = first.content["app"].as_str().unwrap().to_owned();
        save(&mut pipe, &app).await;
        let whole = Decision::Always {
            rule: Rule {
                verdict: Verdict::Allow,
                matches: RuleMatch::App {
                    app: app.clone(),
                    tier: interpreter_protocol::Tier::Full,
                },
            },
            scope: RuleScope::Conversation,
        };
        answer(&mut pipe, first, whole).await;
        // That the app may be used says nothing of the secret.
        let asked = until_secret(&mut pipe).await;
        assert_eq!(
            asked.content["secret"],
            json!({"name": "mail", "app": app}),
            "{wire:?}"
        );
        assert_eq!(
            asked.content["words"],
            json!(format!("Type the secret “mail” in {app}"))
        );
        let rule = Rule {
            verdict: Verdict::Allow,
            matches: RuleMatch::Secret {
                name: "mail".to_owned(),
                app,
            },
        };
        let scope = RuleScope::Conversation;
        answer(&mut pipe, asked, Decision::Always { rule, scope }).await;
        form.expect_text(CANARY).await;
        // The second time nothing is asked.
        form.expect_text(&format!("{CANARY}!{CANARY}")).await;
        pipe.until(|t| !t.responding).await;
        let events = format!("{:?} {:#?}", pipe.events, pipe.rows());
        assert!(!events.contains(CANARY), "{events}");
        pipe.close().await;
        for request in model.finish() {
            assert!(!request.raw.contains(CANARY), "{request:?}");
        }
        assert_eq!(holding(house.home.path()), ["config/secrets.json"]);
    }
}

/// What holds in one case of the table, and how often the secret is typed.
struct Case {
    mode: Mode,
    /// It was saved for this app.
    here: bool,
    /// A rule is against it.
    denied: bool,
    /// What the person says when asked about it.
    says: Decision,
    typed: usize,
}

const fn case(mode: Mode, here: bool, denied: bool, says: Decision, typed: usize) -> Case {
    Case {
        mode,
        here,
        denied,
        says,
        typed,
    }
}

/// Lets a conversation go to its end; gives the app that was acted in, where that was asked.
async fn play(pipe: &mut Pipe, says: &Decision) -> Option<String> {
    let mut app = None;
    loop {
        pipe.until(|t| !t.pending.is_empty() || !t.responding).await;
        let Some(pending) = pipe.transcript.pending.first().cloned() else {
            return app;
        };
        let named = pending.content["app"].as_str().map(str::to_owned);
        app = app.or(named);
        let decision = match pending.content.get("secret") {
            Some(_) => says.clone(),
            None => Decision::Run,
        };
        answer(pipe, pending, decision).await;
    }
}

#[tokio::test]
async fn no_rule_and_no_code_types_a_secret_elsewhere() {
    let desktop = Desktop::start();
    let mut form = Fixture::form(&desktop, "Send report").await;
    let code = "try:\n  computer.keyboard.write_secret('mail')\nexcept Exception as e:\n  print('refused', e)";
    // The model tries it as a call of its own, and once more in code.
    let click = click_entry(&form);
    let script = Script::new().always(move |request| match request.calls().len() {
        0 => click.clone(),
        1 => typing(),
        2 => Reply::execute("python", code),
        _ => Reply::text("Done."),
    });
    let model = ModelServer::start(script);
    let house = House::with_model(&model, Wire::Anthropic)
        .on(&desktop)
        .flag(&["--os"]);
    let mut pipe = house.pipe().await;
    let no = Decision::Skip {
        reason: Some("not that".to_owned()),
    };
    let (ask, full) = (Mode::AskEveryTime, Mode::FullAccess);
    let mut app = None;
    for Case {
        mode,
        here,
        denied,
        says,
        typed,
    } in [
        case(ask, false, false, Decision::Run, 0),
        case(full, false, false, Decision::Run, 0),
        case(Mode::ChatOnly, true, false, Decision::Run, 0),
        case(ask, true, true, Decision::Run, 0),
        case(full, true, true, Decision::Run, 0),
        // That code may run says nothing of the secret.
        case(ask, true, false, no, 0),
        // Once is once: not in code, too.
        case(ask, true, false, Decision::Run, 1),
        case(full, true, false, Decision::Run, 2),
    ] {
        let name = format!("{mode:?}, here {here}, denied {denied}, {says:?}");
        let saved = app.clone().filter(|_| here);
        save(&mut pipe, saved.as_deref().unwrap_or("Some other app")).await;
        let grant = Grant {
            id: "never".to_owned(),
            rule: Rule {
                verdict: Verdict::Deny,
                matches: RuleMatch::Secret {
                    name: String::new(),
                    app: String::new(),
                },
            },
            conversation: None,
            profile: None,
            until: None,
            turn: false,
        };
        if denied {
            pipe.submit(Op::Grant { grant }).await.unwrap();
        }
        super::attacks::begin(&mut pipe, mode, vec![UserPart::text("log in")]).await;
        let asked = play(&mut pipe, &says).await;
        app = app.or(asked);
        let events = form.events_so_far().await;
        let mut texts = events.iter().filter(|event| event["event"] == "text");
        let text = texts.next_back().map(|event| event["text"].clone());
        let expected = (typed > 0).then(|| json!(CANARY.repeat(typed)));
        assert_eq!(text, expected, "{name}: {:#?}", pipe.rows());
        if typed > 0 {
            form.set_text("");
            form.expect_text("").await;
        }
        if denied {
            let grant = "never".to_owned();
            pipe.submit(Op::Revoke { grant }).await.unwrap();
        }
    }
    pipe.close().await;
    for request in model.finish() {
        assert!(!request.raw.contains(CANARY), "{request:?}");
    }
}
