//! The package people install: packed from the build under test, unpacked, started.

use std::path::{Path, PathBuf};
use std::process::Command;

use interpreter_test_support::Desktop;
use pretty_assertions::assert_eq;

use crate::house::{House, program};
use crate::webdriver::Browser;

/// Runs a program to its end; gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let (out, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{command:?}\n{out}\n{errors}");
    out.into_owned()
}

/// Packs a deb with the tests' own programs, and unpacks it.
fn unpacked(folder: &Path) -> (PathBuf, String) {
    run(Command::new(program("interpreter-xtask"))
        .args(["bundle", "debug", "deb"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")));
    let built = program("bundle/deb");
    let deb = std::fs::read_dir(built)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .expect("a deb was packed");
    let root = folder.join("root");
    run(Command::new("dpkg-deb").arg("-x").arg(&deb).arg(&root));
    let control = run(Command::new("dpkg-deb").arg("-f").arg(&deb));
    (root, control)
}

/// The libraries a program asks for by name.
fn needed(program: &Path) -> Vec<String> {
    let told = run(Command::new("readelf").arg("-d").arg(program));
    told.lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| Some(line.split_once('[')?.1.trim_end_matches(']').to_owned()))
        .collect()
}

/// The Debian package a library belongs to.
fn package_of(library: &str) -> String {
    let told = run(Command::new("dpkg-query")
        .arg("-S")
        .arg(format!("*/{library}")));
    told.split(':').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_deb_holds_what_it_needs_and_starts() {
    let folder = tempfile::tempdir().unwrap();
    let (root, control) = unpacked(folder.path());
    let bin = root.join("usr/bin");

    // The three programs, and the way to them.
    let mut names: Vec<String> = std::fs::read_dir(&bin)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["interpreter", "interpreter-desktop", "interpreter-eyes"]
    );
    let entry =
        std::fs::read_to_string(root.join("usr/share/applications/Interpreter.desktop")).unwrap();
    for line in [
        "Exec=interpreter-desktop %u",
        "Icon=interpreter-desktop",
        "MimeType=x-scheme-handler/interpreter",
        "Exec=interpreter-desktop --summon",
    ] {
        assert!(
            entry.lines().any(|one| one.trim_end_matches(';') == line),
            "{line}\n{entry}"
        );
    }

    // The page for `interpreter --server`, and the licences of what others wrote.
    let share = root.join("usr/share");
    assert!(share.join("interpreter/ui/index.html").is_file());
    for list in [
        "doc/interpreter/THIRD-PARTY.txt",
        "interpreter/ui/licences.js",
    ] {
        let list = std::fs::read_to_string(share.join(list)).unwrap();
        for name in ["tauri", "rusqlite", "react", "Permission is hereby granted"] {
            assert!(list.contains(name), "{name} is not in the list of licences");
        }
    }

    // What the app links is what the package says it depends on, or comes with that.
    assert!(control.contains("Package: interpreter"), "{control}");
    let direct = [
        "libwebkit2gtk-4.1-0",
        "libgtk-3-0",
        "libayatana-appindicator3-1",
    ];
    for name in direct {
        assert!(control.contains(name), "{name} is missing in\n{control}");
    }
    let depended = run(Command::new("apt-cache")
        .args(["depends", "--recurse", "--no-recommends", "--no-suggests"])
        .args([
            "--no-conflicts",
            "--no-breaks",
            "--no-replaces",
            "--no-enhances",
        ])
        .args(["--important"])
        .args(direct));
    for library in needed(&bin.join("interpreter-desktop")) {
        let package = package_of(&library);
        assert!(
            depended.lines().any(|line| line
                .trim_start_matches([' ', '|'])
                .trim_start_matches("Depends: ")
                .trim_start_matches("PreDepends: ")
                == package),
            "{library} is in {package}, which the package does not depend on"
        );
    }
    let own = needed(&bin.join("interpreter"));
    assert!(
        own.iter().all(|library| [
            "libc.so.6",
            "libm.so.6",
            "libgcc_s.so.1",
            "ld-linux-x86-64.so.2"
        ]
        .contains(&library.as_str())),
        "the command needs more than the C library: {own:?}"
    );

    // The command beside the app answers, and the app opens and runs code.
    let version = run(Command::new(bin.join("interpreter")).arg("--version"));
    assert!(version.contains(env!("CARGO_PKG_VERSION")), "{version}");
    let desktop = Desktop::start();
    let house = House::new().on(&desktop);
    let window = Browser::open(&house, &bin.join("interpreter-desktop")).await;
    window
        .type_into("#composer", "run python: 20 + 3\u{e007}")
        .await;
    window.click("[data-action=run]:not([aria-disabled])").await;
    window.find("[data-card][data-state=done]").await;
    assert_eq!(window.text("[data-card] [role=log]").await.trim(), "23");
    window.close().await;
}
