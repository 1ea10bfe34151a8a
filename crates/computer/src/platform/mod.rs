//! The one surface over what differs between systems: screen, input, listening
//! for people, the lease of the gate, and the clipboard.
//!
//! All coordinates are global physical pixels (the space of
//! [`interpreter_protocol::Frame`]); each implementation converts to the unit of
//! its system. Nothing here decides anything: whether an action may happen is
//! the gate's business, one level up.

use std::sync::Arc;
use std::time::Duration;

use interpreter_perception::Pixels;

mod clipboard;
mod convert;
mod key;
mod ledger;
#[cfg(any(not(target_os = "linux"), test))]
mod lock;
#[cfg(not(target_os = "linux"))]
mod portable;
#[cfg(any(not(target_os = "linux"), test))]
mod units;

#[cfg(target_os = "linux")]
#[path = "linux/mod.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(target_os = "windows")]
#[path = "windows.rs"]
mod system;

pub use key::{Key, NamedKey};
pub use ledger::{Ledger, OwnEvent};

/// What went wrong below the gate, by what can be done about it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PlatformError {
    /// There is no screen, or it cannot be reached. The user starts or names one.
    #[error("{message} {fix}")]
    NoDisplay {
        /// What was found.
        message: String,
        /// What to do.
        fix: String,
    },
    /// The system does not allow it yet. The user grants a permission.
    #[error("{message} {fix}")]
    NotPermitted {
        /// What is not allowed.
        message: String,
        /// Where to allow it.
        fix: String,
    },
    /// This screen or system cannot do it at all.
    #[error("{0}")]
    Unsupported(String),
    /// The area or window does not exist (any more). Look again.
    #[error("{0}")]
    Gone(String),
    /// Another program drives mouse and keyboard.
    #[error("{owner} drives mouse and keyboard. Stop it there first.")]
    Taken {
        /// The other program, as it named itself.
        owner: String,
    },
    /// A character or key that cannot be produced on this keyboard.
    #[error("{what} cannot be typed: {why}")]
    CannotType {
        /// The character or key.
        what: String,
        /// The reason.
        why: String,
    },
    /// The connection to the display server ended. Opening again may help.
    #[error("the connection to the screen was lost: {0}")]
    Lost(String),
    /// The system refused for a reason of its own.
    #[error("{doing} failed: {reason}")]
    Failed {
        /// What was tried.
        doing: String,
        /// What the system said.
        reason: String,
    },
    /// The caller no longer wants it.
    #[error("cancelled")]
    Cancelled,
}

/// Short for results of this module.
pub type Result<T> = std::result::Result<T, PlatformError>;

/// One display.
#[derive(Debug, Clone, PartialEq)]
pub struct Display {
    /// The name the system gives it (on X11 that of the RandR monitor).
    pub id: String,
    /// Top left corner, global physical pixels.
    pub origin: (i32, i32),
    /// Width and height, physical pixels.
    pub size: (u32, u32),
    /// Physical pixels per logical unit (on X11 `Xft.dpi` / 96).
    pub scale: f64,
    /// Whether it is the primary display.
    pub primary: bool,
}

impl Display {
    /// The area it covers.
    pub fn rect(&self) -> Rect {
        Rect {
            x: self.origin.0,
            y: self.origin.1,
            w: self.size.0,
            h: self.size.1,
        }
    }
}

