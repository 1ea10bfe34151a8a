//! What differs between the systems, behind one surface.

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "other.rs"]
mod system;

pub use system::{
    BARS_ARE_DARK, PANIC_KEYS, can_have_tray, notify, on_end_signals, open_beside,
    prepare_graphics, start_again, use_safe_graphics,
};
