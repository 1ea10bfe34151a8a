//! Someone who hears all input before any window does.

use std::time::Duration;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{ConnectionExt as _, Device, EventMask, XIEventMask};

use crate::Any;
use crate::person::Person;

/// Input as the server saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Seen {
    pub(crate) what: What,
    /// By the server's clock, in milliseconds.
    pub(crate) time: u32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What {
    /// Which, and whether it went down.
    Key(u32, bool),
    /// Which, and whether it went down.
    Button(u32, bool),
    /// What the device said: the place, where it knows one.
    Motion(i32, i32),
}

impl What {
    fn went_up(self) -> bool {
        matches!(self, Self::Key(_, false) | Self::Button(_, false))
    }
}

/// Hears keys, or buttons, or everything.
pub(crate) struct Witness(Person);

impl Witness {
    pub(crate) fn of_keys() -> Result<Self, Any> {
        Self::of(XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE)
    }

    pub(crate) fn of_buttons() -> Result<Self, Any> {
        Self::of(XIEventMask::RAW_BUTTON_PRESS | XIEventMask::RAW_BUTTON_RELEASE)
    }

    pub(crate) fn of_everything() -> Result<Self, Any> {
        Self::of(
            XIEventMask::RAW_KEY_PRESS
                | XIEventMask::RAW_KEY_RELEASE
                | XIEventMask::RAW_BUTTON_PRESS
                | XIEventMask::RAW_BUTTON_RELEASE
                | XIEventMask::RAW_MOTION,
        )
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
            let (what, time) = match event {
                Event::XinputRawKeyPress(event) => (What::Key(event.detail, true), event.time),
                Event::XinputRawKeyRelease(event) => (What::Key(event.detail, false), event.time),
                Event::XinputRawButtonPress(event) => {
                    (What::Button(event.detail, true), event.time)
                }
                Event::XinputRawButtonRelease(event) => {
                    (What::Button(event.detail, false), event.time)
                }
                Event::XinputRawMotion(event) => {
                    let said = |at: usize| event.axisvalues_raw.get(at).map(|said| said.integral);
                    let place = (said(0).unwrap_or(0), said(1).unwrap_or(0));
                    (What::Motion(place.0, place.1), event.time)
                }
                _ => continue,
            };
            return Ok(Some(Seen { what, time }));
        }
        Ok(None)
    }

    /// Everything up to now.
    pub(crate) fn all(&self) -> Result<Vec<Seen>, Any> {
        self.0.round_trip()?;
        let mut seen = Vec::new();
        while let Some(one) = self.next()? {
            seen.push(one);
        }
        Ok(seen)
    }

    /// Waits until so many went up. A window manager that looks at each click
    /// first holds the rest back, so that they come long after they were sent.
    pub(crate) async fn went_up(&self, mut count: usize) -> Result<(), Any> {
        while count > 0 {
            match self.next()? {
                Some(seen) => count -= usize::from(seen.what.went_up()),
                None => tokio::time::sleep(Duration::from_micros(500)).await,
            }
        }
        Ok(())
    }
}
