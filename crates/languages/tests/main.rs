//! The languages, with real interpreters.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod computer;
mod javascript;
mod lifecycle;
mod output;
mod python;
mod shell;
mod support;
