//! Selected text of real programs: read, replaced, and the clipboard as it was.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use interpreter_computer::{Captured, Selector};
use interpreter_protocol::{Replaced, SelectionSource};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use x11rb::connection::Connection as _;
use x11rb::protocol::res::{ClientIdMask, ClientIdSpec, ConnectionExt as _};
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, EventMask, ModMask,
};

use crate::desktop::{Bus, Desktop, Ended, PATIENCE};

/// A desktop with a session bus, which programs tell their accessibility trees on.
struct Session {
    // Ended in this order.
    bus: Bus,
    desktop: Desktop,
}

impl Session {
    fn start() -> Self {
        let desktop = Desktop::start();
        Self {
            bus: Bus::start(&desktop),
            desktop,
        }
    }

    /// A program with text, ready and with the keyboard.
    fn program(&self, arguments: &[&str]) -> Program {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/selection.py");
        let mut command = self.desktop.command("/usr/bin/python3");
        let tree = !["own", "bare"].contains(&arguments[0]);
        let front = Front::watch(&self.desktop.display);
        self.bus.join(&mut command, tree);
        let mut child = command
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, events) = channel();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        let mut program = Program {
            events,
            stdin: child.stdin.take().unwrap(),
            _child: Ended(child),
        };
        program.until("it is ready", |event| event["event"] == "ready");
        // The program is told of the keyboard before everybody else is. The board has no window.
        if arguments[0] != "board" {
            front.until(program._child.0.id());
        }
        program
    }

    /// A program in which a part of a text is selected.
    fn with_text(&self, kind: &str, text: &str, selected: (u32, u32)) -> Program {
        let mut program = self.program(&[kind]);
        program.say(&json!({ "text": text, "select": [selected.0, selected.1] }));
        program.until("it is selected", |event| event["event"] == "selected");
        program
    }

    fn selector(&self) -> Arc<Selector> {
        let selector = Selector::new(Some(self.desktop.display.clone()));
        // What is tested is what is read, not how soon a busy machine answers.
        Arc::new(selector.patient(8))
    }

    /// The clipboard in one form, read by another program.
    fn clipboard(&self, target: &str) -> Vec<u8> {
        let output = self
            .desktop
            .command("xclip")
            .args(["-o", "-selection", "clipboard", "-t", target])
            .stdout(Stdio::piped())
            .output()
            .expect("xclip must be installed");
        output.stdout
    }

    /// Every form that is on the clipboard, as the program that put it there has it.
    fn forms(&self) -> Vec<(&'static str, String)> {
        let forms = [
            "UTF8_STRING",
            "text/html",
            "application/x-fixture",
            "image/x-large",
        ];
        forms
            .map(|form| (form, short(&self.clipboard(form))))
            .to_vec()
    }

    fn keys(&self, keys: &[&str]) {
        let arguments: Vec<&str> = std::iter::once("key").chain(keys.iter().copied()).collect();
        self.desktop.run("xdotool", &arguments);
    }
}

/// What the window manager says is in front.
struct Front {
    conn: x11rb::rust_connection::RustConnection,
    root: u32,
    name: u32,
}

impl Front {
    fn watch(display: &str) -> Self {
        let (conn, screen) = x11rb::connect(Some(display)).unwrap();
        let root = conn.setup().roots[screen].root;
        let mask = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        conn.change_window_attributes(root, &mask).unwrap();
        let name = conn.intern_atom(false, b"_NET_ACTIVE_WINDOW").unwrap();
        let name = name.reply().unwrap().atom;
        Self { conn, root, name }
    }

    /// The process whose window is in front. The server knows it, whatever the program says.
    fn pid(&self) -> Option<u32> {
        let kind = u32::from(AtomEnum::WINDOW);
        let asked = self
            .conn
            .get_property(false, self.root, self.name, kind, 0, 1);
        let reply = asked.unwrap().reply().unwrap();
        let client = reply.value32()?.next()?;
        let spec = ClientIdSpec {
            client,
            mask: ClientIdMask::LOCAL_CLIENT_PID,
        };
        // It may have gone meanwhile.
        let reply = self.conn.res_query_client_ids(&[spec]).unwrap().reply();
        reply.ok()?.ids.first()?.value.first().copied()
    }

