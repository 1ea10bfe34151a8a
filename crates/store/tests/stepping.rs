//! Steps on the screen: kept with their items, copied, and written as one page.

use interpreter_protocol::{
    Area, Chunk, ConversationId, Effect, ExportFormat, FoundBy, Frame, ItemId, Outcome, Role, Step,
    StepElement, StepMark, kind,
};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use crate::listing::usage;
use crate::{Fixture, Record, message, record};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn step(number: u32) -> Step {
    Step {
        item: ItemId::from("a"),
        number,
        at: 1_795_288_779_764,
        action: json!({"action": "left_click", "coordinate": [64.5, 20.5]}),
        frame: Frame {
            display: "d".to_owned(),
            origin: (-1000, 0),
            native: (1000, 500),
            sent: (500, 250),
            scale: 1.0,
            layout: "l".to_owned(),
        },
        points: vec![(-871, 41)],
        app: Some("Mail".to_owned()),
        window: Some("Inbox".to_owned()),
        window_area: Some(Area {
            x: -1000,
            y: 0,
            w: 500,
            h: 250,
        }),
        element: Some(StepElement {
            role: "button".to_owned(),
            name: "Send".to_owned(),
            area: Some(Area {
                x: -900,
                y: 25,
                w: 100,
                h: 50,
            }),
        }),
        before: None,
        after: None,
        masked: false,
        ms: 1340,
        effect: Effect {
            outcome: Outcome::Confirmed,
            detail: "It opened.".to_owned(),
        },
        by: None,
    }
}

fn alone(role: Role, kind: &str, content: serde_json::Value) -> Record {
    Record {
        item: None,
        chunk: Chunk::new(role, kind).content(content),
    }
}

/// A conversation in which one model call asked for two actions.
fn acted(fixture: &Fixture, steps: &[Step], marks: &[StepMark]) -> ConversationId {
    let mut writer = fixture.conversation("Send it");
    writer.append(&message("u", Role::User, "Send it")).unwrap();
    let action = Chunk::new(Role::Assistant, kind::ACTION).format("computer");
    for item in ["a", "b"] {
        let content = json!({"action": "left_click"});
        writer
            .append(&[
                record(item, action.clone().start()),
                record(item, action.clone().content(content)),
                record(item, action.clone().end()),
            ])
            .unwrap();
    }
    writer.append(&[usage(Some(0.003))]).unwrap();
    for step in steps {
        let content = serde_json::to_value(step).unwrap();
        writer
            .append(&[alone(Role::Computer, kind::STEP, content)])
            .unwrap();
    }
    for mark in marks {
        let content = serde_json::to_value(mark).unwrap();
        writer
            .append(&[alone(Role::Server, kind::MARK, content)])
            .unwrap();
    }
    writer.id().clone()
}

fn page(fixture: &Fixture, id: &ConversationId, screenshots: bool) -> String {
    let redact = |text: &str| text.replace("sk-secret", "[redacted]");
    fixture
        .store
        .export(id, ExportFormat::Steps, screenshots, &redact)
        .unwrap()
        .text
}

/// What a browser would make of a page: each element with its attributes, and the texts
/// between; none where it is not well-formed.
fn parsed(page: &str) -> Option<Vec<String>> {
    const EMPTY: [&str; 2] = ["meta", "!DOCTYPE"];
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        let text = rest[..at].trim();
        if !text.is_empty() && open.last().is_none_or(|name| name != "style") {
            found.push(text.to_owned());
        }
        let end = at + rest[at..].find('>')?;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop()? != name {
                return None;
            }
            continue;
        }
        let name = tag.split_whitespace().next()?;
        found.push(format!("<{tag}>"));
        if !EMPTY.contains(&name) {
            open.push(name.to_owned());
        }
    }
    open.is_empty().then_some(found)
}

