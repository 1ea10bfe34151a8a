//! Nothing is sent after a stop: watched by another client of the X server, which hears
//! all input before any window does.

use std::time::Duration;

use interpreter_computer::{Computer, ComputerError, GateEvent, SessionKey, StoppedBy};
use interpreter_protocol::Frame;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xinput::{ConnectionExt as _, Device, EventMask, XIEventMask};
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::desktop::{Desktop, PATIENCE};

/// Keys of the person, by their codes on every PC keyboard: Esc, and one nobody types.
const ESCAPE: u8 = 9;
const SCROLL_LOCK: u8 = 78;
/// A button of the mouse that nobody clicks.
const THUMB: u8 = 8;
/// What is seen of a fence.
const FENCE: [Seen; 4] = [
    Seen::Key(SCROLL_LOCK as u32, true),
    Seen::Key(SCROLL_LOCK as u32, false),
    Seen::Button(THUMB as u32, true),
    Seen::Button(THUMB as u32, false),
];
/// Fewer events than each of the actions makes, done to its end.
const WHOLE: usize = 900;

/// Input as the server saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    Key(u32, bool),
    Button(u32, bool),
    Motion,
}

/// Who watches, and can press keys as a person.
struct Observer {
    x: RustConnection,
    root: u32,
}

impl Observer {
    fn new(desktop: &Desktop) -> Self {
        let (x, screen) = x11rb::connect(Some(&desktop.display)).unwrap();
        let root = x.setup().roots[screen].root;
        x.xinput_xi_query_version(2, 2).unwrap().reply().unwrap();
        let mask = XIEventMask::RAW_KEY_PRESS
            | XIEventMask::RAW_KEY_RELEASE
            | XIEventMask::RAW_BUTTON_PRESS
            | XIEventMask::RAW_BUTTON_RELEASE
            | XIEventMask::RAW_MOTION;
        let masks = [EventMask {
            deviceid: Device::ALL_MASTER.into(),
            mask: vec![mask],
        }];
        x.xinput_xi_select_events(root, &masks)
            .unwrap()
            .check()
            .unwrap();
        Self { x, root }
    }

    /// Presses and lifts a key.
    fn presses(&self, code: u8) {
        self.makes([KEY_PRESS_EVENT, KEY_RELEASE_EVENT], code);
    }

    fn makes(&self, kinds: [u8; 2], code: u8) {
        for kind in kinds {
            let faked = self.x.xtest_fake_input(kind, code, 0, self.root, 0, 0, 0);
            faked.unwrap().check().unwrap();
        }
    }

