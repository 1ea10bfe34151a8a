//! The keyboard we bring along: every key where people expect it, and spare
//! keys for the characters no key has.
//!
//! The map belongs to our own virtual keyboard, so nothing of the person's is
//! changed, and the compositor tells programs of a new map in the order of the
//! keys: what was typed before it cannot be misread.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::super::keysyms;
use crate::platform::{Key, NamedKey};

/// Keys that give characters: code, without and with Shift. As on a US keyboard.
const CHARACTERS: [(u32, &str); 4] = [
    (2, "1!2@3#4$5%6^7&8*9(0)-_=+"),
    (16, "qQwWeErRtTyYuUiIoOpP[{]}"),
    (30, "aAsSdDfFgGhHjJkKlL;:'\"`~"),
    (43, "\\|zZxXcCvVbBnNmM,<.>/?"),
];
const SPACE: u32 = 57;

pub(super) const ESCAPE: u32 = 1;
pub(super) const SHIFT: u32 = 42;

/// The largest code a map may have, less the eight between the kernel's codes and its.
const LAST: u32 = 247;

/// Modifiers: bit, and the keys that set it.
const MODIFIERS: [(u32, &str, &[u32]); 7] = [
    (1, "Shift", &[42, 54]),
    (2, "Lock", &[58]),
    (4, "Control", &[29, 97]),
    (8, "Mod1", &[56, 84]),
    (16, "Mod2", &[69]),
    (64, "Mod4", &[125, 126]),
    (128, "Mod5", &[100]),
];
/// Caps Lock and Num Lock: pressed once to set, once more to lift.
pub(super) const LOCKS: u32 = 2 | 16;

/// The modifier a key sets.
pub(super) fn modifier(code: u32) -> u32 {
    MODIFIERS
        .iter()
        .find(|(_, _, codes)| codes.contains(&code))
        .map_or(0, |(bit, ..)| *bit)
}

/// How to produce something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    pub(super) code: u32,
    pub(super) shift: bool,
}

/// The present map.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Keymap {
    /// What is on the spare keys, in their order.
    extra: Vec<char>,
}

impl Keymap {
    /// So many characters fit on the spare keys.
    pub(super) fn room() -> usize {
        SPARE.len()
    }

    /// A map with those characters on spare keys; what does not fit is left out.
    pub(super) fn with(extra: impl IntoIterator<Item = char>) -> Self {
        let mut map = Self::default();
        for c in extra {
            if map.extra.len() == Self::room() {
                break;
            }
            if map.character(c).is_none() && !c.is_control() {
                map.extra.push(c);
            }
        }
        map
    }

    /// How to type a character, if this map has it.
    pub(super) fn character(&self, c: char) -> Option<Stroke> {
        if c == ' ' {
            return Some(plain(SPACE));
        }
        for (first, row) in CHARACTERS {
            if let Some(at) = row.chars().position(|known| known == c) {
                return Some(Stroke {
                    code: first + at as u32 / 2,
                    shift: at % 2 == 1,
                });
            }
        }
        let at = self.extra.iter().position(|known| *known == c)?;
        SPARE.get(at).copied().map(plain)
    }

    /// The map as the compositor reads it.
    pub(super) fn text(&self) -> String {
        let mut codes = String::new();
        let mut symbols = String::new();
        let mut key = |code: u32, levels: &[u32]| {
            let _ = writeln!(codes, "<K{code}> = {};", code + 8);
            let levels: Vec<String> = levels.iter().map(|symbol| format!("{symbol:#x}")).collect();
            let _ = writeln!(symbols, "key <K{code}> {{ [ {} ] }};", levels.join(", "));
        };
        for (first, row) in CHARACTERS {
            let row: Vec<u32> = row.chars().map(keysyms::symbol).collect();
            for (code, pair) in (first..).zip(row.chunks(2)) {
                key(code, pair);
            }
        }
        key(SPACE, &[0x20]);
        for (name, code) in NAMED {
            if let Some(symbol) = keysyms::symbols(&Key::Named(*name)).first() {
                key(*code, &[*symbol]);
            }
        }
        for (code, c) in SPARE.iter().zip(&self.extra) {
            key(*code, &[keysyms::symbol(*c)]);
        }
        for (_, name, keys) in MODIFIERS {
            let keys: Vec<String> = keys.iter().map(|code| format!("<K{code}>")).collect();
            let _ = writeln!(symbols, "modifier_map {name} {{ {} }};", keys.join(", "));
        }
        format!(
            "xkb_keymap {{\n\
             xkb_keycodes \"interpreter\" {{\nminimum = 8;\nmaximum = 255;\n{codes}}};\n\
             xkb_types \"interpreter\" {{ include \"complete\" }};\n\
             xkb_compatibility \"interpreter\" {{ include \"complete\" }};\n\
             xkb_symbols \"interpreter\" {{\n{symbols}}};\n}};\n"
        )
    }
}

fn plain(code: u32) -> Stroke {
    Stroke { code, shift: false }
}

/// The code of a key with a name.
pub(super) fn named(name: NamedKey) -> Option<u32> {
    NAMED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, code)| *code)
}

