//! Notices when the page never paints, and starts once more with safe graphics.
//!
//! Some pairs of WebKitGTK and graphics drivers show an empty window. Where the page
//! does not tell within four seconds that it has painted, the program starts over
//! with WebKit's buffers and compositing turned down, and remembers that.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use interpreter_engine::Paths;
use tauri::{AppHandle, Manager as _, State};

use crate::{Started, platform, popup};

const PATIENCE: Duration = Duration::from_secs(4);

/// Whether the page has painted.
#[derive(Default)]
pub struct Graphics {
    painted: AtomicBool,
}

fn mark(paths: &Paths) -> PathBuf {
    paths.data.join("safe-graphics")
}

/// Starts over with safe graphics where an earlier start found that it needs
/// them, or the person set it. Called before anything is shown.
pub fn prepare(paths: &Paths, wanted: bool) {
    if wanted || mark(paths).exists() {
        platform::prepare_graphics(true);
    }
}

/// Waits for the first paint.
pub fn watch(app: &AppHandle) {
    if platform::use_safe_graphics() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(PATIENCE).await;
        if app.state::<Graphics>().painted.load(Ordering::Acquire) {
            return;
        }
        let paths = &app.state::<Started>().paths;
        tracing::warn!("the page has not painted; starting once more with safe graphics");
        match std::fs::write(mark(paths), "The page did not paint without it.\n") {
            // Without the mark it could start over for ever.
            Err(error) => tracing::error!(%error, "safe graphics cannot be remembered"),
            Ok(()) => platform::start_again(&app, true),
        }
    });
}

/// The page has painted. What can wait until then begins.
#[tauri::command]
pub fn painted(app: AppHandle, graphics: State<'_, Graphics>) {
    if !graphics.painted.swap(true, Ordering::AcqRel) {
        tauri::async_runtime::spawn(popup::prepare(app));
    }
}
