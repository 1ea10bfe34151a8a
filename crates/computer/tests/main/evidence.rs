//! A small part of the evidence: what a window received of each kind of action.
//! The whole table is `cargo xtask evidence`.

#[path = "../../examples/evidence/cells/mod.rs"]
mod cells;

use cells::{LAYOUTS, Verdict};
use pretty_assertions::assert_eq;

/// Tries the actions that are named, with every kind of input they have.
async fn none_failed(layout: &str, actions: &[&str], count: usize) {
    let layout = LAYOUTS.iter().find(|known| known.name == layout).unwrap();
    let mut cells = Vec::new();
    cells::run(layout, Some(actions), |cell| cells.push(cell)).await;
    let failed: Vec<_> = cells
        .iter()
        .filter(|cell| matches!(cell.verdict, Verdict::Failed(_)))
        .collect();
    assert_eq!((failed.len(), cells.len()), (0, count), "{failed:#?}");
}

#[tokio::test]
async fn on_x11() {
    let actions = [
        "left click",
        "drag",
        "scroll right",
        "type",
        "left click, the layout changed",
    ];
    none_failed("three displays, the portrait one", &actions, 16).await;
}

#[tokio::test]
async fn on_sway() {
    let actions = ["click, whole numbers", "drag and drop", "scroll up", "key", "zoom"];
    none_failed("scale 1.5 beside scale 2", &actions, 7).await;
}
