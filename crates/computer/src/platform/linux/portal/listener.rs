//! How a person stops: keys bound through `GlobalShortcuts`, and the end of the session
//! from the desktop's own sign. What else they do with mouse and keys is not told here.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use super::SHORTCUTS;
use super::acting::{Acting, lock, session_handle};
use super::bus::{Details, Options, Told};
use super::input::{send_key, stroke_of};
use super::trigger::Trigger;
use crate::platform::{
    DeviceClass, Listener, Listening, PhysicalEvent, PhysicalKind, PlatformError, Result, Sink,
};

/// What is asked for: our name for it, the words people read, the key. The chord comes
/// first: pressing it does nothing where it is not heard.
const WANTED: [(&str, &str, &str, &str); 2] = [
    (
        "panic",
        "Stop Interpreter at once",
        "CTRL+SHIFT+F12",
        "Ctrl+Shift+F12",
    ),
    ("stop", "Stop Interpreter", "Escape", "Escape"),
];
/// How long the trial of one key may take.
const TRIAL: Duration = Duration::from_secs(2);

/// Starts to listen through one session.
pub(super) struct PortalListener {
    acting: Arc<Acting>,
}

impl PortalListener {
    pub(super) fn new(acting: Arc<Acting>) -> Self {
        Self { acting }
    }

    /// A session of its own, and the keys the person let us have in it.
    fn bind(&self) -> Result<(OwnedObjectPath, Vec<(String, String)>)> {
        let bus = &self.acting.bus;
        bus.version(SHORTCUTS).map_err(|error| match error {
            PlatformError::Unsupported(_) => PlatformError::Unsupported(
                "this desktop's portal has no GlobalShortcuts, so no key that stops can be \
                 heard (GNOME 48, KDE Plasma 6 and newer have it); looking works all the same"
                    .to_owned(),
            ),
            other => other,
        })?;
        let options = Options::from([("session_handle_token", Value::from(bus.token()))]);
        let made = bus.ask(
            options,
            |bus, options| bus.call(SHORTCUTS, "CreateSession", &(options,)),
            refused,
        )?;
        let session = session_handle(made)?;
        let wanted: Vec<(&str, Options<'_>)> = WANTED
            .iter()
            .map(|(id, words, trigger, _)| {
                let details = Options::from([
                    ("description", Value::from(*words)),
                    ("preferred_trigger", Value::from(*trigger)),
                ]);
                (*id, details)
            })
            .collect();
        let bound = bus.ask(
            Options::new(),
            |bus, options| {
                bus.call(
                    SHORTCUTS,
                    "BindShortcuts",
                    &(&session, &wanted, "", options),
                )
            },
            refused,
        );
        match bound {
            Ok(mut bound) => Ok((
                session,
                bound.remove("shortcuts").map(keys).unwrap_or_default(),
            )),
            Err(error) => {
                bus.close(&session);
                Err(error)
            }
        }
    }

    /// Presses a key of ours as a person would; whether it was heard.
    fn try_out(&self, trigger: &Trigger, heard: &Receiver<String>, id: &str) -> Result<bool> {
        while heard.try_recv().is_ok() {}
        let strokes = trigger
            .keys()
            .iter()
            .map(stroke_of)
            .collect::<Result<Vec<_>>>()?;
        let mut sent = Ok(());
        for stroke in &strokes {
            sent = sent.and_then(|()| send_key(&self.acting, *stroke, true));
        }
        for stroke in strokes.iter().rev() {
            // Lifted whatever came before.
            let lifted = send_key(&self.acting, *stroke, false);
            sent = sent.and(lifted);
        }
        sent?;
        let until = Instant::now() + TRIAL;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match heard.recv_timeout(left) {
                Ok(known) if known == id => return Ok(true),
                Ok(_) => {}
                Err(_) => return Ok(false),
            }
        }
    }
}

/// Who is told of what is heard: the trial, then the gate.
enum Ears {
    Trial(SyncSender<String>),
    Open(Sink),
    Shut,
}

