//! The popup over selected text: a window that is made before it is wanted, and
//! after the main window has settled.
//!
//! At the hotkey the selection is read first, while the other app still has the
//! keyboard. A slow reading does not hold the window up: it is shown without the
//! keyboard then, and takes it when the reading is done.

use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use interpreter_engine::Engine;
use interpreter_engine::place::{self, Area};
use serde_json::json;
use tauri::{
    AppHandle, Emitter as _, LogicalSize, Manager as _, Monitor, PhysicalPosition, PhysicalSize,
    WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent, Wry,
};

use crate::hotkeys::{Action, Hotkeys};
use crate::{EVENT, Started, platform, window};

/// The label of its window.
pub const POPUP: &str = "popup";
/// Finds it among the windows of this program.
const TITLE: &str = "Interpreter over selected text";
/// CSS pixels.
const WIDTH: f64 = 380.0;
/// Until the page says how high it is.
const HEIGHT: f64 = 240.0;
/// CSS pixels between the selection and the popup.
const GAP: f64 = 8.0;
/// The window is shown after this time, whether the selection is read or not.
const READING: Duration = Duration::from_millis(80);
/// After the main window's first paint. Its page still starts then, and wants both
/// the processor and the disk for itself.
const SETTLED: Duration = Duration::from_secs(2);

/// How often, and how long apart, is looked whether the keyboard comes back.
const LOOKS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(40);
/// So many looks in a row must find it elsewhere.
const AWAY: u32 = 3;

/// What the popup was opened over, and how high its page is.
struct Popup {
    place: Mutex<(Option<Area>, f64)>,
    /// It is opened or closed, one after the other.
    opening: Mutex<()>,
}

impl Popup {
    fn place(&self) -> MutexGuard<'_, (Option<Area>, f64)> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registers the popup's hotkey.
pub fn set_up(app: &AppHandle) {
    app.manage(Popup {
        place: Mutex::new((None, HEIGHT)),
        opening: Mutex::new(()),
    });
    let wanted = app.state::<Started>().engine.setting("summon_hotkey");
    let chord = wanted.as_str().unwrap_or("Ctrl+Shift+Space");
    if !chord.is_empty() {
        let hotkeys = app.state::<Hotkeys>();
        hotkeys.set_first(app, Action::Summon, &[chord, "Alt+Shift+A"]);
    }
}

/// Makes the window, hidden, once the main window is at rest.
pub async fn prepare(app: AppHandle) {
    tokio::time::sleep(SETTLED).await;
    std::thread::spawn(move || {
        let state = app.state::<Popup>();
        let _one = state.opening.lock();
        drop(made(&app));
    });
}

/// The window, which is made where it is not there yet. Never called on the main
/// thread, which makes it.
fn made(app: &AppHandle) -> Option<WebviewWindow> {
    if let Some(popup) = app.get_webview_window(POPUP) {
        return Some(popup);
    }
    let (tell, told) = sync_channel(1);
    let made = platform::open_beside(&window::main(app)?, build, move |made| {
        drop(tell.send(made));
    });
    let popup = made.and_then(|()| told.recv().map_err(|_| tauri::Error::WindowNotFound)?);
    if let Err(error) = &popup {
        tracing::error!(%error, "the popup could not be made");
    }
    popup.ok()
}

fn build(app: &AppHandle) -> WebviewWindowBuilder<'_, Wry, AppHandle> {
    WebviewWindowBuilder::new(app, POPUP, WebviewUrl::App("popup.html".into()))
        .title(TITLE)
        .inner_size(WIDTH, HEIGHT)
        .decorations(false)
        .resizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .focused(false)
        .visible(false)
        .data_directory(window::store(app))
        .on_navigation(window::is_ours)
        .on_new_window(window::new_window)
}

/// What happens to the popup's window.
pub fn event(app: &AppHandle, event: &WindowEvent) {
    match event {
        WindowEvent::Focused(false) => left(app),
        WindowEvent::CloseRequested { api, .. } => {
            api.prevent_close();
            hide_popup(app.clone());
        }
        _ => {}
    }
}

/// Shows the popup over what is selected; hides it where it has the keyboard.
pub fn summon(app: &AppHandle) {
    let pressed = Instant::now();
    let app = app.clone();
    std::thread::spawn(move || {
        if let Err(error) = open(&app, pressed) {
            tracing::warn!(%error, "the popup could not be shown");
        }
    });
}

