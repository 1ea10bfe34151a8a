//! Where text may be: an image in, boxes of lines of text out.
//!
//! Reading a whole screen takes seconds; looking for what could be text takes
//! milliseconds. Letters are small connected groups of edges, beside each other
//! at one height; frames, rules and pictures are not.

mod components;
mod grey;
mod lines;
#[cfg(test)]
mod tests;

pub use grey::Grey;
pub use lines::{Region, find};
