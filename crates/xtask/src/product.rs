//! Building, running, testing and measuring the product.

use crate::command::{Outcome, cargo, npm, program, run, target};
use crate::setup;
use crate::stage::Stages;

/// Builds the app and opens it.
pub fn run_app() -> Outcome {
    setup::for_run()?;
    run(&mut npm(&["run", "build"]))?;
    build_eyes(&[])?;
    build_app()?;
    run(&mut program(
        &target().join("debug/interpreter-desktop").to_string_lossy(),
        &[],
    ))
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

/// The app as it is released: the UI lies inside the program.
fn build_app() -> Outcome {
    run(&mut cargo(&[
        "build",
        "-p",
        "interpreter-desktop",
        "--features",
        "custom-protocol",
    ]))
}

/// Every test.
pub fn test() -> Outcome {
    let mut stages = Stages::default();
    stages.run("install what is missing", setup::for_test)?;
    stages.run("UI: unit tests", || run(&mut npm(&["run", "test"])))?;
    stages.run("UI: build", || run(&mut npm(&["run", "build"])))?;
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
