//! `interpreter computer`: the Computer API for the person at the terminal.

use std::io::Write as _;

use interpreter_engine::Engine;
use interpreter_protocol::{Error, ErrorCode};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::args::{ComputerCall, Invocation};
use crate::exit::Exit;
use crate::{house, report};

/// Calls one method, or answers lines of calls.
///
/// # Errors
/// Whatever the method meets.
pub(crate) async fn run(invocation: &Invocation, call: &ComputerCall) -> Result<Exit, Error> {
    let engine = house::open(invocation, "the terminal")?;
    let work = async {
        match call {
            ComputerCall::One { method, params } => {
                let result = engine.computer(method, params.clone()).await?;
                print(&result).map(|_| Exit::Done)
            }
            ComputerCall::Lines => lines(&engine).await,
        }
    };
    let exit = tokio::select! {
        exit = work => exit,
        () = house::stop_requested() => Ok(Exit::Done),
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    };
    // Also releases what a call left pressed.
    engine.shutdown().await;
    exit
}

/// One answer for each line, in order, until the input ends.
async fn lines(engine: &Engine) -> Result<Exit, Error> {
    let mut input = BufReader::new(tokio::io::stdin());
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line).await.map_err(|error| {
            Error::new(
                ErrorCode::BadInput,
                format!("Standard input cannot be read: {error}."),
            )
        })?;
        if read == 0 {
            return Ok(Exit::Done);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        if !print(&answer(engine, &line).await)? {
            return Ok(Exit::Done);
        }
    }
}

async fn answer(engine: &Engine, line: &[u8]) -> Value {
    let mut answer = Map::new();
    let result = match read_call(line) {
        Ok((id, method, params)) => {
            if let Some(id) = id {
                answer.insert("id".to_owned(), id);
            }
            engine.computer(&method, params).await
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(result) => answer.insert("result".to_owned(), result),
        Err(error) => answer.insert("error".to_owned(), json!(error)),
    };
    Value::Object(answer)
}

/// `{"method", "params"?, "id"?}`.
fn read_call(line: &[u8]) -> Result<(Option<Value>, String, Value), Error> {
    let wrong = |why: String| {
        Error::new(
            ErrorCode::BadInput,
            format!("The line cannot be read: {why}."),
        )
        .remedy(r#"Send lines such as {"method":"mouse.click","params":{"text":"OK"}}."#)
    };
    let mut call: Map<String, Value> =
        serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
    let Some(Value::String(method)) = call.remove("method") else {
        return Err(wrong("it names no method".to_owned()));
    };
    let params = match call.remove("params") {
        None | Some(Value::Null) => json!({}),
        Some(params @ Value::Object(_)) => params,
        Some(_) => return Err(wrong("its params are not an object".to_owned())),
    };
    Ok((call.remove("id"), method, params))
}

/// Prints one line; false once nobody reads any more.
fn print(value: &Value) -> Result<bool, Error> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{value}").and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(report::output_failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_calls() {
        let check = |line: &str, expected: Result<(Option<Value>, &str, Value), &str>| {
            let expected = expected
                .map(|(id, method, params)| (id, method.to_owned(), params))
                .map_err(str::to_owned);
            assert_eq!(
                read_call(line.as_bytes()).map_err(|error| error.message),
                expected
            );
        };
        check(
            r#"{"method":"mouse.click"}"#,
            Ok((None, "mouse.click", json!({}))),
        );
        check(
            r#"{"id":7,"method":"mouse.move","params":{"x":1}}"#,
            Ok((Some(json!(7)), "mouse.move", json!({"x": 1}))),
        );
        check(
            r#"{"params":{}}"#,
            Err("The line cannot be read: it names no method."),
        );
        check(
            r#"{"method":"a","params":[1]}"#,
            Err("The line cannot be read: its params are not an object."),
        );
        check(
            "nonsense",
            Err("The line cannot be read: expected ident at line 1 column 2."),
        );
    }
}
