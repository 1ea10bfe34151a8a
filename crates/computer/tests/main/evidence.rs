//! A small part of the evidence: what a window received of each kind of action.
//! The whole table is `cargo xtask evidence`.

#[path = "../../examples/evidence/cells/mod.rs"]
mod cells;

use cells::{LAYOUTS, Verdict};
use pretty_assertions::assert_eq;

/// Tries the actions that are named, with every kind of input they have.
async fn none_failed(layout: &str, actions: &[&str], count: usize) {
    let layout = LAYOUTS.iter().find(|known| known.name == layout).unwrap();
    let (mut all, mut failed) = (0, Vec::new());
    cells::run(layout, Some(actions), |cell| {
        all += 1;
        if let Verdict::Failed(_) = &cell.verdict {
            failed.push(cell.line());
        }
    })
    .await;
    assert_eq!((failed, all), (Vec::new(), count));
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
    let actions = [
        "click, whole numbers",
        "drag and drop",
        "scroll up",
        "key",
        "zoom",
    ];
    none_failed("scale 1.5 beside scale 2", &actions, 7).await;
}
