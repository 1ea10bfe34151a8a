//! What a person types into the search fields.

use interpreter_protocol::{Chunk, FindHit, HitKind, Role, kind};
use interpreter_store::Store;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use crate::{Fixture, code, message, record};

/// Item or title, and the snippet with bars for its marks.
fn hits(store: &Store, text: &str) -> Vec<(String, String)> {
    let hits = store.search(text, 20).unwrap();
    hits.into_iter()
        .map(|hit| {
            let item = hit.item.map_or("title".to_owned(), |item| item.0);
            (item, hit.snippet.replace(['\u{2}', '\u{3}'], "|"))
        })
        .collect()
}

fn filled() -> Fixture {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("Quarterly report");
    writer
        .append(&message(
            "m1",
            Role::User,
            "Sum the sales figures of the quarter",
        ))
        .unwrap();
    writer
        .append(&message(
            "m2",
            Role::Assistant,
            "The figures of sales are in the report",
        ))
        .unwrap();
    let mut writer = fixture.conversation("Rename photos");
    writer
        .append(&message("m3", Role::User, "rename my sales photos by date"))
        .unwrap();
    writer
        .append(&code("m4", "shell", "mv \"a b.jpg\" c.jpg; ls"))
        .unwrap();
    fixture
}

#[test]
fn titles_and_texts_are_found_together() {
    let fixture = filled();
    let check = |text: &str, expected: &[(&str, &str)]| {
        let found = hits(&fixture.store, text);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(item, snippet)| (item.as_str(), snippet.as_str()))
            .collect();
        assert_eq!(found, expected, "{text}");
    };
    check(
        "report",
        &[
            ("title", "Quarterly |report|"),
            ("m2", "The figures of sales are in the |report|"),
        ],
    );
    check(
        "\"sales figures\"",
        &[("m1", "Sum the |sales figures| of the quarter")],
    );
    check(
        "\"figures of sa",
        &[("m2", "The |figures of sa|les are in the report")],
    );
    // The last word may be the beginning of one.
    check(
        "rename pho",
        &[
            ("title", "|Rename| |pho|tos"),
            ("m3", "|rename| my sales |pho|tos by date"),
        ],
    );
    check(
        "qu sum",
        &[("m1", "|Sum| the sales figures of the quarter")],
    );
    check("ls", &[("m4", "mv \"a b.jpg\" c.jpg; |ls|")]);
    check("mv \"a", &[("m4", "|mv| \"a b.jpg\" c.jpg; ls")]);
    // A slip is forgiven in titles only.
    check("reprot", &[("title", "Quarterly |report|")]);
    check("quaterly report", &[("title", "|Quarterly| |report|")]);
    check("fiures", &[]);
    check("\"reprot\"", &[]);
    check("", &[]);
}

#[test]
fn a_hit_says_what_it_is_and_a_slip_comes_last() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("A waether report");
    let output = || Chunk::new(Role::Computer, kind::CONSOLE).format("output");
    let printed = [
        record("output", output().start()),
        record("output", output().content("weather: fine")),
        record("output", output().end()),
    ];
    for records in [
        &message("said", Role::User, "how is the weather")[..],
        &message("reply", Role::Assistant, "the weather is fine"),
        &code("code", "python", "weather()"),
        &printed,
    ] {
        writer.append(records).unwrap();
    }
    fixture.conversation("Weather");
    let hits = fixture.store.search("weather", 20).unwrap();
    let mut found: Vec<_> = hits
        .iter()
        .map(|hit| {
            let item = hit.item.as_ref().map(|item| item.as_str());
            (item, hit.kind, hit.language.as_deref(), hit.near)
        })
        .collect();
    assert_eq!(found[0], (None, None, None, false));
    assert_eq!(found[5..], [(None, None, None, true)]);
    found[1..5].sort_by_key(|(item, ..)| *item);
    assert_eq!(
        found[1..5],
        [
            (Some("code"), Some(HitKind::Code), Some("python"), false),
            (Some("output"), Some(HitKind::Output), None, false),
            (Some("reply"), Some(HitKind::Reply), None, false),
            (Some("said"), Some(HitKind::Person), None, false),
        ]
    );
}

