//! The portal's parts on the bus.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use zbus::message::Header;
use zbus::zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value};

use super::{Details, PATH, Shared, lock};

type Options = HashMap<String, OwnedValue>;

fn request(header: &Header<'_>, options: &Options) -> OwnedObjectPath {
    let sender = header
        .sender()
        .unwrap()
        .trim_start_matches(':')
        .replace('.', "_");
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
    conn.object_server()
        .at(path.as_str(), session)
        .await
        .unwrap();
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

pub struct Screenshot(pub Shared);

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

pub struct Cast;

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

pub struct Remote(pub Shared);

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
        if lock(&self.0).answers.hesitates {
            let path = request(&header, &options);
            let mut state = lock(&self.0);
            state.pending = Some((path.clone(), code, details));
            let _ = state.tell.send(json!("question"));
            return path;
        }
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

/// A bound key was pressed.
pub async fn activate(conn: &zbus::Connection, state: &Shared, id: &str) {
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

pub struct Keys(pub Shared);

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

pub struct Inhibit(pub Shared);

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
        conn.object_server()
            .at(path.as_str(), lasting)
            .await
            .unwrap();
        ObjectPath::try_from(path).unwrap().into()
    }
}
