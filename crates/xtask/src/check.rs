//! What must hold besides the tests.

use crate::command::{Outcome, cargo, npm, output, program, run};
use crate::stage::Stages;
use crate::{cross, setup};

/// Where generated files lie.
const GENERATED: &str = "ui/src/generated";

/// Checks everything, and prints how long each part took.
pub fn check() -> Outcome {
    let mut stages = Stages::default();
    stages.run("install what is missing", setup::for_check)?;
    stages.run("format", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    stages.run("UI: types, lints", || run(&mut npm(&["run", "check"])))?;
    stages.run("generated files", generated)?;
    stages.run("clippy", || {
        run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    })?;
    stages.run("licences, bans, sources", || {
        run(&mut program("cargo-deny", &["--offline", "check", "licenses", "bans", "sources"]))
    })?;
    stages.run("unused dependencies", || run(&mut program("cargo-machete", &[])))?;
    stages.run("Windows build", cross::windows)?;
    stages.run("macOS type-check", cross::macos)?;
    stages.print();
    Ok(())
}

/// Brings format and generated files in order.
pub fn fix() -> Outcome {
    run(&mut cargo(&["fmt", "--all"]))?;
    run(&mut npm(&["run", "format"]))?;
    write_generated()
}

fn write_generated() -> Outcome {
    run(&mut cargo(&["test", "--quiet", "-p", "interpreter-protocol", "export_bindings"]))
}

/// Writes the generated files again and wants no difference.
fn generated() -> Outcome {
    let status = || output(&mut program("git", &["status", "--porcelain", "--", GENERATED]));
    let before = status();
    write_generated()?;
    match status() {
        after if after == before => Ok(()),
        after => Err(format!(
            "These generated files were not up to date; commit them:\n{}",
            after.unwrap_or_default()
        )),
    }
}
