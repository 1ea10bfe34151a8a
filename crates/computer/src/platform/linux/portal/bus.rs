//! The way to the desktop's portal, and questions to the person through it.
//!
//! Plain `zbus`, as for the accessibility trees, and not `ashpd`: that one comes
//! with an executor of its own choice (its `tokio` feature turns zbus over for every
//! user of it in this program), and all there is to say here is a dozen calls.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type as Kind;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Type, Value};

use super::trouble::{explain, failed, is_nobody, lacks, missing};
use crate::platform::{PlatformError, Result};

pub(super) const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";
/// What the portal says at once. The first call may have to start it.
const CALL: Duration = Duration::from_secs(10);
/// How long a person may read a question of the desktop.
const CONSENT: Duration = Duration::from_secs(180);

/// Options and results, by name.
pub(super) type Details = HashMap<String, OwnedValue>;
/// Options of a call.
pub(super) type Options<'a> = HashMap<&'a str, Value<'a>>;

/// What the portal tells without being asked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told {
    /// The session is over: the person, or the end of the portal, ended it.
    Closed,
    /// A key that was bound was pressed.
    Activated(String),
}

type Hearer = Arc<dyn Fn(Told) + Send + Sync>;

#[derive(Default)]
struct Hub {
    /// Questions under way, by the path of their answer.
    asked: Mutex<HashMap<String, SyncSender<(u32, Details)>>>,
    /// Who hears what happens to a session, by its path.
    hearers: Mutex<HashMap<String, Hearer>>,
    /// The portal's own name on the bus: any program may send us a signal, and only the
    /// portal's count.
    portal: Mutex<Option<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection to the session's bus, with a thread that hears the portal.
pub(super) struct Bus {
    conn: Connection,
    hub: Arc<Hub>,
    /// Our name on the bus, as it is written in paths.
    sender: String,
    next: AtomicU32,
    /// What stands in names of ours, so that nobody meets them by chance.
    prefix: String,
}

impl Bus {
    /// Connects to the bus at an address, or to the session's.
    ///
    /// # Errors
    /// `NoDisplay` where there is no bus or nobody who would be the portal.
    pub(super) fn connect(address: Option<&str>) -> Result<Arc<Self>> {
        let builder = match address {
            Some(address) => Builder::address(address),
            None => Builder::session(),
        };
        let no_bus = |error: zbus::Error| missing(&format!("no session bus ({error})"));
        let conn = builder
            .and_then(|builder| builder.method_timeout(CALL).build())
            .map_err(no_bus)?;
        let name = conn.unique_name().map(ToString::to_string);
        let sender = name.unwrap_or_default();
        let bus = Arc::new(Self {
            hub: Arc::default(),
            sender: sender.trim_start_matches(':').replace('.', "_"),
            next: AtomicU32::new(1),
            prefix: format!("interpreter{}", std::process::id()),
            conn,
        });
        for rule in [
            format!("type='signal',sender='{PORTAL}'"),
            format!("type='signal',sender='{BUS}',member='NameOwnerChanged',arg0='{PORTAL}'"),
        ] {
            bus.daemon::<()>("AddMatch", &rule).map_err(no_bus)?;
        }
        // Where it does not run yet, it says so when it does.
        let owner: zbus::Result<String> = bus.daemon("GetNameOwner", PORTAL);
        *lock(&bus.hub.portal) = owner.ok();
        let (conn, hub) = (bus.conn.clone(), Arc::clone(&bus.hub));
        std::thread::Builder::new()
            .name("portal".to_owned())
            .spawn(move || hear(&conn, &hub))
            .map_err(|error| failed("listening to the portal", error))?;
        // So that the desktop shows our name in its questions; older ones do not know it.
        let registry = "org.freedesktop.host.portal.Registry";
        let app = ("dev.interpreter.desktop", Options::new());
        if let Err(error) = bus.call::<()>(registry, "Register", &app) {
            tracing::debug!(%error, "the portal takes no name of ours");
        }
        Ok(bus)
    }

