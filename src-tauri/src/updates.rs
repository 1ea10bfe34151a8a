//! Updates: looked for only when the person asks or has said so, and only in
//! releases, which alone know the key that signs them.

use serde::Serialize;

/// Where an update stands.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Update {
    /// `none`, `checking`, `available`, `loading`, `ready`, `failed`, `unavailable`.
    pub state: &'static str,
    /// The version it would bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Why there is none, or what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[cfg(feature = "updater")]
mod real {
    use std::sync::{Mutex, PoisonError};

    use serde_json::json;
    use tauri::{AppHandle, Emitter as _, Manager as _, State};
    use tauri_plugin_updater::UpdaterExt as _;

    use super::Update;
    use crate::EVENT;

    /// What was found, and how far it is.
    #[derive(Default)]
    pub struct Updates {
        now: Mutex<Update>,
        found: Mutex<Option<tauri_plugin_updater::Update>>,
    }

    fn set(app: &AppHandle, update: Update) -> Update {
        let updates = app.state::<Updates>();
        *updates.now.lock().unwrap_or_else(PoisonError::into_inner) = update.clone();
        let event = json!({ "event": "update", "update": update });
        if let Err(error) = app.emit(EVENT, event) {
            tracing::warn!(%error, "the page could not be told of an update");
        }
        update
    }

    fn failed(app: &AppHandle, error: &tauri_plugin_updater::Error) -> Update {
        set(
            app,
            Update {
                state: "failed",
                detail: Some(format!("{error}. What is installed stays as it is.")),
                ..Update::default()
            },
        )
    }

    /// Where it stands.
    #[tauri::command]
    pub fn update(updates: State<'_, Updates>) -> Update {
        let now = updates.now.lock().unwrap_or_else(PoisonError::into_inner);
        match now.state {
            "" => Update {
                state: "none",
                ..Update::default()
            },
            _ => now.clone(),
        }
    }

    /// Looks for one.
    #[tauri::command]
    pub async fn check_for_update(app: AppHandle) -> Update {
        set(
            &app,
            Update {
                state: "checking",
                ..Update::default()
            },
        );
        let found = match app.updater() {
            Ok(updater) => updater.check().await,
            Err(error) => Err(error),
        };
        match found {
            Err(error) => failed(&app, &error),
            Ok(None) => set(
                &app,
                Update {
                    state: "none",
                    detail: Some("This is the newest version.".to_owned()),
                    ..Update::default()
                },
            ),
            Ok(Some(found)) => {
                let update = Update {
                    state: "available",
                    version: Some(found.version.clone()),
                    notes: found.body.clone(),
                    detail: None,
                };
                let updates = app.state::<Updates>();
                *updates.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
                set(&app, update)
            }
        }
    }

    /// Fetches and installs what was found; it is in force after a restart.
    #[tauri::command]
    pub async fn install_update(app: AppHandle) -> Update {
        let updates = app.state::<Updates>();
        let found = updates
            .found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(found) = found else {
            return check_for_update(app.clone()).await;
        };
        let version = Some(found.version.clone());
        set(
            &app,
            Update {
                state: "loading",
                version: version.clone(),
                ..Update::default()
            },
        );
        match found.download_and_install(|_, _| {}, || {}).await {
            Ok(()) => set(
                &app,
                Update {
                    state: "ready",
                    version,
                    ..Update::default()
                },
            ),
            Err(error) => failed(&app, &error),
        }
    }
}

#[cfg(not(feature = "updater"))]
mod real {
    use super::Update;

    /// Nothing is found in a build of one's own.
    #[derive(Default)]
    pub struct Updates;

    fn own_build() -> Update {
        Update {
            state: "unavailable",
            detail: Some(
                "This build is not a release, so it looks for no updates. Build the newest sources instead."
                    .to_owned(),
            ),
            ..Update::default()
        }
    }

    /// Where it stands.
    #[tauri::command]
    pub fn update() -> Update {
        own_build()
    }

    /// Looks for one.
    #[tauri::command]
    pub fn check_for_update() -> Update {
        own_build()
    }

    /// Installs what was found.
    #[tauri::command]
    pub fn install_update() -> Update {
        own_build()
    }
}

pub use real::*;
