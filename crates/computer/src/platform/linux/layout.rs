//! Layout and locks of the keyboard, borrowed while text is typed and put back after.

use x11rb::protocol::xkb::{ConnectionExt as _, Group};
use x11rb::protocol::xproto::ModMask;

use super::connection::X;
use super::keymap::{CORE, LOCK};
use crate::platform::Result;

/// The keyboard's state as the person left it, and as it is now.
#[derive(Clone, Copy)]
pub(super) struct Home {
    caps: bool,
    /// The person's layout.
    pub(super) group: u8,
    /// The layout that is active now.
    pub(super) now: u8,
    /// Locked modifiers other than Caps Lock.
    pub(super) locked: u8,
}

/// What has to be put back.
#[derive(Default)]
pub(super) struct Borrowed {
    home: Option<Home>,
}

impl Borrowed {
    /// Layout and locks: those noted, or asked now.
    pub(super) fn state(&self, x: &X) -> Result<Home> {
        if let Some(home) = self.home {
            return Ok(home);
        }
        let state = x.conn.xkb_get_state(CORE)?.reply()?;
        let locked = (u16::from(state.locked_mods) & 0xff) as u8;
        let group = u8::from(state.group);
        Ok(Home {
            caps: locked & LOCK != 0,
            group,
            now: group,
            locked: locked & !LOCK,
        })
    }

    /// From here on Caps Lock is off and the layout is ours to switch.
    pub(super) fn enter(&mut self, x: &X) -> Result<Home> {
        let home = self.state(x)?;
        if self.home.is_none() {
            self.home = Some(home);
            if home.caps {
                lock_caps(x, false)?;
            }
        }
        Ok(home)
    }

    /// Puts Caps Lock and layout back as the person left them.
    pub(super) fn leave(&mut self, x: &X) -> Result<()> {
        let Some(home) = self.home.take() else {
            return Ok(());
        };
        if home.now != home.group {
            lock_group(x, home.group)?;
        }
        if home.caps {
            lock_caps(x, true)?;
        }
        Ok(())
    }

    /// Switches to another layout of the map, until [`Borrowed::leave`].
    pub(super) fn switch(&mut self, x: &X, group: u8) -> Result<()> {
        lock_group(x, group)?;
        if let Some(home) = &mut self.home {
            home.now = group;
        }
        Ok(())
    }
}

fn lock_caps(x: &X, on: bool) -> Result<()> {
    let (lock, none) = (ModMask::LOCK, ModMask::from(0u16));
    let locks = if on { lock } else { none };
    x.conn
        .xkb_latch_lock_state(CORE, lock, locks, false, Group::M1, none, false, 0)?;
    Ok(())
}

fn lock_group(x: &X, group: u8) -> Result<()> {
    let none = ModMask::from(0u16);
    let group = Group::from(group);
    x.conn
        .xkb_latch_lock_state(CORE, none, none, true, group, none, false, 0)?;
    Ok(())
}
