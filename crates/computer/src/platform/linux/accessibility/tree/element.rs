//! What there is to tell of one element.

use std::time::Instant;

use atspi::{Interface, InterfaceSet, Role, State};

use super::super::bus::{ACCESSIBLE, ROOT, Reference, TEXT, VALUE};
use super::super::place::Place;
use super::super::role;
use super::{AtSpi, OF_SCREEN, OF_WINDOW, is_none, owned};
use crate::platform::{Element, States};

/// Text longer than this is not read back.
const MOST_CHARACTERS: i32 = 20_000;
/// A label lies so deep in what it names at most, among so many others.
const LABEL_DEEP: usize = 3;
const LABEL_WIDE: usize = 4;
/// The relation to the label that names an element.
const LABELLED_BY: u32 = 2;

impl AtSpi {
    /// What there is to tell of an element. Without the place it is asked where it
    /// is of nobody.
    pub(super) fn element(
        &mut self,
        name: &str,
        path: &str,
        place: Option<&Place>,
        deadline: Instant,
    ) -> Option<Element> {
        let states = self.states(name, path)?;
        if states.contains(State::Defunct) {
            return None;
        }
        let role = self.role(name, path)?;
        let is = |state| states.contains(state);
        let told: Option<String> = self.property((name, path), ACCESSIBLE, "Name");
        let told = told.unwrap_or_default();
        // GTK 4 has had no role of its own for it.
        let protected = role == Role::PasswordText || told == "GtkPasswordEntry";
        let checkable = is(State::Checkable)
            || matches!(
                role,
                Role::CheckBox
                    | Role::RadioButton
                    | Role::ToggleButton
                    | Role::CheckMenuItem
                    | Role::RadioMenuItem
            );
        let in_time = || Instant::now() < deadline;
        let area = place.filter(|_| in_time()).and_then(|place| {
            let kind = if place.from_window {
                OF_WINDOW
            } else {
                OF_SCREEN
            };
            Some(place.rect(self.extents(name, path, kind)?))
        });
        let mut element = Element {
            role: if protected {
                "password field".to_owned()
            } else {
                role::words(role, is(State::MultiLine)).to_owned()
            },
            name: self.full_name((name, path), told, role::holds_label(role), in_time()),
            value: None,
            area,
            protected,
            editable: (is(State::Editable) || protected) && !is(State::ReadOnly),
            states: States {
                enabled: is(State::Enabled) || is(State::Sensitive),
                focused: is(State::Focused),
                checked: checkable.then(|| is(State::Checked) || is(State::Pressed)),
                expanded: (is(State::Expandable) || is(State::Expanded))
                    .then(|| is(State::Expanded)),
                selected: is(State::Selectable).then(|| is(State::Selected)),
            },
            app: None,
            pid: self.pid(name),
            key: Some((name.to_owned(), path.to_owned())),
        };
        if in_time() {
            element.app = self.property((name, ROOT), ACCESSIBLE, "Name");
        }
        if !protected && in_time() {
            element.value = self.value(name, path);
        }
        if role == Role::Terminal {
            // What is typed there is commands, and comes out as something else.
            element.editable = false;
        }
        Some(element)
    }

    /// The same, and for what is named by a label in it that label's.
    pub(super) fn full_name(
        &self,
        (name, path): (&str, &str),
        told: String,
        holds: bool,
        in_time: bool,
    ) -> String {
        let called = self.name((name, path), told, in_time);
        if !called.trim().is_empty() || !holds || !in_time {
            return called;
        }
        let mut level = vec![(name.to_owned(), path.to_owned())];
        for _ in 0..LABEL_DEEP {
            let mut next = Vec::new();
            for (name, path) in level {
                let children: Option<Vec<Reference>> =
                    self.ask(&name, &path, ACCESSIBLE, "GetChildren", &());
                for child in children.unwrap_or_default().into_iter().take(LABEL_WIDE) {
                    let (name, path) = owned(child);
                    let told: Option<String> = self.property((&name, &path), ACCESSIBLE, "Name");
                    if let Some(told) = told.filter(|told| !told.trim().is_empty()) {
                        return told;
                    }
                    next.push((name, path));
                }
            }
            level = next;
        }
        called
    }

    /// What an element is called: its name, its label's, or what describes it.
    pub(super) fn name(
        &self,
        (name, path): (&str, &str),
        mut told: String,
        in_time: bool,
    ) -> String {
        // The name of its class is none.
        if told
            .strip_prefix("Gtk")
            .is_some_and(|rest| rest.starts_with(char::is_uppercase))
        {
            told.clear();
        }
        if !told.trim().is_empty() || !in_time {
            return told;
        }
        let relations: Option<Vec<(u32, Vec<Reference>)>> =
            self.ask(name, path, ACCESSIBLE, "GetRelationSet", &());
        let label = relations
            .unwrap_or_default()
            .into_iter()
            .find(|(kind, _)| *kind == LABELLED_BY)
            .and_then(|(_, labels)| labels.into_iter().next());
        if let Some((name, path)) = label.filter(|label| !is_none(label)) {
            let told: Option<String> = self.property((&name, &path), ACCESSIBLE, "Name");
            if let Some(told) = told.filter(|told| !told.trim().is_empty()) {
                return told;
            }
        }
        self.property((name, path), ACCESSIBLE, "Description")
            .unwrap_or_default()
    }

    fn value(&self, name: &str, path: &str) -> Option<String> {
        let interfaces: InterfaceSet = self.ask(name, path, ACCESSIBLE, "GetInterfaces", &())?;
        if interfaces.contains(Interface::Text) {
            let count: i32 = self.property((name, path), TEXT, "CharacterCount")?;
            if count > MOST_CHARACTERS {
                return None;
            }
            return self.ask(name, path, TEXT, "GetText", &(0i32, -1i32));
        }
        if interfaces.contains(Interface::Value) {
            let value: f64 = self.property((name, path), VALUE, "CurrentValue")?;
            return Some(value.to_string());
        }
        None
    }
}