/// A rectangle in global physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Rect {
    /// Whether the pixel lies inside.
    pub fn contains(&self, x: i32, y: i32) -> bool {
        let inside = |value: i32, from: i32, size: u32| {
            (0..i64::from(size)).contains(&(i64::from(value) - i64::from(from)))
        };
        inside(x, self.x, self.w) && inside(y, self.y, self.h)
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Rect) -> Rect {
        if self.w == 0 || self.h == 0 {
            return other;
        }
        if other.w == 0 || other.h == 0 {
            return self;
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let end = |at: i32, size: u32| i64::from(at) + i64::from(size);
        let right = end(self.x, self.w).max(end(other.x, other.w));
        let bottom = end(self.y, self.h).max(end(other.y, other.h));
        Rect {
            x,
            y,
            w: (right - i64::from(x)) as u32,
            h: (bottom - i64::from(y)) as u32,
        }
    }

    /// The part both cover; `None` when they do not touch.
    pub fn intersection(self, other: Rect) -> Option<Rect> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let end = |at: i32, size: u32| i64::from(at) + i64::from(size);
        let w = end(self.x, self.w).min(end(other.x, other.w)) - i64::from(x);
        let h = end(self.y, self.h).min(end(other.y, other.h)) - i64::from(y);
        (w > 0 && h > 0).then_some(Rect {
            x,
            y,
            w: w as u32,
            h: h as u32,
        })
    }
}

/// One top-level window, or a menu or tooltip that lies on the desktop by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The system's handle.
    pub id: u64,
    /// Its title; words from outside, never trusted.
    pub title: String,
    /// `WM_CLASS` class, application name, or else the process name.
    pub app: String,
    /// The process that owns it, as the display server knows it.
    pub pid: Option<u32>,
    /// The area with its frame and title bar.
    pub rect: Rect,
    /// The area without.
    pub content: Rect,
    /// Whether it has the keyboard.
    pub active: bool,
    /// Whether it is minimised or on another workspace (then it is not on the screen).
    pub minimised: bool,
    /// Whether it stays above ordinary windows.
    pub above: bool,
    /// What it is for.
    pub kind: WindowKind,
}

/// What a window is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowKind {
    /// An application's window.
    Normal,
    /// A panel or dock.
    Dock,
    /// The desktop's background.
    Desktop,
    /// A menu, tooltip, drop-down or other window outside the window manager.
    Popup,
}

/// A mouse button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Button {
    /// The main one.
    Left,
    /// The wheel, pressed.
    Middle,
    /// The one for context menus.
    Right,
    /// Thumb button, back.
    Back,
    /// Thumb button, forward.
    Forward,
}

/// Something that is down because of us.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// A key.
    Key(Key),
    /// A mouse button.
    Button(Button),
}

/// Looking. May be used from any thread at any time.
pub trait Screen: Send + Sync {
    /// All displays, the primary one first.
    fn displays(&self) -> Result<Vec<Display>>;
    /// A hash of the list of displays, read fresh each time.
    fn layout(&self) -> Result<String>;
    /// The pixels of an area that lies on the desktop.
    ///
    /// # Errors
    /// `Gone` when the area reaches outside the desktop.
    fn capture(&self, rect: Rect) -> Result<Pixels>;
    /// The windows, front to back; minimised ones last.
    fn windows(&self) -> Result<Vec<Window>>;
    /// The window that has the keyboard.
    fn active_window(&self) -> Result<Option<Window>>;
    /// Where the pointer is.
    fn pointer(&self) -> Result<(i32, i32)>;
    /// Brings a window to the front and gives it the keyboard; returns when that has happened.
    fn activate(&self, window: u64) -> Result<()>;
    /// Starts to watch for changes. Open it before an action, ask it after.
    fn damage(&self) -> Result<Box<dyn ChangeWatch>>;
}

