//! `interpreter --summon`: for sessions in which the app cannot register a key
//! of its own, so that the system's keyboard settings can run this instead.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use interpreter_protocol::{Error, ErrorCode};

use crate::exit::Exit;
use crate::platform;

/// Starts the desktop app, or tells the one that runs, and does not wait for it.
///
/// # Errors
/// It is not installed, or does not start.
pub(crate) fn run() -> Result<Exit, Error> {
    let own = std::env::current_exe().unwrap_or_default();
    let Some(app) = app_beside(&own) else {
        return Err(Error::new(
            ErrorCode::NotInstalled,
            "The desktop app is not installed: it is not beside this command.",
        )
        .remedy("Install the full package of Interpreter."));
    };
    let mut command = Command::new(&app);
    command
        .arg("--summon")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    platform::detach(&mut command);
    match command.spawn() {
        Ok(_) => Ok(Exit::Done),
        Err(error) => Err(Error::new(
            ErrorCode::Internal,
            format!("{} does not start: {error}.", app.display()),
        )),
    }
}

/// The app, also where the command was reached through a link.
fn app_beside(own: &Path) -> Option<PathBuf> {
    let name = format!("interpreter-desktop{}", std::env::consts::EXE_SUFFIX);
    [own.to_owned(), own.canonicalize().unwrap_or_default()]
        .iter()
        .filter_map(|own| Some(own.parent()?.join(&name)))
        .find(|app| app.is_file())
}
