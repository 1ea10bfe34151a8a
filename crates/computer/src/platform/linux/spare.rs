//! Characters that are on no key: lent to keys that have no meaning.
//!
//! A spare key of a four level type carries four characters. Programs learn of
//! a new map through the same queue as of the keys, so a key may be pressed
//! right after it got its character; but they read the map late, as it is then.
//! So a place that was typed from is not given to another character before the
//! program has read what was typed ([`super::client`]).

use std::collections::HashMap;

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
use x11rb::wrapper::ConnectionExt as _;

use super::binding::bind;
use super::connection::X;
use super::keymap::{Keymap, Stroke};
use super::keysyms;
use crate::platform::Result;

/// The spare keys and what they carry.
#[derive(Default)]
pub(super) struct Spares {
    codes: Vec<u8>,
    kind: u8,
    /// The keys to hold for each level.
    levels: Vec<Vec<u8>>,
    /// One place for each key and level; the levels of a key follow each other.
    places: Vec<Place>,
    bound: HashMap<u32, usize>,
    /// Counts strokes.
    clock: u64,
    /// What was typed up to here has been read.
    read: u64,
}

#[derive(Clone, Copy, Default)]
struct Place {
    symbol: u32,
    typed: u64,
}

/// What came of the wish for a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lent {
    /// It can be typed.
    Ready,
    /// Every place waits to be read.
    Full,
    /// There are no spare keys.
    None,
}

impl Spares {
    /// Takes the spare keys of a map, and those an earlier run of ours left behind.
    pub(super) fn adopt(x: &X, map: &Keymap) -> Result<Spares> {
        let left: Vec<u8> = x
            .values(x.root, x.atoms._INTERPRETER_SPARE_KEYS)?
            .into_iter()
            .filter_map(|code| u8::try_from(code).ok())
            .collect();
        let mut codes = map.spare();
        codes.extend(left);
        codes.sort_unstable();
        codes.dedup();
        let (kind, levels) = map.widest_type();
        let places = vec![Place::default(); codes.len() * levels.len()];
        Ok(Spares {
            codes,
            kind,
            levels,
            places,
            ..Spares::default()
        })
    }

    /// Whether a map read just now still has what was lent (another program may
    /// have loaded a new one).
    pub(super) fn still_there(&self, map: &Keymap) -> bool {
        self.bound.iter().all(|(symbol, at)| {
            let (key, level) = (at / self.levels.len(), at % self.levels.len());
            map.symbol_at(self.codes[key], level) == Some(*symbol)
        })
    }

    /// The keys that are ours to lend.
    pub(super) fn codes(&self) -> &[u8] {
        &self.codes
    }

    /// Whether any key carries a character.
    pub(super) fn in_use(&self) -> bool {
        !self.bound.is_empty()
    }

    /// Everything typed so far has been read.
    pub(super) fn all_read(&mut self) {
        self.read = self.clock;
    }

    /// How many symbols can be lent at once.
    pub(super) fn room(&self) -> usize {
        self.places.len()
    }

    /// Lends keys to as many of these symbols as there is room for, in order.
    /// `Ready` when all found a place.
    pub(super) fn lend(&mut self, x: &X, symbols: &[u32]) -> Result<Lent> {
        if self.places.is_empty() {
            return Ok(if symbols.is_empty() {
                Lent::Ready
            } else {
                Lent::None
            });
        }
        let mut changed = Vec::new();
        let mut all = Lent::Ready;
        // Places of symbols that are wanted again are not up for lending.
        let kept: Vec<usize> = symbols
            .iter()
            .filter_map(|symbol| self.bound.get(symbol).copied())
            .collect();
        for symbol in symbols {
            if self.bound.contains_key(symbol) {
                continue;
            }
            let free = self
                .places
                .iter()
                .enumerate()
                .filter(|(at, place)| {
                    place.symbol == 0 || (place.typed <= self.read && !kept.contains(at))
                })
                .filter(|(at, _)| !changed.contains(at))
                .min_by_key(|(_, place)| (place.symbol != 0, place.typed))
                .map(|(at, _)| at);
            let Some(at) = free else {
                all = Lent::Full;
                break;
            };
            self.bound.remove(&self.places[at].symbol);
            self.places[at] = Place {
                symbol: *symbol,
                typed: self.read,
            };
            self.bound.insert(*symbol, at);
            changed.push(at);
        }
        self.write(x, &changed)?;
        Ok(all)
    }

    /// How to press a lent symbol.
    pub(super) fn stroke(&mut self, symbol: u32) -> Option<Stroke> {
        let at = *self.bound.get(&symbol)?;
        self.clock += 1;
        self.places[at].typed = self.clock;
        let (key, level) = (at / self.levels.len(), at % self.levels.len());
        Some(Stroke {
            code: self.codes[key],
            with: self.levels[level].clone(),
        })
    }

    /// Makes the keys meaningless again.
    pub(super) fn restore(&mut self, x: &X) -> Result<()> {
        let codes: Vec<(u8, Vec<u32>)> = self
            .used_keys()
            .into_iter()
            .map(|key| (self.codes[key], Vec::new()))
            .collect();
        bind(x, self.kind, &codes)?;
        self.places.fill(Place {
            symbol: 0,
            typed: self.read,
        });
        self.bound.clear();
        x.conn
            .delete_property(x.root, x.atoms._INTERPRETER_SPARE_KEYS)?;
        x.round_trip()
    }

    fn used_keys(&self) -> Vec<usize> {
        let mut keys: Vec<usize> = self
            .bound
            .values()
            .map(|at| at / self.levels.len())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    fn write(&self, x: &X, changed: &[usize]) -> Result<()> {
        let levels = self.levels.len();
        let mut keys: Vec<usize> = changed.iter().map(|at| at / levels).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(());
        }
        // First the note whose they are: should we die, the next run takes them back.
        let used: Vec<u32> = self
            .used_keys()
            .into_iter()
            .map(|key| u32::from(self.codes[key]))
            .collect();
        x.conn.change_property32(
            PropMode::REPLACE,
            x.root,
            x.atoms._INTERPRETER_SPARE_KEYS,
            AtomEnum::CARDINAL,
            &used,
        )?;
        let symbols: Vec<(u8, Vec<u32>)> = keys
            .into_iter()
            .map(|key| {
                let places = &self.places[key * levels..(key + 1) * levels];
                (
                    self.codes[key],
                    places.iter().map(|place| place.symbol).collect(),
                )
            })
            .collect();
        bind(x, self.kind, &symbols)
    }
}

/// The symbols of the characters that are on no key.
pub(super) fn symbols_of(characters: impl Iterator<Item = char>, room: usize) -> Vec<u32> {
    let mut symbols = Vec::new();
    for c in characters {
        let symbol = keysyms::symbol(c);
        if symbols.len() == room {
            break;
        }
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    symbols
}
