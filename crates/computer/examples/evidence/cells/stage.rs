//! A desktop with one window of each kind, and a computer that acts on it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use interpreter_computer::{Acted, Computer, ComputerConfig, ComputerError, Look, SessionKey};
use interpreter_protocol::{Effect, Frame, Outcome};
use interpreter_test_support::fixtures::Place;
use serde_json::Value;

use super::desk::{Desk, Shown, monitor, open, tile};
use super::{Displays, Layout};

/// Windows in the order of their tiles. Where the last tile is, there is none.
const KINDS: [&str; 14] = [
    "button", "field", "slider", "canvas", "drop", "scroll", "menu", "swallow", "late", "thief",
    "own", "vault", "sentinel", "tk",
];
/// The longest side of pictures that are sent, unless a cell says otherwise: no
/// layout's, so that every point goes through the frame's arithmetic.
const SENT: u32 = 1100;

/// One layout, with everything on it.
pub struct Stage {
    // Ended in this order: windows before the desktop.
    windows: BTreeMap<&'static str, Shown>,
    pub computer: Computer,
    pub session: SessionKey,
    /// A picture of the display under test.
    pub frame: Frame,
    pub desk: Desk,
    area: Place,
    /// Windows that the present cell uses.
    used: BTreeSet<&'static str>,
    /// The display under test, by the name the computer has for it.
    pub display: String,
}

impl Stage {
    /// Opens the desktop and all windows.
    pub async fn set(layout: &Layout) -> Self {
        let mut desk = open(layout);
        let areas = layout.areas();
        let area = areas[layout.tried];
        let mut windows = BTreeMap::new();
        for (number, kind) in KINDS.into_iter().enumerate() {
            if kind == "tk" && layout.system() != "X11" {
                continue;
            }
            let mut place = tile(area, number);
            if kind == "tk" {
                // It cannot do without a title bar.
                (place.y, place.h) = (place.y + 40, place.h - 40);
            }
            windows.insert(kind, desk.window(kind, place));
        }
        // Where a wrong origin would go: the same place of another display.
        for (number, other) in areas.iter().enumerate() {
            let name = ["beyond", "beyond 2", "beyond 3"][number];
            if number != layout.tried {
                windows.insert(name, desk.window(name, tile(*other, 3)));
            }
        }
        for shown in windows.values_mut() {
            shown.fixture.shown().await;
        }
        desk.put(&windows);
        let config = ComputerConfig {
            display: Some(desk.display()),
            own_pids: vec![windows["own"].fixture.pid()],
            ..ComputerConfig::default()
        };
        let computer = Computer::new(config);
        // A busy machine's programs are slow to tell of their elements.
        computer.set_patience(Duration::from_secs(10));
        let session = SessionKey::from("evidence");
        computer
            .enter(&session)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let display = match layout.displays {
            Displays::X11 { .. } => monitor(layout.tried),
            Displays::Sway(_) => format!("HEADLESS-{}", layout.tried + 1),
        };
        let mut stage = Self {
            windows,
            frame: picture(&computer, &session, &display, shrunk).await,
            computer,
            session,
            desk,
            area,
            used: BTreeSet::new(),
            display,
        };
        for shown in stage.windows.values_mut() {
            shown.fixture.log(None).await;
        }
        stage
    }

    /// Takes a new picture, of this size.
    pub async fn look(&mut self, size: impl Fn((u32, u32)) -> (u32, u32) + Send + 'static) {
        self.frame = picture(&self.computer, &self.session, &self.display, size).await;
    }

    /// Takes a new picture of the usual size.
    pub async fn look_again(&mut self) {
        self.look(shrunk).await;
    }

    pub async fn act(&self, action: &Value) -> Result<Acted, ComputerError> {
        self.computer.act(&self.session, action, &self.frame).await
    }

    /// An action that must be done; what was said of its effect.
    pub async fn done(&self, action: Value) -> Result<Effect, String> {
        let acted = self.act(&action).await;
        acted
            .map(|acted| acted.effect)
            .map_err(|error| format!("{action} was not done: {error}"))
    }

    /// An action that must be done, and of which this must be said.
    pub async fn told(&self, action: Value, outcome: Outcome) -> Result<Effect, String> {
        let effect = self.done(action).await?;
        if effect.outcome == outcome {
            Ok(effect)
        } else {
            Err(format!(
                "it was said: {:?}, {}",
                effect.outcome, effect.detail
            ))
        }
    }

    /// The log of a window since it was last asked for.
    pub async fn log(&mut self, name: &'static str) -> Vec<Value> {
        self.order(name, None).await
    }

    /// The same after an order to it.
    pub async fn order(&mut self, name: &'static str, order: Option<Value>) -> Vec<Value> {
        self.used.insert(name);
        match self.windows.get_mut(name) {
            Some(shown) => shown.fixture.log(order).await,
            None => panic!("there is no window {name}"),
        }
    }

    /// What a window told itself, once it comes: `opened`, `focus taken`.
    pub async fn told_by(&mut self, name: &'static str, event: &str) -> Value {
        self.used.insert(name);
        match self.windows.get_mut(name) {
            Some(shown) => shown.fixture.expect(event).await,
            None => panic!("there is no window {name}"),
        }
    }