    fn until(&self, pid: u32) {
        while self.pid() != Some(pid) {
            self.conn.wait_for_event().unwrap();
        }
    }
}

fn kept() -> Vec<(&'static str, String)> {
    let all: Vec<u8> = (0..=255).collect();
    vec![
        ("UTF8_STRING", short("kept – text".as_bytes())),
        ("text/html", short(b"<b>kept</b>")),
        ("application/x-fixture", short(&all.repeat(4))),
        ("image/x-large", short(&b"large ".repeat(200_000))),
    ]
}

/// Bytes as a failing test should print them.
fn short(bytes: &[u8]) -> String {
    if bytes.len() < 100 {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{} bytes, {:x}", bytes.len(), hasher.finish())
}

struct Program {
    events: Receiver<Value>,
    stdin: std::process::ChildStdin,
    _child: Ended,
}

impl Program {
    fn say(&mut self, order: &Value) {
        writeln!(self.stdin, "{order}").unwrap();
        self.stdin.flush().unwrap();
    }

    fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        loop {
            let event = self.events.recv_timeout(PATIENCE);
            let event = event.unwrap_or_else(|error| panic!("not {what}: {error} after {seen:?}"));
            let last = fits(&event);
            seen.push(event);
            if last {
                return seen;
            }
        }
    }

    fn until_text(&mut self, text: &str) {
        let what = format!("the text {text:?}");
        self.until(&what, |event| {
            event["event"] == "text" && event["text"] == text
        });
    }

    /// Its text now.
    fn text(&mut self) -> String {
        while self.events.try_recv().is_ok() {}
        self.say(&json!({ "ask": true }));
        let events = self.until("its text", |event| event["event"] == "text");
        events.last().unwrap()["text"].as_str().unwrap().to_owned()
    }
}

/// What a capture says, short.
fn said(captured: &Captured) -> (&str, SelectionSource, bool, bool) {
    let refused = captured.refused.is_some();
    (&captured.text, captured.source, captured.editable, refused)
}

#[test]
fn a_field_is_read_replaced_and_one_undo_brings_it_back() {
    let session = Session::start();
    let _board = session.program(&["board"]);
    let mut field = session.with_text("gtk4", "Helo wörld, out there", (5, 10));
    let selector = session.selector();
    let captured = selector.capture(&[]);
    assert_eq!(
        said(&captured),
        ("wörld", SelectionSource::Primary, true, false)
    );
    assert_eq!(captured.clipboard, None);

    // Another window has the keyboard meanwhile, as the popup would.
    let _other = session.program(&["own", "Insert"]);
    let replaced = selector.replace(&captured, "brave new world", false);
    assert_eq!(replaced.unwrap(), Replaced::InPlace);
    field.until_text("Helo brave new world, out there");
    assert_eq!(session.forms(), kept());
    session.keys(&["ctrl+z"]);
    field.until_text("Helo wörld, out there");
    assert!(session.desktop.pressed().is_empty());
}

#[test]
fn text_is_put_behind_the_selection() {
    let session = Session::start();
    for kind in ["gtk4", "entry", "bare"] {
        let mut field = session.with_text(kind, "one two three", (4, 7));
        let selector = session.selector();
        let captured = selector.capture(&[]);
        assert_eq!(captured.text, "two", "{kind}");
        let replaced = selector.replace(&captured, " (zwei)", true);
        assert_eq!(replaced.unwrap(), Replaced::InPlace, "{kind}");
        assert_eq!(field.text(), "one two (zwei) three", "{kind}");
    }
}

