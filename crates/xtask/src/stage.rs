//! Stages of a longer command, each with its time at the end.

use std::time::{Duration, Instant};

use crate::command::Outcome;

/// Runs stages one after another and remembers how long each took.
#[derive(Default)]
pub struct Stages {
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Runs one stage; a failure ends the command.
    pub fn run(&mut self, name: &'static str, work: impl FnOnce() -> Outcome) -> Outcome {
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = work();
        self.done.push((name, started.elapsed()));
        outcome.map_err(|error| {
            self.print();
            format!("{name}: {error}")
        })
    }

    /// Prints the times.
    pub fn print(&self) {
        println!();
        for (name, time) in &self.done {
            println!("{:>7.1} s  {name}", time.as_secs_f64());
        }
    }
}