    /// Uses keyboard and mouse, and gives everything up to that.
    async fn fence(&self) -> Vec<Seen> {
        self.presses(SCROLL_LOCK);
        self.makes([BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT], THUMB);
        let mut seen = Vec::new();
        let all = async {
            while !FENCE.iter().all(|one| seen.contains(one)) {
                match self.next() {
                    Some(one) => seen.push(one),
                    None => tokio::time::sleep(Duration::from_micros(500)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, all).await.unwrap();
        seen
    }

    fn next(&self) -> Option<Seen> {
        while let Some(event) = self.x.poll_for_event().unwrap() {
            let seen = match event {
                Event::XinputRawKeyPress(event) => Seen::Key(event.detail, true),
                Event::XinputRawKeyRelease(event) => Seen::Key(event.detail, false),
                Event::XinputRawButtonPress(event) => Seen::Button(event.detail, true),
                Event::XinputRawButtonRelease(event) => Seen::Button(event.detail, false),
                Event::XinputRawMotion(_) => Seen::Motion,
                _ => continue,
            };
            return Some(seen);
        }
        None
    }

    /// Everything up to now: whatever the server had to do before is done.
    fn all(&self) -> Vec<Seen> {
        self.x.get_input_focus().unwrap().reply().unwrap();
        std::iter::from_fn(|| self.next()).collect()
    }
}

async fn storm(
    computer: Computer,
    session: SessionKey,
    _frame: Frame,
) -> Result<(), ComputerError> {
    let clicks = json!({"x": 600, "y": 400, "clicks": 10_000, "interval": 0.0});
    let clicked = computer.call(&session, "mouse.click", clicks).await;
    clicked.map(drop)
}

async fn drag(computer: Computer, session: SessionKey, frame: Frame) -> Result<(), ComputerError> {
    let path: Vec<Value> = (0..900).map(|x| json!([100 + x, 100 + x % 500])).collect();
    let action = json!({"action": "left_click_drag", "path": path, "text": "shift"});
    computer.act(&session, &action, &frame).await.map(drop)
}

async fn long_text(
    computer: Computer,
    session: SessionKey,
    frame: Frame,
) -> Result<(), ComputerError> {
    let action = json!({"action": "type", "text": "Fox ".repeat(2_500)});
    computer.act(&session, &action, &frame).await.map(drop)
}

/// Stops what goes on after so many events, and expects nothing but letting go after it.
async fn check<F>(
    name: &str,
    desktop: &Desktop,
    computer: &Computer,
    observer: &Observer,
    begun: usize,
    act: F,
) where
    F: AsyncFnOnce(Computer, SessionKey, Frame) -> Result<(), ComputerError>,
{
    assert_eq!(observer.all(), [], "before {name} after {begun}");
    computer.gate().open(&desktop.session).unwrap();
    let mut events = computer.gate().events();
    let frame = desktop.look(computer).await.frame;
    observer.all();
    let acting = act(computer.clone(), desktop.session.clone(), frame.clone());
    let stop = async {
        let mut seen = 0;
        while seen < begun {
            match observer.next() {
                Some(_) => seen += 1,
                None => tokio::time::sleep(Duration::from_micros(500)).await,
            }
        }
        observer.presses(ESCAPE);
        while events.recv().await.unwrap() != GateEvent::Released {}
    };
    let both = async { tokio::join!(acting, stop) };
    let (acted, ()) = tokio::time::timeout(PATIENCE, both).await.unwrap();
    let stopped = Err(ComputerError::Stopped {
        by: StoppedBy::Escape,
    });
    assert_eq!(acted, stopped, "{name} after {begun}");
    // What was on its way has come once the person's own input has, which is behind it
    // in the server: a window manager may hold both back for a moment.
    let mut seen = observer.fence().await;
    let escape = Seen::Key(u32::from(ESCAPE), true);
    assert!(seen.contains(&escape), "{name} after {begun}: {seen:?}");
    seen.retain(|one| !FENCE.contains(one));
    assert!(
        seen.len() < WHOLE,
        "{name} after {begun}: it was not stopped"
    );
    // From there on: nothing at all.
    assert_eq!(observer.fence().await, FENCE, "{name} after {begun}");
    assert_eq!(
        desktop.pressed(),
        Vec::<String>::new(),
        "{name} after {begun}"
    );
    // And the next conversation may drive, as if nothing had been.
    computer.gate().open(&desktop.session).unwrap();
    let there = json!({"action": "mouse_move", "coordinate": [500, 300]});
    computer
        .act(&desktop.session, &there, &frame)
        .await
        .unwrap();
    assert_eq!(desktop.pointer(), (500, 300));
    computer.gate().close(&desktop.session);
    while events.recv().await.unwrap() != GateEvent::Released {}
    observer.fence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_after_a_stop() {
    let desktop = Desktop::start();
    let _window = desktop.window(&["swallow"]);
    let computer = Computer::new(desktop.config());
    let observer = Observer::new(&desktop);
    for begun in [1, 7, 60] {
        check("clicks", &desktop, &computer, &observer, begun, storm).await;
        check("a drag", &desktop, &computer, &observer, begun, drag).await;
        check("text", &desktop, &computer, &observer, begun, long_text).await;
    }
}
