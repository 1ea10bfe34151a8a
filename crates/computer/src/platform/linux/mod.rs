//! X11, through `x11rb`; and Wayland, in [`wayland`].
//!
//! On X11 each part has a connection of its own: the screen is asked from any thread,
//! the gate's thread sends input, the listener waits, and none waits for another.

mod accessibility;
mod binding;
mod border;
mod capture;
mod client;
mod connection;
mod hotkey;
mod input;
mod keymap;
mod keysyms;
mod layout;
mod lease;
mod listener;
mod portal;
mod screen;
mod selection;
mod spare;
mod stop_key;
mod watch;
mod wayland;
mod window_list;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod listening_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod typing_tests;

use std::sync::Arc;

use x11rb::protocol::xproto::ConnectionExt as _;

use super::clipboard::SystemClipboard;
use super::{Ledger, Place, Platform, PlatformError, Result, SelectedText};
pub(super) use accessibility::open as open_accessibility;
use connection::X;
pub(super) use hotkey::try_hotkey;

/// Opens what reads selected text. Only X11 lets a program do that in others.
pub(super) fn open_selection(display: Option<&str>) -> Result<Box<dyn SelectedText>> {
    let none = || PlatformError::NotPermitted {
        message: "A Wayland session lets no program read what is selected in others.".to_owned(),
        fix: "Copy the text and paste it, or log in to an X11 session.".to_owned(),
    };
    let Some(socket) = wayland::socket(display) else {
        return selection::open(display);
    };
    // The name of a Wayland display is none of X11's.
    if display.is_some() {
        return Err(none());
    }
    selection::open(None).map_err(|error| {
        match std::os::unix::net::UnixStream::connect(socket) {
            Ok(_) => none(),
            // A name left over from another session.
            Err(_) => error,
        }
    })
}

/// What helps where no way to stop works.
pub(crate) const STOP_FIX: &str = "Use an X11 session, sway, KDE Plasma 6, or GNOME 48 or newer with \
    its portal (xdg-desktop-portal-gnome), and allow the keys of \"Stop Interpreter\" when the \
    desktop asks.";

/// Opens the desktop of a display, or of the environment.
pub(super) fn open(place: &Place) -> Result<Platform> {
    let display = place.display.as_deref();
    let Some(socket) = wayland::socket(display) else {
        return open_x11(display);
    };
    let refused = match wayland::open(&socket) {
        // A compositor that lets programs see and act only through the portal.
        Err(PlatformError::Unsupported(lacks)) => {
            tracing::debug!(%lacks, "the portal is used");
            match portal::open(&socket, place) {
                Err(error) => error,
                opened => return opened,
            }
        }
        // A name left over from another session.
        Err(error) => error,
        opened => return opened,
    };
    if display.is_some() {
        return Err(refused);
    }
    tracing::debug!(error = %refused, "Wayland is not used");
    // Under Wayland this is refused, and then the better reason is the first.
    open_x11(display).map_err(|_| refused)
}

fn open_x11(display: Option<&str>) -> Result<Platform> {
    let x = X::connect(display)?;
    refuse_xwayland(&x)?;
    let ledger = Arc::new(Ledger::default());
    let clipboard = clipboard(display);
    let display = display.map(str::to_owned);
    Ok(Platform {
        screen: Arc::new(screen::X11Screen::new(x, display.clone())),
        input: Box::new(input::X11Input::open(
            display.as_deref(),
            Arc::clone(&ledger),
        )?),
        listener: Box::new(listener::X11Listener::new(
            display.clone(),
            Arc::clone(&ledger),
        )),
        lease: Box::new(lease::SelectionLease::new(display)),
        clipboard: Box::new(clipboard),
        ledger,
    })
}

/// Under Wayland an X server for old programs runs too; through it the screen
/// looks black and clicks reach only those programs. Better none than that.
fn refuse_xwayland(x: &X) -> Result<()> {
    if x.conn.query_extension(b"XWAYLAND")?.reply()?.present {
        return Err(PlatformError::NoDisplay {
            message: "This is a Wayland session; its screen cannot be seen through X11.".to_owned(),
            fix: "Log in to an X11 session (often called \"Xorg\" at the login screen).".to_owned(),
        });
    }
    Ok(())
}

/// The library takes the display from the environment; another one's clipboard
/// is not reached rather than mistaken for it.
fn clipboard(display: Option<&str>) -> SystemClipboard {
    let own = std::env::var("DISPLAY").ok();
    match display {
        Some(display) if own.as_deref() != Some(display) => {
            SystemClipboard::refused(PlatformError::Unsupported(format!(
                "the clipboard of DISPLAY={display} can be used only by a program started there"
            )))
        }
        _ => SystemClipboard::default(),
    }
}

/// The names of the program of a process: its file's, and the one it goes by.
pub(super) fn programs(pid: u32) -> Vec<String> {
    let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    let comm = comm.map(|name| name.trim_end().to_owned());
    selection::program(pid).into_iter().chain(comm).collect()
}
