//! Keysyms: what X calls the meaning of a key.

use xkeysym::Keysym;

use crate::platform::{Key, NamedKey};

/// The shift key's symbols, and those that reach higher levels.
pub(super) const LEVEL_SHIFTS: [u32; 4] = [0xffe1, 0xffe2, 0xfe03, 0xfe11];
/// Esc.
pub(super) const ESCAPE: u32 = 0xff1b;
/// The panic chord, Ctrl+Shift+F12: left and right Ctrl, left and right Shift, F12.
pub(super) const CHORD: [&[u32]; 3] = [&[0xffe3, 0xffe4], &[0xffe1, 0xffe2], &[0xffc9]];

/// The character a symbol on a key types; `None` for function, dead and number pad keys.
pub(super) fn character(symbol: u32) -> Option<char> {
    match symbol {
        0 | 0xfd00..=0xffff => None,
        0x0100_0000..=0x0110_ffff => char::from_u32(symbol - 0x0100_0000),
        0x20..=0x7e | 0xa0..=0xff => char::from_u32(symbol),
        other => Keysym::new(other).key_char(),
    }
    .filter(|c| !c.is_control())
}

/// The symbol that every program understands for a character.
pub(super) fn symbol(c: char) -> u32 {
    match u32::from(c) {
        code @ (0x20..=0x7e | 0xa0..=0xff) => code,
        code => 0x0100_0000 + code,
    }
}

/// The symbols a key may have, best first.
pub(super) fn symbols(key: &Key) -> Vec<u32> {
    match key {
        Key::Char('\n' | '\r') => vec![0xff0d],
        Key::Char('\t') => vec![0xff09],
        Key::Char(c) => vec![symbol(*c)],
        Key::Named(name) => named(*name),
    }
}

fn named(key: NamedKey) -> Vec<u32> {
    use NamedKey as N;
    let one = match key {
        N::Return => 0xff0d,
        N::Tab => 0xff09,
        N::Escape => ESCAPE,
        N::Backspace => 0xff08,
        N::Delete => 0xffff,
        N::Insert => 0xff63,
        N::Space => 0x20,
        N::Up => 0xff52,
        N::Down => 0xff54,
        N::Left => 0xff51,
        N::Right => 0xff53,
        N::Home => 0xff50,
        N::End => 0xff57,
        N::PageUp => 0xff55,
        N::PageDown => 0xff56,
        N::F(number) => 0xffbd + u32::from(number.clamp(1, 24)),
        N::Shift => 0xffe1,
        N::ShiftRight => 0xffe2,
        N::Control => 0xffe3,
        N::ControlRight => 0xffe4,
        N::Alt => 0xffe9,
        // Where the right Alt is AltGr, the left one does the same work.
        N::AltRight => return vec![0xffea, 0xffe9],
        N::Meta => return vec![0xffeb, 0xffe7, 0xffec],
        N::MetaRight => return vec![0xffec, 0xffeb, 0xffe8],
        N::AltGr => return vec![0xfe03, 0xff7e, 0xffea],
        N::CapsLock => 0xffe5,
        N::NumLock => 0xff7f,
        N::ScrollLock => 0xff14,
        N::Menu => 0xff67,
        N::PrintScreen => 0xff61,
        N::Pause => 0xff13,
        N::Help => 0xff6a,
        N::Numpad(digit) => 0xffb0 + u32::from(digit.min(9)),
        N::NumpadAdd => 0xffab,
        N::NumpadSubtract => 0xffad,
        N::NumpadMultiply => 0xffaa,
        N::NumpadDivide => 0xffaf,
        N::NumpadDecimal => return vec![0xffae, 0xffac],
        N::NumpadEnter => 0xff8d,
        N::VolumeUp => 0x1008_ff13,
        N::VolumeDown => 0x1008_ff11,
        N::VolumeMute => 0x1008_ff12,
        N::MediaPlayPause => return vec![0x1008_ff14, 0x1008_ff31],
        N::MediaStop => 0x1008_ff15,
        N::MediaNext => 0x1008_ff17,
        N::MediaPrevious => 0x1008_ff16,
        N::BrightnessUp => 0x1008_ff02,
        N::BrightnessDown => 0x1008_ff03,
        N::BrowserBack => 0x1008_ff26,
        N::BrowserForward => 0x1008_ff27,
        N::BrowserRefresh => return vec![0x1008_ff29, 0x1008_ff73],
        N::BrowserHome => 0x1008_ff18,
        N::Function => return Vec::new(),
    };
    vec![one]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_printable_character_has_a_symbol_that_means_it(c in any::<char>()) {
            prop_assume!(!c.is_control());
            prop_assert_eq!(character(symbol(c)), Some(c));
        }
    }

    #[test]
    fn symbols_of_layouts() {
        let table = [
            (0x6c6, Some('ф')),
            (0x20ac, Some('€')),
            (0xff0d, None),
            (0xffb1, None),
            (0xfe51, None),
            (0x61, Some('a')),
            (0x0100_00e9, Some('é')),
            (0, None),
            (0x1008_ff13, None),
        ];
        for (symbol, expected) in table {
            assert_eq!(character(symbol), expected, "{symbol:#x}");
        }
        assert_eq!(symbols(&Key::Named(NamedKey::F(12))), [0xffc9]);
    }
}
