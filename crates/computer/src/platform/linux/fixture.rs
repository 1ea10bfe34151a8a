//! A real X server with a window manager and windows that tell what they received.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xkb::ConnectionExt as _;
use x11rb::protocol::xproto::{
    ChangeWindowAttributesAux, ConnectionExt as _, EventMask, KEY_PRESS_EVENT, KEY_RELEASE_EVENT,
    ModMask,
};
use x11rb::protocol::xtest::ConnectionExt as _;

use super::connection::X;
use super::keymap::CORE;
use crate::platform::{Platform, Window, open_on};

/// Longer than anything may take on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A child that ends with the test.
pub(super) struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A display of its own.
pub(super) struct Desktop {
    pub(super) display: String,
    pub(super) folder: tempfile::TempDir,
    _children: Vec<Ended>,
}

impl Desktop {
    /// Starts Xvfb and openbox.
    pub(super) fn start() -> Desktop {
        let mut desktop = Desktop::bare("1280x800x24");
        let x = desktop.connect();
        x.conn
            .change_window_attributes(
                x.root,
                &ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE),
            )
            .unwrap();
        x.round_trip().unwrap();
        let manager = desktop.command("openbox").args(["--sm-disable"]).spawn();
        desktop
            ._children
            .push(Ended(manager.expect("openbox must be installed")));
        let deadline = Instant::now() + PATIENCE;
        while x
            .values(x.root, x.atoms._NET_SUPPORTING_WM_CHECK)
            .unwrap()
            .is_empty()
        {
            x.next_event(deadline)
                .unwrap()
                .expect("openbox did not start");
        }
        desktop
    }

    /// Starts Xvfb alone.
    pub(super) fn bare(screen: &str) -> Desktop {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                screen,
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
        Desktop {
            display: format!(":{}", number.trim()),
            folder: tempfile::tempdir().unwrap(),
            _children: vec![Ended(server)],
        }
    }

    pub(super) fn connect(&self) -> X {
        X::connect(Some(&self.display)).unwrap()
    }

    pub(super) fn open(&self) -> Platform {
        open_on(Some(&self.display), None).unwrap()
    }

    /// A program on this display and nothing else of the session.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.display)
            .env("LANG", "C.UTF-8")
            .env("LC_ALL", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("XMODIFIERS")
            .env_remove("GTK_IM_MODULE")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Switches to a layout of the keyboard map, as a person would.
    pub(super) fn lock_group(&self, group: u8) {
        let x = self.connect();
        x.conn.xkb_use_extension(1, 0).unwrap().reply().unwrap();
        let none = ModMask::from(0u16);
        x.conn
            .xkb_latch_lock_state(CORE, none, none, true, group.into(), none, false, 0)
            .unwrap();
        x.round_trip().unwrap();
    }

    /// Presses a key as a person would: by its place, whatever it means.
    pub(super) fn tap(&self, code: u8) {
        let x = self.connect();
        for kind in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            x.conn
                .xtest_fake_input(kind, code, 0, x.root, 0, 0, 0)
                .unwrap();
        }
        x.round_trip().unwrap();
    }

    /// Runs a program to its end.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program).args(arguments).status();
        let status = status.unwrap_or_else(|error| panic!("{program} must be installed: {error}"));
        assert!(status.success(), "{program} {arguments:?}: {status}");
    }

    /// What a program prints.
    pub(super) fn output(&self, program: &str, arguments: &[&str]) -> String {
        let output = self
            .command(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .output();
        String::from_utf8(output.expect("the program must be installed").stdout).unwrap()
    }

    /// Starts a window made by Python, which prints a line for everything it receives.
    pub(super) fn python(&self, source: &str) -> Fixture {
        let mut child = self
            .command("/usr/bin/python3")
            .args(["-c", source])
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("/usr/bin/python3 must be installed");
        let lines = lines(child.stdout.take().unwrap());
        Fixture {
            lines,
            _child: Ended(child),
        }
    }

    /// Starts xterm on a program that tells every byte it reads.
    pub(super) fn xterm(&self) -> Fixture {
        let pipe = self.folder.path().join("bytes");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let script = self.folder.path().join("reader.py");
        std::fs::write(&script, XTERM_READER).unwrap();
        let child = self
            .command("xterm")
            .args(["-u8", "-e", "/usr/bin/python3"])
            .arg(&script)
            .arg(&pipe)
            .spawn()
            .expect("xterm must be installed");
        let pipe: PathBuf = pipe;
        let lines = lines(std::fs::File::open(pipe).unwrap());
        Fixture {
            lines,
            _child: Ended(child),
        }
    }
}

