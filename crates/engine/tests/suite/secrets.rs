//! Secrets that are typed by their names: kept, told without their values, removed.

use interpreter_protocol::{
    Answer, ErrorCode, Grant, Op, Query, Receipt, Rule, RuleMatch, SecretText, TypingSecret,
    UserPart, Verdict,
};
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::json;

use crate::house::{House, Wire};

const CANARY: &str = "c4nary-Tr0ub4dor";

fn mail() -> TypingSecret {
    TypingSecret {
        name: "mail password".to_owned(),
        apps: vec!["Mail".to_owned()],
        window: None,
    }
}

fn save(secret: TypingSecret, value: Option<&str>) -> Op {
    Op::SaveTypingSecret {
        secret,
        value: value.map(|value| SecretText(value.to_owned())),
    }
}

#[tokio::test]
async fn only_names_leave_the_keychain() {
    let model = ModelServer::start(
        Script::new()
            .reply(Reply::text("Hello."))
            .reply(Reply::text("Again.")),
    );
    let house = House::with_model(&model, Wire::OpenAi, json!({"os": true}));
    let engine = &house.engine;
    let saved = engine.submit(save(mail(), Some(CANARY))).await;
    assert_eq!(saved, Ok(Receipt::default()));
    let told = engine.query(Query::TypingSecrets).await.unwrap();
    let expected = Answer::TypingSecrets {
        secrets: vec![mail()],
    };
    assert_eq!(told, expected);
    house.turn(None, "hello").await;
    // In Chat only nothing is typed, and without OS mode there is no word of it.
    let op = Op::Submit {
        conversation: None,
        content: vec![UserPart::text("and again")],
        settings: json!({"os": false}).as_object().cloned().unwrap(),
    };
    let receipt = engine.submit(op).await.unwrap();
    house.over(&receipt.conversation.unwrap()).await;
    for query in [
        Query::TypingSecrets,
        Query::Diagnostics,
        Query::Grants,
        Query::Settings { conversation: None },
        Query::Storage,
    ] {
        let answer = format!("{:?}", engine.query(query).await.unwrap());
        assert!(!answer.contains(CANARY), "{answer}");
    }
    engine.shutdown().await;
    let requests = model.finish();
    assert!(requests.iter().all(|request| !request.raw.contains(CANARY)));
    let system = requests[0].system();
    assert!(system.contains("- \"mail password\": in Mail"), "{system}");
    assert!(!requests[1].system().contains("mail password"));
    // Nor does any file hold the value but the one that is there for it.
    assert_eq!(holding(house.home.path()), ["config/secrets.json"]);
}

/// Files below a folder that hold the value.
fn holding(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                rest.push(path);
            } else if std::fs::read(&path).is_ok_and(|bytes| {
                bytes
                    .windows(CANARY.len())
                    .any(|part| part == CANARY.as_bytes())
            }) {
                let name = path.strip_prefix(folder).unwrap();
                found.push(name.display().to_string());
            }
        }
    }
    found
}

#[tokio::test]
async fn what_was_allowed_with_a_secret_goes_with_it() {
    let house = House::new(json!({}));
    let engine = &house.engine;
    engine.submit(save(mail(), Some(CANARY))).await.unwrap();
    let grant = Grant {
        id: "g".to_owned(),
        rule: Rule {
            verdict: Verdict::Allow,
            matches: RuleMatch::Secret {
                name: mail().name,
                app: "Mail".to_owned(),
            },
        },
        conversation: None,
        profile: None,
        until: None,
        turn: false,
    };
    let given = Op::Grant {
        grant: grant.clone(),
    };
    engine.submit(given).await.unwrap();
    let grants = async || match engine.query(Query::Grants).await.unwrap() {
        Answer::Grants { grants } => grants,
        other => panic!("{other:?}"),
    };
    assert_eq!(grants().await, [grant]);
    let remove = || Op::DeleteTypingSecret { name: mail().name };
    engine.submit(remove()).await.unwrap();
    assert_eq!(grants().await, []);
    let again = engine.submit(remove()).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::UnknownItem);
    let without = engine.submit(save(mail(), None)).await.unwrap_err();
    assert_eq!(
        without.message,
        "The secret `mail password` was not saved. Its value is missing."
    );
    assert_eq!(holding(house.home.path()), [""; 0]);
    engine.shutdown().await;
}
