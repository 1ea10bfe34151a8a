//! The other two systems, checked on this one.
//!
//! Debian's `rustc-web` brings a compiler together with the standard library's
//! sources, so both targets are built from nothing but packages. A build for
//! macOS cannot be linked here, so it is only type-checked, with stand-ins for
//! the C compiler and archiver that write empty files.

use std::path::PathBuf;
use std::process::Command;

use crate::command::{Outcome, program, run, target};

/// Debian's compiler and cargo; they stand beside rustup's.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// Builds the programs for Windows.
pub fn windows() -> Outcome {
    let mut command = cargo("windows", "build", "x86_64-pc-windows-gnu");
    command.args(["-p", "interpreter-cli", "-p", "interpreter-desktop"]);
    run(&mut command)
}

/// Type-checks the programs for macOS.
pub fn macos() -> Outcome {
    let folder = target().join("macos-stand-ins");
    let (compiler, archiver) = stand_ins(&folder)
        .map_err(|error| format!("{} could not be written: {error}", folder.display()))?;
    let mut command = cargo("macos", "check", "aarch64-apple-darwin");
    command
        .args(["-p", "interpreter-cli", "-p", "interpreter-desktop"])
        .env("CC_aarch64_apple_darwin", compiler)
        .env("AR_aarch64_apple_darwin", archiver);
    run(&mut command)
}

fn cargo(folder: &str, verb: &str, triple: &str) -> Command {
    let mut command = program(
        CARGO,
        &[verb, "-Zbuild-std=std,panic_abort", "--target", triple],
    );
    command
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", target().join(folder))
        // Nobody debugs these programs, and linking is much quicker without.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        // Set by the cargo that runs us, and meant for its own compiler.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("CARGO");
    command
}

/// Writes two scripts that make what a compiler and an archiver would, empty.
fn stand_ins(folder: &std::path::Path) -> std::io::Result<(PathBuf, PathBuf)> {
    std::fs::create_dir_all(folder)?;
    let script = |name: &str, body: &str| -> std::io::Result<PathBuf> {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{body}\n"))?;
        let made = Command::new("chmod").arg("+x").arg(&path).status()?;
        if !made.success() {
            return Err(std::io::Error::other("chmod failed"));
        }
        Ok(path)
    };
    // `cc ... -o FILE`: the object. Anything else, such as asking for its version, does nothing.
    let compiler = script(
        "cc",
        "out=\nwhile [ $# -gt 0 ]; do\n  if [ \"$1\" = -o ]; then out=$2; fi\n  shift\ndone\n[ -z \"$out\" ] || : > \"$out\"",
    )?;
    // `ar cq FILE ...`: the archive, which has a header even when empty.
    let archiver = script(
        "ar",
        "for word in \"$@\"; do case $word in *.a) printf '!<arch>\\n' > \"$word\"; exit 0;; esac; done",
    )?;
    Ok((compiler, archiver))
}
