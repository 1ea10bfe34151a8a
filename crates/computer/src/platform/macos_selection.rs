//! What macOS tells of secret input, of keys that are down, and of its clipboard.

use objc2_app_kit::NSPasteboard;
use objc2_core_graphics::{CGEventSource, CGEventSourceStateID};

use super::{Field, Key, NamedKey};

/// Held for copying and pasting.
pub(super) const COPY_MODIFIER: Key = Key::Named(NamedKey::Meta);
/// Command+C.
pub(super) const COPY: [Key; 2] = [COPY_MODIFIER, Key::Char('c')];

#[link(name = "Carbon", kind = "framework")]
unsafe extern "C" {
    fn IsSecureEventInputEnabled() -> u8;
}

/// A number that changes with the clipboard.
pub(super) fn changes() -> u64 {
    NSPasteboard::generalPasteboard().changeCount() as u64
}

/// Nothing is on it.
pub(super) fn clipboard_is_empty() -> bool {
    NSPasteboard::generalPasteboard()
        .types()
        .is_none_or(|types| types.count() == 0)
}

/// No key is down that would be part of a chord.
pub(super) fn hands_off() -> bool {
    let state = CGEventSourceStateID::HIDSystemState;
    (0..128).all(|key| !CGEventSource::key_state(state, key))
}

/// Only whether what is typed is secret, which the system says of the whole
/// session. What is selected is read by copying.
pub(super) fn field() -> Option<Field> {
    // SAFETY: a plain call.
    let secret = unsafe { IsSecureEventInputEnabled() } != 0;
    secret.then(|| Field {
        key: None,
        focused: true,
        secret: true,
        editable: false,
        text: None,
        selected: None,
        area: None,
    })
}
