//! The way to the accessibility bus, and one call on it.

use std::time::Duration;

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _};
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{DynamicType, OwnedObjectPath, Type};

use super::super::connection::X;

pub(in super::super) const REGISTRY: &str = "org.a11y.atspi.Registry";
pub(in super::super) const ROOT: &str = "/org/a11y/atspi/accessible/root";
pub(in super::super) const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
pub(in super::super) const APPLICATION: &str = "org.a11y.atspi.Application";
pub(in super::super) const COLLECTION: &str = "org.a11y.atspi.Collection";
pub(in super::super) const COMPONENT: &str = "org.a11y.atspi.Component";
pub(in super::super) const TEXT: &str = "org.a11y.atspi.Text";
pub(in super::super) const VALUE: &str = "org.a11y.atspi.Value";
pub(in super::super) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// One question to one program, where nothing else is said.
pub(in super::super) const CALL: Duration = Duration::from_millis(120);

/// A program or an element: its name on the bus and its path there.
pub(in super::super) type Reference = (String, OwnedObjectPath);

/// Where the bus of an X display is, as the display tells.
pub(super) fn told_by_display(display: Option<&str>) -> Option<String> {
    let x = X::connect(display).ok()?;
    let name = x.conn.intern_atom(true, b"AT_SPI_BUS").ok()?;
    let name = name.reply().ok()?.atom;
    let value = x
        .conn
        .get_property(false, x.root, name, AtomEnum::ANY, 0, 1024)
        .ok()?;
    let value = value.reply_unchecked().ok()??.value;
    Some(String::from_utf8_lossy(&value).into_owned()).filter(|address| !address.is_empty())
}

/// Connects to the bus at an address, or to the one the session's bus tells of.
pub(in super::super) fn connect(address: Option<String>, patience: Duration) -> Option<Connection> {
    let open = |address: &str| {
        Builder::address(address)
            .ok()?
            .method_timeout(patience)
            .build()
            .ok()
    };
    address
        .and_then(|address| open(&address))
        .or_else(|| open(&told_by_session()?))
}

/// What the session's bus tells. Starts nothing: without the service no
/// program shows a tree either.
fn told_by_session() -> Option<String> {
    let session = Builder::session().ok()?.method_timeout(CALL).build().ok()?;
    let bus = "org.freedesktop.DBus";
    let path = "/org/freedesktop/DBus";
    let there: bool = call(&session, bus, path, bus, "NameHasOwner", &("org.a11y.Bus",))?;
    if !there {
        return None;
    }
    let service = "org.a11y.Bus";
    call(
        &session,
        service,
        "/org/a11y/bus",
        service,
        "GetAddress",
        &(),
    )
}

/// The process behind a name on the bus.
pub(in super::super) fn pid(bus: &Connection, name: &str) -> Option<u32> {
    let daemon = "org.freedesktop.DBus";
    let path = "/org/freedesktop/DBus";
    call(
        bus,
        daemon,
        path,
        daemon,
        "GetConnectionUnixProcessID",
        &(name,),
    )
}

/// Asks a program; none where it does not answer, or otherwise than expected.
pub(in super::super) fn call<T>(
    bus: &Connection,
    to: &str,
    path: &str,
    interface: &str,
    method: &str,
    body: &(impl serde::Serialize + DynamicType),
) -> Option<T>
where
    T: serde::de::DeserializeOwned + Type,
{
    let reply = bus
        .call_method(Some(to), path, Some(interface), method, body)
        .map_err(|error| tracing::trace!(%error, method, "no answer from the accessibility tree"))
        .ok()?;
    reply.body().deserialize().ok()
}
