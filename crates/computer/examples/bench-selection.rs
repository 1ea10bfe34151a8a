//! Measures how long reading the selection of the app in front takes.
//!
//! `bench-selection [TIMES]` on a desktop where text is selected prints a line a
//! sample, `name<TAB>value<TAB>unit`, and what was read.

use std::time::Instant;

use interpreter_computer::Selector;

fn main() {
    let times = std::env::args().nth(1).and_then(|word| word.parse().ok());
    let selector = Selector::new(None);
    for at in 0..times.unwrap_or(1) {
        let start = Instant::now();
        let captured = selector.capture(&[]);
        let time = start.elapsed().as_secs_f64() * 1000.0;
        let name = if at == 0 { "first" } else { "next" };
        println!("selection-{name}\t{time:.3}\tms");
        if at == 0 {
            let start: String = captured.text.chars().take(60).collect();
            let (how, app, refused) = (captured.source, captured.app, captured.refused);
            let count = captured.text.chars().count();
            eprintln!(
                "{start:?} ({count} characters) from {app:?} by {how:?}, editable {}, area {:?}, refused {refused:?}",
                captured.editable, captured.area
            );
        }
    }
}
