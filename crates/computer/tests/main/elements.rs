//! What programs tell of their elements, and forms that tests of other parts use.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use interpreter_computer::platform::{self, HappenedKind, Rect};
use interpreter_computer::{AppKind, Computer, Element, States, Target};
use interpreter_protocol::Frame;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::desktop::{Bus, Desktop, Ended, PATIENCE};

/// A desktop whose programs tell their trees.
pub struct Session {
    // Ended in this order.
    pub bus: Bus,
    pub desktop: Desktop,
}

/// A form, and where its parts are.
pub struct Form {
    pub places: HashMap<String, Rect>,
    pub pid: u32,
    events: Receiver<Value>,
    stdin: ChildStdin,
    _child: Ended,
}

impl Session {
    pub fn start() -> Self {
        let desktop = Desktop::start();
        Self {
            bus: Bus::start(&desktop),
            desktop,
        }
    }

    pub fn form(&self, arguments: &[&str]) -> Form {
        self.form_with(arguments, true)
    }

    /// `tree`: it tells its accessibility tree.
    pub fn form_with(&self, arguments: &[&str], tree: bool) -> Form {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/elements.py");
        let mut command = self.desktop.command("/usr/bin/python3");
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
        let mut form = Form {
            places: HashMap::new(),
            pid: child.id(),
            events,
            stdin: child.stdin.take().unwrap(),
            _child: Ended(child),
        };
        loop {
            let event = form.next();
            if event["event"] == "ready" {
                return form;
            }
            let number = |key: &str| event[key].as_i64().unwrap();
            let place = Rect {
                x: number("x") as i32,
                y: number("y") as i32,
                w: number("w") as u32,
                h: number("h") as u32,
            };
            let name = event["name"].as_str().unwrap().to_owned();
            form.places.insert(name, place);
        }
    }

    /// A computer that waits as long as it takes for programs to tell.
    pub fn computer(&self) -> Computer {
        let computer = self.desktop.computer();
        computer.set_patience(Duration::from_secs(20));
        computer
    }

    pub async fn frame(&self, computer: &Computer) -> Frame {
        self.desktop.look(computer).await.frame
    }
}

impl Form {
    pub fn next(&mut self) -> Value {
        self.events.recv_timeout(PATIENCE).expect("no event came")
    }

    /// Waits for an event of a part.
    pub fn until(&mut self, event: &str, name: &str) -> Value {
        loop {
            let next = self.next();
            if next["event"] == event && next["name"] == name {
                return next;
            }
        }
    }

    pub fn say(&mut self, order: &Value) {
        writeln!(self.stdin, "{order}").unwrap();
    }

    pub fn focus(&mut self, name: &str) {
        self.say(&json!({ "focus": name }));
        self.until("focus", name);
    }

    /// The text of a field, as the program itself knows it.
    pub fn text(&mut self, name: &str) -> String {
        self.say(&json!({ "ask": name }));
        loop {
            let next = self.next();
            if next["event"] == "asked" {
                return next["text"].as_str().unwrap().to_owned();
            }
        }
    }

    pub fn middle(&self, name: &str) -> (i32, i32) {
        let place = self.places[name];
        (place.x + place.w as i32 / 2, place.y + place.h as i32 / 2)
    }

    /// A click in the middle of a part.
    pub fn click(&self, name: &str) -> Value {
        let (x, y) = self.middle(name);
        json!({"action": "left_click", "coordinate": [f64::from(x) + 0.5, f64::from(y) + 0.5]})
    }
}

/// Waits until a program tells of the element an action goes to: its tree comes
/// to the bus a little after its window to the screen.
pub async fn element(computer: &Computer, action: &Value, frame: &Frame) -> Target {
    let start = Instant::now();
    loop {
        let (asking, action, frame) = (computer.clone(), action.clone(), frame.clone());
        let target = tokio::task::spawn_blocking(move || asking.target(&action, &frame));
        let target = target.await.unwrap().unwrap();
        if target.element.is_some() || start.elapsed() > PATIENCE {
            return target;
        }
    }
}

fn near(a: Rect, b: Rect) -> bool {
    let near = |a: i64, b: i64| (a - b).abs() <= 3;
    near(a.x.into(), b.x.into())
        && near(a.y.into(), b.y.into())
        && near(a.w.into(), b.w.into())
        && near(a.h.into(), b.h.into())
}

#[tokio::test]
async fn the_element_at_a_point() {
    let session = Session::start();
    let form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let states = States {
        enabled: true,
        ..States::default()
    };
    let plain = Element {
        states,
        app: Some("elements.py".to_owned()),
        pid: Some(form.pid),
        ..Element::default()
    };
    let field = |name: &str| Element {
        role: "text field".to_owned(),
        name: name.to_owned(),
        value: Some(String::new()),
        editable: true,
        ..plain.clone()
    };
    for (part, expected) in [
        (
            "name",
            Element {
                states: States {
                    focused: true,
                    ..states
                },
                ..field("Name")
            },
        ),
        (
            "password",
            Element {
                role: "password field".to_owned(),
                protected: true,
                value: None,
                ..field("Password")
            },
        ),
        (
            "agree",
            Element {
                role: "check box".to_owned(),
                name: "I agree".to_owned(),
                states: States {
                    checked: Some(false),
                    ..states
                },
                ..plain.clone()
            },
        ),
        (
            "delete",
            Element {
                role: "button".to_owned(),
                name: "Delete".to_owned(),
                ..plain.clone()
            },
        ),
    ] {
        let target = element(&computer, &form.click(part), &frame).await;
        assert_eq!(
            (target.kind, target.own, target.pid),
            (AppKind::Other, false, Some(form.pid))
        );
        let mut told = target.element.unwrap_or_default();
        let area = told.area.take().unwrap_or_default();
        assert!(
            near(area, form.places[part]),
            "{part}: {area:?} {:?}",
            form.places[part]
        );
        assert!(told.key.take().is_some());
        assert_eq!(told, expected, "{part}");
    }
}

