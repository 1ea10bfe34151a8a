//! Conversations as a collection: copies, the bin, files, costs, what is kept.

use std::sync::Arc;
use std::time::Duration;

use interpreter_engine::{Engine, EngineConfig, Paths};
use interpreter_protocol::{
    Answer, ConversationId, ConversationSummary, Error, ErrorCode, ExportFormat, Op, Query, Receipt,
};
use interpreter_test_support::model_server::History;
use interpreter_test_support::{ModelServer, Reply, Script};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::house::{House, WIRES, rows};

impl House {
    async fn list(&self) -> Vec<ConversationSummary> {
        let query = Query::Conversations { limit: None };
        match self.engine.query(query).await.unwrap() {
            Answer::Conversations { conversations } => conversations,
            other => panic!("{other:?}"),
        }
    }

    async fn file(&self, id: &ConversationId, format: ExportFormat) -> (String, String) {
        let query = Query::Export {
            conversation: id.clone(),
            format,
            screenshots: false,
        };
        match self.engine.query(query).await.unwrap() {
            Answer::File { name, text, .. } => (name, text),
            other => panic!("{other:?}"),
        }
    }

    async fn delete(&self, id: &ConversationId) -> Result<Receipt, Error> {
        let conversation = id.clone();
        self.engine.submit(Op::Delete { conversation }).await
    }

    async fn restore(&self, id: &ConversationId) -> Result<Receipt, Error> {
        let conversation = id.clone();
        self.engine.submit(Op::Restore { conversation }).await
    }

