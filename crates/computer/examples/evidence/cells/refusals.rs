//! What must not be done, and is not.

use interpreter_computer::{ComputerError, GateEvent, SessionKey, StoppedBy};
use interpreter_protocol::Outcome;
use interpreter_test_support::fixtures::Place;
use serde_json::{Value, json};

use super::desk::{Desk, monitor};
use super::pointer::{near, same};
use super::{Deed, Stage, Verdict, deed};

pub const DEEDS: &[Deed] = &[
    deed!(
        "move, point outside the picture",
        "edge of the display",
        outside
    ),
    deed!("left click", "password manager", vault),
    deed!("scroll", "password manager", scrolled),
    deed!("left click", "display that was not given", not_given),
    deed!("zoom", "display that was not given", not_given_zoom),
    deed!("left click", "control held by nobody", other_session),
    deed!("key, the chord that stops", "canvas", panic_chord),
    deed!("unknown action", "canvas", unknown),
    deed!(
        "left click, while the person uses the mouse",
        "canvas",
        person_moves
    ),
    deed!("left click, after Esc", "canvas", escape),
    // Behind the person's: what went to our own windows keeps control from coming back
    // for a second.
    deed!("left click", "own window", own),
    deed!("drag and drop", "own window", dragged_to_own),
    deed!("left click, the layout changed", "canvas", stale),
    deed!("type, the layout changed", "canvas", stale_type),
];

type Tried = Result<Verdict, String>;

/// An action that must be refused like that, with nothing logged where it aimed.
async fn refused(
    stage: &mut Stage,
    name: &'static str,
    action: Value,
    right: impl Fn(&ComputerError) -> bool,
) -> Tried {
    let acted = stage.act(&action).await;
    same(stage.log(name).await, Vec::new())?;
    match acted {
        Err(error) if right(&error) => Ok(Verdict::Refused),
        other => Err(format!("it was said: {other:?}")),
    }
}

fn left_click(at: [f64; 2]) -> Value {
    json!({"action": "left_click", "coordinate": at})
}

/// A point outside is taken for the outermost pixel, and never for another display's.
async fn outside(stage: &mut Stage) -> Tried {
    let frame = stage.frame.clone();
    let (w, h) = (f64::from(frame.sent.0), f64::from(frame.sent.1));
    for (x, y, right) in [(w + 400.0, h / 2.0, true), (-400.0, h / 2.0, false)] {
        let action = json!({"action": "mouse_move", "coordinate": [x, y]});
        stage.told(action, Outcome::Confirmed).await?;
        let read = stage.act(&json!({"action": "cursor_position"})).await;
        let text = read.map_err(|error| error.to_string())?.text;
        let edge = if right { frame.sent.0 - 1 } else { 0 };
        let wanted = format!("X={edge},");
        if !text
            .as_deref()
            .is_some_and(|text| text.starts_with(&wanted) && !text.contains("outside"))
        {
            return Err(format!("the pointer is at {text:?}"));
        }
    }
    // What lies at the edges was moved over.
    for name in ["scroll", "swallow", "thief", "drop", "own", "late"] {
        stage.log(name).await;
    }
    let at = stage.free_point();
    stage
        .done(json!({"action": "mouse_move", "coordinate": at}))
        .await?;
    Ok(Verdict::Delivered)
}

async fn own(stage: &mut Stage) -> Tried {
    let at = stage.part("own", "middle");
    refused(stage, "own", left_click(at), |error| {
        matches!(error, ComputerError::OwnWindow { .. })
    })
    .await
}

async fn dragged_to_own(stage: &mut Stage) -> Tried {
    let (from, to) = (stage.part("drop", "from"), stage.part("own", "middle"));
    let action = json!({"action": "left_click_drag", "start_coordinate": from, "coordinate": to});
    refused(stage, "own", action, |error| {
        matches!(error, ComputerError::OwnWindow { .. })
    })
    .await?;
    same(stage.log("drop").await, Vec::new())?;
    Ok(Verdict::Refused)
}

async fn vault(stage: &mut Stage) -> Tried {
    let at = stage.part("vault", "middle");
    refused(stage, "vault", left_click(at), |error| {
        *error == ComputerError::PasswordManager
    })
    .await
}

async fn scrolled(stage: &mut Stage) -> Tried {
    let at = stage.part("vault", "middle");
    let action = json!({"action": "scroll", "coordinate": at, "scroll_direction": "down"});
    refused(stage, "vault", action, |error| {
        *error == ComputerError::PasswordManager
    })
    .await
}

async fn with_no_display(stage: &mut Stage, action: Value) -> Tried {
    let none = vec!["none of these".to_owned()];
    stage.computer.give_displays(Some(none));
    let tried = refused(stage, "canvas", action, |error| {
        matches!(error, ComputerError::BadParams { message, .. }
            if message.contains("not among those"))
    })
    .await;
    stage.computer.give_displays(None);
    tried
}

async fn not_given(stage: &mut Stage) -> Tried {
    let at = stage.part("canvas", "middle");
    with_no_display(stage, left_click(at)).await
}

