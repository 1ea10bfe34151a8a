//! The consent to act: one session of `RemoteDesktop`, while control is held.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Value};

use super::bus::{Bus, Details, Options, Told};
use super::token::Token;
use super::trigger::Trigger;
use super::trouble::failed;
use super::{INHIBIT, REMOTE_DESKTOP, SCREEN_CAST};
use crate::platform::{PlatformError, Result};

const KEYBOARD: u32 = 1;
const POINTER: u32 = 2;
/// Displays, not single windows.
const MONITORS: u32 = 1;
/// Until the person takes it back.
const PERSIST: u32 = 2;
/// The display stays on.
const IDLE: u32 = 8;

/// What happened to the session.
pub(super) type Ended = Arc<dyn Fn() + Send + Sync>;

/// A display, as positions are told to the desktop.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stream {
    pub(super) node: u32,
    /// Where it lies, in logical units; none where the desktop does not tell.
    pub(super) at: Option<(i32, i32)>,
    pub(super) size: Option<(i32, i32)>,
}

struct Session {
    path: OwnedObjectPath,
    streams: Vec<Stream>,
    keyboard: bool,
    pointer: bool,
    /// Keeps the display awake.
    awake: Option<OwnedObjectPath>,
}

/// Shared by input, listener and lease.
pub(super) struct Acting {
    pub(super) bus: Arc<Bus>,
    token: Token,
    session: Mutex<Option<Session>>,
    /// The session was ended from outside.
    over: Arc<AtomicBool>,
    /// Who is told of that.
    ended: Arc<Mutex<Option<Ended>>>,
    /// Where the pointer was sent last.
    pub(super) pointer: Mutex<Option<(i32, i32)>>,
    /// The keys that stop, which the desktop keeps from everybody, us too.
    pub(super) kept: Mutex<Vec<Trigger>>,
    /// Positions are told in pixels of the display, not in logical units.
    pub(super) in_pixels: bool,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Acting {
    pub(super) fn new(bus: Arc<Bus>, data: Option<&Path>) -> Self {
        // The portal's documents say logical units; GNOME's compositor divides what it is
        // given by the display's scale.
        let in_pixels = bus.has("org.gnome.Mutter.RemoteDesktop");
        Self {
            bus,
            token: Token::new(data),
            session: Mutex::default(),
            over: Arc::default(),
            ended: Arc::default(),
            pointer: Mutex::default(),
            kept: Mutex::default(),
            in_pixels,
        }
    }

    /// Asks the person, unless they agreed before. Does nothing while they still do.
    pub(super) fn start(&self) -> Result<()> {
        if self.is_held() {
            return Ok(());
        }
        self.end();
        let version = self.bus.version(REMOTE_DESKTOP)?;
        self.bus.version(SCREEN_CAST)?;
        let path = self.create()?;
        let started = self.consent(&path, version);
        match started {
            Ok(session) => {
                *lock(&self.session) = Some(session);
                Ok(())
            }
            Err(error) => {
                self.bus.close(&path);
                Err(error)
            }
        }
    }

    fn create(&self) -> Result<OwnedObjectPath> {
        let options = Options::from([("session_handle_token", Value::from(self.bus.token()))]);
        let made = self.bus.ask(
            options,
            |bus, options| bus.call(REMOTE_DESKTOP, "CreateSession", &(options,)),
            refused,
        )?;
        session_handle(made)
    }

    fn consent(&self, path: &OwnedObjectPath, version: u32) -> Result<Session> {
        self.over.store(false, Ordering::Relaxed);
        let (over, ended) = (Arc::clone(&self.over), Arc::clone(&self.ended));
        let hearer = move |told: Told| {
            if told == Told::Closed {
                over.store(true, Ordering::Relaxed);
                let ended = lock(&ended).clone();
                if let Some(ended) = ended {
                    ended();
                }
            }
        };
        self.bus.hear(path, Arc::new(hearer));
        let mut devices = Options::from([("types", Value::from(KEYBOARD | POINTER))]);
        // Consent that lasts came with the second version.
        if version >= 2 {
            devices.insert("persist_mode", Value::from(PERSIST));
            if let Some(token) = self.token.take() {
                devices.insert("restore_token", Value::from(token));
            }
        }
        self.bus.ask(
            devices,
            |bus, options| bus.call(REMOTE_DESKTOP, "SelectDevices", &(path, options)),
            refused,
        )?;
        // The pictures of the stream are not read; positions are told by it.
        let sources = Options::from([
            ("types", Value::from(MONITORS)),
            ("multiple", Value::from(true)),
        ]);
        self.bus.ask(
            sources,
            |bus, options| bus.call(SCREEN_CAST, "SelectSources", &(path, options)),
            refused,
        )?;
        let mut given = self.bus.ask(
            Options::new(),
            |bus, options| bus.call(REMOTE_DESKTOP, "Start", &(path, "", options)),
            refused,
        )?;
        if let Some(token) = take::<String>(&mut given, "restore_token") {
            self.token.keep(&token);
        }
        let devices = take::<u32>(&mut given, "devices").unwrap_or(0);
        let streams = given.remove("streams").map(streams).unwrap_or_default();
        let (keyboard, pointer) = (devices & KEYBOARD != 0, devices & POINTER != 0);
        if !keyboard && !pointer {
            return Err(refused("neither mouse nor keyboard was allowed"));
        }
        Ok(Session {
            path: path.clone(),
            streams,
            keyboard,
            pointer,
            awake: self.stay_awake(),
        })
    }

    /// Without it the display may go dark, and that is all.
    fn stay_awake(&self) -> Option<OwnedObjectPath> {
        let options = Options::from([(
            "reason",
            Value::from("Interpreter uses mouse and keyboard."),
        )]);
        self.bus
            .call(INHIBIT, "Inhibit", &("", IDLE, options))
            .inspect_err(|error| tracing::debug!(%error, "the display may go dark"))
            .ok()
    }

    /// Whether the consent still stands.
    pub(super) fn is_held(&self) -> bool {
        lock(&self.session).is_some() && !self.over.load(Ordering::Relaxed)
    }

    /// Who is told when the session is ended from outside; at once where it has been.
    pub(super) fn when_ended(&self, ended: Option<Ended>) {
        lock(&self.ended).clone_from(&ended);
        if let Some(ended) = ended
            && self.over.load(Ordering::Relaxed)
        {
            ended();
        }
    }

    /// Gives it back. The desktop's sign that it is controlled goes away.
    pub(super) fn end(&self) {
        lock(&self.kept).clear();
        let Some(session) = lock(&self.session).take() else {
            return;
        };
        self.bus.close(&session.path);
        if let Some(awake) = &session.awake {
            self.bus.close_request(awake);
        }
    }

    /// The displays the person released.
    pub(super) fn streams(&self) -> Vec<Stream> {
        let session = lock(&self.session);
        session
            .as_ref()
            .map(|session| session.streams.clone())
            .unwrap_or_default()
    }

    /// Tells the desktop of one event, and returns once its portal has taken it: calls
    /// that do not wait may overtake each other there.
    pub(super) fn notify<B>(
        &self,
        device: Device,
        method: &str,
        body: impl FnOnce(OwnedObjectPath) -> B,
    ) -> Result<()>
    where
        B: serde::Serialize + DynamicType,
    {
        let session = lock(&self.session);
        let Some(open) = session
            .as_ref()
            .filter(|_| !self.over.load(Ordering::Relaxed))
        else {
            return Err(ended());
        };
        let allowed = match device {
            Device::Keyboard => open.keyboard,
            Device::Pointer => open.pointer,
        };
        let path = open.path.clone();
        // A hanging portal must not keep others from ending the session.
        drop(session);
        if !allowed {
            let what = match device {
                Device::Keyboard => "the keyboard",
                Device::Pointer => "the mouse",
            };
            return Err(PlatformError::NotPermitted {
                message: format!("You did not release {what}."),
                fix: AGAIN.to_owned(),
            });
        }
        match self.bus.call::<()>(REMOTE_DESKTOP, method, &body(path)) {
            Err(_) if self.over.load(Ordering::Relaxed) => Err(ended()),
            other => other,
        }
    }
}

/// Which consent an event needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Device {
    Keyboard,
    Pointer,
}

