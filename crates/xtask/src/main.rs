//! `cargo xtask`: sets the machine up, runs, tests, checks and measures the project.
//!
//! Every command installs what it needs by itself, so that two commands are
//! enough for a newcomer: `cargo xtask run` and `cargo xtask test`.

mod bench;
mod bundle;
mod check;
mod command;
mod cross;
mod evidence;
mod product;
mod setup;
mod stage;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask COMMAND

  run     install what is missing, build the app, open it
  test    install what is missing, run every test
  check   format, lints, licences, unused dependencies, generated files, Windows and
          macOS; with words (check clippy macos) only the parts named so
  bench   measure the table of budgets in docs/budgets.md
  evidence
          try every screen action on real displays, into docs/os-mode-evidence.md
  bundle  build the packages people install (deb and rpm here)
  setup   install what the other commands need
  fix     format the code, write the generated files anew
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run"] => product::run_app(),
        ["test"] => product::test(),
        ["check", rest @ ..] => check::check(rest),
        ["bench", rest @ ..] => product::bench(rest),
        ["evidence", rest @ ..] => evidence::evidence(rest),
        ["bundle", rest @ ..] => bundle::bundle(rest),
        ["setup"] => setup::all(),
        ["fix"] => check::fix(),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}
