//! How long input goes on after a person stopped it, in the middle of clicks, a drag
//! and a long text; and that nothing is left behind.
//!
//! Measured at the X server, by its clock: from the person's input, which another client
//! makes, to the last event that is not theirs.

use std::time::{Duration, Instant};

use interpreter_computer::{Computer, ComputerConfig, ComputerError, GateEvent, Look, SessionKey};
use interpreter_protocol::{Frame, Outcome};
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;

use crate::person::Person;
use crate::witness::{Seen, What, Witness};
use crate::{Any, Fixture, SESSION, sample};

const TRIALS: usize = 200;
const ESCAPE: u32 = 0xff1b;
/// Ctrl, Shift and F12.
const CHORD: [u32; 3] = [0xffe3, 0xffe1, 0xffc9];

/// What is pressed for so long is stuck.
const STUCK: Duration = Duration::from_secs(5);

/// Moves of a hand that pushes the pointer into a corner.
const PUSHES: i32 = 20;

/// What is stopped.
#[derive(Debug, Clone, Copy)]
enum Doing {
    Clicks,
    Drag,
    Type,
}

impl Doing {
    fn name(self) -> &'static str {
        match self {
            Self::Clicks => "stop.clicks",
            Self::Drag => "stop.drag",
            Self::Type => "stop.type",
        }
    }

    /// After so many events it is stopped: elsewhere each time.
    fn begun(self, trial: usize) -> usize {
        match self {
            // A drag waits after each of its moves.
            Self::Drag => 3 + trial * 7 % 40,
            _ => 10 + trial * 53 % 400,
        }
    }

    async fn run(
        self,
        computer: Computer,
        session: SessionKey,
        frame: Frame,
    ) -> Result<(), ComputerError> {
        let action = match self {
            Self::Clicks => {
                let storm = json!({"x": 700, "y": 500, "clicks": 5_000, "interval": 0.0});
                return computer
                    .call(&session, "mouse.click", storm)
                    .await
                    .map(drop);
            }
            Self::Drag => {
                let path: Vec<Value> = (0..1_000)
                    .map(|step| json!([300 + step, 300 + step % 500]))
                    .collect();
                json!({"action": "left_click_drag", "path": path})
            }
            Self::Type => {
                let text: String = "abcdefghi ".chars().cycle().take(10_000).collect();
                json!({"action": "type", "text": text})
            }
        };
        computer.act(&session, &action, &frame).await.map(drop)
    }
}

/// How the person stops it.
#[derive(Debug, Clone, Copy)]
enum Way {
    Escape,
    Chord,
    Corner,
}

impl Way {
    /// Mostly Esc.
    fn of(trial: usize) -> Self {
        match trial % 5 {
            3 => Self::Chord,
            4 => Self::Corner,
            _ => Self::Escape,
        }
    }
}

/// Someone at the real mouse and keyboard.
struct Hand {
    person: Person,
    escape: u8,
    chord: Vec<u8>,
}

impl Hand {
    fn new() -> Result<Self, Any> {
        let person = Person::new()?;
        let chord: Result<Vec<u8>, Any> = CHORD.iter().map(|key| person.key_of(*key)).collect();
        Ok(Self {
            escape: person.key_of(ESCAPE)?,
            chord: chord?,
            person,
        })
    }

    /// Stops, and tells the server's time right before.
    fn stop(&self, way: Way) -> Result<u32, Any> {
        let now = self.person.server_time()?;
        match way {
            Way::Escape => drop(self.person.keys(&[self.escape])?),
            Way::Chord => self.person.chord(&self.chord)?,
            Way::Corner => self.push()?,
        }
        Ok(now)
    }

