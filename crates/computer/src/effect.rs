//! What an action did: the screen before and after, compared.

use std::time::Duration;

use interpreter_perception::Pixels;
use interpreter_protocol::{Effect, Frame, Outcome};

use crate::platform::{Rect, Window, WindowKind};
use crate::{Changed, image, noticing};

/// The screen has settled when nothing was drawn for this long
pub(crate) const QUIET: Duration = Duration::from_millis(250);
/// (this long again, where nothing has changed at all yet) ...
pub(crate) const SLOW: Duration = Duration::from_millis(500);
/// (and longer after text, which may need fonts that are not loaded yet),
pub(crate) const VERY_SLOW: Duration = Duration::from_millis(1500);
/// (a program that still works, although nothing has changed, is waited for this long) ...
pub(crate) const BUSY: Duration = Duration::from_secs(2);
/// ... or when this is over.
pub(crate) const CAP: Duration = Duration::from_secs(5);
/// So far around the target counts as at the target, in physical pixels.
const AROUND: i32 = 64;
/// Less than this, away from the target, may be a blinking cursor.
const SMALL: u64 = 400;
/// What is said where nothing changed.
pub(crate) const NOTHING: &str = "Nothing visible changed.";
/// Titles are cut to this many characters.
const TITLE: usize = 80;

/// The screen at one moment.
pub(crate) struct Moment {
    /// Where the pixels lie.
    pub(crate) area: Rect,
    pub(crate) pixels: Pixels,
    /// Those that may be seen.
    pub(crate) windows: Vec<Window>,
    /// Others were painted out.
    pub(crate) masked: bool,
    /// Around the pointer, where its image is painted into the pixels.
    pub(crate) pointer: Option<Rect>,
}

impl Moment {
    fn active(&self) -> Option<&Window> {
        self.windows.iter().find(|window| window.active)
    }
}

/// Compares two moments around an action that aimed at `target` (none: the keyboard).
pub(crate) fn compare(
    before: &Moment,
    after: &Moment,
    target: Option<(i32, i32)>,
    frame: &Frame,
) -> (Effect, Changed) {
    let mut words = windows(before, after);
    let sure = !words.is_empty();
    let mut told = Changed {
        window: sure.then(|| words.join(" ")),
        ..Changed::default()
    };
    let near = target.map(|(x, y)| Rect {
        x: x.saturating_sub(AROUND),
        y: y.saturating_sub(AROUND),
        w: AROUND as u32 * 2 + 1,
        h: AROUND as u32 * 2 + 1,
    });
    let pixels = image::without_pointer(
        (&before.pixels, before.pointer),
        (&after.pixels, after.pointer),
        after.area,
    );
    let changed = |part: Rect| {
        let shifted = Rect {
            x: part.x.saturating_sub(after.area.x),
            y: part.y.saturating_sub(after.area.y),
            ..part
        };
        image::difference(&before.pixels, &pixels, shifted).map(|(rect, count)| {
            (
                Rect {
                    x: rect.x + after.area.x,
                    y: rect.y + after.area.y,
                    ..rect
                },
                count,
            )
        })
    };
    let window = match target {
        Some((x, y)) => before
            .windows
            .iter()
            .find(|window| window.rect.contains(x, y)),
        None => before.active(),
    };
    let whole = changed(after.area);
    told.region = whole.map(|(rect, _)| rect);
    let caret = whole.filter(|(rect, _)| target.is_some() && noticing::is_caret(*rect));
    let outcome = if caret.is_some() {
        told.region = None;
        words.push("Only a thin line changed, as a text cursor does when it blinks.".to_owned());
        Outcome::Uncertain
    } else if let Some(_at_target) = near.and_then(changed) {
        words.push("The picture changed at the target.".to_owned());
        Outcome::Confirmed
    } else if let Some((rect, count)) = window.and_then(|window| changed(window.rect)) {
        words.push(format!(
            "The picture changed in the window, {}.",
            place(rect, frame)
        ));
        // Typing changes little, and where is not known.
        if target.is_none() || count >= SMALL {
            Outcome::Confirmed
        } else {
            Outcome::Uncertain
        }
    } else if let Some((rect, _)) = whole {
        words.push(format!(
            "Something changed elsewhere on the screen, {}.",
            place(rect, frame)
        ));
        Outcome::Uncertain
    } else if sure {
        Outcome::Confirmed
    } else {
        words.push(NOTHING.to_owned());
        Outcome::NoChange
    };
    let effect = Effect {
        outcome: if sure { Outcome::Confirmed } else { outcome },
        detail: words.join(" "),
    };
    (effect, told)
}

