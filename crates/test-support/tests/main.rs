//! The scripted model server by raw requests, and the desktop with its windows.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod checks;
mod client;
mod desktop;
mod history;
mod newer;
mod program;
mod server;