fn open(app: &AppHandle, pressed: Instant) -> tauri::Result<()> {
    let state = app.state::<Popup>();
    let _one = state.opening.lock();
    let Some(popup) = made(app) else {
        return Ok(());
    };
    let engine = app.state::<Engine>().inner().clone();
    if popup.is_visible()? {
        if engine.has_keyboard() && !window::has_focus(app) {
            hide_popup(app.clone());
            return Ok(());
        }
        // It lost the keyboard and was not told.
        popup.hide()?;
    }
    let (tell, told) = sync_channel(1);
    std::thread::spawn(move || drop(tell.send(engine.capture_selection())));
    let in_time = told.recv_timeout(READING).ok();
    let read = in_time.is_some();
    let area = in_time.as_ref().and_then(|selection| selection.area);
    state.place().0 = area.or_else(|| pointer(app));
    place(app, &popup)?;
    // What makes an app copy presses keys there: it must keep the keyboard until that is done.
    if !read {
        popup.set_focusable(false)?;
    }
    popup.show()?;
    let _ = popup.is_visible()?;
    let visible = pressed.elapsed();
    let Some(selection) = in_time.or_else(|| told.recv().ok()) else {
        return Ok(());
    };
    if !read {
        popup.set_focusable(true)?;
    }
    popup.set_focus()?;
    app.state::<Engine>().take_keyboard(TITLE);
    app.emit_to(POPUP, EVENT, json!({ "event": "summoned" }))?;
    tracing::debug!(
        visible_ms = visible.as_millis(),
        text_ms = pressed.elapsed().as_millis(),
        source = ?selection.source,
        "the popup was shown"
    );
    Ok(())
}

/// The popup lost the keyboard: it goes, unless a hotkey of the system only
/// borrowed it for a moment.
fn left(app: &AppHandle) {
    let app = app.clone();
    // Asking the system takes moments that the window's own thread must not wait.
    std::thread::spawn(move || {
        let Some(popup) = app.get_webview_window(POPUP) else {
            return;
        };
        let state = app.state::<Popup>();
        // While it opens, the keyboard comes and goes.
        drop(state.opening.lock());
        let mut away = 0;
        // The window manager tells later than the window where the keyboard went.
        for _ in 0..LOOKS {
            // One that was hidden may be summoned again while this still looks.
            if popup.is_focused().unwrap_or_default() || !popup.is_visible().unwrap_or_default() {
                return;
            }
            let ours = app.state::<Engine>().has_keyboard() && !window::has_focus(&app);
            away = if ours { 0 } else { away + 1 };
            if away == AWAY {
                return hide(&popup);
            }
            std::thread::park_timeout(PAUSE);
        }
    });
}

fn hide(popup: &WebviewWindow) {
    if let Err(error) = popup.hide() {
        tracing::warn!(%error, "the popup could not be hidden");
    }
}

/// Hides the popup, and gives the keyboard back to the app it was opened over.
#[tauri::command]
pub fn hide_popup(app: AppHandle) {
    let Some(popup) = app.get_webview_window(POPUP) else {
        return;
    };
    hide(&popup);
    std::thread::spawn(move || {
        let state = app.state::<Popup>();
        let _one = state.opening.lock();
        // It may have been summoned again meanwhile.
        if popup.is_visible().is_ok_and(|visible| !visible) {
            app.state::<Engine>().return_keyboard();
        }
    });
}

/// Makes the popup this high, in CSS pixels.
#[tauri::command]
pub fn resize_popup(app: AppHandle, height: f64) {
    let Some(popup) = app.get_webview_window(POPUP) else {
        return;
    };
    let height = height.clamp(40.0, 900.0);
    let state = app.state::<Popup>();
    state.place().1 = height;
    let resized = popup
        .set_size(LogicalSize::new(WIDTH, height))
        .and_then(|()| place(&app, &popup));
    if let Err(error) = resized {
        tracing::warn!(%error, "the popup could not be resized");
    }
}

/// Moves the popup to where it belongs, on the display it belongs to.
fn place(app: &AppHandle, popup: &WebviewWindow) -> tauri::Result<()> {
    let state = app.state::<Popup>();
    let (anchor, height) = *state.place();
    let monitors = popup.available_monitors()?;
    let found = anchor.and_then(|[x, y, ..]| {
        let whole = |monitor: &Monitor| window::area(*monitor.position(), *monitor.size());
        monitors
            .iter()
            .find(|monitor| place::holds(whole(monitor), (x, y)))
    });
    let primary = popup.primary_monitor()?;
    let Some(monitor) = found.or(primary.as_ref()).or(monitors.first()) else {
        return Ok(());
    };
    let scale = monitor.scale_factor();
    let size: PhysicalSize<i32> = LogicalSize::new(WIDTH, height).to_physical(scale);
    let (work, gap) = (window::work(monitor), (GAP * scale).round() as i32);
    let (x, y) = place::beside(anchor, (size.width, size.height), work, gap);
    popup.set_position(PhysicalPosition::new(x, y))
}

/// Where the mouse is.
fn pointer(app: &AppHandle) -> Option<Area> {
    let at = app.cursor_position().ok()?;
    Some([at.x as i32, at.y as i32, 0, 0])
}
