//! A desktop that lets programs see and act only through its portal: a stand-in that
//! answers as it is told and notes what it was asked.

mod parts;
mod programs;

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};

use interpreter_computer::{Computer, ComputerConfig, SessionKey};
use interpreter_test_support::desktop::sway::Output;
use serde_json::Value as Json;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{OwnedObjectPath, Value};

use crate::compositor::Compositor;
use crate::desktop::{Ended, PATIENCE};
use parts::{Cast, Inhibit, Keys, Remote, Screenshot, activate};
use programs::{Access, accessibles};

type Details = HashMap<&'static str, Value<'static>>;

const NAME: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";

/// How the portal answers.
#[derive(Clone)]
pub struct Answers {
    /// The code of the answer to a picture, and to the consent to act.
    pub picture: u32,
    pub start: u32,
    /// The version of `RemoteDesktop`.
    pub version: u32,
    /// The words for the key of each shortcut; none: it has no key.
    pub panic: Option<&'static str>,
    pub stop: Option<&'static str>,
    /// The question for the consent stays open until [`PortalDesk::person_answers`].
    pub hesitates: bool,
    /// Keys that are pressed reach the shortcuts.
    pub hears: bool,
    /// Mouse and keyboard.
    pub devices: u32,
    /// There are these parts.
    pub shortcuts: bool,
    pub screenshot: bool,
    pub remote: bool,
    /// The compositor is GNOME's.
    pub gnome: bool,
    /// Programs that tell of themselves, the one with the keyboard first; one window each.
    pub programs: Vec<&'static str>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            picture: 0,
            start: 0,
            version: 2,
            panic: Some("Ctrl+Shift+F12"),
            stop: Some("Esc"),
            hesitates: false,
            hears: true,
            devices: 3,
            shortcuts: true,
            screenshot: true,
            remote: true,
            gnome: false,
            programs: Vec::new(),
        }
    }
}

/// What it knows.
pub struct State {
    pub answers: Answers,
    pub outputs: Vec<Output>,
    folder: PathBuf,
    /// The pictures that were given away.
    pub pictures: Vec<PathBuf>,
    /// What was asked of the person, in order.
    pub asked: Vec<Json>,
    /// What was done with mouse and keyboard.
    pub events: Vec<Json>,
    tell: Sender<Json>,
    /// What is down.
    pub down: BTreeSet<String>,
    /// Sessions that are open, by what they are for.
    pub sessions: HashMap<String, &'static str>,
    /// Requests that last.
    pub lasting: usize,
    /// The answer the person has not given yet, and its path.
    pending: Option<(OwnedObjectPath, u32, Details)>,
    /// Bound keys.
    bound: Vec<String>,
    client: String,
    tokens: u32,
}

type Shared = Arc<Mutex<State>>;

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}
impl State {
    /// All displays in one picture, in the largest of their scales: each pixel says
    /// which display it is on and where; what was done shows in a corner.
    fn paint(&self) -> PathBuf {
        let scale = self.outputs.iter().map(|one| one.scale).fold(1.0, f64::max);
        let logical = |pixels: u32, output: &Output| (f64::from(pixels) / output.scale) as i32;
        let left = self.outputs.iter().map(|one| one.at.0).min().unwrap();
        let top = self.outputs.iter().map(|one| one.at.1).min().unwrap();
        let right = self
            .outputs
            .iter()
            .map(|one| one.at.0 + logical(one.pixels.0, one));
        let bottom = self
            .outputs
            .iter()
            .map(|one| one.at.1 + logical(one.pixels.1, one));
        let size = |from: i32, to: i32| (f64::from(to - from) * scale) as usize;
        let (w, h) = (
            size(left, right.max().unwrap()),
            size(top, bottom.max().unwrap()),
        );
        let mut rgb = vec![0; w * h * 3];
        for (number, output) in self.outputs.iter().enumerate() {
            let times = (scale / output.scale) as usize;
            let (x0, y0) = (size(left, output.at.0), size(top, output.at.1));
            for y in 0..output.pixels.1 as usize * times {
                for x in 0..output.pixels.0 as usize * times {
                    let colour = pixel(number, x / times, y / times, self.events.len());
                    let at = ((y0 + y) * w + x0 + x) * 3;
                    rgb[at..at + 3].copy_from_slice(&colour);
                }
            }
        }
        // As in people's folders of pictures.
        let path = self
            .folder
            .join(format!("Screenshot from {}.png", self.asked.len()));
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, w as u32, h as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&rgb).unwrap();
        writer.finish().unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// The colour of a pixel of a display.
pub fn pixel(display: usize, x: usize, y: usize, events: usize) -> [u8; 3] {
    if x < 4 && y < 4 {
        return [events as u8; 3];
    }
    [
        x as u8,
        y as u8,
        40 * (display as u8 + 1) + (x / 256 * 8 + y / 256) as u8,
    ]
}

/// Bus, compositor, portal, and somebody at it.
pub struct PortalDesk {
    pub session: SessionKey,
    pub state: Shared,
    pub events: Receiver<Json>,
    portal: Option<Connection>,
    _daemon: Ended,
    address: String,
    compositor: Compositor,
    folder: tempfile::TempDir,
}

impl PortalDesk {
    pub fn start(outputs: &[Output], answers: Answers) -> Self {
        let mut desk = Self::without_portal(outputs, answers.clone());
        let at = Builder::address(desk.address.as_str()).unwrap();
        let mut at = at.name(NAME).unwrap();
        if answers.gnome {
            at = at.name("org.gnome.Mutter.RemoteDesktop").unwrap();
        }
        let state = || Arc::clone(&desk.state);
        if answers.screenshot {
            at = at.serve_at(PATH, Screenshot(state())).unwrap();
        }
        if answers.remote {
            at = at.serve_at(PATH, Remote(state())).unwrap();
            at = at.serve_at(PATH, Cast).unwrap();
        }
        if answers.shortcuts {
            at = at.serve_at(PATH, Keys(state())).unwrap();
        }
        at = at.serve_at(PATH, Inhibit(state())).unwrap();
        if !answers.programs.is_empty() {
            for name in ["org.a11y.Bus", "org.a11y.atspi.Registry"] {
                at = at.name(name).unwrap();
            }
            let access = Access(desk.address.clone());
            at = at.serve_at("/org/a11y/bus", access).unwrap();
            for (path, accessible) in accessibles(&answers.programs) {
                at = at.serve_at(path, accessible).unwrap();
            }
        }
        desk.portal = Some(at.build().unwrap());
        desk
    }

