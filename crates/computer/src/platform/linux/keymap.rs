//! The keyboard as the server sees it, and how to reach a symbol on it.

use std::collections::HashMap;

use x11rb::protocol::xkb::{ConnectionExt as _, GetMapReply, MapPart};

use super::connection::X;
use super::keysyms::{self, LEVEL_SHIFTS};
use crate::platform::{PlatformError, Result};

/// `XkbUseCoreKbd`: the keyboard all programs see.
pub(super) const CORE: u16 = 0x100;
/// The real modifier Lock (Caps Lock).
pub(super) const LOCK: u8 = 0x02;

/// How the level of a key follows from modifiers.
#[derive(Debug, Clone, PartialEq)]
struct Type {
    mask: u8,
    levels: u8,
    /// Modifiers (within the mask) and the level they give; anything else gives level 0.
    entries: Vec<(u8, u8)>,
}

impl Type {
    fn level(&self, mods: u8) -> u8 {
        let mods = mods & self.mask;
        self.entries
            .iter()
            .find(|(entry, _)| *entry == mods)
            .map_or(0, |(_, level)| *level)
    }
}

#[derive(Debug, Clone, PartialEq, Default)]
struct KeyEntry {
    /// Type and symbols of each group.
    groups: Vec<(u8, Vec<u32>)>,
    /// What to do with a group the key does not have.
    group_info: u8,
    /// The modifiers it sets while it is down.
    sets: u8,
    /// Whether it is mapped to any modifier.
    is_modifier: bool,
}

impl KeyEntry {
    fn effective_group(&self, group: u8) -> Option<usize> {
        let (group, count) = (usize::from(group), self.groups.len());
        if group < count {
            return Some(group);
        }
        match self.group_info >> 6 {
            _ if count == 0 => None,
            1 => Some(count - 1),
            2 => {
                let to = usize::from(self.group_info >> 4 & 3);
                Some(if to < count { to } else { 0 })
            }
            _ => Some(group % count),
        }
    }
}

/// How to produce a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stroke {
    /// The key.
    pub(super) code: u8,
    /// The keys to hold meanwhile.
    pub(super) with: Vec<u8>,
}

/// The keyboard's map.
#[derive(Debug, Clone)]
pub(super) struct Keymap {
    first: u8,
    keys: Vec<KeyEntry>,
    types: Vec<Type>,
    /// Modifier bits that a key can set for a level, and that key.
    shifts: Vec<(u8, u8)>,
    by_symbol: HashMap<u32, Vec<Place>>,
    by_character: HashMap<char, Vec<Place>>,
    groups: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    code: u8,
    group: usize,
    level: u8,
}

impl Keymap {
    /// Reads the map of the core keyboard.
    pub(super) fn read(x: &X) -> Result<Keymap> {
        let full =
            MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::KEY_ACTIONS | MapPart::MODIFIER_MAP;
        let none = MapPart::from(0u16);
        let reply = x
            .conn
            .xkb_get_map(
                CORE,
                full,
                none,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0u16.into(),
                0,
                0,
                0,
                0,
                0,
                0,
            )?
            .reply()?;
        Keymap::from_reply(&reply)
            .ok_or_else(|| PlatformError::Unsupported("the keyboard has no map".to_owned()))
    }

