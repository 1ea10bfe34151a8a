//! Windows and macOS: their web views need no safe graphics, their trays no library.

use tauri::{AppHandle, Manager as _, WebviewWindow, WebviewWindowBuilder, Wry};

/// The keys that stop everything. A convenience: the gate listens by itself too.
pub const PANIC_KEYS: &str = if cfg!(target_os = "macos") {
    "Ctrl+Alt+Cmd+."
} else {
    "Ctrl+Shift+F12"
};

/// Whether the system's bar is dark; none: as the theme is. On macOS the icon is a
/// template that the system colours.
pub const BARS_ARE_DARK: Option<bool> = None;

/// Whether this process was started with safe graphics.
pub fn use_safe_graphics() -> bool {
    false
}

/// Starts this program over with safe graphics when they are wanted.
pub fn prepare_graphics(_safe: bool) {}

/// Ends this program and starts it anew.
pub fn start_again(app: &AppHandle, _safe: bool) {
    app.restart();
}

/// Opens a window. These web views share processes by themselves.
///
/// # Errors
/// Never; where windows share a process, the other one may be gone.
pub fn open_beside(
    other: &WebviewWindow,
    build: impl FnOnce(&AppHandle) -> WebviewWindowBuilder<'_, Wry, AppHandle> + Send + 'static,
    opened: impl FnOnce(tauri::Result<WebviewWindow>) + Send + 'static,
) -> tauri::Result<()> {
    opened(build(other.app_handle()).build());
    Ok(())
}

/// Whether a tray icon can be made.
pub fn can_have_tray() -> bool {
    true
}

/// Calls this once when the system asks the program to end. Here that comes as
/// an event of the window system.
pub fn on_end_signals(_end: impl FnOnce() + Send + 'static) {}

/// Shows a notification. Actions on it are not told by these systems without
/// an installed app's identity, so nothing is ever chosen.
///
/// # Errors
/// When it cannot be shown.
pub fn notify(
    notification: &notify_rust::Notification,
    _chosen: impl FnOnce(&str),
) -> Result<(), notify_rust::error::Error> {
    notification.show().map(|_| ())
}
