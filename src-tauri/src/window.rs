//! The main window.

use tauri::utils::config::Color;
use tauri::{AppHandle, Manager as _, Theme, WebviewUrl, WebviewWindowBuilder};

const MAIN: &str = "main";
/// `--bg` of each theme, shown until the page has painted.
const LIGHT: Color = Color(0xf9, 0xfa, 0xfb, 0xff);
const DARK: Color = Color(0x16, 0x17, 0x1a, 0xff);

/// Opens the main window.
pub fn open(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Interpreter")
        .inner_size(1280.0, 800.0)
        .min_inner_size(320.0, 400.0)
        .background_color(LIGHT)
        .build()?;
    if window.theme()? == Theme::Dark {
        window.set_background_color(Some(DARK))?;
    }
    Ok(())
}

/// Brings the main window to the front.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let shown = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}
