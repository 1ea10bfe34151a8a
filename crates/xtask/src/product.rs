//! Building, running, testing and measuring the product.

use crate::command::{Outcome, cargo, npm, program, root, run, target, ui};
use crate::setup;
use crate::stage::Stages;

/// The app as it is released: the UI lies inside the program. The same words in
/// every command, so that nothing is compiled twice.
const APP: [&str; 4] = ["-p", "interpreter-desktop", "--features", "custom-protocol"];

/// The list of licences as a file, as `bundle` packs it.
pub const THIRD_PARTY: &str = "gen/THIRD-PARTY.txt";

/// Builds the app and opens it.
pub fn run_app() -> Outcome {
    setup::for_run()?;
    build_ui()?;
    build_eyes(&[])?;
    build_app()?;
    run(&mut program(
        &target().join("debug/interpreter-desktop").to_string_lossy(),
        &[],
    ))
}

/// The page, and the list of what it and the programs are made of.
pub fn build_ui() -> Outcome {
    run(&mut npm(&["run", "build"]))?;
    licences()
}

/// Lists the licences of everything that is shipped: in the page, and as a file
/// beside the programs.
pub fn licences() -> Outcome {
    let words = [
        root().join("crates/xtask/licences.mjs"),
        root().join(THIRD_PARTY),
        ui().join("dist/licences.js"),
    ];
    run(program("node", &[]).args(words))
}

fn build_eyes(more: &[&str]) -> Outcome {
    let mut words = vec![
        "build",
        "-p",
        "interpreter-perception",
        "--features",
        "eyes",
        "--bin",
        "interpreter-eyes",
    ];
    words.extend(more);
    run(&mut cargo(&words))
}

/// The programs that whole tasks are done with.
pub fn build_for_tasks() -> Outcome {
    run(&mut cargo(&["build", "-p", "interpreter-cli", "--bins"]))?;
    build_eyes(&[])
}

fn build_app() -> Outcome {
    run(cargo(&["build"]).args(APP))
}

/// Every test.
pub fn test() -> Outcome {
    let mut stages = Stages::default();
    stages.run("install what is missing", setup::for_test)?;
    stages.run("UI: unit tests", || run(&mut npm(&["run", "test"])))?;
    stages.run("UI: build", build_ui)?;
    stages.run("build the programs", || {
        run(&mut cargo(&[
            "build",
            "-p",
            "interpreter-cli",
            "-p",
            "interpreter-test-support",
            "--bins",
        ]))?;
        build_eyes(&[])?;
        build_app()
    })?;
    stages.run("Rust tests of the shell", || {
        run(cargo(&["nextest", "run", "--no-fail-fast"]).args(APP))
    })?;
    // Without the shell: here its features would differ, and it would be built once more.
    stages.run("Rust tests", || {
        run(&mut cargo(&[
            "nextest",
            "run",
            "--workspace",
            "--exclude",
            "interpreter-desktop",
            "--no-fail-fast",
        ]))
    })?;
    stages.end()
}

/// The table of budgets.
pub fn bench(rest: &[&str]) -> Outcome {
    setup::for_test()?;
    crate::bench::bench(rest)
}
