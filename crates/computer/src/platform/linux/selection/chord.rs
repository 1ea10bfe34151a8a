//! Presses a combination of keys on the person's behalf, once their hands have
//! left the keyboard: what they still hold would be part of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use x11rb::protocol::Event;
use x11rb::protocol::xinput::{self, ConnectionExt as _, Device, XIEventMask};
use x11rb::protocol::xproto::ConnectionExt as _;

use super::super::connection::X;
use super::super::input::X11Input;
use crate::platform::{Input as _, Key, Ledger, Result};

/// Waits until no key is down; false when one stays down for so long.
pub(super) fn hands_off(x: &X, longest: Duration) -> Result<bool> {
    if nothing_down(x)? {
        return Ok(true);
    }
    x.conn.xinput_xi_query_version(2, 2)?.reply()?;
    listen(x, XIEventMask::RAW_KEY_RELEASE)?;
    let result = wait(x, Instant::now() + longest);
    listen(x, XIEventMask::from(0u32))?;
    result
}

fn wait(x: &X, deadline: Instant) -> Result<bool> {
    while !nothing_down(x)? {
        loop {
            match x.next_event(deadline)? {
                Some(Event::XinputRawKeyRelease(_)) => break,
                Some(_) => {}
                None => return nothing_down(x),
            }
        }
    }
    Ok(true)
}

fn listen(x: &X, mask: XIEventMask) -> Result<()> {
    let mask = xinput::EventMask {
        deviceid: Device::ALL.into(),
        mask: vec![mask],
    };
    x.conn.xinput_xi_select_events(x.root, &[mask])?;
    Ok(())
}

fn nothing_down(x: &X) -> Result<bool> {
    let keys = x.conn.query_keymap()?.reply()?.keys;
    Ok(keys.iter().all(|byte| *byte == 0))
}

/// Presses the keys in order and lifts them in reverse.
pub(super) fn press(display: Option<&str>, keys: &[Key]) -> Result<()> {
    let mut input = X11Input::open(display, Arc::new(Ledger::default()))?;
    let pressed = keys.iter().try_for_each(|key| input.key(key, true));
    let lifted = keys
        .iter()
        .rev()
        .map(|key| input.key(key, false))
        .fold(Ok(()), Result::and);
    pressed.and(lifted)?;
    input.flush()
}
