//! Clicks, moves, drags and the wheel.

use interpreter_protocol::Outcome;
use serde_json::{Value, json};

use super::{Deed, Stage, Verdict, deed};

pub const DEEDS: &[Deed] = &[
    deed!("left click", "button", left_click),
    deed!("right click", "canvas", right_click),
    deed!("middle click", "canvas", middle_click),
    deed!("double click", "canvas", double_click),
    deed!("triple click", "canvas", triple_click),
    deed!("left click, Ctrl and Shift held", "canvas", held_click),
    deed!("click, three sizes of the picture", "canvas", every_size),
    deed!("click, whole numbers", "canvas", whole_numbers),
    deed!("move", "canvas", moves),
    deed!("mouse down, up", "canvas", down_and_up),
    deed!("drag", "slider", slider),
    deed!("drag along a path", "canvas", path),
    deed!("drag and drop", "drop target", drop_it),
    deed!("scroll down", "scroll area", |stage| scroll(stage, "down")),
    deed!("scroll up", "scroll area", |stage| scroll(stage, "up")),
    deed!("scroll left", "scroll area", |stage| scroll(stage, "left")),
    deed!("scroll right", "scroll area", |stage| scroll(
        stage, "right"
    )),
    deed!("left click", "button that swallows it", swallowed),
    deed!("left click", "button that answers late", late),
    deed!("left click", "Tk button", tk_button, x11),
    deed!("left click", "Tk canvas", tk_canvas, x11),
];

type Tried = Result<Verdict, String>;