/// Codes no key uses.
static SPARE: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let used = |code: &u32| {
        let mut rows = CHARACTERS.iter();
        *code == SPACE
            || NAMED.iter().any(|(_, used)| used == code)
            || rows.any(|(first, row)| (*first..*first + row.len() as u32 / 2).contains(code))
    };
    (1..=LAST).filter(|code| !used(code)).collect()
});

/// Keys with a name, by the kernel's codes.
const NAMED: &[(NamedKey, u32)] = {
    use NamedKey as N;
    &[
        (N::Escape, ESCAPE),
        (N::Backspace, 14),
        (N::Tab, 15),
        (N::Return, 28),
        (N::Control, 29),
        (N::Shift, SHIFT),
        (N::ShiftRight, 54),
        (N::NumpadMultiply, 55),
        (N::Alt, 56),
        (N::CapsLock, 58),
        (N::F(1), 59),
        (N::F(2), 60),
        (N::F(3), 61),
        (N::F(4), 62),
        (N::F(5), 63),
        (N::F(6), 64),
        (N::F(7), 65),
        (N::F(8), 66),
        (N::F(9), 67),
        (N::F(10), 68),
        (N::NumLock, 69),
        (N::ScrollLock, 70),
        (N::Numpad(7), 71),
        (N::Numpad(8), 72),
        (N::Numpad(9), 73),
        (N::NumpadSubtract, 74),
        (N::Numpad(4), 75),
        (N::Numpad(5), 76),
        (N::Numpad(6), 77),
        (N::NumpadAdd, 78),
        (N::Numpad(1), 79),
        (N::Numpad(2), 80),
        (N::Numpad(3), 81),
        (N::Numpad(0), 82),
        (N::NumpadDecimal, 83),
        // The code of AltGr is taken by AltGr.
        (N::AltRight, 84),
        (N::F(11), 87),
        (N::F(12), 88),
        (N::NumpadEnter, 96),
        (N::ControlRight, 97),
        (N::NumpadDivide, 98),
        (N::PrintScreen, 99),
        (N::AltGr, 100),
        (N::Home, 102),
        (N::Up, 103),
        (N::PageUp, 104),
        (N::Left, 105),
        (N::Right, 106),
        (N::End, 107),
        (N::Down, 108),
        (N::PageDown, 109),
        (N::Insert, 110),
        (N::Delete, 111),
        (N::VolumeMute, 113),
        (N::VolumeDown, 114),
        (N::VolumeUp, 115),
        (N::Pause, 119),
        (N::Meta, 125),
        (N::MetaRight, 126),
        (N::Menu, 127),
        (N::Help, 138),
        (N::BrowserBack, 158),
        (N::BrowserForward, 159),
        (N::MediaNext, 163),
        (N::MediaPlayPause, 164),
        (N::MediaPrevious, 165),
        (N::MediaStop, 166),
        (N::BrowserHome, 172),
        (N::BrowserRefresh, 173),
        (N::F(13), 183),
        (N::F(14), 184),
        (N::F(15), 185),
        (N::F(16), 186),
        (N::F(17), 187),
        (N::F(18), 188),
        (N::F(19), 189),
        (N::F(20), 190),
        (N::F(21), 191),
        (N::F(22), 192),
        (N::F(23), 193),
        (N::F(24), 194),
        (N::BrightnessDown, 224),
        (N::BrightnessUp, 225),
        (N::Space, SPACE),
    ]
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    #[test]
    fn every_key_has_its_own_code() {
        let named: Vec<u32> = NAMED
            .iter()
            .filter(|(name, _)| *name != NamedKey::Space)
            .map(|(_, code)| *code)
            .collect();
        let characters = CHARACTERS
            .iter()
            .flat_map(|(first, row)| *first..*first + row.len() as u32 / 2);
        let all: Vec<u32> = named
            .into_iter()
            .chain(characters)
            .chain([SPACE])
            .chain(SPARE.iter().copied())
            .collect();
        let different: HashSet<u32> = all.iter().copied().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(different.len(), LAST as usize);
    }

    #[test]
    fn where_characters_are() {
        let map = Keymap::with("é€日Aé\n".chars());
        let first = SPARE[0];
        let table = [
            ('q', Some((16, false))),
            ('Q', Some((16, true))),
            ('?', Some((53, true))),
            ('~', Some((41, true))),
            ('|', Some((43, true))),
            (' ', Some((57, false))),
            ('é', Some((first, false))),
            ('ß', None),
            ('\n', None),
        ];
        for (c, expected) in table {
            let stroke = map.character(c).map(|stroke| (stroke.code, stroke.shift));
            assert_eq!(stroke, expected, "{c:?}");
        }
        assert_eq!(map.extra, ['é', '€', '日']);
    }

    proptest! {
        #[test]
        fn any_text_fits_on_the_keys_in_pieces(text in "\\PC{0,300}") {
            let map = Keymap::with(text.chars());
            let missing = text.chars().filter(|c| map.character(*c).is_none()).count();
            prop_assert!(missing == 0 || map.extra.len() == Keymap::room());
            let strokes: HashSet<(u32, bool)> = text
                .chars()
                .filter_map(|c| map.character(c))
                .map(|stroke| (stroke.code, stroke.shift))
                .collect();
            let typed: HashSet<char> = text.chars().filter(|c| map.character(*c).is_some()).collect();
            prop_assert_eq!(strokes.len(), typed.len());
        }
    }
}
