//! What programs tell without being asked. They do so only while somebody has
//! said that they want to hear it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use zbus::MatchRule;
use zbus::blocking::{Connection, MessageIterator};
use zbus::message::Type;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::bus::{self, REGISTRY};
use crate::platform::{Happened, HappenedKind, Heard};

/// What is wanted, as the registry names it.
const WANTED: [&str; 9] = [
    "object:state-changed:focused",
    "object:state-changed:checked",
    "object:state-changed:pressed",
    "object:state-changed:expanded",
    "object:state-changed:selected",
    "object:text-changed",
    "object:property-change:accessible-value",
    "window:activate",
    "window:create",
];
const OBJECT: &str = "org.a11y.atspi.Event.Object";
const WINDOW: &str = "org.a11y.atspi.Event.Window";
/// Events that may wait to be read.
const WAITING: usize = 256;

/// Starts to hear, on a thread of its own that ends with the bus, or soon after
/// nobody wants to know any more.
pub(super) fn start(bus: Connection, heard: Arc<Heard>) -> bool {
    let rule = |interface: &'static str| {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(interface)
            .ok()?;
        Some(rule.build())
    };
    let listen =
        |interface| MessageIterator::for_match_rule(rule(interface)?, &bus, Some(WAITING)).ok();
    let (Some(objects), Some(windows)) = (listen(OBJECT), listen(WINDOW)) else {
        return false;
    };
    let mut any = false;
    for wanted in WANTED {
        let path = "/org/a11y/atspi/registry";
        // Newer registries also take a list of properties and a program's name.
        let new: Option<()> = bus::call(
            &bus,
            REGISTRY,
            path,
            REGISTRY,
            "RegisterEvent",
            &(wanted, Vec::<String>::new(), ""),
        );
        let old = || -> Option<()> {
            bus::call(&bus, REGISTRY, path, REGISTRY, "RegisterEvent", &(wanted,))
        };
        any |= new.or_else(old).is_some();
    }
    if !any {
        return false;
    }
    let run = |messages: MessageIterator, heard: Arc<Heard>, bus: Connection| {
        std::thread::Builder::new()
            .name("accessibility events".to_owned())
            .spawn(move || hear(messages, &heard, &bus))
            .is_ok()
    };
    run(objects, Arc::clone(&heard), bus.clone()) && run(windows, heard, bus)
}

fn hear(messages: MessageIterator, heard: &Arc<Heard>, bus: &Connection) {
    let mut pids: HashMap<String, u32> = HashMap::new();
    for message in messages {
        let Ok(message) = message else { return };
        // Only the two listeners are left: whoever watched is gone.
        if Arc::strong_count(heard) <= 2 {
            return;
        }
        let header = message.header();
        let (Some(sender), Some(path), Some(member)) =
            (header.sender(), header.path(), header.member())
        else {
            continue;
        };
        let Ok((detail, on)) = detail(&message) else {
            continue;
        };
        let window = header
            .interface()
            .is_some_and(|interface| interface.as_str() == WINDOW);
        let kind = match (member.as_str(), detail.as_str()) {
            _ if window => HappenedKind::Window,
            ("StateChanged", "focused") if on => HappenedKind::Focus,
            ("StateChanged", "focused") => continue,
            ("StateChanged", _) => HappenedKind::State,
            ("TextChanged" | "PropertyChange", _) => HappenedKind::Text,
            _ => continue,
        };
        let name = sender.to_string();
        let pid = match pids.get(&name) {
            Some(pid) => Some(*pid),
            None => {
                let pid = bus::pid(bus, &name);
                if let Some(pid) = pid {
                    pids.insert(name.clone(), pid);
                }
                pid
            }
        };
        heard.add(Happened {
            kind,
            pid,
            key: (name, path.to_string()),
            at: Instant::now(),
        });
    }
}

/// Detail, two numbers, a value, and properties; or the program.
type New = (String, i32, i32, OwnedValue, HashMap<String, OwnedValue>);
type Old = (String, i32, i32, OwnedValue, (String, OwnedObjectPath));

/// The event's detail, and whether it began rather than ended. Two shapes of the
/// body are in use; they differ behind what is read here.
fn detail(message: &zbus::Message) -> zbus::Result<(String, bool)> {
    let body = message.body();
    let new: zbus::Result<New> = body.deserialize();
    if let Ok((detail, on, ..)) = new {
        return Ok((detail, on != 0));
    }
    let old: Old = body.deserialize()?;
    Ok((old.0, old.1 != 0))
}
