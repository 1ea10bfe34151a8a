//! Code the person runs: what it does, how it is ended, and what the model hears.

use interpreter_protocol::{Decision, ErrorCode, Op, Role, RunState};
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use crate::house::{House, WIRES, rows};

#[tokio::test]
async fn it_shares_its_state_with_what_the_model_runs() {
    for wire in WIRES {
        let script = Script::new()
            .reply(Reply::execute("python", "x = 20"))
            .reply(Reply::text("Set."))
            .reply(Reply::text("42, I see."))
            .reply(Reply::text("Still 42."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire, json!({"mode": "full_access"}));
        let id = house.turn(None, "set x").await;
        let receipt = house.run_code(&id, "py", "print(x + 22)").await.unwrap();
        let snapshot = house.over(&id).await;
        assert_eq!(
            rows(&snapshot)[4..],
            ["user/code print(x + 22) [Done]", "computer/console 42"]
        );
        let item = &snapshot.items[4];
        assert_eq!(
            (Some(&item.id), item.role, item.format.as_deref()),
            (receipt.item.as_ref(), Role::User, Some("python"))
        );
        assert_eq!(
            item.run.as_ref().unwrap().rule.as_deref(),
            Some("run by you")
        );
        house.turn(Some(&id), "what is it?").await;
        house.turn(Some(&id), "sure?").await;
        house.engine.shutdown().await;
        // The server has checked the order of the messages, and that none changed.
        let requests = model.finish();
        assert_eq!(
            requests[2].last_user_text().lines().collect::<Vec<_>>(),
            [
                "The user ran this python code themselves:",
                "print(x + 22)",
                "",
                "Its result:",
                "42",
                "",
                "what is it?"
            ],
            "{wire:?}"
        );
    }
}

#[tokio::test]
async fn run_anyway_after_a_skip_and_then_ask_again() {
    for wire in WIRES {
        let script = Script::new()
            .reply(Reply::execute("python", "6 * 7"))
            .reply(Reply::text("It is 42."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire, json!({}));
        let id = house
            .say(None, vec![interpreter_protocol::UserPart::text("compute")])
            .await
            .unwrap();
        let pending = house.pending(&id).await;
        let refused = house.run_code(&id, "python", "6 * 7").await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotNow, "a turn is under way");
        let skip = Op::Answer {
            conversation: id.clone(),
            confirmation: pending.confirmation,
            digest: pending.digest,
            decision: Decision::Skip { reason: None },
        };
        house.engine.submit(skip).await.unwrap();
        house.over(&id).await;
        house.run_code(&id, "python", "6 * 7").await.unwrap();
        house.over(&id).await;
        house.again(&id).await.unwrap();
        let snapshot = house
            .until(&id, |s| !s.responding && s.items.len() == 5)
            .await;
        assert_eq!(
            rows(&snapshot),
            [
                "user/message compute",
                "assistant/code 6 * 7 [Skipped]",
                "user/code 6 * 7 [Done]",
                "computer/console 42",
                "assistant/message It is 42."
            ]
        );
        house.engine.shutdown().await;
        model.finish();
    }
}

#[tokio::test]
async fn what_is_forbidden_says_by_which_rule() {
    let house = House::new(json!({"forbidden_commands": ["rm -rf"]}));
    let id = house.turn(None, "help").await;
    let refused = house.run_code(&id, "shell", "rm -rf x").await.unwrap_err();
    assert_eq!(
        (refused.code, refused.message.as_str()),
        (
            ErrorCode::ApprovalRefused,
            "Nothing was run: never `rm -rf`."
        )
    );
    let refused = house.run_code(&id, "cobol", "x").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadInput);
    let mut values = Map::new();
    values.insert("mode".to_owned(), json!("chat_only"));
    let scope = interpreter_protocol::Scope::Conversation {
        conversation: id.clone(),
    };
    let op = Op::Configure { scope, values };
    house.engine.submit(op).await.unwrap();
    let refused = house.run_code(&id, "shell", "ls").await.unwrap_err();
    assert_eq!(refused.params["rule"], "mode Chat only: nothing runs");
    assert_eq!(house.snapshot(&id).await.items.len(), 2);
    house.engine.shutdown().await;
}

