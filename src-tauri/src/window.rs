//! The main window, and where its page goes.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use interpreter_engine::place::{self, Area};
use serde_json::json;
use tauri::utils::config::Color;
use tauri::webview::{NewWindowFeatures, NewWindowResponse};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Monitor, PhysicalPosition, PhysicalSize, Theme, Url,
    WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry,
};

use crate::{EVENT, Started};

/// The label of the main window.
pub const MAIN: &str = "main";
/// `--bg` of each theme, shown until the page has painted.
const LIGHT: Color = Color(0xf9, 0xfa, 0xfb, 0xff);
const DARK: Color = Color(0x16, 0x17, 0x1a, 0xff);

/// Where the main window was when it was hidden: window managers forget it.
#[derive(Default)]
pub struct Place(Mutex<Option<PhysicalPosition<i32>>>);

/// Where the pages keep drafts and how they look: the same for all windows, which
/// then share a network process too.
pub fn store(app: &AppHandle) -> PathBuf {
    app.state::<Started>().paths.data.join("window")
}

/// Opens the main window, at a page if one is given.
pub fn open(app: &AppHandle, to: Option<&str>) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App(address(to).into()))
        .title("Interpreter")
        .inner_size(1280.0, 800.0)
        .min_inner_size(320.0, 400.0)
        .background_color(LIGHT)
        .data_directory(store(app))
        .on_navigation(is_ours)
        .on_new_window(new_window)
        .build()?;
    if window.theme()? == Theme::Dark {
        window.set_background_color(Some(DARK))?;
    }
    let handle = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            // Not before the app ends: its place is asked for then.
            api.prevent_close();
            if handle.state::<Started>().closes_to_tray(&handle) {
                hide(&handle);
            } else {
                // The popup and the pill are windows too; they must not keep the app alive.
                handle.exit(0);
            }
        }
    });
    Ok(())
}

/// Where the page begins: it could not hear yet if it were told to go there.
fn address(to: Option<&str>) -> String {
    match to.map(|to| (to, to.strip_prefix("conversation/"))) {
        None => "index.html".to_owned(),
        Some((_, Some(conversation))) => format!("index.html#/c/{conversation}"),
        Some((to, None)) => format!("index.html#/{to}"),
    }
}

/// Whether a window may go there: to our own page, and to what a frame of it holds.
pub fn is_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" | "about" | "blob" => true,
        // Where web views know no schemes of their own.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// A page asks for a window of its own: it is a link, for the system's browser.
pub fn new_window(url: Url, _: NewWindowFeatures) -> NewWindowResponse<Wry> {
    open_in_browser(&url);
    NewWindowResponse::Deny
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

/// The main window, while it is there.
pub fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Brings the main window to the front, and its page somewhere if asked.
pub fn show(app: &AppHandle, to: Option<&str>) {
    let Some(window) = main(app) else { return };
    let place = app.state::<Place>();
    let place = place
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let shown = window
        .unminimize()
        .and_then(|()| window.show())
        .and_then(|()| place.map_or(Ok(()), |place| window.set_position(place)))
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window could not be brought to the front");
    }
    if let Some(to) = to {
        go(app, to);
    }
}

/// Tells the page to go somewhere: `new`, `settings/models`, `conversation/ID`.
pub fn go(app: &AppHandle, to: &str) {
    let event = json!({ "event": "go", "to": to });
    if let Err(error) = app.emit_to(MAIN, EVENT, event) {
        tracing::warn!(%error, to, "the page could not be told where to go");
    }
}

/// Hides the main window; it comes back to the same place.
pub fn hide(app: &AppHandle) {
    let Some(window) = main(app) else { return };
    if let Ok(position) = window.outer_position() {
        let place = app.state::<Place>();
        *place.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(position);
    }
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window could not be hidden");
    }
}

/// Hides the main window where it covers one of these points, of which the pill told
/// the person: what is below is about to be acted on.
pub fn make_room(app: &AppHandle, points: &[(i32, i32)]) -> tauri::Result<()> {
    if let Some(window) = main(app)
        && window.is_visible()?
    {
        let area = area(window.outer_position()?, window.outer_size()?);
        if points.iter().any(|point| place::holds(area, *point)) {
            hide(app);
        }
    }
    Ok(())
}

/// A part of the desktop, as numbers.
pub fn area(at: PhysicalPosition<i32>, size: PhysicalSize<u32>) -> Area {
    [at.x, at.y, size.width as i32, size.height as i32]
}

/// The part of a display that no bars take.
pub fn work(monitor: &Monitor) -> Area {
    let work = monitor.work_area();
    area(work.position, work.size)
}

/// Shows the main window, or hides it where it is in front.
pub fn toggle(app: &AppHandle) {
    let in_front = main(app).is_some_and(|window| {
        window.is_visible().unwrap_or_default() && window.is_focused().unwrap_or_default()
    });
    if in_front {
        hide(app);
    } else {
        show(app, None);
    }
}

/// Whether the person looks at the main window now.
pub fn has_focus(app: &AppHandle) -> bool {
    main(app).is_some_and(|window| window.is_focused().unwrap_or_default())
}
