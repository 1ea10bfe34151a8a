//! The product as a person meets it: real programs, real screens, only the model is scripted.
//!
//! One module a behaviour: `law` (who may import what), `chat` (through every
//! front), `approval`, `attacks` (what comes from outside), `crash`, `stop`, `screen` (OS mode), `tasks` (on real programs), `bad_input`, `browser` and
//! `window` (the page, in Chromium and in the app), `popup` (over selected text), `package` (what people install).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod approval;
mod attacks;
mod bad_input;
mod browser;
mod chat;
mod crash;
mod house;
mod law;
mod package;
mod popup;
mod screen;
mod secrets;
mod stop;
mod tasks;
mod webdriver;
mod window;
mod wires;
mod yielding;