/// What changed among windows, in words.
fn windows(before: &Moment, after: &Moment) -> Vec<String> {
    let mut words = Vec::new();
    let find = |moment: &Moment, id: u64| {
        moment
            .windows
            .iter()
            .find(|window| window.id == id && !window.minimised)
            .cloned()
    };
    for window in after.windows.iter().filter(|window| !window.minimised) {
        if find(before, window.id).is_none() {
            words.push(match window.kind {
                WindowKind::Popup => "A menu or tooltip appeared.".to_owned(),
                _ => format!("The window {} appeared.", name(window)),
            });
        }
    }
    for window in before.windows.iter().filter(|window| !window.minimised) {
        if find(after, window.id).is_none() {
            words.push(match window.kind {
                WindowKind::Popup => "A menu or tooltip went away.".to_owned(),
                _ => format!("The window {} went away.", name(window)),
            });
        }
    }
    match (before.active(), after.active()) {
        (Some(one), Some(two)) if one.id == two.id && one.title != two.title => {
            words.push(format!("The window's title is now {}.", name(two)));
        }
        (one, Some(two)) if one.map(|one| one.id) != Some(two.id) => {
            words.push(format!("The window {} has the keyboard now.", name(two)));
        }
        (Some(_), None) => words.push("No window has the keyboard now.".to_owned()),
        _ => {}
    }
    words.dedup();
    words
}

/// A title in quotes: words from outside, on one line and short.
pub(crate) fn name(window: &Window) -> String {
    let title = if window.title.is_empty() {
        &window.app
    } else {
        &window.title
    };
    let short: String = title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(TITLE)
        .collect();
    format!("{short:?}")
}

/// A part of the screen in the words of the picture that was sent.
fn place(rect: Rect, frame: &Frame) -> String {
    let (left, top) = frame.to_sent_pixel(rect.x, rect.y);
    let (right, bottom) = frame.to_sent_pixel(
        rect.x.saturating_add_unsigned(rect.w.saturating_sub(1)),
        rect.y.saturating_add_unsigned(rect.h.saturating_sub(1)),
    );
    format!("between ({left}, {top}) and ({right}, {bottom})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const AREA: Rect = Rect {
        x: 0,
        y: 0,
        w: 400,
        h: 300,
    };

    fn frame() -> Frame {
        Frame {
            display: "d".to_owned(),
            origin: (0, 0),
            native: (400, 300),
            sent: (200, 150),
            scale: 1.0,
            layout: String::new(),
        }
    }

    fn window(id: u64, title: &str, active: bool) -> Window {
        let rect = Rect {
            x: 0,
            y: 0,
            w: 300,
            h: 300,
        };
        Window {
            id,
            title: title.to_owned(),
            app: "app".to_owned(),
            pid: None,
            rect,
            content: rect,
            active,
            minimised: false,
            above: false,
            kind: WindowKind::Normal,
        }
    }

    fn moment(painted: &[Rect], windows: &[Window]) -> Moment {
        let mut pixels = Pixels::filled(400, 300, [255; 3]);
        image::paint_out(&mut pixels, AREA, painted);
        Moment {
            area: AREA,
            pixels,
            windows: windows.to_vec(),
            masked: false,
            pointer: None,
        }
    }

    #[test]
    fn effects() {
        let one = window(1, "one", true);
        let before = moment(&[], std::slice::from_ref(&one));
        let square = |x, y, size| Rect {
            x,
            y,
            w: size,
            h: size,
        };
        let check = |after: Moment, target, outcome, detail: &str| {
            assert_eq!(
                compare(&before, &after, target, &frame()).0,
                Effect {
                    outcome,
                    detail: detail.to_owned()
                }
            );
        };
        let same = std::slice::from_ref(&one);
        let at = Some((100, 100));
        check(
            moment(&[], same),
            at,
            Outcome::NoChange,
            "Nothing visible changed.",
        );
        let line = Rect {
            x: 90,
            y: 90,
            w: 2,
            h: 16,
        };
        check(
            moment(&[line], same),
            at,
            Outcome::Uncertain,
            "Only a thin line changed, as a text cursor does when it blinks.",
        );
        check(
            moment(&[square(90, 90, 5)], same),
            at,
            Outcome::Confirmed,
            "The picture changed at the target.",
        );
        check(
            moment(&[square(200, 200, 10)], same),
            at,
            Outcome::Uncertain,
            "The picture changed in the window, between (100, 100) and (104, 104).",
        );
        check(
            moment(&[square(200, 200, 30)], same),
            at,
            Outcome::Confirmed,
            "The picture changed in the window, between (100, 100) and (114, 114).",
        );
        check(
            moment(&[square(350, 100, 30)], same),
            at,
            Outcome::Uncertain,
            "Something changed elsewhere on the screen, between (175, 50) and (189, 64).",
        );
        check(
            moment(&[square(200, 200, 4)], same),
            None,
            Outcome::Confirmed,
            "The picture changed in the window, between (100, 100) and (101, 101).",
        );
        check(
            moment(&[], &[window(1, "two\nlines", true)]),
            at,
            Outcome::Confirmed,
            "The window's title is now \"two lines\". Nothing visible changed."
                .strip_suffix(" Nothing visible changed.")
                .unwrap(),
        );
        check(
            moment(&[], &[window(2, "new", true), window(1, "one", false)]),
            at,
            Outcome::Confirmed,
            "The window \"new\" appeared. The window \"new\" has the keyboard now.",
        );
    }
}
