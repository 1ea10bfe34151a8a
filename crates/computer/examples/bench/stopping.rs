//! How long input goes on after a person pressed Esc.

use std::time::Duration;

use interpreter_computer::{
    Computer, ComputerConfig, ComputerError, GateEvent, Look, SessionKey, StoppedBy,
};
use serde_json::json;

use crate::person::Person;
use crate::witness::Witness;
use crate::{Any, Fixture, SESSION};

const TRIALS: usize = 60;
const ESCAPE: u32 = 0xff1b;

pub(crate) async fn stop() -> Result<(), Any> {
    let _window = Fixture::window("area")?;
    let (person, witness) = (Person::new()?, Witness::of_keys()?);
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
