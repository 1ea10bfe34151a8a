//! Wayland desktops that let programs see and act only through portals: GNOME, KDE
//! Plasma and others without the wlroots protocols.
//!
//! Seeing (`Screenshot`) and acting (`RemoteDesktop`, which needs `ScreenCast` for the
//! places of the displays) are two consents of the person: who only looks never asks for
//! the mouse. Where the displays lie, the compositor tells every program. Pictures are
//! single ones: streams need libpipewire, and this program needs only libc.
//!
//! What there is not, here: a person's mouse and keys are not reported, so nothing yields
//! to them by itself; where windows lie is not told; the pointer's place is where it was
//! last sent. What stops is a key bound through `GlobalShortcuts`, tried before anything
//! is driven, and the desktop's own sign that it is being controlled.

mod acting;
mod bus;
mod input;
mod lease;
mod listener;
mod picture;
mod screen;
mod token;
mod trigger;
mod trouble;
mod windows;

use std::path::Path;
use std::sync::Arc;

use super::super::{Ledger, Place, Platform, Result};
use super::wayland;
use acting::Acting;
use bus::Bus;

const SCREENSHOT: &str = "org.freedesktop.portal.Screenshot";
const SCREEN_CAST: &str = "org.freedesktop.portal.ScreenCast";
const REMOTE_DESKTOP: &str = "org.freedesktop.portal.RemoteDesktop";
const SHORTCUTS: &str = "org.freedesktop.portal.GlobalShortcuts";
const INHIBIT: &str = "org.freedesktop.portal.Inhibit";

/// Opens the desktop of the compositor that listens there, through the portal on the
/// session's bus. Nothing is asked of the person yet.
///
/// # Errors
/// `NoDisplay` without a bus or a portal; `Unsupported` where it makes no pictures.
pub(super) fn open(socket: &Path, place: &Place) -> Result<Platform> {
    let monitors = Arc::new(wayland::Monitors::open(socket)?);
    let bus = Bus::connect(place.bus.as_deref())?;
    bus.version(SCREENSHOT)?;
    let acting = Arc::new(Acting::new(Arc::clone(&bus), place.data.as_deref()));
    let ledger = Arc::new(Ledger::default());
    Ok(Platform {
        screen: Arc::new(screen::PortalScreen::new(
            bus,
            Arc::clone(&monitors),
            Arc::clone(&acting),
        )),
        input: Box::new(input::PortalInput::new(Arc::clone(&acting), monitors)),
        listener: Box::new(listener::PortalListener::new(Arc::clone(&acting))),
        lease: Box::new(lease::PortalLease::new(
            place.runtime.as_deref().or(socket.parent()),
            acting,
        )),
        clipboard: Box::new(wayland::clipboard(socket)),
        ledger,
    })
}