    /// Pushes the pointer into the lower right corner, as a hand does: in many small moves.
    fn push(&self) -> Result<(), Any> {
        for (x, y) in self.pushes() {
            self.person.move_to(i16::try_from(x)?, i16::try_from(y)?)?;
            // Devices report about so often.
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn pushes(&self) -> impl Iterator<Item = (i32, i32)> {
        let (width, height) = self.person.size;
        let ends = (i32::from(width) - 1, i32::from(height) - 1);
        let steps = (0..PUSHES).rev();
        steps.map(move |step| (ends.0 - step * 4, ends.1 - step * 4))
    }

    fn made(&self, what: What) -> bool {
        match what {
            What::Key(code, _) => {
                let mut own = self.chord.iter().chain([&self.escape]);
                own.any(|known| u32::from(*known) == code)
            }
            What::Motion(x, y) => self.pushes().any(|place| place == (x, y)),
            What::Button(..) => false,
        }
    }

    /// From the person's first input after `since` to the last event of anyone else.
    fn went_on(&self, seen: &[Seen], since: u32) -> u32 {
        let later = || seen.iter().filter(|seen| seen.time >= since);
        let theirs = later().filter(|seen| self.made(seen.what));
        let first = theirs.map(|seen| seen.time).min().unwrap_or(since);
        let others = later().filter(|seen| !self.made(seen.what));
        let last = others.map(|seen| seen.time).max();
        last.map_or(0, |last| last.saturating_sub(first))
    }
}

pub(crate) async fn stop() -> Result<(), Any> {
    let window = Fixture::window("swallow")?;
    let (hand, witness) = (Hand::new()?, Witness::of_everything()?);
    let computer = Computer::new(ComputerConfig::default());
    let session = SessionKey::from(SESSION);
    let frame = computer.look(&session, |size| size, Look::Primary).await?;
    let trials = Trials {
        window,
        hand,
        witness,
        computer,
        session,
        frame: frame.frame,
    };
    for doing in [Doing::Clicks, Doing::Drag, Doing::Type] {
        for trial in 0..TRIALS {
            let way = Way::of(trial);
            let one = trials.one(doing, trial, way).await;
            one.map_err(|error| format!("{doing:?}, trial {trial}, {way:?}: {error}"))?;
        }
    }
    Ok(())
}

struct Trials {
    window: Fixture,
    hand: Hand,
    witness: Witness,
    computer: Computer,
    session: SessionKey,
    frame: Frame,
}

impl Trials {
    async fn one(&self, doing: Doing, trial: usize, way: Way) -> Result<(), Any> {
        let late = self.witness.all()?;
        if !late.is_empty() {
            return Err(format!("something was done after everything was let go: {late:?}").into());
        }
        self.computer.gate().open(&self.session)?;
        let mut events = self.computer.gate().events();
        self.usable(trial).await?;
        self.witness.all()?;
        let told = self.window.told();
        let acting = tokio::spawn(doing.run(
            self.computer.clone(),
            self.session.clone(),
            self.frame.clone(),
        ));
        let (mut before, mut seen) = (doing.begun(trial), Vec::new());
        while before > 0 {
            match self.witness.next()? {
                Some(one) => {
                    before -= 1;
                    seen.push(one);
                }
                None if acting.is_finished() => return Err("it was over too soon".into()),
                None => tokio::time::sleep(Duration::from_micros(500)).await,
            }
        }
        let pressed = Instant::now();
        let since = self.hand.stop(way)?;
        match acting.await? {
            Err(ComputerError::Stopped { .. }) => {}
            // The first key of the chord is a key like any other, and the first move
            // towards the corner a move.
            Err(ComputerError::Paused { .. }) if !matches!(way, Way::Escape) => {}
            other => return Err(format!("it was not stopped: {other:?}").into()),
        }
        released(&mut events).await?;
        self.let_go().await?;
        seen.extend(self.witness.all()?);
        if let (Doing::Clicks, Way::Escape) = (doing, way) {
            // What a window manager has held back comes to the window all the same.
            let clicks = seen
                .iter()
                .filter(|seen| matches!(seen.what, What::Button(..)));
            self.landed(told + clicks.count()).await?;
            sample("stop.clicks.landed", pressed.elapsed());
        }
        println!("{}\t{}\tms", doing.name(), self.hand.went_on(&seen, since));
        let frame = &self.frame;
        let again = json!({"action": "key", "text": "a"});
        match self.computer.act(&self.session, &again, frame).await {
            Err(ComputerError::Stopped { .. }) => Ok(()),
            other => Err(format!("the next action was not refused: {other:?}").into()),
        }
    }

    /// Nothing stays pressed. A window manager that looks at each click first may hold
    /// back for a moment what has been sent; it counts when it comes.
    async fn let_go(&self) -> Result<(), Any> {
        let begun = Instant::now();
        while self.hand.person.anything_pressed()? {
            if begun.elapsed() > STUCK {
                return Err("something stays pressed".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Waits until the window has told of so many events.
    async fn landed(&self, count: usize) -> Result<(), Any> {
        let begun = Instant::now();
        while self.window.told() < count {
            if begun.elapsed() > STUCK {
                let told = self.window.told();
                return Err(format!("{told} of {count} clicks came to the window").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    /// Actions work, as if nothing had been stopped before.
    async fn usable(&self, trial: usize) -> Result<(), Any> {
        let at = [400 + trial, 400];
        let action = json!({"action": "mouse_move", "coordinate": at});
        let acted = self
            .computer
            .act(&self.session, &action, &self.frame)
            .await?;
        match acted.effect.outcome {
            Outcome::Confirmed => Ok(()),
            _ => Err(format!("the pointer cannot be moved: {:?}", acted.effect).into()),
        }
    }
}

/// Waits until the gate is closed and everything of ours is up.
async fn released(events: &mut Receiver<GateEvent>) -> Result<(), Any> {
    while !matches!(events.recv().await?, GateEvent::Stopped { .. }) {}
    while events.recv().await? != GateEvent::Released {}
    Ok(())
}