    fn from_reply(reply: &GetMapReply) -> Option<Keymap> {
        let types = reply.map.types_rtrn.as_ref()?;
        let types = types
            .iter()
            .map(|kind| Type {
                mask: kind.mods_mask.into_bits(),
                levels: kind.num_levels,
                entries: kind
                    .map
                    .iter()
                    .filter(|entry| entry.active)
                    .map(|entry| (entry.mods_mask.into_bits(), entry.level))
                    .collect(),
            })
            .collect();
        let mut keys: Vec<KeyEntry> = reply
            .map
            .syms_rtrn
            .as_ref()?
            .iter()
            .map(|key| {
                let width = usize::from(key.width).max(1);
                let groups = usize::from(key.group_info & 0x0f).min(4);
                KeyEntry {
                    groups: key
                        .syms
                        .chunks(width)
                        .take(groups)
                        .zip(key.kt_index)
                        .map(|(symbols, kind)| (kind, symbols.to_vec()))
                        .collect(),
                    group_info: key.group_info,
                    sets: 0,
                    is_modifier: false,
                }
            })
            .collect();
        let first = reply.first_key_sym;
        if let Some(modmap) = &reply.map.modmap_rtrn {
            for entry in modmap {
                let at = usize::from(entry.keycode.checked_sub(first)?);
                if let Some(key) = keys.get_mut(at) {
                    key.is_modifier = entry.mods.into_bits() != 0;
                }
            }
        }
        if let Some(actions) = &reply.map.key_actions {
            let mut all = actions.acts_rtrn_acts.iter();
            let start = usize::from(reply.first_key_action.saturating_sub(first));
            for (offset, count) in actions.acts_rtrn_count.iter().enumerate() {
                let action = all
                    .by_ref()
                    .take(usize::from(*count))
                    .fold(None, |found, action| found.or(Some(action.as_setmods())));
                // 1 is "set modifiers while down"; latches and locks do not count.
                if let (Some(action), Some(key)) = (action, keys.get_mut(start + offset))
                    && u8::from(action.type_) == 1
                {
                    key.sets = action.mask.into_bits();
                }
            }
        }
        Some(Keymap::new(first, keys, types))
    }

    fn new(first: u8, keys: Vec<KeyEntry>, types: Vec<Type>) -> Keymap {
        let mut map = Keymap {
            first,
            groups: keys
                .iter()
                .map(|key| key.groups.len())
                .max()
                .unwrap_or(1)
                .max(1) as u8,
            keys,
            types,
            shifts: Vec::new(),
            by_symbol: HashMap::new(),
            by_character: HashMap::new(),
        };
        for (at, key) in map.keys.iter().enumerate() {
            let Ok(code) = u8::try_from(usize::from(first) + at) else {
                break;
            };
            for (group, (_, symbols)) in key.groups.iter().enumerate() {
                for (level, symbol) in symbols.iter().enumerate() {
                    if *symbol == 0 {
                        continue;
                    }
                    let place = Place {
                        code,
                        group,
                        level: level as u8,
                    };
                    map.by_symbol.entry(*symbol).or_default().push(place);
                    if let Some(c) = keysyms::character(*symbol) {
                        map.by_character.entry(c).or_default().push(place);
                    }
                }
            }
            let first_symbol = key.groups.first().and_then(|(_, symbols)| symbols.first());
            let shifts = first_symbol.is_some_and(|symbol| LEVEL_SHIFTS.contains(symbol));
            if shifts
                && key.sets.count_ones() == 1
                && !map.shifts.iter().any(|(bit, _)| *bit == key.sets)
            {
                map.shifts.push((key.sets, code));
            }
        }
        map
    }

    fn key(&self, code: u8) -> Option<&KeyEntry> {
        self.keys.get(usize::from(code.checked_sub(self.first)?))
    }

    /// Leaves keys out of every later answer.
    pub(super) fn forget(&mut self, codes: &[u8]) {
        let known = |places: &mut Vec<Place>| {
            places.retain(|place| !codes.contains(&place.code));
            !places.is_empty()
        };
        self.by_symbol.retain(|_, places| known(places));
        self.by_character.retain(|_, places| known(places));
    }

    /// The symbol at a level of a key's first group.
    pub(super) fn symbol_at(&self, code: u8, level: usize) -> Option<u32> {
        self.key(code)?.groups.first()?.1.get(level).copied()
    }

    /// How many groups (layouts) the map has.
    pub(super) fn groups(&self) -> u8 {
        self.groups
    }

