//! Interpreter, the desktop app: its windows, the three verbs for the pages in
//! them, and what only the system can do. No product logic lives here.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod graphics;
mod hotkeys;
mod links;
mod notices;
mod pill;
mod platform;
mod popup;
mod presence;
mod shell;
mod tray;
mod updates;
mod verbs;
mod window;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use interpreter_engine::{ClearScreen, Engine, EngineConfig, Paths, log, process_env};
use interpreter_protocol::Error;
use serde_json::Value;
use tauri::{AppHandle, Manager as _, RunEvent};
use tauri_plugin_deep_link::DeepLinkExt as _;

/// The event the pages listen to; its payload is a `ShellEvent`.
pub const EVENT: &str = "interpreter:shell";

/// What was opened at the start.
pub struct Started {
    engine: Engine,
    paths: Paths,
}

impl Started {
    /// Whether closing the main window leaves the app in the tray.
    pub fn closes_to_tray(&self, app: &AppHandle) -> bool {
        self.engine.setting("close_to_tray") == Value::Bool(true)
            && app.state::<presence::Presence>().has_tray()
    }

    /// Whether the person wants notifications.
    pub fn notifications(&self) -> bool {
        self.engine.setting("notifications") != Value::Bool(false)
    }
}

fn main() -> ExitCode {
    platform::prepare_graphics(false);
    let app = Arc::new(OnceLock::new());
    let opened = Arc::clone(&app);
    let started = match tauri::async_runtime::block_on(async { open(opened) }) {
        Ok(started) => started,
        Err(error) => {
            eprintln!("Interpreter could not start. {error}");
            return ExitCode::FAILURE;
        }
    };
    graphics::prepare(
        &started.paths,
        started.engine.setting("safe_graphics") == Value::Bool(true),
    );
    let builder = tauri::Builder::default()
        // Must be the first plugin: a second start only tells this one what it was asked.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            links::arguments(app, &arguments);
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_global_shortcut::Builder::new().build())
        .plugin(tauri_plugin_autostart::Builder::new().build())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                // In our own folder, which is not always where the system would put it.
                .with_filename(started.paths.data.join("window.json").to_string_lossy())
                .with_denylist(&["pill", "popup"])
                // A window that was hidden when the app ended must be seen all the same.
                .with_state_flags(
                    tauri_plugin_window_state::StateFlags::all()
                        - tauri_plugin_window_state::StateFlags::VISIBLE,
                )
                .build(),
        );
    #[cfg(feature = "updater")]
    let builder = builder.plugin(tauri_plugin_updater::Builder::new().build());
    let built = builder
        .manage(started.engine.clone())
        .manage(started)
        .manage(verbs::Subscriptions::default())
        .manage(hotkeys::Hotkeys::default())
        .manage(presence::Presence::default())
        .manage(graphics::Graphics::default())
        .manage(window::Place::default())
        .manage(updates::Updates::default())
        .invoke_handler(tauri::generate_handler![
            verbs::submit,
            verbs::query,
            verbs::subscribe,
            verbs::unsubscribe,
            shell::show_main,
            shell::save,
            shell::pick_files,
            shell::open_folder,
            shell::hotkeys,
            shell::set_hotkey,
            shell::autostart,
            shell::set_autostart,
            shell::restart,
            graphics::painted,
            updates::update,
            updates::check_for_update,
            updates::install_update,
            popup::hide_popup,
            popup::resize_popup,
        ])
        .setup(move |tauri| {
            let _ = app.set(tauri.handle().clone());
            set_up(tauri.handle())?;
            Ok(())
        })
        .on_window_event(|window, event| {
            if window.label() == popup::POPUP {
                popup::event(window.app_handle(), event);
            }
        })
        .on_page_load(|page: &tauri::Webview, load| {
            if page.label() == window::MAIN
                && load.event() == tauri::webview::PageLoadEvent::Finished
            {
                graphics::watch(page.app_handle());
            }
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(move |app, event| {
                if let RunEvent::Exit = event {
                    let engine = app.state::<Engine>().inner().clone();
                    tauri::async_runtime::block_on(async move { engine.shutdown().await });
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Interpreter could not open its window: {error}");
            ExitCode::FAILURE
        }
    }
}

fn set_up(app: &AppHandle) -> tauri::Result<()> {
    let started = app.state::<Started>();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let first = links::first(&arguments);
    window::open(app, first.as_deref())?;
    match tray::open(app) {
        Ok(tray) => app.state::<presence::Presence>().put_tray(tray),
        Err(error) => tracing::warn!(%error, "there is no tray icon"),
    }
    presence::follow(app);
    popup::set_up(app);
    let hotkeys = app.state::<hotkeys::Hotkeys>();
    if let Value::String(chord) = started.engine.setting("toggle_hotkey")
        && !chord.is_empty()
    {
        hotkeys.set(app, hotkeys::Action::ToggleWindow, Some(&chord));
    }
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        for url in event.urls() {
            links::open(&handle, url.as_str());
        }
    });
    let handle = app.clone();
    platform::on_end_signals(move || handle.exit(0));
    if links::summons(&arguments) {
        popup::summon(app);
    }
    Ok(())
}

/// What the engine does before it uses the screen, or a place where a window of ours lies.
fn clear_screen(app: Arc<OnceLock<AppHandle>>) -> ClearScreen {
    Arc::new(move |conversation, points| {
        let app = Arc::clone(&app);
        Box::pin(async move {
            let Some(app) = app.get() else { return };
            let (done, cleared) = tokio::sync::oneshot::channel();
            let handle = app.clone();
            // Windows belong to the main thread; what is asked of them there is in order.
            let asked = app.run_on_main_thread(move || {
                presence::clear_screen(&handle, &conversation, &points);
                let _ = done.send(());
            });
            if asked.is_ok() {
                let _ = cleared.await;
            }
        })
    })
}

/// The engine and its folders.
fn open(app: Arc<OnceLock<AppHandle>>) -> Result<Started, Error> {
    let env = process_env();
    let paths = Paths::resolve(&|name| env(name))?;
    log::start(&paths, "the app");
    let home = env("HOME").or_else(|| env("USERPROFILE"));
    let folder = home.map_or_else(std::env::temp_dir, Into::into);
    let engine = Engine::open(EngineConfig {
        paths: paths.clone(),
        env,
        command_line: serde_json::Map::new(),
        api_key: None,
        folder,
        own_pids: vec![std::process::id()],
        front: "the app",
        clear_screen: Some(clear_screen(app)),
    })?;
    Ok(Started { engine, paths })
}