#[tokio::test]
async fn an_interrupt_keeps_the_state_and_a_kill_ends_it() {
    let house = House::new(json!({}));
    let id = house.turn(None, "help").await;
    house.run_code(&id, "python", "x = 5").await.unwrap();
    house.over(&id).await;
    // It takes two interrupts: the first is caught.
    let code = "import signal\nold = signal.getsignal(signal.SIGINT)\nsignal.signal(signal.SIGINT, lambda *_: signal.signal(signal.SIGINT, old))\nprint('go', flush=True)\nwhile True: pass";
    let item = house
        .run_code(&id, "python", code)
        .await
        .unwrap()
        .item
        .unwrap();
    let printed = |s: &interpreter_protocol::Snapshot, parent: &str| {
        s.items.iter().any(|i| {
            i.kind == "console" && i.parent() == Some(parent) && i.text().starts_with("go\n")
        })
    };
    house.until(&id, |s| printed(s, item.as_str())).await;
    let interrupt = |item: &interpreter_protocol::ItemId, kill| Op::Interrupt {
        conversation: id.clone(),
        item: item.clone(),
        kill,
    };
    house.engine.submit(interrupt(&item, false)).await.unwrap();
    house.state(&id, &item, RunState::Stopped).await;
    house.over(&id).await;
    house.run_code(&id, "python", "print(x)").await.unwrap();
    let snapshot = house.over(&id).await;
    assert_eq!(
        snapshot.items.last().unwrap().text(),
        "5\n",
        "state is kept"
    );

    // One that never gives in.
    let code = "signal.signal(signal.SIGINT, lambda *_: print('no', flush=True))\nprint('go', flush=True)\nwhile True: pass";
    let item = house
        .run_code(&id, "python", code)
        .await
        .unwrap()
        .item
        .unwrap();
    house.until(&id, |s| printed(s, item.as_str())).await;
    house.engine.submit(interrupt(&item, false)).await.unwrap();
    // Interrupted again and again, well beyond the time after which Stop kills.
    house
        .until(&id, |s| {
            s.items
                .last()
                .is_some_and(|i| i.text().matches("no").count() >= 8)
        })
        .await;
    house.engine.submit(interrupt(&item, true)).await.unwrap();
    let card = house.state(&id, &item, RunState::Stopped).await;
    assert_eq!(
        card.run.unwrap().note.as_deref(),
        Some("The run was killed, so the language's state is gone.")
    );
    house.over(&id).await;
    let item = house
        .run_code(&id, "python", "print(x)")
        .await
        .unwrap()
        .item
        .unwrap();
    let failed = house.state(&id, &item, RunState::Failed).await;
    assert_eq!(
        failed.run.unwrap().note.as_deref(),
        Some("NameError: name 'x' is not defined"),
        "the card tells the error's own line"
    );
    house.engine.shutdown().await;
}

#[tokio::test]
async fn stop_ends_it_and_it_can_be_asked_for_input() {
    let house = House::new(json!({}));
    let id = house.turn(None, "help").await;
    house
        .run_code(&id, "python", "print('hello ' + input('name? '))")
        .await
        .unwrap();
    let open = house.until(&id, |s| !s.inputs.is_empty()).await.inputs[0].clone();
    let line = Op::Input {
        conversation: id.clone(),
        request: open.request,
        text: Some("Ada".to_owned()),
    };
    house.engine.submit(line).await.unwrap();
    let snapshot = house.over(&id).await;
    let last = snapshot.items.last().unwrap().text();
    assert!(last.ends_with("hello Ada\n"), "{last}");
    let item = house
        .run_code(&id, "python", "while True: pass")
        .await
        .unwrap()
        .item
        .unwrap();
    house.state(&id, &item, RunState::Running).await;
    let stop = Op::Stop {
        conversation: id.clone(),
    };
    house.engine.submit(stop).await.unwrap();
    house.state(&id, &item, RunState::Stopped).await;
    house.over(&id).await;
    house.engine.shutdown().await;
}

#[tokio::test]
async fn what_a_permission_allowed_names_it() {
    let house = House::new(json!({}));
    let rule = json!({"verdict": "allow", "matches": {"what": "language", "language": "python"}});
    let grant = json!({"op": "grant", "grant": {"id": "g1", "rule": rule}});
    let op: Op = serde_json::from_value(grant).unwrap();
    house.engine.submit(op).await.unwrap();
    let id = house.turn(None, "run python: 1+1").await;
    let snapshot = house.snapshot(&id).await;
    let run = snapshot.items[1].run.clone().unwrap();
    assert_eq!(
        (run.grant.as_deref(), run.rule.as_deref()),
        (Some("g1"), Some("allow python"))
    );
    let op = Op::Revoke {
        grant: run.grant.unwrap(),
    };
    house.engine.submit(op).await.unwrap();
    let id = house
        .say(
            None,
            vec![interpreter_protocol::UserPart::text("run python: 1")],
        )
        .await
        .unwrap();
    house.pending(&id).await;
    house.engine.shutdown().await;
}