#[tokio::test]
async fn the_element_on_a_page_behind_a_tab() {
    let session = Session::start();
    let form = session.form(&["form", "Pages", "pages"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    for (part, role, name) in [
        ("delete", "button", "Delete"),
        ("name", "text field", "Name"),
    ] {
        let told = element(&computer, &form.click(part), &frame).await.element;
        let told = told.unwrap();
        assert_eq!((told.role.as_str(), told.name.as_str()), (role, name));
        assert!(
            near(told.area.unwrap(), form.places[part]),
            "{part}: {told:?}"
        );
    }
}

#[tokio::test]
async fn the_element_with_the_keyboard() {
    let session = Session::start();
    let mut form = session.form(&["form", "XTerm"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let typing = json!({"action": "type", "text": "x"});
    for (part, role, protected) in [
        ("name", "text field", false),
        ("password", "password field", true),
        ("agree", "check box", false),
        ("short", "text field", false),
    ] {
        form.focus(part);
        let target = element(&computer, &typing, &frame).await;
        assert_eq!(target.kind, AppKind::Terminal);
        let told = target.element.unwrap();
        let place = told.area.unwrap();
        assert_eq!((told.role.as_str(), told.protected), (role, protected));
        assert!(told.states.focused);
        assert!(near(place, form.places[part]), "{part}: {place:?}");
    }
}

#[tokio::test]
async fn programs_that_do_not_know_where_they_are_are_placed() {
    let session = Session::start();
    let form = session.form(&["four"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    let target = element(&computer, &json!({"action": "type", "text": "x"}), &frame).await;
    let field = target.element.unwrap();
    assert_eq!((field.role.as_str(), field.editable), ("text field", true));
    let place = field.area.unwrap();
    // Where it is in its window is known; so where the window is, too.
    let at = |name: &str| {
        let (known, wanted) = (form.places["name"], form.places[name]);
        let (x, y) = (place.x + wanted.x - known.x, place.y + wanted.y - known.y);
        let (x, y) = (x + wanted.w as i32 / 2, y + wanted.h as i32 / 2);
        json!({"action": "left_click", "coordinate": [x, y]})
    };
    for (part, role, name, protected) in [
        ("send", "button", "Send", false),
        ("password", "password field", "", true),
    ] {
        let told = element(&computer, &at(part), &frame).await.element;
        let told = told.unwrap_or_default();
        assert_eq!(
            (told.role.as_str(), told.name.as_str(), told.protected),
            (role, name, protected)
        );
    }
}

#[test]
fn what_programs_tell_unasked_is_heard() {
    let session = Session::start();
    let mut form = session.form(&["form"]);
    let access = platform::accessibility(Some(&session.desktop.display));
    let start = Instant::now();
    let mut names = ["password", "name"].into_iter().cycle();
    let heard = loop {
        // Until somebody listens nothing is told.
        let watch = access.watch();
        form.focus(names.next().unwrap());
        let told = std::iter::repeat_with(|| watch.all())
            .take_while(|_| start.elapsed() < PATIENCE)
            .take(1000)
            .flatten()
            .find(|event| event.kind == HappenedKind::Focus);
        match told {
            Some(event) => break event,
            None => assert!(start.elapsed() < PATIENCE, "nothing was heard"),
        }
    };
    assert_eq!(heard.pid, Some(form.pid));
}

#[tokio::test]
async fn a_program_that_does_not_answer_is_not_waited_for() {
    let session = Session::start();
    let form = session.form(&["form"]);
    let patient = session.computer();
    let frame = session.frame(&patient).await;
    let click = form.click("delete");
    assert!(element(&patient, &click, &frame).await.element.is_some());
    session
        .desktop
        .run("kill", &["-STOP", &form.pid.to_string()]);
    let computer = Computer::new(session.desktop.config());
    let target = tokio::task::spawn_blocking(move || computer.target(&click, &frame));
    let target = target.await.unwrap().unwrap();
    assert_eq!((target.pid, target.element), (Some(form.pid), None));
}

#[tokio::test]
async fn the_doctor_asks_a_program() {
    let session = Session::start();
    let form = session.form(&["form"]);
    let computer = session.computer();
    let frame = session.frame(&computer).await;
    element(&computer, &form.click("delete"), &frame).await;
    computer.gate().close(&session.desktop.session);
    let abilities = computer.doctor().await;
    let told = abilities
        .iter()
        .find(|ability| ability.name == "accessibility");
    assert_eq!(
        told.map(|told| (told.works, told.detail.as_str())),
        Some((true, "Elements.py told of its elements."))
    );
}
