//! Someone who hears all input before any window does.

use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{ConnectionExt as _, Device, EventMask, XIEventMask};

use crate::Any;
use crate::person::Person;

/// A key or button as the server saw it: which, whether it went down, and when,
/// by the server's clock, in milliseconds.
pub(crate) type Seen = (u32, bool, u32);

/// Hears keys, or buttons.
pub(crate) struct Witness(Person);

impl Witness {
    pub(crate) fn of_keys() -> Result<Self, Any> {
        Self::of(XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE)
    }

    pub(crate) fn of_buttons() -> Result<Self, Any> {
        Self::of(XIEventMask::RAW_BUTTON_PRESS | XIEventMask::RAW_BUTTON_RELEASE)
    }

    fn of(mask: XIEventMask) -> Result<Self, Any> {
        let person = Person::new()?;
        person.x.xinput_xi_query_version(2, 2)?.reply()?;
        let masks = [EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![mask],
        }];
        person
            .x
            .xinput_xi_select_events(person.root, &masks)?
            .check()?;
        Ok(Self(person))
    }

    pub(crate) fn next(&self) -> Result<Option<Seen>, Any> {
        while let Some(event) = self.0.x.poll_for_event()? {
            match event {
                Event::XinputRawKeyPress(event) => {
                    return Ok(Some((event.detail, true, event.time)));
                }
                Event::XinputRawKeyRelease(event) => {
                    return Ok(Some((event.detail, false, event.time)));
                }
                Event::XinputRawButtonPress(event) => {
                    return Ok(Some((event.detail, true, event.time)));
                }
                Event::XinputRawButtonRelease(event) => {
                    return Ok(Some((event.detail, false, event.time)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Everything up to now.
    pub(crate) fn all(&self) -> Result<Vec<Seen>, Any> {
        self.0.round_trip()?;
        let mut seen = Vec::new();
        while let Some(key) = self.next()? {
            seen.push(key);
        }
        Ok(seen)
    }

    /// Waits until so many went up. A window manager that looks at each click
    /// first holds the rest back, so that they come long after they were sent.
    pub(crate) async fn went_up(&self, mut count: usize) -> Result<(), Any> {
        while count > 0 {
            match self.next()? {
                Some((_, down, _)) => count -= usize::from(!down),
                None => tokio::time::sleep(Duration::from_micros(500)).await,
            }
        }
        Ok(())
    }
}
