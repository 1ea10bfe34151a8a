//! Linux: WebKitGTK's graphics, the tray's library, signals.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use tauri::{AppHandle, Manager as _, WebviewWindow, WebviewWindowBuilder, Wry};

/// The keys that stop everything. A convenience: the gate listens by itself too.
pub const PANIC_KEYS: &str = "Ctrl+Shift+F12";

/// Whether the system's bar is dark; none: as the theme is.
pub const BARS_ARE_DARK: Option<bool> = Some(true);

/// What turns WebKit's graphics down, mildest first (tauri-apps/tauri#11994 and
/// many after it: a blank window where its buffers disagree with the driver).
const SAFE: [(&str, &str); 2] = [
    ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
    ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
];

/// Whether this process was started with safe graphics.
pub fn use_safe_graphics() -> bool {
    SAFE.iter()
        .all(|(name, _)| std::env::var_os(name).is_some())
}

/// Starts this program over with safe graphics when they are wanted and not in
/// force yet; in any case with the mildest of them where nothing composites the
/// display: WebKit's buffers leave blank what another window uncovered there.
/// WebKit reads them before any of our code could set them safely.
pub fn prepare_graphics(safe: bool) {
    let wanted = if safe {
        SAFE.len()
    } else {
        usize::from(!is_composited())
    };
    let unset = |(name, _): &(&str, _)| std::env::var_os(name).is_none();
    if SAFE.iter().take(wanted).any(unset) {
        let error = again(wanted).exec();
        eprintln!("Safe graphics could not be switched on: {error}");
    }
}

/// Whether somebody keeps the windows' pictures. Where no display answers, the
/// window will say so.
fn is_composited() -> bool {
    gtk::init().is_err() || gtk::gdk::Screen::default().is_none_or(|screen| screen.is_composited())
}

/// Ends this program and starts it anew, with safe graphics or without.
pub fn start_again(app: &AppHandle, safe: bool) {
    // The new one must not meet this one as the single instance.
    app.cleanup_before_exit();
    let error = again(if safe { SAFE.len() } else { 0 }).exec();
    eprintln!("Interpreter could not start itself again: {error}");
    app.exit(1);
}

/// This program with so many of the safe settings.
fn again(safe: usize) -> Command {
    let program = std::env::current_exe().unwrap_or_else(|_| "interpreter-desktop".into());
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    for (at, (name, value)) in SAFE.into_iter().enumerate() {
        if at < safe {
            command.env(name, value);
        } else {
            command.env_remove(name);
        }
    }
    command
}

/// Opens a window whose page lives in the process of another window's page: a
/// second process would hold some 100 MB.
///
/// # Errors
/// When the other window is gone.
pub fn open_beside(
    other: &WebviewWindow,
    build: impl FnOnce(&AppHandle) -> WebviewWindowBuilder<'_, Wry, AppHandle> + Send + 'static,
    opened: impl FnOnce(tauri::Result<WebviewWindow>) + Send + 'static,
) -> tauri::Result<()> {
    let app = other.app_handle().clone();
    other.with_webview(move |page| {
        opened(build(&app).with_related_view(page.inner()).build());
    })
}

/// Whether a tray icon can be made: its library is loaded at run time, and ends
/// the program where it is missing.
pub fn can_have_tray() -> bool {
    ["libayatana-appindicator3.so.1", "libappindicator3.so.1"]
        .iter()
        // SAFETY: loading runs the library's own initialisers, which the tray would run as well.
        .any(|name| unsafe { libloading::Library::new(name) }.is_ok())
}

/// Calls this once when the system asks the program to end.
pub fn on_end_signals(end: impl FnOnce() + Send + 'static) {
    use tokio::signal::unix::{SignalKind, signal};
    tauri::async_runtime::spawn(async move {
        let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
            signal(SignalKind::hangup()),
        ) else {
            tracing::warn!("signals cannot be followed; ending this program may leave runs behind");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
        end();
    });
}

/// Shows a notification, and waits until the person chose an action or it is gone.
///
/// # Errors
/// When there is no service that shows notifications.
pub fn notify(
    notification: &notify_rust::Notification,
    chosen: impl FnOnce(&str),
) -> Result<(), notify_rust::error::Error> {
    notification.show()?.wait_for_action(chosen);
    Ok(())
}
