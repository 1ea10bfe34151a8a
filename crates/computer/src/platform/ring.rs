//! The border around a display, as rectangles: four sides that do not overlap, and the
//! light line on them.

use super::Rect;

/// One pixel of the dark colour, four of the light one, one of the dark one.
pub(crate) const WIDTH: u32 = 6;

/// Top, bottom, left and right of an area, without overlap.
pub(crate) fn around(area: Rect) -> [Rect; 4] {
    let (w, h) = (WIDTH.min(area.w), WIDTH.min(area.h));
    let below = area.y.saturating_add_unsigned(area.h - h);
    let right = area.x.saturating_add_unsigned(area.w - w);
    let beside = Rect {
        y: area.y.saturating_add_unsigned(h),
        w,
        h: (area.h - h).saturating_sub(h).max(1),
        ..area
    };
    [
        Rect { h, ..area },
        Rect {
            y: below,
            h,
            ..area
        },
        beside,
        Rect { x: right, ..beside },
    ]
}

/// What of an area's border is light, counted from the corner of `place`, one of its
/// sides; what reaches over that side's edge is cut off by whoever paints it.
pub(crate) fn light(area: Rect, place: Rect) -> [Rect; 4] {
    let line = |x: i32, y: i32, w: u32, h: u32| Rect {
        x: area.x + x - place.x,
        y: area.y + y - place.y,
        w,
        h,
    };
    let (w, h) = (area.w.saturating_sub(2), area.h.saturating_sub(2));
    let thick = WIDTH - 2;
    let last = |size: u32| size as i32 + 1 - thick as i32;
    [
        line(1, 1, w, thick),
        line(1, last(h), w, thick),
        line(1, 1, thick, h),
        line(last(w), 1, thick, h),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_sides_meet_in_closed_rings() {
        let area = Rect {
            x: -20,
            y: 5,
            w: 16,
            h: 14,
        };
        let mut shown = vec![vec![' '; 16]; 14];
        for place in around(area) {
            let lines = light(area, place);
            for y in 0..place.h as i32 {
                for x in 0..place.w as i32 {
                    let is_light = lines.iter().any(|line| line.contains(x, y));
                    let (column, row) = (place.x + x - area.x, place.y + y - area.y);
                    let spot = &mut shown[row as usize][column as usize];
                    assert_eq!(*spot, ' ');
                    *spot = if is_light { 'o' } else { '#' };
                }
            }
        }
        let lines: Vec<String> = shown.into_iter().map(String::from_iter).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(
            lines,
            [
                "################",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooo######oooo#",
                "#oooo#    #oooo#",
                "#oooo#    #oooo#",
                "#oooo######oooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "#oooooooooooooo#",
                "################",
            ]
        );
    }
}
