//! What of a recorded action tells whether it is the same one now: windows, places,
//! elements.

use interpreter_protocol::Frame;
use serde_json::Value;

use super::Trace;
use crate::platform::{Element, Rect, Window, WindowKind};

pub(super) fn area_of(frame: &Frame) -> Rect {
    Rect {
        x: frame.origin.0,
        y: frame.origin.1,
        w: frame.native.0,
        h: frame.native.1,
    }
}

pub(super) fn middle(rect: Rect) -> (i32, i32) {
    (
        rect.x.saturating_add_unsigned(rect.w / 2),
        rect.y.saturating_add_unsigned(rect.h / 2),
    )
}

/// Whether a window may be the recorded one by its title, which also tells what is open
/// in it: then its last part is the program's.
pub(super) fn same_title(trace: &Trace, window: &Window) -> bool {
    let Some(then) = trace.window.as_deref().filter(|title| !title.is_empty()) else {
        return true;
    };
    let last = |title: &str| title.rsplit_once(" - ").map(|(_, last)| last.to_owned());
    let program = last(then);
    window.kind == WindowKind::Popup
        || window.title == then
        || (program.is_some() && program == last(&window.title))
}

/// Menus and drop-downs are windows of their own.
pub(super) fn belongs(window: &Window, to: &Window) -> bool {
    window.id == to.id
        || (window.app == to.app
            && window.pid == to.pid
            && (window.kind == WindowKind::Popup || to.kind == WindowKind::Popup))
}

/// Where the recorded point would be in a window: as far from its corner as then, or at
/// the same share of it.
pub(super) fn expected(trace: &Trace, now: Rect, scaled: bool) -> (i32, i32) {
    let last = trace.points.last().copied().unwrap_or_default();
    let Some(then) = trace.window_area else {
        return last;
    };
    let at = |at: i32, then: (i32, u32), now: (i32, u32)| {
        let off = f64::from(at) - f64::from(then.0);
        let factor = match scaled {
            true => f64::from(now.1) / f64::from(then.1.max(1)),
            false => 1.0,
        };
        now.0 + (off * factor).floor() as i32
    };
    (
        at(last.0, (then.x, then.w), (now.x, now.w)),
        at(last.1, (then.y, then.h), (now.y, now.h)),
    )
}

/// The same place within an element that was found: the same share of it, in its inside.
pub(super) fn within(trace: &Trace, now: Rect) -> (i32, i32) {
    let then = trace.element.as_ref().and_then(|(.., area)| *area);
    let (Some(then), Some(last)) = (then, trace.points.last()) else {
        return middle(now);
    };
    if !then.contains(last.0, last.1) {
        return middle(now);
    }
    let kept = (now.x + last.0 - then.x, now.y + last.1 - then.y);
    if is_surface(trace) && now.contains(kept.0, kept.1) {
        return kept;
    }
    let at = |at: i32, then: (i32, u32), now: (i32, u32)| {
        let share = (f64::from(at - then.0) + 0.5) / f64::from(then.1.max(1));
        let last = i32::try_from(now.1.max(1) - 1).unwrap_or(i32::MAX);
        now.0 + ((share * f64::from(now.1)).floor() as i32).clamp(0, last)
    };
    (
        at(last.0, (then.x, then.w), (now.x, now.w)),
        at(last.1, (then.y, then.h), (now.y, now.h)),
    )
}

/// More of what is on it shows where it is larger; its parts do not grow with it.
fn is_surface(trace: &Trace) -> bool {
    let role = trace.element.as_ref().map(|(role, ..)| role.as_str());
    matches!(
        role,
        Some("canvas" | "text area" | "document" | "table" | "tree" | "list")
    )
}

/// Roles that only hold others tell nothing about the place in them.
pub(super) fn worth_seeking(role: &str, name: &str) -> bool {
    let holds = matches!(
        role,
        "" | "unknown" | "group" | "window" | "application" | "document" | "dialog"
    );
    !holds || (role == "document" && !name.trim().is_empty())
}

/// Whether an element is the recorded one, as far as both are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// Role and name are the same.
    Same,
    /// They are not.
    Other,
    /// It was not told then.
    Unknown,
}

pub(super) fn matches(trace: &Trace, now: &Element) -> Match {
    let Some((role, name, _)) = &trace.element else {
        return Match::Unknown;
    };
    match is_again((role, name), now) {
        true => Match::Same,
        // A program that is slow may not have told its name in time.
        false if *role == now.role && name.trim().is_empty() => Match::Unknown,
        false => Match::Other,
    }
}

/// Whether an element is one that was of this role and name once.
pub fn is_again((role, name): (&str, &str), now: &Element) -> bool {
    role == now.role && (is_volatile(role) || name.trim() == now.name.trim())
}

/// Whether what something of this role is called is what it holds.
pub(super) fn is_volatile(role: &str) -> bool {
    role == "combo box"
}

/// Moving and scrolling change nothing, wherever in the window they are.
pub(super) fn is_harmless(action: &Value) -> bool {
    let name = action.get("action").and_then(Value::as_str);
    matches!(name, Some("scroll" | "mouse_move"))
}

/// Whether it puts letters somewhere; chords and single keys go where the focus is.
pub(super) fn types(action: &Value) -> bool {
    let name = action.get("action").and_then(Value::as_str);
    matches!(name, Some("type" | "write_secret"))
}

/// What it was done to, for people.
pub(super) fn described(trace: &Trace) -> String {
    match &trace.element {
        Some((role, name, _)) => {
            let element = Element {
                role: role.clone(),
                name: name.clone(),
                ..Element::default()
            };
            let named = named(&element);
            let mut letters = named.chars();
            let first = letters.next().map(char::to_uppercase);
            first.into_iter().flatten().chain(letters).collect()
        }
        None => "The place".to_owned(),
    }
}

pub(super) fn named(element: &Element) -> String {
    crate::noticing::named(element)
}
