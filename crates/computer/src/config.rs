//! What is decided before a [`crate::Computer`] is made, and the small types of its surface.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use interpreter_perception::Eyes;
use interpreter_protocol::{Effect, Frame};
use serde::{Deserialize, Serialize};

use crate::platform::{Element, Rect};
use crate::{AppKind, Stir};

/// Names who acts: a conversation, or a front that calls a method for the person.
/// At most one session holds the gate at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionKey(pub String);

impl From<&str> for SessionKey {
    fn from(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl From<String> for SessionKey {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl std::fmt::Display for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is decided before anything opens.
#[derive(Debug, Clone, Default)]
pub struct ComputerConfig {
    /// The eyes that read text.
    pub eyes: Eyes,
    /// Programs whose windows are ours: never acted on, painted out of frames.
    pub own_pids: Vec<u32>,
    /// The display server to use (`:1`); absent: the environment's.
    pub display: Option<String>,
    /// The user's runtime folder, for the lock where the system has nothing better.
    pub runtime: Option<PathBuf>,
    /// The address of the session's bus (Linux); absent: the environment's.
    pub bus: Option<String>,
    /// Where a consent of the person that lasts is kept (Linux, portals); absent: they
    /// are asked each time.
    pub data: Option<PathBuf>,
    /// Let the pointer glide to its targets for this long, for show. Absent: it jumps.
    pub glide: Option<Duration>,
    /// Takes our own windows out of the way when a session begins to use the screen,
    /// and where it is about to act.
    pub clear: Option<Clear>,
}

/// What a front does before its screen is used: it hides what would be in the way.
/// Our own windows are painted out of what the model sees, and never clicked.
#[derive(Clone)]
pub struct Clear(pub Arc<ClearFn>);

/// Done once the windows are out of the way, as far as the front can tell: of the
/// screen, or, where there are points, of what lies at those (global physical pixels).
pub type ClearFn =
    dyn Fn(SessionKey, Vec<(i32, i32)>) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

impl std::fmt::Debug for Clear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clear")
    }
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Look {
    /// The primary display.
    #[default]
    Primary,
    /// A display by its id.
    Display(String),
    /// The window with focus; its frame is that part of its display.
    ActiveWindow,
}

/// One look: pixels, encoded, and where they lie.
#[derive(Clone, PartialEq)]
pub struct Shot {
    /// The geometry.
    pub frame: Frame,
    /// The image of `frame.sent` size as PNG.
    pub png: Vec<u8>,
    /// Hash of the captured pixels (native size): equal hashes, equal picture.
    pub hash: String,
    /// Own windows were painted out.
    pub masked: bool,
}

impl std::fmt::Debug for Shot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Shot({:?}, {} bytes, {})",
            self.frame,
            self.png.len(),
            self.hash
        )
    }
}

/// What an action did.
#[derive(Debug, Clone, PartialEq)]
pub struct Acted {
    /// Its effect.
    pub effect: Effect,
    /// Words for the model, where the action has an answer (`X=512,Y=384`).
    pub text: Option<String>,
    /// A crop, for `zoom`: PNG, width, height. It never replaces the frame.
    pub image: Option<Picture>,
    /// The program it went to.
    pub app: Option<String>,
    /// From handing it to the gate until the display server had processed it.
    pub sent: Duration,
    /// What changed, part by part.
    pub changed: Changed,
}

impl Acted {
    /// The same with its texts changed.
    #[must_use]
    pub(crate) fn map_texts(mut self, change: impl Fn(String) -> String) -> Self {
        self.effect.detail = change(self.effect.detail);
        self.text = self.text.map(&change);
        self.changed.focus = self.changed.focus.map(&change);
        self.changed.window = self.changed.window.map(&change);
        self.changed.text = self.changed.text.map(&change);
        self
    }
}

/// What an action changed. Its words come from outside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Changed {
    /// What has the keyboard now, and had not: `the text field "Name"`.
    pub focus: Option<String>,
    /// What happened to windows.
    pub window: Option<String>,
    /// The text of the focused field, where it is another one now.
    pub text: Option<String>,
    /// Where the picture changed, global physical pixels.
    pub region: Option<Rect>,
    /// Whether what was planned before it still fits.
    pub stir: Stir,
}

/// An encoded picture.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// PNG.
    pub png: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Picture({}x{}, {} bytes)",
            self.width,
            self.height,
            self.png.len()
        )
    }
}

/// What an action would go to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Target {
    /// The program, as the system names it.
    pub app: Option<String>,
    /// The title of the window.
    pub window: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The point, in global physical pixels; none where the focus decides.
    pub point: Option<(i32, i32)>,
    /// It is one of our own windows: the action will be refused.
    pub own: bool,
    /// The kind of app; of a drag between two, the one that is guarded more.
    pub kind: AppKind,
    /// The element at the point, or the one with the keyboard; none where its
    /// program does not tell, or not in time. Its words come from outside.
    pub element: Option<Element>,
}

/// Who or what stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoppedBy {
    /// Esc while control was held.
    Escape,
    /// The panic chord.
    Chord,
    /// The pointer was pushed into a corner of the desktop's outer edge.
    Corner,
    /// The pill, the tray, the terminal, or another caller; in its words.
    Caller(String),
    /// Another program took the lease.
    LeaseLost,
}

impl std::fmt::Display for StoppedBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Escape => f.write_str("the Esc key"),
            Self::Chord => f.write_str("Ctrl+Shift+F12"),
            Self::Corner => f.write_str("the pointer in a corner of the screen"),
            Self::Caller(who) => f.write_str(who),
            Self::LeaseLost => f.write_str("another program that took control"),
        }
    }
}

impl From<&str> for StoppedBy {
    fn from(who: &str) -> Self {
        Self::Caller(who.to_owned())
    }
}

impl From<String> for StoppedBy {
    fn from(who: String) -> Self {
        Self::Caller(who)
    }
}
