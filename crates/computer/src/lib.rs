//! Looks at the screen, and drives mouse and keyboard.
//!
//! The central type is [`Computer`]: one per process, it looks ([`Shot`]), acts
//! ([`Acted`]) and answers every method of the Computer API. The one decision:
//! mouse and keyboard have a single owner, the [`Gate`], a thread that checks
//! before every single event whether it may still go on, so that Stop works in
//! the middle of anything.

mod acting;
mod action;
mod again;
mod api;
mod clock;
mod computer;
mod config;
mod consequence;
mod desk;
mod displays;
mod doctor;
mod effect;
mod error;
mod find;
mod floor;
mod focus;
mod gate;
mod guard;
mod image;
mod keys;
mod kind;
mod nearby;
mod noticing;
mod open;
pub mod platform;
mod record;
mod room;
mod secret;
mod seeing;
mod selection;
mod stir;

pub use again::{Found, Trace, is_again};
pub use api::{Method, Param, describe, reference};
pub use computer::Computer;
pub use config::{
    Acted, Changed, Clear, ComputerConfig, Look, Picture, SessionKey, Shot, StoppedBy, Target,
};
pub use consequence::{Clue, Consequence, consequence};
pub use error::ComputerError;
pub use gate::{Gate, GateEvent};
pub use guard::{Deed, Guard};
pub use kind::AppKind;
pub use nearby::Nearby;
pub use platform::{Element, States};
pub use record::{Done, Recorder, Snap};
pub use secret::{Secret, SecretResolver, SecretWanted};
pub use selection::{Captured, Selector};
pub use stir::Stir;