    fn daemon<T>(&self, method: &str, argument: &str) -> zbus::Result<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        let reply = self
            .conn
            .call_method(Some(BUS), BUS_PATH, Some(BUS), method, &(argument,))?;
        reply.body().deserialize()
    }

    /// Whether somebody goes by that name on the bus.
    pub(super) fn has(&self, name: &str) -> bool {
        self.daemon("NameHasOwner", name).unwrap_or(false)
    }

    /// Where the accessibility bus of this session is, if there is one.
    pub(super) fn accessibility(&self) -> Option<String> {
        let service = "org.a11y.Bus";
        // Starts nothing: without the service no program shows a tree either.
        if !self.has(service) {
            return None;
        }
        let path = "/org/a11y/bus";
        let reply = self
            .conn
            .call_method(Some(service), path, Some(service), "GetAddress", &())
            .ok()?;
        reply.body().deserialize().ok()
    }

    /// Calls a method of the portal.
    pub(super) fn call<T>(
        &self,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> Result<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        self.raw(interface, method, body)
            .map_err(|error| explain(interface, &error))
    }

    fn raw<T>(
        &self,
        interface: &str,
        method: &str,
        body: &(impl serde::Serialize + DynamicType),
    ) -> zbus::Result<T>
    where
        T: serde::de::DeserializeOwned + Type,
    {
        let reply = self
            .conn
            .call_method(Some(PORTAL), PATH, Some(interface), method, body)?;
        reply.body().deserialize()
    }

    /// The version of an interface of the portal.
    ///
    /// # Errors
    /// `Unsupported` where it is not offered, `NoDisplay` where there is no portal.
    pub(super) fn version(&self, interface: &str) -> Result<u32> {
        let got: zbus::Result<OwnedValue> = self.raw(
            "org.freedesktop.DBus.Properties",
            "Get",
            &(interface, "version"),
        );
        match got {
            Ok(value) => Ok(u32::try_from(value).unwrap_or(1)),
            Err(error) if is_nobody(&error) => Err(explain(interface, &error)),
            Err(error) => {
                tracing::debug!(%error, interface, "not offered by the portal");
                Err(lacks(interface))
            }
        }
    }

    /// A name nobody else uses.
    pub(super) fn token(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}_{number}", self.prefix)
    }

    /// Asks for something the person may have to allow, and waits for the answer.
    /// `call` makes the call with the options it is given, which name the answer.
    ///
    /// # Errors
    /// `NotPermitted`, with `refused`'s words, where the person said no.
    pub(super) fn ask(
        &self,
        mut options: Options<'_>,
        call: impl FnOnce(&Self, &Options<'_>) -> Result<OwnedObjectPath>,
        refused: impl FnOnce(&str) -> PlatformError,
    ) -> Result<Details> {
        let token = self.token();
        let path = format!("{PATH}/request/{}/{token}", self.sender);
        let (tell, answer) = sync_channel(1);
        // Before the call: the answer may be quicker than its receipt.
        lock(&self.hub.asked).insert(path.clone(), tell.clone());
        options.insert("handle_token", Value::from(token));
        let called = call(self, &options);
        let other = match &called {
            // Portals of old choose the path themselves.
            Ok(handle) if handle.as_str() != path => Some(handle.as_str().to_owned()),
            _ => None,
        };
        match &other {
            Some(other) => {
                lock(&self.hub.asked).insert(other.clone(), tell);
            }
            // Only who may answer keeps it: where they go, the wait ends.
            None => drop(tell),
        }
        let answered = called.and_then(|handle| {
            answer.recv_timeout(CONSENT).map_err(|_| {
                let _ = self
                    .conn
                    .call_method(Some(PORTAL), &handle, Some(REQUEST), "Close", &());
                PlatformError::NotPermitted {
                    message: "The desktop's question was not answered.".to_owned(),
                    fix: "Try again, and answer it.".to_owned(),
                }
            })
        });
        let mut asked = lock(&self.hub.asked);
        asked.remove(&path);
        other.map(|other| asked.remove(&other));
        drop(asked);
        match answered? {
            (0, details) => Ok(details),
            (1, _) => Err(refused("you or the desktop's settings said no")),
            (code, _) => Err(refused(&format!("the desktop ended it, code {code}"))),
        }
    }

    /// From now on hears what happens to a session.
    pub(super) fn hear(&self, session: &str, hearer: Hearer) {
        lock(&self.hub.hearers).insert(session.to_owned(), hearer);
    }

    /// Ends a session; nobody hears of it any more.
    pub(super) fn close(&self, session: &str) {
        lock(&self.hub.hearers).remove(session);
        let ended = self
            .conn
            .call_method(Some(PORTAL), session, Some(SESSION), "Close", &());
        if let Err(error) = ended {
            tracing::debug!(%error, "the session was over already");
        }
    }

    /// Takes a request back that lasts until it is closed.
    pub(super) fn close_request(&self, request: &str) {
        let _ = self
            .conn
            .call_method(Some(PORTAL), request, Some(REQUEST), "Close", &());
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        // Ends the thread too.
        let _ = self.conn.clone().close();
    }
}