    /// Keys that have no meaning at all.
    pub(super) fn spare(&self) -> Vec<u8> {
        let codes = (0..self.keys.len()).filter_map(|at| u8::try_from(at).ok());
        codes
            .filter_map(|at| self.first.checked_add(at))
            // Low codes stand for nothing on PC keyboards, but some programs read them as errors.
            .filter(|code| *code > 8)
            .filter(|code| {
                self.key(*code).is_some_and(|key| {
                    let empty = |symbols: &Vec<u32>| symbols.iter().all(|symbol| *symbol == 0);
                    !key.is_modifier && key.groups.iter().all(|(_, symbols)| empty(symbols))
                })
            })
            .collect()
    }

    /// How to type a character while `group` is active and `mods` are in effect.
    pub(super) fn character(&self, c: char, group: u8, mods: u8) -> Option<Stroke> {
        self.best(self.by_character.get(&c)?, group, mods)
    }

    /// How to press a symbol while `group` is active and `mods` are in effect.
    pub(super) fn symbol(&self, symbol: u32, group: u8, mods: u8) -> Option<Stroke> {
        self.best(self.by_symbol.get(&symbol)?, group, mods)
    }

    /// All keys that carry a symbol.
    pub(super) fn codes(&self, symbol: u32) -> Vec<u8> {
        let mut codes: Vec<u8> = self.by_symbol.get(&symbol).map_or_else(Vec::new, |places| {
            places.iter().map(|place| place.code).collect()
        });
        codes.dedup();
        codes
    }

    fn best(&self, places: &[Place], group: u8, mods: u8) -> Option<Stroke> {
        let reached = places.iter().filter_map(|place| {
            let key = self.key(place.code)?;
            if key.effective_group(group)? != place.group {
                return None;
            }
            let kind = self
                .types
                .get(usize::from(key.groups.get(place.group)?.0))?;
            let bits = self.shifts_to(kind, place.level, mods)?;
            // Multimedia keys carry symbols too; some programs know keys by code only.
            let odd = place.code >= 120;
            Some(((odd, bits.len(), place.level, place.code), place.code, bits))
        });
        let (_, code, bits) = reached.min_by_key(|(cost, _, _)| *cost)?;
        let with = bits
            .iter()
            .map(|bit| self.shifts[*bit].1)
            .filter(|with| *with != code);
        Some(Stroke {
            code,
            with: with.collect(),
        })
    }

    /// The fewest shifts that bring a key of this type to a level.
    fn shifts_to(&self, kind: &Type, level: u8, mods: u8) -> Option<Vec<usize>> {
        let sets = 0u32..1 << self.shifts.len().min(4);
        sets.filter_map(|set| {
            let chosen: Vec<usize> = (0..self.shifts.len())
                .filter(|at| set >> at & 1 == 1)
                .collect();
            let pressed = chosen.iter().fold(0, |all, at| all | self.shifts[*at].0);
            (kind.level(mods | pressed) == level).then_some(chosen)
        })
        .min_by_key(Vec::len)
    }

    /// The type with the most levels that Shift and AltGr alone reach, and for
    /// each level the keys to hold. A spare key of this type carries that many symbols.
    pub(super) fn widest_type(&self) -> (u8, Vec<Vec<u8>>) {
        let mut best = (0, vec![Vec::new()]);
        for (index, kind) in self.types.iter().enumerate().take(256) {
            let levels: Option<Vec<Vec<u8>>> = (0..kind.levels)
                .map(|level| {
                    let bits = self.shifts_to(kind, level, 0)?;
                    Some(bits.iter().map(|bit| self.shifts[*bit].1).collect())
                })
                .collect();
            // A type that also looks at Num Lock or Caps Lock would need more care; four is plenty.
            let plain = kind.mask & !self.shifts.iter().fold(0, |all, (bit, _)| all | bit) == 0;
            if let Some(levels) = levels
                && plain
                && levels.len() <= 4
                && levels.len() > best.1.len()
            {
                best = (index as u8, levels);
            }
        }
        best
    }
}

