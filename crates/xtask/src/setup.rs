//! Installs what the project needs. Says which system packages before it does.

use std::path::Path;

use crate::command::{Outcome, cargo, npm, output, program, root, run, ui};

/// Libraries and tools the app itself is built with and runs on.
const APP: &[&str] = &[
    "build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libayatana-appindicator3-dev",
    "librsvg2-dev", "libtesseract-dev", "libleptonica-dev", "tesseract-ocr-eng", "fonts-noto-core",
    "fonts-dejavu-core",
];
/// What the tests see, click and run.
const TESTS: &[&str] = &[
    "xvfb", "openbox", "xdotool", "xterm", "x11-utils", "x11-xkb-utils", "x11-xserver-utils",
    "dbus", "at-spi2-core", "webkit2gtk-driver", "chromium", "python3-tk", "python3-gi",
    "python3-gi-cairo", "gir1.2-gtk-3.0", "python3-matplotlib", "zsh", "tmux",
];
/// A compiler with the standard library's sources, for the other two systems.
const CROSS: &[&str] = &["mingw-w64", "rustc-web", "cargo-web", "rust-web-src"];

/// Programs from the Rust registry: package, program to ask for its version, what to ask.
const PROGRAMS: &[(&str, &str, &[&str])] = &[
    ("cargo-nextest", "cargo-nextest", &["nextest", "--version"]),
    ("cargo-deny", "cargo-deny", &["--version"]),
    ("cargo-machete", "cargo-machete", &["--version"]),
    ("tauri-driver", "tauri-driver", &["--help"]),
];

/// Everything.
pub fn all() -> Outcome {
    packages(&[APP, TESTS, CROSS].concat())?;
    programs(&["cargo-nextest", "cargo-deny", "cargo-machete", "tauri-driver"])?;
    ui_packages()
}

/// What `run` needs.
pub fn for_run() -> Outcome {
    packages(APP)?;
    ui_packages()
}

/// What `test` needs.
pub fn for_test() -> Outcome {
    packages(&[APP, TESTS].concat())?;
    programs(&["cargo-nextest", "tauri-driver"])?;
    ui_packages()
}

/// What `check` needs.
pub fn for_check() -> Outcome {
    packages(&[APP, CROSS].concat())?;
    programs(&["cargo-deny", "cargo-machete"])?;
    ui_packages()
}

fn packages(names: &[&str]) -> Outcome {
    if output(&mut program("dpkg-query", &["--version"])).is_none() {
        println!("This is not a Debian system. These packages, or what they are called here, are needed:");
        println!("  {}", names.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = names.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing these system packages:\n  {}", missing.join(" "));
    let root_user = output(&mut program("id", &["-u"])).is_some_and(|id| id.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut words = if root_user { vec![] } else { vec!["sudo"] };
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        words.extend(arguments);
        run(&mut program(words[0], &words[1..]))
    };
    apt(&["update", "-qq"])?;
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(missing);
    apt(&install)
}

fn is_installed(name: &str) -> bool {
    output(&mut program("dpkg-query", &["-W", "-f=${db:Status-Status}", name]))
        .is_some_and(|status| status.trim() == "installed")
}

fn programs(wanted: &[&str]) -> Outcome {
    for (package, name, ask) in PROGRAMS.iter().filter(|(package, ..)| wanted.contains(package)) {
        if program(name, ask).output().is_ok() {
            continue;
        }
        run(cargo(&["install", "--locked", package]).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(())
}

fn ui_packages() -> Outcome {
    // npm writes this file last, so it tells whether the folder fits the lock file.
    let newer = |file: &Path, than: &Path| {
        let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
        matches!((time(file), time(than)), (Some(file), Some(than)) if file >= than)
    };
    let (done, lock) = (ui().join("node_modules/.package-lock.json"), ui().join("package-lock.json"));
    if newer(&done, &lock) {
        return Ok(());
    }
    println!("Installing the UI's packages into {}", ui().strip_prefix(root()).unwrap_or(&ui()).display());
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}