#[test]
fn texts_are_not_crowded_out_by_titles() {
    let fixture = Fixture::new();
    for number in 0..12 {
        let mut writer = fixture.conversation(&format!("budget {number}"));
        let text = format!("the budget of {number}");
        writer.append(&message("m", Role::User, &text)).unwrap();
    }
    let hits = fixture.store.search("budget", 10).unwrap();
    let titles = hits.iter().filter(|hit| hit.item.is_none()).count();
    assert_eq!((hits.len(), titles), (10, 5));
    let hits = fixture.store.search("budget", 1).unwrap();
    assert_eq!(hits.len(), 1);
    assert_eq!(fixture.store.search("budget", 0).unwrap(), []);
}

#[test]
fn very_many_hits_are_the_newest() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("much");
    for number in 0..1200 {
        let item = format!("m{number:04}");
        let text = format!("the same word each time, number {number}");
        writer.append(&message(&item, Role::User, &text)).unwrap();
    }
    let hits = fixture.store.search("same word", 3).unwrap();
    let items: Vec<_> = hits.into_iter().filter_map(|hit| hit.item).collect();
    assert_eq!(items, ["m1199".into(), "m1198".into(), "m1197".into()]);
}

#[test]
fn a_text_is_found_in_one_conversation_in_its_order() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("words");
    let id = writer.id().clone();
    writer
        .append(&message("a", Role::User, "Straße, STRASSE and\nstraße"))
        .unwrap();
    writer
        .append(&code("b", "python", "print('strasse')"))
        .unwrap();
    let find = |text: &str| {
        let hits = fixture.store.find(&id, text).unwrap();
        let hit = |hit: FindHit| {
            let snippet = hit.snippet.replace(['\u{2}', '\u{3}'], "|");
            (hit.item.0, hit.index, snippet)
        };
        hits.into_iter().map(hit).collect::<Vec<_>>()
    };
    let hit = |item: &str, index: u32, snippet: &str| (item.to_owned(), index, snippet.to_owned());
    let all = [
        hit("a", 0, "|Straße|, STRASSE and straße"),
        hit("a", 1, "Straße, |STRASSE| and straße"),
        hit("a", 2, "Straße, STRASSE and |straße|"),
        hit("b", 0, "print('|strasse|')"),
    ];
    assert_eq!(find("strasse"), all);
    assert_eq!(find("STRAßE"), all);
    assert_eq!(
        find("and\nstr"),
        [hit("a", 0, "Straße, STRASSE |and str|aße")]
    );
    assert_eq!(find("absent"), []);
    assert_eq!(find(""), []);
    // What was said meanwhile is found, too.
    writer
        .append(&message("c", Role::Assistant, "a new Strasse"))
        .unwrap();
    assert_eq!(find("new s"), [hit("c", 0, "a |new S|trasse")]);
    let gone = interpreter_protocol::ConversationId::from("gone");
    assert!(fixture.store.find(&gone, "x").is_err());
}

#[test]
fn not_more_places_are_told_than_anyone_looks_at() {
    let fixture = Fixture::new();
    let mut writer = fixture.conversation("aaa");
    let text = "a".repeat(1_000_000);
    writer.append(&message("m", Role::User, &text)).unwrap();
    let find = |text: &str| fixture.store.find(writer.id(), text).unwrap().len();
    assert_eq!(find("a"), 5000);
    assert_eq!(find(&"a".repeat(400)), 2500);
    // Only its first thousand characters are looked for.
    assert_eq!(find(&"a".repeat(100_000)), 1000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn whatever_is_typed_is_no_error(
        texts in prop::collection::vec("\\PC{0,40}|[\"'*^:(){}+~\\-\\\\%_ \0-\x1fa-cANDORNEAT日本]{0,40}", 12)
    ) {
        let fixture = filled();
        for text in &texts {
            prop_assert!(fixture.store.search(text, 20).is_ok(), "{text:?}");
            for hit in fixture.store.search(text, 20).unwrap() {
                let count = |mark: char| hit.snippet.matches(mark).count();
                prop_assert_eq!(count('\u{2}'), count('\u{3}'));
            }
        }
    }

    #[test]
    fn what_was_said_is_found_again(said in "[a-zA-Zäöß日本語0-9]{3,12}( [a-z日本]{1,6}){0,3}") {
        let fixture = Fixture::new();
        let mut writer = fixture.conversation("x");
        writer.append(&message("m", Role::User, &said)).unwrap();
        let found = hits(&fixture.store, &format!("\"{said}\""));
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        let places = fixture.store.find(writer.id(), &said.to_uppercase()).unwrap();
        prop_assert_eq!(places.len(), 1);
    }
}
