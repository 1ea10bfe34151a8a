//! What an event tap of macOS reports, by the numbers of its kinds.

use super::{Maker, Report, StopKeys};

/// The mark on the trial of the listener.
pub(crate) const TRIAL_MARK: i64 = 0x4950_5452;

/// Esc; one of the Control keys, one of the Shift keys, and F12, all by their places.
pub(crate) const KEYS: StopKeys = StopKeys {
    escape: 0x35,
    chord: [&[0x3b, 0x3e], &[0x38, 0x3c], &[0x6f]],
};

const LEFT_UP: u32 = 2;
const RIGHT_UP: u32 = 4;
const OTHER_UP: u32 = 26;
/// Moved, and dragged with each kind of button.
const MOVES: [u32; 4] = [5, 6, 7, 27];
const KEY_DOWN: u32 = 10;
const KEY_UP: u32 = 11;
const FLAGS_CHANGED: u32 = 12;
/// The system switched the tap off, because it was slow or on purpose.
const SWITCHED_OFF: [u32; 2] = [0xffff_fffe, 0xffff_ffff];

/// One event of the tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) kind: u32,
    /// The key's place.
    pub(crate) code: u32,
    /// What is held, as bits.
    pub(crate) flags: u64,
    /// Global physical pixels.
    pub(crate) at: (i32, i32),
    /// The process that made it; 0: a device.
    pub(crate) source: i64,
    /// What travels with it.
    pub(crate) user: i64,
}

/// Whether the tap has to be switched on again.
pub(crate) fn is_off(kind: u32) -> bool {
    SWITCHED_OFF.contains(&kind)
}

/// Whether the pointer moved, whose place is then asked for.
pub(crate) fn moves(kind: u32) -> bool {
    MOVES.contains(&kind)
}

/// Who made an event.
pub(crate) fn maker(told: &Told, pid: i64, mark: i64) -> Maker {
    match (told.source, told.user) {
        (_, TRIAL_MARK) => Maker::Trial,
        (source, user) if source == pid && user == mark => Maker::Us,
        (0, _) => Maker::Device,
        _ => Maker::Program,
    }
}

/// What it reports.
pub(crate) fn report(told: &Told) -> Report {
    let code = told.code;
    match told.kind {
        kind if moves(kind) => Report::Move { at: told.at },
        KEY_DOWN => Report::Key { code, down: true },
        KEY_UP => Report::Key { code, down: false },
        // A modifier: the tap tells which one, and what is held from now on.
        FLAGS_CHANGED => Report::Key {
            code,
            down: modifier(code).is_none_or(|bit| told.flags & bit != 0),
        },
        LEFT_UP | RIGHT_UP | OTHER_UP => Report::Button { down: false },
        _ => Report::Button { down: true },
    }
}

/// The bit that says that a modifier is held.
fn modifier(code: u32) -> Option<u64> {
    Some(match code {
        0x38 | 0x3c => 1 << 17,
        0x3b | 0x3e => 1 << 18,
        0x3a | 0x3d => 1 << 19,
        0x36 | 0x37 => 1 << 20,
        0x3f => 1 << 23,
        // Of Caps Lock the bit is the lock.
        _ => return None,
    })
}