#[test]
fn programs_without_a_tree_are_read_and_replaced_too() {
    let session = Session::start();
    let _board = session.program(&["board"]);
    let selector = session.selector();
    let mut field = session.with_text("bare", "one two three", (4, 7));
    let captured = selector.capture(&[]);
    assert_eq!(
        said(&captured),
        ("two", SelectionSource::Primary, true, false)
    );
    let replaced = selector.replace(&captured, "zwei", false);
    assert_eq!(replaced.unwrap(), Replaced::InPlace);
    field.until_text("one zwei three");
    assert_eq!(session.forms(), kept());
    // Tk puts beside the selection what is pasted: it is read and not written to.
    let mut field = session.with_text("tk", "one two three", (4, 7));
    let captured = selector.capture(&[]);
    assert_eq!(
        said(&captured),
        ("two", SelectionSource::Primary, false, false)
    );
    let replaced = selector.replace(&captured, "zwei", false);
    assert_eq!(replaced.unwrap(), Replaced::Copied);
    assert_eq!(field.text(), "one two three");
    assert_eq!(session.clipboard("UTF8_STRING"), b"zwei");
}

#[test]
fn a_selection_lost_to_another_window_is_made_again() {
    let session = Session::start();
    let mut field = session.with_text("gtk4", "one two three", (4, 7));
    let selector = session.selector();
    let captured = selector.capture(&[]);
    assert_eq!(captured.text, "two");
    // What is selected there takes the window system's selection away from the field.
    let _other = session.with_text("label", "some words on a label", (5, 10));
    let replaced = selector.replace(&captured, "zwei", false);
    assert_eq!(replaced.unwrap(), Replaced::InPlace);
    assert_eq!(field.text(), "one zwei three");
}

#[test]
fn what_has_changed_is_not_touched() {
    let session = Session::start();
    let selector = session.selector();
    for kind in ["gtk4", "entry"] {
        let mut field = session.with_text(kind, "one two three", (4, 7));
        let captured = selector.capture(&[]);
        assert_eq!(captured.text, "two", "{kind}");
        field.say(&json!({ "text": "one two four", "select": [4, 7] }));
        field.until("it is selected", |event| event["event"] == "selected");
        let replaced = selector.replace(&captured, "zwei", false);
        assert_eq!(replaced.unwrap(), Replaced::Copied, "{kind}");
        assert_eq!(field.text(), "one two four", "{kind}");
        assert_eq!(session.clipboard("UTF8_STRING"), b"zwei", "{kind}");
    }
    // The program is gone.
    let field = session.with_text("bare", "one two three", (4, 7));
    let captured = selector.capture(&[]);
    assert_eq!(captured.text, "two");
    drop(field);
    let replaced = selector.replace(&captured, "drei", false);
    assert_eq!(replaced.unwrap(), Replaced::Copied);
    assert_eq!(session.clipboard("UTF8_STRING"), b"drei");
}

#[test]
fn passwords_labels_and_blocked_apps() {
    let session = Session::start();
    let selector = session.selector();
    let nothing = SelectionSource::None;
    {
        let _label = session.with_text("label", "some words on a label", (5, 10));
        let captured = selector.capture(&[]);
        assert_eq!(
            said(&captured),
            ("words", SelectionSource::Primary, false, false)
        );
    }
    {
        let _password = session.with_text("password", "hunter2", (0, 7));
        assert_eq!(said(&selector.capture(&[])), ("", nothing, false, true));
    }
    let mut field = session.with_text("entry", "one two three", (4, 7));
    let captured = selector.capture(&["Selection.PY".to_owned()]);
    assert_eq!(said(&captured), ("", nothing, false, true));
    // The text selected in another program is not this one's.
    let _other = session.with_text("label", "some words on a label", (5, 10));
    session.desktop.run(
        "xdotool",
        &["search", "--name", "^entry$", "windowactivate", "--sync"],
    );
    field.say(&json!({ "select": [13, 13] }));
    field.until("it is selected", |event| event["event"] == "selected");
    assert_eq!(said(&selector.capture(&[])), ("", nothing, false, false));
}

