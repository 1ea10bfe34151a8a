//! Questions to the trees: what is at a point, what has the keyboard.

mod element;
mod named;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use atspi::{MatchType, Role, SortOrder, State, StateSet};
use zbus::blocking::Connection;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};

use super::bus::{
    self, ACCESSIBLE, APPLICATION, COLLECTION, COMPONENT, PROPERTIES, REGISTRY, ROOT, Reference,
};
use super::place::Place;
use super::role;
use crate::platform::{Element, Rect, Tree, Wanted, Window, WindowKind};

/// Programs without a search of their own are searched up to here.
const MOST_ELEMENTS: usize = 600;
/// A tree is not gone down further.
const DEEPEST: usize = 60;
/// So many windows of a program are asked which they are.
const MOST_WINDOWS: usize = 24;
/// So many children are asked where they are.
const MOST_CHILDREN: usize = 80;
/// So many steps up, from a label to its button.
const UP: usize = 3;
/// Words of 32 flags that roles take on the bus.
const ROLE_WORDS: usize = 4;
/// Counted from the screen's corner, and from the window's.
const OF_SCREEN: u32 = 0;
const OF_WINDOW: u32 = 1;

type Names = (String, String);

/// The trees on the bus.
pub(super) struct AtSpi {
    bus: Connection,
    /// Processes of programs, by their names on the bus, which are never used again.
    pids: HashMap<String, u32>,
    /// What got the keyboard last, by process.
    focus: HashMap<u32, Names>,
    /// Programs that can only count from their window's corner.
    from_window: HashMap<String, bool>,
    /// Names that no longer answer in time, and until when they are left alone.
    silent: HashMap<String, Instant>,
    /// How many pixels programs take for a unit that say where they are.
    scales: HashMap<String, f64>,
}

impl Tree for AtSpi {
    fn answer(&mut self, wanted: &Wanted, deadline: Instant) -> Option<Element> {
        match wanted {
            Wanted::At(window, point) => self.at(window, *point, deadline),
            Wanted::Focus(window) => self.focused(window, deadline),
            Wanted::Again(element) => {
                let key = element.key.as_ref()?;
                let mut again = self.element(&key.0, &key.1, None, deadline)?;
                // Where it is was worked out with its window in hand.
                again.area = element.area;
                Some(again)
            }
            Wanted::Named(sought) => self.named(sought, deadline),
        }
    }

    fn note_focus(&mut self, pid: Option<u32>, key: (String, String)) {
        if let Some(pid) = pid {
            self.focus.insert(pid, key);
        }
    }
}

fn owned((name, path): Reference) -> Names {
    (name, path.as_str().to_owned())
}

/// It can be seen. GTK 4 says of windows alone that they show.
fn is_seen(states: StateSet) -> bool {
    states.contains(State::Showing) || states.contains(State::Visible)
}

/// The path that stands for no element.
fn is_none(reference: &Reference) -> bool {
    reference.1.as_str() == "/org/a11y/atspi/null" || reference.0.is_empty()
}

/// How long a program that did not answer is left alone.
const ALONE: std::time::Duration = std::time::Duration::from_secs(2);

impl AtSpi {
    pub(super) fn new(bus: Connection) -> Self {
        Self {
            bus,
            pids: HashMap::new(),
            focus: HashMap::new(),
            from_window: HashMap::new(),
            silent: HashMap::new(),
            scales: HashMap::new(),
        }
    }

    fn ask<T>(
        &self,
        to: &str,
        path: &str,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Option<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        bus::call(&self.bus, to, path, interface, method, body)
    }

    fn property<T>(&self, (name, path): (&str, &str), interface: &str, property: &str) -> Option<T>
    where
        T: TryFrom<OwnedValue>,
    {
        let value: OwnedValue = self.ask(name, path, PROPERTIES, "Get", &(interface, property))?;
        T::try_from(value).ok()
    }