/// What the tests of this file compare of a log.
pub fn clicks(log: &[Value]) -> Vec<String> {
    log.iter()
        .filter(|event| event["button"].is_number())
        .map(|event| {
            let held: Vec<&str> = event["held"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let name = event["event"].as_str().unwrap_or_default();
            format!("{name} {}{}", event["button"], held.join("+"))
        })
        .collect()
}

pub fn same<T: PartialEq + std::fmt::Debug>(logged: T, wanted: T) -> Result<(), String> {
    if logged == wanted {
        Ok(())
    } else {
        Err(format!("logged {logged:?} instead of {wanted:?}"))
    }
}

/// Whether a place that a window logged is that of a physical pixel, or within
/// `pixels` of it.
pub fn near(
    stage: &Stage,
    name: &str,
    event: &Value,
    pixel: (i32, i32),
    pixels: f64,
) -> Result<(), String> {
    let (x, y) = stage.logged(name, pixel);
    let off = |key: &str, wanted: f64| {
        event[key]
            .as_f64()
            .map_or(f64::INFINITY, |got| (got - wanted).abs() / stage.pixel())
    };
    // X11 tells the pixel, not its centre.
    let off = off("x", x).max(off("y", y));
    if off <= pixels + 1e-6 {
        Ok(())
    } else {
        Err(format!("{event} is {off} pixels off ({x}, {y})"))
    }
}

async fn left_click(stage: &mut Stage) -> Tried {
    let at = stage.part("button", "button");
    stage
        .told(
            json!({"action": "left_click", "coordinate": at}),
            Outcome::Confirmed,
        )
        .await?;
    let log = stage.log("button").await;
    same(log, vec![json!({"event": "clicked"})])?;
    Ok(Verdict::Delivered)
}

/// At a height of its own: what is clicked twice at one place is a double click.
async fn click(stage: &mut Stage, y: f64, action: Value, wanted: &[&str]) -> Tried {
    let pixel = stage.physical("canvas", 150.0, y);
    let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
    let mut action = action;
    action["coordinate"] = json!([x, y]);
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("canvas").await;
    same(
        clicks(&log),
        wanted.iter().map(|one| (*one).to_owned()).collect(),
    )?;
    for event in log.iter().filter(|event| event["button"].is_number()) {
        near(stage, "canvas", event, pixel, 1.0)?;
    }
    Ok(Verdict::Delivered)
}

async fn right_click(stage: &mut Stage) -> Tried {
    click(
        stage,
        80.0,
        json!({"action": "right_click"}),
        &["press 3", "release 3"],
    )
    .await
}

async fn middle_click(stage: &mut Stage) -> Tried {
    click(
        stage,
        100.0,
        json!({"action": "middle_click"}),
        &["press 2", "release 2"],
    )
    .await
}

const DOUBLE: [&str; 5] = ["press 1", "release 1", "press 1", "double 1", "release 1"];

async fn double_click(stage: &mut Stage) -> Tried {
    click(stage, 120.0, json!({"action": "double_click"}), &DOUBLE).await
}

async fn triple_click(stage: &mut Stage) -> Tried {
    let wanted = [&DOUBLE[..], &["press 1", "triple 1", "release 1"]].concat();
    click(stage, 140.0, json!({"action": "triple_click"}), &wanted).await
}

async fn held_click(stage: &mut Stage) -> Tried {
    let action = json!({"action": "left_click", "text": "ctrl+shift"});
    click(
        stage,
        160.0,
        action,
        &["press 1shift+ctrl", "release 1shift+ctrl"],
    )
    .await
}

/// Corners of the canvas, in its units.
fn places(stage: &Stage) -> [(f64, f64); 3] {
    let [_, _, w, h] = stage.box_of("canvas", "middle");
    [(3.0, 3.0), (w - 3.0, 60.0), (w / 2.0, h - 4.0)]
}

/// From a native size to the size that is sent.
type Size = fn((u32, u32)) -> (u32, u32);

/// Physical pixel to point of the picture and back, over pictures of several sizes.
async fn every_size(stage: &mut Stage) -> Tried {
    let sizes: [Size; 3] = [
        |size| size,
        |(w, h)| (w * 1568 / w.max(h).max(1568), h * 1568 / w.max(h).max(1568)),
        |_| (777, 333),
    ];
    for size in sizes {
        stage.look(size).await;
        for (x, y) in places(stage) {
            let pixel = stage.physical("canvas", x, y);
            let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
            let action = json!({"action": "left_click", "coordinate": [x, y]});
            stage.told(action, Outcome::Confirmed).await?;
            let log = stage.log("canvas").await;
            let press = log.iter().find(|event| event["event"] == "press");
            let press = press.ok_or_else(|| format!("nothing was pressed, but {log:?}"))?;
            near(stage, "canvas", press, pixel, 1.0)?;
        }
    }
    stage.look_again().await;
    Ok(Verdict::Delivered)
}

/// As models name points: whole pixels of a small picture. The click lies within
/// half a unit of the picture and half a pixel.
async fn whole_numbers(stage: &mut Stage) -> Tried {
    stage.look(|(w, h)| (w * 2 / 5, h * 2 / 5)).await;
    for (x, y) in places(stage) {
        let pixel = stage.physical("canvas", x, y);
        let (mx, my) = stage.frame.to_sent_pixel(pixel.0, pixel.1);
        let action =
            json!({"action": "left_click", "coordinate": [mx as f64 + 0.5, my as f64 + 0.5]});
        stage.told(action, Outcome::Confirmed).await?;
        let log = stage.log("canvas").await;
        let press = log.iter().find(|event| event["event"] == "press");
        let press = press.ok_or_else(|| format!("nothing was pressed, but {log:?}"))?;
        near(stage, "canvas", press, pixel, 2.5 / 2.0 + 1.0)?;
    }
    stage.look_again().await;
    Ok(Verdict::Delivered)
}

async fn moves(stage: &mut Stage) -> Tried {
    let pixel = stage.physical("canvas", 70.0, 90.0);
    let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
    let action = json!({"action": "mouse_move", "coordinate": [x, y]});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("canvas").await;
    match log.last() {
        Some(event) if event["event"] == "move" => near(stage, "canvas", event, pixel, 1.0)?,
        _ => return Err(format!("logged {log:?}")),
    }
    Ok(Verdict::Delivered)
}

async fn down_and_up(stage: &mut Stage) -> Tried {
    let [from, to] = [(60.0, 100.0), (160.0, 140.0)].map(|(x, y)| stage.physical("canvas", x, y));
    let at = |stage: &Stage, pixel: (i32, i32)| {
        let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
        json!({"action": "mouse_move", "coordinate": [x, y]})
    };
    stage.done(at(stage, from)).await?;
    stage.done(json!({"action": "left_mouse_down"})).await?;
    let down = stage.log("canvas").await;
    same(clicks(&down), vec!["press 1".to_owned()])?;
    stage.done(at(stage, to)).await?;
    stage.done(json!({"action": "left_mouse_up"})).await?;
    let up = stage.log("canvas").await;
    same(clicks(&up), vec!["release 1".to_owned()])?;
    for (log, pixel) in [(&down, from), (&up, to)] {
        let event = log.iter().find(|event| event["button"].is_number());
        near(stage, "canvas", event.unwrap_or(&Value::Null), pixel, 1.0)?;
    }
    match up.iter().find(|event| event["event"] == "drag") {
        Some(_) => Ok(Verdict::Delivered),
        None => Err(format!("it was no drag: {up:?}")),
    }
}

async fn slider(stage: &mut Stage) -> Tried {
    let (trough, knob) = (
        stage.box_of("slider", "trough"),
        stage.box_of("slider", "knob"),
    );
    let way = (trough[2] - knob[2]) * 0.6;
    let (x, y) = stage.middle("slider", "knob");
    let (from, to) = (stage.at("slider", x, y), stage.at("slider", x + way, y));
    let action = json!({"action": "left_click_drag", "start_coordinate": from, "coordinate": to});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("slider").await;
    let value = log.last().and_then(|event| event["value"].as_f64());
    match value {
        Some(value) if (value - 60.0).abs() <= 3.0 => Ok(Verdict::Delivered),
        _ => Err(format!("the slider went to {value:?} instead of 60")),
    }
}

async fn path(stage: &mut Stage) -> Tried {
    let corners = [(80.0, 80.0), (180.0, 90.0), (160.0, 180.0), (90.0, 170.0)];
    let pixels = corners.map(|(x, y)| stage.physical("canvas", x, y));
    let path: Vec<Value> = pixels
        .iter()
        .map(|pixel| {
            let (x, y) = stage.frame.to_sent(pixel.0, pixel.1);
            json!([x, y])
        })
        .collect();
    let action = json!({"action": "left_click_drag", "path": path});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("canvas").await;
    same(
        clicks(&log),
        vec!["press 1".to_owned(), "release 1".to_owned()],
    )?;
    // The log passes by every corner, in their order, with the button down.
    let mut rest = log.iter();
    for (number, pixel) in pixels.into_iter().enumerate() {
        let kind = if number == 0 { "press" } else { "drag" };
        let passed = rest.any(|event| {
            event["event"] == kind && near(stage, "canvas", event, pixel, 1.0).is_ok()
        });
        if !passed {
            return Err(format!("corner {number} was missed: {log:?}"));
        }
    }
    Ok(Verdict::Delivered)
}

async fn drop_it(stage: &mut Stage) -> Tried {
    let (from, to) = (stage.part("drop", "from"), stage.part("drop", "to"));
    let action = json!({"action": "left_click_drag", "start_coordinate": from, "coordinate": to});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("drop").await;
    let wanted = vec![
        json!({"event": "lifted"}),
        json!({"event": "dropped", "text": "carried"}),
    ];
    same(log, wanted)?;
    Ok(Verdict::Delivered)
}

async fn scroll(stage: &mut Stage, direction: &str) -> Tried {
    let at = stage.part("scroll", "middle");
    let action = json!({
        "action": "scroll", "coordinate": at, "scroll_direction": direction, "scroll_amount": 3,
    });
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("scroll").await;
    let axis = if ["left", "right"].contains(&direction) {
        "x"
    } else {
        "y"
    };
    if log.is_empty() || log.iter().any(|event| event["axis"] != axis) {
        return Err(format!("logged {log:?}"));
    }
    let end = log
        .last()
        .and_then(|event| event["at"].as_f64())
        .unwrap_or_default();
    let further = ["right", "down"].contains(&direction);
    // It begins in the middle.
    if (end > 1500.0) == further && (end - 1500.0).abs() > 10.0 {
        Ok(Verdict::Delivered)
    } else {
        Err(format!("it went from 1500 to {end}"))
    }
}

/// The right answer to a click that does nothing is that nothing changed.
async fn swallowed(stage: &mut Stage) -> Tried {
    // The first click gives the window the keyboard, which is a change.
    let at = stage.at("swallow", 40.0, 40.0);
    stage
        .done(json!({"action": "left_click", "coordinate": at}))
        .await?;
    stage.log("swallow").await;
    let at = stage.part("swallow", "middle");
    let action = json!({"action": "left_click", "coordinate": at});
    stage.told(action, Outcome::NoChange).await?;
    let log = stage.log("swallow").await;
    same(
        clicks(&log),
        vec!["press 1".to_owned(), "release 1".to_owned()],
    )?;
    Ok(Verdict::Delivered)
}

/// What appears 400 ms after the click belongs to its effect, and can be clicked.
async fn late(stage: &mut Stage) -> Tried {
    let at = stage.part("late", "first");
    // The first click gives the window the keyboard, which is a change at once.
    stage
        .done(json!({"action": "left_click", "coordinate": at}))
        .await?;
    let log = stage.log("late").await;
    if !log.iter().any(|event| event["event"] == "appeared") {
        stage.told_by("late", "appeared").await;
    }
    stage.order("late", Some(json!({}))).await;
    for (part, log) in [("first", vec![]), ("late", vec!["late pressed"])] {
        let at = stage.part("late", part);
        let action = json!({"action": "left_click", "coordinate": at});
        stage.told(action, Outcome::Confirmed).await?;
        let told = stage.log("late").await;
        let names = told.iter().filter_map(|event| event["event"].as_str());
        same(names.filter(|name| name.contains(' ')).collect(), log)?;
    }
    Ok(Verdict::Delivered)
}

async fn tk_button(stage: &mut Stage) -> Tried {
    let at = stage.part("tk", "button");
    let action = json!({"action": "left_click", "coordinate": at});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("tk").await;
    same(log, vec![json!({"event": "clicked"})])?;
    Ok(Verdict::Delivered)
}

async fn tk_canvas(stage: &mut Stage) -> Tried {
    let (x, y) = stage.middle("tk", "canvas");
    let [left, top, ..] = stage.box_of("tk", "canvas");
    let pixel = stage.physical("tk", x, y);
    let (sx, sy) = stage.frame.to_sent(pixel.0, pixel.1);
    let action = json!({"action": "left_click", "coordinate": [sx, sy]});
    stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("tk").await;
    same(
        clicks(&log),
        vec!["press 1".to_owned(), "release 1".to_owned()],
    )?;
    // Tk counts from the canvas's own corner.
    let at = |key: &str, from: f64| log[0][key].as_f64().unwrap_or_default() + from;
    let told = json!({"x": at("x", left), "y": at("y", top)});
    near(stage, "tk", &told, pixel, 1.0)?;
    Ok(Verdict::Delivered)
}
