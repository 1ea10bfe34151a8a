//! A sway of its own for each test, and fixture windows on it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use interpreter_computer::{
    Acted, Computer, ComputerConfig, ComputerError, Look, SessionKey, Shot,
};
use interpreter_protocol::Frame;
use interpreter_test_support::Sway;
use interpreter_test_support::desktop::sway::Output;
use serde_json::Value;

use crate::desktop::{Ended, PATIENCE};

/// A display at the origin, and one left of and above it with twice the scale.
pub const TWO: [Output; 2] = [
    Output::new((1024, 768), (0, 0), 1.0),
    Output::new((1280, 800), (-640, -100), 2.0),
];

pub struct Wayland {
    // Ended in this order: windows before the compositor.
    pub windows: Vec<Ended>,
    pub sway: Sway,
    pub session: SessionKey,
}

impl Wayland {
    pub fn start(outputs: &[Output]) -> Self {
        Self {
            windows: Vec::new(),
            sway: Sway::start(outputs),
            session: SessionKey::from("test"),
        }
    }

    /// Opens a fixture window on a display, painted and with the keyboard.
    pub fn window(&mut self, display: &str, mode: &str) -> Fixture {
        self.sway.command(&format!("workspace {display}"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wayland.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(mode);
        let mut child = self
            .sway
            .apply(&mut command)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("/usr/bin/python3 with GTK 3 must be installed (package python3-gi)");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut fixture = Fixture {
            events,
            pid: child.id(),
        };
        self.windows.push(Ended(child));
        fixture.until(|event| event["event"] == "ready");
        fixture
    }

    pub fn config(&self) -> ComputerConfig {
        ComputerConfig {
            display: Some(self.sway.display()),
            ..ComputerConfig::default()
        }
    }

    /// A computer with the gate open.
    pub fn computer(&self) -> Computer {
        let computer = Computer::new(self.config());
        computer.gate().open(&self.session).unwrap();
        computer
    }

    pub async fn look(&self, computer: &Computer, display: &str) -> Shot {
        let which = Look::Display(display.to_owned());
        computer
            .look(&self.session, |size| size, which)
            .await
            .unwrap()
    }

    pub async fn act(
        &self,
        computer: &Computer,
        frame: &Frame,
        action: Value,
    ) -> Result<Acted, ComputerError> {
        computer.act(&self.session, &action, frame).await
    }
}

/// A window that tells what it receives.
pub struct Fixture {
    events: Receiver<Value>,
    pub pid: u32,
}

impl Fixture {
    /// Waits for an event; gives all up to it.
    pub fn until(&mut self, found: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        loop {
            let event = self.events.recv_timeout(PATIENCE);
            let event = event.unwrap_or_else(|error| panic!("{error} after {seen:?}"));
            let last = found(&event);
            seen.push(event);
            if last {
                return seen;
            }
        }
    }

    pub fn until_event(&mut self, name: &str) -> Value {
        self.until(|event| event["event"] == name).pop().unwrap()
    }
}