    /// Units of a window's log that a physical pixel is long.
    pub fn pixel(&self) -> f64 {
        f64::from(self.area.w) / f64::from(self.frame.native.0)
    }

    /// The physical pixel at a place of a window, in the window's units. The cell
    /// uses the window.
    pub fn physical(&mut self, name: &'static str, x: f64, y: f64) -> (i32, i32) {
        self.used.insert(name);
        let place = self.windows[name].place;
        let at = |units: f64, from: i32, area: i32, origin: i32| {
            origin + ((units + f64::from(from - area)) / self.pixel()).floor() as i32
        };
        (
            at(x, place.x, self.area.x, self.frame.origin.0),
            at(y, place.y, self.area.y, self.frame.origin.1),
        )
    }

    /// What a window should log for a physical pixel: its centre.
    pub fn logged(&self, name: &str, (x, y): (i32, i32)) -> (f64, f64) {
        let place = self.windows[name].place;
        let at = |pixel: i32, from: i32, area: i32, origin: i32| {
            (f64::from(pixel - origin) + 0.5) * self.pixel() + f64::from(area - from)
        };
        (
            at(x, place.x, self.area.x, self.frame.origin.0),
            at(y, place.y, self.area.y, self.frame.origin.1),
        )
    }

    /// A place of a window as a point of the picture.
    pub fn at(&mut self, name: &'static str, x: f64, y: f64) -> [f64; 2] {
        let (x, y) = self.physical(name, x, y);
        let (x, y) = self.frame.to_sent(x, y);
        [x, y]
    }

    /// The middle of a part of a window as a point of the picture.
    pub fn part(&mut self, name: &'static str, part: &str) -> [f64; 2] {
        let (x, y) = self.middle(name, part);
        self.at(name, x, y)
    }

    /// The middle of a part of a window in the window's units.
    pub fn middle(&self, name: &str, part: &str) -> (f64, f64) {
        let [x, y, w, h] = self.windows[name].fixture.part(part);
        (x + w / 2.0, y + h / 2.0)
    }

    /// A part of a window in its units.
    pub fn box_of(&self, name: &str, part: &str) -> [f64; 4] {
        self.windows[name].fixture.part(part)
    }

    /// A place of the desktop without a window, in units over all displays.
    pub fn free(&self) -> (i32, i32) {
        let tile = tile(self.area, KINDS.len());
        (tile.x + 20, tile.y + 20)
    }

    /// The same as a point of the picture.
    pub fn free_point(&self) -> [f64; 2] {
        let (x, y) = self.free();
        let at = |units: i32, area: i32, origin: i32| {
            origin + (f64::from(units - area) / self.pixel()).floor() as i32
        };
        let (x, y) = self.frame.to_sent(
            at(x, self.area.x, self.frame.origin.0),
            at(y, self.area.y, self.frame.origin.1),
        );
        [x, y]
    }

    /// Writes what is on the display to a file, where pictures are wanted.
    pub async fn keep_picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("EVIDENCE_PICTURES") else {
            return;
        };
        let which = Look::Display(self.display.clone());
        if let Ok(shot) = self.computer.look(&self.session, |size| size, which).await {
            let path = std::path::Path::new(&folder).join(format!("{name}.png"));
            std::fs::write(&path, shot.png).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        }
    }

    /// Whether windows that the cell did not use received anything; all are as
    /// they were in the beginning after it.
    pub async fn end_cell(&mut self) -> Result<(), String> {
        let used = std::mem::take(&mut self.used);
        let mut strangers = Vec::new();
        self.windows
            .values_mut()
            .for_each(|shown| shown.fixture.ask(None));
        for (name, shown) in &mut self.windows {
            let log = shown.fixture.answer().await;
            if !used.contains(name) && !log.is_empty() {
                strangers.push(format!("the window {name} received {log:?}"));
            }
        }
        for name in used {
            if let Some(shown) = self.windows.get_mut(name) {
                shown.fixture.log(Some(serde_json::json!({}))).await;
            }
        }
        // What a cell left half done must not spoil the next.
        let gate = self.computer.gate();
        if gate.paused().is_some() {
            let _ = gate.resume();
        }
        if let Err(error) = self.computer.enter(&self.session).await {
            strangers.push(format!("control does not come back: {error}"));
        }
        if strangers.is_empty() {
            Ok(())
        } else {
            Err(strangers.join("; "))
        }
    }

    /// Gives control back before the windows close.
    pub fn close(self) {
        self.computer.gate().close(&self.session);
    }
}

fn shrunk((w, h): (u32, u32)) -> (u32, u32) {
    let shrink = (f64::from(SENT) / f64::from(w.max(h))).min(1.0);
    let size = |length: u32| (f64::from(length) * shrink).round() as u32;
    (size(w), size(h))
}

async fn picture(
    computer: &Computer,
    session: &SessionKey,
    display: &str,
    size: impl Fn((u32, u32)) -> (u32, u32) + Send + 'static,
) -> Frame {
    let which = Look::Display(display.to_owned());
    match computer.look(session, size, which).await {
        Ok(shot) => shot.frame,
        Err(error) => panic!("{display} cannot be seen: {error}"),
    }
}
