//! `--server` and `--stdio`: the three verbs for other programs.

use interpreter_protocol::{Error, ErrorCode};
use interpreter_server::{ServerConfig, find_ui, new_token, pipe};

use crate::args::Invocation;
use crate::exit::Exit;
use crate::{house, report};

const HOST: &str = "127.0.0.1";
const PORT: u16 = 8000;

/// Serves one program over standard input and output until the input ends.
///
/// # Errors
/// A broken pipe is none; whatever opening the engine meets is.
pub(crate) async fn stdio(invocation: &Invocation) -> Result<Exit, Error> {
    let engine = house::open(invocation, "a program over --stdio")?;
    let result = tokio::select! {
        result = pipe(engine.clone(), tokio::io::stdin(), tokio::io::stdout()) => result,
        () = house::stop_requested() => Ok(()),
        _ = tokio::signal::ctrl_c() => {
            engine.shutdown().await;
            return Ok(Exit::Interrupted);
        }
    };
    engine.shutdown().await;
    match result {
        Err(interpreter_server::Error::Broken(error))
            if error.kind() == std::io::ErrorKind::BrokenPipe =>
        {
            Ok(Exit::Done)
        }
        result => result.map(|()| Exit::Done).map_err(Error::from),
    }
}

/// Serves the protocol and the user interface on a local port until it is stopped.
///
/// # Errors
/// A port in use, an address that is not ours, and whatever opening the engine meets.
pub(crate) async fn server(invocation: &Invocation) -> Result<Exit, Error> {
    let host = house::env("INTERPRETER_HOST").unwrap_or_else(|| HOST.to_owned());
    let port = match house::env("INTERPRETER_PORT") {
        None => PORT,
        Some(text) => text.trim().parse().map_err(|_| {
            Error::new(
                ErrorCode::BadInput,
                format!("INTERPRETER_PORT is {text:?}, which is no port."),
            )
            .remedy("Set it to a number from 1024 to 65535, or to 0 for a free one.")
        })?,
    };
    let token = match house::env("INTERPRETER_API_KEY") {
        Some(token) => token,
        None => new_token()?,
    };
    interpreter_engine::log::know(&token);
    let engine = house::open(invocation, "the server")?;
    let config = ServerConfig {
        host,
        port,
        token,
        ui: find_ui(&house::env),
    };
    let mut serving = match interpreter_server::serve(engine.clone(), config).await {
        Ok(serving) => serving,
        Err(error) => {
            engine.shutdown().await;
            return Err(error.into());
        }
    };
    if serving.is_exposed() {
        report::notice(
            "Warning: other computers can reach this server. Whoever has the token can run code \
             here, and the connection is not encrypted.",
        );
    }
    report::notice(&format!(
        "Interpreter serves at {}\nCtrl-C ends it.",
        serving.url
    ));
    let exit = tokio::select! {
        result = serving.finished() => result.map(|()| Exit::Done),
        () = house::stop_requested() => Ok(Exit::Done),
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    };
    serving.stop().await;
    engine.shutdown().await;
    exit.map_err(Error::from)
}
