//! What can be seen and done on this machine, found out by trying it.

use std::time::Duration;

use interpreter_perception::Pixels;
use interpreter_protocol::Ability;

use crate::api::clipboard_text;
use crate::computer::blocking;
use crate::gate::Step;
use crate::platform::{Key, NamedKey, Window};
use crate::{Computer, ComputerError, Look, SessionKey};

fn ability(name: &str, tried: Result<String, ComputerError>) -> Ability {
    match tried {
        Ok(detail) => Ability {
            name: name.to_owned(),
            works: true,
            detail,
            fix: None,
        },
        Err(error) => Ability {
            name: name.to_owned(),
            works: false,
            detail: error.to_string(),
            fix: Some(error.remedy()),
        },
    }
}

/// Tries everything; no trial leaves a trace on the screen.
pub(crate) async fn examine(computer: &Computer) -> Vec<Ability> {
    let session = SessionKey::from("doctor");
    let mut abilities = Vec::new();
    let seen = {
        let computer = computer.clone();
        blocking(move || computer.capture(&Look::Primary)).await
    };
    abilities.push(ability(
        "see the screen",
        seen.map(|capture| {
            format!(
                "A picture of {} was taken, {}×{}.",
                capture.display.id, capture.area.w, capture.area.h
            )
        }),
    ));
    let opened = {
        let (gate, session) = (computer.gate().clone(), session.clone());
        blocking(move || gate.open(&session)).await
    };
    let is_open = opened.is_ok();
    abilities.push(ability(
        "stop",
        opened.map(|()| "A test event was heard; Esc and the corners of the screen stop.".into()),
    ));
    abilities.push(ability(
        "move the mouse",
        trial(computer, &session, nudge).await,
    ));
    abilities.push(ability("type", trial(computer, &session, shift).await));
    if is_open {
        computer.gate().close(&session);
    }
    let told = {
        let computer = computer.clone();
        blocking(move || elements(&computer)).await
    };
    abilities.push(ability("accessibility", told));
    abilities.push(ability(
        "clipboard",
        clipboard_text(computer)
            .await
            .map(|_| "The clipboard was read.".into()),
    ));
    let blank = Pixels::filled(64, 32, [255; 3]);
    let read = computer.eyes().read_text(&blank).await;
    abilities.push(ability(
        "find text",
        read.map(|_| "A picture was read.".into())
            .map_err(ComputerError::from),
    ));
    abilities
}

/// Asks the program in front what has the keyboard there.
fn elements(computer: &Computer) -> Result<String, ComputerError> {
    let missing = |message: &str, fix: &str| ComputerError::NotInstalled {
        message: message.into(),
        fix: fix.into(),
    };
    let screen = computer.screen()?;
    let windows = computer.check(screen.windows())?;
    let shown = |window: &&Window| !window.minimised && !computer.is_hidden(&*screen, window);
    let mut asked = windows.iter().filter(shown).take(4).peekable();
    if asked.peek().is_none() {
        return Err(missing(
            "No window is open, so no program could be asked.",
            "Open a program and try again.",
        ));
    }
    let told = asked.find(|window| computer.access().probe((*window).clone()));
    told.map(|window| format!("{} told of its elements.", window.app))
        .ok_or_else(|| {
            missing(
                "No program that is open tells of its elements; pictures are compared instead.",
                "Turn on accessibility for apps (on Linux install at-spi2-core, then \
                 `gsettings set org.gnome.desktop.interface toolkit-accessibility true`; on \
                 macOS allow Interpreter in Privacy & Security, Accessibility), and start the \
                 programs again.",
            )
        })
}

async fn trial(
    computer: &Computer,
    session: &SessionKey,
    work: fn(&Computer, &SessionKey) -> Result<String, ComputerError>,
) -> Result<String, ComputerError> {
    let (computer, session) = (computer.clone(), session.clone());
    blocking(move || work(&computer, &session)).await
}

/// Moves the pointer by one pixel and back.
fn nudge(computer: &Computer, session: &SessionKey) -> Result<String, ComputerError> {
    let gate = computer.gate();
    let screen = computer.screen()?;
    let home = computer.check(screen.pointer())?;
    let away = match computer.native_frame(Some(home))? {
        frame if frame.contains(home.0 + 1, home.1) => (home.0 + 1, home.1),
        _ => (home.0 - 1, home.1),
    };
    for (x, y) in [away, home] {
        gate.perform(
            session,
            gate.token(session)?,
            vec![Step::Move(x, y)],
            None,
            None,
        )?;
        let at = computer.check(screen.pointer())?;
        if at != (x, y) {
            return Err(ComputerError::failed(format!(
                "The pointer was sent to ({x}, {y}) and is at ({}, {}).",
                at.0, at.1
            )));
        }
    }
    Ok("The pointer was moved by one pixel and back.".into())
}

/// Presses and lifts Shift, which types nothing.
fn shift(computer: &Computer, session: &SessionKey) -> Result<String, ComputerError> {
    let gate = computer.gate();
    let key = Key::Named(NamedKey::Shift);
    let steps = vec![
        Step::Key(key, true),
        Step::Wait(Duration::from_millis(1)),
        Step::Key(key, false),
    ];
    gate.perform(session, gate.token(session)?, steps, None, None)?;
    Ok("Shift was pressed and lifted.".into())
}
