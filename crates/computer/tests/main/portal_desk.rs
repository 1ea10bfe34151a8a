//! A desktop that lets programs see and act only through its portal: a stand-in that
//! answers as it is told and notes what it was asked.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};

use interpreter_computer::{Computer, ComputerConfig, SessionKey};
use interpreter_test_support::desktop::sway::Output;
use serde_json::{Value as Json, json};
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::message::Header;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use crate::compositor::Compositor;
use crate::desktop::{Ended, PATIENCE};

type Options = HashMap<String, OwnedValue>;
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
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            picture: 0,
            start: 0,
            version: 2,
            panic: Some("Ctrl+Shift+F12"),
            stop: Some("Esc"),
            hears: true,
            devices: 3,
            shortcuts: true,
            screenshot: true,
            remote: true,
            gnome: false,
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
    /// Bound keys.
    bound: Vec<String>,
    client: String,
    tokens: u32,
}

type Shared = Arc<Mutex<State>>;

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap()
}

fn request(header: &Header<'_>, options: &Options) -> OwnedObjectPath {
    let sender = header.sender().unwrap().trim_start_matches(':').replace('.', "_");
    let token = String::try_from(options["handle_token"].try_clone().unwrap()).unwrap();
    ObjectPath::try_from(format!("{PATH}/request/{sender}/{token}"))
        .unwrap()
        .into()
}

/// Answers before the call has returned, as a portal may.
async fn answer(
    conn: &zbus::Connection,
    header: &Header<'_>,
    options: &Options,
    code: u32,
    details: Details,
) -> OwnedObjectPath {
    let path = request(header, options);
    let interface = "org.freedesktop.portal.Request";
    let to = header.sender().map(|name| name.to_owned());
    conn.emit_signal(to, &path, interface, "Response", &(code, details))
        .await
        .unwrap();
    path
}

async fn open_session(
    conn: &zbus::Connection,
    header: &Header<'_>,
    options: &Options,
    state: &Shared,
    what: &'static str,
) -> OwnedObjectPath {
    let sender = header.sender().unwrap().to_string();
    let token = String::try_from(options["session_handle_token"].try_clone().unwrap()).unwrap();
    let written = sender.trim_start_matches(':').replace('.', "_");
    let path = format!("{PATH}/session/{written}/{token}");
    {
        let mut state = lock(state);
        state.client = sender;
        state.sessions.insert(path.clone(), what);
    }
    let session = Session(Arc::clone(state), path.clone());
    conn.object_server().at(path.as_str(), session).await.unwrap();
    let details = Details::from([("session_handle", Value::from(path))]);
    answer(conn, header, options, 0, details).await
}

struct Session(Shared, String);

#[zbus::interface(name = "org.freedesktop.portal.Session")]
impl Session {
    fn close(&self) {
        let mut state = lock(&self.0);
        if state.sessions.remove(&self.1) == Some("act") {
            state.down.clear();
        }
    }
}

struct Lasting(Shared);

#[zbus::interface(name = "org.freedesktop.portal.Request")]
impl Lasting {
    fn close(&self) {
        lock(&self.0).lasting -= 1;
    }
}

struct Screenshot(Shared);

#[zbus::interface(name = "org.freedesktop.portal.Screenshot")]
impl Screenshot {
    async fn screenshot(
        &self,
        _parent: String,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        let (code, details) = {
            let mut state = lock(&self.0);
            state.asked.push(json!("picture"));
            let code = state.answers.picture;
            let mut details = Details::new();
            if code == 0 {
                let path = state.paint();
                let uri = format!("file://{}", path.display()).replace(' ', "%20");
                details.insert("uri", Value::from(uri));
                state.pictures.push(path);
            }
            (code, details)
        };
        answer(conn, &header, &options, code, details).await
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        2
    }
}

struct Cast(Shared);

#[zbus::interface(name = "org.freedesktop.portal.ScreenCast")]
impl Cast {
    async fn select_sources(
        &self,
        _session: OwnedObjectPath,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        answer(conn, &header, &options, 0, Details::new()).await
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        4
    }
}

struct Remote(Shared);

fn word(options: &Options, name: &str) -> Json {
    let text = options.get(name).map(|value| value.try_clone().unwrap());
    text.and_then(|value| String::try_from(value).ok())
        .map_or(Json::Null, Json::from)
}