impl Listener for PortalListener {
    fn start(&self, sink: Sink) -> Result<Listening> {
        let (session, bound) = self.bind()?;
        let (tell, heard) = sync_channel(16);
        let ears = Arc::new(Mutex::new(Ears::Trial(tell)));
        let on_key = Arc::clone(&ears);
        self.acting.bus.hear(
            &session,
            Arc::new(move |told| match (&*lock(&on_key), told) {
                (Ears::Trial(tell), Told::Activated(id)) => {
                    let _ = tell.try_send(id);
                }
                (Ears::Open(sink), Told::Activated(_)) => sink(event(PhysicalKind::Key {
                    is_stop_key: true,
                    down: true,
                })),
                // Without its way to stop, nothing goes on.
                (Ears::Open(sink), Told::Closed) => sink(event(PhysicalKind::Withdrawn)),
                (Ears::Trial(_), Told::Closed) | (Ears::Shut, _) => {}
            }),
        );
        let (acting, ended, shut) = (Arc::clone(&self.acting), session, Arc::clone(&ears));
        // Ends what was begun, wherever this returns.
        let listening = Listening::new(move || {
            *lock(&shut) = Ears::Shut;
            acting.when_ended(None);
            acting.bus.close(&ended);
            lock(&acting.kept).clear();
        });
        let known: Vec<(&str, Trigger)> = WANTED
            .iter()
            .filter_map(|(id, _, _, preferred)| {
                let (_, words) = bound.iter().find(|(known, _)| known == id)?;
                // Said in another language, it is most likely the one asked for.
                let trigger = Trigger::read(words).or_else(|| Trigger::read(preferred))?;
                Some((*id, trigger))
            })
            .collect();
        if known.is_empty() {
            return Err(PlatformError::NotPermitted {
                message: "No key was given to \"Stop Interpreter\"".to_owned(),
                fix: KEYS.to_owned(),
            });
        }
        let mut works = false;
        for (id, trigger) in &known {
            if self.try_out(trigger, &heard, id)? {
                works = true;
                break;
            }
        }
        if !works {
            return Err(PlatformError::Failed {
                doing: "trying whether the key that stops can be heard".to_owned(),
                reason: format!("the desktop reported nothing. {KEYS}"),
            });
        }
        *lock(&self.acting.kept) = known.iter().map(|(_, trigger)| *trigger).collect();
        *lock(&ears) = Ears::Open(sink);
        let on_end = Arc::clone(&ears);
        self.acting.when_ended(Some(Arc::new(move || {
            if let Ears::Open(sink) = &*lock(&on_end) {
                sink(event(PhysicalKind::Withdrawn));
            }
        })));
        Ok(listening)
    }
}

const KEYS: &str = "Open the keyboard settings of your desktop, and give \"Stop Interpreter\" \
                    (of Interpreter) the key Esc or Ctrl+Shift+F12";

fn refused(why: &str) -> PlatformError {
    PlatformError::NotPermitted {
        message: format!("No key that stops could be bound: {why}."),
        fix: "Try again, and allow the keys when the desktop asks".to_owned(),
    }
}

fn event(kind: PhysicalKind) -> PhysicalEvent {
    PhysicalEvent {
        kind,
        // Which device it was is not told.
        device: DeviceClass::Hardware,
        time: Instant::now(),
    }
}

/// The keys that have one: our name for each, and the desktop's words.
fn keys(value: OwnedValue) -> Vec<(String, String)> {
    let list: Vec<(String, Details)> = Vec::try_from(value).unwrap_or_default();
    let bound = list.into_iter().map(|(id, mut details)| {
        let words = details.remove("trigger_description");
        let words = words.and_then(|words| String::try_from(words).ok());
        // Where nothing is said, whether it has a key comes out in the trial.
        (id, words)
    });
    bound
        .filter(|(_, words)| words.as_deref() != Some(""))
        .map(|(id, words)| (id, words.unwrap_or_default()))
        .collect()
}
