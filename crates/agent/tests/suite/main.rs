//! The loop with a scripted model, a journal in memory and a tool that echoes.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod batch;
mod control;
mod echo;
mod ends;
mod house;
mod own_code;
mod past;
mod queue;
mod replaying;
mod script;
mod turns;