async fn not_given_zoom(stage: &mut Stage) -> Tried {
    with_no_display(stage, json!({"action": "zoom", "region": [0, 0, 50, 50]})).await
}

async fn other_session(stage: &mut Stage) -> Tried {
    let action = left_click(stage.part("canvas", "middle"));
    let other = SessionKey::from("another");
    let acted = stage.computer.act(&other, &action, &stage.frame).await;
    same(stage.log("canvas").await, Vec::new())?;
    match acted {
        Err(ComputerError::GateClosed | ComputerError::GateTaken { .. }) => Ok(Verdict::Refused),
        other => Err(format!("it was said: {other:?}")),
    }
}

async fn panic_chord(stage: &mut Stage) -> Tried {
    let action = json!({"action": "key", "text": "ctrl+shift+F12"});
    refused(stage, "canvas", action, |error| {
        matches!(error, ComputerError::BadParams { .. })
    })
    .await
}

async fn unknown(stage: &mut Stage) -> Tried {
    let at = stage.part("canvas", "middle");
    let action = json!({"action": "left_clack", "coordinate": at});
    refused(stage, "canvas", action, |error| {
        matches!(error, ComputerError::BadParams { .. })
    })
    .await
}

/// Does something as a person, and waits until the gate has noticed.
async fn person(
    stage: &mut Stage,
    acts: fn(&mut Desk, (i32, i32)),
    wanted: fn(&GateEvent) -> bool,
) -> Result<(), String> {
    let (free, point) = (stage.free(), stage.free_point());
    stage
        .done(json!({"action": "mouse_move", "coordinate": point}))
        .await?;
    let mut events = stage.computer.gate().events();
    acts(&mut stage.desk, free);
    while let Ok(event) = events.recv().await {
        if wanted(&event) {
            return Ok(());
        }
    }
    Err("the gate is gone".to_owned())
}

async fn person_moves(stage: &mut Stage) -> Tried {
    let moves = |desk: &mut Desk, (x, y): (i32, i32)| match desk {
        Desk::X11(desktop) => desktop.person_moves(x + 60, y + 50),
        Desk::Sway(sway) => sway.person_moves(60.0, 50.0),
    };
    person(stage, moves, |event| {
        matches!(event, GateEvent::Paused { .. })
    })
    .await?;
    let action = left_click(stage.part("canvas", "middle"));
    refused(stage, "canvas", action.clone(), |error| {
        matches!(error, ComputerError::Paused { .. })
    })
    .await?;
    // Given back, it works again, and the model is told.
    stage
        .computer
        .gate()
        .resume()
        .map_err(|error| error.to_string())?;
    let effect = stage.told(action, Outcome::Confirmed).await?;
    let log = stage.log("canvas").await;
    let press = log.iter().find(|event| event["event"] == "press");
    let (x, y) = stage.middle("canvas", "middle");
    let pixel = stage.physical("canvas", x, y);
    near(stage, "canvas", press.unwrap_or(&Value::Null), pixel, 1.0)?;
    if effect.detail.contains("The person used") {
        Ok(Verdict::Refused)
    } else {
        Err(format!("it was said: {effect:?}"))
    }
}

async fn escape(stage: &mut Stage) -> Tried {
    let presses = |desk: &mut Desk, _: (i32, i32)| match desk {
        Desk::X11(desktop) => desktop.person_presses(0xff1b),
        Desk::Sway(sway) => sway.person_presses(0xff1b),
    };
    person(stage, presses, |event| *event == GateEvent::Released).await?;
    let action = left_click(stage.part("canvas", "middle"));
    let acted = stage.act(&action).await;
    // That the key comes up may be heard: it is the person's, and control has ended.
    for name in ["canvas", "late", "own", "thief", "field", "button"] {
        let log = stage.log(name).await;
        let ours = log.iter().filter(|event| {
            (event["event"].as_str(), event["name"].as_str()) != (Some("key_up"), Some("Escape"))
        });
        same(ours.collect(), Vec::<&Value>::new())?;
    }
    match acted {
        Err(ComputerError::Stopped {
            by: StoppedBy::Escape,
        }) => Ok(Verdict::Refused),
        other => Err(format!("it was said: {other:?}")),
    }
}

/// Changes the list of displays as a person does who moves or adds one.
fn change(stage: &mut Stage) {
    match &mut stage.desk {
        Desk::X11(desktop) => {
            let (w, h) = desktop.size();
            let place = Place {
                x: w as i32 / 2,
                y: h as i32 / 2,
                w: 200,
                h: 200,
            };
            desktop.set_monitor(&monitor(8), place, false);
        }
        Desk::Sway(sway) => sway.command("output HEADLESS-1 scale 1.25"),
    }
}

async fn stale(stage: &mut Stage) -> Tried {
    let at = stage.part("canvas", "middle");
    change(stage);
    refused(stage, "canvas", left_click(at), |error| {
        *error == ComputerError::LayoutChanged
    })
    .await
}

/// The cell before it has changed the layout; the picture is from before that.
async fn stale_type(stage: &mut Stage) -> Tried {
    refused(
        stage,
        "canvas",
        json!({"action": "type", "text": "x"}),
        |error| *error == ComputerError::LayoutChanged,
    )
    .await
}
