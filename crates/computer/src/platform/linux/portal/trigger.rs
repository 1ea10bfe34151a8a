//! The keys a desktop has bound for us, as it describes them to people.

use crate::platform::{Key, NamedKey};

/// A key with modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Trigger {
    /// Control, Shift, Alt, Meta.
    pub(super) modifiers: [bool; 4],
    pub(super) key: Key,
}

const MODIFIERS: [NamedKey; 4] = [
    NamedKey::Control,
    NamedKey::Shift,
    NamedKey::Alt,
    NamedKey::Meta,
];

impl Trigger {
    /// Reads `Ctrl+Shift+F12`, `Press <Control>Escape`, `Esc`; none where the words are
    /// others, as they are where the desktop speaks another language.
    pub(super) fn read(words: &str) -> Option<Self> {
        let words = words.trim();
        let words = words.strip_prefix("Press ").unwrap_or(words);
        let parts: Vec<String> = words
            .split(['+', '<', '>', ' '])
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect();
        let (last, before) = parts.split_last()?;
        let mut modifiers = [false; 4];
        for word in before {
            let at = match word.as_str() {
                "ctrl" | "control" | "primary" => 0,
                "shift" => 1,
                "alt" => 2,
                "super" | "meta" | "logo" | "win" => 3,
                _ => return None,
            };
            *modifiers.get_mut(at)? = true;
        }
        Some(Self {
            modifiers,
            key: key(last)?,
        })
    }

    /// Every key of it, in the order they are pressed.
    pub(super) fn keys(&self) -> Vec<Key> {
        let held = MODIFIERS
            .iter()
            .zip(self.modifiers)
            .filter(|(_, is)| *is)
            .map(|(name, _)| Key::Named(*name));
        held.chain(std::iter::once(self.key)).collect()
    }

    /// Whether a key completes it, while these are held.
    pub(super) fn is_met(&self, held: &[Key], key: &Key) -> bool {
        let same = match (&self.key, key) {
            (Key::Char(a), Key::Char(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        };
        let is_held = |name: &NamedKey| {
            held.iter().any(|held| match held {
                Key::Named(held) => left(*held) == *name,
                Key::Char(_) => false,
            })
        };
        same && MODIFIERS
            .iter()
            .zip(self.modifiers)
            .all(|(name, wanted)| is_held(name) == wanted)
    }
}

/// The left one of a pair.
fn left(name: NamedKey) -> NamedKey {
    match name {
        NamedKey::ControlRight => NamedKey::Control,
        NamedKey::ShiftRight => NamedKey::Shift,
        NamedKey::AltRight => NamedKey::Alt,
        NamedKey::MetaRight => NamedKey::Meta,
        other => other,
    }
}

fn key(word: &str) -> Option<Key> {
    let named = match word {
        "esc" | "escape" => NamedKey::Escape,
        "pause" | "break" => NamedKey::Pause,
        "delete" | "del" => NamedKey::Delete,
        "backspace" => NamedKey::Backspace,
        "end" => NamedKey::End,
        "home" => NamedKey::Home,
        "insert" | "ins" => NamedKey::Insert,
        "space" => NamedKey::Space,
        _ => {
            let number = word
                .strip_prefix('f')
                .and_then(|number| number.parse().ok());
            if let Some(number) = number.filter(|number| (1..=24).contains(number)) {
                return Some(Key::Named(NamedKey::F(number)));
            }
            let mut characters = word.chars();
            let one = characters.next()?;
            return (characters.next().is_none() && one.is_ascii_alphanumeric())
                .then_some(Key::Char(one));
        }
    };
    Some(Key::Named(named))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn what_desktops_say() {
        let check = |words: &str, expected: Option<([bool; 4], Key)>| {
            let read = Trigger::read(words).map(|trigger| (trigger.modifiers, trigger.key));
            assert_eq!(read, expected, "{words}");
        };
        let escape = Key::Named(NamedKey::Escape);
        let f12 = Key::Named(NamedKey::F(12));
        check("Esc", Some(([false; 4], escape)));
        check("Press Escape", Some(([false; 4], escape)));
        check("Ctrl+Shift+F12", Some(([true, true, false, false], f12)));
        check(
            "Press <Control><Shift>F12",
            Some(([true, true, false, false], f12)),
        );
        check(
            "Meta+Alt+K",
            Some(([false, false, true, true], Key::Char('k'))),
        );
        check("", None);
        check("F40", None);
        check("Strg+Umschalt+F12", None);
    }

    #[test]
    fn what_completes_it() {
        let chord = Trigger::read("Ctrl+Shift+F12").unwrap();
        let f12 = Key::Named(NamedKey::F(12));
        let (ctrl, shift) = (
            Key::Named(NamedKey::ControlRight),
            Key::Named(NamedKey::Shift),
        );
        let alt = Key::Named(NamedKey::Alt);
        assert!(chord.is_met(&[ctrl, shift], &f12));
        assert!(!chord.is_met(&[ctrl], &f12));
        assert!(!chord.is_met(&[ctrl, shift, alt], &f12));
        assert!(!chord.is_met(&[ctrl, shift], &ctrl));
        assert_eq!(chord.keys(), [Key::Named(NamedKey::Control), shift, f12]);
    }
}
