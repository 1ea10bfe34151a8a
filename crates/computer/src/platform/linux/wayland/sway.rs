//! sway's own socket: what Wayland does not tell.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::platform::{PlatformError, Result};

/// Begins every message.
const MAGIC: &[u8; 6] = b"i3-ipc";
/// sway answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(2);
/// More than any tree of windows.
const LARGEST: u32 = 64 << 20;

/// Kinds of requests.
const RUN: u32 = 0;
const SUBSCRIBE: u32 = 2;
const TREE: u32 = 4;
const BINDING_STATE: u32 = 12;
const INPUTS: u32 = 100;
/// Marks the kinds of events.
const EVENT: u32 = 0x8000_0000;
const WORKSPACE_EVENT: u32 = EVENT;
const BINDING_EVENT: u32 = EVENT | 5;

/// Where sway listens, if it is sway that made this Wayland socket.
pub(super) fn socket_of(wayland: &Path) -> Option<PathBuf> {
    let stream = UnixStream::connect(wayland).ok()?;
    let peer = rustix::net::sockopt::socket_peercred(&stream).ok()?;
    let name = format!(
        "sway-ipc.{}.{}.sock",
        peer.uid.as_raw(),
        peer.pid.as_raw_nonzero()
    );
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    [wayland.parent().map(Path::to_path_buf), runtime]
        .into_iter()
        .flatten()
        .map(|folder| folder.join(&name))
        .find(|path| path.exists())
}

/// What sway tells by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    /// A key binding was used, with this command.
    Binding(String),
    /// The configuration was read again; bindings made since are gone.
    Reload,
    /// Anything else.
    Other,
}

/// A connection to it.
pub(super) struct Sway {
    stream: UnixStream,
}

impl Sway {
    pub(super) fn connect(path: &Path) -> Result<Self> {
        let stream = UnixStream::connect(path).map_err(lost)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(lost)?;
        stream.set_write_timeout(Some(PATIENCE)).map_err(lost)?;
        Ok(Self { stream })
    }

    /// A connection on which key bindings are reported.
    pub(super) fn listen(path: &Path) -> Result<Self> {
        let mut sway = Self::connect(path)?;
        sway.send(SUBSCRIBE, r#"["binding","workspace"]"#)?;
        let (answer, _) = sway.answer(SUBSCRIBE)?;
        if answer["success"] == Value::Bool(true) {
            return Ok(sway);
        }
        Err(PlatformError::Failed {
            doing: "asking sway to report key bindings".to_owned(),
            reason: answer.to_string(),
        })
    }

    pub(super) fn stream(&self) -> &UnixStream {
        &self.stream
    }

    /// Runs commands, separated by semicolons; all of them, and fails if one did.
    pub(super) fn run(&mut self, command: &str) -> Result<()> {
        self.send(RUN, command)?;
        let (answer, _) = self.answer(RUN)?;
        let failed = answer.as_array().and_then(|results| {
            let mut failed = results
                .iter()
                .filter(|one| one["success"] != Value::Bool(true));
            failed.next().cloned()
        });
        match failed {
            None => Ok(()),
            Some(result) => Err(PlatformError::Failed {
                doing: format!("the sway command `{command}`"),
                reason: result["error"]
                    .as_str()
                    .map_or_else(|| result.to_string(), str::to_owned),
            }),
        }
    }

    /// Outputs, workspaces and windows.
    pub(super) fn tree(&mut self) -> Result<Value> {
        self.send(TREE, "")?;
        Ok(self.answer(TREE)?.0)
    }

    /// The identifiers of the keyboards that are real.
    pub(super) fn keyboards(&mut self) -> Result<Vec<String>> {
        self.send(INPUTS, "")?;
        let (inputs, _) = self.answer(INPUTS)?;
        let mut names: Vec<String> = inputs
            .as_array()
            .into_iter()
            .flatten()
            .filter(|input| input["type"] == "keyboard")
            .filter_map(|input| input["identifier"].as_str())
            .filter(|name| !name.contains("virtual"))
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Everything reported up to now. What sway did before it answers this, it
    /// has reported before the answer.
    pub(super) fn events_so_far(&mut self) -> Result<Vec<Event>> {
        self.send(BINDING_STATE, "")?;
        Ok(self.answer(BINDING_STATE)?.1)
    }

    /// The next report; blocks.
    pub(super) fn event(&mut self) -> Result<Event> {
        let (kind, value) = self.receive()?;
        Ok(event(kind, &value))
    }

    fn send(&mut self, kind: u32, payload: &str) -> Result<()> {
        let mut message = Vec::with_capacity(14 + payload.len());
        message.extend(MAGIC);
        message.extend((payload.len() as u32).to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend(payload.as_bytes());
        self.stream.write_all(&message).map_err(lost)
    }

    /// The answer to a request, and the events before it.
    fn answer(&mut self, wanted: u32) -> Result<(Value, Vec<Event>)> {
        let mut events = Vec::new();
        loop {
            let (kind, value) = self.receive()?;
            if kind == wanted {
                return Ok((value, events));
            }
            events.push(event(kind, &value));
        }
    }

    fn receive(&mut self) -> Result<(u32, Value)> {
        let mut head = [0; 14];
        self.stream.read_exact(&mut head).map_err(lost)?;
        let number =
            |at: usize| u32::from_ne_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let (length, kind) = (number(6), number(10));
        if &head[..6] != MAGIC || length > LARGEST {
            return Err(PlatformError::Lost(
                "sway sent what is no message".to_owned(),
            ));
        }
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).map_err(lost)?;
        let value = serde_json::from_slice(&payload).map_err(|error| PlatformError::Failed {
            doing: "reading an answer of sway".to_owned(),
            reason: error.to_string(),
        })?;
        Ok((kind, value))
    }
}

fn event(kind: u32, value: &Value) -> Event {
    match kind {
        BINDING_EVENT => Event::Binding(
            value["binding"]["command"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        ),
        WORKSPACE_EVENT if value["change"] == "reload" => Event::Reload,
        _ => Event::Other,
    }
}

fn lost(error: std::io::Error) -> PlatformError {
    PlatformError::Lost(format!("sway's socket: {error}"))
}