const AGAIN: &str = "Turn OS mode on again, and allow it when the desktop asks.";

fn ended() -> PlatformError {
    PlatformError::NotPermitted {
        message: "Control was ended from the desktop.".to_owned(),
        fix: AGAIN.to_owned(),
    }
}

fn refused(why: &str) -> PlatformError {
    PlatformError::NotPermitted {
        message: format!("Mouse and keyboard were not released: {why}."),
        fix: AGAIN.to_owned(),
    }
}

/// The session a request made.
pub(super) fn session_handle(mut made: Details) -> Result<OwnedObjectPath> {
    // Written as text, by an old mistake of the interface that stayed.
    let handle = made.remove("session_handle").and_then(|value| {
        let text = String::try_from(value.try_clone().ok()?).ok();
        text.and_then(|text| ObjectPath::try_from(text).ok())
            .map(OwnedObjectPath::from)
            .or_else(|| OwnedObjectPath::try_from(value).ok())
    });
    handle.ok_or_else(|| failed("opening a session of the portal", "it named none"))
}

fn take<T: TryFrom<OwnedValue>>(details: &mut Details, name: &str) -> Option<T> {
    T::try_from(details.remove(name)?).ok()
}

fn streams(value: OwnedValue) -> Vec<Stream> {
    let list: Vec<(u32, Details)> = match Vec::try_from(value) {
        Ok(list) => list,
        Err(error) => {
            tracing::warn!(%error, "the desktop names no displays");
            return Vec::new();
        }
    };
    let streams = list.into_iter().map(|(node, mut details)| Stream {
        node,
        at: take(&mut details, "position"),
        size: take(&mut details, "size"),
    });
    streams.collect()
}
