//! The pill: a small window that says who has control, with Pause and Stop. It is
//! there as long as OS mode uses the screen, in the place of the main window.

use interpreter_engine::place;
use interpreter_protocol::ConversationId;
use tauri::utils::config::Color;
use tauri::{
    AppHandle, LogicalPosition, LogicalSize, Manager as _, PhysicalPosition, WebviewUrl,
    WebviewWindowBuilder,
};

use crate::window;

const PILL: &str = "pill";
/// CSS pixels: the pill of 48 and a margin of 8.
const SIZE: LogicalSize<f64> = LogicalSize::new(620.0, 64.0);
/// `--agent-deep`, the same in every theme.
const BODY: Color = Color(0x10, 0x16, 0x0a, 0xff);

/// Shows the pill of a conversation at the top of the main window's display. It
/// never takes the focus.
///
/// # Errors
/// When the window cannot be made; then the main window must stay.
pub fn show(app: &AppHandle, conversation: &ConversationId) -> tauri::Result<()> {
    if app.get_webview_window(PILL).is_some() {
        return Ok(());
    }
    let monitor = match window::main(app).map(|main| main.current_monitor()) {
        Some(Ok(Some(monitor))) => Some(monitor),
        _ => app.primary_monitor()?,
    };
    let place = monitor.map(|monitor| {
        let scale = monitor.scale_factor();
        let area = monitor.work_area();
        let (position, size) = (
            area.position.to_logical::<f64>(scale),
            area.size.to_logical::<f64>(scale),
        );
        LogicalPosition::new(
            position.x + ((size.width - SIZE.width) / 2.0).max(0.0),
            position.y + 8.0,
        )
    });
    let page = format!("pill.html#conversation={}", conversation.as_str());
    let mut builder = WebviewWindowBuilder::new(app, PILL, WebviewUrl::App(page.into()))
        .title("Interpreter is using this computer")
        .inner_size(SIZE.width, SIZE.height)
        // GTK gives a window that cannot be resized the size its content would like.
        .min_inner_size(SIZE.width, SIZE.height)
        .max_inner_size(SIZE.width, SIZE.height)
        .background_color(BODY)
        .decorations(false)
        .always_on_top(true)
        .visible_on_all_workspaces(true)
        .skip_taskbar(true)
        .focused(false)
        .focusable(false)
        // One store for all windows, in our own folder: the theme is that of the main window.
        .data_directory(window::store(app))
        .on_navigation(window::is_ours);
    if let Some(place) = place {
        builder = builder.position(place.x, place.y);
    }
    builder.build()?;
    Ok(())
}

/// Moves what is ours off these points: the pill to another edge of its display, where
/// it stays until it is in the way again; the main window away. Without a pill nothing
/// moves, since then nothing else would say who has control.
///
/// # Errors
/// When the window system does not answer.
pub fn make_room(app: &AppHandle, points: &[(i32, i32)]) -> tauri::Result<()> {
    let Some(pill) = app.get_webview_window(PILL) else {
        return Ok(());
    };
    let area = window::area(pill.outer_position()?, pill.outer_size()?);
    if let Some(monitor) = pill.current_monitor()?
        && let Some((x, y)) = place::aside(area, window::work(&monitor), points)
    {
        pill.set_position(PhysicalPosition::new(x, y))?;
    }
    window::make_room(app, points)
}

/// Takes the pill away.
pub fn close(app: &AppHandle) {
    if let Some(pill) = app.get_webview_window(PILL)
        && let Err(error) = pill.destroy()
    {
        tracing::warn!(%error, "the pill could not be closed");
    }
}
