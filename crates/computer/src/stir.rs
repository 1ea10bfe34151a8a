//! What an action did to windows beyond what it was for: who planned further actions
//! from one and the same picture could not foresee it.

use serde::{Deserialize, Serialize};

use crate::platform::{Window, WindowKind};

/// How far a plan made before an action still fits after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stir {
    /// The windows are those that were there, and the keyboard is where it was, or where
    /// the click went.
    #[default]
    None,
    /// A menu, list or tooltip is open that the picture did not show: keys go where they
    /// would have gone, but what one points to may be covered.
    Covered,
    /// Windows came or went, or the keyboard is somewhere else.
    Other,
}

/// What was done, as far as it matters for what can be foreseen.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Did {
    /// The window it clicked, whose coming to the front is what a click is for.
    pub(crate) clicked: Option<u64>,
    /// Only keys and text, which also work menus.
    pub(crate) by_keys: bool,
    /// Text without anything that moves on to another field.
    pub(crate) plain_text: bool,
}

impl Did {
    /// The stir between two lists of windows. `focus_moved`: another element of a program
    /// has the keyboard now.
    pub(crate) fn stir(self, before: &[Window], after: &[Window], focus_moved: bool) -> Stir {
        let shown = |windows: &[Window], popups: bool| {
            let shown = windows.iter().filter(|window| !window.minimised);
            let mut ids: Vec<u64> = shown
                .filter(|window| match window.kind {
                    WindowKind::Popup => popups,
                    WindowKind::Normal => !popups,
                    _ => false,
                })
                .map(|window| window.id)
                .collect();
            ids.sort_unstable();
            ids
        };
        let active = |windows: &[Window]| {
            let active = windows.iter().find(|window| window.active);
            active.map(|window| window.id)
        };
        let now = active(after);
        let moved = now != active(before) && (now.is_none() || now != self.clicked);
        if moved || shown(before, false) != shown(after, false) {
            return Stir::Other;
        }
        if focus_moved && self.plain_text {
            return Stir::Other;
        }
        let (was, is) = (shown(before, true), shown(after, true));
        let opened = is.iter().any(|id| !was.contains(id));
        if opened || (self.by_keys && !is.is_empty()) {
            return Stir::Covered;
        }
        Stir::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Rect;

    fn window(id: u64, kind: WindowKind, active: bool) -> Window {
        let rect = Rect {
            x: 0,
            y: 0,
            w: 10,
            h: 10,
        };
        Window {
            id,
            title: id.to_string(),
            app: "app".to_owned(),
            pid: None,
            rect,
            content: rect,
            active,
            minimised: false,
            above: false,
            kind,
        }
    }

    #[test]
    fn what_could_be_foreseen() {
        use WindowKind::{Dock, Normal, Popup};
        let one = || window(1, Normal, true);
        let two = |active| window(2, Normal, active);
        let back = || window(1, Normal, false);
        let menu = || window(9, Popup, false);
        let check = |did: Did, before: &[Window], after: &[Window], expected: Stir| {
            assert_eq!(
                did.stir(before, after, false),
                expected,
                "{did:?} {before:?} {after:?}"
            );
        };
        let other = Did::default();
        let click = |id| Did {
            clicked: Some(id),
            ..Did::default()
        };
        let keys = Did {
            by_keys: true,
            ..Did::default()
        };
        check(other, &[one()], &[one()], Stir::None);
        // A dialog comes, goes, or another window takes the keyboard.
        check(click(1), &[one()], &[two(true), back()], Stir::Other);
        check(keys, &[two(true), back()], &[one()], Stir::Other);
        check(
            other,
            &[one(), two(false)],
            &[two(true), back()],
            Stir::Other,
        );
        check(click(1), &[one()], &[back()], Stir::Other);
        // It comes to the front because it was clicked.
        check(
            click(2),
            &[one(), two(false)],
            &[two(true), back()],
            Stir::None,
        );
        // Another title, another place, another order: the same windows.
        let renamed = Window {
            title: "*1".to_owned(),
            ..one()
        };
        check(keys, &[one()], &[renamed], Stir::None);
        let hidden = Window {
            minimised: true,
            ..back()
        };
        check(other, &[one()], &[hidden], Stir::Other);
        // A panel is not what one works with.
        let panel = window(5, Dock, false);
        check(other, &[one()], &[one(), panel], Stir::None);
        // Menus.
        check(click(1), &[one()], &[menu(), one()], Stir::Covered);
        check(click(1), &[menu(), one()], &[one()], Stir::None);
        check(click(1), &[menu(), one()], &[menu(), one()], Stir::None);
        check(keys, &[menu(), one()], &[menu(), one()], Stir::Covered);
        // Text after which another field has the keyboard, and a Tab after which it should.
        let typed = |plain_text| Did {
            by_keys: true,
            plain_text,
            ..Did::default()
        };
        let same = [one()];
        assert_eq!(typed(true).stir(&same, &same, true), Stir::Other);
        assert_eq!(typed(false).stir(&same, &same, true), Stir::None);
    }
}
