//! What can be known of windows here: which there are and which has the keyboard, as
//! programs tell on the accessibility bus. Where they lie, nobody tells.
//!
//! So a window has no area: what is clicked is not known, and each click is asked for.
//! The ones that must be neither seen nor touched are taken to lie everywhere.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use atspi::{State, StateSet};
use zbus::blocking::Connection;

use super::super::accessibility::bus::{
    ACCESSIBLE, CALL, PROPERTIES, REGISTRY, ROOT, Reference, call, connect, pid,
};
use super::bus::Bus;
use crate::AppKind;
use crate::platform::{Rect, Window, WindowKind};

/// All programs together may take this long.
const ALL: Duration = Duration::from_millis(400);
/// How long after a failure it is not tried again.
const AGAIN: Duration = Duration::from_secs(5);

/// Asks the programs.
pub(super) struct Windows {
    bus: Arc<Bus>,
    tree: Mutex<Tree>,
}

#[derive(Default)]
struct Tree {
    conn: Option<Connection>,
    failed: Option<Instant>,
}

impl Windows {
    pub(super) fn new(bus: Arc<Bus>) -> Self {
        Self {
            bus,
            tree: Mutex::default(),
        }
    }

    /// The windows, the one with the keyboard first; none where programs tell nothing.
    /// `desktop` is the area of all displays.
    pub(super) fn all(&self, desktop: Rect) -> Vec<Window> {
        let tree = &mut *self.tree.lock().unwrap_or_else(PoisonError::into_inner);
        if tree.failed.is_some_and(|at| at.elapsed() < AGAIN) {
            return Vec::new();
        }
        if tree.conn.is_none() {
            tree.conn = self
                .bus
                .accessibility()
                .and_then(|address| connect(Some(address), CALL));
        }
        let found = tree.conn.as_ref().and_then(|conn| windows(conn, desktop));
        tree.failed = found.is_none().then(Instant::now);
        if found.is_none() {
            tree.conn = None;
        }
        let mut found = found.unwrap_or_default();
        // What is guarded before all, then what has the keyboard.
        found.sort_by_key(|window| (window.rect.w == 0, !window.active));
        found
    }
}

fn children(bus: &Connection, name: &str, path: &str) -> Option<Vec<Reference>> {
    call(bus, name, path, ACCESSIBLE, "GetChildren", &())
}

fn title(bus: &Connection, (name, path): &Reference) -> String {
    let value: Option<zbus::zvariant::OwnedValue> =
        call(bus, name, path, PROPERTIES, "Get", &(ACCESSIBLE, "Name"));
    value
        .and_then(|value| String::try_from(value).ok())
        .unwrap_or_default()
}

fn windows(bus: &Connection, desktop: Rect) -> Option<Vec<Window>> {
    let deadline = Instant::now() + ALL;
    let mut found = Vec::new();
    for program in children(bus, REGISTRY, ROOT)? {
        if Instant::now() > deadline {
            break;
        }
        let frames = children(bus, &program.0, program.1.as_str()).unwrap_or_default();
        if frames.is_empty() {
            continue;
        }
        let pid = pid(bus, &program.0);
        let app = title(bus, &program);
        let mut names = pid.map(super::super::programs).unwrap_or_default();
        names.push(app.clone());
        let guarded = matches!(
            AppKind::of(&names),
            AppKind::PasswordManager | AppKind::SystemPrompt
        );
        for frame in frames {
            let states: Option<StateSet> =
                call(bus, &frame.0, frame.1.as_str(), ACCESSIBLE, "GetState", &());
            let states = states.unwrap_or_default();
            if !states.contains(State::Showing) && !states.contains(State::Visible) {
                continue;
            }
            let mut id = DefaultHasher::new();
            frame.hash(&mut id);
            let rect = if guarded { desktop } else { Rect::default() };
            found.push(Window {
                id: id.finish(),
                title: title(bus, &frame),
                app: app.clone(),
                pid,
                rect,
                content: rect,
                active: states.contains(State::Active),
                minimised: false,
                above: false,
                kind: WindowKind::Normal,
            });
        }
    }
    Some(found)
}
