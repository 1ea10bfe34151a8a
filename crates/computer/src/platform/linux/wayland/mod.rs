//! Wayland, on compositors with the wlroots protocols (sway and its kin).
//!
//! Looking has a connection of its own, each watch for changes too. Input and
//! listening share one ([`seat`]), because its order is what tells a person's
//! input from ours: the compositor reports that there was input, not whose, and
//! says so on the same wire on which it confirms having processed ours.
//!
//! What Wayland itself does not offer (where windows are, which key was
//! pressed) comes from sway's own socket; without it nothing is driven.

mod border;
mod capture;
mod corners;
mod input;
mod keymap;
mod listener;
mod monitors;
mod outputs;
mod overlay;
mod reader;
mod screen;
mod seat;
mod shm;
mod stop_keys;
mod sway;
mod watch;
mod windows;
mod wire;
mod world;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::NamedKey;
use super::super::clipboard::SystemClipboard;
use super::super::lock::FileLease;
use super::super::{Ledger, Platform, PlatformError, Result};

pub(super) use monitors::{Monitor, Monitors};

/// The kernel's code of a key with a name, on any keyboard.
pub(super) fn keycode(name: NamedKey) -> Option<u32> {
    match name {
        // Our own map has another key for it.
        NamedKey::AltRight => Some(100),
        other => keymap::named(other),
    }
}

/// Where the compositor listens: `display` as in `WAYLAND_DISPLAY` (a display
/// with a colon is one of X11), or that variable itself.
pub(super) fn socket(display: Option<&str>) -> Option<PathBuf> {
    let name = match display {
        Some(display) if display.contains(':') => return None,
        Some(display) => PathBuf::from(display),
        None => PathBuf::from(std::env::var_os("WAYLAND_DISPLAY")?),
    };
    if name.as_os_str().is_empty() {
        return None;
    }
    if name.is_absolute() {
        return Some(name);
    }
    Some(PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?).join(name))
}

/// Opens the desktop of the compositor that listens there.
///
/// # Errors
/// `NoDisplay` where nobody listens; `Unsupported` where the compositor lacks
/// the protocols.
pub(super) fn open(socket: &Path) -> Result<Platform> {
    let ledger = Arc::new(Ledger::default());
    let seat = seat::Seat::connect(socket, Arc::clone(&ledger))?;
    Ok(Platform {
        screen: Arc::new(screen::WaylandScreen::open(socket, Arc::clone(&seat))?),
        input: Box::new(input::WaylandInput::new(Arc::clone(&seat))),
        listener: Box::new(listener::WaylandListener::new(seat)),
        lease: Box::new(FileLease::new(socket.parent())),
        clipboard: Box::new(clipboard(socket)),
        ledger,
    })
}

/// The library takes the display from the environment, as on X11.
pub(super) fn clipboard(wanted: &Path) -> SystemClipboard {
    if socket(None).as_deref() == Some(wanted) {
        return SystemClipboard::default();
    }
    SystemClipboard::refused(PlatformError::Unsupported(format!(
        "the clipboard of WAYLAND_DISPLAY={} can be used only by a program started there",
        wanted.display()
    )))
}
