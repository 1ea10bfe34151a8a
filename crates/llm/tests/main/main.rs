//! The crate from outside: recorded streams, recorded errors, whole requests, a real server.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod coordinates;
mod errors;
mod local;
mod replay;
mod server;
mod support;
mod vendors;