/// A window that tells what it received.
pub(super) struct Fixture {
    lines: Receiver<String>,
    _child: Ended,
}

impl Fixture {
    /// Waits for a line for which `wanted` says yes, and gives it back.
    pub(super) fn wait(&self, what: &str, mut wanted: impl FnMut(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut last = String::new();
        loop {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) if wanted(&line) => return line,
                Ok(line) => last = line,
                Err(RecvTimeoutError::Timeout) => panic!("no {what}; the last line was {last}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the window closed before {what}"),
            }
        }
    }

    /// Waits until the text it holds is `expected`.
    pub(super) fn wait_text(&self, expected: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut last = String::new();
        while last != expected {
            match self
                .lines
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    if let Ok(text) = serde_json::from_str(&line) {
                        last = text;
                    }
                }
                Err(_) => {
                    let at = last
                        .chars()
                        .zip(expected.chars())
                        .take_while(|(got, wanted)| got == wanted)
                        .count();
                    panic!(
                        "differs at character {at}:\n got {:?}\nwant {:?}",
                        last.chars()
                            .skip(at.saturating_sub(3))
                            .take(40)
                            .collect::<String>(),
                        expected
                            .chars()
                            .skip(at.saturating_sub(3))
                            .take(40)
                            .collect::<String>(),
                    );
                }
            }
        }
    }
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    receive
}

/// Waits until a window of this class has the keyboard.
pub(super) fn wait_active(desktop: &Desktop, platform: &Platform, class: &str) -> Window {
    let x = desktop.connect();
    let mask = EventMask::PROPERTY_CHANGE | EventMask::SUBSTRUCTURE_NOTIFY;
    x.conn
        .change_window_attributes(x.root, &ChangeWindowAttributesAux::new().event_mask(mask))
        .unwrap();
    x.conn.flush().unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(window) = platform.screen.active_window().unwrap()
            && window.app == class
        {
            return window;
        }
        x.next_event(deadline)
            .unwrap()
            .unwrap_or_else(|| panic!("{class} did not get focus"));
    }
}

/// A GTK text view that prints its text as JSON after each change, and each click.
pub(super) const GTK: &str = r#"
import json, sys, gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk, Gdk
say = lambda *parts: print(*parts, flush=True)
window = Gtk.Window(title="Fixture é")
window.set_default_size(640, 400)
view = Gtk.TextView()
view.set_accepts_tab(True)
buffer = view.get_buffer()
buffer.connect("changed", lambda b: say(json.dumps(b.get_text(b.get_start_iter(), b.get_end_iter(), True))))
def click(widget, event):
    say("click", event.button, int(event.x_root), int(event.y_root))
def key(widget, event):
    say("key", Gdk.keyval_name(event.keyval), int(event.state) & 0x6d)
window.connect("key-press-event", key)
view.connect("button-press-event", click)
view.connect("scroll-event", lambda w, e: say("scroll", e.direction.value_nick))
view.add_events(Gdk.EventMask.SCROLL_MASK)
window.add(view)
view.connect("focus-in-event", lambda *a: say("ready"))
window.show_all()
window.present()
Gtk.main()
"#;

/// A Tk text widget that prints its text as JSON after each change.
pub(super) const TK: &str = r#"
import json, tkinter
root = tkinter.Tk(className="Tkfixture")
text = tkinter.Text(root)
text.pack()
def changed(event):
    print(json.dumps(text.get("1.0", "end-1c")), flush=True)
    text.edit_modified(False)
text.bind("<<Modified>>", changed)
text.bind("<FocusIn>", lambda event: print("ready", flush=True))
text.focus_force()
root.mainloop()
"#;

const XTERM_READER: &str = r#"
import codecs, json, os, sys, tty
tty.setraw(0)
log = open(sys.argv[1], "w")
print("ready", file=log, flush=True)
decode = codecs.getincrementaldecoder("utf-8")("replace")
text = ""
while True:
    data = os.read(0, 4096)
    if not data:
        break
    text += decode.decode(data).replace("\r", "\n")
    print(json.dumps(text), file=log, flush=True)
"#;
