//! The `interpreter` command: chat in the terminal, one answer and out, JSON
//! for programs, the server, and single calls of the Computer API.
//!
//! The central type is [`session::Session`], one conversation as the terminal
//! follows it. The one decision: what is shown and what may be answered are
//! apart. Views ([`view`]) only ever print; only [`terminal::keyboard`] takes
//! an answer, and only from keys pressed after the question was on the screen.

mod args;
mod attach;
mod chat;
mod computer;
mod diff;
mod edit;
mod exit;
mod flags;
mod house;
mod input;
mod once;
mod plain;
mod platform;
mod render;
mod replay;
mod report;
mod rich;
mod serve;
mod session;
mod spelling;
mod summon;
mod terminal;
mod turn;
mod view;

use std::process::ExitCode;

use args::{Action, Invocation};
use exit::Exit;

fn main() -> ExitCode {
    // Before anything else, so that it answers at once.
    let mut first = std::env::args_os().skip(1);
    if first
        .next()
        .is_some_and(|word| word == "--version" || word == "-V")
    {
        return print_version();
    }
    let invocation = match args::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(stop) => return stop.show().code(),
    };
    for notice in &invocation.notices {
        eprintln!("{notice}");
    }
    if invocation.action == Action::Version {
        return print_version();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("Interpreter cannot start its threads: {error}.");
            return Exit::Failed.code();
        }
    };
    let exit = runtime.block_on(run(invocation));
    // A read of the standard input that nobody waits for any more must not hold us.
    runtime.shutdown_background();
    exit.code()
}

fn print_version() -> ExitCode {
    use std::io::Write as _;
    // A closed pipe is no reason to complain.
    let _ = writeln!(
        std::io::stdout(),
        "Interpreter {}",
        env!("CARGO_PKG_VERSION")
    );
    ExitCode::SUCCESS
}

async fn run(invocation: Invocation) -> Exit {
    let end = platform::ended_by_system();
    tokio::pin!(end);
    let work = act(invocation);
    tokio::pin!(work);
    tokio::select! {
        // First: the work may say that it is ready before it waits for anything, and
        // whoever reads that may end us at once.
        biased;
        // Whoever holds an engine learns of it through `house::stop_requested`
        // and ends in order; only a part that hangs is left behind.
        signal = &mut end => {
            house::request_stop();
            let patience = std::time::Duration::from_secs(3);
            let _ = tokio::time::timeout(patience, &mut work).await;
            terminal::restore();
            Exit::Signal(signal)
        }
        exit = &mut work => exit,
    }
}

async fn act(invocation: Invocation) -> Exit {
    let result = match invocation.action {
        Action::Version => Ok(Exit::Done),
        Action::Chat => chat::run(&invocation).await,
        Action::Once(ref wish) => once::run(&invocation, wish).await,
        Action::Stdio => serve::stdio(&invocation).await,
        Action::Server => serve::server(&invocation).await,
        Action::Summon => summon::run(),
        Action::Computer(ref call) => computer::run(&invocation, call).await,
        Action::Doctor => house::doctor(&invocation).await,
        Action::Settings => house::settings(&invocation).await,
        Action::Reindex => house::reindex(&invocation).await,
        Action::Replay {
            ref conversation,
            ref numbers,
        } => replay::run(&invocation, conversation, numbers).await,
        Action::Steps {
            ref conversation,
            screenshots,
        } => replay::page(&invocation, conversation, screenshots).await,
    };
    match result {
        Ok(exit) => exit,
        Err(error) => {
            report::error(&error);
            Exit::of(&error)
        }
    }
}
