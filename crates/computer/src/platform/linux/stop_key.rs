//! Keeping a person's Esc from programs while control is held.
//!
//! A passive grab takes the key away from whoever has the keyboard. The
//! listener hears it all the same: raw events ignore grabs. Ours passes: the
//! grab is lifted around it. A connection of its own, because only the client
//! that grabbed can end it, and the key may still be down when control ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use x11rb::CURRENT_TIME;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt as _, GrabMode, ModMask};

use super::connection::X;
use super::keymap::Keymap;
use super::keysyms::ESCAPE;
use crate::platform::{PlatformError, Result};

/// Nobody holds Esc longer than this.
const HELD: Duration = Duration::from_secs(10);

/// The grab of Esc.
pub(super) struct StopKey {
    x: Arc<X>,
    codes: Vec<u8>,
    armed: bool,
    /// Rises with each change, so that a late release does not undo a new grab.
    turn: Arc<AtomicU64>,
}

impl StopKey {
    pub(super) fn open(display: Option<&str>) -> Result<Self> {
        Ok(Self {
            x: Arc::new(X::connect(display)?),
            codes: Vec::new(),
            armed: false,
            turn: Arc::new(AtomicU64::new(0)),
        })
    }

    pub(super) fn arm(&mut self, map: &Keymap) -> Result<()> {
        self.turn.fetch_add(1, Ordering::SeqCst);
        ungrab(&self.x, &self.codes)?;
        self.codes = map.codes(ESCAPE);
        self.armed = true;
        self.grab()
    }

    /// Takes the key with every set of modifiers, one by one: a window manager's
    /// Alt+Esc would make a grab of all at once fail.
    fn grab(&self) -> Result<()> {
        let mut asked = Vec::with_capacity(256);
        for code in &self.codes {
            for mods in 0..=0xffu16 {
                let cookie = self.x.conn.grab_key(
                    false,
                    self.x.root,
                    ModMask::from(mods),
                    *code,
                    GrabMode::ASYNC,
                    GrabMode::ASYNC,
                )?;
                asked.push((mods, cookie));
            }
        }
        let mut plain = true;
        for (mods, cookie) in asked {
            plain &= cookie.check().is_ok() || mods != 0;
        }
        if plain {
            return Ok(());
        }
        Err(PlatformError::Failed {
            doing: "keeping the Esc key for Stop".to_owned(),
            reason: "another program holds it".to_owned(),
        })
    }

    /// Whether a key is one that stops.
    pub(super) fn is(&self, code: u8) -> bool {
        self.armed && self.codes.contains(&code)
    }

    /// Lets one Esc of ours through; [`StopKey::after_ours`] follows.
    pub(super) fn before_ours(&self) -> Result<()> {
        ungrab(&self.x, &self.codes)
    }

    /// Keeps the key again.
    pub(super) fn after_ours(&self) -> Result<()> {
        self.grab()
    }

    /// Ends a grab in progress (the person still holds Esc), so that the keys
    /// we lift reach the program they were pressed in.
    pub(super) fn let_go(&self) -> Result<()> {
        if self.armed {
            self.x.conn.ungrab_keyboard(CURRENT_TIME)?;
            self.x.round_trip()?;
        }
        Ok(())
    }

    pub(super) fn disarm(&mut self) -> Result<()> {
        if !self.armed {
            return Ok(());
        }
        self.armed = false;
        let turn = self.turn.fetch_add(1, Ordering::SeqCst) + 1;
        let down = self.x.conn.query_keymap()?.reply()?.keys;
        let held = |code: &u8| down[usize::from(code / 8)] >> (code % 8) & 1 == 1;
        if !self.codes.iter().any(held) {
            return ungrab(&self.x, &self.codes);
        }
        // The person's Esc is still down; its repetitions must not reach a program.
        let (x, codes, now) = (
            Arc::clone(&self.x),
            self.codes.clone(),
            Arc::clone(&self.turn),
        );
        let wait = move || {
            let deadline = Instant::now() + HELD;
            while let Ok(Some(event)) = x.next_event(deadline) {
                if matches!(event, Event::KeyRelease(event) if codes.contains(&event.detail)) {
                    break;
                }
            }
            if now.load(Ordering::SeqCst) == turn {
                let _ = ungrab(&x, &codes);
            }
        };
        let started = thread::Builder::new()
            .name("stop key".to_owned())
            .spawn(wait);
        if started.is_err() {
            return ungrab(&self.x, &self.codes);
        }
        Ok(())
    }
}

fn ungrab(x: &X, codes: &[u8]) -> Result<()> {
    for code in codes {
        x.conn.ungrab_key(*code, x.root, ModMask::ANY)?;
    }
    x.round_trip()
}