    /// The windows of the program that a window belongs to, the likeliest first,
    /// each with how it counts.
    fn frames(&mut self, window: &Window, deadline: Instant) -> Vec<(Names, Place)> {
        let all: Option<Vec<Reference>> = self.ask(REGISTRY, ROOT, ACCESSIBLE, "GetChildren", &());
        let all = all.unwrap_or_default();
        let now = Instant::now();
        self.silent.retain(|_, until| *until > now);
        let mut programs: Vec<Reference> = Vec::new();
        for program in &all {
            let known = self.pid(&program.0);
            if known.is_some() && known == window.pid && !self.silent.contains_key(&program.0) {
                programs.push(program.clone());
            }
        }
        let by_title = programs.is_empty() && !window.title.is_empty();
        if by_title {
            // In a sandbox of its own a program has another process there.
            programs = all;
        }
        let mut frames: Vec<(u32, Names, Place)> = Vec::new();
        for (name, path) in programs {
            if Instant::now() > deadline {
                break;
            }
            let asked = Instant::now();
            let children: Option<Vec<Reference>> =
                self.ask(&name, &path, ACCESSIBLE, "GetChildren", &());
            let Some(children) = children else {
                if asked.elapsed() > ALONE / 20 {
                    self.silent.insert(name, Instant::now() + ALONE);
                }
                continue;
            };
            for frame in children.into_iter().take(MOST_WINDOWS) {
                if Instant::now() > deadline {
                    break;
                }
                let (name, path) = owned(frame);
                let title: Option<String> = self.property((&name, &path), ACCESSIBLE, "Name");
                let titled = title.is_some_and(|title| title == window.title);
                if by_title && !titled {
                    continue;
                }
                let states = self.states(&name, &path).unwrap_or_default();
                if !is_seen(states) {
                    continue;
                }
                let kind = if self.counts_from_window(&name) {
                    OF_WINDOW
                } else {
                    OF_SCREEN
                };
                let Some(told) = self.extents(&name, &path, kind) else {
                    continue;
                };
                let mut place = Place::of(told, window);
                place.from_window |= kind == OF_WINDOW;
                let mut fits = place.rect(told);
                let size = (fits.w, fits.h);
                let own = [window.content, window.rect]
                    .iter()
                    .any(|rect| rect.w.abs_diff(size.0) + rect.h.abs_diff(size.1) < 8);
                if window.kind == WindowKind::Popup && !own && kind == OF_SCREEN {
                    // It is another window than the program tells of: where that is says
                    // nothing about this one, but its scale does.
                    let scale = self.scales.get(&name).copied().unwrap_or(1.0);
                    place = Place::of_screen(scale);
                    fits = place.rect(told);
                }
                let near = |rect: Rect| {
                    fits.x.abs_diff(rect.x) + fits.y.abs_diff(rect.y) < 8
                        && fits.w.abs_diff(rect.w) + fits.h.abs_diff(rect.h) < 8
                };
                if let Some(scale) = place.screen_scale()
                    && window.kind != WindowKind::Popup
                    && (near(window.content) || near(window.rect))
                {
                    self.scales.insert(name.clone(), scale);
                }
                let active = states.contains(State::Active) == window.active;
                let score = 4 * u32::from(titled)
                    + 2 * u32::from(near(window.content) || near(window.rect))
                    + u32::from(active);
                frames.push((score, (name, path), place));
            }
        }
        frames.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
        frames
            .into_iter()
            .map(|(_, names, place)| (names, place))
            .collect()
    }