#[test]
fn a_program_that_only_copies_is_made_to_and_the_clipboard_stays() {
    let session = Session::start();
    let _board = session.program(&["board"]);
    let selector = session.selector();
    for (key, presses) in [("Insert", 1), ("c", 2)] {
        let mut program = session.program(&["own", key]);
        let captured = selector.capture(&[]);
        let expected = ("drawn text", SelectionSource::Clipboard, true, false);
        assert_eq!(said(&captured), expected, "{key}");
        assert_eq!(session.forms(), kept(), "{key}");
        // Ctrl and the key, twice where the first chord copied nothing; and nothing else.
        let mut keys = Vec::new();
        while keys.len() < 2 * presses {
            let event = program.until("a key", |event| event["event"] == "key");
            keys.push(event.last().unwrap()["key"].as_str().unwrap().to_owned());
        }
        let expected = ["Control_L", "Insert", "Control_L", "c"];
        assert_eq!(keys, expected[..2 * presses], "{key}");
    }
    assert!(session.desktop.pressed().is_empty());
}

#[test]
fn keys_that_are_still_held_are_waited_for() {
    let session = Session::start();
    let mut program = session.program(&["own", "Insert"]);
    session.desktop.run("xdotool", &["keydown", "shift"]);
    let selector = session.selector();
    let reading = std::thread::spawn(move || selector.capture(&[]));
    program.until("shift", |event| event["key"] == "Shift_L");
    session.desktop.run("xdotool", &["keyup", "shift"]);
    let captured = reading.join().unwrap();
    if captured.text == "drawn text" {
        let keys = program.until("the chord", |event| event["key"] == "Insert");
        // 4: Ctrl alone.
        assert_eq!(keys.last().unwrap()["state"], 4);
    } else {
        // The machine was too busy to lift it in time: then nothing is pressed.
        assert_eq!(said(&captured), ("", SelectionSource::None, false, false));
    }
}

/// A hotkey of the system, pressed and not let go: its keys come to whoever
/// registered it, and some programs think meanwhile that they lost the keyboard.
#[test]
fn a_hotkey_that_is_held_hides_nothing() {
    let session = Session::start();
    let selector = session.selector();
    let (x, screen) = x11rb::connect(Some(&session.desktop.display)).unwrap();
    let root = x.setup().roots[screen].root;
    // F5, with any modifiers.
    let (code, none) = (71, x11rb::protocol::xproto::GrabMode::ASYNC);
    x.grab_key(true, root, ModMask::ANY, code, none, none)
        .unwrap()
        .check()
        .unwrap();
    {
        let _field = session.with_text("entry", "one two three", (4, 7));
        session.desktop.run("xdotool", &["keydown", "F5"]);
        let captured = selector.capture(&[]);
        assert_eq!(
            said(&captured),
            ("two", SelectionSource::Primary, true, false)
        );
        assert!(captured.area.is_some());
        session.desktop.run("xdotool", &["keyup", "F5"]);
    }
    let _password = session.with_text("password", "hunter2", (0, 7));
    session.desktop.run("xdotool", &["keydown", "F5"]);
    let reading = std::thread::spawn(move || selector.capture(&[]));
    session.desktop.run("xdotool", &["keyup", "F5"]);
    let captured = reading.join().unwrap();
    assert_eq!(said(&captured), ("", SelectionSource::None, false, true));
}

#[test]
fn a_program_that_hangs_hangs_nobody() {
    let session = Session::start();
    let field = session.with_text("entry", "one two three", (4, 7));
    let selector = session.selector();
    assert_eq!(selector.capture(&[]).text, "two");
    let pid = field._child.0.id().to_string();
    let status = Command::new("kill").args(["-STOP", &pid]).status().unwrap();
    assert!(status.success());
    assert_eq!(said(&selector.capture(&[])).1, SelectionSource::None);
    Command::new("kill").args(["-CONT", &pid]).status().unwrap();
}

#[test]
fn long_selections_come_in_parts() {
    let session = Session::start();
    let long = "many words\n".repeat(40_000);
    let count = long.len() as u32;
    let line = long[..60_000].replace('\n', " ");
    let _field = session.with_text("entry", &line, (0, 60_000));
    assert!(session.selector().capture(&[]).text == line);
    let _view = session.with_text("view", &long, (0, count));
    assert!(session.selector().capture(&[]).text == long);
}