fn count(options: &Options, name: &str) -> Json {
    let number = options.get(name).map(|value| value.try_clone().unwrap());
    number
        .and_then(|value| u32::try_from(value).ok())
        .map_or(Json::Null, Json::from)
}

impl Remote {
    /// Notes an event of an open session.
    fn note(&self, session: &OwnedObjectPath, event: Json) -> zbus::fdo::Result<()> {
        let mut state = lock(&self.0);
        if state.sessions.get(session.as_str()) != Some(&"act") {
            return Err(zbus::fdo::Error::AccessDenied("Invalid session".into()));
        }
        let _ = state.tell.send(event.clone());
        state.events.push(event);
        Ok(())
    }

    fn press(&self, what: String, down: bool) {
        let mut state = lock(&self.0);
        if down {
            state.down.insert(what);
        } else {
            state.down.remove(&what);
        }
    }
}

#[zbus::interface(name = "org.freedesktop.portal.RemoteDesktop")]
impl Remote {
    async fn create_session(
        &self,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        open_session(conn, &header, &options, &self.0, "act").await
    }

    async fn select_devices(
        &self,
        _session: OwnedObjectPath,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        let asked = json!({
            "types": count(&options, "types"),
            "persist": count(&options, "persist_mode"),
            "token": word(&options, "restore_token"),
        });
        lock(&self.0).asked.push(asked);
        answer(conn, &header, &options, 0, Details::new()).await
    }

    async fn start(
        &self,
        _session: OwnedObjectPath,
        _parent: String,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        let (code, details) = {
            let mut state = lock(&self.0);
            state.tokens += 1;
            let streams: Vec<(u32, Details)> = state
                .outputs
                .iter()
                .enumerate()
                .map(|(at, output)| {
                    let logical = |pixels: u32| (f64::from(pixels) / output.scale) as i32;
                    let size = (logical(output.pixels.0), logical(output.pixels.1));
                    let details = Details::from([
                        ("position", Value::from(output.at)),
                        ("size", Value::from(size)),
                    ]);
                    (41 + at as u32, details)
                })
                .collect();
            let mut details = Details::from([
                ("devices", Value::from(state.answers.devices)),
                ("streams", Value::from(streams)),
            ]);
            if state.answers.version >= 2 {
                let token = format!("token-{}", state.tokens);
                details.insert("restore_token", Value::from(token));
            }
            (state.answers.start, details)
        };
        let details = if code == 0 { details } else { Details::new() };
        answer(conn, &header, &options, code, details).await
    }

    fn notify_pointer_motion_absolute(
        &self,
        session: OwnedObjectPath,
        _options: Options,
        stream: u32,
        x: f64,
        y: f64,
    ) -> zbus::fdo::Result<()> {
        self.note(&session, json!(["move", stream, x, y]))
    }

    fn notify_pointer_button(
        &self,
        session: OwnedObjectPath,
        _options: Options,
        button: i32,
        state: u32,
    ) -> zbus::fdo::Result<()> {
        self.note(&session, json!(["button", button, state]))?;
        self.press(format!("button {button}"), state == 1);
        Ok(())
    }

    fn notify_pointer_axis_discrete(
        &self,
        session: OwnedObjectPath,
        _options: Options,
        axis: u32,
        steps: i32,
    ) -> zbus::fdo::Result<()> {
        self.note(&session, json!(["scroll", axis, steps]))
    }

