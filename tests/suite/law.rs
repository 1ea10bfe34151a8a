//! Who may import what (docs/architecture.md), who may name which crate, and
//! where the operating system may be asked about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Package and the packages of ours it may depend on, in the program itself.
const LAW: &[(&str, &[&str])] = &[
    ("protocol", &[]),
    ("settings", &["protocol"]),
    ("llm", &["protocol"]),
    ("store", &["protocol"]),
    ("languages", &["protocol"]),
    ("perception", &["protocol"]),
    ("computer", &["perception", "protocol"]),
    ("agent", &["llm", "protocol"]),
    (
        "engine",
        &[
            "agent",
            "computer",
            "languages",
            "llm",
            "perception",
            "protocol",
            "settings",
            "store",
        ],
    ),
    ("server", &["engine", "protocol"]),
    ("cli", &["engine", "protocol", "server"]),
    ("desktop", &["engine", "protocol", "server"]),
    ("test-support", &["protocol"]),
    ("tests", &["engine", "protocol"]),
    ("xtask", &["engine", "protocol"]),
];

/// Crates that only some packages may name.
const ONLY: &[(&str, &[&str])] = &[
    ("tauri", &["desktop"]),
    ("axum", &["server", "test-support"]),
    ("clap", &["cli"]),
    ("tesseract-rs", &["perception"]),
    ("ort", &["perception"]),
    ("x11rb", &["computer", "test-support"]),
    ("enigo", &["computer"]),
    ("xcap", &["computer"]),
    ("rusqlite", &["store"]),
    ("reqwest", &["llm"]),
];

/// Packages that may have a `platform` folder.
const PLATFORM: &[&str] = &[
    "computer",
    "perception",
    "languages",
    "settings",
    "cli",
    "desktop",
    "test-support",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// Every package of ours with its direct dependencies, those of tests left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let direct = package["dependencies"].as_array().unwrap().iter();
            let direct = direct.filter(|dependency| dependency["kind"].as_str() != Some("dev"));
            (short(&name(package)).to_owned(), direct.map(name).collect())
        })
        .collect()
}

fn short(package: &str) -> &str {
    package.strip_prefix("interpreter-").unwrap_or(package)
}

#[test]
fn arrows_point_down() {
    let dependencies = dependencies();
    for (package, direct) in &dependencies {
        let allowed = LAW
            .iter()
            .find(|(name, _)| name == package)
            .map(|(_, allowed)| *allowed);
        let allowed = allowed.unwrap_or_else(|| panic!("the law does not know {package}"));
        for ours in direct
            .iter()
            .filter_map(|name| name.strip_prefix("interpreter-"))
        {
            assert!(allowed.contains(&ours), "{package} must not import {ours}");
        }
        for (name, only) in ONLY {
            if direct.contains(*name) {
                assert!(
                    only.contains(&package.as_str()),
                    "{package} must not name {name}"
                );
            }
        }
    }
}

#[test]
fn systems_are_told_apart_only_in_platform_folders() {
    let mut wrong = Vec::new();
    for folder in ["crates", "src-tauri/src"] {
        visit(&root().join(folder), &mut |path, text| {
            let relative = path
                .strip_prefix(root())
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let package = relative.split('/').nth(1).unwrap_or_default();
            let package = if relative.starts_with("src-tauri") {
                "desktop"
            } else {
                package
            };
            let asks = [
                "cfg(target_os",
                "cfg(unix",
                "cfg(windows",
                "cfg(not(unix",
                "cfg(not(windows",
                "cfg(any(unix",
            ]
            .iter()
            .any(|word| text.contains(word));
            let allowed = relative.contains("/platform/") || relative.ends_with("/platform.rs");
            let test = relative.contains("/tests/") || relative.contains("/examples/");
            if asks && package != "xtask" && !test && !(allowed && PLATFORM.contains(&package)) {
                wrong.push(relative);
            }
        });
    }
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "move what differs into platform/<os>.rs"
    );
}

#[test]
fn the_shell_holds_no_product() {
    let mut lines = 0;
    visit(&root().join("src-tauri"), &mut |_, text| {
        // Its own small tests stand at the end of a file, behind this line.
        lines += text
            .lines()
            .take_while(|line| *line != "#[cfg(test)]")
            .count()
    });
    assert!(lines < 2000, "src-tauri has {lines} lines");
}

#[test]
fn only_the_backend_of_the_page_knows_tauri() {
    let mut wrong = Vec::new();
    visit(&root().join("ui/src"), &mut |path, text| {
        let inside = path.components().any(|part| part.as_os_str() == "backend");
        let test = path.to_string_lossy().contains(".test.");
        if text.contains("@tauri-apps") && !inside && !test {
            wrong.push(path.to_path_buf());
        }
    });
    assert_eq!(wrong, Vec::<PathBuf>::new());
}

fn visit(folder: &Path, found: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, found);
        } else if path
            .extension()
            .is_some_and(|end| ["rs", "ts", "tsx"].iter().any(|e| end == *e))
        {
            found(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}