    /// GTK 4 does not know where its windows are, and complains when it is asked.
    fn counts_from_window(&mut self, name: &str) -> bool {
        if let Some(known) = self.from_window.get(name) {
            return *known;
        }
        let told = |property| self.property::<String>((name, ROOT), APPLICATION, property);
        let version = told("Version").unwrap_or_default();
        let major = version
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok());
        let gtk4 = told("ToolkitName").is_some_and(|toolkit| toolkit.eq_ignore_ascii_case("gtk"))
            && major.is_some_and(|major| major >= 4);
        self.from_window.insert(name.to_owned(), gtk4);
        gtk4
    }

    fn pid(&mut self, name: &str) -> Option<u32> {
        if let Some(pid) = self.pids.get(name) {
            return Some(*pid);
        }
        let pid = bus::pid(&self.bus, name)?;
        self.pids.insert(name.to_owned(), pid);
        Some(pid)
    }

    fn at(&mut self, window: &Window, at: (i32, i32), deadline: Instant) -> Option<Element> {
        let frames = self.frames(window, deadline);
        if window.kind == WindowKind::Popup {
            for roles in [&role::IN_MENUS[..], &role::LIKE_MENUS] {
                if let Some(found) = self.in_menu(&frames, window, at, roles, deadline) {
                    return Some(found);
                }
            }
        }
        let ((name, path), place) = frames.into_iter().next()?;
        if window.kind == WindowKind::Popup && place.screen_scale().is_some() {
            // What the program tells of lies below it.
            let told = self
                .extents(&name, &path, OF_SCREEN)
                .map(|told| place.rect(told))?;
            if told.w.abs_diff(window.rect.w) + told.h.abs_diff(window.rect.h) >= 8 {
                return None;
            }
        }
        let (name, path) = self.down((name, path), &place, at, deadline)?;
        let (name, path) = self.up((name, path), deadline);
        let element = self.element(&name, &path, Some(&place), deadline)?;
        // Some programs answer with what lies elsewhere.
        let inside = element.area.is_none_or(|area| area.contains(at.0, at.1));
        inside.then_some(element)
    }

    /// Menus lie on the desktop by themselves; on the tree they belong to what opened them.
    fn in_menu(
        &mut self,
        frames: &[(Names, Place)],
        window: &Window,
        at: (i32, i32),
        roles: &[Role],
        deadline: Instant,
    ) -> Option<Element> {
        let ((name, _), place) = frames.first()?;
        let found = self.matches(name, ROOT, &[State::Showing, State::Visible], roles)?;
        let mut best: Option<(u64, Names)> = None;
        for reference in found.into_iter().take(MOST_CHILDREN) {
            if Instant::now() > deadline {
                break;
            }
            let (name, path) = owned(reference);
            let kind = if place.from_window {
                OF_WINDOW
            } else {
                OF_SCREEN
            };
            let Some(told) = self.extents(&name, &path, kind) else {
                continue;
            };
            let area = place.rect(told);
            let size = u64::from(area.w) * u64::from(area.h);
            // What reaches out of the menu is not in it.
            let inside = area.intersection(window.rect) == Some(area);
            if inside
                && area.contains(at.0, at.1)
                && best.as_ref().is_none_or(|(least, _)| size < *least)
            {
                best = Some((size, (name, path)));
            }
        }
        let (_, (name, path)) = best?;
        self.element(&name, &path, Some(place), deadline)
    }

    /// From a window down to the innermost element at a point.
    fn down(&self, from: Names, place: &Place, at: (i32, i32), deadline: Instant) -> Option<Names> {
        let point = place.point(at);
        let kind = if place.from_window {
            OF_WINDOW
        } else {
            OF_SCREEN
        };
        let mut seen = HashSet::new();
        let mut here = from;
        for _ in 0..DEEPEST {
            if Instant::now() > deadline || !seen.insert(here.clone()) {
                break;
            }
            let told: Option<Reference> = self.ask(
                &here.0,
                &here.1,
                COMPONENT,
                "GetAccessibleAtPoint",
                &(point.0, point.1, kind),
            );
            let next = told.filter(|next| !is_none(next)).map(owned);
            let next = match next {
                Some(next) if next != here => Some(next),
                _ => self
                    .child_at(&here, place, at, deadline)
                    .or_else(|| self.on_page(&here, place, at, deadline)),
            };
            match next {
                Some(next) => here = next,
                None => break,
            }
        }
        Some(here)
    }

    /// Where a program does not say which child is at a point: the last one that is.
    fn child_at(
        &self,
        (name, path): &Names,
        place: &Place,
        at: (i32, i32),
        deadline: Instant,
    ) -> Option<Names> {
        let children: Vec<Reference> = self.ask(name, path, ACCESSIBLE, "GetChildren", &())?;
        let mut found = None;
        for child in children.into_iter().take(MOST_CHILDREN) {
            if Instant::now() > deadline {
                break;
            }
            let (name, path) = owned(child);
            let kind = if place.from_window {
                OF_WINDOW
            } else {
                OF_SCREEN
            };
            let area = self
                .extents(&name, &path, kind)
                .map(|told| place.rect(told));
            if area.is_some_and(|area| area.contains(at.0, at.1))
                && self.states(&name, &path).is_some_and(is_seen)
            {
                found = Some((name, path));
            }
        }
        found
    }

    /// On the tree a page is in its tab, and on the screen beside it.
    fn on_page(
        &self,
        (name, path): &Names,
        place: &Place,
        at: (i32, i32),
        deadline: Instant,
    ) -> Option<Names> {
        if self.role(name, path) != Some(Role::PageTabList) {
            return None;
        }
        let tabs: Vec<Reference> = self.ask(name, path, ACCESSIBLE, "GetChildren", &())?;
        let tabs = tabs.into_iter().take(MOST_CHILDREN).map(owned);
        let chosen = |(name, path): &Names| {
            let states = self.states(name, path);
            states.is_some_and(|states| states.contains(State::Selected))
        };
        let tab = tabs
            .take_while(|_| Instant::now() < deadline)
            .find(chosen)?;
        self.child_at(&tab, place, at, deadline)
    }

    /// From a button's label to the button.
    fn up(&self, from: Names, deadline: Instant) -> Names {
        let mut here = from.clone();
        for _ in 0..UP {
            let role = self.role(&here.0, &here.1);
            if Instant::now() > deadline || !role.is_some_and(role::is_inner) {
                break;
            }
            let parent: Option<(String, OwnedObjectPath)> =
                self.property((&here.0, &here.1), ACCESSIBLE, "Parent");
            match parent.filter(|parent| !is_none(parent)).map(owned) {
                Some(parent) => here = parent,
                None => break,
            }
        }
        match self.role(&here.0, &here.1) {
            Some(role) if role::is_used(role) => here,
            _ => from,
        }
    }

    fn focused(&mut self, window: &Window, deadline: Instant) -> Option<Element> {
        if let Some((name, path)) = window.pid.and_then(|pid| self.focus.get(&pid)).cloned() {
            let states = self.states(&name, &path);
            if states.is_some_and(|states| states.contains(State::Focused) && is_seen(states)) {
                let place = self.frames(window, deadline).into_iter().next();
                let place = place.map(|(_, place)| place);
                return self.element(&name, &path, place.as_ref(), deadline);
            }
        }
        for ((name, path), place) in self.frames(window, deadline) {
            let states = [State::Focused, State::Showing];
            let found = match self.matches(&name, &path, &states, &[]) {
                Some(found) => found.into_iter().next_back().map(owned),
                None => self.walk((name, path), deadline),
            };
            if let Some((name, path)) = found {
                if let Some(pid) = window.pid {
                    self.focus.insert(pid, (name.clone(), path.clone()));
                }
                return self.element(&name, &path, Some(&place), deadline);
            }
        }
        None
    }

    /// The elements below one that are so, where its program can search itself.
    fn matches(
        &self,
        name: &str,
        path: &str,
        states: &[State],
        roles: &[Role],
    ) -> Option<Vec<Reference>> {
        let wanted: StateSet = states.iter().copied().collect();
        let bits = wanted.bits();
        let mut flags = match roles {
            [] => Vec::new(),
            _ => vec![0u32; ROLE_WORDS],
        };
        for role in roles {
            let number = *role as usize;
            if let Some(word) = flags.get_mut(number / 32) {
                *word |= 1 << (number % 32);
            }
        }
        let any = if roles.is_empty() {
            MatchType::All
        } else {
            MatchType::Any
        };
        let all = MatchType::All as i32;
        // Roles travel as flags. Nothing is wanted of attributes and interfaces, in the
        // form that matches anything.
        let rule = (
            vec![bits as u32 as i32, (bits >> 32) as u32 as i32],
            all,
            HashMap::<String, String>::new(),
            all,
            flags
                .into_iter()
                .map(u32::cast_signed)
                .collect::<Vec<i32>>(),
            any as i32,
            Vec::<String>::new(),
            all,
            false,
        );
        let rule = (rule, SortOrder::Canonical as u32, 0i32, true);
        self.ask(name, path, COLLECTION, "GetMatches", &rule)
    }

    fn walk(&self, from: Names, deadline: Instant) -> Option<Names> {
        let mut level = vec![from];
        let mut seen = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (name, path) in level {
                seen += 1;
                if seen > MOST_ELEMENTS || Instant::now() > deadline {
                    return None;
                }
                let Some(states) = self.states(&name, &path) else {
                    continue;
                };
                if states.contains(State::Focused) {
                    return Some((name, path));
                }
                if !is_seen(states) {
                    continue;
                }
                let children: Option<Vec<Reference>> =
                    self.ask(&name, &path, ACCESSIBLE, "GetChildren", &());
                next.extend(children.unwrap_or_default().into_iter().map(owned));
            }
            level = next;
        }
        None
    }

    fn states(&self, name: &str, path: &str) -> Option<StateSet> {
        self.ask(name, path, ACCESSIBLE, "GetState", &())
    }

    fn role(&self, name: &str, path: &str) -> Option<Role> {
        self.ask(name, path, ACCESSIBLE, "GetRole", &())
    }

    fn extents(&self, name: &str, path: &str, kind: u32) -> Option<Rect> {
        let (x, y, w, h): (i32, i32, i32, i32) =
            self.ask(name, path, COMPONENT, "GetExtents", &(kind,))?;
        let (w, h) = (u32::try_from(w).ok()?, u32::try_from(h).ok()?);
        (w > 0 && h > 0).then_some(Rect { x, y, w, h })
    }
}
