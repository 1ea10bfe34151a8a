//! What the list says of each conversation, live and made anew from the files.

use interpreter_protocol::{
    Chunk, ConversationMeta, ConversationSummary, ErrorCode, Role, Run, RunState, Usage, kind,
};
use interpreter_store::{Record, Spent, Store};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::{Fixture, code, complete, message, record};

fn server(kind: &str, content: Value) -> Record {
    Record {
        item: None,
        chunk: Chunk::new(Role::Server, kind).content(content),
    }
}

pub fn usage(cost: Option<f64>) -> Record {
    let usage = Usage {
        input_tokens: 10,
        output_tokens: 5,
        cost_usd: cost,
        ..Usage::default()
    };
    server(kind::USAGE, serde_json::to_value(usage).unwrap())
}

pub fn run(item: &str, state: RunState) -> Record {
    let run = Run {
        item: item.into(),
        state,
        exit: None,
        ms: None,
        rule: None,
        mode: Default::default(),
        place: None,
        grant: None,
        position: None,
        note: None,
    };
    server(kind::RUN, serde_json::to_value(run).unwrap())
}

pub fn failure(item: &str) -> Record {
    let error = interpreter_protocol::Error::new(ErrorCode::NoNetwork, "No connection.");
    let chunk = Chunk::new(Role::Server, kind::ERROR)
        .format("no_network")
        .content(serde_json::to_value(error).unwrap());
    record(item, chunk)
}

/// The list without what depends on the clock, by title.
fn list(store: &Store) -> Vec<ConversationSummary> {
    let mut list = store.list(None).unwrap();
    for line in &mut list {
        assert!(line.updated >= line.created && line.created > 0);
        line.updated = 0;
        line.created = 0;
    }
    list.sort_by(|a, b| a.title.cmp(&b.title));
    list
}

#[test]
fn the_list_tells_what_each_conversation_is() {
    let fixture = Fixture::new();
    let mut plain = fixture.conversation("a plain one");
    plain
        .append(&message("u", Role::User, "  first\n\nwords  \t here "))
        .unwrap();
    plain.append(&code("c", "python", "1+1")).unwrap();
    plain.append(&[run("c", RunState::Skipped)]).unwrap();
    let mut rich = fixture.conversation("b rich one");
    let file = Chunk::new(Role::User, kind::FILE).format("path");
    rich.append(&[
        record("f", file.clone().start()),
        record("f", file.clone().content("/tmp/data.csv")),
        record("f", file.end()),
    ])
    .unwrap();
    rich.append(&message("u", Role::User, &"word ".repeat(100)))
        .unwrap();
    rich.append(&code("c", "python", "1+1")).unwrap();
    rich.append(&[run("c", RunState::Done), usage(Some(0.5))])
        .unwrap();
    let action = Chunk::new(Role::Assistant, kind::ACTION).format("computer");
    rich.append(&[
        record("a", action.clone().start()),
        record("a", action.clone().content(json!({"action": "screenshot"}))),
        record("a", action.end()),
        run("a", RunState::Done),
    ])
    .unwrap();
    let meta = ConversationMeta {
        title: "b rich one".to_owned(),
        model: "openai/gpt".to_owned(),
        profile: "work".to_owned(),
        pinned: true,
        archived: true,
        cost: 0.5,
        ..ConversationMeta::default()
    };
    let meta = serde_json::to_value(meta).unwrap();
    rich.append(&[server(kind::CONVERSATION, meta), failure("e"), complete()])
        .unwrap();

    let line = |id: &interpreter_protocol::ConversationId, title: &str| ConversationSummary {
        id: id.clone(),
        title: title.to_owned(),
        created: 0,
        updated: 0,
        cost: 0.0,
        items: 2,
        pinned: false,
        archived: false,
        first: "first words here".to_owned(),
        model: String::new(),
        profile: String::new(),
        ran_code: false,
        used_screen: false,
        has_files: false,
        failed: false,
        damaged: None,
    };
    let expected = vec![
        line(plain.id(), "a plain one"),
        ConversationSummary {
            cost: 0.5,
            items: 5,
            pinned: true,
            archived: true,
            first: format!("{}…", "word ".repeat(24).trim_end()),
            model: "openai/gpt".to_owned(),
            profile: "work".to_owned(),
            ran_code: true,
            used_screen: true,
            has_files: true,
            failed: true,
            ..line(rich.id(), "b rich one")
        },
    ];
    assert_eq!(list(&fixture.store), expected);
    let names = |store: &Store| -> Vec<String> {
        let list = store.list(None).unwrap();
        list.into_iter().map(|line| line.title).collect()
    };
    assert_eq!(names(&fixture.store), ["b rich one", "a plain one"]);
    drop((plain, rich));
    fixture.store.reindex().unwrap();
    assert_eq!(list(&fixture.store), expected);
    assert_eq!(list(&fixture.reopened()), expected);
}

