//! Opening and closing the engine, and the commands that only ask it something.

use std::io::Write as _;
use std::sync::{Arc, LazyLock};

use interpreter_engine::{Engine, EngineConfig, Paths, log};
use interpreter_protocol::{Answer, Error, ErrorCode, Origin, Query};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::args::Invocation;
use crate::exit::Exit;
use crate::report;
use crate::session::unexpected;

/// Reads the process's environment.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Opens the engine for this invocation and tells of broken settings files.
///
/// # Errors
/// Folders that cannot be made, a folder to work in that is gone.
pub(crate) fn open(invocation: &Invocation, front: &'static str) -> Result<Engine, Error> {
    let paths = Paths::resolve(&env).map_err(Error::from)?;
    log::start(&paths, front);
    let folder = std::env::current_dir().map_err(|error| {
        Error::new(
            ErrorCode::CannotSave,
            format!("The working folder cannot be used: {error}."),
        )
        .remedy("Change to a folder that exists.")
    })?;
    let engine = Engine::open(EngineConfig {
        paths,
        env: Arc::new(env),
        command_line: invocation.settings.clone(),
        api_key: invocation.api_key.clone(),
        folder,
        own_pids: crate::platform::hosts(),
        front,
        clear_screen: None,
    })?;
    for problem in engine.problems() {
        report::error(&problem);
    }
    Ok(engine)
}

static STOP: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::channel(false).0);

/// The system wants us to end.
pub(crate) fn request_stop() {
    STOP.send_replace(true);
}

/// Waits until the system wants us to end.
pub(crate) async fn stop_requested() {
    let mut stop = STOP.subscribe();
    // The sender is never dropped.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// `interpreter doctor`.
///
/// # Errors
/// Whatever the engine meets.
pub(crate) async fn doctor(invocation: &Invocation) -> Result<Exit, Error> {
    let engine = open(invocation, "the terminal")?;
    let answer = engine.query(Query::Doctor).await;
    engine.shutdown().await;
    let Answer::Doctor { abilities } = answer? else {
        return Err(unexpected());
    };
    let works = abilities.iter().all(|ability| ability.works);
    if invocation.json {
        print(&json!(abilities).to_string())?;
        return Ok(if works { Exit::Done } else { Exit::Failed });
    }
    let width = abilities
        .iter()
        .map(|ability| ability.name.chars().count())
        .max()
        .unwrap_or(0);
    for ability in &abilities {
        let mark = if ability.works { "ok" } else { "no" };
        print(&format!(
            "{mark}  {:width$}  {}",
            ability.name, ability.detail
        ))?;
        if let Some(fix) = ability.fix.as_deref().filter(|_| !ability.works) {
            print(&format!("    {:width$}  {fix}", ""))?;
        }
    }
    Ok(if works { Exit::Done } else { Exit::Failed })
}

/// `interpreter settings`.
///
/// # Errors
/// Whatever the engine meets.
pub(crate) async fn settings(invocation: &Invocation) -> Result<Exit, Error> {
    let engine = open(invocation, "the terminal")?;
    let answer = engine.query(Query::Settings { conversation: None }).await;
    engine.shutdown().await;
    let Answer::Settings { settings, .. } = answer? else {
        return Err(unexpected());
    };
    if invocation.json {
        print(&json!(settings).to_string())?;
        return Ok(Exit::Done);
    }
    let width = settings
        .iter()
        .map(|setting| setting.key.len())
        .max()
        .unwrap_or(0);
    for setting in &settings {
        let value = match &setting.value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let place = setting
            .place
            .as_deref()
            .map(|place| format!(" ({place})"))
            .unwrap_or_default();
        let origin = match setting.origin {
            Origin::Builtin => "built in",
            Origin::DefaultProfile => "default profile",
            Origin::App => "saved",
            Origin::Profile => "profile",
            Origin::AppProfile => "saved for the profile",
            Origin::Environment => "environment",
            Origin::CommandLine => "command line",
            Origin::Conversation => "conversation",
        };
        print(&format!(
            "{:width$}  {value}  · {origin}{place}",
            setting.key
        ))?;
    }
    Ok(Exit::Done)
}

/// `interpreter reindex`.
///
/// # Errors
/// Whatever the engine meets.
pub(crate) async fn reindex(invocation: &Invocation) -> Result<Exit, Error> {
    let engine = open(invocation, "the terminal")?;
    let indexing = tokio::task::spawn_blocking({
        let engine = engine.clone();
        move || engine.reindex()
    });
    let result = indexing.await.unwrap_or_else(|_| {
        Err(Error::new(
            ErrorCode::Internal,
            "Building the index failed.",
        ))
    });
    engine.shutdown().await;
    print(&format!("Conversations in the index: {}.", result?))?;
    Ok(Exit::Done)
}

/// Prints a line; whoever closed the pipe has read enough.
fn print(line: &str) -> Result<(), Error> {
    match writeln!(std::io::stdout(), "{}", crate::render::safe_text(line)) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(report::output_failed(&error))
        }
        _ => Ok(()),
    }
}
