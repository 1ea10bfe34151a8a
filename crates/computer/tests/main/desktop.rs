//! A display of its own for each test, and fixture windows on it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use interpreter_computer::{
    Acted, Computer, ComputerConfig, ComputerError, Look, SessionKey, Shot,
};
use interpreter_protocol::Frame;
use serde_json::{Value, json};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, KeyButMask,
};
use x11rb::rust_connection::RustConnection;

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A child that ends with the test.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A session bus, which programs tell their accessibility trees on.
pub struct Bus {
    // Ended in this order.
    _daemon: Ended,
    address: String,
    folder: tempfile::TempDir,
}

impl Bus {
    pub fn start(desktop: &Desktop) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--print-address=1"])
            .env("DISPLAY", &desktop.display)
            .env("XDG_RUNTIME_DIR", folder.path())
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon must be installed (package dbus-daemon)");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            _daemon: Ended(daemon),
            address: address.trim().to_owned(),
            folder,
        }
    }

    /// What a program needs to be on it; `tree`: it tells its accessibility tree.
    pub fn join(&self, command: &mut Command, tree: bool) {
        if tree {
            command
                .env_remove("NO_AT_BRIDGE")
                .env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        }
        command
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env("GSETTINGS_BACKEND", "memory")
            .env("GDK_BACKEND", "x11")
            .env("GSK_RENDERER", "cairo");
    }
}

/// An X server and a window manager.
pub struct Desktop {
    pub display: String,
    pub session: SessionKey,
    // Ended in this order: programs before the server.
    children: Vec<Ended>,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        while let Some(child) = self.children.pop() {
            drop(child);
        }
    }
}

impl Desktop {
    /// 1280×800, as most tests want it.
    pub fn start() -> Self {
        Self::sized(1280, 800)
    }

    pub fn sized(width: u32, height: u32) -> Self {
        let screen = format!("{width}x{height}x24");
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                &screen,
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb must be installed (package xvfb)");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        assert!(!number.trim().is_empty(), "Xvfb did not start");
        let mut desktop = Self {
            display: format!(":{}", number.trim()),
            session: SessionKey::from("test"),
            children: vec![Ended(server)],
        };
        let (x, screen) = x11rb::connect(Some(&desktop.display)).unwrap();
        let root = x.setup().roots[screen].root;
        let watch = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        x.change_window_attributes(root, &watch)
            .unwrap()
            .check()
            .unwrap();
        let manager = desktop.command("openbox").arg("--sm-disable").spawn();
        desktop
            .children
            .push(Ended(manager.expect("openbox must be installed")));
        let atom = x
            .intern_atom(false, b"_NET_SUPPORTING_WM_CHECK")
            .unwrap()
            .reply()
            .unwrap()
            .atom;
        loop {
            let value = x
                .get_property(false, root, atom, AtomEnum::WINDOW, 0, 1)
                .unwrap();
            if value.reply().unwrap().value_len > 0 {
                break;
            }
            while !matches!(x.wait_for_event().unwrap(), Event::PropertyNotify(_)) {}
        }
        desktop
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("LC_ALL", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_THEME", "Adwaita")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XMODIFIERS")
            .env_remove("GTK_IM_MODULE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program).args(arguments).status();
        let status = status.unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
        assert!(status.success(), "{program} {arguments:?}: {status}");
    }

    /// Opens a fixture window, ready and with the keyboard.
    pub fn window(&self, arguments: &[&str]) -> Fixture {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/window.py");
        let mut child = self
            .command("/usr/bin/python3")
            .arg(script)
            .args(arguments)
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
            _child: Ended(child),
        };
        fixture.until(|event| event["event"] == "ready");
        fixture
    }

    pub fn config(&self) -> ComputerConfig {
        ComputerConfig {
            display: Some(self.display.clone()),
            ..ComputerConfig::default()
        }
    }

    /// Builds the worker that reads text, unless it is there, and names it to this process.
    pub fn with_eyes(&self) {
        let here = std::env::current_exe().unwrap();
        let eyes = here
            .parent()
            .unwrap()
            .parent()
            .unwrap()
            .join("interpreter-eyes");
        if !eyes.exists() {
            let status = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--package", "interpreter-perception"])
                .args(["--features", "eyes", "--bin", "interpreter-eyes"])
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap();
            assert!(
                status.success(),
                "interpreter-eyes must be built (package libtesseract-dev)"
            );
        }
        // Each test is a process of its own.
        unsafe { std::env::set_var("INTERPRETER_EYES", eyes) };
    }

    /// A computer with the gate open.
    pub fn computer(&self) -> Computer {
        let computer = Computer::new(self.config());
        computer.gate().open(&self.session).unwrap();
        computer
    }

    pub async fn look(&self, computer: &Computer) -> Shot {
        computer
            .look(&self.session, |size| size, Look::Primary)
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

    /// What is down, as the X server knows it: keys and buttons.
    pub fn pressed(&self) -> Vec<String> {
        let (x, screen) = x11rb::connect(Some(&self.display)).unwrap();
        let root = x.setup().roots[screen].root;
        let keys = x.query_keymap().unwrap().reply().unwrap().keys;
        let mut pressed: Vec<String> = (0..256usize)
            .filter(|code| keys[code / 8] & (1 << (code % 8)) != 0)
            .map(|code| format!("key {code}"))
            .collect();
        let mask = x.query_pointer(root).unwrap().reply().unwrap().mask;
        for (bit, name) in [
            (KeyButMask::BUTTON1, "left"),
            (KeyButMask::BUTTON2, "middle"),
            (KeyButMask::BUTTON3, "right"),
        ] {
            if mask.contains(bit) {
                pressed.push(name.to_owned());
            }
        }
        pressed
    }

    /// Where the pointer is, as the X server knows it.
    pub fn pointer(&self) -> (i32, i32) {
        let (x, screen): (RustConnection, usize) = x11rb::connect(Some(&self.display)).unwrap();
        let root = x.setup().roots[screen].root;
        let at = x.query_pointer(root).unwrap().reply().unwrap();
        (at.root_x.into(), at.root_y.into())
    }
}

/// A window that tells what it receives.
pub struct Fixture {
    events: Receiver<Value>,
    pub pid: u32,
    _child: Ended,
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

/// The keys of an event that a test compares.
pub fn only(event: &Value, keys: &[&str]) -> Value {
    keys.iter()
        .map(|key| ((*key).to_owned(), event[*key].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A click with the left button, as the window tells it.
pub fn press(x: i32, y: i32) -> Value {
    json!({"event": "press", "x": x, "y": y})
}
