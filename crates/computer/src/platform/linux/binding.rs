//! Writing symbols onto keys.

use x11rb::connection::Connection as _;
use x11rb::protocol::xkb::{ConnectionExt as _, KeySymMap, SetMapAux, SetMapFlags};

use super::connection::X;
use super::keymap::CORE;
use crate::platform::Result;

/// Gives keys new symbols in their first group, all of one type; empties those without symbols.
pub(super) fn bind(x: &X, kind: u8, keys: &[(u8, Vec<u32>)]) -> Result<()> {
    let mut rest = keys;
    while let Some((first, _)) = rest.first() {
        // One request for each run of neighbours.
        let run = rest
            .iter()
            .enumerate()
            .take_while(|(at, (code, _))| usize::from(*code) == usize::from(*first) + at)
            .count();
        let (now, later) = rest.split_at(run);
        rest = later;
        let symbols: Vec<KeySymMap> = now
            .iter()
            .map(|(_, symbols)| KeySymMap {
                kt_index: [kind, 0, 0, 0],
                group_info: u8::from(!symbols.is_empty()),
                width: symbols.len() as u8,
                syms: symbols.clone(),
            })
            .collect();
        let total = now.iter().map(|(_, symbols)| symbols.len()).sum::<usize>() as u16;
        let setup = x.conn.setup();
        x.conn
            .xkb_set_map(
                CORE,
                SetMapFlags::from(0u16),
                setup.min_keycode,
                setup.max_keycode,
                0,
                0,
                *first,
                run as u8,
                total,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0u16.into(),
                &SetMapAux::new().syms(symbols),
            )?
            .check()?;
    }
    Ok(())
}
