//! Interpreter, the desktop app: a window, and the three verbs for the page in it.
//! No product logic lives here.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod blobs;
mod verbs;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use interpreter_engine::{Engine, EngineConfig, Paths, process_env};
use interpreter_protocol::Error;
use tauri::{Manager as _, RunEvent};

fn main() -> ExitCode {
    let (engine, data) = match tauri::async_runtime::block_on(async { open() }) {
        Ok(opened) => opened,
        Err(error) => {
            eprintln!("Interpreter could not start. {error}");
            return ExitCode::FAILURE;
        }
    };
    let built = tauri::Builder::default()
        // Must be the first plugin: a second start only brings the window to the front.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| {
            window::show(app)
        }))
        .manage(engine)
        .manage(verbs::Subscriptions::default())
        .register_asynchronous_uri_scheme_protocol(blobs::SCHEME, blobs::serve)
        .invoke_handler(tauri::generate_handler![
            verbs::submit,
            verbs::query,
            verbs::subscribe,
            verbs::unsubscribe
        ])
        .setup(move |app| {
            window::open(app.handle(), &data)?;
            Ok(())
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

/// The engine, and the folder its data lies in.
fn open() -> Result<(Engine, PathBuf), Error> {
    let env = process_env();
    let paths = Paths::resolve(&|name| env(name))?;
    let home = env("HOME").or_else(|| env("USERPROFILE"));
    let folder = home.map_or_else(std::env::temp_dir, Into::into);
    let data = paths.data.clone();
    let engine = Engine::open(EngineConfig {
        paths,
        env,
        command_line: serde_json::Map::new(),
        api_key: None,
        folder,
        own_pids: vec![std::process::id()],
        front: "the app",
    })?;
    Ok((engine, data))
}
