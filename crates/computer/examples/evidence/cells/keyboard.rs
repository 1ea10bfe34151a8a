//! Text and keys, and who gets them.

use std::sync::Arc;

use interpreter_computer::{ComputerError, Secret};
use interpreter_protocol::Outcome;
use serde_json::{Value, json};

use super::pointer::{clicks, same};
use super::{Deed, Stage, Verdict, deed};

pub const DEEDS: &[Deed] = &[
    deed!("type, many scripts", "text field", types),
    deed!("type", "Tk entry", tk_types, x11),
    deed!("key", "text field", chord),
    deed!("hold key", "canvas", hold),
    deed!("key down, click, key up", "canvas", down_and_up),
    deed!("four actions on one picture", "text field, button", batch),
    deed!("type a secret by its name", "password field", secret, x11),
    deed!("type", "password field", protected, x11),
    deed!(
        "type",
        "window that took the keyboard before",
        stolen_before
    ),
    deed!(
        "type",
        "window that takes the keyboard meanwhile",
        stolen_meanwhile
    ),
];

type Tried = Result<Verdict, String>;

const TEXT: &str = "aZ09 ~!@#$%^&*()_+{}|:\"<>?`-=[]\\;',./ éÀñß œŁđ ЖщЯ αΩ 日本語 한글 ★→€ 😀🎉";

/// Gives a part of a window the keyboard, as a model would: by a click.
async fn click(stage: &mut Stage, name: &'static str, part: &str) -> Result<(), String> {
    let at = stage.part(name, part);
    stage
        .done(json!({"action": "left_click", "coordinate": at}))
        .await?;
    stage.log(name).await;
    Ok(())
}

/// The last of a window's texts of that kind.
fn text<'a>(log: &'a [Value], kind: &str) -> Option<&'a str> {
    let last = log.iter().rfind(|event| event["event"] == kind);
    last.and_then(|event| event["text"].as_str())
}

/// Keys of a log that are no modifiers: `a`, `-a` where it comes up.
fn keys(log: &[Value]) -> Vec<String> {
    log.iter()
        .filter_map(|event| {
            let name = event["name"].as_str()?;
            match event["event"].as_str()? {
                "key" => Some(name.to_owned()),
                "key_up" => Some(format!("-{name}")),
                _ => None,
            }
        })
        .collect()
}

async fn types(stage: &mut Stage) -> Tried {
    click(stage, "field", "text").await?;
    stage
        .told(json!({"action": "type", "text": TEXT}), Outcome::Confirmed)
        .await?;
    let log = stage.log("field").await;
    same(text(&log, "text"), Some(TEXT))?;
    Ok(Verdict::Delivered)
}

async fn tk_types(stage: &mut Stage) -> Tried {
    click(stage, "tk", "entry").await?;
    // Tk of this version has no characters beyond the first 65,536.
    let wanted = "Grüße, Łódź 日本語";
    stage
        .told(
            json!({"action": "type", "text": wanted}),
            Outcome::Confirmed,
        )
        .await?;
    let log = stage.log("tk").await;
    same(text(&log, "text"), Some(wanted))?;
    Ok(Verdict::Delivered)
}

async fn chord(stage: &mut Stage) -> Tried {
    stage
        .order("field", Some(json!({"text": "to be deleted"})))
        .await;
    click(stage, "field", "text").await?;
    stage
        .told(
            json!({"action": "key", "text": "ctrl+a"}),
            Outcome::Confirmed,
        )
        .await?;
    stage
        .told(
            json!({"action": "key", "text": "Delete"}),
            Outcome::Confirmed,
        )
        .await?;
    let log = stage.log("field").await;
    same(text(&log, "text"), Some(""))?;
    Ok(Verdict::Delivered)
}

async fn hold(stage: &mut Stage) -> Tried {
    click(stage, "canvas", "middle").await?;
    stage
        .done(json!({"action": "hold_key", "text": "a", "duration": 0.3}))
        .await?;
    let log = stage.log("canvas").await;
    same(keys(&log), vec!["a".to_owned(), "-a".to_owned()])?;
    let time = |at: usize| log.get(at).and_then(|event| event["time"].as_i64());
    match (time(0), time(1)) {
        (Some(down), Some(up)) if up - down >= 290 => Ok(Verdict::Delivered),
        times => Err(format!("down and up at {times:?} ms")),
    }
}

