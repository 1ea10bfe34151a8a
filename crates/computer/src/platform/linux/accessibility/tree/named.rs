//! Finds an element by its role and name: its program searches itself where it can,
//! else it is gone through.

use std::time::{Duration, Instant};

use atspi::{Role, State};

use super::super::bus::{ACCESSIBLE, ROOT, Reference};
use super::super::place::Place;
use super::super::role;
use super::{AtSpi, Names, OF_SCREEN, OF_WINDOW, is_seen, owned};
use crate::platform::accessibility::search;
use crate::platform::{Element, Rect, Sought, WindowKind};

/// So many elements of a role are asked for their names.
const MOST_NAMED: usize = 800;
/// So many windows of a program are searched.
const MOST_FRAMES: usize = 4;
/// What is left for telling all there is of the one that was found.
const TELLING: Duration = Duration::from_millis(60);

impl AtSpi {
    pub(super) fn named(&mut self, sought: &Sought, deadline: Instant) -> Option<Element> {
        let roles = role::called(&sought.role);
        let until = deadline.checked_sub(TELLING).unwrap_or(deadline);
        let frames = self.frames(&sought.window, until);
        let mut found: Vec<(Names, Place, Rect)> = Vec::new();
        for (frame, place) in frames.iter().take(MOST_FRAMES) {
            for names in self.called(frame, sought, &roles, until) {
                if let Some(area) = self.area_of(&names, place) {
                    found.push((names, *place, area));
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        let in_menu = roles.iter().any(|role| role::IN_MENUS.contains(role));
        if sought.window.kind == WindowKind::Popup {
            // What lies below it is not in it.
            let inside = |area: &Rect| {
                let part = area.intersection(sought.window.rect);
                part.is_some_and(|part| part == *area)
            };
            found.retain(|(.., area)| inside(area));
        }
        if found.is_empty()
            && in_menu
            && let Some(((name, _), place)) = frames.first()
        {
            // Menus lie on the desktop by themselves; on the tree they belong to what
            // opened them.
            let root = (name.clone(), ROOT.to_owned());
            for names in self.called(&root, sought, &roles, until) {
                if let Some(area) = self.area_of(&names, place) {
                    found.push((names, *place, area));
                }
            }
        }
        let areas: Vec<Rect> = found.iter().map(|(.., area)| *area).collect();
        let ((name, path), place, _) = found.into_iter().nth(sought.choose(&areas)?)?;
        let element = self.element(&name, &path, Some(&place), deadline)?;
        (element.role == sought.role).then_some(element)
    }

    /// All of these roles and this name below an element.
    fn called(
        &self,
        from: &Names,
        sought: &Sought,
        roles: &[Role],
        deadline: Instant,
    ) -> Vec<Names> {
        let fits = |(name, path): &Names| self.is_called((name, path), sought, deadline);
        let told: Option<Vec<Reference>> = match roles {
            [] => None,
            roles => self.matches(&from.0, &from.1, &[State::Showing], roles),
        };
        if let Some(told) = told {
            let all = told.into_iter().take(MOST_NAMED).map(owned);
            return all
                .take_while(|_| Instant::now() < deadline)
                .filter(|names| fits(names))
                .collect();
        }
        let children = |(name, path): &Names| -> Vec<Names> {
            let seen = self.states(name, path).is_some_and(is_seen);
            if !seen && path.as_str() != ROOT {
                return Vec::new();
            }
            let children: Option<Vec<Reference>> =
                self.ask(name, path, ACCESSIBLE, "GetChildren", &());
            children
                .unwrap_or_default()
                .into_iter()
                .map(owned)
                .collect()
        };
        let is = |names: &Names| {
            let role = self.role(&names.0, &names.1);
            role.is_some_and(|role| roles.contains(&role)) && fits(names)
        };
        search(vec![from.clone()], children, is, deadline)
    }

    fn is_called(&self, (name, path): (&str, &str), sought: &Sought, deadline: Instant) -> bool {
        if sought.name.is_none() {
            return true;
        }
        let told: Option<String> = self.property((name, path), ACCESSIBLE, "Name");
        let in_time = Instant::now() < deadline;
        let holds = matches!(sought.role.as_str(), "list item" | "tree item" | "tab");
        let told = told.unwrap_or_default();
        let called = self.full_name((name, path), told, holds, in_time);
        sought.is_called(&called)
    }

    fn area_of(&self, (name, path): &Names, place: &Place) -> Option<Rect> {
        let kind = if place.from_window {
            OF_WINDOW
        } else {
            OF_SCREEN
        };
        Some(place.rect(self.extents(name, path, kind)?))
    }
}