/// Passes on what the portal says, until the connection ends.
fn hear(conn: &Connection, hub: &Hub) {
    for message in MessageIterator::from(conn) {
        let Ok(message) = message else { break };
        let header = message.header();
        if header.message_type() != Kind::Signal {
            continue;
        }
        let member = header.member().map(ToString::to_string);
        let interface = header.interface().map(ToString::to_string);
        let path = header.path().map(ToString::to_string).unwrap_or_default();
        let sender = header.sender().map(ToString::to_string);
        let from_bus = sender.as_deref() == Some(BUS);
        if !from_bus && (sender.is_none() || sender != *lock(&hub.portal)) {
            continue;
        }
        match (interface.as_deref(), member.as_deref()) {
            (Some(REQUEST), Some("Response")) => {
                let Ok(answer) = message.body().deserialize::<(u32, Details)>() else {
                    continue;
                };
                if let Some(tell) = lock(&hub.asked).get(&path) {
                    let _ = tell.try_send(answer);
                }
            }
            (Some(SESSION), Some("Closed")) => tell(hub, &path, &Told::Closed),
            (Some(super::SHORTCUTS), Some("Activated")) => {
                let body = message.body();
                if let Ok((session, key, _, _)) =
                    body.deserialize::<(ObjectPath<'_>, String, u64, Details)>()
                {
                    tell(hub, session.as_str(), &Told::Activated(key));
                }
            }
            (Some(BUS), Some("NameOwnerChanged")) => {
                let body = message.body();
                let Ok((name, old, new)) = body.deserialize::<(String, String, String)>() else {
                    continue;
                };
                if name == PORTAL && from_bus {
                    *lock(&hub.portal) = Some(new).filter(|new| !new.is_empty());
                    if !old.is_empty() {
                        tell_all(hub);
                    }
                }
            }
            _ => {}
        }
    }
    tell_all(hub);
}

fn tell(hub: &Hub, session: &str, told: &Told) {
    // Not under the lock: who hears it may end the session.
    let hearer = lock(&hub.hearers).get(session).cloned();
    if let Some(hearer) = hearer {
        hearer(told.clone());
    }
}

/// The portal is gone, and its sessions with it.
fn tell_all(hub: &Hub) {
    // Whoever waits for an answer gets none.
    lock(&hub.asked).clear();
    let hearers: Vec<Hearer> = lock(&hub.hearers).values().cloned().collect();
    for hearer in hearers {
        hearer(Told::Closed);
    }
}
