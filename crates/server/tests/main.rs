//! The server over real sockets, in front of a real engine that needs no model.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod http;
mod pipe;
mod socket;
mod support;
