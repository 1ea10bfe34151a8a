//! Measures the languages, and what the same machine does without them. Prints
//! one line a sample: `name<TAB>value<TAB>unit`. `cargo xtask bench` runs it.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use interpreter_languages::{Languages, LanguagesConfig, RunEvent, RunStatus};

type Outcome = Result<(), Box<dyn Error>>;

const COLD: usize = 30;
const WARM: usize = 500;

fn main() -> Outcome {
    let python = python();
    // As the programs run them: threads enough for every core.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(languages(&python))?;
    bare_start(&python)?;
    bare_pipe()
}

/// The Python that is measured. `python3` on the path may be a slow stand-in for it.
fn python() -> PathBuf {
    let named = std::env::var_os("INTERPRETER_PYTHON").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from("/usr/bin/python3"))
}

fn sample(name: &str, time: Duration) {
    println!("{name}\t{:.4}\tms", time.as_secs_f64() * 1000.0);
}

async fn languages(python: &Path) -> Outcome {
    // The first start of all reads the programs from the disk, and is not counted.
    for turn in 0..=COLD {
        let folder = tempfile::tempdir()?;
        let languages = Languages::new(config(folder.path(), python));
        let (first, _) = run(&languages, "python", "1+1", "2\n").await?;
        if turn > 0 {
            sample("python.cold", first);
        }
        languages.reset().await;
    }
    let folder = tempfile::tempdir()?;
    let languages = Languages::new(config(folder.path(), python));
    for (name, language, code, output) in [
        ("python.warm", "python", "1+1", "2\n"),
        ("shell.warm", "shell", "echo hi", "hi\n"),
    ] {
        for turn in 0..WARM + 20 {
            let (_, whole) = run(&languages, language, code, output).await?;
            if turn >= 20 {
                sample(name, whole);
            }
        }
    }
    languages.reset().await;
    Ok(())
}

fn config(folder: &Path, python: &Path) -> LanguagesConfig {
    LanguagesConfig {
        folder: folder.to_owned(),
        python: Some(python.to_owned()),
        state_dir: folder.join("state"),
        ..LanguagesConfig::default()
    }
}

/// Runs code that must print exactly this. The times until the first of it came
/// and until the run was over.
async fn run(
    languages: &Languages,
    language: &str,
    code: &str,
    wanted: &str,
) -> Result<(Duration, Duration), Box<dyn Error>> {
    let begun = Instant::now();
    let mut run = languages.run(language, code)?;
    let mut printed = String::new();
    let mut first = None;
    while let Some(event) = run.events.recv().await {
        match event {
            RunEvent::Output(text) => {
                first.get_or_insert_with(|| begun.elapsed());
                printed.push_str(&text);
            }
            RunEvent::Done(end) if end.status == RunStatus::Ok && printed == wanted => {
                let whole = begun.elapsed();
                return Ok((first.unwrap_or(whole), whole));
            }
            RunEvent::Done(end) => {
                return Err(format!("{language}: {code:?} printed {printed:?}, {end:?}").into());
            }
            _ => {}
        }
    }
    Err(format!("{language}: {code:?} ended without a word").into())
}

/// A Python that does nothing else than print the result, from start to end.
fn bare_start(python: &Path) -> Outcome {
    for turn in 0..=COLD {
        let begun = Instant::now();
        let output = Command::new(python)
            .args(["-S", "-c", "print(1+1)"])
            .output()?;
        let whole = begun.elapsed();
        if output.stdout != b"2\n" {
            return Err(format!("{}: {output:?}", python.display()).into());
        }
        if turn > 0 {
            sample("reference.python.start", whole);
        }
    }
    Ok(())
}

/// A line to another process and back.
fn bare_pipe() -> Outcome {
    let mut cat = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(mut stdin), Some(stdout)) = (cat.stdin.take(), cat.stdout.take()) else {
        return Err("cat has no pipes".into());
    };
    let mut stdout = BufReader::new(stdout);
    let mut line = String::new();
    for turn in 0..WARM + 20 {
        line.clear();
        let begun = Instant::now();
        stdin.write_all(b"hi\n")?;
        stdout.read_line(&mut line)?;
        if turn >= 20 {
            sample("reference.pipe", begun.elapsed());
        }
    }
    // It ends when its input does.
    drop(stdin);
    cat.wait()?;
    Ok(())
}
