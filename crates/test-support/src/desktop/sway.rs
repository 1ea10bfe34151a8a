//! A Wayland desktop of a test's own: sway without a screen.
//!
//! What Xvfb cannot show: displays left of and above the origin, and different
//! scales side by side.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Process;
use crate::platform::{self, WaylandPerson};

/// One display, named `HEADLESS-1`, `HEADLESS-2`, … in the order given.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Its pixels, before it is turned.
    pub pixels: (u32, u32),
    /// Where it lies, in logical units.
    pub at: (i32, i32),
    /// Pixels a logical unit.
    pub scale: f64,
    /// As sway's `output … transform`: `normal`, `90`, `flipped-270`, …
    pub transform: &'static str,
}

impl Output {
    /// An upright one.
    pub const fn new(pixels: (u32, u32), at: (i32, i32), scale: f64) -> Self {
        Self {
            pixels,
            at,
            scale,
            transform: "normal",
        }
    }
}

/// A private sway, with a person at it who has a mouse and a keyboard. Each
/// display has a workspace of its own name. Ends with the value, and with the
/// thread that started it.
pub struct Sway {
    person: WaylandPerson,
    commands: std::os::unix::net::UnixStream,
    _server: Process,
    socket: PathBuf,
    runtime: PathBuf,
    // The folder goes last.
    _folder: tempfile::TempDir,
}

impl Sway {
    /// Starts it with these displays.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    pub fn start(outputs: &[Output]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("interpreter-sway-")
            .tempdir()
            .expect("a temporary folder");
        // A folder of its own: what is not run as root must find a way to it.
        let runtime = folder.path().to_path_buf();
        let config = runtime.join("config");
        std::fs::write(&config, configuration(outputs)).expect("a file in a temporary folder");
        let mut command = platform::not_as_root("sway", &runtime);
        command
            // What a fullscreen window shows would go to the display directly, and pictures
            // taken after that may lack what changed meanwhile (sway 1.7, wlroots 0.15).
            .arg("-Dnoscanout")
            .arg("--config")
            .arg(&config)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("HOME", &runtime)
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("WLR_BACKENDS", "headless")
            .env("WLR_HEADLESS_OUTPUTS", outputs.len().to_string())
            .env("WLR_RENDERER", "pixman")
            .env("WLR_LIBINPUT_NO_DEVICES", "1");
        let mut server = Process::start(command, "sway", &runtime);
        // Said by the last line of its configuration.
        let socket = runtime.join(server.first_line());
        let commands = PathBuf::from(server.first_line());
        let commands = std::os::unix::net::UnixStream::connect(commands).expect("sway's socket");
        Self {
            person: WaylandPerson::arrive(&socket),
            commands,
            _server: server,
            socket,
            runtime,
            _folder: folder,
        }
    }

    /// As in `WAYLAND_DISPLAY`: the path of the socket.
    pub fn display(&self) -> String {
        self.socket.display().to_string()
    }

    /// A folder that goes with the desktop.
    pub fn folder(&self) -> &Path {
        &self.runtime
    }

    /// Makes a command run on this desktop, and on no other it may know of.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        for name in ["DISPLAY", "XAUTHORITY", "AT_SPI_BUS_ADDRESS", "SWAYSOCK"] {
            command.env_remove(name);
        }
        command
            .env("WAYLAND_DISPLAY", &self.socket)
            .env("XDG_RUNTIME_DIR", &self.runtime)
            .env("XDG_SESSION_TYPE", "wayland")
            .env("GDK_BACKEND", "wayland")
            .env("GSETTINGS_BACKEND", "memory")
            .env("GTK_IM_MODULE", "gtk-im-context-simple")
            .env("GTK_THEME", "Adwaita")
            .env("NO_AT_BRIDGE", "1")
            .env("LC_ALL", "C.UTF-8")
    }

    /// Gives sway a command, as `swaymsg` does.
    ///
    /// # Panics
    /// When sway refuses it.
    pub fn command(&mut self, command: &str) {
        let answer = self.ask(0, command);
        let results = answer.as_array().expect("a list of results");
        let failed = results.iter().find(|result| result["success"] != true);
        assert!(failed.is_none(), "{command}: {failed:?}");
    }

    /// What sway knows of displays and windows.
    pub fn tree(&mut self) -> serde_json::Value {
        self.ask(4, "")
    }

    fn ask(&mut self, kind: u32, payload: &str) -> serde_json::Value {
        let mut message = b"i3-ipc".to_vec();
        message.extend((payload.len() as u32).to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend(payload.as_bytes());
        self.commands.write_all(&message).expect("sway listens");
        let mut head = [0; 14];
        self.commands.read_exact(&mut head).expect("sway answers");
        let length = u32::from_ne_bytes([head[6], head[7], head[8], head[9]]);
        let mut answer = vec![0; length as usize];
        self.commands.read_exact(&mut answer).expect("sway answers");
        serde_json::from_slice(&answer).expect("sway answers in JSON")
    }

    /// Moves the pointer as a person would, in logical units; it ends at the
    /// edge of the desktop.
    pub fn person_moves(&mut self, dx: f64, dy: f64) {
        self.person.moves(dx, dy);
    }

    /// Clicks the left button where the pointer is, as a person would.
    pub fn person_clicks(&mut self) {
        self.person.clicks();
    }

    /// Presses and releases a key by its keysym (0xff1b is Escape), as a person would.
    pub fn person_presses(&mut self, keysym: u32) {
        self.person.key(keysym, true);
        self.person.key(keysym, false);
    }
}

fn configuration(outputs: &[Output]) -> String {
    let mut lines = vec![
        "xwayland disable".to_owned(),
        "default_border none".to_owned(),
        "default_floating_border none".to_owned(),
        "focus_follows_mouse no".to_owned(),
        "focus_on_window_activation focus".to_owned(),
    ];
    for (index, output) in outputs.iter().enumerate() {
        let name = format!("HEADLESS-{}", index + 1);
        let ((w, h), (x, y)) = (output.pixels, output.at);
        let (scale, transform) = (output.scale, output.transform);
        lines.push(format!(
            "output {name} resolution {w}x{h} position {x} {y} scale {scale} transform {transform}"
        ));
        lines.push(format!("workspace {name} output {name}"));
    }
    lines.push(r#"exec printf '%s\n%s\n' "$WAYLAND_DISPLAY" "$SWAYSOCK""#.to_owned());
    lines.push(String::new());
    lines.join("\n")
}
