//! What a person does while the gate is open, and what follows from it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Shared;
use crate::StoppedBy;
use crate::platform::{Display, PhysicalEvent, PhysicalKind};

/// A hand on the mouse, not a shaking table: this far, in pixels ...
const FAR: i64 = 12;
/// ... within this time.
const WITHIN: Duration = Duration::from_millis(150);
/// So long after Resume the hand that pressed it may still move ...
pub(super) const GRACE: Duration = Duration::from_millis(300);
/// ... no farther than this, in pixels.
const LEAVING: i64 = 120;
/// This close to a corner counts as in it, in pixels.
const CORNER: i64 = 10;

/// The moves of the last moments.
#[derive(Default)]
pub(crate) struct Motion {
    moves: VecDeque<(Instant, i64, i64)>,
}

impl Motion {
    /// Adds a move; whether the pointer has now been taken over: it went farther than
    /// this within a moment.
    fn add(&mut self, at: Instant, dx: i32, dy: i32, far: i64) -> bool {
        while self
            .moves
            .front()
            .is_some_and(|(then, ..)| at.duration_since(*then) > WITHIN)
        {
            self.moves.pop_front();
        }
        self.moves
            .push_back((at, i64::from(dx).abs(), i64::from(dy).abs()));
        let (x, y) = self
            .moves
            .iter()
            .fold((0, 0), |(x, y), (_, dx, dy)| (x + dx, y + dy));
        x * x + y * y > far * far
    }
}

impl Shared {
    /// Where the pointer is before an action. Moved without any input, by a
    /// program, it was not us either.
    pub(crate) fn moved_to(&self, at: (i32, i32)) {
        let state = self.lock();
        let Some(known) = state.pointer else { return };
        let off = |a: i32, b: i32| i64::from(a) - i64::from(b);
        let (dx, dy) = (off(at.0, known.0), off(at.1, known.1));
        if dx * dx + dy * dy > FAR * FAR {
            self.pause(state, "the mouse was moved".to_owned());
        }
    }

    /// Called on the listener's thread for input that is not ours.
    pub(crate) fn heard(&self, event: PhysicalEvent) {
        let mut state = self.lock();
        if state.holder.is_none() {
            return;
        }
        match event.kind {
            PhysicalKind::Key {
                is_stop_key: true,
                down: true,
            } => {
                self.stop(state, StoppedBy::Escape);
            }
            PhysicalKind::Key { down: true, .. } => {
                self.pause(state, "a key was pressed".to_owned());
            }
            PhysicalKind::Button { down: true } => {
                self.pause(state, "a mouse button was pressed".to_owned());
            }
            PhysicalKind::Unknown => {
                self.pause(state, "mouse or keyboard were used".to_owned());
            }
            PhysicalKind::Withdrawn => {
                self.stop(
                    state,
                    StoppedBy::Caller("the desktop, where control was ended".to_owned()),
                );
            }
            // What was pressed before the gate opened comes up later.
            PhysicalKind::Key { .. } | PhysicalKind::Button { .. } => {}
            PhysicalKind::Motion { dx, dy, at } => {
                let near = |corner: &(i32, i32)| {
                    let off = |a: i32, b: i32| (i64::from(a) - i64::from(b)).abs();
                    off(corner.0, at.0) < CORNER && off(corner.1, at.1) < CORNER
                };
                let now = self.clock.now();
                let grace = state.grace.is_some_and(|until| now < until);
                if !grace && state.grace.take().is_some() {
                    // What was let pass is over; it does not count any more.
                    state.motion = Motion::default();
                }
                let far = if grace { LEAVING } else { FAR };
                if state.corners.iter().any(near) {
                    self.stop(state, StoppedBy::Corner);
                } else if state.motion.add(event.time, dx, dy, far) {
                    self.pause(state, "the mouse was moved".to_owned());
                }
            }
        }
    }
}

/// The corner pixels of the desktop's outer edge: those corners of displays
/// beside, above and diagonally behind which there is no further display. A
/// corner between two displays is on the way from one to the other.
pub(crate) fn outer_corners(displays: &[Display]) -> Vec<(i32, i32)> {
    let covered = |x: i32, y: i32| displays.iter().any(|display| display.rect().contains(x, y));
    let mut corners = Vec::new();
    for display in displays {
        let (left, top) = display.origin;
        let right = left.saturating_add_unsigned(display.size.0.saturating_sub(1));
        let bottom = top.saturating_add_unsigned(display.size.1.saturating_sub(1));
        for (x, away_x) in [(left, -1), (right, 1)] {
            for (y, away_y) in [(top, -1), (bottom, 1)] {
                let beyond = [(away_x, 0), (0, away_y), (away_x, away_y)];
                let open =
                    |(dx, dy): (i32, i32)| !covered(x.saturating_add(dx), y.saturating_add(dy));
                if beyond.into_iter().all(open) {
                    corners.push((x, y));
                }
            }
        }
    }
    corners
}

#[cfg(test)]
mod tests {
    use super::*;

    fn display(x: i32, y: i32, w: u32, h: u32) -> Display {
        Display {
            id: String::new(),
            origin: (x, y),
            size: (w, h),
            scale: 1.0,
            primary: false,
        }
    }

    #[test]
    fn corners_of_the_outer_edge() {
        let check = |displays: &[Display], expected: &[(i32, i32)]| {
            assert_eq!(outer_corners(displays), expected);
        };
        check(
            &[display(0, 0, 100, 50)],
            &[(0, 0), (0, 49), (99, 0), (99, 49)],
        );
        // Side by side: the four in the middle are no corners.
        check(
            &[display(0, 0, 100, 50), display(100, 0, 100, 50)],
            &[(0, 0), (0, 49), (199, 0), (199, 49)],
        );
        // A lower second display: its outer corners count, the shared edge does not.
        check(
            &[display(0, 0, 100, 50), display(-80, 0, 80, 40)],
            &[(0, 49), (99, 0), (99, 49), (-80, 0), (-80, 39)],
        );
    }

    #[test]
    fn a_hand_is_not_a_shaking_table() {
        let start = Instant::now();
        let check = |moves: &[(u64, i32, i32)], expected: bool| {
            let mut motion = Motion::default();
            let taken = moves
                .iter()
                .any(|(at, dx, dy)| motion.add(start + Duration::from_millis(*at), *dx, *dy, FAR));
            assert_eq!(taken, expected, "{moves:?}");
        };
        check(&[(0, 13, 0)], true);
        check(&[(0, 12, 0)], false);
        check(&[(0, 9, 9)], true);
        check(&[(0, 7, 0), (100, 7, 0)], true);
        check(&[(0, 7, 0), (200, 7, 0)], false);
        check(&[(0, 7, 0), (50, -7, 0)], true);
    }
}