    async fn notify_keyboard_keycode(
        &self,
        session: OwnedObjectPath,
        _options: Options,
        code: i32,
        state: u32,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> zbus::fdo::Result<()> {
        self.note(&session, json!(["code", code, state]))?;
        self.press(format!("code {code}"), state == 1);
        let id = {
            let known = lock(&self.0);
            let held = |code: u32| known.down.contains(&format!("code {code}"));
            let id = match code {
                88 if held(29) && held(42) => "panic",
                1 => "stop",
                _ => return Ok(()),
            };
            let is_bound = known.bound.iter().any(|bound| bound == id);
            if state == 0 || !known.answers.hears || !is_bound {
                return Ok(());
            }
            id
        };
        activate(conn, &self.0, id).await;
        Ok(())
    }

    fn notify_keyboard_keysym(
        &self,
        session: OwnedObjectPath,
        _options: Options,
        symbol: i32,
        state: u32,
    ) -> zbus::fdo::Result<()> {
        self.note(&session, json!(["symbol", symbol, state]))?;
        self.press(format!("symbol {symbol}"), state == 1);
        Ok(())
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        lock(&self.0).answers.version
    }
}

async fn activate(conn: &zbus::Connection, state: &Shared, id: &str) {
    let (client, session) = {
        let state = lock(state);
        let session = state.sessions.iter().find(|(_, what)| **what == "keys");
        let Some((session, _)) = session else { return };
        (state.client.clone(), session.clone())
    };
    let session = ObjectPath::try_from(session).unwrap();
    let body = (session, id, 1_u64, Details::new());
    let interface = "org.freedesktop.portal.GlobalShortcuts";
    conn.emit_signal(Some(client.as_str()), PATH, interface, "Activated", &body)
        .await
        .unwrap();
}

struct Keys(Shared);

#[zbus::interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl Keys {
    async fn create_session(
        &self,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        open_session(conn, &header, &options, &self.0, "keys").await
    }

    async fn bind_shortcuts(
        &self,
        _session: OwnedObjectPath,
        shortcuts: Vec<(String, Options)>,
        _parent: String,
        options: Options,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        let bound: Vec<(String, Details)> = {
            let mut state = lock(&self.0);
            let wanted = shortcuts
                .iter()
                .map(|(id, details)| json!([id, word(details, "preferred_trigger")]))
                .collect::<Vec<_>>();
            state.asked.push(json!({"keys": wanted}));
            let words = |id: &str| match id {
                "panic" => state.answers.panic,
                _ => state.answers.stop,
            };
            shortcuts
                .iter()
                .filter_map(|(id, _)| {
                    let words = words(id)?;
                    Some((
                        id.clone(),
                        Details::from([("trigger_description", Value::from(words))]),
                    ))
                })
                .collect()
        };
        lock(&self.0).bound = bound.iter().map(|(id, _)| id.clone()).collect();
        let details = Details::from([("shortcuts", Value::from(bound))]);
        answer(conn, &header, &options, 0, details).await
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        1
    }
}

struct Inhibit(Shared);

#[zbus::interface(name = "org.freedesktop.portal.Inhibit")]
impl Inhibit {
    async fn inhibit(
        &self,
        _window: String,
        flags: u32,
        _options: Options,
        #[zbus(connection)] conn: &zbus::Connection,
    ) -> OwnedObjectPath {
        assert_eq!(flags, 8);
        let path = {
            let mut state = lock(&self.0);
            state.lasting += 1;
            format!("{PATH}/request/awake/{}", state.asked.len())
        };
        let lasting = Lasting(Arc::clone(&self.0));
        conn.object_server().at(path.as_str(), lasting).await.unwrap();
        ObjectPath::try_from(path).unwrap().into()
    }
}

impl State {
    /// All displays in one picture, in the largest of their scales: each pixel says
    /// which display it is on and where; what was done shows in a corner.
    fn paint(&self) -> PathBuf {
        let scale = self.outputs.iter().map(|one| one.scale).fold(1.0, f64::max);
        let logical = |pixels: u32, output: &Output| (f64::from(pixels) / output.scale) as i32;
        let left = self.outputs.iter().map(|one| one.at.0).min().unwrap();
        let top = self.outputs.iter().map(|one| one.at.1).min().unwrap();
        let right = self.outputs.iter().map(|one| one.at.0 + logical(one.pixels.0, one));
        let bottom = self.outputs.iter().map(|one| one.at.1 + logical(one.pixels.1, one));
        let size = |from: i32, to: i32| (f64::from(to - from) * scale) as usize;
        let (w, h) = (size(left, right.max().unwrap()), size(top, bottom.max().unwrap()));
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
        let path = self.folder.join(format!("Screenshot from {}.png", self.asked.len()));
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
    [x as u8, y as u8, 40 * (display as u8 + 1) + (x / 256 * 8 + y / 256) as u8]
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
            at = at.serve_at(PATH, Cast(state())).unwrap();
        }
        if answers.shortcuts {
            at = at.serve_at(PATH, Keys(state())).unwrap();
        }
        at = at.serve_at(PATH, Inhibit(state())).unwrap();
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
