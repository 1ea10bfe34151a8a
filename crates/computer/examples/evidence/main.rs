//! Tries every action on every layout of displays, with windows that log what
//! they received. Prints one line a cell; with the name of a
//! system (`X11`, `sway`) or a part of a layout's name only those; after `--` the
//! actions that are wanted. With a folder in `EVIDENCE_PICTURES` it keeps a picture
//! of each layout there, and one of each cell that failed.
//! `cargo xtask evidence` makes the table of docs/os-mode-evidence.md from it.

mod cells;

use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let actions = words
        .iter()
        .position(|word| word == "--")
        .map(|at| words.split_off(at));
    let actions: Option<Vec<&str>> = actions
        .as_ref()
        .map(|actions| actions.iter().map(String::as_str).collect());
    let wanted = |layout: &cells::Layout| {
        words.is_empty()
            || words
                .iter()
                .any(|word| layout.system() == word || layout.name.contains(word.as_str()))
    };
    // One thread: the windows end with the one that started them.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for layout in cells::LAYOUTS.iter().filter(|layout| wanted(layout)) {
        runtime.block_on(cells::run(layout, actions.as_deref(), |cell| {
            println!("{}", cell.line());
            let _ = std::io::stdout().flush();
        }));
    }
    Ok(())
}
