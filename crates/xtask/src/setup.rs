//! Installs what the project needs. Says which system packages before it does.

use std::path::Path;

use crate::command::{Outcome, cargo, npm, output, program, root, run, ui};

/// Libraries and tools the app itself is built with and runs on.
const APP: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libtesseract-dev",
    "libleptonica-dev",
    "tesseract-ocr-eng",
    "fonts-noto-core",
    "fonts-dejavu-core",
];
/// What the tests see, click and run.
const TESTS: &[&str] = &[
    "xvfb",
    "openbox",
    "xdotool",
    "sway",
    "xterm",
    "x11-utils",
    "x11-xkb-utils",
    "x11-xserver-utils",
    "xclip",
    "tesseract-ocr",
    "mousepad",
    "dbus",
    "at-spi2-core",
    "webkit2gtk-driver",
    "chromium",
    "python3-tk",
    "python3-gi",
    "python3-gi-cairo",
    "gir1.2-gtk-3.0",
    "python3-matplotlib",
    "zsh",
    "tmux",
];
/// Programs that tasks are done with, beyond those of the tests.
const TASKS: &[&str] = &[
    "thunar",
    "gnumeric",
    "drawing",
    "xfce4-settings",
    "obconf",
    "galculator",
];
/// A compiler with the standard library's sources, for the other two systems.
const CROSS: &[&str] = &["mingw-w64", "rustc-web", "cargo-web", "rust-web-src"];

/// A program from the Rust registry.
struct Tool {
    name: &'static str,
    /// The release to install. Any other that is there already will do.
    version: &'static str,
    /// What to ask it, to learn whether it is there.
    ask: &'static [&'static str],
}

const NEXTEST: Tool = Tool {
    name: "cargo-nextest",
    version: "0.9.143",
    ask: &["nextest", "--version"],
};
const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
    ask: &["--version"],
};
const MACHETE: Tool = Tool {
    name: "cargo-machete",
    version: "0.9.2",
    ask: &["--version"],
};

/// Everything.
pub fn all() -> Outcome {
    packages(&[APP, TESTS, CROSS].concat())?;
    tools(&[NEXTEST, DENY, MACHETE])?;
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
    tools(&[NEXTEST])?;
    ui_packages()
}

/// What the tasks of `evidence` need beyond that.
pub fn for_tasks() -> Outcome {
    packages(TASKS)
}

/// What `check` needs.
pub fn for_check() -> Outcome {
    packages(&[APP, CROSS].concat())?;
    tools(&[DENY, MACHETE])?;
    ui_packages()
}

fn packages(names: &[&str]) -> Outcome {
    if output(&mut program("dpkg-query", &["--version"])).is_none() {
        println!(
            "This is not a Debian system. These packages, or what they are called here, are needed:"
        );
        println!("  {}", names.join(" "));
        return Ok(());
    }
    let missing: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !is_installed(name))
        .collect();
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
    output(&mut program(
        "dpkg-query",
        &["-W", "-f=${db:Status-Status}", name],
    ))
    .is_some_and(|status| status.trim() == "installed")
}

fn tools(wanted: &[Tool]) -> Outcome {
    for tool in wanted {
        if output(&mut program(tool.name, tool.ask)).is_some() {
            continue;
        }
        let exact = format!("{}@{}", tool.name, tool.version);
        run(cargo(&["install", "--locked", &exact]).env_remove("CARGO_TARGET_DIR"))?;
    }
    Ok(())
}

fn ui_packages() -> Outcome {
    // npm writes this file last, so it tells whether the folder fits the lock file.
    let newer = |file: &Path, than: &Path| {
        let time = |path: &Path| path.metadata().and_then(|data| data.modified()).ok();
        matches!((time(file), time(than)), (Some(file), Some(than)) if file >= than)
    };
    let (done, lock) = (
        ui().join("node_modules/.package-lock.json"),
        ui().join("package-lock.json"),
    );
    if newer(&done, &lock) {
        return Ok(());
    }
    println!(
        "Installing the UI's packages into {}",
        ui().strip_prefix(root()).unwrap_or(&ui()).display()
    );
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}