    /// A bus nobody answers on.
    pub fn without_portal(outputs: &[Output], answers: Answers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The session's own configuration would start what is installed here.
        let config = folder.path().join("bus.conf");
        let text = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir={}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"#,
            folder.path().display()
        );
        std::fs::write(&config, text).unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .arg("--config-file")
            .arg(&config)
            .args(["--nofork", "--nopidfile", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon must be installed (package dbus-daemon)");
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let (tell, events) = channel();
        let state = State {
            answers,
            outputs: outputs.to_vec(),
            folder: folder.path().to_path_buf(),
            pictures: Vec::new(),
            asked: Vec::new(),
            events: Vec::new(),
            tell,
            down: BTreeSet::new(),
            sessions: HashMap::new(),
            lasting: 0,
            pending: None,
            bound: Vec::new(),
            client: String::new(),
            tokens: 0,
        };
        Self {
            session: SessionKey::from("test"),
            state: Arc::new(Mutex::new(state)),
            events,
            portal: None,
            _daemon: Ended(daemon),
            address: address.trim().to_owned(),
            compositor: Compositor::start(folder.path(), outputs),
            folder,
        }
    }

    pub fn config(&self) -> ComputerConfig {
        ComputerConfig {
            display: Some(self.compositor.socket.display().to_string()),
            runtime: Some(self.folder.path().join("run")),
            bus: Some(self.address.clone()),
            data: Some(self.data()),
            ..ComputerConfig::default()
        }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn computer(&self) -> Computer {
        Computer::new(self.config())
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// What was done since the last call, without what the trial of the keys did.
    pub fn take_events(&self) -> Vec<Json> {
        std::mem::take(&mut self.lock().events)
    }

    /// Waits for an event.
    pub fn until(&self, found: impl Fn(&Json) -> bool) {
        loop {
            let event = self.events.recv_timeout(PATIENCE).expect("an event");
            if found(&event) {
                return;
            }
        }
    }

    /// The person answers the question for the consent.
    pub fn person_answers(&self) {
        let (client, (path, code, details)) = {
            let mut state = self.lock();
            (state.client.clone(), state.pending.take().unwrap())
        };
        let conn = self.portal.as_ref().unwrap();
        let interface = "org.freedesktop.portal.Request";
        conn.emit_signal(
            Some(client.as_str()),
            path,
            interface,
            "Response",
            &(code, details),
        )
        .unwrap();
    }

    /// Another program says what only the portal may say: that the person agreed.
    pub fn stranger_answers(&self) {
        let builder = Builder::address(self.address.as_str()).unwrap();
        let stranger = builder.build().unwrap();
        let (client, path) = {
            let state = self.lock();
            (
                state.client.clone(),
                state.pending.as_ref().unwrap().0.clone(),
            )
        };
        let details = Details::from([("devices", Value::from(3_u32))]);
        let interface = "org.freedesktop.portal.Request";
        stranger
            .emit_signal(
                Some(client.as_str()),
                path,
                interface,
                "Response",
                &(0_u32, details),
            )
            .unwrap();
    }

    /// The person presses a bound key.
    pub fn person_presses(&self, id: &str) {
        let conn = self.portal.as_ref().unwrap().inner();
        zbus::block_on(activate(conn, &self.state, id));
    }

    /// The person ends the control from the desktop's own sign.
    pub fn person_ends_control(&self) {
        let (client, session) = {
            let mut state = self.lock();
            let found = state.sessions.iter().find(|(_, what)| **what == "act");
            let session = found.unwrap().0.clone();
            state.sessions.remove(&session);
            state.down.clear();
            (state.client.clone(), session)
        };
        let conn = self.portal.as_ref().unwrap();
        let interface = "org.freedesktop.portal.Session";
        conn.emit_signal(
            Some(client.as_str()),
            session,
            interface,
            "Closed",
            &(Details::new(),),
        )
        .unwrap();
    }

    /// The portal goes, as when it crashes.
    pub fn portal_goes(&mut self) {
        self.portal.take().unwrap().close().unwrap();
    }
}
