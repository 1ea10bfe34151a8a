//! What must hold besides the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::command::{Outcome, cargo, npm, program, root, run, target};
use crate::stage::Stages;
use crate::{cross, setup};

/// Where generated files lie.
const GENERATED: &str = "ui/src/generated";

/// Checks everything, or the parts whose name has one of these words, and prints
/// how long each took. Quick parts come first.
pub fn check(words: &[&str]) -> Outcome {
    let mut stages = Stages::only(words);
    stages.run("install what is missing", setup::for_check)?;
    stages.run("format", || run(&mut cargo(&["fmt", "--all", "--check"])))?;
    stages.run("unused dependencies", || {
        run(&mut program("cargo-machete", &[]))
    })?;
    stages.run("licences, bans, sources", licences)?;
    stages.run("UI: types, lints", || run(&mut npm(&["run", "check"])))?;
    stages.run("generated files", generated)?;
    stages.run("clippy", clippy)?;
    stages.run("Windows build", cross::windows)?;
    stages.run("macOS type-check", cross::macos)?;
    stages.end()
}

/// Brings format and generated files in order.
pub fn fix() -> Outcome {
    run(&mut cargo(&["fmt", "--all"]))?;
    run(&mut npm(&["run", "format"]))?;
    let folder = root().join(GENERATED);
    empty(&folder)?;
    generate(&folder)
}

/// With the eyes, which no other crate builds.
fn clippy() -> Outcome {
    let mut words = vec!["clippy", "--workspace", "--all-targets"];
    words.extend(["--features", "interpreter-perception/eyes"]);
    words.extend(["--", "-D", "warnings"]);
    run(&mut cargo(&words))
}

/// Crates for every system, also those never built on this one. Fetching also
/// tells whether the lock file fits the manifests.
fn licences() -> Outcome {
    run(&mut cargo(&["fetch", "--locked"]))?;
    run(&mut program(
        "cargo-deny",
        &[
            "--workspace",
            "--offline",
            "--locked",
            "check",
            "licenses",
            "bans",
            "sources",
        ],
    ))
}

/// Generates beside, and wants the very same files, no more and no fewer. Git is
/// not asked, so that files it does not know yet count too.
fn generated() -> Outcome {
    let (kept, fresh) = (root().join(GENERATED), target().join("generated"));
    empty(&fresh)?;
    generate(&fresh)?;
    let (kept, fresh) = (files(&kept)?, files(&fresh)?);
    let names: BTreeSet<&PathBuf> = kept.keys().chain(fresh.keys()).collect();
    let differing: Vec<String> = names
        .into_iter()
        .filter(|name| kept.get(*name) != fresh.get(*name))
        .map(|name| format!("  {GENERATED}/{}", name.display()))
        .collect();
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!(
        "These files are not what would be generated now; run `cargo xtask fix`:\n{}",
        differing.join("\n")
    ))
}

/// Writes the protocol's types for the UI.
fn generate(folder: &Path) -> Outcome {
    let mut command = cargo(&[
        "test",
        "--quiet",
        "-p",
        "interpreter-protocol",
        "--lib",
        "export_bindings",
    ]);
    run(command.env("TS_RS_EXPORT_DIR", folder))
}

fn empty(folder: &Path) -> Outcome {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!(
            "{} could not be emptied: {error}",
            folder.display()
        )),
        _ => Ok(()),
    }
}

/// Every file of a folder, and of the folders in it, by its path there.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, String> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    let (mut found, mut open) = (BTreeMap::new(), vec![PathBuf::new()]);
    while let Some(inner) = open.pop() {
        for entry in std::fs::read_dir(folder.join(&inner)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = inner.join(entry.file_name());
            if entry.file_type().map_err(failed)?.is_dir() {
                open.push(path);
            } else {
                found.insert(path, std::fs::read(entry.path()).map_err(failed)?);
            }
        }
    }
    Ok(found)
}
