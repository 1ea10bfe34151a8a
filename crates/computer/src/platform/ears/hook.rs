//! What the low-level hooks of Windows report, by the numbers of its messages.

use super::{Maker, Report, StopKeys};

/// The mark on the trial of the listener.
pub(crate) const TRIAL_MARK: usize = 0x4950_5452;

/// Esc; one of the Ctrl keys, one of the Shift keys, and F12.
pub(crate) const KEYS: StopKeys = StopKeys {
    escape: 0x1b,
    chord: [&[0x11, 0xa2, 0xa3], &[0x10, 0xa0, 0xa1], &[0x7b]],
};

const KEY_DOWN: u32 = 0x100;
const SYSTEM_KEY_DOWN: u32 = 0x104;
const MOUSE_MOVE: u32 = 0x200;
/// The main, second, middle and further buttons going down, and both wheels.
const BUTTONS_DOWN: [u32; 6] = [0x201, 0x204, 0x207, 0x20b, 0x20a, 0x20e];

/// Who made an event, by its flag and what travels with it.
pub(crate) fn maker(injected: bool, extra: usize, mark: usize) -> Maker {
    match (injected, extra) {
        (true, TRIAL_MARK) => Maker::Trial,
        (true, extra) if extra == mark => Maker::Us,
        (true, _) => Maker::Program,
        (false, _) => Maker::Device,
    }
}

/// What the keyboard's hook reports.
pub(crate) fn key(message: u32, code: u32) -> Report {
    let down = matches!(message, KEY_DOWN | SYSTEM_KEY_DOWN);
    Report::Key { code, down }
}

/// What the mouse's hook reports.
pub(crate) fn mouse(message: u32, at: (i32, i32)) -> Report {
    if message == MOUSE_MOVE {
        return Report::Move { at };
    }
    let down = BUTTONS_DOWN.contains(&message);
    Report::Button { down }
}
