//! `cargo xtask bundle [debug] [KIND...]`: the packages people install.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Outcome, cargo, output, program, root, run, target, ui};
use crate::{product, setup};

/// Programs that ship beside the app. The eyes link Tesseract, which only Linux
/// has as a package of the system; elsewhere the system reads text itself.
fn beside() -> &'static [&'static str] {
    match std::env::consts::OS {
        "linux" => &["interpreter", "interpreter-eyes"],
        _ => &["interpreter"],
    }
}

/// What is packed on this system when nothing is named.
fn usual() -> &'static [&'static str] {
    match std::env::consts::OS {
        "macos" => &["app", "dmg"],
        "windows" => &["msi", "nsis"],
        _ => &["deb", "rpm"],
    }
}

/// Builds and packs. `debug` packs what the tests were built with, as it is: not
/// for people, but the same files in the same places.
pub fn bundle(words: &[&str]) -> Outcome {
    let debug = words.contains(&"debug");
    let named: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| *word != "debug")
        .collect();
    let kinds = if named.is_empty() { usual() } else { &named };
    let built = target().join(if debug { "debug" } else { "release" });
    if !debug {
        setup::for_run()?;
        product::build_ui()?;
        build()?;
    } else {
        product::licences()?;
    }
    let triple = triple()?;
    let folder = root().join("gen/bin");
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for name in beside() {
        lay(&built, &folder, name, &triple)?;
    }
    let mut tauri = tauri("bundle");
    if debug {
        // The tests start the same file, which must not change under them.
        tauri.args(["--debug", "--no-binary-patching"]);
    }
    tauri.args(["--ci", "--config", &contents(), "--bundles"]);
    tauri.arg(kinds.join(","));
    if let Some(signed) = signing() {
        tauri.args(["--config", &signed]);
    }
    run(&mut tauri)?;
    for path in packages(&built.join("bundle"), kinds) {
        if !debug && path.extension().is_some_and(|end| end == "deb") {
            pack_tighter(&path)?;
        }
        let size = std::fs::metadata(&path).map_or(0, |data| data.len());
        println!("{} ({:.1} MB)", path.display(), size as f64 / 1e6);
    }
    Ok(())
}

/// What is packed besides the app. Not in tauri.conf.json: a plain build must not ask
/// for these files. The page is inside the app, but `interpreter --server` has none.
fn contents() -> String {
    let names: Vec<String> = beside()
        .iter()
        .map(|name| format!("\"gen/bin/{name}\""))
        .collect();
    let list = product::THIRD_PARTY;
    let more = match std::env::consts::OS {
        "linux" => {
            let files = format!(
                r#""files":{{"/usr/share/interpreter/ui":"ui/dist","/usr/share/doc/interpreter/THIRD-PARTY.txt":"{list}"}}"#
            );
            format!(
                r#""linux":{{"deb":{{{files}}},"rpm":{{{files},"compression":{{"type":"xz","level":9}}}}}}"#
            )
        }
        _ => format!(r#""resources":{{"ui/dist/":"ui/","{list}":"THIRD-PARTY.txt"}}"#),
    };
    format!(
        r#"{{"bundle":{{"externalBin":[{}],{more}}}}}"#,
        names.join(",")
    )
}

fn tauri(command: &str) -> Command {
    let script = ui().join("node_modules/@tauri-apps/cli/tauri.js");
    program("node", &[&script.to_string_lossy(), command])
}

/// Tauri packs with gzip. The two big programs share most of their code, which xz
/// sees across its 64 MB: the package shrinks to half.
fn pack_tighter(deb: &Path) -> Outcome {
    let folder = deb.with_extension("unpacked");
    let failed = |error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(failed)?;
    }
    run(Command::new("dpkg-deb").arg("-R").args([deb, &folder]))?;
    let words = ["--root-owner-group", "-Zxz", "-z9", "-b"];
    run(Command::new("dpkg-deb").args(words).args([&folder, deb]))?;
    std::fs::remove_dir_all(&folder).map_err(failed)?;
    let mut signature = deb.as_os_str().to_owned();
    signature.push(".sig");
    if Path::new(&signature).exists() {
        // It was that of the package before.
        let version = ["sign", "--app-version", env!("CARGO_PKG_VERSION")];
        run(tauri("signer").args(version).arg(deb))?;
    }
    Ok(())
}

fn build() -> Outcome {
    let build = |words: &[&str]| run(&mut cargo(&[&["build", "--release"], words].concat()));
    build(&["-p", "interpreter-cli", "--bin", "interpreter"])?;
    if beside().contains(&"interpreter-eyes") {
        let eyes = ["-p", "interpreter-perception", "--features", "eyes"];
        build(&[&eyes[..], &["--bin", "interpreter-eyes"]].concat())?;
    }
    let mut app = ["-p", "interpreter-desktop", "--features", "custom-protocol"];
    let Some(signed) = signing() else {
        return build(&app);
    };
    app[3] = "custom-protocol,updater";
    let mut command = cargo(&[&["build", "--release"], &app[..]].concat());
    // The program must know at build time where updates lie and which key signs them.
    run(command.env("TAURI_CONFIG", signed))
}

/// What the configuration of a signed release adds, where the secrets for it are there.
fn signing() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    variable("TAURI_SIGNING_PRIVATE_KEY")?;
    let key = variable("INTERPRETER_UPDATE_PUBLIC_KEY")?;
    let address = variable("INTERPRETER_UPDATE_URL")?;
    let windows = variable("INTERPRETER_WINDOWS_THUMBPRINT").map_or_else(String::new, |mark| {
        format!(r#","windows":{{"certificateThumbprint":"{mark}","digestAlgorithm":"sha256","timestampUrl":"http://timestamp.digicert.com"}}"#)
    });
    Some(format!(
        r#"{{"bundle":{{"createUpdaterArtifacts":true{windows}}},"plugins":{{"updater":{{"pubkey":"{key}","endpoints":["{address}"],"windows":{{"installMode":"passive"}}}}}}}}"#
    ))
}

/// Tauri wants the system's name at the end of what ships beside the app.
fn lay(built: &Path, folder: &Path, name: &str, triple: &str) -> Outcome {
    let end = std::env::consts::EXE_SUFFIX;
    let from = built.join(format!("{name}{end}"));
    let to = folder.join(format!("{name}-{triple}{end}"));
    std::fs::copy(&from, &to)
        .map(|_| ())
        .map_err(|error| format!("{} could not be laid out: {error}", from.display()))?;
    // Debug information is four fifths of a debug build, and nobody debugs a package.
    let _ = output(Command::new("strip").arg("--strip-debug").arg(&to));
    Ok(())
}

fn triple() -> Result<String, String> {
    let told = output(&mut program("rustc", &["-vV"])).unwrap_or_default();
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| "`rustc -vV` does not tell this system's name.".to_owned())
}

fn packages(folder: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = kinds
        .iter()
        .filter_map(|kind| std::fs::read_dir(folder.join(kind)).ok())
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}
