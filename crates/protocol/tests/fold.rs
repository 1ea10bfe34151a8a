//! The fold and its twin in the UI agree on the same cases: `ui/src/session/cases`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use interpreter_protocol::{Event, Transcript};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

fn shown(transcript: &Transcript) -> Value {
    let mut shown = json!({
        "seq": transcript.seq,
        "items": transcript.items,
        "pending": transcript.pending,
        "inputs": transcript.inputs,
        "meta": transcript.meta,
        "usage": transcript.usage,
        "responding": transcript.responding,
    });
    if let Some(os) = &transcript.os {
        shown["os"] = json!(os);
    }
    shown
}

#[test]
fn every_case_folds_to_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/session/cases");
    let mut cases = 0;
    for entry in std::fs::read_dir(&folder).expect("the cases of the fold") {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let case: Value = serde_json::from_slice(&std::fs::read(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let events: Vec<Event> = serde_json::from_value(case["events"].clone())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut transcript = Transcript::default();
        for event in &events {
            transcript.apply(event);
        }
        assert_eq!(shown(&transcript), case["expected"], "{}", case["name"]);
        cases += 1;
    }
    assert!(cases >= 13, "only {cases} cases were found");
}