/// Modifier masks as plain bits, whatever width the protocol description gives them.
trait IntoBits {
    fn into_bits(self) -> u8;
}

impl IntoBits for x11rb::protocol::xproto::ModMask {
    fn into_bits(self) -> u8 {
        (u16::from(self) & 0xff) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: u8 = 1;
    const LEVEL3: u8 = 0x80;
    const NUM: u8 = 0x10;

    /// A little keyboard: German letters, Cyrillic in the second group, a number pad, shifts.
    fn map() -> Keymap {
        let types = vec![
            Type {
                mask: 0,
                levels: 1,
                entries: vec![],
            },
            Type {
                mask: SHIFT,
                levels: 2,
                entries: vec![(SHIFT, 1)],
            },
            Type {
                mask: SHIFT | LOCK,
                levels: 2,
                entries: vec![(SHIFT, 1), (LOCK, 1)],
            },
            Type {
                mask: SHIFT | NUM,
                levels: 2,
                entries: vec![(SHIFT, 1), (NUM, 1)],
            },
            Type {
                mask: SHIFT | LEVEL3,
                levels: 4,
                entries: vec![(SHIFT, 1), (LEVEL3, 2), (SHIFT | LEVEL3, 3)],
            },
        ];
        let key = |groups: &[(u8, &[u32])], sets| KeyEntry {
            groups: groups
                .iter()
                .map(|(kind, symbols)| (*kind, symbols.to_vec()))
                .collect(),
            group_info: groups.len() as u8,
            sets,
            is_modifier: sets != 0,
        };
        let keys = vec![
            key(&[(2, &[0x61, 0x41]), (2, &[0x6c6, 0x6e6])], 0), // 10: a A, ф Ф
            key(&[(4, &[0x71, 0x51, 0x40, 0x7d9])], 0),          // 11: q Q @ Ω
            key(&[(3, &[0xff9c, 0xffb1])], 0),                   // 12: KP_End KP_1
            key(&[(0, &[0xffe1])], SHIFT),                       // 13
            key(&[(0, &[0xfe03])], LEVEL3),                      // 14
            key(&[], 0),                                         // 15: spare
            key(&[(1, &[0x31, 0x21])], 0),                       // 16: 1 !
        ];
        Keymap::new(10, keys, types)
    }

    #[test]
    fn characters_on_the_layout() {
        let map = map();
        let stroke = |code, with: &[u8]| {
            Some(Stroke {
                code,
                with: with.to_vec(),
            })
        };
        let table = [
            ('a', 0, 0, stroke(10, &[])),
            ('A', 0, 0, stroke(10, &[13])),
            ('a', 0, LOCK, stroke(10, &[13])),
            ('A', 0, LOCK, stroke(10, &[])),
            ('@', 0, 0, stroke(11, &[14])),
            ('Ω', 0, 0, stroke(11, &[13, 14])),
            ('!', 0, NUM, stroke(16, &[13])),
            ('a', 1, 0, None),
            ('ф', 1, 0, stroke(10, &[])),
            ('q', 1, 0, stroke(11, &[])),
            ('é', 0, 0, None),
        ];
        for (c, group, mods, expected) in table {
            assert_eq!(
                map.character(c, group, mods),
                expected,
                "{c} in group {group}, {mods:#x}"
            );
        }
        assert_eq!(map.symbol(0xffb1, 0, NUM), stroke(12, &[]));
        assert_eq!(map.symbol(0xffb1, 0, 0), stroke(12, &[13]));
        assert_eq!(map.spare(), [15]);
        assert_eq!(map.groups(), 2);
        assert_eq!(
            map.widest_type(),
            (4, vec![vec![], vec![13], vec![14], vec![13, 14]])
        );
    }
}