#[test]
fn one_row_a_step() {
    let fixture = Fixture::new();
    let mut second = Step {
        item: ItemId::from("b"),
        action: json!({"action": "type", "text": "Dear sk-secret"}),
        points: Vec::new(),
        by: Some(FoundBy::Window),
        masked: true,
        ms: 90,
        ..step(2)
    };
    second.effect.outcome = Outcome::NoChange;
    second.effect.detail.clear();
    let mark = StepMark {
        item: ItemId::from("a"),
        number: 1,
        wrong: true,
        note: Some("The other one.".to_owned()),
    };
    let id = acted(&fixture, &[step(1), second], &[mark]);
    let text = page(&fixture, &id, false);
    let body = text.split_once("<main>").unwrap().1;
    let body = body.split_once("</main>").unwrap().0;
    let found = parsed(body).unwrap();
    let texts: Vec<&str> = found
        .iter()
        .map(String::as_str)
        .filter(|part| !part.starts_with('<'))
        .collect();
    // Date and time are those of this machine's place.
    let is_own = |part: &&&str| !part.contains(" · ");
    assert_eq!(
        texts.iter().filter(is_own).collect::<Vec<_>>(),
        [
            &"Send it",
            &"Exported without screenshots: the boxes show where the window, the element and the point were.",
            &"1. Click the button “Send” in Mail",
            &"Confirmed",
            &"It opened.",
            &"Window: Inbox",
            &"Wrong click: The other one.",
            &"Where",
            &"Where it was",
            &"2. Type “Dear [redacted]” into the button “Send” in Mail",
            &"No change",
            &"Window: Inbox",
            &"Where",
            &"Where it was",
        ]
    );
    let facts: Vec<&str> = texts
        .iter()
        .filter(|part| !is_own(part))
        .filter_map(|part| {
            part.split_once(" · 1.3 s · ")
                .or(part.split_once(" · 90 ms · "))
        })
        .map(|(_, facts)| facts)
        .collect();
    assert_eq!(
        facts,
        [
            "$0.0015 · at -871, 41",
            "$0.0015 · in the window in front · parts were painted out",
        ]
    );
    let boxes: Vec<&String> = found
        .iter()
        .filter(|part| {
            part.starts_with("<span class=\"mark") || part.starts_with("<span class=\"box")
        })
        .take(3)
        .collect();
    assert_eq!(
        boxes,
        [
            "<span class=\"box\" style=\"left:0.000%;top:0.000%;width:50.000%;height:50.000%\">",
            "<span class=\"box element\" style=\"left:10.000%;top:5.000%;width:10.000%;height:10.000%\">",
            "<span class=\"mark\" style=\"left:12.950%;top:8.300%\">",
        ]
    );
    assert!(text.contains("<li id=\"step-1\" class=\"wrong\">"));
    assert!(
        text.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    );
}

#[test]
fn pictures_are_in_it_once_and_only_when_asked_for() {
    let fixture = Fixture::new();
    let blob = |name: &[u8]| fixture.store.put_blob(&[PNG, name].concat()).unwrap();
    let [one, two] = [blob(b"one"), blob(b"two")];
    let shown = |number, before: &str, after: &str| Step {
        before: Some(before.to_owned()),
        after: Some(after.to_owned()),
        ..step(number)
    };
    let gone = format!("sha256:{}", "0".repeat(64));
    let steps = [
        shown(1, &one, &two),
        shown(2, &two, &two),
        shown(3, &gone, &gone),
    ];
    let id = acted(&fixture, &steps, &[]);
    let without = page(&fixture, &id, false);
    assert_eq!(without.matches("data:image").count(), 0);
    let with = page(&fixture, &id, true);
    assert!(parsed(&with).is_some());
    assert_eq!(with.matches("url(\"data:image/png;base64,").count(), 2);
    assert_eq!(with.matches("class=\"shot p1 ").count(), 1);
    assert_eq!(with.matches("class=\"shot p2 ").count(), 2);
    assert_eq!(with.matches("Before; the same after it").count(), 3);
    assert_eq!(with.matches("a picture that is no longer kept").count(), 1);
    // Nothing done is said, too.
    let id = acted(&fixture, &[], &[]);
    assert!(page(&fixture, &id, true).contains("Nothing was done on the screen."));
}

