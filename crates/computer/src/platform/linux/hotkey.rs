//! Whether a hotkey of the whole system can be had: tried by taking it for a moment.

use x11rb::protocol::xkb::ConnectionExt as _;
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, ModMask};

use super::connection::X;
use super::keymap::Keymap;
use super::{keysyms, wayland};
use crate::platform::{Key, NamedKey, PlatformError, Result};

/// The app's program, cut as the kernel cuts names.
const APP: &str = "interpreter-des";

/// Takes a chord (`words`: as people write it) and gives it back.
///
/// # Errors
/// `NotPermitted` with the fix where it cannot be had.
pub(in crate::platform) fn try_hotkey(
    display: Option<&str>,
    words: &str,
    chord: &[Key],
) -> Result<Option<String>> {
    let no = |message: String, fix: &str| PlatformError::NotPermitted {
        message,
        fix: fix.to_owned(),
    };
    let wayland = wayland::socket(display).is_some_and(|socket| {
        display.is_some() || std::os::unix::net::UnixStream::connect(socket).is_ok()
    });
    if wayland {
        return Err(no(
            "A Wayland session lets no program take a key for itself.".to_owned(),
            "Bind a key to `interpreter --summon` in the desktop's keyboard settings.",
        ));
    }
    let x = X::connect(display)?;
    super::refuse_xwayland(&x)?;
    x.conn.xkb_use_extension(1, 0)?.reply()?;
    let map = Keymap::read(&x)?;
    let mut modifiers = ModMask::from(0u16);
    let mut codes = Vec::new();
    for key in chord {
        let modifier = match key {
            Key::Named(NamedKey::Shift | NamedKey::ShiftRight) => ModMask::SHIFT,
            Key::Named(NamedKey::Control | NamedKey::ControlRight) => ModMask::CONTROL,
            Key::Named(NamedKey::Alt | NamedKey::AltRight) => ModMask::M1,
            Key::Named(NamedKey::Meta | NamedKey::MetaRight) => ModMask::M4,
            key => {
                let symbols = keysyms::symbols(key);
                codes = symbols
                    .into_iter()
                    .map(|symbol| map.codes(symbol))
                    .find(|codes| !codes.is_empty())
                    .unwrap_or_default();
                continue;
            }
        };
        modifiers |= modifier;
    }
    let Some(code) = codes.first() else {
        return Err(no(
            format!("This keyboard does not have the key of {words}."),
            "Choose another hotkey in Settings, Shortcuts.",
        ));
    };
    let grab = x.conn.grab_key(
        false,
        x.root,
        modifiers,
        *code,
        GrabMode::ASYNC,
        GrabMode::ASYNC,
    )?;
    if grab.check().is_ok() {
        x.conn.ungrab_key(*code, x.root, modifiers)?;
        x.round_trip()?;
        return Ok(Some(format!("{words} was taken and given back.")));
    }
    if app_runs() {
        return Ok(Some(format!(
            "{words} is taken, as it is while the Interpreter app runs."
        )));
    }
    Err(no(
        format!("Another program has taken {words}."),
        "Choose another hotkey in Settings, Shortcuts, or end that program.",
    ))
}

fn app_runs() -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return false;
    };
    processes.flatten().any(|process| {
        std::fs::read_to_string(process.path().join("comm"))
            .is_ok_and(|name| name.trim_end() == APP)
    })
}