async fn down_and_up(stage: &mut Stage) -> Tried {
    click(stage, "canvas", "middle").await?;
    let at = stage.at("canvas", 90.0, 90.0);
    stage
        .done(json!({"action": "key_down", "text": "shift"}))
        .await?;
    stage
        .done(json!({"action": "left_click", "coordinate": at}))
        .await?;
    stage
        .done(json!({"action": "key_up", "text": "shift"}))
        .await?;
    stage
        .done(json!({"action": "left_click", "coordinate": at}))
        .await?;
    let log = stage.log("canvas").await;
    let wanted = ["press 1shift", "release 1shift", "press 1", "release 1"];
    same(clicks(&log), wanted.map(str::to_owned).to_vec())?;
    same(
        keys(&log),
        vec!["Shift_L".to_owned(), "-Shift_L".to_owned()],
    )?;
    Ok(Verdict::Delivered)
}

/// As a batch is done: every action in the frame that was seen before the first.
async fn batch(stage: &mut Stage) -> Tried {
    let (field, button) = (stage.part("field", "text"), stage.part("button", "button"));
    for action in [
        json!({"action": "left_click", "coordinate": field}),
        json!({"action": "type", "text": "Łukasz"}),
        json!({"action": "key", "text": "Return"}),
        json!({"action": "left_click", "coordinate": button}),
    ] {
        stage.done(action).await?;
    }
    let log = stage.log("field").await;
    same(text(&log, "activated"), Some("Łukasz"))?;
    same(stage.log("button").await, vec![json!({"event": "clicked"})])?;
    Ok(Verdict::Delivered)
}

async fn secret(stage: &mut Stage) -> Tried {
    let value = "Tr0ub4dor & \"3\"";
    let resolve = move |wanted: &interpreter_computer::SecretWanted<'_>| {
        (wanted.name == "mail").then(|| Secret::new(value))
    };
    stage.computer.set_secrets(Arc::new(resolve));
    click(stage, "field", "secret").await?;
    let action = json!({"action": "write_secret", "name": "mail"});
    let effect = stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("field").await;
    same(text(&log, "secret"), Some(value))?;
    if effect.detail.contains("Tr0ub4dor") {
        return Err("the effect tells the secret".to_owned());
    }
    Ok(Verdict::Delivered)
}

async fn protected(stage: &mut Stage) -> Tried {
    click(stage, "field", "secret").await?;
    let typed = stage.act(&json!({"action": "type", "text": "guess"})).await;
    same(typed.err(), Some(ComputerError::ProtectedField))?;
    same(stage.log("field").await, Vec::new())?;
    Ok(Verdict::Refused)
}

/// Another window took the keyboard after the picture that was seen.
async fn stolen_before(stage: &mut Stage) -> Tried {
    click(stage, "field", "text").await?;
    let log = stage.order("thief", Some(json!({"steal": true}))).await;
    if !log.iter().any(|event| event["event"] == "focus taken") {
        stage.told_by("thief", "focus taken").await;
    }
    let typed = stage
        .act(&json!({"action": "type", "text": "private"}))
        .await;
    for (name, kind) in [("thief", "stolen"), ("field", "text")] {
        let log = stage.log(name).await;
        same(text(&log, kind), None)?;
    }
    match typed {
        Err(ComputerError::FocusMoved { .. }) => Ok(Verdict::Refused),
        other => Err(format!("it was said: {other:?}")),
    }
}

/// A window takes the keyboard at the twentieth character: the rest is not typed,
/// and nobody says that it was.
async fn stolen_meanwhile(stage: &mut Stage) -> Tried {
    click(stage, "thief", "upper").await?;
    let long = "private words ".repeat(600);
    let typed = stage.act(&json!({"action": "type", "text": long})).await;
    let log = stage.log("thief").await;
    let stolen = text(&log, "stolen").map_or(0, str::len);
    match typed {
        Err(ComputerError::FocusMoved { .. }) if stolen < long.len() / 2 => Ok(Verdict::Refused),
        // All was typed before a slow program opened its window.
        Ok(acted) if stolen < 200 && acted.effect.outcome == Outcome::Uncertain => {
            Ok(Verdict::Refused)
        }
        other => Err(format!(
            "the thief got {stolen} characters, and it was said: {other:?}"
        )),
    }
}
