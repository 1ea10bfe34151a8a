//! The engine as fronts use it: the three verbs, a real store, real code, a scripted model.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod asking_again;
mod attaching;
mod budgets;
mod history;
mod house;
mod notices;
mod replaying;
mod rules;
mod running_code;
mod secrets;
