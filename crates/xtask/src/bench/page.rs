//! The page in Chromium, against a live server and a scripted model. What is
//! measured, and how, lies in `ui/bench`.

use std::path::PathBuf;
use std::process::Command;

use super::display::Display;
use super::samples::Samples;
use super::{build, built, collect};
use crate::command::{Outcome, cargo, npm, run, target, ui};

/// Samples of `page.*`: of the release build where there is one, which is then
/// brought up to date, else of the debug build; a note says which.
pub fn measure(samples: &mut Samples) -> Outcome {
    run(&mut npm(&["run", "build"]))?;
    let (server, profile) = server()?;
    // It only answers; nobody measures it.
    run(&mut cargo(&[
        "build",
        "-p",
        "interpreter-test-support",
        "--bin",
        "scripted-model",
    ]))?;
    let display = Display::start()?;
    let mut command = Command::new("node");
    command
        .arg("bench/page.mjs")
        .current_dir(ui())
        .env("INTERPRETER_BENCH_SERVER", server)
        .env(
            "INTERPRETER_BENCH_MODEL",
            target().join("debug/scripted-model"),
        );
    samples.note(&format!("The page is served by a {profile} build."));
    collect(samples, display.dress(&mut command))
}

fn server() -> Result<(PathBuf, &'static str), String> {
    let words = ["--bin", "interpreter"];
    let release = built("interpreter");
    if release.is_file() {
        build("interpreter-cli", &words)?;
        return Ok((release, "release"));
    }
    run(&mut cargo(&[
        "build",
        "-p",
        "interpreter-cli",
        words[0],
        words[1],
    ]))?;
    Ok((target().join("debug/interpreter"), "debug"))
}
