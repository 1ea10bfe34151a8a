//! What the pages may ask of the app besides the three verbs (`ui/src/backend/shell.ts`).

use std::path::PathBuf;

use interpreter_engine::Engine;
use interpreter_protocol::{Error, ErrorCode};
use serde::Deserialize;
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Manager as _, State, Url};
use tauri_plugin_autostart::ManagerExt as _;
use tauri_plugin_dialog::DialogExt as _;

use crate::hotkeys::{Action, Hotkey, Hotkeys};
use crate::{Started, platform, window};

/// A folder that can be shown.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Folder {
    /// Conversations and pictures.
    Data,
    /// Settings and profiles.
    Config,
    /// Logs.
    Logs,
}

/// Shows the main window, at a page if one is given.
#[tauri::command]
pub fn show_main(app: AppHandle, to: Option<String>) {
    window::show(&app, to.as_deref());
}

/// Saves bytes where the person says; none when they changed their mind. The name
/// comes as a header, encoded as in an address.
#[tauri::command]
pub async fn save(app: AppHandle, request: Request<'_>) -> Result<Option<PathBuf>, Error> {
    let name = request
        .headers()
        .get("name")
        .and_then(|name| name.to_str().ok());
    let decoded = Url::parse(&format!("x:?n={}", name.unwrap_or_default())).ok();
    let name = decoded.and_then(|url| Some(url.query_pairs().next()?.1.into_owned()));
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(Error::new(ErrorCode::BadInput, "There is nothing to save."));
    };
    let dialog = app.dialog().file().set_file_name(name.unwrap_or_default());
    let chosen = off_the_main_thread(move || dialog.blocking_save_file()).await?;
    let Some(path) = chosen.and_then(|path| path.into_path().ok()) else {
        return Ok(None);
    };
    std::fs::write(&path, bytes)
        .map_err(|error| failed("could not be saved", &path, &error))
        .map(|()| Some(path))
}

/// Paths of files the person wants to attach.
#[tauri::command]
pub async fn pick_files(app: AppHandle) -> Result<Vec<PathBuf>, Error> {
    let dialog = app.dialog().file();
    let chosen = off_the_main_thread(move || dialog.blocking_pick_files()).await?;
    let paths = chosen.into_iter().flatten();
    Ok(paths.filter_map(|path| path.into_path().ok()).collect())
}

/// Shows a folder in the system's file manager.
#[tauri::command]
pub fn open_folder(started: State<'_, Started>, folder: Folder) -> Result<(), Error> {
    let paths = &started.paths;
    let path = match folder {
        Folder::Data => paths.data.clone(),
        Folder::Config => paths.config.clone(),
        Folder::Logs => paths.logs(),
    };
    open::that_detached(&path).map_err(|error| failed("could not be opened", &path, &error))
}

/// The hotkeys of the whole system, and whether they work.
#[tauri::command]
pub fn hotkeys(hotkeys: State<'_, Hotkeys>) -> Vec<Hotkey> {
    hotkeys.all()
}

/// Registers another chord, or none. The page saves it where it works.
#[tauri::command]
pub fn set_hotkey(app: AppHandle, action: Action, chord: Option<String>) -> Hotkey {
    app.state::<Hotkeys>().set(&app, action, chord.as_deref())
}

/// Whether the app starts with the session.
#[tauri::command]
pub fn autostart(app: AppHandle) -> Result<bool, Error> {
    app.autolaunch().is_enabled().map_err(no_autostart)
}

/// Makes the app start with the session, or not.
#[tauri::command]
pub fn set_autostart(app: AppHandle, on: bool) -> Result<(), Error> {
    let autostart = app.autolaunch();
    let done = if on {
        autostart.enable()
    } else {
        autostart.disable()
    };
    done.map_err(no_autostart)
}

/// Ends the app and starts it anew, with safe graphics or without.
#[tauri::command]
pub async fn restart(app: AppHandle, safe_graphics: bool) {
    let engine = app.state::<Engine>().inner().clone();
    engine.shutdown().await;
    platform::start_again(&app, safe_graphics);
}

fn no_autostart(error: tauri_plugin_autostart::Error) -> Error {
    Error::new(
        ErrorCode::CannotSave,
        format!("Starting with the session could not be changed: {error}."),
    )
}

fn failed(what: &str, path: &std::path::Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::CannotSave,
        format!("{} {what}: {error}.", path.display()),
    )
}

/// A dialog that waits would stop the windows if it waited where they are drawn.
async fn off_the_main_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tauri::async_runtime::spawn_blocking(work)
        .await
        .map_err(|error| Error::new(ErrorCode::Internal, format!("The dialog failed: {error}.")))
}