/// What was drawn since it was opened.
pub trait ChangeWatch: Send {
    /// Blocks until nothing has been drawn for `quiet`, or `cap` is over.
    /// Returns the bounding rectangle of all changes since the last call, `None` without any.
    ///
    /// # Errors
    /// `Cancelled` as soon as `cancelled` says so.
    fn settle(
        &mut self,
        quiet: Duration,
        cap: Duration,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Rect>>;
}

/// Mouse and keyboard. Used by the gate's thread only. Each event is noted in
/// the [`Ledger`] by the implementation before it is sent.
pub trait Input: Send {
    /// Moves the pointer.
    fn move_to(&mut self, x: i32, y: i32) -> Result<()>;
    /// Presses or lifts a button where the pointer is.
    fn button(&mut self, button: Button, down: bool) -> Result<()>;
    /// Turns the wheel by clicks: `dx` positive to the right, `dy` positive down.
    fn scroll(&mut self, dx: i32, dy: i32) -> Result<()>;
    /// Presses or lifts a key.
    fn key(&mut self, key: &Key, down: bool) -> Result<()>;
    /// Announces the characters to come, so that the keyboard can be prepared
    /// for all of them at once. Answered by [`Input::end_text`].
    fn begin_text(&mut self, text: &str) -> Result<()>;
    /// Types one character exactly, whatever layout and locks are active.
    /// Line feed is Return, tab is Tab.
    ///
    /// # Errors
    /// `CannotType` for control characters; nothing has been typed then.
    fn type_char(&mut self, c: char) -> Result<()>;
    /// Puts the keyboard back as it was, once the receiving program has read the text.
    fn end_text(&mut self) -> Result<()>;
    /// Returns when the system has processed everything sent so far.
    fn flush(&mut self) -> Result<()>;
    /// Lifts every key and button that is down because of us, and puts locks
    /// and layout back. Goes on after a failure and reports the first.
    fn release_all(&mut self) -> Result<()>;
    /// What is down because of us.
    fn held(&self) -> Vec<Held>;
    /// From now on a person's stop key (Esc) is kept from programs. Ours still passes.
    ///
    /// # Errors
    /// When another program holds the key; the listener reports it all the same.
    fn arm_stop_key(&mut self) -> Result<()>;
    /// Gives the stop key back to programs.
    fn disarm_stop_key(&mut self) -> Result<()>;
}

/// Input that is not in the ledger: a person's, or another program's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhysicalEvent {
    /// What was done.
    pub kind: PhysicalKind,
    /// Where it comes from, as a hint.
    pub device: DeviceClass,
    /// When it arrived here.
    pub time: std::time::Instant,
}

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PhysicalKind {
    /// The pointer moved by this many pixels.
    Motion {
        /// To the right.
        dx: i32,
        /// Down.
        dy: i32,
        /// Where it is now, global physical pixels.
        at: (i32, i32),
    },
    /// A button or the wheel was pressed or lifted.
    Button {
        /// Whether it went down.
        down: bool,
    },
    /// A key was pressed or lifted.
    Key {
        /// Whether it is the stop key.
        is_stop_key: bool,
        /// Whether it went down.
        down: bool,
    },
}

/// Where an event comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceClass {
    /// Made by a program (XTEST, `SendInput`, `CGEventPost`).
    Synthetic,
    /// A real device, as far as the system tells.
    Hardware,
}

/// Called on the listener's own thread for each event; must return at once.
pub type Sink = Box<dyn Fn(PhysicalEvent) + Send>;

/// Tells a person's input from ours.
pub trait Listener: Send {
    /// Starts to listen on a thread of its own. It has been tried before this
    /// returns: a harmless event was sent from outside the ledger and arrived.
    ///
    /// # Errors
    /// `NotPermitted`, `Unsupported` or `Failed` when input cannot be heard here.
    fn start(&self, sink: Sink) -> Result<Listening>;
}

/// A listener at work. It ends when this is dropped.
pub struct Listening {
    end: Option<Box<dyn FnOnce() + Send>>,
}

