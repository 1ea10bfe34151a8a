//! How long input goes on after a person pressed Esc.

use std::time::Duration;

use interpreter_computer::{
    Computer, ComputerConfig, ComputerError, GateEvent, Look, SessionKey, StoppedBy,
};
use serde_json::json;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{ConnectionExt as _, Device, EventMask, XIEventMask};

use crate::person::Person;
use crate::{Any, Fixture, SESSION};

const TRIALS: usize = 60;
const ESCAPE: u32 = 0xff1b;

/// A key as the server saw it: which, whether it went down, and when, by the
/// server's clock, in milliseconds.
type Seen = (u32, bool, u32);

/// Hears every key before any window does.
struct Witness(Person);

impl Witness {
    fn new() -> Result<Self, Any> {
        let person = Person::new()?;
        person.x.xinput_xi_query_version(2, 2)?.reply()?;
        let mask = XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE;
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

    fn next(&self) -> Result<Option<Seen>, Any> {
        while let Some(event) = self.0.x.poll_for_event()? {
            match event {
                Event::XinputRawKeyPress(event) => {
                    return Ok(Some((event.detail, true, event.time)));
                }
                Event::XinputRawKeyRelease(event) => {
                    return Ok(Some((event.detail, false, event.time)));
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Everything up to now.
    fn all(&self) -> Result<Vec<Seen>, Any> {
        self.0.round_trip()?;
        let mut seen = Vec::new();
        while let Some(key) = self.next()? {
            seen.push(key);
        }
        Ok(seen)
    }
}

pub(crate) async fn stop() -> Result<(), Any> {
    let _window = Fixture::window("area")?;
    let (person, witness) = (Person::new()?, Witness::new()?);
    let escape = person.key_of(ESCAPE)?;
    let (computer, session) = (
        Computer::new(ComputerConfig::default()),
        SessionKey::from(SESSION),
    );
    let text: String = "abcdefghi ".chars().cycle().take(10_000).collect();
    for trial in 0..TRIALS {
        computer.gate().open(&session)?;
        let mut events = computer.gate().events();
        let frame = computer
            .look(&session, |size| size, Look::Primary)
            .await?
            .frame;
        witness.all()?;
        let (busy, key) = (computer.clone(), session.clone());
        let action = json!({"action": "type", "text": text});
        let acting = tokio::spawn(async move { busy.act(&key, &action, &frame).await });
        // Somewhere in the middle, elsewhere each time.
        let mut before = 10 + trial * 53 % 1500;
        while before > 0 {
            match witness.next()? {
                Some(_) => before -= 1,
                None if acting.is_finished() => return Err(format!("{:?}", acting.await).into()),
                None => tokio::time::sleep(Duration::from_micros(500)).await,
            }
        }
        person.keys(&[escape])?;
        match acting.await? {
            Err(ComputerError::Stopped {
                by: StoppedBy::Escape,
            }) => {}
            other => return Err(format!("Esc in the middle of typing: {other:?}").into()),
        }
        while events.recv().await? != GateEvent::Released {}
        let seen = witness.all()?;
        let is_escape = |key: u32| key == u32::from(escape);
        let pressed = seen.iter().find(|(key, down, _)| is_escape(*key) && *down);
        let (.., pressed) = *pressed.ok_or("the witness did not see Esc")?;
        // Everything else is the typing; the letting go of keys counts too.
        let ours = seen.iter().filter(|(key, ..)| !is_escape(*key));
        let last = ours
            .map(|(.., time)| *time)
            .filter(|time| *time >= pressed)
            .max();
        println!(
            "computer.stop\t{}\tms",
            last.map_or(0, |last| last - pressed)
        );
        if person.anything_pressed()? {
            return Err("something is still pressed after the stop".into());
        }
    }
    Ok(())
}
