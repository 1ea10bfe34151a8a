//! Where a front's small windows go: beside what they are about, and off what is
//! about to be clicked.

/// Left, top, width and height, in physical pixels of the desktop.
pub type Area = [i32; 4];

/// What is about to be clicked has an extent of its own; so much room it gets, in pixels.
const ROOM: i32 = 32;
/// Between a window and the edges of its display.
const EDGE: i32 = 8;

/// Whether a point lies in an area.
#[must_use]
pub fn holds([left, top, width, height]: Area, (x, y): (i32, i32)) -> bool {
    (left..left + width).contains(&x) && (top..top + height).contains(&y)
}

/// Below the anchor, above it where there is no room below, and always inside
/// the work area; in its middle without an anchor.
#[must_use]
pub fn beside(anchor: Option<Area>, (w, h): (i32, i32), work: Area, gap: i32) -> (i32, i32) {
    let [left, top, width, height] = work;
    let (x, y) = match anchor {
        None => (left + (width - w) / 2, top + (height - h) / 2),
        Some([x, y, _, tall]) => {
            let below = y + tall + gap;
            let above = y - gap - h;
            let fits = below + h <= top + height;
            (x, if fits || above < top { below } else { above })
        }
    };
    (
        x.min(left + width - w).max(left),
        y.min(top + height - h).max(top),
    )
}

/// Another place in the work area for a window that lies over or close to one of the
/// points: the middle of the upper edge first, where the person looks for it, then
/// that of the lower one, then the corners and sides. None where it may stay, or would
/// be in the way everywhere.
#[must_use]
pub fn aside(window: Area, work: Area, points: &[(i32, i32)]) -> Option<(i32, i32)> {
    let [_, _, w, h] = window;
    let free = |x: i32, y: i32| {
        let around = [x - ROOM, y - ROOM, w + 2 * ROOM, h + 2 * ROOM];
        !points.iter().any(|point| holds(around, *point))
    };
    if free(window[0], window[1]) {
        return None;
    }
    let [left, top, width, height] = work;
    let across = [left + (width - w) / 2, left + width - w - EDGE, left + EDGE];
    let down = [top + EDGE, top + height - h - EDGE, top + (height - h) / 2];
    let places = across.iter().flat_map(|x| down.iter().map(|y| (*x, *y)));
    let inside = |(x, y): &(i32, i32)| *x >= left && *y >= top;
    let middle = (across[0], down[2]);
    places
        .filter(|place| *place != middle && inside(place))
        .find(|(x, y)| free(*x, *y))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_window_lies_beside_its_anchor_and_inside_the_work_area() {
        let check = |anchor: Option<Area>, work: Area, expected: (i32, i32)| {
            assert_eq!(beside(anchor, (380, 240), work, 8), expected, "{anchor:?}");
        };
        let screen = [0, 0, 1920, 1040];
        check(Some([100, 200, 300, 20]), screen, (100, 228));
        // No room below: above. No room at all: inside.
        check(Some([100, 900, 300, 20]), screen, (100, 652));
        check(Some([100, 100, 300, 900]), screen, (100, 800));
        // At the edges.
        check(Some([1800, 200, 10, 20]), screen, (1540, 228));
        check(Some([-50, 200, 10, 20]), screen, (0, 228));
        // On a display to the left of the first.
        let other = [-1280, -200, 1280, 1024];
        check(Some([-1000, 0, 50, 20]), other, (-1000, 28));
        check(Some([-20, 700, 0, 0]), other, (-380, 452));
        check(None, screen, (770, 400));
        // A display smaller than the window.
        check(Some([10, 10, 5, 5]), [0, 0, 300, 200], (0, 0));
    }

    #[test]
    fn a_window_steps_aside_where_it_is_in_the_way() {
        let screen = [0, 0, 1920, 1080];
        let pill = |x: i32, y: i32| [x, y, 620, 64];
        let check = |window: Area, points: &[(i32, i32)], expected: Option<(i32, i32)>| {
            assert_eq!(aside(window, screen, points), expected, "{points:?}");
        };
        let home = pill(650, 8);
        check(home, &[(960, 540)], None);
        // Over it, and close to it.
        check(home, &[(960, 40)], Some((650, 1008)));
        check(home, &[(960, 72 + 31)], Some((650, 1008)));
        check(home, &[(960, 72 + 32)], None);
        // A drag along the whole upper edge.
        check(home, &[(10, 40), (960, 40), (1900, 40)], Some((650, 1008)));
        // From the upper edge to the lower one.
        check(home, &[(960, 40), (960, 1040)], Some((1292, 8)));
        // Back home only when it is in the way again.
        check(pill(650, 1008), &[(960, 40)], None);
        check(pill(650, 1008), &[(960, 1040)], Some((650, 8)));
        // On a display to the left, where the person put it.
        assert_eq!(
            aside(pill(-1500, 300), [-1920, -100, 1920, 1080], &[(-1400, 320)]),
            Some((-1270, -92)),
        );
        // No room anywhere.
        let everywhere: Vec<_> = (0..20)
            .flat_map(|x| (0..12).map(move |y| (x * 100, y * 100)))
            .collect();
        check(home, &everywhere, None);
    }

    proptest! {
        #[test]
        fn aside_is_inside_and_free(
            x in -3000..3000i32, y in -3000..3000i32, px in 0..1920i32, py in 0..1080i32,
            left in -2000..2000i32, top in -2000..2000i32,
        ) {
            let work = [left, top, 1920, 1080];
            let point = (left + px, top + py);
            // One point is never everywhere.
            match aside([x, y, 620, 64], work, &[point]) {
                None => prop_assert!(!holds([x, y, 620, 64], point)),
                Some((x, y)) => {
                    prop_assert!(!holds([x, y, 620, 64], point));
                    prop_assert!(x >= left && y >= top && x + 620 <= left + 1920 && y + 64 <= top + 1080);
                }
            }
        }
    }
}
