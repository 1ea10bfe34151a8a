//! The main window.

use std::path::Path;

use tauri::utils::config::Color;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager as _, Theme, Url, WebviewUrl, WebviewWindowBuilder};

const MAIN: &str = "main";
/// `--bg` of each theme, shown until the page has painted.
const LIGHT: Color = Color(0xf9, 0xfa, 0xfb, 0xff);
const DARK: Color = Color(0x16, 0x17, 0x1a, 0xff);

/// Opens the main window. What its page keeps (drafts) lies in `data`.
pub fn open(app: &AppHandle, data: &Path) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Interpreter")
        .inner_size(1280.0, 800.0)
        .min_inner_size(320.0, 400.0)
        .background_color(LIGHT)
        .data_directory(data.join("window"))
        .on_navigation(is_ours)
        .on_new_window(|url, _| {
            open_in_browser(&url);
            NewWindowResponse::Deny
        })
        .build()?;
    if window.theme()? == Theme::Dark {
        window.set_background_color(Some(DARK))?;
    }
    Ok(())
}

/// Whether the window may go there: to our own page, and to what a frame of it holds.
fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" | "about" | "blob" => true,
        // Where web views know no schemes of their own.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// A link that was clicked. Anything but a web page could start a program.
fn open_in_browser(url: &Url) {
    if !matches!(url.scheme(), "http" | "https") {
        tracing::warn!(scheme = url.scheme(), "a link was not opened");
        return;
    }
    if let Err(error) = open::that_detached(url.as_str()) {
        tracing::warn!(%error, "a link could not be opened in the system's browser");
    }
}

/// Brings the main window to the front.
pub fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN) {
        let shown = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = shown {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
    }
}
