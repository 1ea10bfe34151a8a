//! From the coordinates of a program's tree to physical pixels and back.
//!
//! Most X11 programs tell physical pixels of the screen. Those that scale
//! themselves tell logical ones, and those that do not know where their window
//! is (GTK 4, everything under Wayland) begin at the window's corner. What they
//! tell of their own window, compared with where it is, says which it is.

use crate::platform::{Rect, Window};

/// How a program counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// What the program says where its window begins, ...
    told: (f64, f64),
    /// ... and where that is.
    real: (f64, f64),
    /// Physical pixels for one of its units.
    scale: f64,
    /// It counts from its window's corner.
    pub(super) from_window: bool,
}

/// Scales that programs use.
const SCALES: [f64; 7] = [1.0, 2.0, 1.25, 1.5, 1.75, 3.0, 2.5];
/// So far off still counts as the same.
const NEAR: f64 = 3.0;

impl Place {
    /// Of a program that tells physical pixels of the screen, in units of that scale.
    pub(super) fn of_screen(scale: f64) -> Self {
        Self {
            told: (0.0, 0.0),
            real: (0.0, 0.0),
            scale,
            from_window: false,
        }
    }

    /// Where it says where its windows are: how many pixels it takes for a unit.
    pub(super) fn screen_scale(&self) -> Option<f64> {
        (*self == Self::of_screen(self.scale)).then_some(self.scale)
    }

    /// Of a program that tells this of the window.
    pub(super) fn of(told: Rect, window: &Window) -> Self {
        let size = |rect: Rect| (f64::from(rect.w), f64::from(rect.h));
        let at = |rect: Rect| (f64::from(rect.x), f64::from(rect.y));
        let (w, h) = size(told);
        let mut best: Option<(f64, f64, Rect)> = None;
        for base in [window.content, window.rect] {
            let (base_w, base_h) = size(base);
            for scale in SCALES {
                let off = (w * scale - base_w).abs() + (h * scale - base_h).abs();
                if best.is_none_or(|(least, ..)| off + 0.5 < least) {
                    best = Some((off, scale, base));
                }
            }
        }
        let exact = best.filter(|(off, scale, _)| *off <= NEAR * 2.0 * scale);
        let (off, scale, base) = exact.unwrap_or_else(|| {
            // A shadow around it, of whole scales only: the window is what is larger.
            let (base_w, base_h) = size(window.content);
            let fits = |scale: &&f64| w * **scale <= base_w && h * **scale <= base_h;
            let scale = [3.0, 2.0, 1.0].iter().find(fits).copied().unwrap_or(1.0);
            (f64::INFINITY, scale, window.content)
        });
        let told_at = at(told);
        let near = |a: (f64, f64), b: (f64, f64)| {
            (a.0 - b.0).abs() <= NEAR * scale && (a.1 - b.1).abs() <= NEAR * scale
        };
        // It says where it is, and is right: nothing to move, whatever it takes
        // for its window's frame.
        let scaled = (told_at.0 * scale, told_at.1 * scale);
        if near(scaled, at(base)) || near(scaled, at(window.rect)) {
            return Self {
                told: (0.0, 0.0),
                real: (0.0, 0.0),
                scale,
                from_window: false,
            };
        }
        let mut real = at(base);
        if off.is_infinite() {
            let (base_w, base_h) = size(base);
            real.0 += ((base_w - w * scale) / 2.0).max(0.0);
            real.1 += ((base_h - h * scale) / 2.0).max(0.0);
        }
        Self {
            told: told_at,
            real,
            scale,
            from_window: told_at.0.abs() <= NEAR && told_at.1.abs() <= NEAR,
        }
    }

    /// A physical point as the program counts.
    pub(super) fn point(&self, (x, y): (i32, i32)) -> (i32, i32) {
        let to = |at: i32, real: f64, told: f64| {
            ((f64::from(at) + 0.5 - real) / self.scale + told).floor() as i32
        };
        (
            to(x, self.real.0, self.told.0),
            to(y, self.real.1, self.told.1),
        )
    }

    /// What the program tells, in physical pixels.
    pub(super) fn rect(&self, told: Rect) -> Rect {
        let from = |at: f64, told: f64, real: f64| (at - told) * self.scale + real;
        let (left, top) = (
            from(f64::from(told.x), self.told.0, self.real.0),
            from(f64::from(told.y), self.told.1, self.real.1),
        );
        Rect {
            x: left.round() as i32,
            y: top.round() as i32,
            w: (f64::from(told.w) * self.scale).round() as u32,
            h: (f64::from(told.h) * self.scale).round() as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::WindowKind;
    use pretty_assertions::assert_eq;

    fn rect(x: i32, y: i32, w: u32, h: u32) -> Rect {
        Rect { x, y, w, h }
    }

    /// A window with a title bar of 20 and edges of 2.
    fn window(content: Rect) -> Window {
        Window {
            id: 1,
            title: String::new(),
            app: String::new(),
            pid: None,
            rect: rect(content.x - 2, content.y - 20, content.w + 4, content.h + 22),
            content,
            active: true,
            minimised: false,
            above: false,
            kind: WindowKind::Normal,
        }
    }

    #[test]
    fn programs_count_in_their_own_ways() {
        let content = rect(100, 200, 400, 300);
        let check = |content: Rect, told: Rect, element: Rect, expected: Rect| {
            let place = Place::of(told, &window(content));
            assert_eq!(place.rect(element), expected, "{told:?}");
            let middle = |r: Rect| (r.x + r.w as i32 / 2, r.y + r.h as i32 / 2);
            let (x, y) = place.point(middle(expected));
            let (wanted_x, wanted_y) = middle(element);
            assert!(
                (x - wanted_x).abs() <= 1 && (y - wanted_y).abs() <= 1,
                "{told:?}"
            );
        };
        // Physical pixels of the screen; the window without and with its frame.
        check(
            content,
            content,
            rect(110, 220, 40, 20),
            rect(110, 220, 40, 20),
        );
        check(
            content,
            rect(98, 180, 404, 322),
            rect(110, 220, 40, 20),
            rect(110, 220, 40, 20),
        );
        // From the window's corner.
        check(
            content,
            rect(0, 0, 400, 300),
            rect(10, 20, 40, 20),
            rect(110, 220, 40, 20),
        );
        // Logical pixels, of the screen and from the corner.
        check(
            content,
            rect(50, 100, 200, 150),
            rect(55, 110, 20, 10),
            rect(110, 220, 40, 20),
        );
        check(
            content,
            rect(0, 0, 200, 150),
            rect(5, 10, 20, 10),
            rect(110, 220, 40, 20),
        );
        // On a display to the left of the first one.
        check(
            rect(-900, -50, 400, 300),
            rect(0, 0, 400, 300),
            rect(10, 20, 40, 20),
            rect(-890, -30, 40, 20),
        );
        // With a shadow of 20 on each side.
        check(
            content,
            rect(0, 0, 360, 260),
            rect(10, 20, 40, 20),
            rect(130, 240, 40, 20),
        );
    }
}