impl Listening {
    pub(crate) fn new(end: impl FnOnce() + Send + 'static) -> Self {
        Self {
            end: Some(Box::new(end)),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

/// The right to drive, held by one program at a time on a display.
pub trait Lease: Send {
    /// Takes it, under a name for people (`"Interpreter (terminal, pid 12)"`).
    ///
    /// # Errors
    /// `Taken` with the other program's name.
    fn take(&mut self, who: &str) -> Result<()>;
    /// Whether it is ours, asked fresh.
    fn is_held(&self) -> bool;
    /// Gives it up. Also happens when the program ends, however it ends.
    fn release(&mut self);
}

/// What lay on the clipboard.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClipboardContents {
    /// Plain text.
    pub text: Option<String>,
    /// HTML, when there is any.
    pub html: Option<String>,
    /// An image: width, height, RGBA.
    pub image: Option<(usize, usize, Vec<u8>)>,
    /// Files.
    pub files: Vec<std::path::PathBuf>,
}

/// The clipboard.
pub trait Clipboard: Send {
    /// The text on it; empty when there is none.
    fn get_text(&mut self) -> Result<String>;
    /// Puts text on it.
    fn set_text(&mut self, text: &str) -> Result<()>;
    /// All that can be read.
    fn snapshot(&mut self) -> Result<ClipboardContents>;
    /// Puts a snapshot back.
    fn restore(&mut self, contents: ClipboardContents) -> Result<()>;
}

/// Everything a desktop offers.
pub struct Platform {
    /// Looking.
    pub screen: Arc<dyn Screen>,
    /// Mouse and keyboard, for the gate's thread.
    pub input: Box<dyn Input>,
    /// Hearing people.
    pub listener: Box<dyn Listener>,
    /// The right to drive.
    pub lease: Box<dyn Lease>,
    /// The clipboard.
    pub clipboard: Box<dyn Clipboard>,
    /// What we sent; shared by `input` and `listener`.
    pub ledger: Arc<Ledger>,
}

/// Opens the desktop this program runs on.
///
/// # Errors
/// `NoDisplay` when there is none or it cannot be reached, with the fix.
pub fn open() -> Result<Platform> {
    open_on(None, None)
}

/// Opens a given desktop: `display` as in `DISPLAY` (X11 only), and the user's
/// runtime folder, for the lock where the system has nothing better.
///
/// # Errors
/// As [`open`].
pub fn open_on(display: Option<&str>, runtime: Option<&std::path::Path>) -> Result<Platform> {
    system::open(display, runtime)
}

/// A hash of the list of displays; equal lists give equal hashes in every program.
pub(crate) fn layout_hash(displays: &[Display]) -> String {
    // FNV-1a: short, stable over versions and systems; nothing hangs on it being hard to forge.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for display in displays {
        add(display.id.as_bytes());
        add(&[0, u8::from(display.primary)]);
        for value in [display.origin.0, display.origin.1] {
            add(&value.to_le_bytes());
        }
        for value in [display.size.0, display.size.1] {
            add(&value.to_le_bytes());
        }
        add(&display.scale.to_bits().to_le_bytes());
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles() {
        let rect = |x, y, w, h| Rect { x, y, w, h };
        assert_eq!(
            rect(0, 0, 10, 10).union(rect(-5, 20, 2, 2)),
            rect(-5, 0, 15, 22)
        );
        assert_eq!(Rect::default().union(rect(3, 4, 1, 1)), rect(3, 4, 1, 1));
        assert_eq!(
            rect(-10, -10, 20, 20).intersection(rect(5, 5, 20, 20)),
            Some(rect(5, 5, 5, 5))
        );
        assert_eq!(rect(0, 0, 10, 10).intersection(rect(10, 0, 5, 5)), None);
        assert!(rect(-3, -3, 3, 3).contains(-1, -1));
        assert!(!rect(-3, -3, 3, 3).contains(0, -1));
    }

    #[test]
    fn the_layout_hash_sees_every_part() {
        let one = Display {
            id: "a".to_owned(),
            origin: (0, 0),
            size: (100, 100),
            scale: 1.0,
            primary: true,
        };
        let base = layout_hash(std::slice::from_ref(&one));
        let others = [
            Display {
                id: "b".to_owned(),
                ..one.clone()
            },
            Display {
                origin: (-1, 0),
                ..one.clone()
            },
            Display {
                size: (100, 101),
                ..one.clone()
            },
            Display {
                scale: 2.0,
                ..one.clone()
            },
            Display {
                primary: false,
                ..one.clone()
            },
        ];
        for other in others {
            assert_ne!(layout_hash(&[other]), base);
        }
        assert_eq!(layout_hash(std::slice::from_ref(&one)), base);
        assert_ne!(layout_hash(&[one.clone(), one]), base);
    }
}
