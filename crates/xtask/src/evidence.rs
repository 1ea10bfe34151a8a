//! `cargo xtask evidence [PART...]`: what OS mode does on real displays.
//!
//! Each part builds and runs a program that tries things and prints what came of
//! them, one line each; this side writes its section of docs/os-mode-evidence.md,
//! between the part's marks. A section is written also where something failed,
//! and then the command fails.

mod cells;
mod tasks;

use crate::command::{Outcome, output, program, root};

/// A section of the file, and how it is made.
struct Part {
    name: &'static str,
    /// Gives the section's text, and what failed, in sentences.
    gather: fn() -> Result<Section, String>,
}

/// What a part found out.
struct Section {
    text: String,
    failures: Vec<String>,
}

/// The parts, in the order they are run. Each stands in the file between
/// `<!-- NAME -->` and `<!-- end of NAME -->`.
const PARTS: &[Part] = &[
    Part {
        name: "cells",
        gather: cells::gather,
    },
    Part {
        name: "tasks",
        gather: tasks::gather,
    },
];

const FILE: &str = "docs/os-mode-evidence.md";

/// Gathers the parts that are named, or all.
pub fn evidence(words: &[&str]) -> Outcome {
    if let Some(unknown) = words
        .iter()
        .find(|word| PARTS.iter().all(|part| part.name != **word))
    {
        let names: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(format!(
            "There is no part `{unknown}`. The parts are: {}.",
            names.join(", ")
        ));
    }
    crate::setup::for_test()?;
    let mut failures = Vec::new();
    for part in PARTS
        .iter()
        .filter(|part| words.is_empty() || words.contains(&part.name))
    {
        println!("\n== {}", part.name);
        match (part.gather)() {
            Ok(section) => {
                write(part.name, &section.text)?;
                failures.extend(section.failures);
            }
            // One part that cannot be run keeps nobody from the others.
            Err(error) => failures.push(format!("{}: {error}", part.name)),
        }
    }
    println!("\nWritten: {FILE}");
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("\n"))
    }
}

/// Puts a section into the file.
fn write(name: &str, section: &str) -> Outcome {
    let path = root().join(FILE);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    let text = replaced(&text, name, section)
        .ok_or_else(|| format!("{FILE} has lost the marks around its part `{name}`."))?;
    std::fs::write(&path, text).map_err(failed)
}

fn replaced(text: &str, name: &str, section: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let from = text.find(&begin)? + begin.len();
    let to = from + text.get(from..)?.find(&end)?;
    Some(format!(
        "{}\n{}\n\n{}",
        &text[..from],
        section.trim(),
        &text[to..]
    ))
}

/// What kind of machine this is, in a sentence.
fn machine() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .unwrap_or(std::env::consts::OS);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let first = |name: &str| {
        let told = output(&mut program(name, &["--version"])).unwrap_or_default();
        told.lines().next().unwrap_or(name).to_owned()
    };
    format!(
        "{cores} cores, {}, Xvfb with {}, {}.",
        name.trim_matches('"'),
        first("openbox"),
        first("sway"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_written_anew() {
        let text = "# One\n<!-- a -->\nold\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\n";
        assert_eq!(
            replaced(text, "a", "new\n").as_deref(),
            Some("# One\n<!-- a -->\n\nnew\n\n<!-- end of a -->\n<!-- b -->\n<!-- end of b -->\n")
        );
        assert_eq!(replaced(text, "c", "new"), None);
    }
}
