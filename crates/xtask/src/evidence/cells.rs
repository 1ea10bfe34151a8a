//! Every action on every layout of displays, tried by the example `evidence` of
//! the computer, with windows that log what they receive.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::{Section, machine};
use crate::command::{cargo, run, target};

/// One line of the example.
struct Cell {
    system: String,
    layout: String,
    action: String,
    input: String,
    verdict: String,
    detail: String,
    seconds: f64,
}

impl Cell {
    fn read(line: &str) -> Option<Self> {
        let parts: Vec<&str> = line.split('\t').collect();
        let [system, layout, action, input, verdict, detail, seconds] = parts.as_slice() else {
            return None;
        };
        Some(Self {
            system: (*system).to_owned(),
            layout: (*layout).to_owned(),
            action: (*action).to_owned(),
            input: (*input).to_owned(),
            verdict: (*verdict).to_owned(),
            detail: (*detail).to_owned(),
            seconds: seconds.parse().ok()?,
        })
    }

    fn column(&self) -> (&str, &str) {
        (&self.system, &self.layout)
    }

    fn row(&self) -> (&str, &str) {
        (&self.action, &self.input)
    }
}

pub(super) fn gather() -> Result<Section, String> {
    // As tests are built: what is tried is not how fast it is.
    run(&mut cargo(&[
        "build",
        "-p",
        "interpreter-computer",
        "--example",
        "evidence",
    ]))?;
    let program = target().join("debug/examples/evidence");
    let mut child = Command::new(&program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let mut cells = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            cells.extend(Cell::read(&line));
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if !status.success() {
        return Err(format!("`{}` ended with {status}.", program.display()));
    }
    Ok(section(&cells, &machine()))
}

/// All different values, in the order in which they come first.
fn different<'a, T: PartialEq>(cells: &'a [Cell], value: impl Fn(&'a Cell) -> T) -> Vec<T> {
    let mut found = Vec::new();
    for cell in cells {
        let value = value(cell);
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

fn section(cells: &[Cell], machine: &str) -> Section {
    let columns = different(cells, Cell::column);
    let count = |verdict: &str, system: &str| {
        let fits = |cell: &&Cell| {
            (verdict.is_empty() || cell.verdict == verdict)
                && (system.is_empty() || cell.system == system)
        };
        cells.iter().filter(fits).count()
    };
    let mut text = format!(
        "{machine}\n\n| system | cells | delivered | correctly refused | failed |\n|---|--:|--:|--:|--:|\n"
    );
    let systems = different(cells, |cell| cell.system.as_str());
    for system in systems.into_iter().chain([""]) {
        let name = if system.is_empty() { "both" } else { system };
        let numbers = ["", "delivered", "refused", "failed"].map(|verdict| count(verdict, system));
        let [all, delivered, refused, failed] = numbers;
        text += &format!("| {name} | {all} | {delivered} | {refused} | {failed} |\n");
    }
    text += "\nLayouts:\n\n";
    for (number, (system, layout)) in columns.iter().enumerate() {
        text += &format!("{}. {system}: {layout}\n", number + 1);
    }
    text += "\n✓ delivered · R correctly refused · ✗ failed · – not tried there\n\n";
    let numbers: Vec<String> = (1..=columns.len())
        .map(|number| number.to_string())
        .collect();
    text += &format!(
        "| action | input | {} |\n|---|---|{}\n",
        numbers.join(" | "),
        ":-:|".repeat(columns.len())
    );
    for row in different(cells, Cell::row) {
        let marks: Vec<&str> = columns
            .iter()
            .map(|column| {
                let cell = cells
                    .iter()
                    .find(|cell| cell.row() == row && cell.column() == *column);
                cell.map_or("–", |cell| match cell.verdict.as_str() {
                    "delivered" => "✓",
                    "refused" => "R",
                    _ => "✗",
                })
            })
            .collect();
        text += &format!("| {} | {} | {} |\n", row.0, row.1, marks.join(" | "));
    }
    let wrong: Vec<String> = cells
        .iter()
        .filter(|cell| cell.verdict == "failed")
        .map(|cell| {
            let Cell {
                action,
                input,
                detail,
                ..
            } = cell;
            format!(
                "{action}, {input}, on {} ({}): {detail}",
                cell.system, cell.layout
            )
        })
        .collect();
    if !wrong.is_empty() {
        text += "\nFailed:\n\n";
        for one in &wrong {
            text += &format!("- {one}\n");
        }
    }
    let seconds: f64 = cells.iter().map(|cell| cell.seconds).sum();
    println!(
        "\n{} cells in {seconds:.0} s, {} failed",
        cells.len(),
        wrong.len()
    );
    Section {
        text,
        failures: wrong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_what_was_printed() {
        let lines = [
            "X11\tone\tclick\tbutton\tdelivered\t\t0.5",
            "X11\tone\tclick\town window\trefused\t\t0.1",
            "sway\ttwo\tclick\tbutton\tfailed\tit went astray\t0.5",
        ];
        let cells: Vec<Cell> = lines.into_iter().filter_map(Cell::read).collect();
        let section = section(&cells, "A machine.");
        let expected = "A machine.

| system | cells | delivered | correctly refused | failed |
|---|--:|--:|--:|--:|
| X11 | 2 | 1 | 1 | 0 |
| sway | 1 | 0 | 0 | 1 |
| both | 3 | 1 | 1 | 1 |

Layouts:

1. X11: one
2. sway: two

✓ delivered · R correctly refused · ✗ failed · – not tried there

| action | input | 1 | 2 |
|---|---|:-:|:-:|
| click | button | ✓ | ✗ |
| click | own window | R | – |

Failed:

- click, button, on sway (two): it went astray
";
        assert_eq!(section.text, expected);
        assert_eq!(section.failures.len(), 1);
    }
}