#[test]
fn a_turn_that_went_on_did_not_fail() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("tried again");
    writer.append(&message("u", Role::User, "hi")).unwrap();
    writer.append(&[failure("e"), complete()]).unwrap();
    assert!(fixture.store.list(None).unwrap()[0].failed);
    writer
        .append(&message("a", Role::Assistant, "here"))
        .unwrap();
    assert!(!fixture.store.list(None).unwrap()[0].failed);
}

#[test]
fn what_cannot_be_read_is_listed_with_the_reason() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path().join("conversations");
    std::fs::write(folder.join("rubbish.jsonl"), "no\nconversation\n").unwrap();
    std::fs::write(folder.join("broken.json"), "[{]").unwrap();
    std::fs::create_dir(folder.join("folder.jsonl")).unwrap();
    let damaged = |store: &Store| {
        let lines = list(store);
        let line = |line: ConversationSummary| (line.title, line.damaged);
        lines.into_iter().map(line).collect::<Vec<_>>()
    };
    let found = damaged(&fixture.store);
    let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(titles, ["broken", "folder", "rubbish"]);
    for (title, reason) in &found {
        let reason = reason.as_deref().unwrap();
        assert!(reason.contains(title.as_str()), "{reason}");
        assert!(reason.ends_with("It was left as it is."), "{reason}");
    }
    // What gets better is read again, even if its length stays.
    std::fs::write(folder.join("broken.json"), "[ ]").unwrap();
    assert_eq!(damaged(&fixture.store)[0], ("broken".to_owned(), None));
}

#[test]
fn what_was_spent_is_summed_by_time() {
    let fixture = Fixture::new();
    let spent = |since: u64| fixture.store.spent(since).unwrap();
    let sum = |usd: f64, incomplete: bool| Spent { usd, incomplete };
    assert_eq!(spent(0), sum(0.0, false));
    let mut first = fixture.conversation("first");
    first.append(&message("u", Role::User, "hi")).unwrap();
    first
        .append(&[usage(Some(0.25)), usage(Some(0.5))])
        .unwrap();
    let mut second = fixture.conversation("second");
    second.append(&[usage(Some(1.0)), complete()]).unwrap();
    assert_eq!(spent(0), sum(1.75, false));
    second.append(&[usage(None), complete()]).unwrap();
    assert_eq!(spent(0), sum(1.75, true));
    assert_eq!(spent(u64::MAX), sum(0.0, false));
    // Undone is spent all the same.
    let gone = server(kind::REMOVED, json!({"items": ["u"]}));
    first.append(&[gone]).unwrap();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64;
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    let (one, two) = (first.id().clone(), second.id().clone());
    drop((first, second));
    fixture.store.reindex().unwrap();
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    assert_eq!(spent(now + 600_000), sum(0.0, false));
    // Deleted is spent all the same, and restored is spent once.
    fixture.store.discard(&two).unwrap();
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    fixture.store.restore(&two).unwrap();
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    fixture.store.delete(&two).unwrap();
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    fixture.store.delete(&one).unwrap();
    assert_eq!(spent(now - 600_000), sum(1.75, true));
    assert_eq!(spent(now + 600_000), sum(0.0, false));
}

#[test]
fn costs_of_older_files_count_by_when_the_file_changed() {
    let fixture = Fixture::new();
    let path = fixture.folder.path().join("conversations/old.jsonl");
    let lines = [
        json!({"format": 1, "name": "old", "created": 5, "meta": {}}),
        json!({"seq": 1, "chunk": {"role": "server", "type": "usage",
            "content": {"input_tokens": 1, "output_tokens": 1, "cost_usd": 2.0}}}),
    ];
    std::fs::write(&path, lines.map(|line| format!("{line}\n")).concat()).unwrap();
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1000);
    file.set_modified(time).unwrap();
    let usd = |since: u64| fixture.store.spent(since).unwrap().usd;
    assert_eq!((usd(1_000_000), usd(1_000_001)), (2.0, 0.0));
}
