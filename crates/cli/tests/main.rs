//! The command as people and programs use it: through pipes and a real
//! terminal, answered by the built-in model, which needs no key and no network.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod commands;
mod ending;
mod linked;
mod logs;
mod screen;
mod serving;
mod support;
mod terminal;