    fn entries(&self, folder: &str) -> usize {
        let folder = self.home.path().join("data").join(folder);
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

/// A house in which code runs unasked.
fn house() -> House {
    House::new(json!({"mode": "full_access"}))
}

#[tokio::test]
async fn a_copy_and_a_branch_can_be_gone_on_with() {
    let house = house();
    let id = house.turn(None, "run python: 1+1").await;
    house.turn(Some(&id), "run python: 2+2").await;
    let first = house.snapshot(&id).await;
    let duplicate = |before| Op::Duplicate {
        conversation: id.clone(),
        before,
    };
    let receipt = house.engine.submit(duplicate(None)).await.unwrap();
    let copy = receipt.conversation.unwrap();
    assert_eq!(house.snapshot(&copy).await.items, first.items);
    let second = first
        .items
        .iter()
        .find(|item| item.text().contains("2+2"))
        .unwrap();
    let before = Some(second.id.clone());
    let receipt = house.engine.submit(duplicate(before)).await.unwrap();
    let branch = receipt.conversation.unwrap();
    house.turn(Some(&branch), "run python: 3+3").await;
    let said = rows(&house.snapshot(&branch).await).join("\n");
    assert!(said.contains("1+1") && said.contains('6'), "{said}");
    assert!(!said.contains("2+2"), "{said}");
    assert_eq!(house.snapshot(&id).await.items, first.items);
    house.engine.shutdown().await;
}

#[tokio::test]
async fn vendors_take_the_requests_of_a_copy() {
    for wire in WIRES {
        // The history of the copy is checked to be the same bytes.
        let script = Script::new()
            .reply(
                Reply::execute("python", "print(6*7)")
                    .reasoning("Multiply.")
                    .say("I compute it."),
            )
            .reply(Reply::text("It is 42."))
            .reply(Reply::text("Still 42."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire, json!({"mode": "full_access"}));
        let id = house.turn(None, "What is 6*7?").await;
        let op = Op::Duplicate {
            conversation: id.clone(),
            before: None,
        };
        let copy = house.engine.submit(op).await.unwrap().conversation.unwrap();
        house.delete(&id).await.unwrap();
        house.turn(Some(&copy), "Sure?").await;
        let last = rows(&house.snapshot(&copy).await).pop();
        assert_eq!(
            last.as_deref(),
            Some("assistant/message Still 42."),
            "{wire:?}"
        );
        house.engine.shutdown().await;
        model.finish();
    }
}

#[tokio::test]
async fn vendors_take_the_requests_of_a_branch() {
    for wire in WIRES {
        let script = Script::new()
            .history(History::MayRewind)
            .reply(Reply::execute("python", "print(1)").say("First this."))
            .reply(Reply::execute("python", "print(2)").say("Then that."))
            .reply(Reply::text("Done."))
            .reply(Reply::text("Another way."));
        let model = ModelServer::start(script);
        let house = House::with_model(&model, wire, json!({"mode": "full_access"}));
        let id = house.turn(None, "Count").await;
        let items = house.snapshot(&id).await.items;
        // In the middle of the answer, right before the second block of code.
        let before = items
            .iter()
            .find(|item| item.text().contains("print(2)"))
            .map(|item| item.id.clone());
        assert!(before.is_some());
        let op = Op::Duplicate {
            conversation: id.clone(),
            before,
        };
        let branch = house.engine.submit(op).await.unwrap().conversation.unwrap();
        house.turn(Some(&branch), "Otherwise, please").await;
        let last = rows(&house.snapshot(&branch).await).pop();
        assert_eq!(
            last.as_deref(),
            Some("assistant/message Another way."),
            "{wire:?}"
        );
        house.engine.shutdown().await;
        model.finish();
    }
}

#[tokio::test]
async fn a_deleted_conversation_can_come_back() {
    let house = house();
    let id = house.turn(None, "run python: 1+1").await;
    let items = house.snapshot(&id).await.items;
    house.delete(&id).await.unwrap();
    assert_eq!(house.list().await, []);
    assert_eq!(
        house.delete(&id).await.unwrap_err().code,
        ErrorCode::UnknownConversation
    );
    house.restore(&id).await.unwrap();
    assert_eq!(house.snapshot(&id).await.items, items);
    house.turn(Some(&id), "run python: 2+2").await;
    // What is still in the bin when the program ends goes with it.
    house.delete(&id).await.unwrap();
    assert_eq!(house.entries("bin"), 1);
    house.engine.shutdown().await;
    assert_eq!((house.entries("bin"), house.entries("outputs")), (0, 0));
    assert_eq!(
        house.restore(&id).await.unwrap_err().code,
        ErrorCode::UnknownConversation
    );
}

#[tokio::test]
async fn what_a_crash_left_in_the_bin_goes_at_the_next_start() {
    let house = House::new(json!({}));
    let messages = json!([{"role": "user", "type": "message", "content": "hi"}]);
    let id = house.import("a.json", &messages.to_string()).await.unwrap();
    let fresh = house.import("a.json", &messages.to_string()).await.unwrap();
    house.delete(&id).await.unwrap();
    house.delete(&fresh).await.unwrap();
    // As if it had been there for long, and the program had ended without a word.
    let bin = house.home.path().join("data/bin");
    let old = std::fs::read_dir(&bin)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().ends_with(&format!(" {id}.jsonl")))
        .unwrap();
    std::fs::rename(old, bin.join(format!("5 {id}.jsonl"))).unwrap();
    let house = house.again_with(json!({}));
    house.until_left("bin", 1).await;
    assert!(house.restore(&id).await.is_err());
    // The other one had its moment left.
    house.restore(&fresh).await.unwrap();
    house.engine.shutdown().await;
}

impl House {
    async fn import(&self, name: &str, content: &str) -> Result<ConversationId, Error> {
        let op = Op::Import {
            name: name.to_owned(),
            content: content.to_owned(),
        };
        let receipt = self.engine.submit(op).await?;
        Ok(receipt.conversation.unwrap())
    }

    /// The same folders, as the program finds them at its next start.
    fn again_with(self, settings: Value) -> Self {
        let Self { home, engine } = self;
        drop(engine);
        let engine = Engine::open(EngineConfig {
            paths: Paths::below(home.path()),
            env: Arc::new(|_| None),
            command_line: settings.as_object().cloned().unwrap(),
            api_key: None,
            folder: home.path().to_owned(),
            own_pids: Vec::new(),
            front: "the test",
            clear_screen: None,
        });
        let engine = engine.unwrap();
        Self { home, engine }
    }

    /// Waits until so much is left in a folder; something else empties it.
    async fn until_left(&self, folder: &str, count: usize) {
        let begun = std::time::Instant::now();
        while self.entries(folder) > count {
            assert!(begun.elapsed() < Duration::from_secs(60), "never emptied");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn older_ones_go_and_pinned_ones_stay() {
    let house = House::new(json!({}));
    let messages =
        |text: &str| json!([{"role": "user", "type": "message", "content": text}]).to_string();
    let old = house.import("a.json", &messages("old")).await.unwrap();
    let pinned = house.import("a.json", &messages("pinned")).await.unwrap();
    let arrange = Op::Arrange {
        conversation: pinned.clone(),
        pinned: Some(true),
        archived: None,
    };
    house.engine.submit(arrange).await.unwrap();
    house.list().await;
    let before = house.list().await.iter().map(|line| line.updated).max();
    let before = before.unwrap() + 1;
    house
        .engine
        .submit(Op::DeleteOlder { before: 5 })
        .await
        .unwrap();
    assert_eq!(house.list().await.len(), 2);
    house
        .engine
        .submit(Op::DeleteOlder { before })
        .await
        .unwrap();
    let left: Vec<_> = house.list().await.into_iter().map(|line| line.id).collect();
    assert_eq!(left, [pinned]);
    assert!(house.restore(&old).await.is_err(), "at once and for good");
    house.engine.shutdown().await;
}

#[tokio::test]
async fn files_go_out_and_come_in() {
    let house = house();
    let id = house.turn(None, "run python: print(6*7)").await;
    let (name, text) = house.file(&id, ExportFormat::Json).await;
    assert_eq!(name, "run python print(6 7).json");
    let made = house.import(&name, &text).await.unwrap();
    let plain = |snapshot: interpreter_protocol::Snapshot| snapshot.items;
    assert_eq!(
        plain(house.snapshot(&made).await),
        plain(house.snapshot(&id).await)
    );
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Notebook,
        ExportFormat::Html,
    ] {
        let (_, text) = house.file(&id, format).await;
        assert!(text.contains("print(6*7)") && text.contains("42"), "{text}");
    }
    let error = house.import("a.md", "# A").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::BadInput);
    let find = Query::Find {
        conversation: id.clone(),
        text: "PRINT".to_owned(),
    };
    match house.engine.query(find).await.unwrap() {
        Answer::Find { hits } => assert!(hits.len() >= 2, "{hits:?}"),
        other => panic!("{other:?}"),
    }
    house.engine.shutdown().await;
}

#[tokio::test]
async fn a_key_is_never_exported() {
    let house = house();
    let id = house
        .turn(None, "run python: print('the key is secret-key')")
        .await;
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Notebook,
        ExportFormat::Json,
        ExportFormat::Html,
    ] {
        let (_, text) = house.file(&id, format).await;
        assert!(!text.contains("secret-key"), "{format:?}: {text}");
    }
    house.engine.shutdown().await;
}

#[tokio::test]
async fn costs_and_sizes_are_told() {
    let house = House::new(json!({"max_budget_day": 2.0}));
    let lines = [
        json!({"format": 1, "name": "c", "created": 5, "meta": {"title": "c"}}),
        json!({"seq": 1, "chunk": {"role": "server", "type": "usage",
            "content": {"input_tokens": 1, "output_tokens": 1, "cost_usd": 0.5}}}),
    ];
    let path = house.home.path().join("data/conversations/c.jsonl");
    std::fs::write(path, lines.map(|line| format!("{line}\n")).concat()).unwrap();
    match house.engine.query(Query::Costs).await.unwrap() {
        Answer::Costs(costs) => assert_eq!(
            serde_json::to_value(costs).unwrap(),
            json!({"day": 0.5, "month": 0.5, "day_limit": 2.0, "incomplete": false})
        ),
        other => panic!("{other:?}"),
    }
    match house.engine.query(Query::Storage).await.unwrap() {
        Answer::Storage(storage) => {
            assert_eq!((storage.conversations, storage.pictures), (1, 0));
            assert!(storage.bytes > 0 && !storage.secrets.is_empty());
        }
        other => panic!("{other:?}"),
    }
    house.engine.shutdown().await;
}

/// A conversation with a screenshot that was taken long ago.
fn with_screenshot(house: &House) -> std::path::PathBuf {
    let data = house.home.path().join("data");
    let hash = "a".repeat(64);
    std::fs::write(data.join("blobs").join(&hash), b"picture").unwrap();
    let image = |more: Value| {
        let mut chunk = json!({"role": "computer", "type": "image", "format": "blob"});
        let more = more.as_object().cloned().unwrap();
        chunk.as_object_mut().unwrap().extend(more);
        chunk
    };
    let lines = [
        json!({"format": 1, "name": "s", "created": 5, "meta": {"title": "s"}}),
        json!({"seq": 1, "item": "i",
            "chunk": image(json!({"start": true, "at": 5, "frame": {"display": "d"}}))}),
        json!({"seq": 2, "item": "i", "chunk": image(json!({"content": format!("sha256:{hash}")}))}),
        json!({"seq": 3, "item": "i", "chunk": image(json!({"end": true}))}),
    ];
    let path = data.join("conversations/s.jsonl");
    std::fs::write(path, lines.map(|line| format!("{line}\n")).concat()).unwrap();
    data.join("blobs").join(hash)
}

#[tokio::test]
async fn old_screenshots_go_when_the_program_starts() {
    let house = House::new(json!({"screenshot_days": 10_000_000}));
    let note = house.home.path().join("data/screenshots.checked");
    until_there(&note).await;
    let picture = with_screenshot(&house);
    let house = house.again_with(json!({"screenshot_days": 9_000_000}));
    until_holds(&note, "9000000 days, 1024 megabytes\n").await;
    assert!(picture.exists(), "it is not that old");
    let house = house.again_with(json!({"screenshot_days": 7}));
    until_holds(&note, "7 days, 1024 megabytes\n").await;
    assert!(!picture.exists());
    house.engine.shutdown().await;
}

async fn until_there(path: &std::path::Path) {
    let begun = std::time::Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "never written");
        tokio::task::yield_now().await;
    }
}

async fn until_holds(path: &std::path::Path, text: &str) {
    let begun = std::time::Instant::now();
    while std::fs::read_to_string(path).unwrap_or_default() != text {
        assert!(begun.elapsed() < Duration::from_secs(60), "never written");
        tokio::task::yield_now().await;
    }
}
