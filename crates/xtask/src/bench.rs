//! `cargo xtask bench [PART...] [save]`: measures the budgets of docs/budgets.md.
//!
//! Each crate measures itself, in an example that prints samples; this side
//! builds and runs them, starts programs, and makes the table. With `save` the
//! table goes into docs/budgets.md.

mod display;
mod page;
mod samples;
mod starts;
mod table;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::command::{Outcome, cargo, npm, root, run, target};
use display::Display;
use samples::Samples;

/// The parts, in the order they are measured.
const PARTS: &[(&str, Measure)] = &[
    ("start", start),
    ("languages", languages),
    ("engine", engine),
    ("store", store),
    ("steps", steps),
    ("computer", computer),
    ("stop", stop),
    ("page", page::measure),
    ("window", window),
];

type Measure = fn(&mut Samples) -> Outcome;

/// Where the table lies in docs/budgets.md.
const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end of what was measured -->\n";

/// Measures the parts that are named, or all, and prints the table.
pub fn bench(words: &[&str]) -> Outcome {
    let (save, named): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| **word == "save");
    if let Some(unknown) = named
        .iter()
        .find(|name| PARTS.iter().all(|(part, _)| part != *name))
    {
        let parts: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
        return Err(format!(
            "There is no part `{unknown}`. The parts are: {}.",
            parts.join(", ")
        ));
    }
    if !save.is_empty() && !named.is_empty() {
        return Err("Only the whole table is saved: leave the parts out.".to_owned());
    }
    let mut samples = Samples::default();
    let mut failures = Vec::new();
    for (part, measure) in PARTS
        .iter()
        .filter(|(part, _)| named.is_empty() || named.contains(part))
    {
        println!("\n== {part}");
        // One part that cannot be measured keeps nobody from the others.
        if let Err(error) = measure(&mut samples) {
            eprintln!("{error}");
            failures.push(format!("{part}: {error}"));
        }
    }
    let notes: String = samples
        .notes()
        .iter()
        .map(|note| format!(" {note}"))
        .collect();
    let table = format!("{}{notes}\n\n{}", machine(), table::table(&samples));
    println!("\n{table}");
    if !failures.is_empty() {
        return Err(failures.join("\n"));
    }
    if save.is_empty() {
        Ok(())
    } else {
        write(&table)
    }
}

fn write(table: &str) -> Outcome {
    let path = root().join("docs/budgets.md");
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        return Err(format!(
            "{} has lost the marks around its table.",
            path.display()
        ));
    };
    let (before, after) = (&text[..begin + BEGIN.len()], &text[end..]);
    std::fs::write(&path, format!("{before}\n{table}\n{after}")).map_err(failed)
}

/// What kind of machine this is, and how busy, in a sentence.
fn machine() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let busy = load.split_whitespace().next().unwrap_or("unknown");
    format!(
        "{cores} cores, {}, Xvfb. Load average at the end of the run, which itself makes about 1: {busy}.",
        name.unwrap_or(std::env::consts::OS).trim_matches('"'),
    )
}

fn built(name: &str) -> PathBuf {
    target().join("release").join(name)
}

fn build(package: &str, more: &[&str]) -> Outcome {
    let mut words = vec!["build", "--release", "-p", package];
    words.extend(more);
    run(&mut cargo(&words))
}

/// Runs an example and takes in what it prints.
fn collect(samples: &mut Samples, command: &mut Command) -> Outcome {
    let shown = command.get_program().to_string_lossy().into_owned();
    println!("$ {shown}");
    // A `python3` on the path may be a slow stand-in for the system's own.
    if std::env::var_os("INTERPRETER_PYTHON").is_none() {
        command.env("INTERPRETER_PYTHON", "/usr/bin/python3");
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output();
    let output = output.map_err(|error| format!("`{shown}` could not be started: {error}"))?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if !samples.read(line) {
            println!("{line}");
        }
    }
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("`{shown}` ended with {}.", output.status))
    }
}

fn start(samples: &mut Samples) -> Outcome {
    build("interpreter-cli", &["--bin", "interpreter"])?;
    let command = built("interpreter");
    if !starts::measure(samples, "version", &command.to_string_lossy(), "--version") {
        return Err(format!("`{} --version` does not work.", command.display()));
    }
    starts::measure(samples, "reference.git", "git", "--version");
    Ok(())
}

fn languages(samples: &mut Samples) -> Outcome {
    build("interpreter-languages", &["--example", "bench-languages"])?;
    collect(
        samples,
        &mut Command::new(built("examples/bench-languages")),
    )
}

fn engine(samples: &mut Samples) -> Outcome {
    build("interpreter-engine", &["--example", "bench-engine"])?;
    collect(samples, &mut Command::new(built("examples/bench-engine")))
}

fn store(samples: &mut Samples) -> Outcome {
    build("interpreter-store", &["--example", "bench-store"])?;
    collect(samples, &mut Command::new(built("examples/bench-store")))
}

/// What a task on the screen costs in tokens, by the vendors' formulas.
fn steps(samples: &mut Samples) -> Outcome {
    build("interpreter-llm", &["--example", "steps"])?;
    collect(samples, &mut Command::new(built("examples/steps")))
}

fn computer(samples: &mut Samples) -> Outcome {
    build(
        "interpreter-perception",
        &["--features", "eyes", "--bin", "interpreter-eyes"],
    )?;
    build("interpreter-computer", &["--example", "bench-computer"])?;
    let display = Display::start()?;
    let mut command = Command::new(built("examples/bench-computer"));
    command.env("INTERPRETER_EYES", built("interpreter-eyes"));
    collect(samples, display.dress(&mut command))
}

/// Stop, in the middle of everything that could go on.
fn stop(samples: &mut Samples) -> Outcome {
    build("interpreter-computer", &["--example", "bench-computer"])?;
    build("interpreter-cli", &["--bin", "interpreter"])?;
    build("interpreter-tests", &["--example", "bench-stop"])?;
    let display = Display::start()?;
    let mut command = Command::new(built("examples/bench-computer"));
    collect(samples, display.dress(command.arg("stop")))?;
    // On a display of its own.
    collect(samples, &mut Command::new(built("examples/bench-stop")))
}

/// The app as it is released, beside an empty Tauri window.
fn window(samples: &mut Samples) -> Outcome {
    build("interpreter-computer", &["--example", "bench-computer"])?;
    run(&mut npm(&["run", "build"]))?;
    let whole = ["--features", "custom-protocol"];
    build("interpreter-desktop", &whole)?;
    build(
        "interpreter-desktop",
        &[&["--example", "empty-window"], &whole[..]].concat(),
    )?;
    let home = target().join("bench/home");
    // What an earlier run left must not be measured.
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    let display = Display::start()?;
    let mut measure = |name: &str, program: PathBuf, graphics: Option<&str>| {
        let mut command = Command::new(built("examples/bench-computer"));
        command
            .args(["window", name])
            .arg(program)
            .env("INTERPRETER_HOME", &home)
            // Who opens it every day sees a conversation, with the keyboard in its field.
            .env("INTERPRETER_FIRST_RUN", "false");
        if let Some(variable) = graphics {
            command.env(variable, "1");
        }
        collect(samples, display.dress(&mut command))
    };
    let empty = built("examples/empty-window");
    measure("reference.window", empty.clone(), None)?;
    // What the app chooses for itself where nothing composites the display, as here.
    let plain = Some("WEBKIT_DISABLE_DMABUF_RENDERER");
    measure("reference.plain", empty, plain)?;
    measure("app", built("interpreter-desktop"), None)
}
