//! `scripted-model [SCRIPT.json]`: the scripted model server as a program.
//!
//! Reads a script from the file, else from standard input up to its end; prints
//! its address (`http://127.0.0.1:PORT`) as the first line of standard output.
//! `GET /_seen` tells what came and what was wrong with it. It runs until it is
//! ended, or, with `--with-parent`, until standard input is closed.

use std::io::{Read as _, Write as _};

use interpreter_test_support::ModelServer;
use interpreter_test_support::model_server::parse_script;

fn main() -> std::process::ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let with_parent = arguments.iter().any(|argument| argument == "--with-parent");
    arguments.retain(|argument| argument != "--with-parent");
    let text = match arguments.first() {
        Some(path) => std::fs::read_to_string(path),
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map(|_| text)
        }
    };
    let script = match text
        .map_err(|error| error.to_string())
        .and_then(|text| parse_script(&text))
    {
        Ok(script) => script,
        Err(error) => {
            eprintln!("scripted-model: {error}");
            return std::process::ExitCode::from(2);
        }
    };
    let server = ModelServer::start(script);
    println!("{}", server.url());
    let _ = std::io::stdout().flush();
    if with_parent && !arguments.is_empty() {
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
        let (_, violations) = server.finish_unchecked();
        for violation in &violations {
            eprintln!("request {}: {}", violation.request, violation.what);
        }
        return std::process::ExitCode::from(u8::from(!violations.is_empty()));
    }
    loop {
        std::thread::park();
    }
}
