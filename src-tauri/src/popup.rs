//! The popup over selected text: a window that is made before it is wanted.

use serde_json::json;
use tauri::{AppHandle, Emitter as _, LogicalSize, Manager as _, WebviewUrl, WebviewWindowBuilder};

use crate::hotkeys::{Action, Hotkeys};
use crate::{EVENT, Started, window};

const POPUP: &str = "popup";
/// CSS pixels.
const WIDTH: f64 = 380.0;

/// Makes the window, hidden, and registers its hotkey.
pub fn set_up(app: &AppHandle) {
    let made = WebviewWindowBuilder::new(app, POPUP, WebviewUrl::App("popup.html".into()))
        .title("Interpreter")
        .inner_size(WIDTH, 240.0)
        .decorations(false)
        .resizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .visible(false)
        .on_navigation(window::is_ours)
        .build();
    if let Err(error) = made {
        tracing::error!(%error, "the popup could not be made");
        return;
    }
    let wanted = app.state::<Started>().engine.setting("summon_hotkey");
    let hotkeys = app.state::<Hotkeys>();
    match wanted.as_str() {
        Some("") => {}
        Some(chord) => {
            hotkeys.set_first(app, Action::Summon, &[chord, "Alt+Shift+A"]);
        }
        None => {
            hotkeys.set_first(app, Action::Summon, &["Ctrl+Shift+Space", "Alt+Shift+A"]);
        }
    }
}

/// Shows the popup over what is selected.
pub fn summon(app: &AppHandle) {
    let Some(popup) = app.get_webview_window(POPUP) else {
        return;
    };
    let shown = popup.show().and_then(|()| popup.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the popup could not be shown");
    }
    if let Err(error) = app.emit_to(POPUP, EVENT, json!({ "event": "summoned" })) {
        tracing::warn!(%error, "the popup could not be told");
    }
}

/// Hides the popup.
#[tauri::command]
pub fn hide_popup(app: AppHandle) {
    if let Some(popup) = app.get_webview_window(POPUP)
        && let Err(error) = popup.hide()
    {
        tracing::warn!(%error, "the popup could not be hidden");
    }
}

/// Makes the popup this high, in CSS pixels.
#[tauri::command]
pub fn resize_popup(app: AppHandle, height: f64) {
    if let Some(popup) = app.get_webview_window(POPUP)
        && let Err(error) = popup.set_size(LogicalSize::new(WIDTH, height.clamp(40.0, 900.0)))
    {
        tracing::warn!(%error, "the popup could not be resized");
    }
}
