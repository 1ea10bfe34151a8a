//! Updates: looked for only when the person asks or has said so, and only in
//! releases, which alone know the key that signs them.

use serde::Serialize;

/// Where an update stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Update {
    /// `none`, `checking`, `available`, `loading`, `ready`, `failed`, `unavailable`.
    state: &'static str,
    /// The version it would bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// What is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// Why there is none, or what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Update {
    fn new(state: &'static str, detail: Option<String>) -> Self {
        Self {
            state,
            detail,
            ..Self::default()
        }
    }
}

#[cfg(feature = "updater")]
mod real {
    use std::sync::{Mutex, PoisonError};

    use serde_json::json;
    use tauri::{AppHandle, Emitter as _, Manager as _};
    use tauri_plugin_updater::{Error, UpdaterExt as _};

    use super::Update;
    use crate::EVENT;

    /// What was found, and how far it is.
    #[derive(Default)]
    pub struct Updates(Mutex<(Option<Update>, Option<tauri_plugin_updater::Update>)>);

    fn set(app: &AppHandle, update: Update) -> Update {
        let updates = app.state::<Updates>();
        updates.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(update.clone());
        let event = json!({ "event": "update", "update": update });
        if let Err(error) = app.emit(EVENT, event) {
            tracing::warn!(%error, "the page could not be told of an update");
        }
        update
    }

    fn failed(app: &AppHandle, error: &Error) -> Update {
        let detail = format!("{error}. What is installed stays as it is.");
        set(app, Update::new("failed", Some(detail)))
    }

    /// Where it stands.
    #[tauri::command]
    pub fn update(app: AppHandle) -> Update {
        let updates = app.state::<Updates>();
        let now = updates.0.lock().unwrap_or_else(PoisonError::into_inner);
        now.0.clone().unwrap_or_else(|| Update::new("none", None))
    }

    /// Looks for one.
    #[tauri::command]
    pub async fn check_for_update(app: AppHandle) -> Update {
        set(&app, Update::new("checking", None));
        let found = match app.updater() {
            Ok(updater) => updater.check().await,
            Err(error) => Err(error),
        };
        match found {
            Err(error) => failed(&app, &error),
            Ok(None) => set(&app, Update::new("none", None)),
            Ok(Some(found)) => {
                let mut update = Update::new("available", None);
                update.version = Some(found.version.clone());
                update.notes.clone_from(&found.body);
                let updates = app.state::<Updates>();
                updates.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(found);
                set(&app, update)
            }
        }
    }

    /// Fetches and installs what was found; it is in force after a restart.
    #[tauri::command]
    pub async fn install_update(app: AppHandle) -> Update {
        let updates = app.state::<Updates>();
        let found = updates
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .take();
        let Some(found) = found else {
            return check_for_update(app.clone()).await;
        };
        let mut update = Update::new("loading", None);
        update.version = Some(found.version.clone());
        set(&app, update.clone());
        match found.download_and_install(|_, _| {}, || {}).await {
            Ok(()) => {
                update.state = "ready";
                set(&app, update)
            }
            Err(error) => failed(&app, &error),
        }
    }
}

#[cfg(not(feature = "updater"))]
mod real {
    use super::Update;

    /// Nothing is found in a build of one's own.
    #[derive(Default)]
    pub struct Updates(());

    /// Where it stands.
    #[tauri::command]
    pub fn update() -> Update {
        let why = "This build is not a release, so it looks for no updates. Build the newest sources instead.";
        Update::new("unavailable", Some(why.to_owned()))
    }

    /// Looks for one.
    #[tauri::command]
    pub fn check_for_update() -> Update {
        update()
    }

    /// Installs what was found.
    #[tauri::command]
    pub fn install_update() -> Update {
        update()
    }
}

pub use real::*;
