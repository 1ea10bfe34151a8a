//! What can be seen and done on this machine, found out by trying it.

use std::time::{Duration, Instant};

use interpreter_perception::Pixels;
use interpreter_protocol::Ability;

use crate::api::clipboard_text;
use crate::computer::blocking;
use crate::gate::Step;
use crate::platform::{self, Key, NamedKey, Rect, Window};
use crate::{Computer, ComputerError, Look, SessionKey, keys};

/// A border is painted by a thread of its own, or with the next picture.
const PAINTED: Duration = Duration::from_secs(1);

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
            fix: Some(match &error {
                // Its own remedy is to come here.
                ComputerError::NoStop { .. } => platform::STOP_FIX.to_owned(),
                error => error.remedy(),
            }),
        },
    }
}

/// Tries everything, the hotkey where one is named; no trial leaves a trace on the screen.
pub(crate) async fn examine(computer: &Computer, hotkey: Option<String>) -> Vec<Ability> {
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
    let screen = computer.screen();
    let hears = screen.as_ref().is_ok_and(|screen| screen.hears_people());
    let stops = match &screen {
        Ok(screen) => screen.stops(),
        Err(_) => "",
    };
    abilities.push(ability(
        "stop",
        opened
            .clone()
            .map(|()| format!("A test event was heard; {stops}")),
    ));
    abilities.push(ability(
        "notice your mouse and keys",
        opened.clone().and_then(|()| notices(hears)),
    ));
    for (name, work) in [("move the mouse", nudge as Trial), ("type", shift)] {
        let tried = match &opened {
            Ok(()) => trial(computer, &session, work).await,
            // What kept the gate shut is why it could not be tried.
            Err(error) => Err(error.clone()),
        };
        abilities.push(ability(name, tried));
    }
    if opened.is_ok() {
        computer.gate().close(&session);
    }
    for (name, work) in [
        ("border around the screen", border as OnScreen),
        ("accessibility", elements),
        ("read selected text", selection),
    ] {
        let computer = computer.clone();
        abilities.push(ability(name, blocking(move || work(&computer)).await));
    }
    if let Some(hotkey) = hotkey {
        let computer = computer.clone();
        let tried = blocking(move || try_hotkey(&computer, &hotkey)).await;
        // On some systems nobody but the app can try it.
        if let Some(tried) = tried.transpose() {
            abilities.push(ability("hotkey", tried));
        }
    }
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

type Trial = fn(&Computer, &SessionKey) -> Result<String, ComputerError>;
type OnScreen = fn(&Computer) -> Result<String, ComputerError>;

fn missing(message: &str, fix: &str) -> ComputerError {
    ComputerError::NotInstalled {
        message: message.into(),
        fix: fix.into(),
    }
}

fn notices(hears: bool) -> Result<String, ComputerError> {
    if hears {
        return Ok("A test event was heard; it pauses when you use mouse or keyboard.".into());
    }
    Err(missing(
        "This desktop reports nobody's mouse and keys to programs, so Interpreter does not pause \
         by itself when you use them. It does not tell where windows lie either, so each click \
         is asked for.",
        "Stop it before you use the mouse. Under X11 and sway it pauses by itself.",
    ))
}

/// Draws the border for a moment, and looks whether it is there.
fn border(computer: &Computer) -> Result<String, ComputerError> {
    let screen = computer.screen()?;
    let displays = computer.check(screen.displays())?;
    let areas: Vec<Rect> = displays.iter().map(|display| display.rect()).collect();
    let none = "This system lets no program draw over all others here; the pill and the tray \
                show that Interpreter acts.";
    let nothing = "Nothing is needed: the desktop's own sign shows it too, where it has one.";
    let Some(shown) = computer.check(screen.border(&areas))? else {
        return Err(missing(none, nothing));
    };
    let Some(first) = displays.first().filter(|_| screen.sees_border()) else {
        drop(shown);
        return Ok("It was drawn; pictures are without it.".into());
    };
    // In the middle of the upper side, where the line is light.
    let deep = (3.0 * first.scale).round() as i32;
    let spot = Rect {
        x: first.origin.0.saturating_add_unsigned(first.size.0 / 2),
        y: first.origin.1.saturating_add(deep),
        w: 1,
        h: 1,
    };
    let until = Instant::now() + PAINTED;
    loop {
        let pixel = computer.check(screen.capture(spot))?.rgb;
        let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) < 32;
        if pixel.iter().zip(&platform::BORDER).all(near) {
            return Ok("It was drawn around each display, and seen.".into());
        }
        if Instant::now() > until {
            return Err(missing(
                "It was drawn, and is not to be seen: something lies over it.",
                "End programs that draw over all others (screen filters, full-screen overlays).",
            ));
        }
    }
}

/// Asks the program in front what is selected there.
fn selection(computer: &Computer) -> Result<String, ComputerError> {
    let mut reader = platform::open_selection(computer.display())?;
    let Some(source) = reader.source()? else {
        return Ok("Selections can be read; no program has the keyboard now.".into());
    };
    let seen = reader.look(&source)?;
    let selected = seen
        .offered
        .or_else(|| seen.field.and_then(|field| field.selected_text()));
    Ok(match selected.filter(|text| !text.is_empty()) {
        Some(_) => format!("{} was asked; text is selected there.", source.app),
        None => format!("{} was asked; nothing is selected there.", source.app),
    })
}

/// Registers the hotkey and gives it back.
fn try_hotkey(computer: &Computer, hotkey: &str) -> Result<Option<String>, ComputerError> {
    let names: Vec<String> = hotkey.split('+').map(str::to_owned).collect();
    let chord = keys::parse_list(&names)?;
    Ok(platform::try_hotkey(computer.display(), hotkey, &chord)?)
}

/// Asks the program in front what has the keyboard there.
fn elements(computer: &Computer) -> Result<String, ComputerError> {
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
    work: Trial,
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
