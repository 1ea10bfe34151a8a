//! Stages of a longer command, each with its time at the end.

use std::time::{Duration, Instant};

use crate::command::Outcome;

/// Runs stages one after another and remembers how long each took.
#[derive(Default)]
pub struct Stages {
    /// Words of the wanted stages' names; none means all.
    only: Vec<String>,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// Only stages with one of these words in their name; without words, all.
    pub fn only(words: &[&str]) -> Stages {
        let only = words.iter().map(|word| word.to_lowercase()).collect();
        Stages {
            only,
            done: Vec::new(),
        }
    }

    /// Runs one stage; a failure ends the command.
    pub fn run(&mut self, name: &'static str, work: impl FnOnce() -> Outcome) -> Outcome {
        let has = |word: &String| name.to_lowercase().contains(word);
        if !self.only.is_empty() && !self.only.iter().any(has) {
            return Ok(());
        }
        println!("\n== {name}");
        let started = Instant::now();
        let outcome = work();
        self.done.push((name, started.elapsed()));
        outcome.map_err(|error| {
            self.print();
            format!("{name}: {error}")
        })
    }

    /// Prints the times. It is an error if no stage was wanted.
    pub fn end(&self) -> Outcome {
        self.print();
        if self.done.is_empty() {
            return Err(format!("No part is named {}.", self.only.join(" or ")));
        }
        Ok(())
    }

    fn print(&self) {
        println!();
        for (name, time) in &self.done {
            println!("{:>7.1} s  {name}", time.as_secs_f64());
        }
    }
}
