//! Reading rendered windows through the real worker.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod reading;
mod scene;
mod window;
mod worker;
