//! Menus: what a click opens, the next one chooses from.

use interpreter_protocol::Outcome;
use serde_json::{Value, json};

use super::pointer::same;
use super::{Deed, Stage, Verdict, deed};

pub const DEEDS: &[Deed] = &[
    deed!("left click, twice", "menu bar", bar),
    deed!("right click, then left", "context menu", context),
];

async fn bar(stage: &mut Stage) -> Result<Verdict, String> {
    let at = stage.part("menu", "title");
    choose(
        stage,
        json!({"action": "left_click", "coordinate": at}),
        "Open",
    )
    .await
}

async fn context(stage: &mut Stage) -> Result<Verdict, String> {
    let at = stage.part("menu", "below");
    choose(
        stage,
        json!({"action": "right_click", "coordinate": at}),
        "Paste",
    )
    .await
}

/// Opens a menu, and clicks on one of its items.
async fn choose(stage: &mut Stage, open: Value, item: &str) -> Result<Verdict, String> {
    stage.told(open, Outcome::Confirmed).await?;
    let opened = stage.told_by("menu", "opened").await;
    let number = |at: usize| opened["places"][item][at].as_f64().unwrap_or(f64::NAN);
    let (x, y) = (number(0) + number(2) / 2.0, number(1) + number(3) / 2.0);
    let at = stage.at("menu", x, y);
    stage
        .told(
            json!({"action": "left_click", "coordinate": at}),
            Outcome::Confirmed,
        )
        .await?;
    let log = stage.log("menu").await;
    let chosen: Vec<&Value> = log
        .iter()
        .filter(|event| event["event"] == "chosen")
        .collect();
    same(chosen, vec![&json!({"event": "chosen", "item": item})])
        .map_err(|why| format!("{why}, after {opened} and a click at ({x}, {y})"))?;
    Ok(Verdict::Delivered)
}
