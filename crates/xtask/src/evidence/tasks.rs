//! Tasks on real programs, done by a scripted model and done again from their record:
//! the long test of the whole product, one line a task.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use super::{Section, machine};
use crate::command::cargo;
use crate::product;
use crate::setup;

/// One line of the test.
struct Task {
    name: String,
    program: String,
    done: bool,
    steps: usize,
    calls: usize,
    seconds: f64,
    thinking: f64,
    input: u64,
    cached: u64,
    output: u64,
    again: bool,
    /// Steps found again by element, text, point, and those the keyboard's window took.
    found: [usize; 4],
    refused: usize,
    again_seconds: f64,
    why: String,
}

impl Task {
    fn read(line: &str) -> Option<Self> {
        let parts: Vec<&str> = line.strip_prefix("task\t")?.split('\t').collect();
        let [
            name,
            program,
            done,
            steps,
            calls,
            seconds,
            thinking,
            input,
            cached,
            output,
            rest @ ..,
        ] = parts.as_slice()
        else {
            return None;
        };
        let [
            again,
            element,
            text,
            point,
            window,
            refused,
            again_seconds,
            why,
        ] = rest
        else {
            return None;
        };
        Some(Self {
            name: (*name).to_owned(),
            program: (*program).to_owned(),
            done: *done == "true",
            steps: steps.parse().ok()?,
            calls: calls.parse().ok()?,
            seconds: seconds.parse().ok()?,
            thinking: thinking.parse().ok()?,
            input: input.parse().ok()?,
            cached: cached.parse().ok()?,
            output: output.parse().ok()?,
            again: *again == "true",
            found: [
                element.parse().ok()?,
                text.parse().ok()?,
                point.parse().ok()?,
                window.parse().ok()?,
            ],
            refused: refused.parse().ok()?,
            again_seconds: again_seconds.parse().ok()?,
            why: (*why).to_owned(),
        })
    }
}

pub(super) fn gather() -> Result<Section, String> {
    setup::for_tasks()?;
    product::build_for_tasks()?;
    let mut command = cargo(&["test", "-p", "interpreter-tests", "--test", "suite", "--"]);
    command.args([
        "tasks::the_whole_table",
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    let mut tasks = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            tasks.extend(Task::read(&line));
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if tasks.is_empty() {
        return Err(format!("No task was done; the test ended with {status}."));
    }
    Ok(section(&tasks, &machine()))
}

fn section(tasks: &[Task], machine: &str) -> Section {
    let mark = |good: bool| if good { "✓" } else { "✗" };
    let done = tasks.iter().filter(|task| task.done).count();
    let again = tasks.iter().filter(|task| task.again).count();
    let recorded: usize = tasks.iter().map(|task| task.steps).sum();
    let refused: usize = tasks.iter().map(|task| task.refused).sum();
    let landed = recorded.saturating_sub(refused);
    let share = 100.0 * landed as f64 / recorded.max(1) as f64;
    let mut text = format!(
        "{machine}\n\n{done} of {} tasks done; done again from their record: {again}, with {landed} of {recorded} steps ({share:.1} %).\n\n",
        tasks.len()
    );
    text += "| task | program | done | steps | calls | seconds | of these seeing | input tokens | cached | output tokens | again | element | text | point | window | refused | seconds |\n";
    text += "|---|---|:-:|--:|--:|--:|--:|--:|--:|--:|:-:|--:|--:|--:|--:|--:|--:|\n";
    for task in tasks {
        let [element, words, point, window] = task.found;
        text += &format!(
            "| {} | {} | {} | {} | {} | {:.1} | {:.1} | {} | {} | {} | {} | {element} | {words} | {point} | {window} | {} | {:.1} |\n",
            task.name,
            task.program,
            mark(task.done),
            task.steps,
            task.calls,
            task.seconds,
            task.thinking,
            task.input,
            task.cached,
            task.output,
            mark(task.again),
            task.refused,
            task.again_seconds,
        );
    }
    let wrong: Vec<&Task> = tasks
        .iter()
        .filter(|task| !task.done || !task.again)
        .collect();
    if !wrong.is_empty() {
        text += "\nFailed:\n\n";
        for task in wrong {
            text += &format!("- {}: {}\n", task.name, task.why);
        }
    }
    let mut failures: Vec<String> = tasks
        .iter()
        .filter(|task| !task.done)
        .map(|task| format!("{} was not done: {}", task.name, task.why))
        .collect();
    if share < 95.0 {
        failures.push(format!(
            "Only {share:.1} % of the recorded steps landed again."
        ));
    }
    Section { text, failures }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_what_was_printed() {
        let lines = [
            "{\"task\":\"note\"}",
            "task\tnote\tmousepad\ttrue\t5\t7\t13.7\t1.7\t30000\t20000\t87\ttrue\t4\t1\t0\t0\t0\t7.3\t",
            "task\tsum\tgnumeric\ttrue\t3\t5\t10.5\t1.0\t22000\t15000\t62\tfalse\t1\t0\t0\t0\t2\t4.0\tit stopped",
        ];
        let tasks: Vec<Task> = lines.into_iter().filter_map(Task::read).collect();
        let section = section(&tasks, "A machine.");
        let expected = "A machine.

2 of 2 tasks done; done again from their record: 1, with 6 of 8 steps (75.0 %).

| task | program | done | steps | calls | seconds | of these seeing | input tokens | cached | output tokens | again | element | text | point | window | refused | seconds |
|---|---|:-:|--:|--:|--:|--:|--:|--:|--:|:-:|--:|--:|--:|--:|--:|--:|
| note | mousepad | ✓ | 5 | 7 | 13.7 | 1.7 | 30000 | 20000 | 87 | ✓ | 4 | 1 | 0 | 0 | 0 | 7.3 |
| sum | gnumeric | ✓ | 3 | 5 | 10.5 | 1.0 | 22000 | 15000 | 62 | ✗ | 1 | 0 | 0 | 0 | 2 | 4.0 |

Failed:

- sum: it stopped
";
        assert_eq!(section.text, expected);
        assert_eq!(
            section.failures,
            ["Only 75.0 % of the recorded steps landed again."]
        );
    }
}
