//! The `interpreter` command.
fn main() {}