#[test]
fn steps_go_along_with_copies_and_come_back_from_exports() {
    let fixture = Fixture::new();
    let picture = fixture.store.put_blob(PNG).unwrap();
    let step = Step {
        before: Some(picture.clone()),
        after: Some(picture),
        ..step(1)
    };
    let mark = StepMark {
        item: ItemId::from("a"),
        number: 1,
        wrong: true,
        note: None,
    };
    let id = acted(
        &fixture,
        std::slice::from_ref(&step),
        std::slice::from_ref(&mark),
    );
    let kept = |id: &ConversationId| {
        let items = fixture.store.read(id).unwrap().transcript.items;
        let item = items
            .into_iter()
            .find(|item| !item.steps.is_empty())
            .unwrap();
        (item.steps, item.marks)
    };
    let expected = (vec![step.clone()], vec![mark.clone()]);
    assert_eq!(kept(&id), expected);
    assert_eq!(kept(&fixture.store.copy(&id, None).unwrap()), expected);
    let plain = |text: &str| text.to_owned();
    for screenshots in [true, false] {
        let json = fixture
            .store
            .export(&id, ExportFormat::Json, screenshots, &plain)
            .unwrap();
        let elsewhere = Fixture::new();
        let again = elsewhere.store.import("x.json", &json.text).unwrap();
        let items = elsewhere.store.read(&again).unwrap().transcript.items;
        let item = items
            .into_iter()
            .find(|item| !item.steps.is_empty())
            .unwrap();
        let mut wanted = step.clone();
        if !screenshots {
            wanted.before = None;
            wanted.after = None;
        }
        assert_eq!(item.steps, [wanted]);
        assert_eq!(item.marks, std::slice::from_ref(&mark));
    }
}

#[test]
fn their_pictures_are_screenshots() {
    let fixture = Fixture::new();
    let store = &fixture.store;
    let blob = |name: &[u8]| store.put_blob(&[PNG, name].concat()).unwrap();
    let [old, older, new] = [blob(b"old"), blob(b"older"), blob(b"new")];
    let first = Step {
        at: 1000,
        before: Some(older.clone()),
        after: Some(old.clone()),
        ..step(1)
    };
    let second = Step {
        at: 3000,
        before: Some(new.clone()),
        after: Some(new.clone()),
        ..step(2)
    };
    acted(&fixture, &[first, second], &[]);
    assert_eq!(store.prune_screenshots(2000, u64::MAX).unwrap(), 2);
    let there = [older, old, new].map(|hash| store.blob(&hash).is_ok());
    assert_eq!(there, [false, false, true]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_title_breaks_out_of_its_place(
        hostile in "[<>/\"'&a-z =!\\-\\]\\[\u{0}\u{202e}]{0,60}", role in "[<>\"a-z ]{0,20}"
    ) {
        let fixture = Fixture::new();
        let mut step = step(1);
        step.app = Some(format!("{hostile}</h2><script>"));
        step.window = Some(format!("</title><img src=x onerror=alert(1)>{hostile}"));
        step.element = Some(StepElement { role, name: hostile.clone(), area: None });
        step.action = json!({"action": hostile, "text": hostile});
        step.effect.detail = format!("\"><iframe src=//x>{hostile}");
        step.before = Some(hostile.clone());
        step.after = Some(format!("sha256:{hostile}"));
        let mark = StepMark { item: ItemId::from("a"), number: 1, wrong: true, note: Some(hostile) };
        let id = acted(&fixture, &[step], &[mark]);
        for screenshots in [false, true] {
            let text = page(&fixture, &id, screenshots);
            let found = parsed(&text);
            prop_assert!(found.is_some(), "{}", text);
            const KNOWN: [&str; 22] = [
                "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "h1", "h2",
                "p", "ol", "li", "a", "span", "details", "summary", "div", "figure", "figcaption",
                "br", "section",
            ];
            for tag in found.unwrap_or_default().iter().filter_map(|part| part.strip_prefix('<')) {
                let name = tag.split(|c: char| c.is_whitespace() || c == '>').next();
                prop_assert!(KNOWN.contains(&name.unwrap_or_default()), "{}", tag);
                let lower = tag.to_lowercase();
                prop_assert!(!lower.contains(" on") && !lower.contains("src="), "{}", tag);
            }
        }
    }
}
