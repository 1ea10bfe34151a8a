//! Clicks and typing, into a window that paints what it receives.

use std::time::Instant;

use interpreter_computer::{Computer, ComputerConfig, Look, SessionKey};
use interpreter_protocol::Outcome;
use serde_json::json;

use crate::person::Person;
use crate::witness::Witness;
use crate::{Any, Fixture, SESSION, sample};

const CLICKS: i16 = 60;
const TEXTS: usize = 40;
const TEXT: &str = "hello world";

pub(crate) async fn click() -> Result<(), Any> {
    let _window = Fixture::window("area")?;
    // Before the gate opens: afterwards it would be taken for a person.
    let (person, witness) = (Person::new()?, Witness::of_buttons()?);
    for turn in 0..CLICKS {
        sample("reference.click", person.click(20 + turn * 30, 1000)?);
    }
    witness.went_up(CLICKS as usize).await?;
    let (computer, session) = (
        Computer::new(ComputerConfig::default()),
        SessionKey::from(SESSION),
    );
    computer.gate().open(&session)?;
    let frame = computer
        .look(&session, |size| size, Look::Primary)
        .await?
        .frame;
    for turn in 0..CLICKS {
        let at = [20 + turn * 30, 100 + turn * 12];
        let begun = Instant::now();
        let action = json!({"action": "left_click", "coordinate": at});
        let acted = computer.act(&session, &action, &frame).await?;
        let whole = begun.elapsed();
        if acted.effect.outcome != Outcome::Confirmed {
            return Err(format!("the click at {at:?}: {:?}", acted.effect).into());
        }
        sample("computer.click", acted.sent);
        sample("computer.click.settled", whole);
    }
    computer.gate().close(&session);
    Ok(())
}

pub(crate) async fn type_text() -> Result<(), Any> {
    let _window = Fixture::window("text")?;
    let (person, witness) = (Person::new()?, Witness::of_keys()?);
    let keys = TEXT
        .chars()
        .map(|c| person.key_of(c.into()))
        .collect::<Result<Vec<u8>, Any>>()?;
    for _ in 0..TEXTS {
        sample("reference.type", person.keys(&keys)?);
    }
    witness.went_up(TEXTS * keys.len()).await?;
    let (computer, session) = (
        Computer::new(ComputerConfig::default()),
        SessionKey::from(SESSION),
    );
    computer.gate().open(&session)?;
    let frame = computer
        .look(&session, |size| size, Look::Primary)
        .await?
        .frame;
    for _ in 0..TEXTS {
        let begun = Instant::now();
        let acted = computer
            .act(&session, &json!({"action": "type", "text": TEXT}), &frame)
            .await?;
        sample("computer.type", acted.sent);
        sample("computer.type.settled", begun.elapsed());
    }
    computer.gate().close(&session);
    Ok(())
}
